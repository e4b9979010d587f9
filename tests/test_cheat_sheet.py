"""The cheat sheet: complete, up to date, and each formula on it that is typed by hand is true."""

from __future__ import annotations

import inspect
import math
import re
import statistics
from pathlib import Path

import numpy as np
import pytest

from helpers import network, optimizers
from helpers.activations import ACTIVATIONS, Activation, linear, linear_derivative
from helpers.comparison import keras
from tools import cheat_sheet

ROOT = Path(__file__).resolve().parent.parent
TEXT = cheat_sheet.FILE.read_text(encoding="utf-8")

# How to read LaTeX as Python, in this order.
READ = {
    r"\,": "*",
    r"\text{ if }": " if ",
    r"\text{ else }": " else ",
    r"\sigma": "sigmoid",
    r"\Phi": "Phi",
    r"\varphi": "phi",
    "e^z": "exp(z)",
    "^": "**",
}


def test_the_sheet_is_what_the_helpers_say_now():
    assert cheat_sheet.cheat_sheet() == TEXT, "run `.venv/bin/python -m tools.cheat_sheet`"


def test_a_new_activation_asks_for_a_new_sheet(monkeypatch):
    new = Activation(linear, linear_derivative, "z", (-math.inf, math.inf), True)
    monkeypatch.setitem(ACTIVATIONS, "new", new)
    with pytest.raises(KeyError, match="new"):
        cheat_sheet.cheat_sheet()


def test_a_new_optimizer_or_loss_changes_the_sheet(monkeypatch):
    class Lion(optimizers.RMSprop):
        """Another optimizer.

            w ← w − α sign

        Parameters
        ----------
        """

    monkeypatch.setitem(optimizers.OPTIMIZERS, "lion", Lion)
    assert r"| `Lion` | $w \leftarrow w - \alpha \,\operatorname{sign}$ |" in (
        cheat_sheet.cheat_sheet()
    )
    monkeypatch.setitem(network.LOSSES, "hinge", type("Hinge", (), {}))
    with pytest.raises(AttributeError, match="hinge"):
        cheat_sheet.cheat_sheet()


def test_every_activation_loss_and_optimizer_is_on_the_sheet():
    names = [*ACTIVATIONS, *(c.__name__ for c in network.LOSSES.values())]
    names += [c.__name__ for c in optimizers.OPTIMIZERS.values()]
    assert [name for name in names if f"| `{name}` |" not in TEXT] == []


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_is_that_of_the_function(name):
    """By central differences of the helper's function."""
    normal = statistics.NormalDist()
    sigmoid = lambda z: 1 / (1 + math.exp(-z))  # noqa: E731
    expression = cheat_sheet.DERIVATIVES[name]
    for latex, python in READ.items():
        expression = expression.replace(latex, python)
    function = ACTIVATIONS[name].function
    names = {"g": function, "sigmoid": sigmoid, "exp": math.exp, "Phi": normal.cdf}
    for z in (-6.0, -2.5, -0.7, -0.1, 0.2, 0.9, 3.0, 7.0):
        stated = eval(expression, {**names, "phi": normal.pdf, "z": z})
        slope = (function(z + 1e-4) - function(z - 1e-4)) / 2e-4
        assert stated == pytest.approx(slope, rel=1e-6, abs=1e-9), z


@pytest.mark.parametrize(("lesson", "section"), [place for _, place in cheat_sheet.NEVER])
def test_places_in_the_lessons_exist(lesson, section):
    text = (ROOT / "notebooks" / f"{lesson}.ipynb").read_text(encoding="utf-8")
    assert f'"## {section} ' in text


def test_what_the_sheet_says_of_keras_is_true():
    compile_, accuracy = keras().Model.compile, keras().metrics.BinaryAccuracy
    assert inspect.signature(compile_).parameters["optimizer"].default == "rmsprop"
    assert inspect.signature(accuracy.__init__).parameters["threshold"].default == 0.5
    assert keras().layers.Dense(1).kernel_initializer.__class__.__name__ == "GlorotUniform"
    logits, y = np.array([[0.3], [-0.3]]), np.array([[1.0], [0.0]])
    assert float(accuracy(threshold=0.0)(y, logits)) == 1
    assert float(accuracy()(y, logits)) == 0.5


@pytest.mark.parametrize(
    ("formula", "latex"),
    [
        ("w ← w − α_t m / (√v + ε)", r"w \leftarrow w - \alpha _t\,m / (\sqrt{v} + \varepsilon )"),
        ("v ← ρ v + (1 − ρ) g²", r"v \leftarrow \rho \,v + (1 - \rho )\,g^2"),
        ("√(1 − β₂ᵗ)", r"\sqrt{1 - \beta_2^t}"),
        ("1/N Σ_n log a_n", r"\frac{1}{N}\,\sum_n \log a_n"),
        ("1{y = n},   a = softmax(z)", r"1\{y = n\},\quad a = \operatorname{softmax}(z)"),
        ("xᵀ ∂J/∂z", r"x^{\mathsf T}\,\partial J/\partial z"),
    ],
)
def test_formula_becomes_latex(formula, latex):
    assert cheat_sheet.latex(formula) == latex


def test_an_unknown_symbol_is_named():
    with pytest.raises(ValueError, match="⊗"):
        cheat_sheet.latex("a ⊗ b")


def test_slopes_are_the_extremes():
    """Against the extremes that the docstrings state."""
    for name in ("gelu", "silu"):
        low, high = re.search(
            r"Range \[−([\d.]+), ([\d.]+)\]", ACTIVATIONS[name].derivative.__doc__
        ).groups()
        assert f"${-float(low):.3g}$ … ${float(high):.3g}$" in TEXT


def test_the_sheet_has_a_row_for_each_kind_of_target():
    from helpers.outputs import _LAYERS, output_layer_for

    heads = {output_layer_for(y).activation for y in cheat_sheet.TARGETS.values()}
    assert heads == {"sigmoid", "softmax", "linear", "relu"}
    assert len(cheat_sheet.TARGETS) > len(_LAYERS)
    assert np.all([f"| {target} |" in TEXT for target in cheat_sheet.TARGETS])
