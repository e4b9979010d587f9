"""Momentum, RMSprop and Adam: how a gradient becomes a step (lesson 8).

The functions `…_step` are the formulas of the papers, for reading. w and g = ∂J/∂w have one shape;
what an algorithm remembers has it too, and is zeros before the first step, t = 1. Each function
returns new arrays: the parameters, then what it remembers. They check nothing; the line above
each lets a number that is too small for a float become 0 without a word.

The classes have Keras's names and defaults, check what they get, and move one vector of parameters
in place. Their arithmetic is in `_fast_steps`, which makes no new arrays; the tests hold it to the
functions here within 1e-13, over hundreds of steps.

>>> w, adam = np.array([3.0, -2.0]), Adam(learning_rate=0.1)
>>> adam.update(w, gradient=2 * w)          # one step down J(w) = w₁² + w₂²
>>> w.round(4)
array([ 2.9, -1.9])

`keras_rounding=True`, the default, does as Keras 3 on TensorFlow: with float64 weights it rounds
to float32 the momentum of SGD, and the β₁ and β₂ that Adam raises to the power t. So a network
trained by either ends with the same weights. `keras_rounding=False` computes the algorithm as
published. They differ most at Adam's first step, by 6e-6 of it; with float32 weights not at all.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from helpers import _fast_steps, _optimizer_checks
from helpers.validation import boolean, call_hint, known_name, real_number

Arrays = tuple[np.ndarray, ...]

# --- the formulas ---------------------------------------------------------------------------------


@np.errstate(under="ignore")
def adam_step(
    w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, t: int,
    learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7,
) -> Arrays:  # fmt: skip
    """Return w, m and v after step t of Adam.

    Keras adds its ε to √v, before the correction; its step is this one with ε / √(1 − β₂ᵗ) for ε.
    Kingma & Ba (2015), "Adam: a method for stochastic optimization", Algorithm 1; the end of
    section 2 has Keras's order, and ε̂ for its ε.
    """
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@np.errstate(under="ignore")
def rmsprop_step(
    w: np.ndarray, g: np.ndarray, v: np.ndarray,
    learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7,
) -> Arrays:  # fmt: skip
    """Return w and v after a step of RMSprop.

    Tieleman & Hinton (2012), "Lecture 6.5: rmsprop", Neural Networks for Machine Learning; with
    Keras's ε, inside the root.
    """
    v = rho * v + (1 - rho) * g**2
    return w - learning_rate * g / np.sqrt(v + epsilon), v


@np.errstate(under="ignore")
def momentum_step(
    w: np.ndarray, g: np.ndarray, velocity: np.ndarray,
    learning_rate: float = 0.01, momentum: float = 0.9,
) -> Arrays:  # fmt: skip
    """Return w and velocity after a step with momentum; with momentum 0 it is plain descent.

    Polyak (1964), "Some methods of speeding up the convergence of iteration methods".
    """
    velocity = momentum * velocity - learning_rate * g
    return w + velocity, velocity


@np.errstate(under="ignore")
def nesterov_step(
    w: np.ndarray, g: np.ndarray, velocity: np.ndarray,
    learning_rate: float = 0.01, momentum: float = 0.9,
) -> Arrays:  # fmt: skip
    """Return w and velocity after a step that looks ahead along the velocity.

    Nesterov (1983), in the form of Sutskever et al. (2013), "On the importance of initialization
    and momentum in deep learning", equations 3 and 4, rewritten so that g is needed only at w.
    """
    velocity = momentum * velocity - learning_rate * g
    return w + momentum * velocity - learning_rate * g, velocity


# --- the optimizers, as Keras names them ----------------------------------------------------------


class Optimizer:
    """What SGD, RMSprop and Adam share; each has a `_compute_step` of its own.

    Attributes
    ----------
    iterations : int
        Steps taken, t.
    step : ndarray, shape of the parameters
        What the last `update` added to the parameters.
    """

    iterations: int
    step: np.ndarray
    _memory: ClassVar[tuple[str, ...]]

    @np.errstate(all="ignore")
    def update(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Take one step, changing `parameters` in place.

        Parameters
        ----------
        parameters, gradient : ndarray of float32 or float64, same shape and dtype
            w and g = ∂J/∂w. An optimizer stays with the array of its first step. Parameters that
            the step makes too large for their dtype become infinite, without a warning.

        Raises
        ------
        TypeError, ValueError
            If one is no floating-point array, or they or the first step's differ in shape or dtype.
        FloatingPointError
            From RMSprop and Adam, if the sum of g² overflows; from Adam also if Σ g² / (1 − β₂)
            does. Otherwise v could become infinite, and every later step 0.
        """
        _optimizer_checks.check_step(self, parameters, gradient)
        self._compute_step(gradient, self.iterations + 1)
        parameters += self.step
        self.iterations += 1

    def effective_learning_rate(self, gradient: np.ndarray) -> np.ndarray:
        """Return the rate α_j with which plain descent would have moved parameter j alike.

            α_j = −Δw_j / g_j

        Constant for plain gradient descent. It grows where gradients keep their sign, shrinks where
        they oscillate, and is negative where momentum carries a parameter uphill.

        Parameters
        ----------
        gradient : array_like, shape of the parameters
            The gradient that was given to the last `update`.

        Returns
        -------
        ndarray, shape and dtype of the parameters; nan where the gradient is 0

        Raises
        ------
        TypeError
            If `gradient` does not hold real numbers.
        ValueError
            Before the first step, or if `gradient` has another shape than the parameters.
        """
        gradient = _optimizer_checks.gradient_of_last_step(self, gradient)
        rate = np.full_like(self.step, np.nan)
        with np.errstate(all="ignore"):
            return np.divide(-self.step, gradient, out=rate, where=gradient != 0)


