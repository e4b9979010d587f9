"""helpers.outputs: every kind of target, every assumption, and what Keras makes of the answer."""

from __future__ import annotations

import re

import numpy as np
import pytest
import scipy.sparse
import sklearn.datasets
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.utils.multiclass import type_of_target

from helpers import comparison
from helpers.network import Dense, Sequential
from helpers.outputs import OutputLayer, output_layer_for

BINARY = ("sigmoid", "binary_crossentropy", 1)
LINEAR = ("linear", "mean_squared_error", 1)
RELU = ("relu", "mean_squared_error", 1)


def softmax(units):
    return ("softmax", "sparse_categorical_crossentropy", units)


def one_hot(units):
    return ("softmax", "categorical_crossentropy", units)


def labels(units):
    return ("sigmoid", "binary_crossentropy", units)


def answer(y, kind=None):
    """The three fields that are typed into a model."""
    layer = output_layer_for(y, kind=kind)
    return layer.activation, layer.loss, layer.units


# --- real targets -------------------------------------------------------------------------------


def real_targets():
    diabetes = sklearn.datasets.load_diabetes().target
    digits = sklearn.datasets.load_digits().target
    strips = digits[:1797].reshape(-1, 3)
    return {
        "breast cancer": (sklearn.datasets.load_breast_cancer().target, BINARY),
        "digits": (digits, softmax(10)),
        "digits, one-hot": (np.eye(10)[digits], one_hot(10)),
        "digits in threes": (
            np.stack([(strips == digit).any(axis=1) for digit in (0, 1, 7)], axis=1),
            labels(3),
        ),
        "diabetes": (diabetes, RELU),
        "diabetes as integers": (diabetes.astype(int), RELU),
        "diabetes around its mean": (diabetes - diabetes.mean(), LINEAR),
        "iris": (sklearn.datasets.load_iris().target, softmax(3)),
    }


@pytest.mark.parametrize("name", real_targets())
def test_real_targets(name):
    y, expected = real_targets()[name]
    assert answer(y) == expected


REASONS = {
    "breast cancer": "Every target is 0 or 1 (212 times 0, 357 times 1): a yes-or-no question. "
    "One sigmoid unit answers with a number between 0 and 1, the probability that the answer is 1. "
    "To train with smaller rounding errors, type Dense(1) without an activation and "
    "BinaryCrossentropy(from_logits=True): lesson 5 shows why.",
    "digits": "Every target is a whole number from 0 to 9 (10 different in 1797 examples), the "
    "label of one class out of 10, counted from 0. Softmax gives each class a probability, and the "
    "10 probabilities sum to 1. Assumed: the numbers name classes. If they count or measure "
    'something, say kind="regression". To train with smaller rounding errors, type Dense(10) '
    "without an activation and SparseCategoricalCrossentropy(from_logits=True): lesson 5 shows "
    "why.",
    "digits, one-hot": "Every row (1797 in all) holds exactly one 1 in its 10 columns: the class "
    "of one example out of 10, written one-hot. Softmax gives each class a probability, and the 10 "
    "probabilities sum to 1. Assumed: no example can have two classes or none. If it can, and "
    'merely does not here, say kind="multilabel". To train with smaller rounding errors, type '
    "Dense(10) without an activation and CategoricalCrossentropy(from_logits=True): lesson 5 shows "
    "why.",
    "digits in threes": "Every row (599 in all) holds 3 answers of 0 or 1: no 1 in 200 of the "
    "rows, exactly one in 292, several in 107. Each label is a yes-or-no question of its own and "
    "gets a sigmoid unit; softmax cannot answer them, since its probabilities sum to 1. To train "
    "with smaller rounding errors, type Dense(3) without an activation and "
    "BinaryCrossentropy(from_logits=True): lesson 5 shows why.",
    "diabetes": "The targets (442 examples) run from 25 to 346 and are never negative: neither is "
    "the output of ReLU. Its risk: where z is negative for every example, the output is 0 and so "
    "is its gradient, and nothing pulls the unit back. The usual alternatives are linear, which "
    "can also predict negative numbers, and softplus, which is positive and always has a gradient. "
    "Assumed: these whole numbers count or measure something, since the largest is 346 and 214 "
    "different ones occur in 442 examples. If they are labels of classes, say "
    'kind="multiclass".',
    "diabetes around its mean": "The targets (442 examples) run from -127.133 to 193.867, on both "
    "sides of zero: a linear output reaches every real number.",
}


