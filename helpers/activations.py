"""Activation functions and their derivatives: what lesson 1 is about.

What holds for all of them is said here, once. Each takes real numbers in an array of any shape,
works on each element by itself, and returns a new array of the same shape: float32 for float32 and
float16, else float64; a single number gives a NumPy scalar. nan stays nan, ±inf gives the limit,
and no finite input causes a warning. Anything else raises TypeError (strings, objects, complex
numbers) or ValueError (ragged lists). The line `@elementwise` above a function sees to all that,
so that its body is the formula alone.

Accuracy is counted in ulp, the distance between neighbouring floats, and measured against 50-digit
arithmetic, wherever input and result are normal numbers (2e-308 and more; float32: 1e-38). Tests
hold the functions to 4 ulp, gelu and the derivatives to 8. The largest error found was 3.0 ulp for
a function (gelu: 5.3) and 6.1 for a derivative; linear and relu are exact. float32 is computed in
float64, and at most 0.501 ulp off. What is too small for a normal number tends to 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers._elementwise import elementwise
from helpers._tails import mills_ratio, times_normal_density, times_sigmoid
from helpers.validation import real_number

# --- linear, sigmoid, tanh ------------------------------------------------------------------------


@elementwise
def linear(z: ArrayLike) -> Any:
    """Return g(z) = z. Range (−∞, ∞)."""
    return z


@elementwise
def linear_derivative(z: ArrayLike) -> Any:
    """Return g'(z) = 1."""
    return np.ones_like(z)


@elementwise
def sigmoid(z: ArrayLike) -> Any:
    """Return the logistic function σ(z) = 1 / (1 + exp(−z)). Range (0, 1).

    Rounded, it is exactly 1 from z ≈ 37 on (float32: 17), and 0 below z ≈ −745 (float32: −104).
    """
    e = np.exp(-np.abs(z))  # at most 1; exp(−z) would overflow for z < −709
    return np.where(z >= 0, 1, e) / (1 + e)  # for z < 0, e / (1 + e) with e = exp(z) is the same


@elementwise
def sigmoid_derivative(z: ArrayLike) -> Any:
    """Return σ'(z) = σ(z) · (1 − σ(z)). At most 1/4, at z = 0."""
    return sigmoid(z) * sigmoid(-z)  # 1 − σ(z) = σ(−z), without the rounding error


@elementwise
def tanh(z: ArrayLike) -> Any:
    """Return the hyperbolic tangent, (exp(z) − exp(−z)) / (exp(z) + exp(−z)). Range (−1, 1).

    Zero-centred, which LeCun et al., "Efficient BackProp" (1998), section 4.4, recommend it for.
    Rounded, it is exactly ±1 beyond |z| ≈ 19 (float32: 9).
    """
    return np.tanh(z)


@elementwise
def tanh_derivative(z: ArrayLike) -> Any:
    """Return tanh'(z) = 1 − tanh²(z). At most 1, at z = 0."""
    # From tanh z = 2σ(2z) − 1. As it stands, 1 − tanh² would be rounded to 0 from z ≈ 19 on.
    return 4 * sigmoid_derivative(2 * z)


# --- ReLU and leaky ReLU --------------------------------------------------------------------------


@elementwise
def relu(z: ArrayLike) -> Any:
    """Return the rectified linear unit, max(0, z). Range [0, ∞).

    Glorot, Bordes & Bengio, "Deep Sparse Rectifier Neural Networks" (2011), section 3.
    """
    return np.maximum(0, z)


@elementwise
def relu_derivative(z: ArrayLike) -> Any:
    """Return 1 where z > 0, else 0, at the kink z = 0 as well, like TensorFlow."""
    return np.where(z > 0, 1, 0)


@elementwise
def leaky_relu(z: ArrayLike, negative_slope: float = 0.01) -> Any:
    """Return z where z > 0, else negative_slope · z. Range (−∞, ∞).

    Maas, Hannun & Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models" (2013),
    equation 2, with their slope. Keras's defaults differ from it and from each other: 0.2 in the
    function `keras.activations.leaky_relu`, 0.3 in the layer `keras.layers.LeakyReLU`. TensorFlow
    rounds the slope to float32 even where z is float64, which shows from the eighth digit on.

    Parameters
    ----------
    z : array_like
    negative_slope : float in [0, 1]
        0 gives `relu`, 1 gives `linear`. Else TypeError or ValueError.
    """
    negative_slope = real_number(negative_slope, "negative_slope", at_least=0, at_most=1)
    if negative_slope == 0:  # for z = −∞ the line below would be 0 · (−∞), which is nan
        return relu(z)
    return np.where(z > 0, z, negative_slope * z)


