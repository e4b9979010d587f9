"""What the lessons claim, one test a sentence: `make claims`."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.hookimpl(tryfirst=True)  # before -m leaves out what is slow
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all of them slow."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.slow)
