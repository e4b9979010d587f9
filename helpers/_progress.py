"""A bar on the screen for a training that takes its time."""

from __future__ import annotations

import sys
from collections.abc import Iterable


def progress(epochs: int, verbose: int) -> Iterable[int]:
    """Return the numbers of the epochs, with a bar after a second if `verbose` asks for it."""
    if not verbose:
        return range(epochs)
    from tqdm import tqdm

    return tqdm(range(epochs), desc="fit", unit="epoch", delay=1, file=sys.stdout)