@pytest.mark.parametrize("name", REASONS)
def test_reasons_as_the_reader_sees_them(name):
    y, _ = real_targets()[name]
    assert output_layer_for(y).reason == REASONS[name]


REMARKS = [
    pytest.param(
        [1, 2, 3, 1],
        "No label is 0, so the unit for class 0 would never be right: if your labels count from "
        "1, subtract 1 from y first. To train",
        id="labels from 1",
    ),
    pytest.param([-0.5, 0.5], "on both sides of zero:", id="both signs, below 1"),
    pytest.param([-0.5, 0.0], "never above zero:", id="never above zero"),
    pytest.param(
        [[0.0, 1.0], [0.3, 0.7]],
        "Every row sums to 1: if it holds the probabilities of classes, type "
        'activation="softmax" and loss="categorical_crossentropy" instead.',
        id="rows of probabilities, one sure",
    ),
    pytest.param(
        [[0.2, 0.1], [0.3, 0.4]],
        "a gradient. If they are proportions, a sigmoid output keeps to 0…1.",
        id="all of y, but no row, sums to 1",
    ),
]


@pytest.mark.parametrize(("y", "remark"), REMARKS)
def test_remarks_as_the_reader_sees_them(y, remark):
    assert f" {remark}" in output_layer_for(y).reason


def test_measurements_above_1_need_no_further_remark():
    assert output_layer_for([0.5, 1.5, 2.5]).reason.endswith("always has a gradient.")


def test_numbers_in_the_reason_are_counted_from_the_target():
    y, _ = real_targets()["digits in threes"]
    ones = y.sum(axis=1)
    counted = (ones == 0).sum(), (ones == 1).sum(), (ones > 1).sum()
    said = re.search(
        r"no 1 in (\d+) of the rows, exactly one in (\d+), several in (\d+)",
        REASONS["digits in threes"],
    )
    assert counted == tuple(int(number) for number in said.groups())


def test_text_says_what_to_type():
    assert str(output_layer_for([0, 1, 2])).startswith(
        'Dense(3, activation="softmax"), loss="sparse_categorical_crossentropy"\nEvery target'
    )


# --- targets that could mean two things ---------------------------------------------------------

ASSUMED = [
    pytest.param([0, 0, 0], BINARY, "Assumed: the other answer, 1, exists", id="all zeros"),
    pytest.param([1.0], BINARY, "Assumed: the other answer, 0, exists", id="all ones"),
    pytest.param([-0.0, 0.0], BINARY, "the other answer, 1, exists", id="negative zeros"),
    pytest.param([7, 7], RELU, "Assumed: a measurement. One value, 7,", id="a single value"),
    pytest.param([-7], LINEAR, "Assumed: a measurement. One value, -7,", id="a negative value"),
    pytest.param([5, 0, 4, 1, 9], softmax(10), "5 different in 5 examples", id="gaps, few"),
    pytest.param([0, 19], softmax(20), "Assumed: the numbers name classes.", id="at most 19"),
    pytest.param([0, 20], RELU, "the largest is 20 and 2 different", id="above 19"),
    pytest.param(
        np.arange(60) % 30, softmax(30), "Assumed: the numbers name classes.", id="complete"
    ),
    pytest.param(np.arange(59) % 30, RELU, "in 59 examples", id="each once or twice"),
    pytest.param(
        np.r_[np.arange(60) % 30, 31], RELU, 'If they are labels of classes, say kind="multiclass"',
        id="a gap",
    ),
    pytest.param([0.0, 1.0, 2.0], softmax(3), 'say kind="regression"', id="whole floats"),
    pytest.param([1, 2, 3, 1], softmax(4), "No label is 0,", id="counted from 1"),
    pytest.param([1, 2], softmax(3), "subtract 1 from y first", id="two, counted from 1"),
    pytest.param([-1, 1, -1], LINEAR, "only -1 and 1 occur", id="two classes, minus and plus"),
    pytest.param([0.5, 2.5], RELU, "0 and 1: y == 2.5.", id="two measured values"),
    pytest.param([[0, 1], [1, 0]], one_hot(2), 'say kind="multilabel"', id="one-hot"),
    pytest.param([[0, 0], [0, 0]], labels(2), "although no example has one", id="zero rows"),
    pytest.param([[0.5, 0.5]], ("relu", "mean_squared_error", 2), "Every row sums to 1", id="soft"),
    pytest.param([0.1, 0.2, 1], RELU, "If they are proportions, a sigmoid", id="proportions"),
]  # fmt: skip


