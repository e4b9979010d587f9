"""Gradient descent, momentum, RMSprop and Adam: how a gradient becomes a step.

An optimizer moves one flat vector of parameters, in place. It needs no network:

>>> import numpy as np
>>> w, adam = np.array([3.0, -2.0]), Adam(learning_rate=0.1)
>>> adam.update(w, gradient=2 * w)          # one step down J(w) = w₁² + w₂²
>>> w.round(4)
array([ 2.9, -1.9])

Rounding, as in Keras
---------------------
In exact arithmetic these are the published algorithms. Keras 3, on TensorFlow, turns two numbers
into float32 before it uses them with float64 weights: the momentum of SGD, and the β₁ and β₂ that
Adam's bias correction raises to the power t (its moments use β₁ and β₂ unrounded). With
``keras_rounding=True``, the default, the optimizers here do the same, and a network trained by
either ends with the same weights. ``keras_rounding=False`` computes the algorithm as published.
The two differ most at Adam's first step, by 6e-6 of it; with float32 weights not at all.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from helpers.validation import boolean, float_array, known_name, real_number

LARGEST = {np.dtype(kind): float(np.finfo(kind).max) for kind in (np.float32, np.float64)}


class SGD:
    """Gradient descent, w ← w − α g, optionally with momentum.

    With momentum μ > 0 a velocity remembers earlier gradients (Polyak, 1964):

        velocity ← μ velocity − α g
        w        ← w + velocity

    With `nesterov`, the step looks ahead along the velocity (Nesterov, 1983; in the form of
    Sutskever et al., 2013, rewritten so that g is needed only at w):

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
        Round μ to float32 as Keras does (see the module's docstring).

    Attributes
    ----------
    iterations : int
        Steps taken.
    step : ndarray, shape of the parameters
        What the last `update` added to the parameters.

    Raises
    ------
    TypeError, ValueError
        If a number is none or is out of range, or `nesterov` is set without momentum.

    References
    ----------
    Polyak (1964), "Some methods of speeding up the convergence of iteration methods".
    Sutskever, Martens, Dahl, Hinton (2013), "On the importance of initialization and momentum in
    deep learning", equations 1-4.
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        keras_rounding: bool = True,
    ) -> None:
        self.learning_rate = real_number(learning_rate, "learning_rate", above=0)
        self.momentum = real_number(momentum, "momentum", at_least=0, below=1)
        self.nesterov = boolean(nesterov, "nesterov")
        if nesterov and not momentum:
            raise ValueError(f"nesterov needs a momentum above 0, got momentum={momentum}")
        self.keras_rounding = boolean(keras_rounding, "keras_rounding")
        self.iterations = 0

    @np.errstate(over="ignore", invalid="ignore")
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
        if not self.iterations:
            _bind(self, parameters, gradient, "velocity", "step")
        _check_step(self, parameters, gradient)
        self.iterations += 1
        descent = np.multiply(gradient, self.learning_rate, out=self.step)
        if not self.momentum:
            np.negative(descent, out=self.step)
        else:
            momentum = _rounded(self.momentum, parameters, self.keras_rounding)
            self.velocity *= momentum
            self.velocity -= descent
            if self.nesterov:
                np.subtract(self.velocity * momentum, descent, out=self.step)
            else:
                self.step[...] = self.velocity
        parameters += self.step

    def effective_learning_rate(self, gradient: np.ndarray) -> np.ndarray:
        """Return each parameter's α_j: see `Adam.effective_learning_rate`."""
        return _effective_learning_rate(self, gradient)


