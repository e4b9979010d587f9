"""A neural network and its training, with Keras's names: `Dense`, `Sequential`, `fit`.

Forward, each layer computes z = x W + b and a = g(z), and its a is the next layer's x.
Backward, from the last layer to the first, the chain rule turns ∂J/∂a into everything else:

    ∂J/∂z = ∂J/∂a · g'(z)        element by element
    ∂J/∂W = xᵀ ∂J/∂z
    ∂J/∂b = Σ ∂J/∂z              over the examples
    ∂J/∂x = ∂J/∂z Wᵀ             which is ∂J/∂a of the layer before

That is `Sequential._backward`, line by line. Rows are examples: x has shape (m, inputs), W
(inputs, units), b (units,), z and a (m, units). `fit` does the same in a rearranged form that is
faster and harder to read, `helpers._training.batch_passes`.
"""

from __future__ import annotations

import functools
import itertools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from helpers import _training
from helpers.activations import ACTIVATIONS
from helpers.losses import (
    ROW_SUM_TOLERANCE,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    binary_crossentropy_gradient,
)
from helpers.optimizers import Optimizer, optimizer_for
from helpers.softmax import softmax, softmax_jacobian_product
from helpers.validation import (
    boolean,
    class_labels,
    float_array,
    known_name,
    positive_integer,
    sequence,
)

ArrayFunction = Callable[[np.ndarray], np.ndarray]
Passes = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]
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
# How many rows `predict` and `evaluate` take at once: enough for speed, little enough for memory.
PREDICTION_ROWS = 1024
# Up to how many examples a batch takes the fast way, which copies it.
FAST_ROWS = 1024


