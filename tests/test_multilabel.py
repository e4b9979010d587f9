"""helpers.multilabel against scikit-learn and Keras, on arrays of every kind."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.preprocessing import binarize

from helpers import comparison
from helpers.multilabel import (
    best_thresholds,
    f1_score,
    hamming_loss,
    precision_score,
    predict_labels,
    recall_score,
    subset_accuracy,
)

SHAPES = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
SCORES = {"precision": precision_score, "recall": recall_score, "f1": f1_score}


def label_arrays(shape):
    return npst.arrays(np.int64, shape, elements=st.integers(0, 1))


def probability_arrays(shape, dtype=np.float64):
    """Few distinct values, so that ties occur, and any value at all."""
    few = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
    anywhere = st.floats(0, 1, width=np.dtype(dtype).itemsize * 8)
    return npst.arrays(dtype, shape, elements=few) | npst.arrays(dtype, shape, elements=anywhere)


label_pairs = SHAPES.flatmap(lambda shape: st.tuples(label_arrays(shape), label_arrays(shape)))
labels_and_probabilities = SHAPES.flatmap(
    lambda shape: st.tuples(label_arrays(shape), probability_arrays(shape))
)


def witness(name, y_true, y_pred, average):
    """scikit-learn's score; it would take one column for a binary target, so score it as such."""
    function = getattr(sklearn.metrics, f"{name}_score")
    if y_true.shape[1] > 1:
        return function(y_true, y_pred, average=average, zero_division=0)
    score = function(y_true[:, 0], y_pred[:, 0], average="binary", zero_division=0)
    return np.array([score]) if average is None else score


# --- scores -------------------------------------------------------------------------------------


@pytest.mark.parametrize("average", [None, "micro", "macro"])
@pytest.mark.parametrize("name", SCORES)
@given(pair=label_pairs)
def test_scores_equal_scikit_learn(name, average, pair):
    ours = SCORES[name](*pair, average=average)
    np.testing.assert_allclose(ours, witness(name, *pair, average), rtol=1e-14, atol=0)
    if average is None:
        assert ours.shape == pair[0].shape[1:]
        assert ours.dtype == np.float64
    else:
        assert type(ours) is float


@given(label_pairs)
def test_subset_accuracy_and_hamming_loss_equal_scikit_learn(pair):
    assert subset_accuracy(*pair) == pytest.approx(sklearn.metrics.accuracy_score(*pair), rel=1e-14)
    assert hamming_loss(*pair) == pytest.approx(sklearn.metrics.hamming_loss(*pair), rel=1e-14)
    assert type(subset_accuracy(*pair)) is float
    assert type(hamming_loss(*pair)) is float


@given(label_pairs)
def test_subset_accuracy_is_the_stricter_score(pair):
    assert subset_accuracy(*pair) <= 1 - hamming_loss(*pair) + 1e-12


def test_scores_of_an_example_counted_by_hand():
    y_true = [[1, 0, 1], [0, 0, 1], [1, 0, 0], [1, 0, 1]]
    y_pred = [[1, 0, 0], [1, 0, 1], [1, 0, 1], [0, 0, 1]]
    np.testing.assert_array_equal(precision_score(y_true, y_pred), [2 / 3, 0, 2 / 3])
    np.testing.assert_array_equal(recall_score(y_true, y_pred), [2 / 3, 0, 2 / 3])
    assert f1_score(y_true, y_pred, "micro") == 4 / 6
    assert f1_score(y_true, y_pred, "macro") == pytest.approx(4 / 9)
    assert subset_accuracy(y_true, y_pred) == 0.0
    assert hamming_loss(y_true, y_pred) == 4 / 12


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.float16, np.float32])
@pytest.mark.parametrize("score", [*SCORES.values(), subset_accuracy, hamming_loss])
def test_scores_do_not_depend_on_the_dtype(score, dtype):
    y_true = np.array([[1, 0], [1, 1], [0, 1]])
    y_pred = np.array([[1, 0], [0, 1], [1, 1]])
    np.testing.assert_array_equal(score(y_true.astype(dtype), y_pred), score(y_true, y_pred))
    np.testing.assert_array_equal(score(y_true, y_pred.astype(dtype)), score(y_true, y_pred))


def test_many_examples_in_a_small_dtype_do_not_overflow():
    y = np.ones((1000, 2), dtype=np.int8)
    np.testing.assert_array_equal(f1_score(y, y), [1, 1])