class RMSprop:
    """Divide each gradient by the root of a running mean of its squares.

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

    Attributes
    ----------
    iterations : int
        Steps taken.
    step : ndarray, shape of the parameters
        What the last `update` added to the parameters.

    Raises
    ------
    TypeError, ValueError
        If a number is none or is out of range.

    References
    ----------
    Tieleman, Hinton (2012), "Lecture 6.5: rmsprop", Neural Networks for Machine Learning.
    """

    def __init__(
        self, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7
    ) -> None:
        self.learning_rate = real_number(learning_rate, "learning_rate", above=0)
        self.rho = real_number(rho, "rho", at_least=0, below=1)
        self.epsilon = real_number(epsilon, "epsilon", above=0)
        self.iterations = 0

    def update(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Take one step, changing `parameters` in place: see `SGD.update`."""
        if not self.iterations:
            _bind(self, parameters, gradient, "v", "step", "_scratch")
        _check_step(self, parameters, gradient)
        _check_squares(gradient)
        self.iterations += 1
        scratch = np.multiply(gradient, gradient, out=self._scratch)
        scratch *= 1 - self.rho
        self.v *= self.rho
        self.v += scratch

        np.add(self.v, self.epsilon, out=scratch)
        np.sqrt(scratch, out=scratch)
        np.multiply(gradient, -self.learning_rate, out=self.step)
        self.step /= scratch
        parameters += self.step

    def effective_learning_rate(self, gradient: np.ndarray) -> np.ndarray:
        """Return each parameter's α_j: see `Adam.effective_learning_rate`."""
        return _effective_learning_rate(self, gradient)


class Adam:
    """Momentum and RMSprop together, both corrected for their start at zero.

        m ← β₁ m + (1 − β₁) g                   running mean of the gradient
        v ← β₂ v + (1 − β₂) g²                  running mean of its square
        α_t = α √(1 − β₂ᵗ) / (1 − β₁ᵗ)          both means start at 0 and are too small: corrected
        w ← w − α_t m / (√v + ε)

    This is Algorithm 1 of the paper with its last three lines in the order that the paper
    recommends at the end of section 2; ε is therefore the paper's ε̂.

    Parameters
    ----------
    learning_rate : float > 0
        α, about the largest step that a parameter takes.
    beta_1, beta_2 : float, 0 ≤ β < 1
        β₁ and β₂, how much of each running mean survives a step.
    epsilon : float > 0
        ε, outside the root.
    keras_rounding : bool
        Raise the float32 values of β₁ and β₂ to the power t, as Keras does (see the module's
        docstring); otherwise β₁ and β₂ themselves, as in the paper.

    Attributes
    ----------
    iterations : int
        Steps taken, t.
    step : ndarray, shape of the parameters
        What the last `update` added to the parameters.

    Raises
    ------
    TypeError, ValueError
        If a number is none or is out of range.

    References
    ----------
    Kingma, Ba (2015), "Adam: a method for stochastic optimization", Algorithm 1 and section 2.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        keras_rounding: bool = True,
    ) -> None:
        self.learning_rate = real_number(learning_rate, "learning_rate", above=0)
        self.beta_1 = real_number(beta_1, "beta_1", at_least=0, below=1)
        self.beta_2 = real_number(beta_2, "beta_2", at_least=0, below=1)
        self.epsilon = real_number(epsilon, "epsilon", above=0)
        self.keras_rounding = boolean(keras_rounding, "keras_rounding")
        self.iterations = 0

    def update(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Take one step, changing `parameters` in place: see `SGD.update`."""
        if not self.iterations:
            _bind(self, parameters, gradient, "_m", "_v", "step")
            self._rounded_betas = (
                _rounded(self.beta_1, parameters, self.keras_rounding),
                _rounded(self.beta_2, parameters, self.keras_rounding),
            )
        _check_step(self, parameters, gradient)
        _check_squares(gradient, 1 / (1 - self.beta_2))
        self.iterations += 1

        # Kept are m / (1 − β₁) and v / (1 − β₂), to pass over the parameters two times fewer; the
        # factors come back with α_t and ε. `step` is scratch until the end, to stay in the cache.
        m, v, step = self._m, self._v, self.step
        m *= self.beta_1
        m += gradient
        np.multiply(gradient, gradient, out=step)
        v *= self.beta_2
        v += step

        t, (beta_1, beta_2) = self.iterations, self._rounded_betas
        alpha_t = self.learning_rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        root = math.sqrt(1 - self.beta_2)

        np.sqrt(v, out=step)
        step += self.epsilon / root
        np.divide(m, step, out=step)
        step *= -alpha_t * (1 - self.beta_1) / root
        parameters += step

    def effective_learning_rate(self, gradient: np.ndarray) -> np.ndarray:
        """Return each parameter's α_j in the last step: plain descent would need it to move alike.

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
        return _effective_learning_rate(self, gradient)


Optimizer = SGD | RMSprop | Adam
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
            raise TypeError(f"optimizer must be a name or an optimizer, got {optimizer!r}")
        return OPTIMIZERS[known_name(optimizer, OPTIMIZERS, "optimizer")]()
    if optimizer.iterations:
        raise ValueError(
            f"optimizer must be new, got one that has taken {optimizer.iterations} steps; "
            "its running means belong to other parameters"
        )
    return optimizer


def _rounded(value: float, parameters: np.ndarray, keras_rounding: bool) -> np.floating:
    """Return `value` in the dtype of the parameters, by way of float32 if Keras goes that way."""
    return parameters.dtype.type(np.float32(value) if keras_rounding else value)


def _bind(optimizer: Optimizer, parameters: Any, gradient: Any, *state: str) -> None:
    """Check the first step's arrays and give the optimizer its state: zeros of that shape."""
    for name, array in (("parameters", parameters), ("gradient", gradient)):
        if not isinstance(array, np.ndarray) or array.dtype not in (np.float32, np.float64):
            what = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
            raise TypeError(f"{name} must be an array of float32 or float64, got {what}")
    if not parameters.size:
        raise ValueError(f"parameters must not be empty, got shape {parameters.shape}")
    if not parameters.flags.writeable:
        raise ValueError("parameters must be writeable: they are changed in place")
    optimizer._parameters = parameters
    for name in state:
        setattr(optimizer, name, np.zeros_like(parameters))


def _check_step(optimizer: Optimizer, parameters: np.ndarray, gradient: np.ndarray) -> None:
    if parameters is not optimizer._parameters:
        raise ValueError(
            "parameters must be the array of the optimizer's first step, got another one; "
            "use a new optimizer for new parameters"
        )
    shape, dtype = getattr(gradient, "shape", None), getattr(gradient, "dtype", None)
    if shape != parameters.shape or dtype != parameters.dtype:
        raise ValueError(
            f"gradient must have the shape {parameters.shape} and dtype {parameters.dtype} of the "
            f"parameters, got {shape} and {dtype}"
        )


def _check_squares(gradient: np.ndarray, factor: float = 1.0) -> None:
    """Refuse a gradient of which v could become infinite: descent would stop without a word."""
    # vdot takes one pass; it tells of an overflow by its result alone, where dot would warn.
    if float(np.vdot(gradient, gradient)) * factor > LARGEST[gradient.dtype]:
        raise FloatingPointError(
            f"gradient must be so small that sums of its squares fit into {gradient.dtype}, "
            f"got {np.abs(gradient).max():g}"
        )


def _effective_learning_rate(optimizer: Optimizer, gradient: np.ndarray) -> np.ndarray:
    if not optimizer.iterations:
        raise ValueError(
            "effective_learning_rate needs an update first, got an optimizer at step 0"
        )
    gradient = float_array(gradient, "gradient")
    if gradient.shape != optimizer.step.shape:
        raise ValueError(
            f"gradient must have the shape {optimizer.step.shape} of the parameters, "
            f"got {gradient.shape}"
        )
    rate = np.full_like(optimizer.step, np.nan)
    with np.errstate(over="ignore"):
        return np.divide(-optimizer.step, gradient, out=rate, where=gradient != 0)
