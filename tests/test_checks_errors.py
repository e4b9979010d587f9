"""What is said of an exception in a reader's function: each fault is really run, as in a cell."""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import itertools
import linecache
import pickle
import re
import weakref
from dataclasses import fields, replace

import numpy as np
import pytest

from helpers.checks.errors import RULES, Failure, Shaped, explained, failure
from helpers.checks.errors._place import Place

VECTOR = np.array([-1.0, 0.0, 2.0])
MATRIX = np.arange(6.0).reshape(3, 2)
WIDE = np.ones((3, 4))
WHOLE = np.array([0, 1, 2])
_numbers = itertools.count()
pytestmark = pytest.mark.filterwarnings("ignore:Passing more than 2 positional arguments")


def cell(source: str, seen: bool = True, **names) -> dict:
    """Run a cell of a notebook and return its namespace; `seen`: its source can be looked up."""
    name = f"<cell-{next(_numbers)}>"
    if seen:
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    namespace = {"np": np, **names}
    exec(compile(source, name, "exec"), namespace)
    return namespace


def failed(source: str, *arguments, seen: bool = True, **names) -> Failure:
    """Return the failure of the cell's function `f`."""
    function = cell(source, seen, **names)["f"]
    try:
        function(*arguments)
    except BaseException as error:
        return failure(error, function)
    raise AssertionError("nothing was raised")


def body(lines: str, parameters: str) -> str:
    """Write a function `f` of these lines, or one that returns the expression."""
    lines = lines.strip("\n")
    with contextlib.suppress(SyntaxError):
        ast.parse(lines, mode="eval")
        lines = f"return {lines}"
    indented = "\n".join(f"    {line}" for line in lines.split("\n"))
    return f"def f({parameters}):\n{indented}\n"


def said(lines: str, parameters: str = "", *arguments, above: str = "", **names) -> str | None:
    source = f"{above}\n{body(lines, parameters)}"
    found = failed(source, *arguments, **names)
    return explained(found, [name.strip() for name in parameters.split(",") if name])


# --- every rule, on a fault that a learner makes --------------------------------------------------