def test_a_program_that_turns_warnings_of_numpy_into_errors():
    y, a = [[1, 0], [0, 0]], [[5e-324, 0.5], [0, 1e-310]]
    with np.errstate(all="raise"):
        for score in SCORES.values():
            for average in (None, "micro", "macro"):
                score(y, y, average)
        subset_accuracy(y, y)
        hamming_loss(y, y)
        np.testing.assert_array_equal(predict_labels(a, best_thresholds(y, a))[:, 0], [1, 0])


def test_an_error_says_how_minus_one_becomes_zero():
    for score in (*SCORES.values(), subset_accuracy, hamming_loss):
        with pytest.raises(ValueError, match=r"got -1; \(y_pred \+ 1\) / 2 makes 0 and 1 of"):
            score([[1, 0]], [[1, -1]])


# --- thresholds ---------------------------------------------------------------------------------


def test_a_probability_equal_to_the_threshold_gives_zero():
    labels = predict_labels([[0.4, 0.5, 0.6]])
    np.testing.assert_array_equal(labels, [[0, 0, 1]])
    assert labels.dtype == np.int64


def test_each_label_has_its_threshold():
    np.testing.assert_array_equal(
        predict_labels([[0.3, 0.3], [0.8, 0.8]], [0.2, 0.5]), [[1, 0], [1, 1]]
    )
    np.testing.assert_array_equal(predict_labels([0.3, 0.3], [0.2, 0.5]), [1, 0])
    np.testing.assert_array_equal(predict_labels(np.full((2, 3, 2), 0.3), 0.1), np.ones((2, 3, 2)))


def test_float32_probabilities_are_compared_exactly():
    """float32(0.1) is above 0.1; rounding the threshold to float32 would make them equal."""
    assert predict_labels(np.float32([0.1]), 0.1) == [1]


@given(labels_and_probabilities, st.floats(0, 1))
def test_thresholding_equals_scikit_learn(pair, threshold):
    """`sklearn.preprocessing.binarize` gives 0 at the threshold itself too."""
    np.testing.assert_array_equal(
        predict_labels(pair[1], threshold), binarize(pair[1], threshold=threshold)
    )


@pytest.mark.parametrize("average", [None, "micro", "macro"])
def test_thresholded_f1_equals_keras(average):
    keras = comparison.keras()
    random = np.random.RandomState(0)
    # Quarters are exact in float32, and many equal the threshold.
    probabilities = random.randint(0, 5, size=(200, 3)) / 4
    y_true = random.randint(0, 2, size=(200, 3))
    metric = keras.metrics.F1Score(average=average, threshold=0.5)
    metric.update_state(y_true.astype("float32"), probabilities.astype("float32"))
    ours = f1_score(y_true, predict_labels(probabilities, 0.5), average)
    # Keras computes F1 in float32 and adds 1e-7 to its denominators.
    np.testing.assert_allclose(ours, np.asarray(metric.result()), rtol=1e-6)


@given(labels_and_probabilities)
def test_no_threshold_beats_the_best(pair):
    y_true, probabilities = pair
    thresholds = best_thresholds(y_true, probabilities)
    assert thresholds.shape == y_true.shape[1:]
    assert thresholds.dtype == np.float64
    assert np.all((thresholds >= 0) & (thresholds < 1))
    best = f1_score(y_true, predict_labels(probabilities, thresholds))
    for candidate in np.unique([0.0, 0.5, 1.0, *probabilities.flat]):
        assert np.all(f1_score(y_true, predict_labels(probabilities, candidate)) <= best)


@given(
    SHAPES.flatmap(
        lambda shape: st.tuples(
            label_arrays(shape), npst.arrays(np.float64, shape, elements=st.floats(1e-300, 1))
        )
    )
)
def test_best_f1_equals_the_best_of_scikit_learns_curve(pair):
    """All probabilities are above 0 here: scikit-learn gives the label at the threshold too."""
    y_true, probabilities = pair
    best = f1_score(y_true, predict_labels(probabilities, best_thresholds(*pair)))
    for label, ours in enumerate(best):
        if not y_true[:, label].any():
            assert ours == 0
            continue
        precision, recall, _ = sklearn.metrics.precision_recall_curve(
            y_true[:, label], probabilities[:, label]
        )
        total = precision + recall
        f1 = 2 * precision * recall / np.where(total == 0, 1, total)
        assert ours == pytest.approx(f1.max(), rel=1e-12)


