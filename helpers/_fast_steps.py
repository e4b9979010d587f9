"""The steps of `helpers.optimizers`, fast: in arrays that exist, and not for reading first.

The formulas are those of `momentum_step`, `nesterov_step`, `rmsprop_step` and `adam_step`, and the
tests hold each pair together. Each function here takes the gradient, overwrites what the algorithm
remembers, and leaves in `step` what is to be added to the parameters.
"""

from __future__ import annotations

import math

import numpy as np


def as_keras_keeps(value: float, gradient: np.ndarray, keras_rounding: bool) -> float | np.float32:
    """Return `value` in the gradient's dtype, by way of float32 if Keras goes that way."""
    if gradient.dtype == np.float32:
        return np.float32(value)
    return float(np.float32(value)) if keras_rounding else value


def momentum(
    g: np.ndarray, velocity: np.ndarray, step: np.ndarray,
    learning_rate: float, momentum: float | np.float32, nesterov: bool,
) -> None:  # fmt: skip
    """Take a step with momentum, with or without looking ahead."""
    descent = np.multiply(g, learning_rate, out=step)
    velocity *= momentum
    velocity -= descent
    if nesterov:
        np.subtract(velocity * momentum, descent, out=step)
    else:
        step[...] = velocity


def rmsprop(
    g: np.ndarray, v: np.ndarray, step: np.ndarray, scratch: np.ndarray,
    learning_rate: float, rho: float, epsilon: float,
) -> None:  # fmt: skip
    """Take a step of RMSprop."""
    np.multiply(g, g, scratch)
    scratch *= 1 - rho
    v *= rho
    v += scratch

    np.add(v, epsilon, scratch)
    np.sqrt(scratch, scratch)
    np.multiply(g, -learning_rate, step)
    step /= scratch


def adam(
    g: np.ndarray, m: np.ndarray, v: np.ndarray, step: np.ndarray,
    alpha_t: float, beta_1: float, beta_2: float, epsilon: float,
) -> None:  # fmt: skip
    """Take a step of Adam, given α_t = α √(1 − β₂ᵗ) / (1 − β₁ᵗ).

    Kept are m / (1 − β₁) and v / (1 − β₂), to pass over the parameters two times fewer; the factors
    come back with α_t and ε. `step` is scratch until the end, to stay in the cache.
    """
    m *= beta_1
    m += g
    np.multiply(g, g, step)
    v *= beta_2
    v += step

    root = math.sqrt(1 - beta_2)
    np.sqrt(v, step)
    step += epsilon / root
    np.divide(m, step, step)
    step *= -alpha_t * (1 - beta_1) / root
