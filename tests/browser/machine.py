"""How much of the machine other programs took while we measured.

A limit on time holds for a machine that is ours. While others take a share s of its processors,
only 1 − s is left, and a limit is stretched by 1 / (1 − s), at most to twice its length.
"""

from __future__ import annotations

import time

import psutil

MOST = 0.5


class Others:
    """The share of the processors that other programs take from now on."""

    def __init__(self) -> None:
        self._busy, self._ours, self._start = _busy(), _ours(), time.perf_counter()

    @property
    def share(self) -> float:
        """From 0 to 1. Our programs that ended meanwhile count as others."""
        whole = (time.perf_counter() - self._start) * psutil.cpu_count()
        return min(max((_busy() - self._busy - _ours() + self._ours) / whole, 0.0), 1.0)

    def stretch(self, limit: float) -> float:
        """Return the limit as it holds now."""
        return limit / (1 - min(self.share, MOST))


def _busy() -> float:
    """Return the seconds that all programs have had the processors, in sum."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0) - getattr(times, "guest", 0)


def _ours() -> float:
    """Return the seconds of this process and its descendants: the server, kernels, the browser."""
    total = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.Error:  # it has just ended
            continue
        total += times.user + times.system
    return total