class SGD(Optimizer):
    """Gradient descent, w ← w − α g, optionally with momentum.

    With momentum μ > 0 a velocity remembers earlier gradients, as in `momentum_step`:

        velocity ← μ velocity − α g
        w        ← w + velocity

    With `nesterov`, the step looks ahead along the velocity, as in `nesterov_step`:

        w        ← w + μ velocity − α g        with the new velocity

    Parameters
    ----------
    learning_rate : float > 0
        α.
    momentum : float, 0 ≤ μ < 1
        μ, the share of the velocity that survives a step.
    nesterov : bool
        Whether to look ahead; needs momentum > 0.
    keras_rounding : bool
        Whether to round μ to float32 as Keras does.

    Raises
    ------
    TypeError, ValueError
        If a number is none or is out of range, or `nesterov` is set without momentum.
    """

    _memory = ("velocity", "step")

    def __init__(
        self, learning_rate: float = 0.01, momentum: float = 0.0, nesterov: bool = False,
        keras_rounding: bool = True,
    ) -> None:  # fmt: skip
        self.learning_rate = real_number(learning_rate, "learning_rate", above=0)
        self.momentum = real_number(momentum, "momentum", at_least=0, below=1)
        self.nesterov = boolean(nesterov, "nesterov")
        if nesterov and not momentum:
            raise ValueError(f"nesterov needs a momentum above 0, got momentum={momentum}")
        self.keras_rounding = boolean(keras_rounding, "keras_rounding")
        self.iterations = 0

    def _compute_step(self, gradient: np.ndarray, t: int) -> None:
        if not self.momentum:
            np.multiply(gradient, -self.learning_rate, out=self.step)
            return
        if t == 1:
            self._rounded_momentum = _fast_steps.as_keras_keeps(
                self.momentum, gradient, self.keras_rounding
            )
        _fast_steps.momentum(
            gradient, self.velocity, self.step,
            self.learning_rate, self._rounded_momentum, self.nesterov,
        )  # fmt: skip