@elementwise
def leaky_relu_derivative(z: ArrayLike, negative_slope: float = 0.01) -> Any:
    """Return 1 where z > 0, else `negative_slope`, at the kink z = 0 as well: see `leaky_relu`."""
    negative_slope = real_number(negative_slope, "negative_slope", at_least=0, at_most=1)
    return np.where(z > 0, 1, negative_slope)


# --- softplus, ELU, SiLU, GELU: smooth relatives of ReLU ------------------------------------------


@elementwise
def softplus(z: ArrayLike) -> Any:
    """Return the softplus log(1 + exp(z)), a smooth ReLU. Range (0, ∞).

    Glorot, Bordes & Bengio (2011), section 3.
    """
    return np.maximum(0, z) + np.log1p(np.exp(-np.abs(z)))


def softplus_derivative(z: ArrayLike) -> Any:
    """Return softplus'(z), which is the sigmoid σ(z)."""
    return sigmoid(z)


@elementwise
def elu(z: ArrayLike, alpha: float = 1.0) -> Any:
    """Return the exponential linear unit: z where z > 0, else alpha·(eᶻ − 1). Range (−alpha, ∞).

    Clevert, Unterthiner & Hochreiter, "Fast and Accurate Deep Network Learning by Exponential
    Linear Units (ELUs)" (2016), equation 15.

    Parameters
    ----------
    z : array_like
    alpha : float, at least 0
        Else TypeError or ValueError.
    """
    alpha = real_number(alpha, "alpha", at_least=0)
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(0, z)))


@elementwise
def elu_derivative(z: ArrayLike, alpha: float = 1.0) -> Any:
    """Return 1 where z > 0, else alpha · exp(z), at z = 0 as well: see `elu`."""
    alpha = real_number(alpha, "alpha", at_least=0)
    return np.where(z > 0, 1, alpha * np.exp(np.minimum(0, z)))


@elementwise
def silu(z: ArrayLike) -> Any:
    """Return the sigmoid-weighted linear unit z · σ(z), or swish. Range [−0.2785, ∞).

    The minimum is at z = −1.2785. Elfwing, Uchibe & Doya, "Sigmoid-weighted linear units …" (2018),
    equation 6; Ramachandran, Zoph & Le, "Searching for Activation Functions" (2017), named it
    swish.
    """
    return times_sigmoid(z, z)  # z · σ(z), also where σ(z) alone is too small for a float


@elementwise
def silu_derivative(z: ArrayLike) -> Any:
    """Return silu'(z) = σ(z) · (1 + z · σ(−z)). Range [−0.0998, 1.0998].

    Within ¼ of its zero at z = −1.2785, where the terms cancel, the error is at most 2⁻⁵³.
    """
    return times_sigmoid(1 + times_sigmoid(z, -z), z)


@elementwise
def gelu(z: ArrayLike) -> Any:
    """Return the Gaussian error linear unit z · Φ(z), Φ the normal distribution. Range [−0.17, ∞).

    The minimum is at z = −0.7518. Hendrycks & Gimpel, "Gaussian Error Linear Units (GELUs)" (2016),
    section 2, in its exact form, which is Keras's default, `gelu(approximate=False)`; not the
    approximation by tanh. For float64 TensorFlow divides by √2 rounded to float32, and is off by up
    to 5e-9.
    """
    t = np.abs(z)
    tail = times_normal_density(z * mills_ratio(t), t)  # z · Φ(−t): the ratio is Φ(−t) / φ(t)
    return np.where(z < 0, tail, z - tail)


@elementwise
def gelu_derivative(z: ArrayLike) -> Any:
    """Return gelu'(z) = Φ(z) + z · φ(z), φ the normal density. Range [−0.1289, 1.1289].

    Within ½ of its zero at z = −0.7518, where the terms cancel, the error is at most 2⁻⁵³.
    """
    t = np.abs(z)
    tail = times_normal_density(mills_ratio(t) - t, t)  # Φ(−t) − t · φ(t)
    return np.where(z < 0, tail, 1 - tail)


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
