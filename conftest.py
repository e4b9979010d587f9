"""Settings for the whole run: a progress file of its own, and the seconds of each notebook."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path

# Whoever runs the tests keeps the progress they made in the exercises. Set here, before any test
# or kernel starts: in each worker, and inherited by the kernels of its notebooks.
os.environ["HELPERS_PROGRESS"] = str(Path(tempfile.mkdtemp(prefix="progress-")) / "progress.json")


def pytest_terminal_summary(terminalreporter) -> None:
    """List how long each notebook took, its kernel's start included."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            file = getattr(report, "nodeid", "").partition("::")[0]
            if file.endswith(".ipynb") and hasattr(report, "duration"):
                seconds[file] += report.duration
    if seconds:
        terminalreporter.section("notebooks")
        for file, duration in seconds.most_common():
            terminalreporter.line(f"{duration:6.1f} s  {file}")