class RMSprop(Optimizer):
    """Divide each gradient by the root of a running mean of its squares, as in `rmsprop_step`.

        v ← ρ v + (1 − ρ) g²
        w ← w − α g / √(v + ε)

    Parameters
    ----------
    learning_rate : float > 0
        α.
    rho : float, 0 ≤ ρ < 1
        ρ, how much of the running mean survives a step.
    epsilon : float > 0
        ε, inside the root as in Keras; it keeps the division finite where v is 0.

    Raises
    ------
    TypeError, ValueError
        If a number is none or is out of range.
    """

    _memory = ("v", "step", "_scratch")

    def __init__(
        self, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7
    ) -> None:
        self.learning_rate = real_number(learning_rate, "learning_rate", above=0)
        self.rho = real_number(rho, "rho", at_least=0, below=1)
        self.epsilon = real_number(epsilon, "epsilon", above=0)
        self.iterations = 0

    def _compute_step(self, gradient: np.ndarray, t: int) -> None:
        _optimizer_checks.check_squares(gradient)
        _fast_steps.rmsprop(
            gradient, self.v, self.step, self._scratch, self.learning_rate, self.rho, self.epsilon
        )


class Adam(Optimizer):
    """Momentum and RMSprop together, both corrected for their start at zero.

        m ← β₁ m + (1 − β₁) g                   running mean of the gradient
        v ← β₂ v + (1 − β₂) g²                  running mean of its square
        α_t = α √(1 − β₂ᵗ) / (1 − β₁ᵗ)          both means start at 0 and are too small: corrected
        w ← w − α_t m / (√v + ε)

    This is `adam_step` with its last three lines in the order that the paper recommends at the end
    of section 2, and that Keras has; ε is therefore the paper's ε̂.

    Parameters
    ----------
    learning_rate : float > 0
        α, about the largest step that a parameter takes.
    beta_1, beta_2 : float, 0 ≤ β < 1
        β₁ and β₂, how much of each running mean survives a step.
    epsilon : float > 0
        ε, outside the root.
    keras_rounding : bool
        Whether to raise the float32 values of β₁ and β₂ to the power t, as Keras does.

    Raises
    ------
    TypeError, ValueError
        If a number is none or is out of range.
    """

    _memory = ("_m", "_v", "step")

    def __init__(
        self, learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-7, keras_rounding: bool = True,
    ) -> None:  # fmt: skip
        self.learning_rate = real_number(learning_rate, "learning_rate", above=0)
        self.beta_1 = real_number(beta_1, "beta_1", at_least=0, below=1)
        self.beta_2 = real_number(beta_2, "beta_2", at_least=0, below=1)
        self.epsilon = real_number(epsilon, "epsilon", above=0)
        self.keras_rounding = boolean(keras_rounding, "keras_rounding")
        self.iterations = 0

    def _compute_step(self, gradient: np.ndarray, t: int) -> None:
        _optimizer_checks.check_squares(gradient, 1 / (1 - self.beta_2))
        if t == 1:
            self._rounded_betas = [
                _fast_steps.as_keras_keeps(beta, gradient, self.keras_rounding)
                for beta in (self.beta_1, self.beta_2)
            ]
        beta_1, beta_2 = self._rounded_betas
        alpha_t = self.learning_rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        _fast_steps.adam(
            gradient, self._m, self._v, self.step, alpha_t, self.beta_1, self.beta_2, self.epsilon
        )


OPTIMIZERS = {"sgd": SGD, "rmsprop": RMSprop, "adam": Adam}


def optimizer_for(optimizer: str | Optimizer) -> Optimizer:
    """Return the optimizer of that name with its defaults; an optimizer returns itself.

    Parameters
    ----------
    optimizer : {"sgd", "rmsprop", "adam"} or an optimizer that has taken no step yet

    Raises
    ------
    TypeError
        If it is neither a name nor an optimizer.
    ValueError
        If the name is unknown, or the optimizer has already moved other parameters.
    """
    if not isinstance(optimizer, Optimizer):
        if not isinstance(optimizer, str):
            hint = call_hint(optimizer)
            raise TypeError(f"optimizer must be a name or an optimizer, got {optimizer!r}{hint}")
        return OPTIMIZERS[known_name(optimizer, OPTIMIZERS, "optimizer")]()
    if optimizer.iterations:
        raise ValueError(
            f"optimizer must be new, got one that has taken {optimizer.iterations} steps; "
            "its running means belong to other parameters"
        )
    return optimizer