class Dense:
    """A layer of units that each see the whole input: a = g(x W + b).

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : str, pair of functions, or None
        g: a name from `helpers.activations.ACTIVATIONS`, "softmax", or a pair (g, g') of functions
        on arrays. None means linear.
    kernel_initializer : {"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "zeros"}
        Distribution of the initial W.
    bias_initializer : {"zeros", "ones"}
        Initial b.

    Attributes
    ----------
    kernel : ndarray, shape (inputs, units)
        W; together with `bias` once the model is built.
    bias : ndarray, shape (units,)
        b.
    kernel_gradient, bias_gradient : ndarray, shapes of `kernel` and `bias`
        ∂J/∂W and ∂J/∂b of the last batch.

    Raises
    ------
    TypeError
        If `units` is no integer, or another argument neither a name nor what is listed above.
    ValueError
        If `units` is below 1 or a name is unknown.
    """

    def __init__(
        self,
        units: int,
        activation: str | tuple[ArrayFunction, ArrayFunction] | None = None,
        *,
        kernel_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros",
    ) -> None:
        self.units = positive_integer(units, "units")
        self.activation = "linear" if activation is None else activation
        self._choose_functions()
        self.kernel_initializer = known_name(
            kernel_initializer, KERNEL_INITIALIZERS, "kernel_initializer"
        )
        self.bias_initializer = known_name(bias_initializer, BIAS_INITIALIZERS, "bias_initializer")
        self._taken = False  # by a Sequential: its weights are views into that model's array

    def _choose_functions(self) -> None:
        self._g, self._times_derivative = _activation(self.activation)

    def __getstate__(self) -> dict[str, Any]:
        # Functions made on the spot cannot be pickled; they are made again from their name.
        made = ("_g", "_times_derivative")
        return {name: value for name, value in vars(self).items() if name not in made}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._choose_functions()

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return a = g(x W + b) for x of shape (m, inputs); a ValueError before it is built."""
        if not hasattr(self, "kernel"):
            raise ValueError("the layer has no weights yet: build or fit its Sequential first")
        return self._g(np.dot(x, self.kernel) + self.bias)

    def _forward(self, x: np.ndarray) -> np.ndarray:
        """Return a, and remember what the way back needs: x and z."""
        self._x = x
        self._z = np.dot(x, self.kernel)
        self._z += self.bias
        return self._g(self._z)


class History:
    """What `fit` reports: `history["loss"]` and the like, one number per epoch."""

    def __init__(self, names: Sequence[str]) -> None:
        self.history: dict[str, list[float]] = {name: [] for name in names}

    @property
    def epoch(self) -> list[int]:
        """The numbers of the epochs, from 0."""
        return list(range(len(self.history["loss"])))


class Sequential:
    """Layers in a row, each fed by the one before.

    Parameters
    ----------
    layers : sequence of Dense
        At least one; no layer twice, and none of another Sequential.
    dtype : {"float64", "float32"}
        Precision of the weights and of all computation.
    seed : int
        Starts the random numbers for the initial weights and, after them, for shuffling.

    Attributes
    ----------
    parameters : ndarray, shape (count,)
        All weights in one array; each layer's `kernel` and `bias` are views into it.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """

    def __init__(self, layers: Sequence[Dense], dtype: str = "float64", seed: int = 0) -> None:
        layers = sequence(layers, "layers")
        if not layers:
            raise ValueError("layers must not be empty")
        for layer in layers:
            if not isinstance(layer, Dense):
                raise TypeError(f"layers must be Dense layers, got {type(layer).__name__}")
            if layer._taken:
                raise ValueError("layers must be new, got a Dense of another Sequential")
        if len(set(map(id, layers))) < len(layers):
            raise ValueError("layers must differ, got the same layer twice")
        self.layers = layers
        self.dtype = np.dtype(known_name(dtype, ("float64", "float32"), "dtype"))
        self.built = False
        self.optimizer: Optimizer | None = None
        self.loss: Loss | None = None
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
            raise ValueError(f"seed must be an integer of at least 0, got {seed!r}")
        self._random = np.random.default_rng(seed)
        for layer in layers:
            layer._taken = True

    # --- weights ----------------------------------------------------------------------------------

    def build(self, n_features: int) -> None:
        """Make room for the weights and draw their initial values.

        Parameters
        ----------
        n_features : int
            Columns of X. `fit` and the like read it from their X if the model is not built yet.

        Raises
        ------
        TypeError, ValueError
            If `n_features` is no integer above 0, or the model is built for another number.
        """
        n_features = positive_integer(n_features, "n_features")
        if self.built:
            self._check_features(n_features, "n_features")
            return
        sizes = [n_features, *(layer.units for layer in self.layers)]
        self._shapes = [
            shape
            for rows, units in itertools.pairwise(sizes)
            for shape in ((rows, units), (units,))
        ]
        # One flat array for all weights lets the optimizer make each step with a handful of calls.
        self.parameters = np.empty(sum(map(math.prod, self._shapes)), self.dtype)
        self._gradient = np.zeros_like(self.parameters)
        self._share_weights()
        for layer in self.layers:
            layer.kernel[...] = KERNEL_INITIALIZERS[layer.kernel_initializer](
                layer.kernel.shape, self._random
            )
            layer.bias[...] = BIAS_INITIALIZERS[layer.bias_initializer]
        self.built = True

    def _share_weights(self) -> None:
        """Give each layer its views into the flat arrays of weights and gradients."""
        start = 0
        for layer, (inputs, units) in zip(self.layers, self._shapes[::2], strict=True):
            part = slice(start, start := start + (inputs + 1) * units)
            # The bias lies behind its kernel like one more row.
            layer._weights = self.parameters[part].reshape(inputs + 1, units)
            layer._weights_gradient = self._gradient[part].reshape(inputs + 1, units)
            layer.kernel, layer.bias = layer._weights[:-1], layer._weights[-1]
            layer.kernel_gradient = layer._weights_gradient[:-1]
            layer.bias_gradient = layer._weights_gradient[-1]

    def _views(self, flat: np.ndarray) -> Iterator[np.ndarray]:
        start = 0
        for shape in self._shapes:
            stop = start + math.prod(shape)
            yield flat[start:stop].reshape(shape)
            start = stop

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_output_gradient"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if self.built:  # copy.deepcopy and pickle make separate arrays out of views
            self._share_weights()
        if self.loss is not None:
            self._output_gradient = _output_gradient(self.loss, self.layers[-1])

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights in Keras's order: kernel, bias, kernel, bias, …"""
        self._check_built()
        return [view.copy() for view in self._views(self.parameters)]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replace all weights.

        Parameters
        ----------
        weights : sequence of array_like
            In the order and shapes of `get_weights`; finite, also in the model's dtype.

        Raises
        ------
        TypeError, ValueError
            If their number, a shape or a value is wrong, or the model is not built.
        """
        self._check_built()
        weights = sequence(weights, "weights")
        if len(weights) != len(self._shapes):
            raise ValueError(f"weights must be {len(self._shapes)} arrays, got {len(weights)}")
        arrays = []
        for number, (array, shape) in enumerate(zip(weights, self._shapes, strict=True)):
            arrays.append(_finite_array(array, f"weights[{number}]", self.dtype, ndim=None))
            if arrays[-1].shape != shape:
                raise ValueError(
                    f"weights[{number}] must have shape {shape}, got {arrays[-1].shape}"
                )
        for view, array in zip(self._views(self.parameters), arrays, strict=True):
            view[...] = array

    def count_params(self) -> int:
        """Return the number of weights and biases."""
        self._check_built()
        return self.parameters.size

    # --- forward and backward ---------------------------------------------------------------------

    def predict(self, X: Any) -> np.ndarray:
        """Return the output of the last layer.

        Parameters
        ----------
        X : array_like of float, shape (m, n)
            Finite, also in the model's dtype.

        Returns
        -------
        ndarray of the model's dtype, shape (m, units of the last layer)
            Logits if the last layer is linear. inf or nan, without a warning, where a z overflows.

        Raises
        ------
        TypeError, ValueError
            If X is not as described.
        """
        X = self._features(X)
        output = np.empty((len(X), self.layers[-1].units), self.dtype)
        with np.errstate(all="ignore"):
            for rows in _batches(len(X), PREDICTION_ROWS):
                a = self._as_dtype(X[rows])
                for layer in self.layers:
                    a = layer(a)
                output[rows] = a
        return output

    def activations(self, X: Any) -> list[np.ndarray]:
        """Return every layer's a for X, first layer first; shapes (m, units)."""
        a = self._as_dtype(self._features(X))
        with np.errstate(all="ignore"):
            return [a := layer(a) for layer in self.layers]

    def gradients(self, X: Any, y: Any) -> list[np.ndarray]:
        """Return the gradient of the cost over all of X, in the order of `get_weights`.

        Parameters
        ----------
        X : array_like of float, shape (m, n)
            Finite.
        y : array_like, length m
            Targets as the loss wants them.

        Returns
        -------
        list of ndarray
            ∂J/∂W and ∂J/∂b of each layer.

        Raises
        ------
        TypeError, ValueError
            If X or y is not as described, or the model is not compiled.
        """
        X, y = self._data(X, y)
        self.build(X.shape[1])
        with np.errstate(all="ignore"):
            self._forward_and_backward(self._as_dtype(X), self._batch_targets(y, slice(None)))
        self._forget()
        return [view.copy() for view in self._views(self._gradient)]

    def _forward_and_backward(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the sum of the losses, and a; leave ∂J/∂W and ∂J/∂b in the layers."""
        a = self._forward(x)
        losses, dz = self._output_gradient(y, a, self.layers[-1]._z)
        dz /= len(x)  # J is the mean of the losses
        self._backward(dz)
        return float(np.add.reduce(losses)), a

    def _forward(self, x: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            x = layer._forward(x)
        return x

    def _backward(self, dz: np.ndarray) -> None:
        """Carry ∂J/∂z of the last layer back to the first."""
        for layer, before in zip(self.layers[::-1], [*self.layers[-2::-1], None], strict=True):
            np.dot(layer._x.T, dz, out=layer.kernel_gradient)
            np.add.reduce(dz, axis=0, out=layer.bias_gradient)
            if before is not None:
                da = np.dot(dz, layer.kernel.T)
                dz = before._times_derivative(da, before._z)

    # --- training ---------------------------------------------------------------------------------

    def compile(
        self,
        optimizer: str | Optimizer,
        loss: str | Loss,
        metrics: Sequence[str] | None = None,
    ) -> None:
        """Choose how to train.

        Parameters
        ----------
        optimizer : {"sgd", "rmsprop", "adam"} or an optimizer that has taken no step
        loss : name of a loss in `helpers.losses`, or a loss
            The cross-entropies need what they say: `from_logits=True` a linear last layer,
            otherwise "softmax" or "sigmoid". With those two loss and gradient are nevertheless
            computed from the logits, as Keras does, so that nothing is clipped at the loss's
            `epsilon`. (Binary cross-entropy of a softmax layer is the exception.)
        metrics : sequence of str, optional
            ["accuracy"] or nothing. Classes are compared for the categorical losses, the single
            labels (a > 1/2, or z > 0 from logits) for the binary one.

        Raises
        ------
        TypeError, ValueError
            If a name is unknown, the optimizer is not new, or the last layer does not fit the loss.
        """
        optimizer = optimizer_for(optimizer)
        if isinstance(loss, str):
            loss = LOSSES[known_name(loss, LOSSES, "loss")]()
        elif not isinstance(loss, Loss):
            raise TypeError(f"loss must be a name or a loss of helpers.losses, got {loss!r}")
        output_gradient = _output_gradient(loss, self.layers[-1])
        if isinstance(metrics, str):
            raise TypeError(f"metrics must be a sequence of names, got {metrics!r}")
        metrics = [] if metrics is None else sequence(metrics, "metrics")
        for metric in metrics:
            known_name(metric, ("accuracy",), "metrics")
        if len(metrics) > 1:
            raise ValueError(f"metrics must not name a metric twice, got {metrics}")
        if metrics and isinstance(loss, MeanSquaredError):
            raise ValueError("metrics: accuracy needs a loss for classes, got MeanSquaredError")
        self.optimizer, self.loss, self.metrics = optimizer, loss, metrics
        self._output_gradient = output_gradient

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int = 1,
        batch_size: int = 32,
        shuffle: bool = True,
        validation_data: tuple[Any, Any] | None = None,
        verbose: int = 0,
    ) -> History:
        """Train: one step of the optimizer per batch.

        A fit that fails, or is interrupted, leaves weights, optimizer and random numbers as they
        were. A second fit goes on where the first one stopped.

        Parameters
        ----------
        X : array_like of float, shape (m, n)
            Finite. Not copied if it is an array.
        y : array_like, length m
            Targets: labels 0…N−1 of shape (m,) for SparseCategoricalCrossentropy, otherwise
            (m, units), or (m,) for a single unit; in [0, 1] for BinaryCrossentropy; rows that sum
            to 1 for CategoricalCrossentropy.
        epochs : int
            Passes through the data, at least 1.
        batch_size : int
            Examples per step, at least 1; the last batch may be shorter.
        shuffle : bool
            Whether each epoch takes the examples in a new order.
        validation_data : pair (X, y), optional
            Evaluated after each epoch.
        verbose : {0, 1}
            Whether a fit of more than a second shows its progress.

        Returns
        -------
        History
            `history["loss"]`, as Keras reports it: the mean over the epoch of the losses, each
            before the step that it contributed to. Also "accuracy", "val_loss", "val_accuracy"
            where asked for.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, or the model is not compiled.
        FloatingPointError
            If the loss, a weight or a gradient's square overflows: the learning rate is too high,
            or X too large.
        """
        X, y = self._data(X, y)
        epochs = positive_integer(epochs, "epochs")
        batch_size = positive_integer(batch_size, "batch_size")
        boolean(shuffle, "shuffle")
        if verbose not in (0, 1):
            raise ValueError(f"verbose must be 0 or 1, got {verbose!r}")
        if validation_data is not None:
            if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
                raise ValueError("validation_data must be a pair (X, y)")
            validation_data = self._data(*validation_data, where="validation_data: ")
            if validation_data[0].shape[1] != X.shape[1]:
                raise ValueError(
                    f"validation_data: X must have {X.shape[1]} columns as X has, "
                    f"got shape {validation_data[0].shape}"
                )
        names = ["loss", *self.metrics]
        if validation_data is not None:
            names += [f"val_{name}" for name in names]
        history = History(names)
        undo = self._snapshot()
        try:
            self.build(X.shape[1])
            passes = self._passes(min(batch_size, len(X)))
            with np.errstate(all="ignore"):  # an overflow is found in the loss, and reported
                for epoch in _progress(epochs, verbose):
                    results = self._train_epoch(X, y, batch_size, passes, shuffle, epoch)
                    if validation_data is not None:
                        results += self._evaluate(*validation_data)
                    for name, result in zip(names, results, strict=True):
                        history.history[name].append(result)
        except BaseException:
            undo()
            raise
        finally:
            self._forget()
        return history

    def _passes(self, batch_size: int) -> Callable[[int], Passes]:
        """Return what gives, for batches of some size, `_forward_and_backward` or its fast twin."""
        if batch_size > FAST_ROWS:
            return lambda examples: self._forward_and_backward
        labels = isinstance(self.loss, SparseCategoricalCrossentropy)
        return functools.cache(
            lambda examples: _training.batch_passes(
                self.layers, self._output_gradient, examples, labels
            )
        )

    def _train_epoch(
        self,
        X: np.ndarray,
        y: np.ndarray,
        batch_size: int,
        passes: Callable[[int], Passes],
        shuffle: bool,
        epoch: int,
    ) -> list[float]:
        """Return the epoch's mean loss and, if asked for, its accuracy."""
        order = self._random.permutation(len(X)) if shuffle else None
        optimizer, total, correct = self.optimizer, 0.0, 0.0
        for batch, rows in enumerate(_batches(len(X), batch_size)):
            if order is not None:
                rows = order[rows]
            x_batch, y_batch = self._as_dtype(X[rows]), self._batch_targets(y, rows)
            loss, a = passes(len(x_batch))(x_batch, y_batch)
            if not math.isfinite(loss):
                what = f"the loss is {loss / len(x_batch)}"
                raise self._divergence(what, optimizer.iterations + 1, epoch, batch)
            try:
                optimizer.update(self.parameters, self._gradient)
            except FloatingPointError as error:
                step = optimizer.iterations + 1
                raise self._divergence(str(error), step, epoch, batch) from None
            total += loss
            if self.metrics:
                correct += self._correct(y_batch, a)
        if not np.isfinite(self.parameters).all():
            raise self._divergence("a weight is not finite", optimizer.iterations, epoch, batch)
        return [total / len(X), *([float(correct / len(X))] if self.metrics else [])]

    def _divergence(self, what: str, step: int, epoch: int, batch: int) -> FloatingPointError:
        return FloatingPointError(
            f"training diverged: {what} at step {step} (epoch {epoch}, "
            f"batch {batch}, both from 0); try a learning_rate below "
            f"{self.optimizer.learning_rate:g}, or X with smaller values"
        )

    def _snapshot(self) -> Callable[[], None]:
        """Return a function that brings back weights, optimizer and random numbers as of now."""
        parameters = self.parameters.copy() if self.built else None
        random_state = self._random.bit_generator.state
        # The optimizer must stay with the model's own array, so that one is not replaced by a copy.
        state = {
            name: value.copy() if isinstance(value, np.ndarray) and name != "_parameters" else value
            for name, value in vars(self.optimizer).items()
        }

        def undo() -> None:
            if parameters is None:
                self.built = False
            else:
                self.parameters[...] = parameters
            self._random.bit_generator.state = random_state
            vars(self.optimizer).clear()
            vars(self.optimizer).update(state)

        return undo

    def evaluate(self, X: Any, y: Any) -> float | list[float]:
        """Return the cost J, the mean loss over all of X; with metrics [J, accuracy].

        Parameters, errors: as for `gradients`.
        """
        X, y = self._data(X, y)
        self.build(X.shape[1])
        with np.errstate(all="ignore"):
            results = self._evaluate(X, y)
        self._forget()
        return results if self.metrics else results[0]

    def _evaluate(self, X: np.ndarray, y: np.ndarray) -> list[float]:
        totals = np.zeros(1 + len(self.metrics))
        for rows in _batches(len(X), PREDICTION_ROWS):
            y_batch = self._batch_targets(y, rows)
            a = self._forward(self._as_dtype(X[rows]))
            losses, _ = self._output_gradient(y_batch, a, self.layers[-1]._z)
            totals[0] += np.add.reduce(losses)
            if self.metrics:
                totals[1] += self._correct(y_batch, a)
        return [float(total) for total in totals / len(X)]

    def _correct(self, y: np.ndarray, a: np.ndarray) -> float:
        """Return how many examples of a batch are right; a share of one for several labels."""
        if isinstance(self.loss, BinaryCrossentropy):
            threshold = 0 if self.loss.from_logits else 0.5
            return ((a > threshold) == (y > 0.5)).mean(axis=1).sum()
        labels = y if y.ndim == 1 else y.argmax(axis=1)
        return (a.argmax(axis=1) == labels).sum()

    def _forget(self) -> None:
        """Let go of the last batch, which may be a view that keeps a data set alive."""
        for layer in self.layers:
            layer._x = layer._z = None

    # --- checks -----------------------------------------------------------------------------------

    def _check_built(self) -> None:
        if not self.built:
            raise ValueError("the model has no weights yet: call build(n_features) or fit first")

    def _check_features(self, n_features: int, name: str) -> None:
        expected = self.layers[0].kernel.shape[0]
        if n_features != expected:
            raise ValueError(f"{name} must be {expected}, as the model is built, got {n_features}")

    def _features(self, X: Any) -> np.ndarray:
        """Return X checked, building the model if need be."""
        X = _finite_array(X, "X", self.dtype)
        self.build(X.shape[1])
        return X

    def _data(self, X: Any, y: Any, where: str = "") -> tuple[np.ndarray, np.ndarray]:
        """Return X and y checked, without changing the model."""
        if self.loss is None:
            raise ValueError("the model has no loss yet: call compile(optimizer, loss) first")
        X = _finite_array(X, f"{where}X", self.dtype)
        if self.built:
            self._check_features(X.shape[1], f"{where}the number of columns of X")
        y = _targets(y, self.loss, self.layers[-1].units, self.dtype, f"{where}y")
        if len(y) != len(X):
            raise ValueError(
                f"{where}X and y must be equally long, got {len(X)} and {len(y)} examples"
            )
        return X, y

    def _as_dtype(self, x: np.ndarray) -> np.ndarray:
        return x.astype(self.dtype, copy=False)

    def _batch_targets(self, y: np.ndarray, rows: slice | np.ndarray) -> np.ndarray:
        """Return the targets of a batch: labels stay integers, everything else is computed with."""
        return y[rows] if y.ndim == 1 else self._as_dtype(y[rows])


# --- names ----------------------------------------------------------------------------------------


def _activation(
    activation: str | tuple[ArrayFunction, ArrayFunction],
) -> tuple[ArrayFunction, Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """Return g(z), and ∂J/∂z as a function of ∂J/∂a and z."""
    if isinstance(activation, tuple):
        if len(activation) != 2 or not all(map(callable, activation)):
            raise TypeError(f"activation must be a name or a pair (g, g'), got {activation!r}")
        g, derivative = activation
        return g, lambda da, z: da * derivative(z)
    known_name(activation, (*ACTIVATIONS, "softmax"), "activation")
    if activation == "softmax":  # every z moves every a: the chain rule takes the whole Jacobian
        return softmax, lambda da, z: softmax_jacobian_product(z, da)
    if activation == "linear":
        return lambda z: z, lambda da, z: da
    if activation == "relu":  # as helpers.activations.relu, without the checks of its argument
        return lambda z: np.maximum(z, 0), lambda da, z: da * (z > 0)
    g, derivative = ACTIVATIONS[activation].function, ACTIVATIONS[activation].derivative
    return g, lambda da, z: da * derivative(z)


def _output_gradient(loss: Loss, output: Dense) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Return the losses, and ∂L/∂z of the last layer, as a function of y and its a and z."""
    if isinstance(loss, MeanSquaredError):

        def squared_error(y, a, z):
            losses, da = _training.squared_error(y, a)
            return losses, output._times_derivative(da, z)

        return squared_error

    activation, crossentropy = {
        BinaryCrossentropy: ("sigmoid", _training.sigmoid_crossentropy),
        CategoricalCrossentropy: ("softmax", _training.softmax_crossentropy),
        SparseCategoricalCrossentropy: ("softmax", _training.softmax_crossentropy_with_labels),
    }[type(loss)]
    needed = "linear" if loss.from_logits else activation
    if isinstance(loss, BinaryCrossentropy) and (needed, output.activation) == (
        "sigmoid",
        "softmax",
    ):

        def separate_labels(y, a, z):
            losses = binary_crossentropy(y, a, epsilon=loss.epsilon)
            da = binary_crossentropy_gradient(y, a, from_logits=False, epsilon=loss.epsilon)
            return losses, output._times_derivative(da, z)

        return separate_labels
    if output.activation != needed:
        raise ValueError(
            f"loss {type(loss).__name__}(from_logits={loss.from_logits}) needs a last layer with "
            f"activation {needed!r}, got {output.activation!r}"
        )
    # ∂L/∂z directly, not by way of ∂L/∂a: a − y loses no digits and cannot divide by zero.
    return lambda y, a, z: crossentropy(y, z)


def _truncated_normal(shape: tuple[int, ...], variance: float, random: np.random.Generator):
    """Draw normals of that variance, none further than two deviations out, as Keras does."""
    draws = random.standard_normal(shape)
    while (far := np.abs(draws) > 2).any():
        draws[far] = random.standard_normal(far.sum())
    # 0.8796… is the standard deviation that a standard normal has left after the cut.
    return draws * math.sqrt(variance) / 0.87962566103423978


def _uniform(shape: tuple[int, ...], variance: float, random: np.random.Generator):
    limit = math.sqrt(3 * variance)
    return random.uniform(-limit, limit, shape)


# Glorot, Bengio (2010), eq. 16: variance 2 / (inputs + units). He et al. (2015): 2 / inputs.
KERNEL_INITIALIZERS: dict[str, Callable[[tuple[int, ...], np.random.Generator], Any]] = {
    "glorot_uniform": lambda shape, random: _uniform(shape, 2 / sum(shape), random),
    "glorot_normal": lambda shape, random: _truncated_normal(shape, 2 / sum(shape), random),
    "he_uniform": lambda shape, random: _uniform(shape, 2 / shape[0], random),
    "he_normal": lambda shape, random: _truncated_normal(shape, 2 / shape[0], random),
    "zeros": lambda shape, random: 0.0,
}
BIAS_INITIALIZERS = {"zeros": 0.0, "ones": 1.0}


# --- data -----------------------------------------------------------------------------------------


def _finite_array(value: Any, name: str, dtype: np.dtype, ndim: int | None = 2) -> np.ndarray:
    """Return `value` as an array that is finite in `dtype`, without copying it if it is one."""
    if not (
        isinstance(value, np.ndarray)
        and value.dtype.kind in "biuf"
        and value.ndim == ndim
        and value.size
    ):
        value = float_array(value, name, ndim=ndim)
    # min and max find nan and inf without a temporary array as long as the data.
    extremes = np.array([value.min(), value.max()])
    with np.errstate(over="ignore"):
        if np.isfinite(extremes.astype(dtype)).all():
            return value
    float_array(value, name, finite=True)
    raise ValueError(f"{name} must fit into {dtype}, got values up to {np.abs(extremes).max():g}")


def _targets(y: Any, loss: Loss, units: int, dtype: np.dtype, name: str) -> np.ndarray:
    """Return y as the loss wants it: labels (m,), or values (m, units)."""
    try:
        y = np.asarray(y)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of numbers: {error}") from None
    if isinstance(loss, SparseCategoricalCrossentropy):
        if y.ndim == 2 and y.shape[1] == 1:
            y = y[:, 0]
        if y.ndim != 1:
            raise ValueError(f"{name} must hold one label per example, shape (m,), got {y.shape}")
        return class_labels(y, units, name)
    if y.ndim == 1 and units == 1:
        y = y[:, np.newaxis]
    y = _finite_array(y, name, dtype)
    if y.shape[1] != units:
        raise ValueError(
            f"{name} must have as many columns as the last layer has units, {units}, got {y.shape}"
        )
    if not isinstance(loss, MeanSquaredError) and not (y.min() >= 0 and y.max() <= 1):
        raise ValueError(
            f"{name} must lie in [0, 1] for {type(loss).__name__}, "
            f"got values from {y.min():g} to {y.max():g}"
        )
    if isinstance(loss, CategoricalCrossentropy):
        sums = y.sum(axis=1, dtype=np.float64)
        if (wrong := np.abs(sums - 1) > ROW_SUM_TOLERANCE).any():
            row = int(wrong.argmax())
            raise ValueError(
                f"{name} must have rows that sum to 1 for CategoricalCrossentropy, "
                f"got {sums[row]:g} in row {row}"
            )
    return y


def _batches(examples: int, batch_size: int) -> Iterator[slice]:
    return (slice(start, start + batch_size) for start in range(0, examples, batch_size))


def _progress(epochs: int, verbose: int) -> Any:
    """Return the numbers of the epochs, with a bar on the screen if that is asked for."""
    if not verbose:
        return range(epochs)
    from tqdm import tqdm

    return tqdm(range(epochs), desc="fit", unit="epoch", delay=1, file=sys.stdout)
