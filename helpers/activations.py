"""Activation functions and their derivatives: what lesson 1 is about.

Every function takes an array of any shape, works on each element by itself and returns an array of
the same shape: float32 for float32 (and float16), float64 for everything else that is a real
number; a single number gives a NumPy scalar. nan stays nan, ±inf gives the limit, and no finite
input causes a warning. Anything else raises TypeError (strings, objects, complex numbers) or
ValueError (ragged lists).

Accuracy is stated in ulp, the distance between neighbouring floats, and is measured against
50-digit arithmetic over the whole range of finite inputs, subnormal inputs and results included. At
most 2 ulp: linear, relu, leaky_relu, sigmoid, tanh, softplus. At most 4 ulp: elu, silu and all
derivatives. The docstrings tell the exceptions: tanh on some processors, gelu, and derivatives
around a zero of theirs. float32 results are rounded once, from float64.

Three rules make that possible. The exponential's argument is never positive, so nothing overflows.
Nothing is written as a difference of nearly equal numbers: 1 − σ(z) is σ(−z), 1 − tanh² z is
4σ(2z)σ(−2z). And an exponential so small that it is subnormal, with few digits left, is kept as two
factors until what it multiplies has been multiplied in.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.validation import float_array, real_number

# Beyond ±800 all functions here have reached their limits in float64: exp(−800) is 0, and 800 times
# that as well. Clipping there keeps inf · 0 = nan out of the formulas.
_FLAT = 800.0


def _elementwise(formula: Callable[..., Any]) -> Callable[..., Any]:
    """Let a float64 formula take anything array-like and give float32 for float32.

    float32 is computed in float64 and rounded once: more accurate than NumPy's float32 exp.
    """

    @functools.wraps(formula)
    def function(z: ArrayLike, *args: Any, **kwargs: Any) -> Any:
        z = float_array(z, "z", empty=True)
        result = formula(z.astype(np.float64, copy=False), *args, **kwargs)
        return result.astype(z.dtype, copy=False)[()]  # [()] makes a scalar of a 0-d array

    return function


def _exp_in_two(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two factors, both normal numbers, of exp(−t) for t in 0…1200; the second is mostly 1.

    exp(−t) itself is subnormal beyond t = 708 and has few digits left there: too few to be scaled.
    """
    head = np.minimum(t, 600.0)
    return np.exp(-head), np.exp(head - t)


def _sigmoid_tail(e: np.ndarray) -> np.ndarray:
    """Return σ(−t) for t ≥ 0 from e = exp(−t)."""
    s = e / (1.0 + e)
    # Where e is small, e − e·s does without the rounding error of 1 + e: 1.7 ulp instead of 2.5.
    # The two differ by a few ulp, so their difference is exact. (np.where is ten times slower on
    # signs that alternate, because the processor guesses its branches wrong.)
    return s + (e < 0.5) * ((e - e * s) - s)


# --- linear ---------------------------------------------------------------------------------------


def linear(z: ArrayLike) -> Any:
    """Return g(z) = z, as a new array. Range (−∞, ∞).

    Parameters
    ----------
    z : array_like of real numbers, any shape

    Returns
    -------
    ndarray or NumPy scalar of float32 or float64, the shape of `z`
    """
    return np.positive(float_array(z, "z", empty=True))


def linear_derivative(z: ArrayLike) -> Any:
    """Return g'(z) = 1.

    Parameters and result as for `linear`.
    """
    # A step in |z|: 1 everywhere, but nan where z is nan.
    return np.heaviside(np.abs(float_array(z, "z", empty=True)), 1)


# --- sigmoid --------------------------------------------------------------------------------------


@_elementwise
def sigmoid(z: ArrayLike) -> Any:
    r"""Return the logistic function σ(z) = 1 / (1 + exp(−z)). Range (0, 1).

    Computed from s = exp(−|z|) / (1 + exp(−|z|)), as s for z < 0 and 1 − s otherwise. The textbook
    formula overflows for z < −709, and gives 0 there where the answer is as large as 1e-309.

    Parameters
    ----------
    z : array_like of real numbers, any shape

    Returns
    -------
    ndarray or NumPy scalar of float32 or float64, the shape of `z`
        Rounded, it is exactly 1 from z ≈ 37 on (float32: 17) and exactly 0 below z ≈ −745
        (float32: −104).
    """
    s = _sigmoid_tail(np.exp(-np.abs(z)))
    return np.abs((z >= 0) - s)  # 1 − s or s


