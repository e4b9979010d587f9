"""What `helpers.optimizers` asks of its arguments before a step changes anything."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers.validation import float_array

_LARGEST = {kind: float(np.finfo(kind).max) for kind in "fd"}  # float32, float64


def check_step(optimizer: Any, parameters: np.ndarray, gradient: np.ndarray) -> None:
    """Check a step's arrays; at the first step, give the optimizer its memory: zeros.

    The optimizer names what it remembers in `_memory`. Errors: see `Optimizer.update`.
    """
    if not optimizer.iterations:
        _begin(optimizer, parameters, gradient)
    if parameters is not optimizer._parameters:
        raise ValueError(
            "parameters must be the array of the optimizer's first step, got another one; "
            "use a new optimizer for new parameters"
        )
    if type(gradient) is not np.ndarray:  # quickly: this runs at each step
        _check_array(gradient, "gradient")
    if gradient.shape != parameters.shape or gradient.dtype != parameters.dtype:
        raise ValueError(
            f"gradient must have the shape {parameters.shape} and dtype {parameters.dtype} of the "
            f"parameters, got {gradient.shape} and {gradient.dtype}"
        )


def _begin(optimizer: Any, parameters: Any, gradient: Any) -> None:
    _check_array(parameters, "parameters")
    _check_array(gradient, "gradient")
    if not parameters.size:
        raise ValueError(f"parameters must not be empty, got shape {parameters.shape}")
    if not parameters.flags.writeable:
        raise ValueError("parameters must be writeable: they are changed in place")
    optimizer._parameters = parameters
    for name in optimizer._memory:
        setattr(optimizer, name, np.zeros_like(parameters))


def _check_array(array: Any, name: str) -> None:
    if not isinstance(array, np.ndarray) or array.dtype not in (np.float32, np.float64):
        what = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        raise TypeError(f"{name} must be an array of float32 or float64, got {what}")
    float_array(array, name, empty=True)  # no masked values: a step would take what they hide


def check_squares(gradient: np.ndarray, factor: float = 1.0) -> None:
    """Refuse a gradient of which v could become infinite: descent would stop without a word."""
    if float(np.vdot(gradient, gradient)) * factor > _LARGEST[gradient.dtype.char]:
        raise FloatingPointError(
            f"gradient must be so small that sums of its squares fit into {gradient.dtype}, "
            f"got {np.abs(gradient).max():g}"
        )


def gradient_of_last_step(optimizer: Any, gradient: Any) -> np.ndarray:
    """Return `gradient` as an array that fits the optimizer's last step, or say why it is none."""
    if not optimizer.iterations:
        raise ValueError(
            "effective_learning_rate needs an update first, got an optimizer at step 0"
        )
    gradient = float_array(gradient, "gradient")
    if gradient.shape != optimizer.step.shape:
        raise ValueError(
            f"gradient must have the shape {optimizer.step.shape} of the parameters, "
            f"got {gradient.shape}"
        )
    return gradient