TRUTH = [
    ("if y == 1:\n    return 1", "y", [VECTOR], "`y == 1` is an array of shape (3,)|`if`|np.where"),
    ("1 if y > 0 else 0", "y", [VECTOR], "np.where(y > 0|would decide once"),
    ("if 0 < z <= 1: return z", "z", [VECTOR], "(0 < z) & (z <= 1)"),
    ("0 < z < 1", "z", [VECTOR], "(0 < z) & (z < 1)"),
    ("if y:\n    pass\nelif y > 1:\n    pass", "y", [VECTOR], "`y` is an array"),
    ("if y is None:\n    pass\nelif y > 1:\n    pass", "y", [VECTOR], "`y > 1` is an array"),
    ("for j in range(3):\n    if g[j] == 0:\n        pass", "g", [MATRIX], "`g[j]` is a whole row"),
    ("[v for v in y if v > 0]", "y", [MATRIX], "`if` decides only once"),
    ("z > 0 and z < 1", "z", [VECTOR], "`and`|(…) & (…)"),
    ("if z > 0 and z < 1:\n    return z", "z", [VECTOR], "`if` needs one answer|np.all(…)"),
    ("if z > 0 or z < 1:\n    return z", "z", [VECTOR], "`or`|(…) | (…)"),
    ("if n and z > 0:\n    return z", "n, z", [1, VECTOR], "`n and z > 0` is an array|`if`"),
    ("not z > 0", "z", [VECTOR], "~(z > 0)"),
    ("max(z, 0)", "z", [VECTOR], "np.maximum(z, 0)|larger"),
    ("min(0, Z @ Z.T)", "Z", [MATRIX], "np.minimum(0, Z @ Z.T)|smaller"),
    ("max(Z)", "Z", [MATRIX], "rows|np.max(Z)"),
    ("sorted(Z)", "Z", [MATRIX], "np.sort(Z)"),
    ("while z > 0:\n    z = z - 1", "z", [VECTOR], "`while`|np.all|np.any"),
    ("assert z > 0", "z", [VECTOR], "`assert`|np.all"),
    ("z in [1, 2]", "z", [VECTOR], "np.isin(z, [1, 2])"),
    ("z == 1 & z > 0", "z", [WHOLE], "`&` binds more tightly|parentheses"),
    ("np.where(z == 1 | z == 2, 1, 0)", "z", [WHOLE], "`|` binds more tightly"),
    ("z > 0 & z < 1", "z", [VECTOR], "`&` binds more tightly"),
    ("[y, y].index(y + 1)", "y", [VECTOR], "np.flatnonzero"),
]
ONE_NUMBER = [
    ("1 / (1 + math.exp(-z))", "z", [VECTOR], "`math.exp` takes a single number|`-z` is|`np.exp`"),
    ("sqrt(v + 1)", "v", [VECTOR], "`math.sqrt`|`v + 1` is an array of shape (3,)|np.sqrt"),
    ("math.erf(v)", "v", [VECTOR], "`math.erf` takes a single number|in a loop"),
    ("float(y)", "y", [VECTOR], "`float` makes one number|y.astype(float)"),
    ("int(y > 0)", "y", [VECTOR], "`int` makes one number|`y > 0` is an array"),
    ("'%.2f' % x", "x", [VECTOR], "takes one number|`x` is an array of shape (3,)"),
    ("f'{x:.2f}'", "x", [VECTOR], "`.2f` is for a single number|`x` is an array"),
    ("'{:.2f}'.format(x)", "x", [VECTOR], "single number|`x` is an array"),
    ("f'{x:.2f}'", "x", ["abc"], "`.2f`|`x` is the text 'abc'"),
    ("range(y)", "y", [VECTOR], "range(len(y))"),
    ("range(len(y) / 2)", "y", [VECTOR], "1.5|`//`"),
    ("np.zeros(len(y) / 2)", "y", [VECTOR], "np.zeros|1.5|`//`"),
    ("np.ones(n)", "n", [3.0], "whole number|int(…)"),
]
NUMPY_CALLS = [
    ("m, n = X.shape\nnp.zeros(m, n)", "X", [MATRIX], "np.zeros((m, n))|two pairs"),
    ("np.ones(3, 4)", "", [], "np.ones((3, 4))"),
    ("np.random.rand((3, 4))", "", [], "np.random.rand(3, 4)"),
    ("np.max(0, z)", "z", [VECTOR], "axis|np.maximum(0, z)"),
    ("np.min(z, 0.5)", "z", [VECTOR], "axis|np.minimum(z, 0.5)"),
    ("np.sum(np.exp(a), b)", "a, b", [VECTOR, VECTOR], "axis|np.exp(a) + b"),
    ("np.sum(a, a, a, b)", "a, b", [WHOLE, WHOLE], "a + a + a + b"),
    ("np.mean(a, b)", "a, b", [VECTOR, VECTOR], "axis|takes one array"),
    ("np.maximum(a, a, 0)", "a", [VECTOR], "two arrays|np.maximum(np.maximum(a, a), 0)"),
    ("np.log(a, 2)", "a", [VECTOR], "np.log(x) / np.log(b)"),
    ("np.concatenate(a, a)", "a", [VECTOR], "np.concatenate([a, a])"),
    ("np.vstack(a, a)", "a", [VECTOR], "np.vstack([a, a])"),
    ("np.sum(x, axes=0)", "x", [VECTOR], "no `axes=`|`axis=`"),
    ("x.sum(keepdim=True)", "x", [VECTOR], "`keepdims=`"),
    ("np.max(x, dim=0)", "x", [VECTOR], "`axis=`"),
    ("np.where(x > 0, 1)", "x", [VECTOR], "condition and two values"),
    ("np.gradient(x[:1])", "x", [VECTOR], "neighbouring"),
    ("np.bincount(y)", "y", [np.array([0.0, 1.0])], "whole numbers|y.astype(int)"),
    ("x[x > 9].max()", "x", [VECTOR], "`x[x > 9]` is empty"),
    ("max([v for v in x if v > 9])", "x", [VECTOR], "is empty"),
    ("np.exp([1, None])", "", [], "holds a None"),
    ("np.exp(None)", "", [], "`None` is None"),
    ("np.gradient(X, X)", "X", [WIDE], "differences between neighbours"),
    ("np.exp(s)", "s", ["a"], "`s` is the text"),
]
SHAPES = [
    (
        "X @ W",
        "X, W",
        [MATRIX, WIDE],
        "`X` has the shape (3, 2)|columns of `X` (2)|rows of `W` (3)|`X.T @ W` would fit",
    ),
    (
        "np.dot(W1, X)",
        "W1, X",
        [np.ones((2, 2)), np.ones((1, 2))],
        "`X @ W1` and `W1 @ X.T`|formula",
    ),
    ("X.dot(W)", "X, W", [MATRIX, WIDE], "columns of `X` (2)"),
    ("X.T @ W.T", "X, W", [MATRIX, WIDE], "`X.T @ W` would fit"),
    ("C = np.array([X.mean() for _ in range(4)])\nX @ C.T", "X", [MATRIX], "`.mean()`|an axis"),
    ("X @ v.T", "X, v", [MATRIX, VECTOR], "one axis only|`.T` leaves it as it is"),
    ("W @ v", "W, v", [MATRIX, VECTOR], "`v @ W` would fit, if"),
    ("w @ X", "w, X", [np.ones(2), MATRIX], "length of `w` (2) must equal the rows of `X` (3)"),
    ("a @ X", "a, X", [0.5, MATRIX], "`a` is a single number|`a * X`"),
    ("X + b", "X, b", [MATRIX, VECTOR], "2 meets 3|`b[:, None]`"),
    ("X * b", "X, b", [MATRIX, np.ones(4)], "`X` has the shape (3, 2) and `b` (4,)|2 meets 4"),
    ("np.maximum(X, W)", "X, W", [MATRIX, MATRIX.T], "Transposed|`X.T`"),
    ("X * W", "X, W", [MATRIX, MATRIX.T], "element by element|`X @ W`"),
    ("X.T > t[:, None]", "X, t", [MATRIX, VECTOR], "(3,), `t[:, None]` would fit|each column"),
    ("Z / Z.sum(axis=1)", "Z", [MATRIX], "keepdims=True|(3, 1)"),
    ("s = Z.sum(axis=1)\nreturn Z / s", "Z", [MATRIX], "keepdims=True"),
    (
        "a = Z.argmax(axis=0)\nreturn a == y",
        "Z, y",
        [MATRIX, WHOLE],
        "a = Z.argmax(axis=0)|right axis",
    ),
    (
        "Y = np.zeros_like(X)\nreturn np.tanh(X @ W) - Y",
        "X, W",
        [MATRIX.T, WIDE],
        "np.zeros_like(X)",
    ),
    ("s = np.zeros((64, 10))\nreturn W + s", "W", [WIDE], "written in|shape"),
    ("W += np.ones(3)", "W", [WIDE], "4 meets 3"),
    ("b -= np.ones((2, 3))", "b", [VECTOR], "`-=`|(2, 3)|(3,)"),
    ("o = np.zeros(3)\no[0:2] = X", "X", [VECTOR], "`o[0:2]` has room for the shape (2,)"),
    ("o = np.zeros(3)\no[0] = X", "X", [VECTOR], "`o[0]` has room for one number|(3,)"),
    ("np.array([[1, 2], [3]])", "", [], "rows of different lengths"),
    ("m, n = X.shape\nreturn m", "X", [VECTOR], "`X` is a vector|(3,)|2 names"),
    ("if y.shape[1] > 1: return 1", "y", [VECTOR], "`y` is a vector|y.shape[0]"),
    ("np.shape(y)[1]", "y", [VECTOR], "`y` is a vector"),
    ("y.shape[0]", "y", [np.float64(3)], "`y` is a single number"),
    ("X.sum(axis=1)", "X", [VECTOR], "`X` is a vector|only axis 0"),
    ("np.sum(X, axis=2)", "X", [MATRIX], "(3, 2)|0 to 1"),
    ("x.reshape(4, 5)", "x", [MATRIX], "6 elements|needs 20"),
    ("x.reshape(-1, 4)", "x", [MATRIX], "4 does not divide 6"),
    ("np.concatenate([x, y])", "x, y", [MATRIX, VECTOR], "same number of axes"),
    ("np.concatenate([x, y])", "x, y", [MATRIX, WIDE], "`x` (3, 2) and `y` (3, 4)|right axis"),
    ("a[np.arange(3), np.arange(2)]", "a", [MATRIX], "in pairs"),
    ("z[y == 1]", "z, y", [MATRIX, WHOLE[:2]], "mask `y == 1`|z[:, …]"),
]
INDICES = [
    ("for i in range(len(y) + 1):\n    y[i]", "y", [VECTOR], "0 to 2|`+ 1` is one too far"),
    ("for i in range(1, len(y) + 1):\n    y[i]", "y", [VECTOR], "counts from 1|y[i - 1]"),
    ("for j in range(64):\n    X[:, j]", "X", [MATRIX], "2 columns|64|X.shape[1]"),
    ("for i in range(k):\n    y[i]", "y, k", [VECTOR, 5], "`y` has fewer|Is `i` the index"),
    ("np.eye(len(y))[y]", "y", [WHOLE + 1], "one for each example|one for each class"),
    ("for i in range(3):\n    y[i + 1]", "y", [VECTOR], "`i + 1`|earlier"),
    ("i = 0\nwhile True:\n    i += 1\n    y[i]", "y", [VECTOR], "past the end|condition"),
    ("i = 0\nwhile y[i] < 9:\n    i += 1", "y", [VECTOR], "past the end"),
    ("y[len(y)]", "y", [VECTOR], "asks for 3|count from 0"),
    ("Y = np.zeros((2, 3))\nY[y] = 1", "y", [WHOLE], "up to 2|`Y[np.arange(len(Y)), y]`"),
    ("y[0]", "y", [VECTOR[:0]], "`y` is empty"),
    ("Y = np.zeros((3, y.max()))\nY[range(3), y] = 1", "y", [WHOLE], "up to 2|one more than"),
    ("np.eye(3)[y]", "y", [WHOLE + 1], "up to 3|count from 1?"),
    ("np.eye(3)[y]", "y", [VECTOR], "holds floats|y.astype(int)"),
    ("y[len(y) / 2]", "y", [VECTOR], "1.5|`//`"),
    ("y[x]", "x, y", [1.0, VECTOR], "`x` is a float|int(x)"),
    ("y[0, 1]", "y", [VECTOR], "vector|one index, not 2"),
    ("y[0][1]", "y", [VECTOR], "`y[0]` is already a single number"),
    ("y['a']", "y", [VECTOR], "names such as 'a'"),
    ("a = [1, 2]\nreturn a[5]", "", [], "list `a` has 2 items|asks for 5"),
    ("a = [[1, 2]]\nreturn a[0, 1]", "", [], "`a` is a list|a[0][1]"),
    ("a = [1, 2]\nreturn a[i]", "i", [WHOLE], "`a` is a list|np.array(a)"),
    ("w = np.where(y > 0)\nreturn w[np.argsort(y)]", "y", [VECTOR], "tuple|[0]"),
]  # fmt: skip
OPERATORS = [
    ("1 - b ^ t", "b, t", [0.9, 2], "`^` is no power|1 - b ** t"),
    ("z ^ 2", "z", [VECTOR], "z ** 2"),
    ("1 / (1 + np.exp ** (-z))", "z", [VECTOR], "`np.exp` is a function|np.exp(-z)"),
    ("-np.exp", "", [], "`np.exp` is a function"),
    ("z - z.max", "z", [VECTOR], "the method itself|z.max()"),
    ("z - np.max", "z", [VECTOR], "np.max(z)"),
    ("z * float", "z", [VECTOR], "`float` is a class"),
    ("[1, 2] * 0.5", "", [], "is a list|np.array([1, 2])"),
    ("a - a", "a", [[1, 2]], "`a` is a list|np.array(a)"),
    ("a - 1", "a", [[MATRIX, VECTOR]], "(3, 2) and (3,)|no single array|`a[0]` is the first"),
    ("mean - y", "y", [VECTOR], "NumPy has an `np.mean`|or was a variable"),
    ("a + 1", "a", [[1, 2]], "joins two lists"),
    ("a = x.sum(),\nreturn a / 2", "x", [VECTOR], "comma at the end"),
    ("w = np.where(x > 0)\nreturn w - 1", "x", [VECTOR], "np.where|[0]"),
    ("x.shape / 2", "x", [MATRIX], "tuple of sizes|x.shape[0]"),
    ("'loss ' + x", "x", [0.5], "`+` joins text only to text|{x}"),
    ("x - y", "x, y", ["3", 2], "the text '3'|`float`"),
    ("range(3) * 2", "", [], "np.arange(3)"),
    ("zip(x, x) * 2", "x", [VECTOR], "one item after the other"),
    ("x + None", "x", [VECTOR], "`None` stands in this line"),
    ("d - 1", "d", [{"a": 1}], "`d` is a dict"),
    ("a = x.sort()\nreturn a < 1", "x", [VECTOR.copy()], "`a` is None|changes `x`"),
    ("x * s", "x, s", [VECTOR, "abc"], "`s` is the text 'abc'"),
    ("~x", "x", [0.5], "Compare first"),
    ("(x > 0) - (x < 0)", "x", [VECTOR], "True and False|.astype(int)"),
    ("-(x > 0)", "x", [VECTOR], "`~`|.astype(int)"),
    ("~x", "x", [VECTOR], "Compare first"),
    ("z -= 0.5", "z", [WHOLE], "`-=`|whole numbers|z = z - 0.5|find their array changed"),
    ("z = z.copy()\nz -= 0.5", "z", [WHOLE], "z = z - 0.5"),
    ("np.exp(z, out=z)", "z", [WHOLE], "Leave out `out=`|find their array changed"),
    ("z[z < 1] *= 0.1", "z", [WHOLE], "z = z.astype(float)"),
    ("y = np.broadcast_to(y, (2, 3))\ny[0] = 1", "y", [VECTOR], "copy"),
    ("np.uint8(3) + 300", "", [], "300 does not fit into uint8|0 to 255"),
]
CALLS = [
    ("W(1)", "W", [WIDE], "`W` is an array of shape (3, 4)|`W[1]`"),
    ("a(x + 1)", "a, x", [2.0, VECTOR], "`a * (x + 1)`"),
    ("len(z.shape())", "z", [VECTOR], "`z.shape` stands without parentheses|tuple"),
    ("x.T() + 1", "x", [VECTOR], "`x.T` stands without parentheses"),
    ("sum = 0\nreturn sum(x)", "x", [VECTOR], "hides Python's own|sum = 0"),
    ("softmax(x)", "x", [VECTOR], "module `helpers.softmax`|softmax.softmax(…)"),
    ("g(x)", "x", [VECTOR], "leaves out `b`|`a` and `b`"),
    ("g(x, x, x)", "x", [VECTOR], "takes `a` and `b`|3 values"),
    ("g(x, c=x)", "x", [VECTOR], "no `c=`|`a` and `b`"),
    ("g(x, x, b=x)", "x", [VECTOR], "`b` twice"),
    ("math.exp(x, x)", "x", [1.0], "takes one number"),
    ("z.max[0]", "z", [VECTOR], "z.max()[0]"),
    ("np.zeros[3]", "", [], "np.zeros(3)"),
    ("x.sum()[0]", "x", [VECTOR], "`x.sum()` is already a single number"),
    ("n[0]", "n", [3], "`n` is a single number"),
    ("f(y)", "y", [VECTOR], "`f` calls itself|without an end"),
    ("for i in len(y):\n    pass", "y", [VECTOR], "range(len(y))"),
    ("for v in y.sum():\n    pass", "y", [VECTOR], "`y.sum()` is the number 1"),
    ("sum(n)", "n", [3], "`sum` needs several values"),
    ("len(y.sum())", "y", [VECTOR], "single number here, which has no length"),
    ("len(y.tolist)", "y", [VECTOR], "parentheses of a call"),
    ("a, b = x\nreturn a", "x", [VECTOR], "2 names|3 values"),
    ("a, b = 1, 2, 3", "", [], "2 names|3 values"),
    ("for a, b in x:\n    pass", "x", [VECTOR], "enumerate(x)"),
    ("for i, b in x:\n    pass", "x", [WIDE], "enumerate(x)"),
    ("[a for i, a in x]", "x", [WIDE], "enumerate(x)"),
    ("for k, v in d:\n    pass", "d", [{"abc": 1}], "d.items()"),
    ("e / (1 - b ** (t - 1))", "e, b, t", [1.0, 0.9, 1], "`1 - b ** (t - 1)` is 0|t = 1"),
    ("math.exp(x)", "x", [1000], "larger than any float|1000|709"),
    ("x ** 1000.0", "x", [10.0], "larger than any float"),
    ("math.log(x)", "x", [0.0], "more than 0"),
    ("int(x)", "x", [float("nan")], "is nan"),
    ("t = (1, 2)\nt[0] = 3", "", [], "cannot be changed"),
    ("t = x.sum()\nt[0] = 3", "x", [VECTOR], "single number"),
    ("set(X)", "X", [MATRIX], "np.unique"),
    ("np.ones((10**7, 10**7))", "", [], "(10000000, 10000000)|memory"),
]
NAMES = [
    ("x.sum()", "X", [VECTOR], "argument `X`|Capital"),
    ("trian.sum()", "X", [VECTOR], "`train`"),
    ("time.time()", "X", [VECTOR], "import time"),
    ("tf.exp(X)", "X", [VECTOR], "import tensorflow as tf"),
    ("exp(X)", "X", [VECTOR], "np.exp"),
    ("sigmoid(X)", "X", [VECTOR], "from helpers.activations import sigmoid"),
    ("hidden + X", "X", [VECTOR], "`hidden` has no value|`X`"),
    ("true", "X", [VECTOR], "True"),
    ("for v in X:\n    total += v", "X", [VECTOR], "total = 0"),
    ("if len(X) > 9:\n    best = 1\nreturn best", "X", [VECTOR], "`best` has no value|`if`"),
    ("g = g(X, 1)\nreturn g", "X", [VECTOR], "name `g`|something else"),
    ("d['accuracy']", "d", [{"Accuracy": 1}], "'Accuracy'"),
    ("d['foo']", "d", [{"loss": 1, "epoch": 2}], "'loss', 'epoch'"),
    ("c = {}\nfor v in X:\n    c[v] += 1", "X", [WHOLE], "Set it before"),
    ("x.shap", "x", [VECTOR], "`.shape`"),
    ("x.exp()", "x", [VECTOR], "np.exp(x)"),
    ("x.append(1)", "x", [VECTOR], "does not grow"),
    ("a.shape", "a", [[1, 2]], "`a` is a list|np.array(a)"),
    ("a.mean()", "a", [0.5], "`a` is a single number"),
    ("a = []\na = a.append(1)\nreturn a.shape", "", [], "`append` changes `a` itself"),
    ("a = x.sort()\nreturn a[0]", "x", [VECTOR.copy()], "`sort` changes `x`|np.sort"),
    ("a = np.random.shuffle(x)\nfor v in a:\n    pass", "x", [VECTOR.copy()], "changes `x`"),
    ("a = nothing(x)\nreturn a + 1", "x", [VECTOR], "Does `nothing` end with `return`?"),
    ("np.softmax(x)", "x", [VECTOR], "NumPy has no `softmax`"),
    ("np.maximun(x, 0)", "x", [VECTOR], "`maximum`"),
    ("np.float(x)", "x", [VECTOR], "write `float`"),
    ("math.maximum(x, 0)", "x", [VECTOR], "np.maximum"),
    ("softmax.sofmax(x)", "x", [VECTOR], "module `helpers.softmax`|`softmax`"),
    ("g.T", "x", [VECTOR], "`g` is a function|parentheses"),
    ("from helpers.softmax import sofmax\nreturn 1", "", [], "`softmax`"),
    ("import numppy\nreturn 1", "", [], "no module `numppy`"),
]
ABOVE = """
import math
from math import sqrt
from helpers import softmax
train = 1
def g(a, b):
    return a + b
def nothing(x):
    x + 1
"""
EVERY = [
    *TRUTH, *ONE_NUMBER, *NUMPY_CALLS, *SHAPES, *INDICES, *OPERATORS, *CALLS, *NAMES,
]  # fmt: skip