@_elementwise
def sigmoid_derivative(z: ArrayLike) -> Any:
    """Return σ'(z) = σ(z) · (1 − σ(z)) = σ(z) · σ(−z). At most 1/4, at z = 0.

    Parameters and result as for `sigmoid`.
    """
    s = _sigmoid_tail(np.exp(-np.abs(z)))
    return s * (1.0 - s)


# --- tanh -----------------------------------------------------------------------------------------


@_elementwise
def tanh(z: ArrayLike) -> Any:
    """Return the hyperbolic tangent, (exp(z) − exp(−z)) / (exp(z) + exp(−z)). Range (−1, 1).

    Zero-centred, which LeCun et al., "Efficient BackProp" (1998), section 4.4, recommend it for.

    Parameters
    ----------
    z : array_like of real numbers, any shape

    Returns
    -------
    ndarray or NumPy scalar of float32 or float64, the shape of `z`
        Rounded, it is exactly ±1 beyond |z| ≈ 19 (float32: 9). NumPy's own: at most 1.2 ulp, but
        2.2 ulp on x86 processors without AVX2, where NumPy calls the C library.
    """
    return np.tanh(z)


@_elementwise
def tanh_derivative(z: ArrayLike) -> Any:
    """Return tanh'(z) = 1 − tanh²(z). At most 1, at z = 0.

    Computed as 4 · σ(2z) · σ(−2z), because tanh z = 2σ(2z) − 1: from |z| ≈ 19 on, 1 − tanh² is 0.

    Parameters and result as for `tanh`.
    """
    e, rest = _exp_in_two(2.0 * np.minimum(np.abs(z), 0.5 * _FLAT))
    s = _sigmoid_tail(e)
    return 4.0 * s * (1.0 - s) * rest


# --- ReLU and leaky ReLU --------------------------------------------------------------------------


def relu(z: ArrayLike) -> Any:
    """Return the rectified linear unit, max(0, z). Range [0, ∞). Exact.

    Glorot, Bordes & Bengio, "Deep Sparse Rectifier Neural Networks" (2011), section 3.

    Parameters
    ----------
    z : array_like of real numbers, any shape

    Returns
    -------
    ndarray or NumPy scalar of float32 or float64, the shape of `z`
    """
    return np.maximum(float_array(z, "z", empty=True), 0)


def relu_derivative(z: ArrayLike) -> Any:
    """Return 1 where z > 0, else 0.

    At the kink z = 0, where there is none, it is the left-hand derivative 0, as in TensorFlow.

    Parameters and result as for `relu`.
    """
    # Unlike z > 0 this keeps nan; unlike np.heaviside it does not branch.
    return np.clip(np.ceil(float_array(z, "z", empty=True)), 0, 1)


def _checked_slope(negative_slope: float) -> float:
    return real_number(negative_slope, "negative_slope", at_least=0, at_most=1)


@_elementwise
def leaky_relu(z: ArrayLike, negative_slope: float = 0.01) -> Any:
    """Return z where z > 0, else negative_slope · z. Range (−∞, ∞).

    Maas, Hannun & Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models" (2013),
    equation 2, with their slope. Keras's defaults differ from it and from each other: 0.2 in the
    function `keras.activations.leaky_relu`, 0.3 in the layer `keras.layers.LeakyReLU`. TensorFlow
    rounds the slope to float32 even where z is float64, which shows from the eighth digit on.

    Parameters
    ----------
    z : array_like of real numbers, any shape
    negative_slope : float in [0, 1]
        0 gives `relu`, 1 gives `linear`.

    Returns
    -------
    ndarray or NumPy scalar of float32 or float64, the shape of `z`

    Raises
    ------
    TypeError, ValueError
        If `negative_slope` is no number or out of range.
    """
    negative_slope = _checked_slope(negative_slope)
    if negative_slope == 0:  # 0 · inf would be nan
        return np.maximum(z, 0)
    return np.maximum(z, negative_slope * z)


def leaky_relu_derivative(z: ArrayLike, negative_slope: float = 0.01) -> Any:
    """Return 1 where z > 0, else `negative_slope`.

    At the kink z = 0 it is the left-hand derivative `negative_slope`, as in TensorFlow.

    Parameters, result and errors as for `leaky_relu`.
    """
    return np.maximum(relu_derivative(z), _checked_slope(negative_slope))


# --- softplus, ELU --------------------------------------------------------------------------------


@_elementwise
def softplus(z: ArrayLike) -> Any:
    """Return the softplus log(1 + exp(z)), a smooth ReLU. Range (0, ∞).

    Glorot, Bordes & Bengio (2011), section 3. Computed as max(z, 0) + log1p(exp(−|z|)).

    Parameters
    ----------
    z : array_like of real numbers, any shape

    Returns
    -------
    ndarray or NumPy scalar of float32 or float64, the shape of `z`
    """
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softplus_derivative(z: ArrayLike) -> Any:
    """Return softplus'(z), which is the sigmoid σ(z).

    Parameters and result as for `sigmoid`.
    """
    return sigmoid(z)


