"""Tasks of lesson 1: activation functions."""

from __future__ import annotations

import functools

import numpy as np

from helpers import activations
from helpers.checks._task import Mistake, Property, Task
from helpers.datasets import digits
from helpers.losses import SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD

LESSON = "01_activations"

# Unsorted, with digits enough to show a rounding, z = 0 among them.
SMALL = np.array([1.0, -2.0, 0.0])
VECTOR = np.array([-0.8765, 2.0, 0.0, -2.0, 0.12345678])
MATRIX = np.array([[-1.5, 0.25, 2.0], [0.0, -4.0, 1.0]])
THREE_AXES = np.array([[[0.75, -1.25, 3.0]], [[-3.5, 0.0, 1.0]]])
WHOLE = np.array([2, 0, -3, -1])
ANY_SHAPE = (
    (SMALL,),
    (VECTOR,),
    (MATRIX,),
    (THREE_AXES,),
    (WHOLE,),
    (MATRIX.astype(np.float32),),
)
FAR = np.array([15.0, -30.0, 30.0, -15.0])


# --- sigmoid --------------------------------------------------------------------------------------


def _rises(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return by how much a rises from each different z to the next larger one."""
    return np.diff(a.ravel()[np.unique(z, return_index=True)[1]])


def _power(z: np.ndarray, a: np.ndarray) -> float | None:
    """Return k where a = σ(kz) on the smallest probe, and not k = 1; None if there is no such k."""
    if not np.array_equal(z, SMALL) or not np.all((a > 0) & (a < 1)):
        return None
    k, same, zero = np.log(a / (1 - a)) / np.array([1.0, -2.0, 1.0])
    fits = np.isclose(same, k, rtol=1e-9) and abs(zero) < 1e-12 and abs(k - 1) > 1e-7
    return float(k) if fits else None


def _other_power(k: float) -> str:
    if abs(k - 1) < 0.01:
        return (
            f"Your result is 1/(1 + b⁻ᶻ) with b = {np.exp(k):.9g}, which is only close to e ="
            f" {np.e:.9g}…. `np.exp` has all its digits."
        )
    words = (
        f"Your result is σ({k:.4g} z), not σ(z). In the form 1/(1 + b⁻ᶻ) your b is"
        f" {np.exp(k):.4g}; it should be e = {np.e:.4g}…."
    )
    return f"{words} (In terms of tanh, σ(z) is ½(1 + tanh(z/2)).)" if np.isclose(k, 2) else words


def _same(z: np.ndarray, a: np.ndarray) -> str:
    """Name the first two different z, by size, that get the same a."""
    far = np.array_equal(z, FAR)  # where all nearer ones are right
    order = np.unique(z, return_index=True)[1]
    z, a = z.ravel()[order], a.ravel()[order]
    k = np.flatnonzero(np.diff(a) == 0)[0]
    return (
        f"For z = {z[k]:g} and for z = {z[k + 1]:g} you have the same value, {a[k]:.4g}. The"
        " sigmoid rises everywhere, if ever so little, so that two different z never share a value."
        + " No limit is needed, neither for z nor for the result: `np.exp(30)` is finite."
        * far
    )


_TWO_AXES = (
    "Your numbers are right, but where z has one axis, of shape (n,), your result has two, of shape"
    " (1, n): it should have the shape of z."
)

SIGMOID = Task(
    name="sigmoid",
    section="1.3",
    reference=activations.sigmoid,
    probes=(*ANY_SHAPE, (FAR,)),
    mistakes=(
        Mistake(
            lambda z: 1 / (1 + np.exp(z)),
            "Your curve falls from 1 to 0 instead of rising from 0 to 1: it is σ(−z), which is also"
            " 1 − σ(z). The formula of section 1.3 has 1 above the fraction bar, and −z in the"
            " exponent below it.",
        ),
        Mistake(
            lambda z: 1 / (1 + np.exp(-np.abs(z))),
            "Your function gives the same for −z as for z, and never less than ½. For z < 0 the"
            " sigmoid lies below ½: there it is 1 minus what you have.",
        ),
        Mistake(
            lambda z: 1 / 1 + np.exp(-z),
            "Your result is 1 + e⁻ᶻ; 1 divided by that is asked for. If you wrote"
            " `1 / 1 + np.exp(-z)`: the sum below the fraction bar needs parentheses.",
        ),
        Mistake(
            lambda z: 1 / (1 - np.exp(-z)),
            "Your result is 1/(1 − e⁻ᶻ). The formula has a plus there: 1/(1 + e⁻ᶻ).",
        ),
        Mistake(
            lambda z: np.exp(z) / np.sum(np.exp(z)),
            "Your numbers are the exponentials divided by their sum over all elements. The sigmoid"
            " treats each element by itself: below the fraction bar is 1 plus one exponential.",
        ),
        Mistake(
            lambda z: np.exp(z) / (1 + np.sum(np.exp(z))),
            "Below the fraction bar you add up the exponentials of all elements. The sigmoid treats"
            " each element by itself: there stands 1 plus its own exponential, and no sum.",
        ),
        Mistake(
            np.tanh,
            "This is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.",
            "1.3",
        ),
        Mistake(
            activations.sigmoid_derivative,
            "This is the slope of the sigmoid. The sigmoid itself is asked for.",
        ),
        Mistake(
            lambda z: activations.sigmoid(np.atleast_2d(z)),
            f"{_TWO_AXES} Nothing has to be made two-dimensional: `np.exp` takes arrays of any"
            " shape.",
        ),
        Mistake(
            lambda z: 1 / (1 + np.exp(-np.asmatrix(z))),
            f"{_TWO_AXES} (And for three axes it fails: a matrix has two, always. Leave z the array"
            " that it is.)",
        ),
    ),
    hints=(
        "Each element is treated by itself. NumPy's functions do that for a whole array at once,"
        " so you need no loop.",
        "Three steps: the exponential of −z, add 1, divide 1 by the result. Mind the parentheses.",
    ),
    reasoning="`np.exp` works on each element, so the formula of section 1.3 can be typed as it"
    " stands. Only the fraction bar needs care: in Python it is a pair of parentheses.",
    tested="Right for one, two and three axes, whole numbers and float32, out to z = ±30.",
    properties=(
        Property(
            lambda arguments, a: _power(*arguments, a) is None,
            lambda arguments, a: _other_power(_power(*arguments, a)),
        ),
        Property(
            lambda arguments, a: not np.any((a < 0) | (a > 1)),
            "Some of your values lie outside 0…1, and the sigmoid never does.",
        ),
        Property(
            lambda arguments, a: not np.any(_rises(*arguments, a) < 0),
            "Your curve falls somewhere. The sigmoid rises everywhere.",
        ),
        Property(
            lambda arguments, a: (
                arguments[0].dtype.kind != "f" or not np.any(_rises(*arguments, a) == 0)
            ),
            lambda arguments, a: _same(*arguments, a),
        ),
        Property(
            lambda arguments, a: not np.allclose(a, activations.sigmoid(*arguments), rtol=0.01),
            "Close to the right values, but not exact. With `np.exp` the formula gives all digits:"
            " nothing in it has to be approximated or rounded.",
        ),
    ),
)


# --- the slopes of sigmoid and tanh ---------------------------------------------------------------


def slopes(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return activations.sigmoid_derivative(z), activations.tanh_derivative(z)


def _slopes(of_sigmoid, of_tanh):
    """A mistaken `slopes`: from the z, σ(z) and tanh(z) of each element."""
    return lambda z: (
        of_sigmoid(z, activations.sigmoid(z)),
        of_tanh(z, np.tanh(z)),
    )


def _right_sigmoid(z, a):
    return a * (1 - a)


def _right_tanh(z, a):
    return 1 - a**2


SLOPES = Task(
    name="slopes",
    section="1.3",
    reference=slopes,
    probes=(*ANY_SHAPE, (np.array([8.0, -8.0, 5.5]),)),
    mistakes=(
        Mistake(
            _slopes(lambda z, a: z * (1 - z), _right_tanh),
            "Your slope of tanh is right. For the sigmoid you put z itself where the formula has"
            " a = σ(z).",
            "1.3",
        ),
        Mistake(
            _slopes(lambda z, a: a * (1 - z), _right_tanh),
            "Your slope of tanh is right. For the sigmoid you wrote 1 − z where the formula has"
            " 1 − a, with a = σ(z).",
            "1.3",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: 1 - z**2),
            "Your slope of the sigmoid is right. For tanh you put z itself where the formula has"
            " tanh(z).",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: 1 - a),
            "Your slope of the sigmoid is right. For tanh you have 1 − a: the square is missing.",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: a * (1 - a)),
            "Your slope of the sigmoid is right. For tanh you used the sigmoid's formula a(1 − a);"
            " tanh has its own.",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: 2 * activations.sigmoid_derivative(2 * z)),
            "Your slope of the sigmoid is right. Your slope of tanh is 2σ′(2z), half of what it"
            " should be. If it comes from tanh = 2σ(2z) − 1: the chain rule brings another factor"
            " of 2, from the 2z inside.",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: 4 * activations.sigmoid_derivative(z)),
            "Your slope of the sigmoid is right. Your slope of tanh is 4σ′(z), which is"
            " 1 − tanh(z/2)². It is to be 4σ′(2z), which is 1 − tanh(z)².",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: 2 * activations.sigmoid_derivative(z)),
            "Your slope of the sigmoid is right. Your slope of tanh is 2σ′(z). But tanh is"
            " 2σ(2z) − 1, so its slope is 4σ′(2z): one 2 from before the σ, one from the 2z inside,"
            " and σ′ is taken at 2z.",
        ),
        Mistake(
            _slopes(lambda z, a: _right_sigmoid(z, np.tanh(z)), _right_tanh),
            "Your slope of tanh is right. Your slope of the sigmoid is a(1 − a) with a = tanh(z);"
            " in that formula a is σ(z).",
            "1.3",
        ),
        Mistake(
            _slopes(
                _right_sigmoid,
                lambda z, a: 1 - (np.exp(z) - np.exp(-z) / (np.exp(z) + np.exp(-z))) ** 2,
            ),
            "Your slope of the sigmoid is right. Your slope of tanh is 1 − a², but with"
            " a = eᶻ − e⁻ᶻ/(eᶻ + e⁻ᶻ). In tanh the whole difference eᶻ − e⁻ᶻ is divided, so it"
            " needs parentheses; `np.tanh` is there as well.",
        ),
        Mistake(
            lambda z: tuple(np.gradient(a, z) for a in (activations.sigmoid(z), np.tanh(z))),
            "`np.gradient` compares neighbours in the array, which may lie far apart, or in any"
            " order; for more than one axis it fails. Asked for is the slope at each z by itself:"
            " the formulas of section 1.3.",
        ),
        Mistake(
            _slopes(lambda z, a: a**2, _right_tanh),
            "Your slope of tanh is right. Your slope of the sigmoid is σ(z)². It should be σ(z)"
            " times 1 − σ(z). (1 − σ(−z) is σ(z) once more.)",
            "1.3",
        ),
        Mistake(
            _slopes(lambda z, a: a * 1 - a, _right_tanh),
            "Your slope of tanh is right. Your slope of the sigmoid is 0 for every z. If you wrote"
            " `a * 1 - a`: 1 − a needs parentheses.",
            "1.3",
        ),
        Mistake(
            _slopes(lambda z, a: 1 - a**2, _right_tanh),
            "Your slope of tanh is right. For the sigmoid you used its formula 1 − a², too; the"
            " sigmoid has its own.",
            "1.3",
        ),
        Mistake(
            _slopes(lambda z, a: 1 - a, _right_tanh),
            "Your slope of tanh is right. Your slope of the sigmoid is 1 − a, with a = σ(z). The"
            " right one has another factor: a(1 − a).",
            "1.3",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: 1 - np.tanh(z**2)),
            "Your slope of the sigmoid is right. For tanh you squared z, and then took tanh. It is"
            " the value tanh(z) that is squared.",
        ),
        Mistake(
            _slopes(lambda z, a: a, lambda z, a: a),
            "You returned σ(z) and tanh(z), the two functions themselves. Their slopes are asked"
            " for.",
        ),
        Mistake(
            _slopes(lambda z, a: a * (1 + a), _right_tanh),
            "Your slope of tanh is right. Your slope of the sigmoid is a(1 + a), with a = σ(z); the"
            " formula has a minus there.",
            "1.3",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: 1 + a**2),
            "Your slope of the sigmoid is right. Your slope of tanh is 1 + a²; the formula has a"
            " minus there.",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: (1 - a) ** 2),
            "Your slope of the sigmoid is right. For tanh you squared the whole of 1 − a; only a"
            " is squared.",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: activations.sigmoid_derivative(z)),
            "You returned the sigmoid's slope twice. The second one is to be that of tanh.",
        ),
        Mistake(
            _slopes(_right_sigmoid, lambda z, a: 1 - activations.sigmoid(z) ** 2),
            "Your slope of the sigmoid is right. In the formula for tanh you squared σ(z) instead"
            " of tanh(z).",
        ),
    ),
    hints=(
        "Write each slope in terms of a, the function's own value: the table of section 1.3 has"
        " both formulas.",
        "First compute the two activations, σ(z) and tanh(z) (NumPy has `np.tanh`). Only they"
        " enter the formulas; z does not appear again.",
    ),
    reasoning="Both functions have a slope that can be read off their own value: a(1 − a) and"
    " 1 − a². A network has these values at hand from its forward pass, so the backward pass costs"
    " hardly anything. At z = 0 the two are 1/4 and 1.",
    tested="Right for one, two and three axes, whole numbers and float32, out to z = ±8.",
    properties=(
        Property(
            lambda arguments, pair: not np.any(pair[0] > 0.251),
            "The first part, which should be the sigmoid's slope, exceeds 1/4 somewhere. Section"
            " 1.3 shows that this is its largest value.",
        ),
        Property(
            lambda arguments, pair: not np.any(pair[1] > 1.001),
            "The second part, which should be the slope of tanh, exceeds 1 somewhere, which is its"
            " largest value.",
        ),
        Property(
            lambda arguments, pair: not np.allclose(pair, slopes(*arguments), rtol=0.01, atol=1e-5),
            "Close to the right slopes, but not exact. The two formulas in terms of a give them"
            " exactly: they need no small step and no rounding.",
        ),
    ),
    returns=("sigmoid's slope", "tanh's slope"),
)


# --- leaky ReLU and its slope ---------------------------------------------------------------------


def leaky_relu(z: np.ndarray, negative_slope: float) -> tuple[np.ndarray, np.ndarray]:
    return (
        activations.leaky_relu(z, negative_slope),
        activations.leaky_relu_derivative(z, negative_slope),
    )


def _leaky(activation, slope):
    return lambda z, negative_slope: (activation(z, negative_slope), slope(z, negative_slope))


def _right_activation(z, s):
    return np.where(z > 0, z, s * z)


def _right_slope(z, s):
    return np.where(z > 0, 1.0, s)


def _cut_activation(z, s):
    return _right_activation(z, s).astype(z.dtype)


def _cut_slope(z, s):
    return _right_slope(z, s).astype(z.dtype)


def _cut_off(what: str) -> str:
    return (
        f"Right, except where z holds whole numbers: then {what}, because what you return holds"
        " whole numbers, too. An array made from z has its type (`np.zeros_like(z)`,"
        " `np.ones_like(z)`, `z.copy()`): say `dtype=float`, or `astype(float)`, when you make it."
    )


LEAKY_RELU = Task(
    name="leaky_relu",
    section="1.3",
    reference=leaky_relu,
    probes=(
        (np.array([-2.0, 3.0]), 0.1),
        (SMALL, 0.3),
        (np.array([-1.0, -4.0]), 0.25),
        (VECTOR, 0.01),
        (MATRIX, 0.123456),
        (THREE_AXES, 0.05),
        (np.array([-3, 0, 2]), 0.2),
        (MATRIX.astype(np.float32), 0.2),
    ),
    rtol=1e-7,  # Keras keeps the slope in single precision
    mistakes=(
        Mistake(
            _leaky(lambda z, s: np.maximum(z, 0.0), lambda z, s: np.where(z > 0, 1.0, 0.0)),
            "This is ReLU, which is 0 for all negative z. The leaky one goes on with its small"
            " slope there.",
        ),
        Mistake(
            _leaky(_right_activation, lambda z, s: np.where(z > 0, 1.0, 0.0)),
            "Your a is right. Your slope is that of ReLU: for z < 0 it must not be 0, which is"
            " the very point of leaky ReLU.",
        ),
        Mistake(
            _leaky(_right_activation, lambda z, s: z > 0),
            "Your a is right. Your slope is True where z > 0, and else False. Numbers are asked"
            " for: 1 where z > 0, and negative_slope elsewhere.",
        ),
        Mistake(
            _leaky(_right_activation, lambda z, s: np.where(z >= 0, 1.0, s)),
            "All is right except at the kink, z = 0. There the course takes the slope from the"
            " left, as TensorFlow does: negative_slope, not 1.",
            "1.3",
        ),
        Mistake(
            _leaky(
                _right_activation, lambda z, s: np.where(z == 0, (1 + s) / 2, _right_slope(z, s))
            ),
            "All is right except at the kink, z = 0. There your slope lies half way between the two"
            " sides; the course takes the one from the left, as TensorFlow does: negative_slope.",
            "1.3",
        ),
        Mistake(
            _leaky(_right_activation, lambda z, s: np.where(z > 0, 1.0, s * z)),
            "Your a is right. Your slope for z < 0 is still multiplied by z; the derivative of"
            " negative_slope · z is a constant.",
        ),
        Mistake(
            _leaky(_right_activation, lambda z, s: np.where(z > 0, 1.0, 0.01)),
            "Your a is right. Your slope for z ≤ 0 is 0.01, whatever `negative_slope` is.",
        ),
        Mistake(
            _leaky(lambda z, s: s * z, lambda z, s: np.full(z.shape, s)),
            "Your a is negative_slope · z throughout, and your slope is negative_slope, also where"
            " z > 0. There a is z and its slope 1: decide for each element by itself, as `np.where`"
            " does.",
        ),
        Mistake(
            _leaky(
                lambda z, s: z if np.any(z > 0) else s * z,
                lambda z, s: np.full(z.shape, 1.0 if np.any(z > 0) else s),
            ),
            "As soon as one element of z is above 0, all of them are treated so. Decide for each"
            " element by itself, as `np.where` does.",
        ),
        Mistake(
            _leaky(_right_activation, lambda z, s: np.where(z > 0, z, s)),
            "Your a is right. Your slope for z > 0 is z; the derivative of z is 1.",
        ),
        Mistake(
            _leaky(
                lambda z, s: np.maximum(z, 0.0) + s * z, lambda z, s: np.where(z > 0, 1.0 + s, s)
            ),
            "You added negative_slope · z on both sides of 0. For z > 0, a is z and nothing more,"
            " and its slope is 1.",
        ),
        Mistake(
            _leaky(lambda z, s: np.maximum(z, 0.0) + s * z, _right_slope),
            "Your slope is right. For a, you added negative_slope · z on both sides of 0. Where"
            " z > 0, a is z and nothing more.",
        ),
        Mistake(
            _leaky(
                lambda z, s: np.where(z > 0, z, s * (np.exp(z) - 1)),
                lambda z, s: np.where(z > 0, 1.0, s * np.exp(z)),
            ),
            "This is ELU, whose left side is a curve, negative_slope · (eᶻ − 1). Leaky ReLU is a"
            " straight line there, too: negative_slope · z.",
        ),
        Mistake(
            _leaky(lambda z, s: np.where(z > 0, z, -s * z), _right_slope),
            "Your slope is right. For z < 0 your a is positive. negative_slope is a positive"
            " number, and negative_slope · z keeps the sign of z.",
        ),
        Mistake(
            _leaky(lambda z, s: np.where(z > 0, z, s), _right_slope),
            "For z < 0 your a is the constant negative_slope. It has to be multiplied by z.",
        ),
        Mistake(
            _leaky(lambda z, s: np.minimum(z, s * z), _right_slope),
            "Your slope is right. Your a is the smaller of z and negative_slope · z, so that the"
            " two sides are exchanged: a is z where z > 0, and negative_slope · z elsewhere.",
        ),
        Mistake(
            _leaky(_right_activation, lambda z, s: np.where(z > 0, 1.0, -s)),
            "Your a is right. For z < 0 your slope is negative, but leaky ReLU rises there too,"
            " only slowly.",
        ),
        Mistake(
            _leaky(lambda z, s: np.where(z > 0, s * z, z), lambda z, s: np.where(z > 0, s, 1.0)),
            "The two sides are exchanged: the small slope belongs to z ≤ 0.",
        ),
        Mistake(
            _leaky(lambda z, s: np.where(z < 0, z, s * z), lambda z, s: np.where(z < 0, 1.0, s)),
            "You exchanged the two sides: for z < 0 comes the small slope, for z > 0 stays z.",
        ),
        Mistake(_leaky(_right_activation, _cut_slope), _cut_off("a slope of 0.2 becomes 0")),
        Mistake(_leaky(_cut_activation, _right_slope), _cut_off("an a of −0.6 becomes 0")),
        Mistake(
            _leaky(_cut_activation, _cut_slope), _cut_off("both a and slope lose their fractions")
        ),
    ),
    hints=(
        "There are two cases, z > 0 and z ≤ 0. `np.where(condition, this, that)` chooses element"
        " by element.",
        "For z > 0, a is z and its slope is 1. Otherwise a is negative_slope · z; differentiate"
        " that with respect to z.",
    ),
    reasoning="`np.where` chooses between the two pieces, element by element. Each piece is a"
    " straight line, so its slope is a constant: 1 or `negative_slope`, however negative z is. At"
    " the kink there is no derivative, and the course takes the one from the left.",
    tested="Right on both sides of the kink and at it, for eight slopes, one to three axes, whole"
    " numbers and float32.",
    returns=("a", "slope"),
)


# --- two linear layers are one --------------------------------------------------------------------


def collapse(
    W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    return W1 @ W2, b1 @ W2 + b2


def _layers(inputs: int, hidden: int, outputs: int, seed: int, decimals: int = 6) -> tuple:
    """Two linear layers of random numbers, both signs among them."""
    random = np.random.default_rng(seed)
    shapes = ((inputs, hidden), hidden, (hidden, outputs), outputs)
    return tuple(np.round(random.normal(scale=2, size=shape), decimals) for shape in shapes)


COLLAPSE = Task(
    name="collapse",
    section="1.4",
    reference=collapse,
    probes=(
        (
            np.array([[1.0, -2.0, 3.0], [0.0, 4.0, -1.0]]),
            np.array([5.0, -3.0, 2.0]),
            np.array([[2.0, -1.0], [3.0, 1.0], [-4.0, 6.0]]),
            np.array([7.0, -5.0]),
        ),
        _layers(2, 2, 2, seed=0, decimals=1),
        _layers(3, 1, 4, seed=1),
        _layers(1, 4, 3, seed=3),
        _layers(8, 5, 4, seed=4),
        tuple(part.astype(np.float32) for part in _layers(3, 2, 2, seed=5)),
    ),
    mistakes=(
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2),
            "Your W is right. You added the two biases, but b1 still passes through the second"
            " layer: it is multiplied by W2 first.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b2),
            "Your W is right. Your b is only the second layer's; the first layer's bias passes"
            " through W2 and is part of it.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2),
            "Your W is right. Your b lacks b2, which the second layer adds at the end.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2 + b1 @ W2 + b2, b1 @ W2 + b2),
            "Your b is right. Each row of your W has b added to it; W is what the input is"
            " multiplied by, without b.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, (b1 + b2) @ W2),
            "Your W is right. Both of your biases are multiplied by W2, but b2 is added after the"
            " second layer's multiplication.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W2 @ W1, b1 @ W2 + b2),
            "You multiplied the matrices in the wrong order. The input meets W1 first, from the"
            " left: X W₁ W₂.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, W2 @ b1 + b2),
            "Your b multiplies from the wrong side: b1 is a row that W2 multiplies from the right,"
            " like a row of X.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 * W2, b1 @ W2 + b2),
            "You multiplied W1 and W2 element by element. The layers ask for the matrix product.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 * W2, b1 * W2 + b2),
            "You multiplied element by element. The layers ask for the matrix product, twice.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b1 * W2 + b2),
            "Your W is right. For b you multiplied b1 and W2 element by element; there, too, the"
            " matrix product is meant.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W1 + b2),
            "Your W is right. For b you multiplied b1 by W1, but b1 is added after W1 has done its"
            " work. What it still passes through is W2.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (np.outer(W1[:, -1], W2[-1]), b1 @ W2 + b2),
            "Your b is right. Your W has only the products of the last hidden unit; the sum over"
            " all hidden units is asked for. (In a loop, `=` writes over the earlier ones, and `+=`"
            " adds them up.)",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b1[-1] * W2[-1] + b2),
            "Your W is right. Your b has only the last hidden unit's share of b1 W2, and b2; the"
            " sum over all hidden units is asked for. (In a loop, `=` writes over the earlier ones,"
            " and `+=` adds them up.)",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b1[0] * W2[0] + b2),
            "Your W is right. Your b has only the first hidden unit's share of b1 W2, and b2; the"
            " sum over all hidden units is asked for.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2 - b2),
            "Your W is right. Your b is b1 W2 − b2; the second layer adds its bias.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (np.maximum(W1, 0) @ W2, b1 @ W2 + b2),
            "Your b is right. In your W the negative numbers of W1 count as 0, as behind a ReLU."
            " The layers are linear here, with nothing between them.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2 + len(b1) * b2),
            "Your W is right. In your b, b2 is counted once for each hidden unit. It is added only"
            " once, behind the sum over the hidden units.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, np.maximum(b1, 0) @ W2 + b2),
            "Your W is right. In your b the negative numbers of b1 count as 0, as behind a ReLU."
            " The layers are linear here, with nothing between them.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (np.maximum(W1, 0) @ W2, np.maximum(b1, 0) @ W2 + b2),
            "In your W and b the negative numbers of W1 and b1 count as 0, as if there were a ReLU."
            " The layers are linear here, with nothing between them; with a ReLU in between, no"
            " single layer does what the two do.",
        ),
        Mistake(
            lambda W1, b1, W2, b2: (W2 @ W1, b2 @ W1 + b1),
            "You took the second layer for the first, throughout. The input meets W1 and b1 first:"
            " (X W₁ + b₁) W₂ + b₂.",
        ),
    ),
    hints=(
        "Write down what the two layers compute, (X W₁ + b₁) W₂ + b₂, and multiply the bracket"
        " out.",
        "You get three terms. The one with X contains W; the other two together are b.",
    ),
    reasoning="(X W₁ + b₁) W₂ + b₂ = X (W₁ W₂) + (b₁ W₂ + b₂). What multiplies X is the one"
    " layer's W, the rest is its b. So a second linear layer adds parameters, but nothing that one"
    " layer could not do.",
    tested="Right for six pairs of layers, from one to eight inputs, float32 among them.",
    returns=("W", "b"),
)


# --- three ReLU units for three pieces ------------------------------------------------------------


def hinges(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    if not np.all(np.diff(x) > 0):
        raise ValueError("the corners must stand from left to right")
    slope = np.diff(y) / np.diff(x)
    return x[:-1], np.diff(slope, prepend=0), y[0]


def _weights(of_slopes):
    """A mistaken `hinges`: with output weights from the slopes of the pieces."""
    return lambda x, y: (x[:-1], of_slopes(np.diff(y) / np.diff(x)), y[0])


def _minus_previous_weight(slope):
    v = slope.copy()
    for k in range(1, len(v)):
        v[k] = slope[k] - v[k - 1]
    return v


def _draws(arguments: tuple, hinged: tuple) -> bool:
    """Whether the units pass through all corners."""
    (x, y), (c, v, b) = arguments, hinged
    return np.allclose(np.maximum(0, x[:, np.newaxis] - c) @ v + b, y)


def _first_wrong_weight(arguments: tuple, v: np.ndarray) -> str:
    x, y = arguments
    slope = np.append(0, np.diff(y) / np.diff(x))
    k = int(np.flatnonzero(~np.isclose(v, np.diff(slope)))[0])
    return (
        f"The first one that is wrong is v[{k}] = {v[k]:.4g}: where this unit starts, the slope"
        f" changes from {slope[k]:.4g} to {slope[k + 1]:.4g}."
    )


HINGES = Task(
    name="hinges",
    section="1.5",
    reference=hinges,
    probes=(
        (np.array([1.0, 3.0, 4.0]), np.array([-1.0, 5.0, 3.0])),
        (np.array([2.0, 4.0]), np.array([3.0, -2.0])),
        (np.array([0.0, 2.0, 3.0, 7.0]), np.array([-1.0, 3.0, 3.0, 1.0])),
        (np.array([0.0, 2.0, 4.0, 6.0]), np.array([4.0, 7.0, 5.0, 6.0])),
        (np.array([-2.0, -1.0, 0.5, 1.0, 4.0]), np.array([0.5, -1.0, 2.0, 2.5, -2.0])),
        (np.array([0, 2, 3, 7]), np.array([1, 4, 4, -1])),
        (
            np.array([-1.7321, -0.5772, 0.14159, 0.69315, 1.61803, 3.14159]),
            np.array([0.5772156649, 2.71828, -1.41421, -0.91597, 1.20206, -3.35988]),
        ),
    ),
    mistakes=(
        Mistake(
            lambda x, y: (x[:-1], np.diff(y) / np.diff(x), y[0]),
            "Your v are the slopes of the pieces. But the earlier units do not stop at the next"
            " kink: each unit only brings the change from the old slope to the new one.",
        ),
        Mistake(
            lambda x, y: (x[:-1], np.diff(y), y[0]),
            "Your v are the heights of the pieces. A slope is height over width, and each unit"
            " brings the change of slope.",
        ),
        Mistake(
            lambda x, y: (x[:-1], np.diff(np.diff(y), prepend=0), y[0]),
            "You took the changes of the pieces' heights. Divide each height by its width first:"
            " what changes at a kink is the slope.",
        ),
        Mistake(
            lambda x, y: (x[:-1], np.diff(np.diff(x) / np.diff(y), prepend=0), y[0]),
            "You divided widths by heights. A slope is height over width.",
        ),
        Mistake(
            _weights(np.floor),
            "Your v are slopes, rounded down to whole numbers. A slope is height over width, with"
            " its decimals (`/`, not `//`), and each unit brings the change of slope.",
        ),
        Mistake(
            _weights(lambda slope: np.diff(np.floor(slope), prepend=0)),
            "Your slopes are rounded down to whole numbers. A slope is height over width, with its"
            " decimals: `/`, not `//`.",
        ),
        Mistake(
            lambda x, y: (
                x[:-1],
                np.append(np.diff(y)[0], np.diff(y, n=2)) / np.diff(x),
                y[0],
            ),
            "You take the change of the pieces' heights and divide it by the width of the new"
            " piece. What changes at a kink is the slope: divide each height by its own width"
            " first, and then take differences.",
        ),
        Mistake(
            lambda x, y: (x[:-1] - x[0], *hinges(x, y)[1:]),
            "Your kinks c are counted from the first corner, x − x[0]. Each kink is the x of its"
            " corner itself.",
        ),
        Mistake(
            lambda x, y: (x[1:], *hinges(x, y)[1:]),
            "Your kinks stand at the ends of the pieces. A unit has to start where its piece"
            " starts.",
        ),
        Mistake(
            lambda x, y: (*hinges(x, y)[:2], 0.0),
            "Your kinks and weights are right. But left of the first kink all units are 0, so"
            " without an output bias the curve would start at 0 instead of at its first corner.",
        ),
        Mistake(
            lambda x, y: (*hinges(x, y)[:2], y[0] - x[0] * np.diff(y)[0] / np.diff(x)[0]),
            "Your kinks and weights are right. Your b is the height at which the first piece, drawn"
            " on to the left, would meet x = 0. But left of the first kink all units are 0: there"
            " the network says b, up to the first corner, so b is the height of that corner.",
        ),
        Mistake(
            lambda x, y: (x[:-1], -np.diff(np.diff(y) / np.diff(x), append=0), y[0]),
            "Each of your v is the slope of its piece minus the slope of the next. Subtract the"
            " slope of the piece before instead; before the first piece it is 0.",
        ),
        Mistake(
            _weights(lambda slope: np.append(slope[:1], slope[:-1] - slope[1:])),
            "Your first unit is right. At each later kink you subtract the new slope from the old"
            " one; the change is new minus old.",
        ),
        Mistake(
            _weights(lambda slope: np.diff(slope, append=0)),
            "Your v are the changes at the end of each piece. A unit brings the change at the start"
            " of its piece: the new slope minus the one before.",
        ),
        Mistake(
            _weights(lambda slope: np.diff(slope, prepend=slope[0])),
            "Your first unit has the weight 0 and draws nothing. Left of the first kink the slope"
            " is 0, so this unit brings the whole slope of the first piece.",
        ),
        Mistake(
            _weights(_minus_previous_weight),
            "From each slope you subtract the v of the unit before. Subtract the slope before: that"
            " is what all units so far draw together.",
        ),
        Mistake(
            _weights(lambda slope: np.append(slope[:1], slope[1:] - slope[0])),
            "From each slope you subtract the slope of the first piece. Subtract that of the piece"
            " before. (In a loop, the old slope has to be kept up to date.)",
        ),
        Mistake(
            lambda x, y: (x[:-1], np.diff((y[1:] - y[0]) / (x[1:] - x[0]), prepend=0), y[0]),
            "You measure each slope from the first corner. Measure it from the corner where the"
            " piece starts: height of the piece over its width.",
        ),
        Mistake(
            lambda x, y: (x[:-1], np.diff(np.gradient(y, x)[:-1], prepend=0), y[0]),
            "Your slopes are averages over neighbouring pieces, as `np.gradient` gives them at the"
            " corners. Take the slope of each piece by itself: height over width.",
        ),
        Mistake(
            _weights(np.diff),
            "Your v lack the first unit's: it brings the slope of the first piece, from 0.",
        ),
        Mistake(
            lambda x, y: (x, *hinges(x, y)[1:]),
            "You have one kink too many: no piece starts at the last corner.",
        ),
    ),
    hints=(
        "Go from left to right. The first unit alone draws the first piece. What has to be added"
        " at the second corner to bend it into the second piece?",
        "First the slope of each piece, height over width. Unit k starts at the piece's first"
        " corner, and its v is the piece's slope minus the slope before it; before the first"
        " piece the slope is 0.",
        "`np.diff` takes differences of neighbours; with `prepend=0` it starts from 0. And b is"
        " what the network says where no unit has started yet.",
    ),
    reasoning="A unit that has started goes on for ever, with its slope v. So each one brings the"
    " difference between the new slope and the old, and the first one the difference to 0. Left of"
    " all kinks every unit is 0; there the output is b, the height of the first corner.",
    tested="Right for curves of one to five pieces, with a flat piece, pieces of unequal width and"
    " corners at whole numbers (dtype int) among them.",
    properties=(
        Property(
            lambda arguments, parts: (
                not (_draws(arguments, parts) and np.allclose(np.sort(parts[0]), arguments[0][:-1]))
            ),
            "A network with these numbers does draw the curve, but its units are not in the order"
            " of the pieces, from left to right.",
        ),
        Property(
            lambda arguments, parts: np.allclose(parts[0], arguments[0][:-1]),
            "Your kinks c are not at the corners where the pieces start.",
        ),
        Property(
            lambda arguments, parts: np.isclose(parts[2], arguments[1][0]),
            "Your kinks are right, but not b. At the first corner every unit is still 0, so what"
            " the network says there is b: the height of the first corner.",
        ),
        Property(
            lambda arguments, parts: _draws(arguments, parts),
            lambda arguments, parts: (
                "Your c and b are right, but with these v the network misses the corners."
                f" {_first_wrong_weight(arguments, parts[1])}"
            ),
        ),
    ),
    returns=("c", "v", "b"),
)


# --- dead units of a real network -----------------------------------------------------------------


def dead_units(model: Sequential, X: np.ndarray) -> int:
    return int(np.sum(np.all(model.activations(X)[0] <= 0, axis=0)))


@functools.cache
def _trained(units: int, learning_rate: float, activation: str = "relu") -> Sequential:
    """Lesson 1's network after four epochs on the digits."""
    data = digits().train
    model = Sequential([Dense(units, activation), Dense(10)], seed=0)
    model.build(n_features=64)
    model.compile(SGD(learning_rate), SparseCategoricalCrossentropy(from_logits=True))
    model.fit(data.X, data.y, epochs=4, shuffle=False)
    return model


def _small(seed: int, examples: int, units: int, outputs: int) -> tuple[Sequential, np.ndarray]:
    """A network with small whole numbers for weights, and examples, of both signs."""
    random = np.random.default_rng(seed)
    model = Sequential([Dense(units, "relu"), Dense(outputs)], seed=0)
    model.build(n_features=3)
    shapes = [weight.shape for weight in model.get_weights()]
    lowest = (-2, -3, -2, -3)  # of kernels and biases
    model.set_weights(
        [
            random.integers(low, low + 5, shape).astype(float)
            for low, shape in zip(lowest, shapes, strict=True)
        ]
    )
    return model, random.integers(-2, 3, (examples, 3)).astype(float)


def _networks() -> tuple[tuple, ...]:
    # Seeds at which all that may be counted by mistake comes to another number.
    X = digits().train.X
    small, other, silent = _small(972, 4, 8, 2), _small(38, 6, 7, 9), _small(38, 6, 7, 9)
    *_, kernel, bias = weights = silent[0].get_weights()
    kernel[:, 0], bias[0] = 0, 0  # an output that is always 0 is no hidden unit
    silent[0].set_weights(weights)
    return (
        small,
        other,
        silent,
        (other[0], other[1][:1]),
        (_trained(64, 0.1), X),
        (_trained(64, 1.5), X),
    )


def _hidden(model: Sequential, X: np.ndarray) -> np.ndarray:
    return model.activations(X)[0]


def _dead(model: Sequential, X: np.ndarray, number: float) -> str:
    """Say how many units are dead, and which, beside an answer's number."""
    dead = np.all(_hidden(model, X) <= 0, axis=0)
    if not dead.any():
        return f"Your number is {number:g}, but no unit puts out 0 in every row of X."
    indices = ", ".join(map(str, np.flatnonzero(dead)[:8])) + ", …" * bool(dead.sum() > 8)
    return (
        f"Your number is {number:g}, but {dead.sum()} of the {dead.size} units"
        f" {'puts' if dead.sum() == 1 else 'put'} out 0 in every row of X, by index: {indices}."
    )


def _too_many(model: Sequential, X: np.ndarray, number: float) -> str:
    """Say how little the most silent of the living units fires, and that it is enough."""
    a = _hidden(model, X)
    if number > a.shape[1]:
        return f"Your number is {number:g}, but this hidden layer has only {a.shape[1]} units."
    times = np.sum(a > 0, axis=0)
    least = np.flatnonzero(times == times[times > 0].min())[0]
    rows = np.flatnonzero(a[:, least] > 0)
    where = f"{len(rows)} of the {len(a)} rows" if len(rows) > 1 else f"row {rows[0]}"
    return (
        f"{_dead(model, X, number)} The most silent of the others has the index {least}: it is"
        f" above 0 in {where}, with at most {a[:, least].max():.2g}. One example is enough to live,"
        " however little a unit puts out there."
    )


DEAD_UNITS = Task(
    name="dead_units",
    section="1.9",
    reference=dead_units,
    probes=_networks,
    mistakes=(
        Mistake(
            lambda model, X: int(np.sum(np.any(_hidden(model, X) <= 0, axis=0))),
            "You counted the units that are silent on at least one example. A dead unit is silent"
            " on every one.",
        ),
        Mistake(
            lambda model, X: int(np.sum(np.any(_hidden(model, X) > 0, axis=0))),
            "You counted the units that live. The others are asked for.",
        ),
        Mistake(
            lambda model, X: int(sum(np.sum(np.all(a == 0, axis=0)) for a in model.activations(X))),
            "You counted in the output layer as well. The units of the hidden layer are asked for,"
            " the first in the list of activations.",
        ),
        Mistake(
            lambda model, X: int(np.sum(model.layers[0].bias < 0)),
            "You counted the units with a bias below 0. Such a unit lives if a single example makes"
            " its z positive: look at what it puts out for X.",
        ),
        Mistake(
            lambda model, X: int(np.sum(np.all(_hidden(model, X) <= 0, axis=1))),
            "You counted examples on which no unit fires. Examples are the rows of the"
            " activations, units are the columns.",
        ),
        Mistake(
            lambda model, X: int(np.sum(_hidden(model, X) <= 0)),
            "You counted all zeros, one for each pair of example and unit. Count the units whose"
            " whole column is 0.",
        ),
        Mistake(
            lambda model, X: float(np.mean(np.all(_hidden(model, X) <= 0, axis=0))),
            "You returned the share of the dead units. Their number is asked for.",
        ),
        Mistake(
            lambda model, X: int(np.sum(np.all(model.activations(X)[-1] <= 0, axis=0))),
            "Your number is that of the output layer's units, which are last in the list of"
            " activations. The hidden layer is first.",
        ),
        Mistake(
            lambda model, X: model.layers[0].units,
            "Your number is that of all units, dead or not. (`len` counts every entry of an array,"
            " True or False.)",
        ),
        Mistake(
            lambda model, X: int(
                np.sum(np.mean(X @ model.layers[0].kernel + model.layers[0].bias, axis=0) <= 0)
            ),
            "You counted the units whose z is negative on average. Such a unit still lives if"
            " a single example makes its z positive.",
        ),
        Mistake(
            lambda model, X: int(np.sum(_hidden(model, X)[0] <= 0)),
            "You looked at the first example only. A unit that is silent there may fire on"
            " another one.",
        ),
        Mistake(
            lambda model, X: int(np.sum(_hidden(model, X)[-1] <= 0)),
            "Only the last example counts: you have the number of the units that are silent there."
            " A dead unit is silent on every example. (In a loop over the examples, a later turn"
            " must not write over what an earlier one found.)",
        ),
        Mistake(
            lambda model, X: 1,
            "Your number is 1. The `len` of what `np.where` or `np.nonzero` makes of a vector is"
            " always 1: that is a tuple, with one array of positions for each axis.",
        ),
        Mistake(
            lambda model, X: 64 - int(np.sum(np.any(_hidden(model, X) > 0, axis=0))),
            "You took 64 units for granted, as the lesson's network has them. Here there are"
            " others, too: the hidden activations have one column for each unit.",
        ),
        Mistake(
            lambda model, X: int(np.sum(np.all(X @ model.layers[0].kernel <= 0, axis=0))),
            "You left out the layer's bias. It can wake a unit, or silence it.",
        ),
        Mistake(
            lambda model, X: int(
                np.sum(np.all(X @ model.layers[0].kernel <= model.layers[0].bias, axis=0))
            ),
            "You subtracted the layer's bias. The layer adds it: z = X W + b.",
        ),
        Mistake(
            lambda model, X: int(
                np.sum(np.all(X @ model.layers[0].kernel + model.layers[0].bias < 0, axis=0))
            ),
            "You counted the units whose z is below 0 on every example. Where z is exactly 0, ReLU"
            " puts out 0 as well: such a unit fires no more than the others.",
        ),
        Mistake(
            lambda model, X: int(np.sum(np.all(_hidden(model, X)[:, 1:] <= 0, axis=0))),
            "The first unit is not counted. Its column has the index 0.",
        ),
        Mistake(
            lambda model, X: int(np.sum(np.all(_hidden(model, X)[:, :-1] <= 0, axis=0))),
            "The last unit is not counted. Its column has the index −1, or one less than the number"
            " of units.",
        ),
        Mistake(
            lambda model, X: int(np.all(_hidden(model, X)[:, 0] <= 0)),
            "Your result is 1 where the first unit is dead, and else 0: no other unit counts. If"
            " your loop over the units has a `return` inside, it ends after the first: the line"
            " belongs behind the loop.",
        ),
        Mistake(
            lambda model, X: dead_units(_trained(64, 1.5), X),
            "Your function looks at `damaged`, whatever network it is given. Look at its argument"
            " `model`.",
        ),
    ),
    hints=(
        "`model.activations(X)` is a list of arrays, one for each layer; the hidden layer's has"
        " one row for each example and one column for each unit.",
        "A unit fires on an example if its entry is above 0. Ask for each column whether it does"
        " so anywhere, then count the columns that do not.",
    ),
    reasoning="The hidden layer's activations have shape (examples, units). `(a > 0).any(axis=0)`"
    " goes down each column and says whether that unit fires on any example; those that do not are"
    " dead as far as these examples can tell. On fewer examples more units look dead.",
    tested="Right on two small networks, also with a single example, and on networks trained on the"
    " digits with a sensible and with too large a learning rate.",
    properties=(
        Property(
            lambda arguments, number: float(number) <= dead_units(*arguments),
            lambda arguments, number: _too_many(*arguments, float(number)),
        ),
        Property(
            lambda arguments, number: float(number) >= dead_units(*arguments),
            lambda arguments, number: _dead(*arguments, float(number)),
        ),
    ),
)

TASKS: tuple[Task, ...] = (SIGMOID, SLOPES, LEAKY_RELU, COLLAPSE, HINGES, DEAD_UNITS)
