"""What Keras does to probabilities before it takes their logarithm, with its `epsilon` of 1e-7.

For integer labels it clips to [epsilon, 1 − epsilon] and then divides by the sum; for one-hot rows
it divides first and clips then. With an epsilon of 0 nothing is done. The gradients go back through
both steps; where a probability is clipped, they are 0.
"""

from __future__ import annotations

import numpy as np


def clipped(a: np.ndarray, epsilon: float) -> np.ndarray:
    """Return `a` clipped in its own precision, in float64."""
    return (np.clip(a, epsilon, 1.0 - epsilon) if epsilon else a).astype(np.float64)


def inside(a: np.ndarray, epsilon: float) -> np.ndarray:
    """Return where `clipped` leaves `a` alone."""
    return (epsilon <= a) & (a <= 1.0 - epsilon)


def clipped_gradient(y: np.ndarray, a: np.ndarray, epsilon: float) -> np.ndarray:
    """Return ∂/∂a of −y log `clipped(a)` − (1 − y) log(1 − `clipped(a)`)."""
    c = clipped(a, epsilon)
    gradient = weighted(1.0 - y, 1.0 / (1.0 - c)) - weighted(y, 1.0 / c)
    return np.where(inside(a, epsilon), gradient, 0.0)


def weighted(weight: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Return weight · value, where an infinite value of weight 0 counts for nothing."""
    return np.multiply(weight, value, out=np.zeros_like(value), where=weight != 0.0)


def clip_and_normalise(a: np.ndarray, epsilon: float) -> np.ndarray:
    """Return rows of probabilities as Keras has them for integer labels."""
    a = clipped(a, epsilon)
    return a / a.sum(axis=-1, keepdims=True) if epsilon else a


def clip_and_normalise_gradient(y: np.ndarray, a: np.ndarray, epsilon: float) -> np.ndarray:
    """Return ∂/∂a of −Σ y log `clip_and_normalise(a)` for one-hot y."""
    c = clipped(a, epsilon)
    if not epsilon:
        return -weighted(y, 1.0 / c)
    # L = −log c_y + log Σ c
    gradient = 1.0 / c.sum(axis=-1, keepdims=True) - weighted(y, 1.0 / c)
    return np.where(inside(a, epsilon), gradient, 0.0)


def normalise_and_clip(a: np.ndarray, epsilon: float) -> np.ndarray:
    """Return rows of probabilities as Keras has them for one-hot rows."""
    return clipped(a / a.sum(axis=-1, keepdims=True) if epsilon else a, epsilon)


def normalise_and_clip_gradient(y: np.ndarray, a: np.ndarray, epsilon: float) -> np.ndarray:
    """Return ∂/∂a of −Σ y log `normalise_and_clip(a)`."""
    if not epsilon:
        return -weighted(y, 1.0 / clipped(a, epsilon))
    total = a.sum(axis=-1, keepdims=True)
    share = a / total
    gradient = np.where(inside(share, epsilon), -weighted(y, 1.0 / clipped(share, epsilon)), 0.0)
    return (gradient - (gradient * share).sum(axis=-1, keepdims=True)) / total