@pytest.mark.parametrize(("lines", "parameters", "arguments", "words"), EVERY)
def test_says_what_is_wrong_in_the_readers_own_names(lines, parameters, arguments, words):
    text = said(lines, parameters, *arguments, above=ABOVE)
    assert text is not None
    assert [word for word in words.split("|") if word not in text] == [], text
    assert text[-1] in ".?!"


@pytest.mark.parametrize(("lines", "parameters", "arguments", "words"), EVERY)
def test_no_rule_fails_on_what_it_is_for(lines, parameters, arguments, words):
    source = ABOVE + body(lines, parameters)
    found = failed(source, *arguments)
    for pattern, rule in RULES:
        if match := re.search(pattern, f"{found.type}: {found.message}", re.DOTALL):
            rule(Place(found, []), match)  # `explained` would hide what it raises


def test_a_product_of_a_number_and_a_bracket():
    with pytest.warns(SyntaxWarning, match="not callable"):
        found = failed("def f(x):\n    return 2(x + 1)\n", VECTOR)
    assert "`2 * (x + 1)`" in explained(found, ["x"])


def test_a_statement_over_several_lines_is_taken_whole():
    found = failed("def f(X, W):\n    E = (X\n         @ W)\n    return E\n", MATRIX, WIDE)
    assert found.line == "E = (X\n         @ W)"
    assert found.number == 2
    assert "`X` has the shape (3, 2)" in explained(found, ["X", "W"])


