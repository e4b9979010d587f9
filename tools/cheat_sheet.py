"""Write `docs/cheat_sheet.md` from the helpers: `python -m tools.cheat_sheet`.

Names, ranges, defaults and heads are asked of the code; losses, gradients and update rules are the
formulas of the docstrings, set in LaTeX. Written here are the derivatives (a test evaluates each
against its helper), where to begin, and the list of what never to do.
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from helpers import losses, network, softmax
from helpers.activations import ACTIVATIONS
from helpers.optimizers import OPTIMIZERS, SGD
from helpers.outputs import output_layer_for

FILE = Path(__file__).resolve().parent.parent / "docs" / "cheat_sheet.md"

# g'(z); the rules of `tests/test_cheat_sheet.py` read and evaluate this LaTeX.
DERIVATIVES = {
    "linear": r"1",
    "sigmoid": r"g(z)\,(1 - g(z))",
    "tanh": r"1 - g(z)^2",
    "relu": r"1 \text{ if } z > 0 \text{ else } 0",
    "leaky_relu": r"1 \text{ if } z > 0 \text{ else } 0.01",
    "softplus": r"\sigma(z)",
    "elu": r"1 \text{ if } z > 0 \text{ else } e^z",
    "gelu": r"\Phi(z) + z\,\varphi(z)",
    "silu": r"\sigma(z)\,(1 + z\,(1 - \sigma(z)))",
}

# A small target of each kind, from which `output_layer_for` reads the head.
TARGETS: dict[str, Any] = {
    "yes or no: 0 or 1": [0, 1, 1, 0],
    "one of N classes: 0 … N−1": [0, 1, 2, 0, 1, 2],
    "one of N classes, one-hot": np.eye(3)[[0, 1, 2, 0]],
    "N labels, any number of them true": [[1, 1, 0], [0, 0, 0], [0, 1, 1]],
    "a number of either sign": [-1.5, 0.5, 2.0],
    "a number that is never negative": [0.0, 0.5, 2.5],
}

# Where to begin; a test holds what is said of Keras against Keras.
STARTS = [
    'a layer with `relu`: `kernel_initializer="he_uniform"`; the default, `glorot_uniform`, is '
    "made for `tanh`",
    "inputs scaled to about −1 … 1; then rates of 0.1 for `SGD`, 0.001 for `Adam` and `RMSprop`, "
    "three times as much, a third of it",
    'Keras trains with `optimizer="rmsprop"` where `compile` names none',
    "`keras.metrics.BinaryAccuracy(threshold=0.0)` for logits: the default, 0.5, is meant for "
    "probabilities",
]

NEVER = [
    (
        "a `softmax` or `sigmoid` layer before a loss with `from_logits=True`: that applies it "
        "twice",
        ("05_numerical_stability", "5.11"),
    ),
    (
        "the logarithm of a probability that came from logits: give the loss the logits",
        ("05_numerical_stability", "5.8"),
    ),
    ("softmax with one unit: it always answers 1", ("02_choosing_activations", "2.2")),
    (
        "softmax where several labels can be true at once: one sigmoid each",
        ("07_multi_label", "7.5"),
    ),
    ("sigmoid in the hidden layers of a deep network", ("01_activations", "1.7")),
    ("labels 1 … N: code counts from 0", ("03_softmax", "3.2")),
    (
        "a parameter changed before all gradients of the step are computed",
        ("06_training_steps", "6.4"),
    ),
    ("all weights zero at the start, once there is a hidden layer", ("06_training_steps", "6.7")),
    ("a winner named after one seed", ("02_choosing_activations", "2.6")),
    ("a choice made on the test part", ("09_handwritten_digits", "9.7")),
]

# What the docstring says in the sentence above a formula.
PREFIXES = {SGD: ("", "", "`nesterov=True`: ")}

SYMBOLS = {
    "−": "-",
    "·": r"\cdot ",
    "←": r"\leftarrow ",
    "∂": r"\partial ",
    "α": r"\alpha ",
    "β": r"\beta",
    "ε": r"\varepsilon ",
    "μ": r"\mu ",
    "ρ": r"\rho ",
    "Σ": r"\sum",
    "ᵀ": r"^{\mathsf T}",
    "ᵗ": "^t",
    "²": "^2",
    "₁": "_1",
    "₂": "_2",
    "{": r"\{",
    "}": r"\}",
}


def latex(formula: str) -> str:
    """Return a docstring's formula in LaTeX, without dollar signs.

    Parameters
    ----------
    formula : str
        Unicode, as in "w ← w − α_t m / (√v + ε)".

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If it holds a character that is neither plain ASCII nor known here.
    """
    formula = re.sub(r" {2,}", r"\\quad ", formula.strip())
    # A product's factors stand apart; TeX knows by itself what follows a sum or a logarithm.
    formula = re.sub(r"(?<=[\w)ᵀ²])(?<!Σ)(?<!Σ_\w)(?<!log)(?<!quad) (?=[\w∂√(])", r"\\,", formula)
    formula = "".join(SYMBOLS.get(character, character) for character in formula)
    formula = re.sub(r" +", " ", formula)
    formula = re.sub(r"√\(([^()]*)\)", r"\\sqrt{\1}", formula)
    formula = re.sub(r"√(\w)", r"\\sqrt{\1}", formula)
    formula = re.sub(r"\b(log|exp|max)\b", r"\\\1", formula)
    formula = re.sub(r"(?<![\\\w])([a-z]{2,})(?![\w}])", r"\\operatorname{\1}", formula)
    formula = re.sub(r"\b(\d)/N\b", r"\\frac{\1}{N}", formula)
    if unknown := re.findall(r"[^\x20-\x7e]", formula):
        raise ValueError(f"no LaTeX for {unknown} in {formula!r}")
    return formula


def formulas(documented: Any) -> list[tuple[str, str]]:
    """Return the formulas that come first in a docstring, each with the remark beside it."""
    pairs = []
    for line in (inspect.getdoc(documented) or "").splitlines()[1:]:
        if re.fullmatch(r"Parameters|Attributes", line):
            break
        if re.match(r" {4}\S|\S+ = ", line):
            aligned = re.sub(r" +(?=[←=])", " ", line.strip())
            formula, gap, rest = re.split(r"( {3,}|$)", aligned, maxsplit=1)
            # Far to the right stands a remark, or a second equation.
            pairs.append((formula + gap + rest, "") if " = " in rest else (formula, rest))
    return pairs


def number(value: float) -> str:
    """Return a bound to three digits, in LaTeX."""
    if np.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    return f"{value:.3g}" if abs(value) > 1e-9 else "0"


def table(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    for row in [header, ["---"] * len(header), *rows]:
        yield "| " + " | ".join(row) + " |"
    yield ""


def activation_rows() -> list[list[str]]:
    """Return a row for each activation of the course."""
    z = np.linspace(-40, 40, 800_001)
    rows = []
    for name, activation in ACTIVATIONS.items():
        slope = activation.derivative(z)
        low, high = activation.range
        rows.append(
            [
                f"`{name}`",
                f"${activation.formula}$",
                f"${DERIVATIVES[name]}$",
                f"${number(slope.min())}$ … ${number(slope.max())}$",
                f"${number(low)}$ … ${number(high)}$",
                "yes" if activation.zero_centred else "no",
            ]
        )
    return rows


def head_rows() -> list[list[str]]:
    """Return a row for each kind of target: the head that `output_layer_for` chooses."""
    rows = []
    for target, y in TARGETS.items():
        head = output_layer_for(y)
        units = "1" if head.units == 1 else "N"
        loss = network.LOSSES[head.loss].__name__
        if head.activation in ("sigmoid", "softmax"):
            row = [
                f"`Dense({units})`",
                f"`{loss}(from_logits=True)`",
                f"`{head.activation}(z)`",
            ]
        elif head.activation == "linear":
            row = [f"`Dense({units})`", f"`{loss}()`", "$z$ itself"]
        else:
            row = [f'`Dense({units}, activation="{head.activation}")`', f"`{loss}()`", "$a$ itself"]
        rows.append([target, *row])
    return rows


def loss_rows() -> list[list[str]]:
    """Return a row for each loss of the course, with its gradient."""
    rows = []
    for loss in dict.fromkeys(network.LOSSES.values()):
        name = re.sub(r"(?<=.)(?=[A-Z])", "_", loss.__name__).lower()
        ((value, _),) = formulas(getattr(losses, name))
        gradient, _ = formulas(getattr(losses, f"{name}_gradient"))[0]
        # What `a` is, the formula of the loss has said already.
        gradient = gradient.partition(",")[0]
        rows.append([f"`{loss.__name__}`", f"${latex(value)}$", f"${latex(gradient)}$"])
    return rows


def optimizer_rows() -> list[list[str]]:
    """Return a row for each optimizer: its update rule and its defaults."""
    rows = []
    for optimizer in OPTIMIZERS.values():
        steps = [
            f"{prefix}${latex(formula)}$"
            for (formula, _), prefix in itertools.zip_longest(
                formulas(optimizer), PREFIXES.get(optimizer, ()), fillvalue=""
            )
        ]
        defaults = ", ".join(
            f"{parameter.name}={parameter.default:g}"
            for parameter in inspect.signature(optimizer).parameters.values()
            if not isinstance(parameter.default, bool)
        )
        rows.append(
            [
                f"`{optimizer.__name__}`",
                " <br> ".join(steps),
                f"`{defaults}`",
            ]
        )
    return rows


def cheat_sheet() -> str:
    """Return the cheat sheet as Markdown."""
    backward = ", &ensp; ".join(f"${latex(formula)}$" for formula, _ in formulas(network))
    ((softmax_formula, _),) = formulas(softmax.softmax)
    lines = [
        "# Cheat sheet",
        "",
        "The course on one page, in Keras's names. Rows are examples: $X$ has shape $(m, n)$, "
        "$W$ $(n, N)$, $b$ $(N,)$, the logits $Z = X W + b$ and the answers $A = g(Z)$ $(m, N)$.",
        "",
        "## Activations",
        "",
        *table(
            ["name", "$g(z)$", "slope $g'(z)$", "$g'$ from … to", "$g$ from … to", "zero-centred"],
            activation_rows(),
        ),
        r"Here $\sigma$ is the sigmoid, $\Phi$ and $\varphi$ are the normal distribution and its "
        "density. Hidden layers: `relu` to begin with.",
        "",
        "## Heads: from the target to the last layer",
        "",
        *table(["target", "last layer", "loss", "to read the answer"], head_rows()),
        f"Softmax: ${latex(softmax_formula)}$.",
        "",
        "## Losses of one example, and their gradients",
        "",
        *table(["name", "loss $L$", "gradient"], loss_rows()),
        "The cost $J$ is the mean of $L$ over the $m$ examples. Back through a layer, "
        f"$z = x W + b$ and $a = g(z)$: {backward}.",
        "",
        "## Optimizers",
        "",
        *table(["name", "one step", "defaults"], optimizer_rows()),
        "$g$ is the gradient of $J$ with respect to $w$; squares, roots and quotients are taken "
        "element by element.",
        "",
        "## To begin with",
        "",
        *(f"- {what}" for what in STARTS),
        "",
        "## Never",
        "",
        *(
            f"- {what} ([{section}](../notebooks/{lesson}.ipynb))"
            for what, (lesson, section) in NEVER
        ),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(cheat_sheet(), encoding="utf-8")
