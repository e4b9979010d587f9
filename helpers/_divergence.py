"""The words for a training that has run away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np


@contextlib.contextmanager
def divergence_explained(model: Any, epoch: int) -> Iterator[None]:
    """Say where and why an epoch's FloatingPointError came, and find weights that overflowed."""
    before = model.optimizer.iterations
    try:
        yield
    except FloatingPointError as error:  # before its step was counted
        step = model.optimizer.iterations + 1
        raise _divergence(model, str(error), step, epoch, step - before - 1) from None
    if not np.isfinite(model.parameters).all():
        step = model.optimizer.iterations
        raise _divergence(model, "a weight is not finite", step, epoch, step - before - 1)


def _divergence(model: Any, what: str, step: int, epoch: int, batch: int) -> FloatingPointError:
    return FloatingPointError(
        f"training diverged: {what} at step {step} (epoch {epoch}, "
        f"batch {batch}, both from 0); try a learning_rate below "
        f"{model.optimizer.learning_rate:g}, or X with smaller values"
    )
