"""Right answers to the exercises, each in at least three ways: what `check` must accept."""
