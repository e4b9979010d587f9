"""The losses as the training loop computes them, thousands of times a second.

The formulas are those of `helpers.losses` and `helpers.softmax`, which check every argument and are
accurate to the last digit. Here nothing is checked, because `fit` did so once for the whole data
set, and the arithmetic is plain: one exponential per logit, as Keras has it. A lesson that explains
a loss shows `helpers.losses`; the tests hold the two against each other.

Each function takes one batch and returns the losses per example, shape (m,), and their derivatives
with respect to the network's output, shape (m, N).
"""

from __future__ import annotations

import numpy as np


def softmax_crossentropy_with_labels(y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """L = log Σ_k exp(z_k) − z_y and ∂L/∂z = softmax(z) − onehot(y), for labels y of shape (m,)."""
    shifted, exponential, total = _shifted_exponentials(z)
    examples = np.arange(len(y))
    losses = np.log(total[:, 0])
    losses -= shifted[examples, y]
    exponential /= total
    exponential[examples, y] -= 1
    return losses, exponential


def softmax_crossentropy(y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """L = Σ_k y_k (log Σ_j exp(z_j) − z_k) and ∂L/∂z = softmax(z) − y, for rows y that sum to 1."""
    shifted, exponential, total = _shifted_exponentials(z)
    losses = np.add.reduce(y * (np.log(total) - shifted), axis=1)
    exponential /= total
    exponential -= y
    return losses, exponential


def sigmoid_crossentropy(y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """L = mean_n max(z, 0) − z y + log(1 + exp(−|z|)) and ∂L/∂z = (sigmoid(z) − y) / N."""
    outputs = z.shape[1]
    exponential = np.exp(-np.abs(z))
    losses = np.maximum(z, 0) - z * y + np.log1p(exponential)
    gradient = np.where(z >= 0, 1, exponential) / (1 + exponential)
    gradient -= y
    gradient /= outputs
    return np.add.reduce(losses, axis=1) / outputs, gradient


def squared_error(y: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """L = mean_n (a − y)² and ∂L/∂a = 2/N (a − y)."""
    outputs = a.shape[1]
    error = a - y
    losses = np.add.reduce(error * error, axis=1) / outputs
    error *= 2 / outputs
    return losses, error


def _shifted_exponentials(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return z − max z, its exponentials and their sum, (m, 1): exp never sees more than 0."""
    shifted = z - np.maximum.reduce(z, axis=1, keepdims=True)
    exponential = np.exp(shifted)
    return shifted, exponential, np.add.reduce(exponential, axis=1, keepdims=True)
