"""Far tails, where a factor becomes too small for a float before its product does.

At z = −712 the sigmoid is 1e-309. So small a number is *subnormal*: it has few digits left, and
z · σ(z) would have no more of them. Each `times_…` here multiplies the other factor in on the way.
The callers silence NumPy, which would tell of an inf · 0 that `np.where` leaves out.
"""

from __future__ import annotations

import numpy as np


def times_sigmoid(factor: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return factor · σ(z); 0 where σ(z) is 0, be the factor infinite.

    With e = exp(−|z|/2) the sigmoid is 1 / (1 + e²) or, for z < 0, e² / (1 + e²).
    """
    e = np.exp(-0.5 * np.abs(z))
    above = np.where(z < 0, e, 1.0)
    return np.where(z < -1500, 0.0, factor * above * above / (1 + e * e))


def times_normal_density(factor: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return factor · φ(t), with φ(t) = exp(−t²/2) / √(2π), for t ≥ 0; 0 from 40 on.

    exp turns an error of 1 ulp in t²/2 into one of t²/2 ulp, here up to 800. So `head` is short
    enough for head² to be exact, and t² − head² is small: Cody, "Rational Chebyshev approximations
    for the error function", Math. Comp. 23 (1969).
    """
    head = np.rint(np.minimum(t, _END) * 2.0**16) * 2.0**-16
    e = np.exp(-0.25 * head * head)
    rest = np.exp(-0.5 * (t - head) * (t + head))
    return np.where(t < _END, factor * _ONE_BY_ROOT_2PI * rest * e * e, 0.0)


def mills_ratio(t: np.ndarray) -> np.ndarray:
    """Return Φ(−t) / φ(t) for t ≥ 0, where Φ is the normal distribution and φ its density.

    NumPy has no error function. This is P(y) / (t + 4), y = (t − 4) / (t + 4): the substitution of
    Shepherd & Laframboise, "Chebyshev approximation of (1 + 2x)exp(x²)erfc x in 0 ≤ x < ∞", Math.
    Comp. 36 (1981), which makes one polynomial do for all t up to 40.
    """
    t = np.minimum(t, _END)
    y = 2.0 * (t / (t + 4.0)) - 1.0  # (t − 4) / (t + 4) with a smaller rounding error
    return np.polynomial.polynomial.polyval(y, _MILLS) / (t + 4.0)


_END = 40.0  # Φ(−38.6) is below the smallest float
_ONE_BY_ROOT_2PI = 0.3989422804014327
# The coefficients of y⁰, y¹, …: the Chebyshev interpolation on t = 0…40, computed with 60 digits.
_MILLS = (
    1.8932190633084853,
    -1.523770910819983,
    0.9704095548675874,
    -0.4675409629983847,
    0.15139176231249316,
    -0.01890045086003951,
    -0.008722295275174895,
    0.00408785565628378,
    0.00033424462412215915,
    -0.0005792690960158525,
    -4.783295896516123e-06,
    8.809465027219364e-05,
    1.7964156080671769e-06,
    -1.4839630824582933e-05,
    -1.5783979656798453e-06,
    2.560572171651021e-06,
    6.812539261594997e-07,
    -3.8834473055309764e-07,
    -2.139906390656895e-07,
    3.3240628986920174e-08,
    4.9099151448014394e-08,
    4.806949174252691e-09,
    -6.29507839120766e-09,
    -1.8117094315191802e-09,
)