def _checked_alpha(alpha: float) -> float:
    return real_number(alpha, "alpha", at_least=0)


@_elementwise
def elu(z: ArrayLike, alpha: float = 1.0) -> Any:
    """Return the exponential linear unit: z where z > 0, else alpha·(eᶻ − 1). Range (−alpha, ∞).

    Clevert, Unterthiner & Hochreiter, "Fast and Accurate Deep Network Learning by Exponential
    Linear Units (ELUs)" (2016), equation 15.

    Parameters
    ----------
    z : array_like of real numbers, any shape
    alpha : float, at least 0

    Returns
    -------
    ndarray or NumPy scalar of float32 or float64, the shape of `z`

    Raises
    ------
    TypeError, ValueError
        If `alpha` is no number, not finite or negative.
    """
    return np.maximum(z, 0) + _checked_alpha(alpha) * np.expm1(np.minimum(z, 0))


@_elementwise
def elu_derivative(z: ArrayLike, alpha: float = 1.0) -> Any:
    """Return 1 where z > 0, else alpha · exp(z).

    At z = 0 it is the left-hand derivative `alpha`, as in TensorFlow; both sides meet if alpha = 1.

    Parameters, result and errors as for `elu`.
    """
    return np.where(z > 0, 1.0, _checked_alpha(alpha) * np.exp(np.minimum(z, 0)))


# --- SiLU (swish) ---------------------------------------------------------------------------------


@_elementwise
def silu(z: ArrayLike) -> Any:
    """Return the sigmoid-weighted linear unit z · σ(z), also called swish. Range [−0.2785, ∞).

    Elfwing, Uchibe & Doya, "Sigmoid-weighted linear units …" (2018), equation 6; Ramachandran,
    Zoph & Le, "Searching for Activation Functions" (2017), who named it swish.

    Parameters
    ----------
    z : array_like of real numbers, any shape

    Returns
    -------
    ndarray or NumPy scalar of float32 or float64, the shape of `z`
        The minimum is at z = −1.2785.
    """
    z = np.maximum(z, -_FLAT)
    e, rest = _exp_in_two(np.minimum(np.abs(z), _FLAT))
    s = _sigmoid_tail(e)
    return z * np.where(z < 0, s, 1.0 - s) * np.where(z < 0, rest, 1.0)


@_elementwise
def silu_derivative(z: ArrayLike) -> Any:
    """Return silu'(z) = σ(z) · (1 + z · (1 − σ(z))). Range [−0.0998, 1.0998].

    For z < 0 computed as σ'(z) · (1 + z + exp(z)). At most 4 ulp; within ¼ of its zero at
    z = −1.2785, where the sum cancels, 4 ulp + 2⁻⁵⁷.

    Parameters and result as for `silu`.
    """
    z = np.clip(z, -_FLAT, _FLAT)
    e, rest = _exp_in_two(np.abs(z))
    s = _sigmoid_tail(e)
    return (1.0 - s) * np.where(z < 0, s * ((1.0 + z) + e) * rest, 1.0 + z * s)


# --- GELU -----------------------------------------------------------------------------------------

# NumPy has no error function. For t in 0…40, Φ(−t) = exp(−t²/2) · P(y) / (t + 4), y = (t−4)/(t+4):
# the substitution of Shepherd & Laframboise, "Chebyshev approximation of (1 + 2x)exp(x²)erfc x in
# 0 ≤ x < ∞", Math. Comp. 36 (1981), which makes one polynomial do for all t. The coefficients, of
# y⁰ first, are the Chebyshev interpolation on that range, computed with 60 digits.
_TAIL = (
    0.7552851304157515,
    -0.6078966419718921,
    0.3871374007422147,
    -0.18652185795965923,
    0.060396574890927625,
    -0.007540188966665622,
    -0.003479692367192169,
    0.0016308184567316905,
    0.00013334431003841313,
    -0.0002310949286748793,
    -1.908241959973906e-06,
    3.5144657216576565e-05,
    7.165938105445352e-07,
    -5.9200967880118806e-06,
    -6.294906095499973e-07,
    1.0214388227559823e-06,
    2.714268850174776e-07,
    -1.5489136697905194e-07,
    -8.497706441900809e-08,
    1.3314438834316812e-08,
    1.934066255997545e-08,
    1.8387743050280814e-09,
    -2.444130112234883e-09,
    -6.916032302791483e-10,
)
_TAIL_END = 40.0  # Φ(−38.6) is below the smallest subnormal number
_SQRT_2PI = 2.5066282746310002


