"""A fit that fails leaves no traces."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from helpers._views import drop_weights


@contextlib.contextmanager
def unchanged_if_it_fails(model: Any) -> Iterator[None]:
    """Bring back weights, optimizer and random numbers after an error or an interruption."""
    parameters = model.parameters.copy() if model.built else None
    random_state = model._random.bit_generator.state
    optimizer = vars(model.optimizer)
    state = {
        # The optimizer stays with the model's own array, not with a copy.
        name: value.copy()
        if isinstance(value, np.ndarray) and not (model.built and value is model.parameters)
        else value
        for name, value in optimizer.items()
    }
    try:
        yield
    except BaseException:
        if parameters is None:
            drop_weights(model)
        else:
            model.parameters[...] = parameters
        model._random.bit_generator.state = random_state
        optimizer.clear()
        optimizer.update(state)
        model._forget()
        raise