def test_points_at_the_notebooks_data():
    source = "def f(W1, b1):\n    return train @ W1\n"
    text = explained(failed(source, MATRIX, VECTOR, train=np.ones((9, 4))), ["W1", "b1"])
    assert "`train`, which is the notebook's and no argument; its own `b1` it does not use" in text
    source = "def f(X):\n    return X.X @ np.ones(3)\n"  # an attribute of the same name
    holder = type("Holder", (), {})()
    holder.X = MATRIX
    assert "notebook" not in explained(failed(source, holder, X=np.ones((9, 4))), ["X"])


def test_an_argument_called_otherwise_than_in_the_task():
    found = failed("def f(labels):\n    return y == 1\n", VECTOR)
    assert "`y` is called `labels` in your first line" in explained(found, ["y"])


def test_names_what_a_function_got_that_failed_inside():
    elsewhere = cell("def h(X):\n    return X + np.ones(5)\n")
    text = said("h(X)", "X", MATRIX, h=elsewhere["h"])
    assert "inside `h`" in text
    assert "`X` is an array of shape (3, 2)" in text


# --- situations that look alike -------------------------------------------------------------------

SILENT = [
    "raise ValueError('operands could not be broadcast together with shapes (2,) (3,)')",
    "raise ValueError('The truth value of an array with more than one element is ambiguous.')",
    "raise TypeError('only 0-dimensional arrays can be converted to Python scalars')",
    "raise IndexError('index 3 is out of bounds for axis 0 with size 3')",
    "raise IndexError('tuple index out of range')",
    "raise KeyError('a')",
    "raise AttributeError('nothing')",
    "raise ZeroDivisionError('division by zero')",
    "raise StopIteration",
    "raise OverflowError('math range error')",
    "raise ValueError('not enough values to unpack (expected 2, got 1)')",
    "raise RecursionError('maximum recursion depth exceeded')",
    "raise NotImplementedError",
    "raise TypeError('unsupported operand type(s) for +: None and int')",
    "raise TypeError('Cannot interpret 3 as a data type')",
    "np.zeros(3, 'q1')",
    "inner()",
    "if truth([]): pass",
    "truth(1 / np.float64(0))",
    "a, b = unpack()",
    "getattr(np, 'softmix')",
    "int('3') + unknown_object",
]


