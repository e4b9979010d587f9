"""Run all benchmarks: `python -m benchmarks`, or some: `python -m benchmarks speed parity`."""

from __future__ import annotations

import importlib
import sys

NAMES = ("accuracy", "parity", "speed", "crossing", "feedback")


def main(names: list[str]) -> int:
    """Run the named benchmarks, all by default; return how many missed their targets."""
    unknown = set(names) - set(NAMES)
    if unknown:
        raise SystemExit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {NAMES}")
    missed = 0
    for name in names or NAMES:
        # `main` returns whether the targets were met, or None if there are none.
        missed += importlib.import_module(f"benchmarks.{name}").main() is False
        print()
    return missed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
