"""Tasks of lesson 1: activation functions."""

from __future__ import annotations

import numpy as np

from helpers import activations
from helpers.checks._task import Mistake, Property, Task

LESSON = "01_activations"

Z = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])
GRID = np.array([[-1.5, 0.25, 2.0], [0.0, -4.0, 1.0]])


TASKS = (
    Task(
        name="sigmoid",
        section="1.3",
        reference=activations.sigmoid,
        probes=(
            (np.array([1.0]),),
            (Z,),
            (GRID,),
            (np.array([-1, 0, 2]),),
            (GRID.astype(np.float32),),
            (np.array([-30.0, -15.0, 15.0, 30.0]),),
        ),
        mistakes=(
            Mistake(
                lambda z: 1 / (1 + np.exp(z)),
                "The sign in the exponent is missing: your curve falls from 1 to 0 instead of"
                " rising from 0 to 1.",
            ),
            Mistake(
                lambda z: 1 / 1 + np.exp(-z),
                "The 1 is divided by 1 only: the whole sum 1 + e⁻ᶻ belongs below the fraction bar,"
                " so it needs parentheses.",
            ),
            Mistake(
                lambda z: 1 / (1 - np.exp(-z)),
                "Below the fraction bar you subtract the exponential from 1; it is added.",
            ),
            Mistake(
                lambda z: np.tanh(z),
                "This is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.",
                "1.6",
            ),
            Mistake(
                lambda z: activations.sigmoid(z) * (1 - activations.sigmoid(z)),
                "This is the slope of the sigmoid, not the sigmoid itself.",
            ),
            Mistake(
                lambda z: np.exp(z) / np.sum(np.exp(z)),
                "You divided by a sum over all elements. The sigmoid treats each element by"
                " itself: its denominator is 1 plus one exponential.",
            ),
        ),
        hints=(
            "Each element is treated by itself: NumPy's functions do that for a whole array at"
            " once, so you need no loop.",
            "Compute the exponential of −z first; add 1; divide 1 by the result.",
        ),
        reasoning="`np.exp` works on each element, so the formula of section 1.3 can be typed as it"
        " stands. Mind the parentheses around the denominator.",
        tested="On one number, a vector, a matrix, whole numbers, float32, and out to z = ±30.",
        properties=(
            Property(
                lambda arguments, a: bool(np.all((a >= 0) & (a <= 1))),
                "The sigmoid lies between 0 and 1 everywhere, and yours does not.",
            ),
        ),
    ),
)
