"""How wrong is each library, in units in the last place? One set of inputs, exact answers, a table.

"Keras, from a" are Keras's losses of probabilities, which it clips, instead of logits. scikit-learn
calls SciPy for all but softmax; SciPy has the parts of losses only, and softplus is NumPy's there.

*Ordinary* inputs are logits of up to about a hundred, some with one class far ahead. *Extreme* ones
are logits of hundreds, thousands and up to 1e308, where many results are next to nothing.
"inf" marks a nan, an infinity in place of a number, or a number in place of an infinity. Where the
exact answer is below the smallest normal number, a result as small as that is right: no digits are
asked for there.
"""

from __future__ import annotations

import decimal
import importlib.util
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.special
import sklearn.utils.extmath

from helpers import activations, losses, stability
from helpers.comparison import keras, tensorflow
from helpers.softmax import log_softmax, logsumexp, softmax
from helpers.stability import ulp_error

Function = Callable[..., Any]
# What the docstrings promise of our own results (log-sum-exp: only where nothing cancels).
LIMIT, GRADIENT_LIMIT = 4.0, 8.0


class Case(NamedTuple):
    """One function on one set of inputs: its arguments and the exact results."""

    arguments: tuple[np.ndarray, ...]
    exact: np.ndarray


def single_logits(dtype: type, extreme: bool) -> np.ndarray:
    """Return logits for the functions of one number."""
    if extreme:
        low, high, huge = (690, 760, 1e308) if dtype == np.float64 else (85, 110, 1e38)
        edge = np.linspace(low, high, 150)
        z = np.concatenate([-edge, edge, [-huge, huge, 1e-300 if dtype == np.float64 else 1e-38]])
    else:
        generator = np.random.RandomState(1)
        z = np.concatenate([generator.normal(size=300) * 3, np.linspace(-80, 80, 301)])
    return z.astype(dtype)


def rows_of_logits(dtype: type, extreme: bool) -> np.ndarray:
    """Return rows of ten logits."""
    generator = np.random.RandomState(2)
    rows = generator.uniform(-1, 1, size=(30, 10))
    if extreme:
        sizes = (600, 1e4, 1e8, 1e307) if dtype == np.float64 else (80, 1e3, 1e4, 1e37)
        return np.concatenate([rows * size for size in sizes]).astype(dtype)
    confident = rows.copy()
    confident[:, 0] += np.linspace(5, 60, 30)
    return np.concatenate([rows, rows * 10, confident]).astype(dtype)


def exact_logsumexp(z: np.ndarray) -> np.ndarray:
    """Return max z − max log softmax(z), exactly."""
    first = stability.exact_log_softmax(z)
    position = z.argmax(axis=-1)
    with decimal.localcontext(prec=100):
        return np.array(
            [
                decimal.Decimal(float(row[k])) - log_a[k]
                for row, log_a, k in zip(z, first, position, strict=True)
            ]
        )


