"""Settings for the whole run: adds the seconds of each notebook to pytest's summary."""

from __future__ import annotations

from collections import Counter


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
