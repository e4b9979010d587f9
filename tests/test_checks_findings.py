"""Tasks whose answers are measured: two answers that differ are told different things."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from helpers import comparison, datasets
from helpers.checks import _lessons
from helpers.checks._judge import judge


def said(name: str, answer) -> str:
    return judge(_lessons.catalogue()[name][1], answer).diagnosis


def labels_with(metric):
    """Return an answer that is right but for its metric."""
    pytest.importorskip("tensorflow")

    def answer(n, N):
        k = comparison.keras()
        model = k.Sequential([k.Input((n,)), k.layers.Dense(N)])
        loss = k.losses.BinaryCrossentropy(from_logits=True)
        model.compile(loss=loss, metrics=[metric(k)])
        return model

    return answer


@pytest.mark.parametrize("border", [0.62, 0.1, -0.5, 1.0])
def test_the_border_of_a_metric_is_measured(border):
    words = said(
        "multilabel_model", labels_with(lambda k: k.metrics.BinaryAccuracy("a", threshold=border))
    )
    assert f"says yes for outputs above {border:g}." in words


def test_whole_rows_are_not_taken_for_the_largest_output():
    whole = lambda k: lambda y, z: k.ops.all((z > 0) == (y > 0.5), axis=-1)  # noqa: E731
    assert "largest" not in said("multilabel_model", labels_with(whole))
    assert "largest" in said("multilabel_model", labels_with(lambda k: "accuracy"))


def tumours(column: int, C: float = 0.5, change=lambda a: a):
    def answer(X, y, X_new):
        return change(
            LogisticRegression(C=C, max_iter=5000).fit(X, y).predict_proba(X_new)[:, column]
        )

    return answer


def test_the_other_class_is_told_from_a_model_that_learned_the_wrong_way():
    assert "1 minus them would be right" in said("tumour_probabilities", tumours(0))
    words = said("tumour_probabilities", tumours(0, C=1e12))
    assert "low where the label is 1" in words
    assert "would be right" not in words


def test_logits_are_told_from_numbers_without_limits():
    assert "logits" in said("tumour_probabilities", tumours(1, change=scipy.special.logit))
    assert "logits" not in said("tumour_probabilities", tumours(1, change=lambda a: 100 * a))


def test_who_learns_from_other_labels_is_told_so():
    train = datasets.breast_cancer().train
    known = lambda X, y, X_new: tumours(1)(train.X, train.y, X_new)  # noqa: E731
    other = lambda X, y, X_new: tumours(1)(train.X, y, X_new)  # noqa: E731
    assert "the y that your function is given" in said("tumour_probabilities", known)
    assert "Both X and y have to be those" in said("tumour_probabilities", other)


def test_few_but_right_answers_are_told_from_bad_ones():
    def strips(change):
        def answer(train, validation, X):
            right = _lessons.catalogue()["answer_strips"][1].reference(train, validation, X)
            return change(right, np.random.default_rng(7).random(right.shape))

        return answer

    few = said("answer_strips", strips(lambda right, u: right * (u < 0.6)))
    assert "100% are right" in few
    assert "Lower thresholds find more" in few
    assert "by heart" in said("answer_strips", strips(lambda right, u: right ^ (u < 0.15)))


def test_too_large_weights_are_told_from_too_few_votes():
    assert "large weights" in said("tumour_probabilities", tumours(1, C=1e12))
    votes = lambda X, y, X_new: KNeighborsClassifier(3).fit(X, y).predict_proba(X_new)[:, 1]  # noqa: E731
    assert "few votes" in said("tumour_probabilities", votes)
