"""Remembers which tasks were attempted and solved: a small JSON file in the repository's root.

Where `helpers` is installed without the lessons, the file is in the folder that one works in.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from helpers.checks._lessons import course

ROOT = course()
STATES = ("open", "attempted", "solved")


def place() -> Path:
    """Return the file's path; the environment variable HELPERS_PROGRESS overrides it."""
    here = ROOT if (ROOT / "notebooks").is_dir() else Path.cwd()  # installed without the lessons
    return Path(os.environ.get("HELPERS_PROGRESS") or here / ".progress.json")


def read() -> dict[str, str]:
    """Return the state of each task that is not open; nothing if the file cannot be read."""
    try:
        states = json.loads(place().read_text(encoding="utf-8"))
        return {str(name): state for name, state in states.items() if state in STATES}
    except Exception:  # missing, forbidden, or not what we wrote: the checks work without
        return {}


def record(name: str, state: str) -> str:
    """Note the state of a task, unless it was further already; return why not, if it fails."""
    states = read()
    if STATES.index(state) <= STATES.index(states.get(name, "open")):
        return ""
    states[name] = state
    path = place()
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(states, file, indent=0, sort_keys=True)
            os.replace(temporary, path)  # at once, so that no reader finds half a file
        except OSError:
            os.unlink(temporary)
            raise
    except OSError as error:
        return f"Your progress could not be stored in {path.parent}: {error.strerror}."
    return ""