def _normal_tail(t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return g, h and r with exp(−t²/2) = g·h and Φ(−t) = g·h·r, for t in 0…40; g, h, r normal."""
    # exp turns an error of 1 ulp in t²/2 into one of t²/2 ulp, here up to 800. So `head` is short
    # enough for head² to be exact, and t² − head² is small: Cody, "Rational Chebyshev
    # approximations for the error function", Math. Comp. 23 (1969).
    head = np.rint(t * 2.0**16) * 2.0**-16
    g, h = _exp_in_two(0.5 * (head * head))
    h = h * np.exp(-0.5 * ((t - head) * (t + head)))
    y = 2.0 * (t / (t + 4.0)) - 1.0  # (t − 4) / (t + 4) with a smaller rounding error
    ratio = np.polynomial.polynomial.polyval(y, _TAIL) / (t + 4.0)
    return g, h, ratio


@_elementwise
def gelu(z: ArrayLike) -> Any:
    """Return the Gaussian error linear unit z · Φ(z), Φ the normal distribution. Range [−0.17, ∞).

    Hendrycks & Gimpel, "Gaussian Error Linear Units (GELUs)" (2016), section 2, in its exact form,
    which is Keras's default, `gelu(approximate=False)`; not the approximation by tanh. At most 5
    ulp; for float64 TensorFlow divides by √2 rounded to float32, and is off by up to 5e-9.

    Parameters
    ----------
    z : array_like of real numbers, any shape

    Returns
    -------
    ndarray or NumPy scalar of float32 or float64, the shape of `z`
        The minimum is at z = −0.7518.
    """
    z = np.maximum(z, -_TAIL_END)
    g, h, ratio = _normal_tail(np.minimum(np.abs(z), _TAIL_END))
    return z * np.where(z < 0, g * ratio, 1.0 - g * ratio * h) * np.where(z < 0, h, 1.0)


@_elementwise
def gelu_derivative(z: ArrayLike) -> Any:
    """Return gelu'(z) = Φ(z) + z · φ(z), φ the normal density. Range [−0.1289, 1.1289].

    At most 6 ulp; within ½ of its zero at z = −0.7518, where the terms cancel, 6 ulp + 2⁻⁵³.

    Parameters and result as for `gelu`.
    """
    t = np.minimum(np.abs(z), _TAIL_END)
    g, h, ratio = _normal_tail(t)
    tail = g * (ratio - t / _SQRT_2PI) * h
    return np.where(z < 0, tail, 1.0 - tail)


# --- all of them ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Activation:
    """What lesson 1 says of an activation function.

    Attributes
    ----------
    function, derivative : callable
        g and g', as above; parameters at their defaults.
    formula : str
        g(z) in LaTeX, without dollar signs.
    range : tuple of float
        Greatest lower and least upper bound of g, −inf and inf where there is none.
    zero_centred : bool
        Whether g(−z) = −g(z), so that inputs spread evenly about 0 give outputs with mean 0.
    """

    function: Callable[..., Any]
    derivative: Callable[..., Any]
    formula: str
    range: tuple[float, float]
    zero_centred: bool


_INF = float("inf")

ACTIVATIONS: dict[str, Activation] = {
    "linear": Activation(linear, linear_derivative, "z", (-_INF, _INF), True),
    "sigmoid": Activation(sigmoid, sigmoid_derivative, r"\frac{1}{1 + e^{-z}}", (0.0, 1.0), False),
    "tanh": Activation(
        tanh, tanh_derivative, r"\frac{e^z - e^{-z}}{e^z + e^{-z}}", (-1.0, 1.0), True
    ),
    "relu": Activation(relu, relu_derivative, r"\max(0, z)", (0.0, _INF), False),
    "leaky_relu": Activation(
        leaky_relu, leaky_relu_derivative, r"\max(0.01\,z, z)", (-_INF, _INF), False
    ),
    "softplus": Activation(softplus, softplus_derivative, r"\log(1 + e^z)", (0.0, _INF), False),
    "elu": Activation(elu, elu_derivative, r"\max(0, z) + \min(0, e^z - 1)", (-1.0, _INF), False),
    # The two minima have no closed form; a test computes them to full precision.
    "gelu": Activation(gelu, gelu_derivative, r"z\,\Phi(z)", (-0.16997120747990366, _INF), False),
    "silu": Activation(
        silu, silu_derivative, r"\frac{z}{1 + e^{-z}}", (-0.2784645427610738, _INF), False
    ),
}