@pytest.mark.parametrize("lines", SILENT)
def test_says_nothing_where_it_cannot_know(lines):
    names = {}
    above = """
def inner():
    return other()
"""
    elsewhere = cell(
        """
def other():
    for i in range(9):
        [1, 2][i]
def truth(a):
    if a == []:
        return bool(np.ones(3))
    1 / 0
def unpack():
    a, b = 1, 2, 3
""",
        seen=False,
    )
    for name in ("other", "truth", "unpack"):
        names[name] = elsewhere[name]
    plain = type("Plain", (), {"__slots__": ()})()
    text = said(lines, above=above, unknown_object=plain, **names)
    assert text is None or "object of type `Plain`" in text


@pytest.mark.parametrize(
    ("lines", "parameters", "arguments", "untrue"),
    [
        ("np.sum(X, 7)", "X", [MATRIX], "np.maximum|several arrays"),  # a whole number is an axis
        ("n > 0 and z > 0 or 1", "n, z", [1, VECTOR], "`n"),
        ("(z == 1) & (z > 0) and 1", "z", [WHOLE], "binds more tightly"),
        ("np.all(z > 0) and (1 if z > 1 else 0)", "z", [WHOLE + 1], "`and`"),
        ("z = z * 2\nz -= 0.5", "z", [WHOLE], "find their array changed"),
        ("y[-9]", "y", [VECTOR], "count from 0|one less"),
        ("y[3]", "y", [VECTOR], "count from 0|one less"),  # 3 may be meant for longer ones
        ("np.bincount(y)[k]", "y, k", [WHOLE, 3], "count from 0|one less"),
        ("X.T > t[:, None]", "X, t", [MATRIX, VECTOR], "Transposed"),
        ("a[y]", "a, y", [VECTOR, np.array([1.0, 0.0, 1.0])], "astype"),
        ("z > 0 and z < 1", "z", [VECTOR], "one answer"),
        ("np.eye(3)[y]", "y", [WHOLE + 5], "count from 1"),
        ("x = g(x, x)\nreturn x @ x.T @ np.ones(4)", "x", [MATRIX], "written in"),
        ("Y = np.ones((len(X), 4))\nreturn X @ Y", "X", [MATRIX], "right axis"),
        ("a.b", "a", [None], "It comes from"),
        ("A = sqrt(1) * np.ones((3, 2))\nA[np.arange(3), y]", "y", [WHOLE], "one more than"),
        ("for i in range(3):\n    y[X[i, 0]]", "X, y", [MATRIX.astype(int), VECTOR], "earlier"),
        (
            "for i in range(5):\n    while True:\n        y[i]\n        break",
            "y",
            [VECTOR],
            "past the",
        ),
        ("x * [1, 2]", "x", [VECTOR], "np.array("),
        ("d['x']", "d", [{"loss": 1}], "Did you mean"),
    ],
)
def test_claims_no_cause_that_is_not_there(lines, parameters, arguments, untrue):
    text = said(lines, parameters, *arguments, above=ABOVE) or ""
    assert [words for words in untrue.split("|") if words in text] == [], text


