"""TensorFlow and Keras as the judge: the only module that knows them.

TensorFlow takes seconds to import, so it is imported by the first call that needs it, silently.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from helpers import losses
from helpers.activations import ACTIVATIONS
from helpers.figures.tables import Table, number_text, show
from helpers.network import Sequential
from helpers.optimizers import SGD, Adam, RMSprop
from helpers.validation import float_array, known_name, positive_integer


def tensorflow() -> ModuleType:
    """Return the module `tensorflow`, imported without a word on the screen."""
    # Whoever uses Keras with JAX or PyTorch elsewhere has this set otherwise.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        # oneDNN reorders sums depending on the processor; without it results can be compared.
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
        with _silence(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import tensorflow as module

            module.zeros(1)  # what the C++ side has to say, it says at the first operation
        # Small models by the dozen, as in a lesson: TensorFlow advises against building so many.
        module.get_logger().setLevel("ERROR")
    return sys.modules["tensorflow"]


def keras() -> ModuleType:
    """Return the module `keras`, on TensorFlow, imported without a word on the screen.

    A RuntimeError if the program has imported Keras before, with another backend.
    """
    tensorflow()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras as module
    if (backend := module.config.backend()) != "tensorflow":
        raise RuntimeError(
            f"Keras is already imported with the backend {backend!r}, and the course needs "
            "TensorFlow: restart Python (in JupyterLab: Kernel, Restart Kernel) and call this first"
        )
    return module


@contextlib.contextmanager
def float64_keras() -> Iterator[ModuleType]:
    """Let Keras compute in double precision, as NumPy does, while a `with` block runs.

    Unless told, Keras rounds data to single precision and makes models of that precision. For the
    length of the block this is `keras.config.set_floatx("float64")` for data, losses and learning
    rates, and `keras.config.set_dtype_policy("float64")` for layers.

    >>> with float64_keras() as keras:                                        # doctest: +SKIP
    ...     twin = to_keras(model)
    ...     twin.fit(X, y, epochs=10, shuffle=False, verbose=0)
    """
    with _floatx("float64"):
        yield keras()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Send what is written to file descriptor 2, also by C++, to nowhere; show it on an error."""
    sys.stderr.flush()
    descriptor = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            log.seek(0)
            os.write(descriptor, log.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(descriptor, 2)
            os.close(descriptor)


# --- tables ---------------------------------------------------------------------------------------


def compare(rows: Mapping[str, tuple[Any, Any]], *, digits: int | None = None) -> None:
    """Show our numbers beside theirs, and to how many digits they agree; fail if they do not.

    Of an array the table shows one element, the largest, and the agreement of all of them: the
    largest difference as a share of the largest number. The last digits of a computation are those
    of its processor, so digits beyond `digits` are not counted, and the table reads the same
    everywhere.

    Parameters
    ----------
    rows : mapping of name → (ours, theirs)
        Pairs of numbers or arrays of the same shape; tensors are converted. nan agrees with nan,
        inf with inf of the same sign, and neither with anything else.
    digits : int ≥ 1, optional
        The claim: every row agrees to so many digits. Without it, a row may agree to anything from
        3 digits on, and is counted up to 12 digits (5 where one side is float32).

    Raises
    ------
    AssertionError
        If a row does not keep the claim; the table is shown before.
    TypeError, ValueError
        If `rows` is empty or no mapping of pairs, shapes differ, or `digits` is not positive.
    """
    if digits is not None:
        digits = positive_integer(digits, "digits")
    if not isinstance(rows, Mapping):
        raise TypeError(f"rows must map names to pairs, got {type(rows).__name__}")
    if not rows:
        raise ValueError("rows must not be empty")
    columns: dict[str, list[str]] = {"what": [], "ours": [], "theirs": [], "digits that agree": []}
    broken, arrays = [], False
    for name, pair in rows.items():
        ours, theirs = _pair(name, pair)
        agreed = _digits_that_agree(ours, theirs)
        most = digits or min(MOST_DIGITS.get(side.dtype, 12) for side in (ours, theirs))
        if agreed < (digits or FEWEST_DIGITS):
            broken.append(f"{name} (to {agreed})")
        place = _largest(theirs)
        arrays = arrays or ours.ndim > 0
        columns["what"].append(f"{name}, shape {ours.shape}" if ours.ndim else name)
        columns["ours"].append(number_text(ours[place], min(most, 6)))
        columns["theirs"].append(number_text(theirs[place], min(most, 6)))
        columns["digits that agree"].append(f"{most} or more" if agreed >= most else str(agreed))
    note = (
        "An array is shown by the element of the largest size; the digits hold for all of it."
        if arrays
        else ""
    )
    show(Table(columns, right=("ours", "theirs"), note=note))
    if broken:
        raise AssertionError(
            f"no agreement to {digits or FEWEST_DIGITS} digits: {', '.join(broken)}"
        )


FEWEST_DIGITS = 3  # fewer may agree by chance
# What any processor gets right of the 7 digits of float32; of the 16 of float64 it is 12.
MOST_DIGITS = {np.dtype(np.float32): 5}


def _pair(name: str, pair: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a row's two sides as arrays of real numbers of one shape."""
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(f"rows[{name!r}] must be a pair (ours, theirs)")
    ours, theirs = map(np.asarray, pair)
    for array in (ours, theirs):
        if array.dtype.kind not in "biuf":
            raise TypeError(f"rows[{name!r}] must hold real numbers, got dtype {array.dtype}")
    if ours.shape != theirs.shape or not ours.size:
        raise ValueError(
            f"rows[{name!r}] must hold two equal shapes, got {ours.shape} and {theirs.shape}"
        )
    return ours, theirs


def _digits_that_agree(ours: np.ndarray, theirs: np.ndarray) -> int:
    """Return −log₁₀ of the largest difference as a share of the largest number, rounded down."""
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    finite = np.isfinite(ours) & np.isfinite(theirs)
    if not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
        return 0
    ours, theirs = ours[finite], theirs[finite]
    with np.errstate(over="ignore"):
        difference = np.abs(ours - theirs).max(initial=0.0)
    share = difference / (np.abs(theirs).max(initial=0.0) or 1.0)
    return max(0, math.floor(-math.log10(share))) if 0 < share < np.inf else (0 if share else 99)


def _largest(array: np.ndarray) -> tuple[int, ...]:
    """Return the index of the largest finite element; of nearly equal ones, of the first."""
    size = np.where(np.isfinite(array), np.abs(array.astype(np.float64)), 0.0)
    return np.unravel_index(int((size >= 0.999 * size.max()).argmax()), array.shape)


# --- models ---------------------------------------------------------------------------------------


def to_keras(model: Sequential) -> Any:
    """Return the same model in Keras: same layers, weights and precision, compiled alike.

    It is an ordinary `keras.Sequential` of ordinary layers: to be saved, loaded and cloned as any
    other. An activation that takes a parameter is a layer of its own, behind its `Dense`. The
    optimizer starts afresh, with the same settings; but Keras always rounds as our optimizers
    do by default, and clips probabilities at 1e-7, whatever `keras_rounding` and `epsilon` say
    here. Keras's `fit`, `evaluate` and `predict` round X and y to its global `floatx`, single
    precision unless told: where those digits count, call them within `float64_keras()`.

    Parameters
    ----------
    model : Sequential
        Built; compiled or not.

    Returns
    -------
    keras.Sequential

    Raises
    ------
    TypeError
        If `model` is no `helpers.network.Sequential`, or an activation is a function that Keras
        does not have.
    ValueError
        If the model is not built.
    """
    if not isinstance(model, Sequential):
        raise TypeError(
            f"model must be a Sequential of helpers.network, got {type(model).__name__}"
        )
    weights = model.get_weights()
    k, dtype = keras(), model.dtype.name
    with _floatx(dtype):  # of the layers, the learning rate, the loss and its mean
        twin = k.Sequential([k.Input((len(weights[0]),), dtype=dtype)])
        for layer in model.layers:
            for theirs in _keras_layers(layer):
                twin.add(theirs)
        binary = isinstance(model.loss, losses.BinaryCrossentropy)
        if binary and model.layers[-1].activation == "softmax":
            # Keras's binary cross-entropy looks behind an activation for its logits and takes the
            # sigmoid of those, even if the activation is softmax. It cannot look behind a layer.
            twin.add(k.layers.Reshape((model.layers[-1].units,)))
        twin.set_weights(weights)
        if model.optimizer is not None:
            twin.compile(
                optimizer=_keras_optimizer(model.optimizer),
                loss=_keras_loss(model.loss),
                metrics=[_keras_accuracy(model.loss)] if model.metrics else None,
            )
    return twin


@contextlib.contextmanager
def _floatx(dtype: str) -> Iterator[None]:
    config = keras().config
    before = config.floatx(), config.dtype_policy()
    config.set_floatx(dtype)
    config.set_dtype_policy(dtype)  # what new layers take; it follows floatx only until it is used
    try:
        yield
    finally:
        config.set_floatx(before[0])
        config.set_dtype_policy(before[1])


def _keras_layers(layer: Any) -> list[Any]:
    """Return Keras's layer, or two where the activation takes a parameter."""
    layers, name, parameters = keras().layers, layer.activation, {}
    if name != "softmax":
        name, parameters = _name_and_parameters(name)
    dense = layers.Dense(
        layer.units,
        activation="linear" if parameters else name,
        kernel_initializer=layer.kernel_initializer,
        bias_initializer=layer.bias_initializer,
    )
    if not parameters:
        return [dense]
    return [dense, getattr(layers, {"leaky_relu": "LeakyReLU", "elu": "ELU"}[name])(**parameters)]


def _name_and_parameters(activation: Any) -> tuple[str, dict[str, Any]]:
    """Return Keras's name of an activation, and its parameters, our defaults among them."""
    chosen = {}
    if isinstance(activation, str):
        function = ACTIVATIONS[activation].function
    else:
        function = activation[0]
        if isinstance(function, functools.partial):
            function, chosen = function.func, function.keywords
    name = getattr(function, "__name__", "")
    if name not in ACTIVATIONS or ACTIVATIONS[name].function is not function:
        raise TypeError(f"activation must be one that Keras has, got {activation!r}")
    defaults = {
        key: parameter.default
        for key, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    return name, {**defaults, **chosen}


def _keras_activation(name: str) -> Callable[[Any], Any]:
    """Return Keras's function, with our parameters where its defaults are others."""
    name, parameters = _name_and_parameters(name)
    return functools.partial(getattr(keras().activations, name), **parameters)


def _keras_optimizer(optimizer: Any) -> Any:
    names = {
        SGD: ("learning_rate", "momentum", "nesterov"),
        RMSprop: ("learning_rate", "rho", "epsilon"),
        Adam: ("learning_rate", "beta_1", "beta_2", "epsilon"),
    }[type(optimizer)]
    twin = getattr(keras().optimizers, type(optimizer).__name__)
    return twin(**{name: getattr(optimizer, name) for name in names})


def _keras_loss(loss: Any) -> Any:
    twin = getattr(keras().losses, type(loss).__name__)
    return (
        twin() if isinstance(loss, losses.MeanSquaredError) else twin(from_logits=loss.from_logits)
    )


def _keras_accuracy(loss: Any) -> Any:
    metrics = keras().metrics
    if isinstance(loss, losses.SparseCategoricalCrossentropy):
        return metrics.SparseCategoricalAccuracy(name="accuracy")
    if isinstance(loss, losses.CategoricalCrossentropy):
        return metrics.CategoricalAccuracy(name="accuracy")
    # Keras's default threshold of 0.5 is meant for probabilities, not for logits.
    return metrics.BinaryAccuracy(name="accuracy", threshold=0.0 if loss.from_logits else 0.5)


# --- automatic differentiation --------------------------------------------------------------------


def automatic_derivative(function: str | Callable[[Any], Any], z: Any) -> np.ndarray:
    """Return g'(z), element by element, by TensorFlow's automatic differentiation.

    Parameters
    ----------
    function : str or callable
        The name of one of our activations, which stands for Keras's function with our parameters;
        or a function from tensors to tensors, such as `keras().activations.tanh`.
    z : array_like of int or float, any shape

    Returns
    -------
    ndarray, shape and dtype of `z`; float64 for integers

    Raises
    ------
    TypeError, ValueError
        If `function` is no name of an activation, or `z` does not hold real numbers.
    """
    if not callable(function):
        known_name(function, ACTIVATIONS, "function")
        function = _keras_activation(function)
    z = float_array(z, "z")
    return automatic_gradient(lambda tensor: tensorflow().reduce_sum(function(tensor)), z)


def automatic_gradient(function: Callable[..., Any], *arrays: Any) -> Any:
    """Return the gradient of a scalar function by TensorFlow's automatic differentiation.

    Parameters
    ----------
    function : callable
        From as many tensors as there are arrays to a tensor with one element.
    *arrays : array_like of int or float

    Returns
    -------
    ndarray, or tuple of ndarray for several arrays
        One gradient per array, of its shape and dtype, float64 for integers; 0 where the function
        does not depend on it.

    Raises
    ------
    TypeError, ValueError
        If an array does not hold real numbers.
    """
    tf = tensorflow()
    # TensorFlow's derivative with respect to integers is 0, whatever the function.
    tensors = [
        tf.convert_to_tensor(float_array(array, f"arrays[{number}]"))
        for number, array in enumerate(arrays)
    ]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = function(*tensors)
    gradients = tape.gradient(value, tensors, unconnected_gradients="zero")
    results = tuple(tf.convert_to_tensor(gradient).numpy() for gradient in gradients)
    return results if len(results) > 1 else results[0]


def automatic_jacobian(function: Callable[[Any], Any], z: Any) -> np.ndarray:
    """Return ∂a_j/∂z_k of a = function(z) by TensorFlow's automatic differentiation.

    Parameters
    ----------
    function : callable
        From a tensor to a tensor.
    z : array_like of int or float, any shape

    Returns
    -------
    ndarray, shape of a followed by the shape of z

    Raises
    ------
    TypeError, ValueError
        If `z` does not hold real numbers.
    """
    tf = tensorflow()
    tensor = tf.convert_to_tensor(float_array(z, "z"))
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        value = function(tensor)
    return tape.jacobian(value, tensor, unconnected_gradients="zero").numpy()
