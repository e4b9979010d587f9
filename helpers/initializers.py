"""Where training starts: the distributions that `Dense` draws its first weights from.

Each function takes the kernel's shape, (inputs, units), and NumPy's random numbers. The variance
keeps the size of the signal from layer to layer: 2 / (inputs + units) by Glorot and Bengio (2010),
equation 16; 2 / inputs by He et al. (2015) for ReLU, which drops half of the signal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def _uniform(shape: tuple[int, ...], variance: float, random: np.random.Generator) -> np.ndarray:
    limit = math.sqrt(3 * variance)
    return random.uniform(-limit, limit, shape)


def _truncated_normal(
    shape: tuple[int, ...], variance: float, random: np.random.Generator
) -> np.ndarray:
    """Draw normals of that variance, none further than two deviations out, as Keras does."""
    draws = random.standard_normal(shape)
    while (far := np.abs(draws) > 2).any():
        draws[far] = random.standard_normal(far.sum())
    # 0.8796… is the standard deviation that a standard normal has left after the cut.
    return draws * math.sqrt(variance) / 0.87962566103423978


KERNEL_INITIALIZERS: dict[str, Callable[[tuple[int, ...], np.random.Generator], Any]] = {
    "glorot_uniform": lambda shape, random: _uniform(shape, 2 / sum(shape), random),
    "glorot_normal": lambda shape, random: _truncated_normal(shape, 2 / sum(shape), random),
    "he_uniform": lambda shape, random: _uniform(shape, 2 / shape[0], random),
    "he_normal": lambda shape, random: _truncated_normal(shape, 2 / shape[0], random),
    "zeros": lambda shape, random: 0.0,
}
BIAS_INITIALIZERS = {"zeros": 0.0, "ones": 1.0}
