"""Checks of what a network is told: its layers, its loss and metrics, how to fit.

An argument that is wrong is named, with what came, what was expected and what to do. Nothing is
changed before everything is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.activations import ACTIVATIONS
from helpers.callbacks import EarlyStopping, History
from helpers.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from helpers.softmax import softmax
from helpers.validation import boolean, call_hint, known_name, positive_integer, sequence

Loss = (
    MeanSquaredError | BinaryCrossentropy | SparseCategoricalCrossentropy | CategoricalCrossentropy
)
LOSSES = {
    "mse": MeanSquaredError,
    "mean_squared_error": MeanSquaredError,
    "binary_crossentropy": BinaryCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
}
YES_OR_NO = "for a yes-or-no question give Dense(1, activation='sigmoid') and BinaryCrossentropy"


def activation_functions(activation: Any, units: int) -> tuple[Any, Any]:
    """Return g and g' of a layer; None for the g' of softmax, which has a Jacobian instead."""
    if isinstance(activation, tuple):
        if len(activation) != 2 or not all(map(callable, activation)):
            raise TypeError(f"activation must be a name or a pair (g, g'), got {activation!r}")
        return activation
    if not isinstance(activation, str):
        raise TypeError(
            f"activation must be a string, a name such as 'relu', or a pair (g, g'), "
            f"got {activation!r}"
        )
    known_name(activation, (*ACTIVATIONS, "softmax"), "activation")
    if activation != "softmax":
        return ACTIVATIONS[activation].function, ACTIVATIONS[activation].derivative
    if units == 1:
        raise ValueError(
            "activation 'softmax' needs at least 2 units, got 1: its output would always be 1; "
            f"{YES_OR_NO}"
        )
    return softmax, None


def new_layers(layers: Any, kind: type) -> list[Any]:
    """Return the layers of a new model as a list."""
    layers = sequence(layers, "layers")
    if not layers:
        raise ValueError("layers must not be empty")
    for layer in layers:
        if not isinstance(layer, kind):
            raise TypeError(f"layers must be Dense layers, got {type(layer).__name__}")
        if layer._taken:
            raise ValueError("layers must be new, got a Dense of another Sequential")
    if len(set(map(id, layers))) < len(layers):
        raise ValueError("layers must differ, got the same layer twice")
    return layers


def random_numbers(seed: Any) -> np.random.Generator:
    """Return the random numbers that a seed starts."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed must be an integer of at least 0, got {seed!r}")
    return np.random.default_rng(seed)


def chosen_loss(loss: Any, output: Any) -> Loss:
    """Return the loss, or the one of that name, if the last layer, `output`, fits it."""
    if isinstance(loss, str):
        loss = LOSSES[known_name(loss, LOSSES, "loss")]()
    elif not isinstance(loss, Loss):
        raise TypeError(
            f"loss must be a name or a loss of helpers.losses, got {loss!r}{call_hint(loss)}"
        )
    if isinstance(loss, MeanSquaredError):
        return loss
    activation = "sigmoid" if isinstance(loss, BinaryCrossentropy) else "softmax"
    needed = "linear" if loss.from_logits else activation
    fits = [needed, "softmax"] if needed == "sigmoid" else [needed]
    if output.activation not in fits:
        raise ValueError(
            f"loss {type(loss).__name__}(from_logits={loss.from_logits}) needs a last layer with "
            f"activation {needed!r}, got {output.activation!r}"
        )
    if activation == "softmax" and output.units == 1:
        raise ValueError(
            f"loss {type(loss).__name__} needs a last layer of at least 2 units, got 1: it "
            f"would always be 0; {YES_OR_NO}"
        )
    return loss


def chosen_metrics(metrics: Any, loss: Loss) -> list[str]:
    """Return the names of the metrics as a list."""
    if isinstance(metrics, str):
        raise TypeError(
            f"metrics must be a sequence of names, got {metrics!r}; write [{metrics!r}]"
        )
    metrics = [] if metrics is None else sequence(metrics, "metrics")
    for metric in metrics:
        known_name(metric, ("accuracy",), "metrics")
    if len(metrics) > 1:
        raise ValueError(f"metrics must not name a metric twice, got {metrics}")
    if metrics and isinstance(loss, MeanSquaredError):
        raise ValueError("metrics: accuracy needs a loss for classes, got MeanSquaredError")
    return metrics


def fit_options(epochs: Any, batch_size: Any, shuffle: Any, verbose: Any) -> tuple[int, int]:
    """Check the options of `fit` that are numbers and switches; return the first two as int."""
    epochs = positive_integer(epochs, "epochs")
    batch_size = positive_integer(batch_size, "batch_size")
    boolean(shuffle, "shuffle")
    if verbose not in (0, 1):
        raise ValueError(f"verbose must be 0 or 1, got {verbose!r}")
    return epochs, batch_size


def new_callbacks(callbacks: Any, history: History) -> Sequence[EarlyStopping]:
    """Return the callbacks as a list, each ready for a new training."""
    if isinstance(callbacks, EarlyStopping):
        raise TypeError("callbacks must be a sequence, got EarlyStopping; write callbacks=[…]")
    callbacks = [] if callbacks is None else sequence(callbacks, "callbacks")
    for callback in callbacks:
        if not isinstance(callback, EarlyStopping):
            raise TypeError(
                "callbacks must be EarlyStopping of helpers.callbacks, got "
                f"{type(callback).__name__}"
            )
        if callback.monitor not in history.history:
            way_out = "give fit validation_data or validation_split"
            if callback.monitor.endswith("accuracy") and "accuracy" not in history.history:
                way_out = 'call compile with metrics=["accuracy"]'
            raise ValueError(
                f"callbacks: EarlyStopping watches {callback.monitor}, but this fit reports only "
                f"{', '.join(history.history)}; {way_out}"
            )
    for callback in callbacks:
        callback.on_train_begin()
    return callbacks