def exact_gradient(labels: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return a − onehot(y), exactly: a_y − 1 as minus the sum of the others."""
    gradient = a.copy()
    with decimal.localcontext(prec=100):
        for row, label in zip(gradient, labels, strict=True):
            row[label] = decimal.Decimal(0)
            row[label] = -sum(row)
    return gradient


def cases(dtype: type, extreme: bool) -> dict[str, Case]:
    """Return what each function is asked, and the exact answers."""
    z, rows = single_logits(dtype, extreme), rows_of_logits(dtype, extreme)
    labels = np.arange(len(rows)) % 10
    ones = np.ones(z.shape, dtype)
    a = stability.exact_softmax(rows)
    return {
        "sigmoid": Case((z,), stability.exact_sigmoid(z)),
        "softplus": Case((z,), stability.exact_binary_crossentropy(0, z)),
        "softmax": Case((rows,), a),
        "log_softmax": Case((rows,), stability.exact_log_softmax(rows)),
        "logsumexp": Case((rows,), exact_logsumexp(rows)),
        "binary crossentropy": Case((ones, z), stability.exact_binary_crossentropy(1, z)),
        "sparse crossentropy": Case(
            (labels, rows), stability.exact_sparse_categorical_crossentropy(labels, rows)
        ),
        "binary gradient": Case((ones, z), -stability.exact_sigmoid(-z)),
        "sparse gradient": Case((labels, rows), exact_gradient(labels, a)),
    }


def ours() -> dict[str, Function]:
    """Return the helpers' functions."""
    return {
        "sigmoid": activations.sigmoid,
        "softplus": activations.softplus,
        "softmax": softmax,
        "log_softmax": log_softmax,
        "logsumexp": logsumexp,
        "binary crossentropy": lambda y, z: losses.binary_crossentropy(
            y[:, np.newaxis], z[:, np.newaxis], from_logits=True
        ),
        "sparse crossentropy": lambda y, z: losses.sparse_categorical_crossentropy(
            y, z, from_logits=True
        ),
        "binary gradient": lambda y, z: losses.binary_crossentropy_gradient(
            y[:, np.newaxis], z[:, np.newaxis]
        )[:, 0],
        "sparse gradient": losses.sparse_categorical_crossentropy_gradient,
    }


def from_scipy() -> dict[str, Function]:
    """Return SciPy's functions; it has no losses, but their parts."""
    return {
        "sigmoid": scipy.special.expit,
        "softplus": lambda z: np.logaddexp(z.dtype.type(0), z),  # NumPy's, SciPy has none
        "softmax": lambda z: scipy.special.softmax(z, axis=-1),
        "log_softmax": lambda z: scipy.special.log_softmax(z, axis=-1),
        "logsumexp": lambda z: scipy.special.logsumexp(z, axis=-1),
        "binary crossentropy": lambda y, z: -scipy.special.log_expit(z),
        "sparse crossentropy": lambda y, z: (
            -scipy.special.log_softmax(z, axis=-1)[np.arange(len(y)), y]
        ),
        "binary gradient": lambda y, z: scipy.special.expit(z) - y,
        "sparse gradient": lambda y, z: (
            scipy.special.softmax(z, axis=-1) - np.eye(z.shape[-1], dtype=z.dtype)[y]
        ),
    }


def from_tensorflow() -> dict[str, Function]:
    """Return TensorFlow's functions, and Keras's losses, which call TensorFlow's."""
    tf, losses_of_keras = tensorflow(), keras().losses

    def gradient(loss: Function) -> Function:
        def differentiated(y: np.ndarray, z: np.ndarray) -> Any:
            variable = tf.Variable(z)
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(loss(y, variable))
            return tape.gradient(total, variable)

        return differentiated

    return {
        "sigmoid": tf.sigmoid,
        "softplus": tf.nn.softplus,
        "softmax": tf.nn.softmax,
        "log_softmax": tf.nn.log_softmax,
        "logsumexp": lambda z: tf.reduce_logsumexp(z, axis=-1),
        "binary crossentropy": lambda y, z: losses_of_keras.binary_crossentropy(
            y[:, np.newaxis], z[:, np.newaxis], from_logits=True
        ),
        "sparse crossentropy": lambda y, z: losses_of_keras.sparse_categorical_crossentropy(
            y, z, from_logits=True
        ),
        "binary gradient": gradient(
            lambda y, z: losses_of_keras.binary_crossentropy(
                y[:, np.newaxis], z[:, np.newaxis], from_logits=True
            )
        ),
        "sparse gradient": gradient(
            lambda y, z: losses_of_keras.sparse_categorical_crossentropy(y, z, from_logits=True)
        ),
    }


def from_keras_probabilities() -> dict[str, Function]:
    """Return Keras's losses of probabilities: what `from_logits=False` costs."""
    tf, losses_of_keras = tensorflow(), keras().losses
    return {
        "binary crossentropy": lambda y, z: losses_of_keras.binary_crossentropy(
            y[:, np.newaxis], tf.sigmoid(z)[:, np.newaxis]
        ),
        "sparse crossentropy": lambda y, z: losses_of_keras.sparse_categorical_crossentropy(
            y, tf.nn.softmax(z)
        ),
    }


def from_sklearn() -> dict[str, Function]:
    """Return what scikit-learn has of its own; for the rest it calls SciPy."""
    return {"softmax": sklearn.utils.extmath.softmax}


def from_torch() -> dict[str, Function]:
    """Return PyTorch's functions."""
    import torch

    functional = torch.nn.functional

    def on_tensors(function: Function) -> Function:
        return lambda *arrays: function(*(torch.from_numpy(array) for array in arrays)).numpy()

    return {
        "sigmoid": on_tensors(torch.sigmoid),
        "softplus": on_tensors(functional.softplus),
        "softmax": on_tensors(lambda z: torch.softmax(z, dim=-1)),
        "log_softmax": on_tensors(lambda z: torch.log_softmax(z, dim=-1)),
        "logsumexp": on_tensors(lambda z: torch.logsumexp(z, dim=-1)),
        "binary crossentropy": on_tensors(
            lambda y, z: functional.binary_cross_entropy_with_logits(z, y, reduction="none")
        ),
        "sparse crossentropy": on_tensors(
            lambda y, z: functional.cross_entropy(z, y, reduction="none")
        ),
    }


def from_jax() -> dict[str, Function]:
    """Return JAX's functions; it has no losses, but their parts."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return {
        "sigmoid": jax.nn.sigmoid,
        "softplus": jax.nn.softplus,
        "softmax": jax.nn.softmax,
        "log_softmax": jax.nn.log_softmax,
        "logsumexp": lambda z: jax.nn.logsumexp(z, axis=-1),
        "binary crossentropy": lambda y, z: -jax.nn.log_sigmoid(z),
        "sparse crossentropy": lambda y, z: -jax.nn.log_softmax(z)[np.arange(len(y)), y],
    }


LIBRARIES = {
    "ours": (None, ours),
    "SciPy": (None, from_scipy),
    "TensorFlow, Keras": (None, from_tensorflow),
    "Keras, from a": (None, from_keras_probabilities),
    "scikit-learn": (None, from_sklearn),
    "PyTorch": ("torch", from_torch),
    "JAX": ("jax", from_jax),
}


def worst_error(values: np.ndarray, exact: np.ndarray) -> float:
    """Return the largest error in ulp; where the exact answer is no normal number, 0 if it is tiny.

    Parameters
    ----------
    values : ndarray of float32 or float64
        A library's results.
    exact : ndarray of decimal.Decimal, the shape of `values`

    Returns
    -------
    float
    """
    tiny = np.finfo(values.dtype).tiny
    smallest = decimal.Decimal(float(tiny))
    normal = np.array([abs(number) >= smallest for number in exact.flat]).reshape(exact.shape)
    errors = np.where(np.abs(values) <= tiny, 0.0, np.inf)  # nan is not <= anything
    if normal.any():
        errors[normal] = ulp_error(values[normal], exact[normal])
    return float(errors.max())


def measure() -> dict[tuple[str, bool, str, str], float]:
    """Return the worst error in ulp by dtype, extreme or not, function and library."""
    functions = {
        library: load()
        for library, (module, load) in LIBRARIES.items()
        if module is None or importlib.util.find_spec(module)
    }
    worst = {}
    for dtype in (np.float64, np.float32):
        for extreme in (False, True):
            for name, case in cases(dtype, extreme).items():
                for library, available in functions.items():
                    if name not in available:
                        continue
                    with np.errstate(all="ignore"):
                        values = np.asarray(available[name](*case.arguments))
                    assert values.dtype == dtype, (library, name, values.dtype)
                    key = (np.dtype(dtype).name, extreme, name, library)
                    worst[key] = worst_error(values, case.exact)
    return worst


def main() -> bool:
    """Print the table and return whether our own results keep what their docstrings promise."""
    worst = measure()
    names = list(dict.fromkeys(name for _, _, name, _ in worst))
    measured = {library for *_, library in worst}
    libraries = [library for library in LIBRARIES if library in measured]
    for dtype in dict.fromkeys(dtype for dtype, *_ in worst):
        for extreme in (False, True):
            print(f"Worst error in ulp, {dtype}, {'extreme' if extreme else 'ordinary'} inputs")
            print(" " * 19 + "".join(f"{library:>19}" for library in libraries))
            for name in names:
                cells = [worst.get((dtype, extreme, name, library)) for library in libraries]
                texts = ["—" if cell is None else f"{cell:.3g}" for cell in cells]
                print(f"{name:<19}" + "".join(f"{text:>19}" for text in texts))
            print()
    missing = [library for library in LIBRARIES if library not in measured]
    if missing:
        print(f"Not installed: {', '.join(missing)}")
    ours = {key: error for key, error in worst.items() if key[-1] == "ours"}
    kept = all(
        error <= (GRADIENT_LIMIT if name.endswith("gradient") else LIMIT)
        for (_, _, name, _), error in ours.items()
    )
    print(f"Ours within {LIMIT:g} ulp, gradients within {GRADIENT_LIMIT:g}: {kept}")
    return kept


if __name__ == "__main__":
    raise SystemExit(not main())
