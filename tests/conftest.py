"""Settings shared by all tests."""

from __future__ import annotations

from hypothesis import settings

# The same examples on every machine and in every run: a red test can be repeated.
settings.register_profile("course", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("course")
