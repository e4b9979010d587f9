"""One array for all weights of a model, and each layer's kernel and bias as windows on it.

With all weights in one flat array an optimizer makes its step with a handful of calls. So that
there is only one set of weights, a window can be written into but not replaced.
"""

from __future__ import annotations

from typing import Any

import numpy as np

MODEL_ARRAYS = ("_parameters", "_gradient")
LAYER_ARRAYS = (
    *("_weights", "_kernel", "_bias"),
    *("_weights_gradient", "_kernel_gradient", "_bias_gradient"),
)


class NoWeightsError(AttributeError, ValueError):
    """A ValueError for whoever reads the message; an AttributeError, so that `hasattr` works."""


class View:
    """An attribute that shows a part of the model's weights, or of their gradient."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        try:
            return vars(instance)[f"_{self.name}"]
        except KeyError:
            what = "the model" if hasattr(instance, "layers") else "the layer"
            raise NoWeightsError(
                f"{what} has no weights yet: build or fit its Sequential first"
            ) from None

    def __set__(self, instance: Any, value: Any) -> None:
        if value is vars(instance).get(f"_{self.name}", self):
            return  # `layer.kernel *= 2` writes into the view, and then assigns the view itself
        raise AttributeError(
            f"{self.name} cannot be replaced, because the whole model shares one array: write "
            f"into it, {self.name}[...] = array, or call the model's set_weights"
        )


def make_weights(model: Any, n_features: int) -> None:
    """Make room for a model's weights and their gradient, and give the layers their views."""
    sizes = [n_features, *(layer.units for layer in model.layers)]
    count = sum((sizes[i] + 1) * sizes[i + 1] for i in range(len(model.layers)))
    model._parameters = np.empty(count, model.dtype)
    model._gradient = np.zeros(count, model.dtype)
    share_weights(model, n_features)


def share_weights(model: Any, n_features: int) -> None:
    """Give each layer its views into the model's flat arrays of weights and gradients."""
    start, inputs = 0, n_features
    for layer in model.layers:
        part = slice(start, start := start + (inputs + 1) * layer.units)
        # The bias lies behind its kernel like one more row.
        layer._weights = model._parameters[part].reshape(inputs + 1, layer.units)
        layer._weights_gradient = model._gradient[part].reshape(inputs + 1, layer.units)
        layer._kernel, layer._bias = layer._weights[:-1], layer._weights[-1]
        layer._kernel_gradient = layer._weights_gradient[:-1]
        layer._bias_gradient = layer._weights_gradient[-1]
        inputs = layer.units


def drop_weights(model: Any) -> None:
    """Leave the model as it was before it was built."""
    model.built = False
    for owner, arrays in (
        (model, MODEL_ARRAYS),
        *((layer, LAYER_ARRAYS) for layer in model.layers),
    ):
        for name in arrays:
            vars(owner).pop(name, None)