@given(labels_and_probabilities)
def test_each_label_is_chosen_on_its_own(pair):
    together = best_thresholds(*pair)
    for label, threshold in enumerate(together):
        column = slice(label, label + 1)
        assert best_thresholds(pair[0][:, column], pair[1][:, column]) == [threshold]


@pytest.mark.parametrize(
    ("y_true", "probabilities", "threshold"),
    [
        pytest.param([0, 1, 1], [0.1, 0.3, 0.4], 0.2, id="the middle of the best gap"),
        pytest.param([0, 1, 1], [0.1, 0.6, 0.9], 0.5, id="one half where no worse"),
        pytest.param([0, 0], [0.7, 0.9], 0.5, id="no example has the label"),
        pytest.param([1, 1], [0.2, 0.4], 0.1, id="every example has the label"),
        pytest.param([1, 0], [0.0, 0.0], 0.5, id="probabilities above no threshold"),
        pytest.param([0, 1], [0.0, 0.25], 0.125, id="above zero"),
        pytest.param([0, 1, 1], [0.5, 1.0, 1.0], 0.5, id="up to one, and one half is excluded"),
        pytest.param([1, 0, 1, 0, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], 0.65, id="past an error"),
        # 1 of 1 right finds half of the two: 2/3. So do 2 of 4.
        pytest.param([1, 0, 0, 1], [0.4, 0.3, 0.2, 0.1], 0.35, id="the highest of equals"),
    ],
)
def test_best_threshold_of_one_label(y_true, probabilities, threshold):
    found = best_thresholds(np.c_[y_true], np.c_[probabilities])
    np.testing.assert_allclose(found, [threshold], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_neighbouring_floats_are_told_apart(dtype):
    """Their middle rounds to one of the two: it must be the lower."""
    for lower in np.array([0.125, np.nextafter(dtype(0.125), dtype(1))], dtype=dtype):
        upper = np.nextafter(lower, dtype(1))
        probabilities = np.array([[lower], [upper]], dtype=dtype)
        thresholds = best_thresholds([[0], [1]], probabilities)
        np.testing.assert_array_equal(predict_labels(probabilities, thresholds), [[0], [1]])


def test_arguments_are_left_alone():
    y_true, probabilities = np.array([[1.0], [0.0]]), np.array([[0.2], [0.1]])
    best_thresholds(y_true, probabilities)
    predict_labels(probabilities, 0.1)
    f1_score(y_true, y_true)
    np.testing.assert_array_equal(y_true, [[1.0], [0.0]])
    np.testing.assert_array_equal(probabilities, [[0.2], [0.1]])


# --- bad input ----------------------------------------------------------------------------------

Y = [[0, 1], [1, 0]]
P = [[0.2, 0.8], [0.6, 0.4]]
BAD_LABELS = [
    pytest.param([["0", "1"]], TypeError, "must hold real numbers, got dtype <U1", id="string"),
    pytest.param([[None, 1]], TypeError, "must hold real numbers, got dtype object", id="object"),
    pytest.param([[1j, 0]], TypeError, "must hold real numbers, got dtype complex", id="complex"),
    pytest.param([[0, 1], [1]], ValueError, "must be a rectangular array", id="ragged"),
    pytest.param([0, 1], ValueError, r"must have 2 dimensions, got shape \(2,\)", id="rank"),
    pytest.param(np.empty((0, 2)), ValueError, "must not be empty", id="empty"),
    pytest.param([[np.nan, 0]], ValueError, "must be finite, got nan", id="nan"),
    pytest.param([[np.inf, 0]], ValueError, "must be finite, got inf", id="inf"),
    pytest.param([[0, 2]], ValueError, "must hold only 0 and 1, got 2", id="out of range"),
    pytest.param([[0, -1]], ValueError, "must hold only 0 and 1, got -1", id="negative"),
    pytest.param(
        [[0, 0.5]],
        ValueError,
        "must hold only 0 and 1, got 0.5; predict_labels makes labels of probabilities$",
        id="probability",
    ),
]


@pytest.mark.parametrize(("bad", "error", "message"), BAD_LABELS)
@pytest.mark.parametrize("score", [*SCORES.values(), subset_accuracy, hamming_loss])
def test_bad_labels(score, bad, error, message):
    with pytest.raises(error, match=f"^y_true {message}"):
        score(bad, Y)
    with pytest.raises(error, match=f"^y_pred {message}"):
        score(Y, bad)


@pytest.mark.parametrize(("bad", "error", "message"), BAD_LABELS)
def test_bad_labels_for_thresholds(bad, error, message):
    with pytest.raises(error, match=f"^y_true {message}"):
        best_thresholds(bad, P)


BAD_CALLS = [
    *(
        pytest.param(
            lambda score=score: score(Y, [[1, 0]]),
            ValueError,
            r"^y_true and y_pred must have the same shape, got \(2, 2\) and \(1, 2\)$",
            id=f"{score.__name__}: shapes",
        )
        for score in [*SCORES.values(), subset_accuracy, hamming_loss]
    ),
    *(
        pytest.param(
            lambda score=score: score(Y, Y, average="makro"),
            ValueError,
            "^average must be one of micro, macro; got 'makro'; did you mean 'macro'",
            id=f"{score.__name__}: unknown average",
        )
        for score in SCORES.values()
    ),
    *(
        pytest.param(
            lambda score=score: score(Y, Y, average=1),
            TypeError,
            "^average must be a string, got int",
            id=f"{score.__name__}: average no string",
        )
        for score in SCORES.values()
    ),
    pytest.param(
        lambda: best_thresholds(Y, [[0.1, 0.2]]),
        ValueError,
        r"^y_true and probabilities must have the same shape, got \(2, 2\) and \(1, 2\)$",
        id="best_thresholds: shapes",
    ),
    pytest.param(
        lambda: best_thresholds(Y, [[0.1, 0.2], [0.3, 1.5]]),
        ValueError,
        r"^probabilities must be in \[0, 1\], got 1.5; sigmoid makes probabilities of logits$",
        id="best_thresholds: above one",
    ),
    pytest.param(
        lambda: best_thresholds(Y, [0.1, 0.2]),
        ValueError,
        "^probabilities must have 2 dimensions",
        id="best_thresholds: rank",
    ),
    pytest.param(
        lambda: best_thresholds(Y, [["a", "b"]]),
        TypeError,
        "^probabilities must hold real numbers",
        id="best_thresholds: strings",
    ),
    pytest.param(
        lambda: predict_labels([[0.5, -0.1]]),
        ValueError,
        r"^probabilities must be in \[0, 1\], got -0.1; sigmoid makes probabilities of logits$",
        id="predict_labels: negative",
    ),
    pytest.param(
        lambda: predict_labels([[0.5, np.nan]]),
        ValueError,
        "^probabilities must be finite, got nan",
        id="predict_labels: nan",
    ),
    pytest.param(
        lambda: predict_labels([]),
        ValueError,
        "^probabilities must not be empty",
        id="predict_labels: empty",
    ),
    pytest.param(
        lambda: predict_labels(["0.5"]),
        TypeError,
        "^probabilities must hold real numbers",
        id="predict_labels: strings",
    ),
    pytest.param(
        lambda: predict_labels(P, 1.5),
        ValueError,
        r"^thresholds must be in \[0, 1\], got 1.5$",
        id="predict_labels: threshold above one",
    ),
    pytest.param(
        lambda: predict_labels(P, np.nan),
        ValueError,
        "^thresholds must be finite",
        id="predict_labels: threshold nan",
    ),
    pytest.param(
        lambda: predict_labels(P, None),
        TypeError,
        "^thresholds must hold real numbers",
        id="predict_labels: threshold None",
    ),
    *(
        pytest.param(
            lambda thresholds=thresholds: predict_labels(P, thresholds),
            ValueError,
            r"^thresholds must be one number or one per label: got shape .* of shape \(2, 2\)$",
            id=f"predict_labels: thresholds of shape {np.shape(thresholds)}",
        )
        for thresholds in ([0.5], [0.1, 0.2, 0.3], [[0.1, 0.2]])
    ),
    pytest.param(
        lambda: predict_labels(0.5, [0.1, 0.2]),
        ValueError,
        r"^thresholds must be one number or one per label: got shape \(2,\)",
        id="predict_labels: thresholds for one probability",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD_CALLS)
def test_bad_calls(call, error, message):
    with pytest.raises(error, match=message):
        call()