@pytest.mark.parametrize(("y", "expected", "said"), ASSUMED)
def test_assumptions_are_said(y, expected, said):
    assert answer(y) == expected
    reason = output_layer_for(y).reason
    assert said in reason
    assert re.findall(r"(\S*)Assumed", reason) in ([], [""])


CERTAIN = [
    pytest.param([0, 1], BINARY, id="0 and 1"),
    pytest.param([True, False], BINARY, id="bools"),
    pytest.param([[0], [1]], BINARY, id="one column"),
    pytest.param([[1, 1], [0, 1]], labels(2), id="several labels"),
    pytest.param([[True, True], [False, True]], labels(2), id="several bools"),
    pytest.param([[0, 0], [0, 1]], labels(2), id="no label"),
    pytest.param([[1, 1], [0, 0]], labels(2), id="one label on average"),
    pytest.param([0.5, 2.5, 3], RELU, id="never negative"),
    pytest.param([0.0, 2.5, 3], RELU, id="zero or more"),
    pytest.param([-0.5, 2.5, 3], LINEAR, id="both signs"),
    pytest.param([-1, 0, 1], LINEAR, id="whole, both signs"),
    pytest.param([-3.5, -2, 0], LINEAR, id="never positive"),
    pytest.param([[1.5, -2.0, 0]], ("linear", "mean_squared_error", 3), id="three numbers"),
    pytest.param([[0, 1, 2]], ("relu", "mean_squared_error", 3), id="three whole numbers"),
    pytest.param([0.1, 1.1, 2.1], RELU, id="above one"),
]


@pytest.mark.parametrize(("y", "expected"), CERTAIN)
def test_nothing_is_assumed_where_the_target_is_plain(y, expected):
    assert answer(y) == expected
    reason = output_layer_for(y).reason
    for word in ("Assumed", "kind=", "proportions", "sums to 1:", "subtract"):
        assert word not in reason


def test_a_kind_that_is_said_is_not_assumed():
    cases = [
        ([0, 0], "binary"),
        ([0, 1, 2], "multiclass"),
        ([[0, 1]], "multiclass"),
        ([[0, 1]], "multilabel"),
        ([0, 1, 2], "regression"),
        ([7], "regression"),
    ]
    for y, kind in cases:
        assert "Assumed" not in output_layer_for(y, kind=kind).reason


@pytest.mark.parametrize(
    ("y", "kind", "expected"),
    [
        ([0, 0], "binary", BINARY),
        ([[1.0], [0.0]], "binary", BINARY),
        ([0, 1], "multiclass", softmax(2)),
        ([7, 7], "multiclass", softmax(8)),
        ([0, 346], "multiclass", softmax(347)),
        ([[0, 1, 0]], "multiclass", one_hot(3)),
        ([[0, 1, 0]], "multilabel", labels(3)),
        ([[1, 1, 0]], "multilabel", labels(3)),
        ([0, 1, 1], "regression", RELU),
        ([0, 1, 2], "regression", RELU),
        ([-1, 1], "regression", LINEAR),
        ([[0, 1], [1, 0]], "regression", ("relu", "mean_squared_error", 2)),
    ],
)
def test_kind_decides(y, kind, expected):
    assert answer(y, kind) == expected


def test_ranges_in_the_reason():
    assert "(1 example) run from 0 to 0 and" in output_layer_for([-0.0], kind="regression").reason
    assert "run from -2 to 0, never above zero" in output_layer_for([-2.0, 0, -1]).reason
    assert "run from -2 to 3, on both sides" in output_layer_for([-2.0, 3, 0]).reason
    assert "a whole number from 2 to 9 (2 different in 2 ex" in output_layer_for([2, 9]).reason
    assert "the largest is 1234567 and" in output_layer_for([0, 1234567]).reason


# --- properties ---------------------------------------------------------------------------------

numbers = npst.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.bool_]),
    npst.array_shapes(min_dims=1, max_dims=2, min_side=1, max_side=6),
)


def is_finite(y):
    return bool(np.isfinite(y).all())


@given(numbers.filter(is_finite))
def test_every_finite_target_has_an_answer_that_can_reach_it(y):
    layer = output_layer_for(y)
    assert type(layer.units) is int
    low, high = {
        "linear": (-np.inf, np.inf),
        "relu": (0, np.inf),
        "sigmoid": (0, 1),
        "softmax": (0, layer.units - 1 if layer.loss.startswith("sparse") else 1),
    }[layer.activation]
    assert y.min() >= low
    assert y.max() <= high
    if not layer.loss.startswith("sparse"):
        assert layer.units == (y.shape[1] if y.ndim == 2 else 1)
    # Nothing is left unfilled, doubled or unfinished in the sentences.
    assert re.fullmatch(r"[A-Z].*[a-z0-9.…\")]\.", layer.reason)
    assert "  " not in layer.reason


