"""The same training in NumPy and in Keras: how far do the weights drift apart?

Digits (1797 × 64), layers 64-25-15-10, batches of 32 in the same order, 100 epochs (5,700 steps),
every optimizer with every loss. In float64 nothing may drift; in float32 the rounding of sums is
left to each library, and the drift is only reported.
"""

from __future__ import annotations

import argparse
import copy
from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits

from helpers.comparison import to_keras
from helpers.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    one_hot,
)
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD, Adam, Optimizer, RMSprop

LIMIT = 1e-12
EPOCHS = 100
# Learning rates at which training is stable. At 0.1 with momentum 0.9, descent is chaotic: what is
# one rounding at the start ends as different weights, in either library (see `sensitivity`).
OPTIMIZERS = {
    "SGD": lambda: SGD(learning_rate=0.1),
    "momentum": lambda: SGD(learning_rate=0.01, momentum=0.9),
    "Nesterov": lambda: SGD(learning_rate=0.01, momentum=0.9, nesterov=True),
    "RMSprop": lambda: RMSprop(),
    "Adam": lambda: Adam(),
}
LOSSES = {
    "sparse cross-entropy": SparseCategoricalCrossentropy(from_logits=True),
    "one-hot cross-entropy": CategoricalCrossentropy(from_logits=True),
    "binary cross-entropy": BinaryCrossentropy(from_logits=True),
    "mean squared error": MeanSquaredError(),
}


class Drift(NamedTuple):
    """Largest difference of any weight, and of any epoch's loss, after a training."""

    weights: float
    losses: float


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return X, shape (1797, 64) with values in [0, 1], and the labels."""
    X, y = load_digits(return_X_y=True)
    return X / 16, y


def digits_model(optimizer: str, loss: str, dtype: str = "float64", seed: int = 0) -> Sequential:
    """Return the untrained network 64-25-15-10, built and compiled."""
    model = Sequential(
        [Dense(25, activation="relu"), Dense(15, activation="relu"), Dense(10)],
        dtype=dtype,
        seed=seed,
    )
    model.build(64)
    model.compile(OPTIMIZERS[optimizer](), LOSSES[loss])
    return model


def drift(optimizer: str, loss: str, epochs: int, dtype: str = "float64") -> Drift:
    """Train both ways from the same weights and return how far they are apart at the end."""
    X, y = digits()
    if loss != "sparse cross-entropy":
        y = one_hot(y, 10)
    X, y = X.astype(dtype), y.astype(dtype) if y.ndim == 2 else y
    ours = digits_model(optimizer, loss, dtype)
    theirs = to_keras(ours)
    our_history = ours.fit(X, y, epochs=epochs, shuffle=False)
    their_history = theirs.fit(X, y, epochs=epochs, batch_size=32, shuffle=False, verbose=0)
    weights = zip(ours.get_weights(), theirs.get_weights(), strict=True)
    losses = np.subtract(our_history.history["loss"], their_history.history["loss"])
    return Drift(
        max(float(np.abs(a.astype(np.float64) - b).max()) for a, b in weights),
        float(np.abs(losses).max()),
    )


def sensitivity(optimizer: Optimizer, epochs: int) -> float:
    """Return how far our own weights end up from where they would, had they begun 1 ulp off.

    No two libraries can agree better than each agrees with itself.
    """
    X, y = digits()
    ends = []
    for nudge in (False, True):
        model = digits_model("SGD", "sparse cross-entropy")
        model.compile(copy.deepcopy(optimizer), LOSSES["sparse cross-entropy"])
        if nudge:
            model.parameters[...] = np.nextafter(model.parameters, np.inf)
        model.fit(X, y, epochs=epochs, shuffle=False)
        ends.append(model.parameters)
    return float(np.abs(ends[0] - ends[1]).max())


def main(epochs: int = EPOCHS) -> bool:
    """Print the table; return whether every float64 training stayed within the limit."""
    print(f"Parity with Keras: largest difference after {epochs} epochs of digits")
    print(f"{'loss':<22} {'optimizer':<10} {'weights':>9} {'losses':>9}   limit {LIMIT:g}")
    kept = True
    for loss in LOSSES:
        for optimizer in OPTIMIZERS:
            result = drift(optimizer, loss, epochs)
            within = max(result) <= LIMIT
            kept &= within
            verdict = "" if within else "   TOO FAR"
            print(
                f"{loss:<22} {optimizer:<10} {result.weights:9.1e} {result.losses:9.1e}{verdict}",
                flush=True,
            )
    print("float32, for information: each library sums in its own order, and training amplifies it")
    for optimizer in OPTIMIZERS:
        loss = "sparse cross-entropy"
        result = drift(optimizer, loss, epochs, "float32")
        print(f"{loss:<22} {optimizer:<10} {result.weights:9.1e} {result.losses:9.1e}", flush=True)
    print("our own drift if the weights begin 1 ulp off: what no other library can beat")
    unstable = {"unstable": lambda: SGD(learning_rate=0.1, momentum=0.9)}
    for name, optimizer in {**OPTIMIZERS, **unstable}.items():
        print(f"{'sparse cross-entropy':<22} {name:<10} {sensitivity(optimizer(), epochs):9.1e}")
    return kept


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    raise SystemExit(not main(parser.parse_args().epochs))
