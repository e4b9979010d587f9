"""Training as `fit` does it thousands of times a second: fast, and not for reading first.

The losses. The formulas are those of `helpers.losses` and `helpers.softmax`, which check every
argument and are accurate to the last digit. Here nothing is checked, because `fit` did so once for
the whole data set, and the arithmetic is plain: one exponential per logit, as Keras has it. A
lesson that explains a loss shows `helpers.losses`; the tests hold the two against each other. Each
function takes one batch and returns the losses per example, shape (m,), and their derivatives with
respect to the network's output, shape (m, N).

The way forward and back. `batch_passes` does what `Sequential.forward_and_backward` does, which is
the one to read; the tests hold these two against each other as well.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    binary_crossentropy_gradient,
)

Passes = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]
# Up to how many examples a batch takes the fast way, which copies it.
FAST_ROWS = 1024


def losses_and_gradient(
    loss: Any, output: Any, y: np.ndarray, a: np.ndarray, z: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the losses, and ∂L/∂z of the last layer, `output`, for its a and z.

    With softmax or sigmoid ∂L/∂z comes directly, not by way of ∂L/∂a: a − y loses no digits and
    divides by nothing.
    """
    if isinstance(loss, MeanSquaredError):
        losses, da = squared_error(y, a)
        return losses, output.times_derivative(da, z)
    if isinstance(loss, SparseCategoricalCrossentropy):
        return softmax_crossentropy_with_labels(y, z)
    if isinstance(loss, CategoricalCrossentropy):
        return softmax_crossentropy(y, z)
    if output.activation == "softmax":  # a yes or no per unit, of numbers that sum to 1
        losses = binary_crossentropy(y, a, epsilon=loss.epsilon)
        da = binary_crossentropy_gradient(y, a, from_logits=False, epsilon=loss.epsilon)
        return losses, output.times_derivative(da, z)
    return sigmoid_crossentropy(y, z)


def right_answers(loss: Any, y: np.ndarray, a: np.ndarray) -> float:
    """Return how many examples of a batch are right; a share of one for several labels."""
    if isinstance(loss, BinaryCrossentropy):
        threshold = 0 if loss.from_logits else 0.5
        return float(((a > threshold) == (y > 0.5)).mean(axis=1).sum())
    labels = y if y.ndim == 1 else y.argmax(axis=1)
    return float((a.argmax(axis=1) == labels).sum())


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


def passes_for(model: Any, batch_size: int) -> Passes:
    """Return the model's `forward_and_backward`, or for batches of up to 1024 its fast twin."""
    if batch_size > FAST_ROWS:
        return model.forward_and_backward
    output, labels = model.layers[-1], isinstance(model.loss, SparseCategoricalCrossentropy)
    output_gradient = functools.partial(losses_and_gradient, model.loss, output)

    @functools.cache  # one for the batches, one for a shorter last batch
    def passes_of(examples: int) -> Passes:
        return batch_passes(model.layers, output_gradient, examples, labels)

    return lambda x, y: passes_of(len(x))(x, y)


def batch_passes(
    layers: Sequence[Any], output_gradient: Callable[..., Any], examples: int, labels: bool
) -> Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]:
    """Return a function that takes batches of one size through all layers and back.

    A batch of 32 examples of digits is so little arithmetic that NumPy's time goes into calls and
    into making arrays. Against `Sequential.forward_and_backward`, this saves 40% of the time:

    - every array is made once, here, and overwritten by each batch;
    - kernel and bias are one matrix, [W; b], and so are their gradients. An input with a 1 appended
      needs one product for z = [x 1] [W; b], and one for both gradients;
    - an example is a column: what is compared or added over the classes lies in long rows;
    - ReLU overwrites its z, and its derivative is the sign of its output.

    Parameters
    ----------
    layers : sequence of Dense
        Layers that have weights. The gradients are left in them.
    output_gradient : callable
        Losses, shape (m,), and ∂L/∂z of the last layer, (m, units), from y, a and z.
    examples : int
        m, for all batches to come.
    labels : bool
        Whether `output_gradient` is that of `softmax_crossentropy_with_labels`, of the logits.

    Returns
    -------
    callable
        Takes x, shape (m, n), and y; returns the sum of the losses, and a of the last layer, shape
        (m, units): to be used before the next call, which overwrites it.
    """
    dtype = layers[0].kernel.dtype
    zero, ones = np.zeros((), dtype), np.ones(examples, dtype)
    batch = np.ones((examples, len(layers[0].kernel) + 1), dtype)
    features, inputs = batch[:, :-1], batch.T
    up = []
    for layer in layers:
        outputs = np.ones((layer.units + 1, examples), dtype)  # the last row stays
        a = outputs[:-1]
        z = a if layer.activation in ("linear", "relu") else np.empty_like(a)
        up.append((layer, layer._weights.T, inputs, z, a))
        inputs = outputs
    down = []
    for (before, _, _, z, _), (layer, _, inputs, _, _) in itertools.pairwise(up):
        arrays = (layer.kernel, layer._weights_gradient)
        down.insert(0, (before, *arrays, inputs, z, np.empty_like(z), np.empty_like(z)))
    first_gradient = layers[0]._weights_gradient
    if labels:
        crossentropy = _label_crossentropy(layers[-1].units, examples, dtype)

    def passes(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        features[...] = x
        for layer, weights, inputs, z, a in up:
            np.dot(weights, inputs, z)
            if layer.activation == "relu":
                np.maximum(z, zero, out=z)
            elif a is not z:
                a.T[...] = layer._g(z.T)
        if labels:
            losses, dz = crossentropy(y, z)
        else:
            losses, rows = output_gradient(y, a.T, z.T)
            rows /= examples
            dz = rows.T
        for before, kernel, gradient, inputs, z, da, slope in down:
            np.dot(inputs, dz.T, gradient)
            np.dot(kernel, dz, da)
            if before.activation == "relu":
                dz = np.multiply(da, np.sign(z, slope), da)
            else:
                dz = before.times_derivative(da.T, z.T).T
        np.dot(batch.T, dz.T, first_gradient)
        return float(np.dot(ones, losses)), a.T

    return passes


def _label_crossentropy(
    units: int, examples: int, dtype: np.dtype
) -> Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return `softmax_crossentropy_with_labels`, but from and to columns, and of the mean loss.

    It takes labels y, shape (m,), and z, shape (units, m); it returns the losses, shape (m,), and
    ∂J/∂z, shape (units, m), where J is the mean of the losses. Both are overwritten by each call.
    """
    top, total, losses = (np.empty(examples, dtype) for _ in range(3))
    shifted, gradient = (np.empty((units, examples), dtype) for _ in range(2))
    every = gradient.reshape(-1)  # a view: one index finds an element faster than two
    columns, true, m = np.arange(examples), np.empty(examples, np.intp), np.array(examples)
    ones, count = np.ones(units, dtype), np.array(examples, dtype)

    def crossentropy(y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        np.maximum.reduce(z, 0, None, top)
        np.subtract(z, top, shifted)
        np.exp(shifted, gradient)
        np.dot(ones, gradient, total)
        np.log(total, losses)
        np.add(np.multiply(y, m, true), columns, true)
        np.subtract(losses, shifted.take(true), losses)
        np.divide(gradient, np.multiply(total, count, total), gradient)
        every[true] -= 1 / examples
        return losses, gradient

    return crossentropy