@given(npst.arrays(np.int64, st.integers(1, 8), elements=st.integers(0, 12)))
def test_only_the_values_count(y):
    expected = output_layer_for(y)
    for same in (y.astype(np.float32), y.astype(np.uint8), y.tolist(), y[:, np.newaxis], y[::-1]):
        assert output_layer_for(same) == expected


@given(npst.arrays(np.int64, st.tuples(st.integers(1, 8), st.integers(1, 4))).map(lambda y: y % 3))
def test_classes_and_labels_agree_with_scikit_learn(y):
    """`type_of_target` draws the same line between binary, multiclass and multilabel targets."""
    if y.shape[1] == 1 and np.unique(y).size == 2 and y.max() == 1:
        assert type_of_target(y) == "binary"
        assert answer(y) == BINARY
    elif y.shape[1] == 1 and np.unique(y).size == 3:
        assert type_of_target(y) == "multiclass"
        assert answer(y) == softmax(3)
    elif y.shape[1] > 1 and y.max() == 1 and y.min() == 0:
        assert type_of_target(y) == "multilabel-indicator"
        one_each = all(list(row).count(1) == 1 for row in y)
        assert answer(y) == (one_hot if one_each else labels)(y.shape[1])


def test_the_target_is_left_alone():
    y = np.array([[-0.0], [2.0]])
    output_layer_for(y)
    assert y.shape == (2, 1)
    assert np.signbit(y[0, 0])


# --- what the answer is for ---------------------------------------------------------------------

TRAINABLE = {
    "binary": np.array([0, 1, 1, 0]),
    "multiclass": np.array([0, 1, 2, 1]),
    "one-hot": np.eye(3)[[0, 1, 2, 1]],
    "multilabel": np.array([[0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]]),
    "both signs": np.array([-1.5, 0.5, 2.0, -0.25]),
    "never negative": np.array([1.5, 0.5, 2.0, 0.0]),
    "two columns": np.array([[1.5, 0.5], [2.0, 0.0], [1.0, 1.0], [0.0, 3.0]]),
}
X = np.array([[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0], [0.5, -0.5]])


@pytest.mark.parametrize("name", TRAINABLE)
def test_a_network_accepts_the_answer(name):
    layer = output_layer_for(TRAINABLE[name])
    model = Sequential([Dense(layer.units, activation=layer.activation)])
    model.compile(optimizer="sgd", loss=layer.loss)
    history = model.fit(X, TRAINABLE[name], epochs=2).history
    assert np.isfinite(history["loss"]).all()


def test_keras_accepts_the_answers():
    keras = comparison.keras()
    for y in TRAINABLE.values():
        layer = output_layer_for(y)
        output = keras.layers.Dense(layer.units, activation=layer.activation)(X)
        loss = keras.losses.get(layer.loss)
        column = y if y.ndim == 2 or "categorical" in layer.loss else y[:, np.newaxis]
        values = np.asarray(loss(column, output))
        assert values.shape == (4,)
        assert np.isfinite(values).all()
        # The names in the sentence on logits are Keras's classes.
        for name in re.findall(r"(\w+)\(from_logits=True\)", layer.reason):
            from_logits = getattr(keras.losses, name)(from_logits=True)
            assert from_logits.name == layer.loss


# --- bad input ----------------------------------------------------------------------------------