def test_an_array_that_is_right_in_python_3_12_too():
    """There a comprehension's own variable is gone when the error arrives."""
    found = failed("def f(X):\n    return [row @ np.ones(5) for row in X]\n", MATRIX)
    blind = replace(found, parts={k: v for k, v in found.parts.items() if "row" not in k})
    assert "(2)" in explained(found, ["X"])
    explained(blind, ["X"])


# --- collecting it --------------------------------------------------------------------------------


def plain(value) -> bool:
    """Whether a value is made of text and numbers only."""
    if isinstance(value, (Failure, Shaped)):
        return all(plain(getattr(value, field.name)) for field in fields(value))
    if type(value) is dict:
        return all(type(key) is str and plain(item) for key, item in value.items())
    if type(value) is tuple:
        return all(map(plain, value))
    return value is None or type(value) in (str, int, float)


@pytest.mark.parametrize(("lines", "parameters", "arguments", "words"), EVERY)
def test_keeps_text_and_numbers_only(lines, parameters, arguments, words):
    source = ABOVE + body(lines, parameters)
    found = failed(source, *arguments)
    assert plain(found)
    assert pickle.loads(pickle.dumps(found)) == found
    assert found.line in source
    assert not re.search(r"0x[0-9a-f]{6}", repr(found))


def test_lets_go_of_what_the_frames_held():
    class Thing:
        pass

    thing = Thing()
    thing.X = MATRIX
    watched = weakref.ref(thing)
    found = failed("def f(thing):\n    local = [thing]\n    return local @ thing.X\n", thing)
    del thing
    gc.collect()
    assert watched() is None
    assert found.parts["local"].kind == "list"


def test_calls_nothing_of_the_readers():
    calls = []

    class Loud(np.ndarray):
        def __getattribute__(self, name):
            calls.append(name)
            return super().__getattribute__(name)

        def __repr__(self):
            calls.append("repr")
            return "loud"

    class Property:
        @property
        def X(self):
            calls.append("X")
            return MATRIX

        def __getattr__(self, name):
            calls.append(name)
            raise AttributeError(name)

    source = "def f(p, loud):\n    return helper() + 1 + (0 if p.X is None else p.X @ loud)\n"
    loud = np.zeros(5).view(Loud)

    def helper():
        calls.append("helper")
        return 1

    function = cell(source, helper=helper)["f"]
    try:
        function(Property(), loud)
    except ValueError as error:
        caught = error
    calls.clear()
    failure(caught, function)
    assert calls == []


def test_computes_nothing_large_again():
    line = "missing + np.zeros((n, n)).sum() + n ** n + len(np.ones(n) @ X.T) + len(x * 2)"
    found = failed(f"def f(n, x, X):\n    return {line}\n", 10**6, VECTOR, np.ones((10**6, 1)))
    assert "x * 2" in found.parts
    assert not {"np.zeros((n, n))", "n ** n", "np.ones(n) @ X.T"} & found.parts.keys()


