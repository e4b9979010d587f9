"""From what width on is Keras faster than NumPy? Both with their defaults, Keras by itself.

Two hidden layers of each width, 64 inputs, 10 classes, batches of 32, float32, plain descent, all
cores. Three runners:

- "NumPy, readable": `Sequential.forward_and_backward` and w = w − α dW, as lesson 6 shows them;
- "NumPy, tuned": `Sequential.fit`;
- "Keras": `fit` in a process of its own, which the course's settings do not reach: oneDNN is on,
  and a graphics card would be used.

`python -m benchmarks.crossing --store` writes `crossing.json`; lesson 6's deeper notebook draws it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

STORED = Path(__file__).with_suffix(".json")
WIDTHS = (16, 64, 256, 1024, 2048, 4096)
ROUNDS = 4  # in new processes, in turns, so that all share the weather; the shortest time counts
BATCH_SIZE, FEATURES, CLASSES, LEARNING_RATE = 32, 64, 10, 0.01
# Set by the course, or by `benchmarks.speed`, for numbers that are the same everywhere.
OURS = (
    *("TF_ENABLE_ONEDNN_OPTS", "CUDA_VISIBLE_DEVICES", "TF_NUM_INTRAOP_THREADS", "XLA_FLAGS"),
    *("TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
)


def steps_at(width: int) -> int:
    """Return how many steps to time: about as much work at each width, but at least eight."""
    return max(8, 16384 // width)


def _data(width: int):
    import numpy as np

    random = np.random.default_rng(0)
    m = BATCH_SIZE * steps_at(width)
    return random.random((m, FEATURES), dtype=np.float32), random.integers(0, CLASSES, m)


def keras_seconds() -> dict[str, list[float]]:
    """Time Keras, after a first fit that builds its graph."""
    import keras

    dense, seconds = keras.layers.Dense, []
    for width in WIDTHS:
        X, y = _data(width)
        model = keras.Sequential([dense(width, "relu"), dense(width, "relu"), dense(CLASSES)])
        model.compile(
            keras.optimizers.SGD(LEARNING_RATE),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        model.fit(X[: 2 * BATCH_SIZE], y[: 2 * BATCH_SIZE], verbose=0)
        seconds.append(_shortest(lambda m=model, X=X, y=y: m.fit(X, y, verbose=0), width))
    return {"Keras": seconds}


def numpy_seconds() -> dict[str, list[float]]:
    """Time the readable and the tuned way of the course's network."""
    from helpers.losses import SparseCategoricalCrossentropy
    from helpers.network import Dense, Sequential
    from helpers.optimizers import SGD

    seconds: dict[str, list[float]] = {"NumPy, readable": [], "NumPy, tuned": []}
    for width in WIDTHS:
        X, y = _data(width)
        model = Sequential(
            [Dense(width, "relu"), Dense(width, "relu"), Dense(CLASSES)], dtype="float32"
        )
        model.build(FEATURES)
        model.compile(SGD(LEARNING_RATE), SparseCategoricalCrossentropy(from_logits=True))

        def readable(model=model, X=X, y=y):
            for start in range(0, len(X), BATCH_SIZE):
                rows = slice(start, start + BATCH_SIZE)
                model.forward_and_backward(X[rows], y[rows])
                for layer in model.layers:
                    layer.kernel[...] = layer.kernel - LEARNING_RATE * layer.kernel_gradient
                    layer.bias[...] = layer.bias - LEARNING_RATE * layer.bias_gradient

        seconds["NumPy, readable"].append(_shortest(readable, width))
        seconds["NumPy, tuned"].append(_shortest(lambda m=model, X=X, y=y: m.fit(X, y), width))
    return seconds


def _shortest(epoch: Callable[[], object], width: int) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        epoch()
        times.append(time.perf_counter() - start)
    return min(times) / steps_at(width)


def measure(rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Return each runner's seconds per step, by width."""
    best: dict[str, list[float]] = {}
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    for _ in range(rounds):
        for runner in ("keras_seconds", "numpy_seconds"):
            code = (
                f"import json; from benchmarks import crossing; "
                f"print(json.dumps(crossing.{runner}()))"
            )
            printed = subprocess.run(
                [sys.executable, "-c", code],
                capture_output=True, text=True, check=True, env=environment,
            ).stdout  # fmt: skip
            for name, seconds in json.loads(printed.splitlines()[-1]).items():
                best[name] = [
                    min(pair) for pair in zip(seconds, best.get(name, seconds), strict=True)
                ]
    return best


def main(store: bool = False) -> None:
    """Print the table, and store it if asked for."""
    times = measure()
    print(f"Crossing: milliseconds per step, {os.cpu_count()} cores, float32, batches of 32")
    print(f"{'width':>5}", *(f"{name:>16}" for name in times))
    for number, width in enumerate(WIDTHS):
        print(f"{width:5d}", *(f"{1e3 * seconds[number]:16.3f}" for seconds in times.values()))
    if store:
        found = {
            "measured": time.strftime("%Y-%m-%d", time.gmtime()),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "widths": WIDTHS,
            "seconds per step": times,
        }
        STORED.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="store_true", help="write crossing.json")
    main(parser.parse_args().store)