BAD = [
    pytest.param(["cat", "dog"], None, TypeError, "^y must hold real numbers, got dtype <U3; "
                 "class names become numbers by np.unique", id="strings"),
    pytest.param([b"cat"], None, TypeError, "dtype .S3; class names", id="bytes"),
    pytest.param([None, 1], None, TypeError, "^y must hold real numbers, got dtype object; call",
                 id="objects"),
    pytest.param(None, None, TypeError, "^y must hold real numbers, got dtype object", id="None"),
    pytest.param([1j], None, TypeError, "^y must hold real numbers, got dtype complex128$",
                 id="complex"),
    pytest.param([], None, ValueError, r"^y must not be empty, got shape \(0,\)", id="empty"),
    pytest.param(np.empty((3, 0)), None, ValueError, "^y must not be empty", id="no columns"),
    pytest.param([[0, 1], [1]], None, ValueError, "^y must be a rectangular array", id="ragged"),
    pytest.param([0, np.nan], None, ValueError, "^y must be finite, got nan", id="nan"),
    pytest.param([0, -np.inf], None, ValueError, "^y must be finite, got -inf", id="inf"),
    pytest.param(1, None, ValueError, r"^y must have shape \(m,\) or \(m, columns\), got shape "
                 r"\(\)$", id="scalar"),
    pytest.param(np.zeros((2, 1, 1)), None, ValueError, r"got shape \(2, 1, 1\)$", id="rank 3"),
    pytest.param([0, 1], "binry", ValueError, "^kind must be one of binary, multiclass, multilabel,"
                 " regression; got 'binry'; did you mean 'binary'", id="unknown kind"),
    pytest.param([0, 1], 2, TypeError, "^kind must be a string, got int", id="kind no string"),
    pytest.param([[0, 1]], "binary", ValueError, r'^y must have shape \(m,\) for kind="binary", '
                 r"got shape \(1, 2\); for several yes-or-no questions say kind=\"multilabel\"$",
                 id="binary: rank"),
    pytest.param([-1, 1], "binary", ValueError, '^y must hold only 0 and 1 for kind="binary", got '
                 r"-1; \(y \+ 1\) / 2 makes 0 and 1 of -1 and 1$", id="binary: minus and plus"),
    pytest.param([0, 1, 2], "binary", ValueError, '^y must hold only 0 and 1 for kind="binary", '
                 "got 2$", id="binary: classes"),
    pytest.param([0, 1, -1], "multiclass", ValueError, "^y must hold labels from 0 to 1, got -1",
                 id="multiclass: negative"),
    pytest.param([-2, -1], "multiclass", ValueError, "^y must hold labels from 0 to 0, got -2",
                 id="multiclass: all negative"),
    pytest.param([0, 1.5], "multiclass", ValueError, "^y must hold integer class labels, got 1.5",
                 id="multiclass: fraction"),
    pytest.param([0, 1e300], "multiclass", ValueError, "^y must hold class labels for "
                 r'kind="multiclass", got 1e\+300$', id="multiclass: huge"),
    pytest.param([0, 2.0**53], "multiclass", ValueError, "^y must hold class labels for "
                 r'kind="multiclass", got 9\.0072e\+15$', id="multiclass: beyond whole floats"),
    pytest.param([0, 0], "multiclass", ValueError, '^y must hold at least two classes for kind="mul'
                 'ticlass", got only the label 0; softmax with one unit always answers 1: for a yes'
                 '-or-no question say kind="binary"$', id="multiclass: one class"),
    pytest.param([-1, 1], "multiclass", ValueError, r"^y must hold labels from 0 to 1, got -1; \(y "
                 r"\+ 1\) // 2 makes 0 and 1 of -1 and 1$", id="multiclass: minus and plus"),
    pytest.param(scipy.sparse.eye(3), None, TypeError, r"call y\.toarray\(\)$", id="sparse"),
    pytest.param([[0, 1], [1, 1]], "multiclass", ValueError, "^y must hold exactly one 1 in every "
                 'row for kind="multiclass", got 2 in row 1$', id="multiclass: several"),
    pytest.param([[0, 2]], "multiclass", ValueError, 'for kind="multiclass", got 2$',
                 id="multiclass: not one-hot"),
    pytest.param([0, 1], "multilabel", ValueError, r"^y must have shape \(m, labels\) with at "
                 'least 2 labels for kind="multilabel", got one column of 2 values; for a '
                 'single label say kind="binary"$', id="multilabel: rank"),
    pytest.param([[0, 1], [0.5, 1]], "multilabel", ValueError, "^y must hold only 0 and 1 for "
                 'kind="multilabel", got 0.5$', id="multilabel: fraction"),
]  # fmt: skip


@pytest.mark.parametrize(("y", "kind", "error", "message"), BAD)
def test_bad_input(y, kind, error, message):
    with pytest.raises(error, match=message):
        output_layer_for(y, kind=kind)


@pytest.mark.parametrize("name", real_targets())
def test_is_silent_whatever_the_user_told_numpy(name):
    y, expected = real_targets()[name]
    with np.errstate(all="raise"):
        assert answer(y) == expected
        assert answer(y * np.array(1.0)) == expected
        assert answer(np.array([5e-324, 1e308])) == RELU


def test_an_output_layer_cannot_be_changed():
    layer = output_layer_for([0, 1])
    with pytest.raises(AttributeError):
        layer.units = 2
    assert layer == OutputLayer("sigmoid", "binary_crossentropy", 1, layer.reason)