class BrokenError(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    def __repr__(self):
        raise RuntimeError("no words either")


class OddError(Exception):
    name = 3
    obj = property(lambda self: 1 / 0)

    def __getattr__(self, name):
        raise RuntimeError(name)


ODD = [
    "raise broken",
    "raise odd",
    "raise KeyError",
    "raise KeyError(broken)",
    "raise KeyError(np.ones(3))",
    "raise AttributeError",
    "raise AttributeError('x', name='y', obj=broken)",
    "raise NameError(name=3)",
    "raise ImportError(name='no.such')",
    "raise ImportError(\"cannot import name 'x' from 'os'\", name='os')",
    "raise UnboundLocalError",
    "raise SystemExit(3)",
    "raise KeyboardInterrupt",
    "raise GeneratorExit",
    "raise StopIteration(broken)",
    "raise ExceptionGroup('several', [ValueError(1)])",
    "raise UnicodeDecodeError('utf-8', b'x', 0, 1, 'odd')",
    "raise ValueError('é' * 100_000)",
    "raise ValueError(np.ones(10_000))",
    "raise ValueError from broken",
    "raise IndexError('index 99999999999999999999 is out of bounds for axis 0 with size 1')",
    "raise OverflowError('Python integer 3 out of bounds for uint7')",
    "raise ValueError('cannot reshape array of size 3 into shape (a,b)')",
    "eval('1 +')",
    "eval('1 / 0')",
    "exec('def g(): return 1 / 0\\ng()')",
    "sorted([1, 'a'])",
    "sorted([3, 1], key=lambda v: v / 0)",
    "list(map(lambda v: v / 0, [1]))",
    "sum(v / 0 for v in [1])",
    "{v: v / 0 for v in [1]}",
    "[[w / 0 for w in [v]] for v in [1]]",
    "(lambda: [x for x in 3])()",
    "next(iter(()))",
    "np.vectorize(lambda v: v / 0)(np.ones(2).astype(object))",
    "np.apply_along_axis(lambda v: v / [0], 0, np.ones(2))",
    "np.frompyfunc(lambda v: [] - v, 1, 1)(np.ones(2))",
    "np.random.default_rng(0).choice([], 3)",
    "np.array([object()]) + np.ones(1)",
    "np.ones(3) @ object()",
    "np.ma.array([1]) @ np.ones(5)",
    "np.ones(3).view('U7')",
    "np.fromiter((1 / 0 for _ in 'a'), float)",
    "thing.method()",
    "thing.static()",
    "thing.made()",
    "thing.value",
    "thing[1]",
    "thing + 1",
    "thing()",
    "len(thing)",
    "iter(thing)",
    "for v in thing: pass",
    "with thing: pass",
    "del thing.x",
    "assert not thing, broken",
    "import nothing_of_that_name",
    "from os import nothing_of_that_name",
    "import helpers.nothing",
    "a, (b, *c) = 1, (2)",
    "a = b = c = missing",
    "x: int = missing",
    "x = (y := missing)",
    "lambda: 1\nmissing",
    "'é' + missing",
    "é = [1]; é @ é",
    "return (yield_ for yield_ in missing)",
    "match [1]:\n    case [y] if y / 0:\n        pass",
    "try:\n    1 / 0\nexcept ZeroDivisionError:\n    missing",
    "try:\n    1 / 0\nfinally:\n    [][0]",
    "while missing: pass",
    "if 1: missing",
    "class A:\n    x = missing",
    "def inner(a=missing): pass",
    "def inner():\n    return 1 / 0\ninner()",
    "def inner():\n    yield 1 / 0\nnext(inner())",
    "@missing\ndef inner(): pass",
    "x = [\n  1,\n  missing,\n]",
    'x = """\n{}\n""".format(*[])',
    "x = 1 + \\\n    missing",
    "f'{missing!r:>{3}}'",
    "f'{1:{broken}}'",
    "print(*missing, **missing)",
    "dict(**{1: 2})",
    "max(1, 2, key=3)",
    "int('1' * 5000)",
    "10 ** 400 * 1.0",
    "[] @ []",
    "().x",
    "(1)(2)",
    "None[0]",
    "1 < 'a'",
    "...[..., ::, 1:2]",
    "np.ones((2, 2))[::0]",
    "np.ones(2)[1.5:]",
    "np.ones(2)[[[1, 2], [3]]]",
    "np.einsum('ij', np.ones(2))",
    "np.ones(2)[None, ..., 5, 5]",
    "globals()['f'].__code__.nothing",
    "f.nothing",
    "(lambda f: f(f))(lambda f: f(f))",
    "import sys; sys.setrecursionlimit(1)",
    "__import__('ctypes').pythonapi.nothing_here",
    "type('A', (), {'__getattr__': lambda s, n: s.x})().y",
    "type('A', (Exception,), {'__module__': None})('x') + 1",
]


class Thing:
    def method(self):
        return 1 / 0

    @staticmethod
    def static():
        return [][0]

    @classmethod
    def made(cls):
        return cls.nothing

    @property
    def value(self):
        raise AttributeError("hidden")

    def __bool__(self):
        raise ValueError("The truth value of an array with more than one element is ambiguous")


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("seen", [True, False], ids=["with its source", "without"])
@pytest.mark.parametrize("lines", ODD)
def test_never_raises_itself(lines, seen):
    namespace = cell(body(lines, ""), seen, broken=BrokenError(), odd=OddError(), thing=Thing())
    function = namespace["f"]
    with np.errstate(all="ignore"):
        try:
            if inner := function():  # a generator
                list(inner)
        except BaseException as error:
            caught = error
        else:
            pytest.fail("nothing was raised")
    found = failure(caught, function)
    text = explained(found, [])
    assert plain(found)
    assert text is None or (isinstance(text, str) and "0x" not in text)


@pytest.mark.parametrize(
    "function",
    [
        np.exp,
        len,
        functools.partial(lambda a, b: a @ b, np.ones(3)),
        functools.lru_cache(lambda x: x @ x),
        Thing,
        Thing().method,
        type("Called", (), {"__call__": lambda self, x: x @ x})(),
        lambda x: x @ x,
        np.vectorize(lambda x: x @ x),
        3,
        None,
        BrokenError(),
    ],
)
def test_takes_whatever_was_called(function):
    try:
        function(np.ones((2, 3)))
    except BaseException as error:
        found = failure(error, function)
    else:
        found = failure(ValueError("operands could not be broadcast"), function)
    assert found.type
    explained(found, ["x"])


@pytest.mark.parametrize("message", [pattern for pattern, _ in RULES])
def test_a_bare_message_is_enough_for_no_rule_to_fail(message):
    """Each rule, without a source and without anything known."""
    for type_ in ("ValueError", "TypeError", "IndexError"):
        explained(Failure(type_, message), [])
    sample = re.sub(r"[\\^]|\(\?:", "", message)
    for line in ("x", "x = y[1]", "x @ y", "np.exp(x)", "for a in b:", "if x", "lambda"):
        found = Failure("ValueError", sample, line, 1, (1, 0, 1, len(line)))
        explained(found, ["x"])


def test_an_exception_that_was_never_raised():
    found = failure(ValueError("x"), lambda: None)
    assert (found.type, found.message, found.line) == ("ValueError", "x", "")


def test_the_helpers_named_for_import_exist():
    from helpers.checks.errors._names import HELPERS

    for name, module in HELPERS.items():
        assert hasattr(__import__(f"helpers.{module}", fromlist=[name]), name)


# --- Keras and TensorFlow -------------------------------------------------------------------------

KERAS_ABOVE = """
import keras
import tensorflow as tf
def network(loss="sparse_categorical_crossentropy"):
    layers = [keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2, "softmax")]
    model = keras.Sequential(layers)
    model.compile("sgd", loss)
    return model
"""
KERAS = [
    ("network().fit(X, np.eye(2)[y], verbose=0)", "whole numbers|one-hot rows"),
    ("network('categorical_crossentropy').fit(X, y, verbose=0)", "SparseCategoricalCrossentropy"),
    ("network('mse').fit(X, np.ones((6, 3)), verbose=0)", "3 and 2|output layer"),
    ("network()(X[:, :3])", "expects 4 inputs|(6, 3)"),
    ("network()(X[0])", "(None, 4)|(4,)|x[None, :]"),
    ("keras.layers.Dense(3)(X[0])", "table of examples|(4,)"),
    ("keras.Sequential([keras.layers.Dense(3)]).set_weights([X, y])", "no weights yet|keras.Input"),
    ("network().set_weights([X, y])", "2 arrays|has 4"),
    ("w = network().get_weights()\nnetwork().set_weights(w[::-1])", "(4, 3)|(2,)"),
    ("keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).fit(X, y)", "compile"),
    ("keras.Sequential([keras.layers.Dense(3)]).count_params()", "no weights yet"),
    ("keras.layers.Dense(3, activation='softplux')", "activation|softplux"),
    ("network().fit(X, y[:3], verbose=0)", "x has 6 rows and y has 3"),
    ("network().fit(X.tolist(), y.tolist(), verbose=0)", "np.array(…)"),
    ("network().fit(X, y + 5, verbose=0)", "label 6|2 outputs|0 to 1"),
    ("network().fit(X, y, epoch=3)", "`epochs=`"),
    ("keras.optimizers.Adam(lr=0.1)", "`learning_rate=`"),
    ("keras.layers.Dense(3, activations='relu')", "`activation=`"),
    ("keras.layers.dense(3)", "`Dense`"),
    ("keras.Sequential(keras.layers.Dense(3), keras.layers.Dense(2))", "a list"),
    ("keras.Input(4)", "keras.Input((4,))"),
    ("tf.matmul(X, tf.ones((4, 2)))", "float64|float32|tf.cast"),
    ("tf.constant(X) * tf.constant(y)", "int64|tf.cast"),
    ("tf.constant(y) * 0.5", "int64|0.5|tf.cast"),
    ("tf.exp(tf.constant(y))", "int64|tf.cast"),
    ("a = tf.constant(X)\nreturn a @ a", "`a` has the shape (6, 4)"),
    ("a = tf.constant(X)\nreturn a + tf.transpose(a)", "`a` has the shape (6, 4)|do not fit"),
    ("a = tf.constant(X)\na[0] = 3", "cannot be changed"),
    ("a = tf.constant(X)\nreturn a.astype('float32')", "tensor|tf.cast"),
    ("tf.log(X)", "tf.math.log"),
    ("if tf.constant(X) > 0:\n    return 1", "`if`|tf.where"),
    ("tf.function(lambda z: np.exp(z))(X)", "hold no numbers yet"),
]


@pytest.mark.parametrize(("lines", "words"), KERAS)
def test_says_what_keras_means(lines, words):
    pytest.importorskip("keras")
    X, y = np.ones((6, 4)), np.array([0, 1, 0, 1, 0, 1])
    text = said(lines, "X, y", X, y, above=KERAS_ABOVE)
    assert text is not None
    assert [word for word in words.split("|") if word not in text] == [], text


def test_a_tape_that_watched_nothing():
    pytest.importorskip("tensorflow")
    lines = """
x = tf.constant(3.0)
with tf.GradientTape() as tape:
    z = x * x
g = tape.gradient(z, x)
return g * 2"""
    text = said(lines, above="import tensorflow as tf")
    assert "`g` is None" in text
    assert "tape.watch" in text


def test_a_tape_that_is_used_twice():
    pytest.importorskip("tensorflow")
    lines = """
x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    z = x * x
return tape.gradient(z, x) + tape.gradient(z, x)"""
    assert "persistent=True" in said(lines, above="import tensorflow as tf")


def test_the_courses_own_network_with_too_many_output_units():
    above = "from helpers.network import Dense, Sequential\nfrom helpers.optimizers import SGD\n"
    lines = """
model = Sequential([Dense(3)], seed=0)
model.compile(SGD(0.1), "mse")
model.fit(X, y)"""
    text = said(lines, "X, y", np.ones((6, 4)), np.ones(6), above=above)
    assert "Dense(1)" in text
