"""A neural network and its training, with Keras's names: `Dense`, `Sequential`, `fit`.

Forward, each layer computes z = x W + b and a = g(z), and its a is the next layer's x.
Backward, from the last layer to the first, the chain rule turns ∂J/∂a into everything else:

    ∂J/∂z = ∂J/∂a · g'(z)        element by element
    ∂J/∂W = xᵀ ∂J/∂z
    ∂J/∂b = Σ ∂J/∂z              over the examples
    ∂J/∂x = ∂J/∂z Wᵀ             which is ∂J/∂a of the layer before

In code dz stands for ∂J/∂z, dW for ∂J/∂W and so on. Rows are examples: x has shape (m, inputs), W
(inputs, units), b (units,), z and a (m, units). J is the mean of the losses.

The way back starts at the last layer's dz, which comes from the loss and that layer's activation
together: a − y, with y one-hot, for softmax or sigmoid and its cross-entropy, divided by m.

`gradients`, and `fit` for batches of more than 1024 examples, run `forward` and `backward` as they
stand here. For smaller batches `fit` takes the same steps in a rearranged form that is faster and
harder to read, `helpers._training.batch_passes`; the tests hold the two together to 1e-13. No
finite input warns: a number that overflows becomes inf, and `fit` says where.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers import _data, _settings, _training
from helpers._divergence import divergence_explained
from helpers._progress import progress
from helpers._settings import LOSSES as LOSSES
from helpers._settings import Loss
from helpers._undo import unchanged_if_it_fails
from helpers._views import View, make_weights, share_weights
from helpers.callbacks import EarlyStopping
from helpers.callbacks import History as History
from helpers.initializers import BIAS_INITIALIZERS, KERNEL_INITIALIZERS
from helpers.optimizers import Optimizer, optimizer_for
from helpers.softmax import softmax_jacobian_product
from helpers.validation import known_name, positive_integer

ArrayFunction = Callable[[np.ndarray], np.ndarray]
# How many rows `predict` and `evaluate` take at once: enough for speed, little enough for memory.
PREDICTION_ROWS = 1024


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
    kernel, kernel_gradient : ndarray, shape (inputs, units)
        W and ∂J/∂W of the last batch, once the model is built. Parts of the model's arrays: fill
        them (`[...] =`).
    bias, bias_gradient : ndarray, shape (units,)
        b and ∂J/∂b, likewise.

    Raises
    ------
    TypeError
        If `units` is no integer, or another argument neither a name nor what is listed above.
    ValueError
        If `units` is below 1, a name is unknown, or a softmax has one unit.
    """

    kernel, bias = View(), View()
    kernel_gradient, bias_gradient = View(), View()

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
        self._g, self._g_derivative = _settings.activation_functions(self.activation, self.units)
        self.kernel_initializer = known_name(
            kernel_initializer, KERNEL_INITIALIZERS, "kernel_initializer"
        )
        self.bias_initializer = known_name(bias_initializer, BIAS_INITIALIZERS, "bias_initializer")
        self._taken = False  # by a Sequential: its weights are views into that model's array

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return a = g(x W + b) for x of shape (m, inputs); a ValueError before it is built."""
        return self._g(x @ self.kernel + self.bias)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return a, and remember what the way back needs: x and z."""
        self.x = x
        self.z = x @ self.kernel + self.bias
        return self._g(self.z)

    def backward(self, dz: np.ndarray) -> np.ndarray:
        """Return dx, which is da of the layer before; leave dW and db in the two gradients."""
        dW = self.x.T @ dz
        db = dz.sum(axis=0)
        dx = dz @ self.kernel.T
        self.kernel_gradient[...] = dW
        self.bias_gradient[...] = db
        return dx

    def times_derivative(self, da: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return dz = da · g'(z)."""
        if self.activation == "softmax":  # every z moves every a: the whole Jacobian takes part
            return softmax_jacobian_product(z, da)
        return da * self._g_derivative(z)


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

    parameters = View()

    def __init__(self, layers: Sequence[Dense], dtype: str = "float64", seed: int = 0) -> None:
        self.layers = _settings.new_layers(layers, Dense)
        self.dtype = np.dtype(known_name(dtype, ("float64", "float32"), "dtype"))
        self._random = _settings.random_numbers(seed)
        self.built = False
        self.optimizer: Optimizer | None = None
        self.loss: Loss | None = None
        self.metrics: list[str] = []
        for layer in self.layers:
            layer._taken = True

    # --- forward and backward ---------------------------------------------------------------------

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the last layer's a; each layer remembers its x and z."""
        a = x.astype(self.dtype, copy=False)
        for layer in self.layers:
            a = layer.forward(a)
        return a

    def backward(self, dz: np.ndarray) -> None:
        """Carry dz of the last layer back to the first; leave dW and db in each layer."""
        last = len(self.layers) - 1
        for number in range(last, -1, -1):
            da = self.layers[number].backward(dz)
            if number > 0:
                before = self.layers[number - 1]
                dz = before.times_derivative(da, before.z)

    def forward_and_backward(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the sum of the losses, and a; leave dW and db of J in the layers."""
        output = self.layers[-1]
        a = self.forward(x)
        losses, dz = _training.losses_and_gradient(self.loss, output, y, a, output.z)
        self.backward(dz / len(x))  # J is the mean of the losses
        self._forget()
        return float(losses.sum()), a

    def _forget(self) -> None:
        """Let go of the last batch, which may be a view that keeps a data set alive."""
        for layer in self.layers:
            layer.x = layer.z = None

    # --- training ---------------------------------------------------------------------------------

    def compile(
        self, optimizer: str | Optimizer, loss: str | Loss, metrics: Sequence[str] | None = None
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
        loss = _settings.chosen_loss(loss, self.layers[-1])
        self.metrics = _settings.chosen_metrics(metrics, loss)
        self.optimizer, self.loss = optimizer, loss

    @np.errstate(all="ignore")
    def fit(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int = 1,
        batch_size: int = 32,
        shuffle: bool = True,
        validation_data: tuple[Any, Any] | None = None,
        validation_split: float = 0.0,
        callbacks: Sequence[EarlyStopping] = (),
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
        validation_split : float in [0, 1)
            Or: the share of X and y, from their end and before any shuffling, that is kept from
            training and evaluated instead.
        callbacks : sequence of EarlyStopping
            When to stop before the last epoch.
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
        X, y, validation = _data.for_training(self, X, y, validation_data, validation_split)
        epochs, batch_size = _settings.fit_options(epochs, batch_size, shuffle, verbose)
        history = History(["loss", *self.metrics], validated=validation is not None)
        callbacks = _settings.new_callbacks(callbacks, history)
        with unchanged_if_it_fails(self):
            self.build(X.shape[1])
            passes = _training.passes_for(self, min(batch_size, len(X)))
            for epoch in progress(epochs, verbose):
                with divergence_explained(self, epoch):
                    results = self._train_epoch(X, y, batch_size, shuffle, passes)
                if validation is not None:
                    results += self._evaluate(*validation)
                history.append(results)
                for callback in callbacks:
                    callback.on_epoch_end(self, history)
                if any(callback.stopped for callback in callbacks):
                    break
            for callback in callbacks:
                callback.on_train_end(self)
        return history

    def _train_epoch(
        self, X: np.ndarray, y: np.ndarray, batch_size: int, shuffle: bool, passes: _training.Passes
    ) -> list[float]:
        """Take one step per batch; return the mean loss and, if asked for, the accuracy."""
        m = len(X)
        order = self._random.permutation(m) if shuffle else None
        total, correct = 0.0, 0.0
        for rows in _data.batches(m, batch_size, order):
            x_batch, y_batch = X[rows], y[rows]
            loss, a = passes(x_batch, y_batch)  # forward, and backward: the gradient is there
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss / len(x_batch)}")
            self.optimizer.update(self.parameters, self._gradient)
            total += loss
            if self.metrics:
                correct += _training.right_answers(self.loss, y_batch, a)
        return [total / m, *([correct / m] if self.metrics else [])]

    def evaluate(self, X: Any, y: Any) -> float | list[float]:
        """Return the cost J, the mean loss over all of X; with metrics [J, accuracy].

        Parameters, errors: as for `gradients`.
        """
        X, y = _data.checked(self, X, y)
        self.build(X.shape[1])
        results = self._evaluate(X, y)
        return results if self.metrics else results[0]

    @np.errstate(all="ignore")
    def _evaluate(self, X: np.ndarray, y: np.ndarray) -> list[float]:
        m, output = len(X), self.layers[-1]
        total, correct = 0.0, 0.0
        for rows in _data.batches(m, PREDICTION_ROWS):
            a = self.forward(X[rows])
            losses, _ = _training.losses_and_gradient(self.loss, output, y[rows], a, output.z)
            total += float(losses.sum())
            if self.metrics:
                correct += _training.right_answers(self.loss, y[rows], a)
        self._forget()
        return [total / m, *([correct / m] if self.metrics else [])]

    @np.errstate(all="ignore")
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
        X, y = _data.checked(self, X, y)
        self.build(X.shape[1])
        self.forward_and_backward(X, y)
        gradients = []
        for layer in self.layers:
            gradients += [layer.kernel_gradient.copy(), layer.bias_gradient.copy()]
        return gradients

    # --- prediction -------------------------------------------------------------------------------

    @np.errstate(all="ignore")
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
        X = _data.checked_features(self, X)
        self.build(X.shape[1])
        outputs = [self.forward(X[rows]) for rows in _data.batches(len(X), PREDICTION_ROWS)]
        self._forget()
        return np.concatenate(outputs)

    @np.errstate(all="ignore")
    def activations(self, X: Any) -> list[np.ndarray]:
        """Return every layer's a for X, first layer first; shapes (m, units)."""
        X = _data.checked_features(self, X)
        self.build(X.shape[1])
        a = X.astype(self.dtype, copy=False)
        return [a := layer(a) for layer in self.layers]

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
            _data.check_features(self, n_features, "n_features")
            return
        make_weights(self, n_features)
        for layer in self.layers:
            draw = KERNEL_INITIALIZERS[layer.kernel_initializer]
            layer.kernel[...] = draw(layer.kernel.shape, self._random)
            layer.bias[...] = BIAS_INITIALIZERS[layer.bias_initializer]
        self.built = True

    def _weights(self) -> list[np.ndarray]:
        if not self.built:
            raise ValueError("the model has no weights yet: call build(n_features) or fit first")
        return [array for layer in self.layers for array in (layer.kernel, layer.bias)]

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights in Keras's order: kernel, bias, kernel, bias, …"""
        return [array.copy() for array in self._weights()]

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
        ours = self._weights()
        theirs = _data.like(weights, ours, "weights")
        for number in range(len(ours)):
            ours[number][...] = theirs[number]

    def count_params(self) -> int:
        """Return the number of weights and biases."""
        return sum(array.size for array in self._weights())

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if self.built:  # copy.deepcopy and pickle make separate arrays out of views
            share_weights(self, len(self.layers[0].kernel))
