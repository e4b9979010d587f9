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


def test_a_border_that_suits_logits_is_not_held_against_another_last_layer():
    pytest.importorskip("tensorflow")

    def answer(n, N):
        k = comparison.keras()
        model = k.Sequential([k.Input((n,)), k.layers.Dense(N, activation="relu")])
        loss = k.losses.BinaryCrossentropy(from_logits=True)
        model.compile(loss=loss, metrics=[k.metrics.BinaryAccuracy(threshold=0.0)])
        return model

    verdict = judge(_lessons.catalogue()["multilabel_model"][1], answer)
    assert "at its end stands relu" in verdict.diagnosis
    assert "metric" not in str(verdict.example)


def test_what_a_large_logit_costs_is_said_of_the_label_that_was_tried():
    def patched(y, z):
        with np.errstate(all="ignore"):
            a = scipy.special.expit(z)
            return np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)).mean()

    assert "a label that is 0 and has the logit 40 costs" in said("multilabel_cost", patched)

    def below_every_number(y, z):
        with np.errstate(divide="ignore"):
            return -np.log(scipy.special.expit(np.where(y == 1, z, -z))).mean()

    assert "a probability exactly 0" in said("multilabel_cost", below_every_number)


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
    words = said("answer_strips", strips(lambda right, u: right ^ (u < 0.15)))
    assert "learns from better than new ones" in words
    assert "thresholds find more" not in words


def test_too_large_weights_are_told_from_too_few_votes():
    assert "large weights" in said("tumour_probabilities", tumours(1, C=1e12))
    votes = lambda X, y, X_new: KNeighborsClassifier(3).fit(X, y).predict_proba(X_new)[:, 1]  # noqa: E731
    assert "few votes" in said("tumour_probabilities", votes)


def test_answers_on_one_side_are_told_from_unsure_ones():
    twice = said("tumour_probabilities", tumours(1, change=scipy.special.expit))
    assert "All your answers lie between 0.5 and 0.73" in twice
    assert "another sigmoid" in twice
    unsure = said("tumour_probabilities", tumours(1, C=1e-3))
    assert "on the whole too near to it" in unsure
    assert "sigmoid" not in unsure


def keras_network(change=lambda k: {}, fit=lambda X, y, epochs, batch_size: (X, y)):
    """Return an answer that is right but for its hidden layer or for what `fit` is given."""
    pytest.importorskip("tensorflow")

    def answer(X, y, start, learning_rate, epochs, batch_size):
        k = comparison.keras()
        hidden = k.layers.Dense(16, "relu", **change(k))
        model = k.Sequential([k.Input((64,)), hidden, k.layers.Dense(10)])
        model.set_weights(start)
        loss = k.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(k.optimizers.SGD(learning_rate), loss)
        model.fit(*fit(X, y, epochs, batch_size), shuffle=False, verbose=0)
        return model

    return answer


def test_what_fit_made_is_measured():
    swapped = keras_network(fit=lambda X, y, epochs, batch_size: (X, y, epochs, batch_size))
    assert "have changed places" in said("train_in_keras", swapped)
    twice = keras_network(fit=lambda X, y, epochs, batch_size: (X, y, batch_size, 2 * epochs))
    words = said("train_in_keras", twice)
    assert "The last call of `fit` made 4 epochs of 4." in words
    assert "places" not in words


def test_a_penalty_is_seen():
    fit = lambda X, y, epochs, batch_size: (X, y, batch_size, epochs)  # noqa: E731
    penalty = keras_network(lambda k: {"kernel_regularizer": k.regularizers.L2(0.01)}, fit)
    assert "Dense(16, relu, with a penalty)" in said("train_in_keras", penalty)


def keras_model(end=lambda k, logits: logits, loss=None, momentum=0.0, shuffle=True):
    """Return an answer with the functional API, ReLU as a layer, and by default shuffled."""
    pytest.importorskip("tensorflow")

    def answer(X, y, start, learning_rate, epochs, batch_size):
        k = comparison.keras()
        inputs = k.Input((64,))
        logits = k.layers.Dense(10)(k.layers.ReLU()(k.layers.Dense(16)(inputs)))
        model = k.Model(inputs, end(k, logits))
        model.set_weights(start)
        wanted = k.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = k.optimizers.SGD(learning_rate, momentum=momentum, nesterov=True)
        model.compile(optimizer, loss(k) if loss else wanted)
        model.fit(X, y, batch_size, epochs, shuffle=shuffle, verbose=0)
        return model

    return answer


def own_loss(k):
    return lambda y, z: k.ops.mean(k.losses.sparse_categorical_crossentropy(y, z, from_logits=True))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (keras_model(), "If the examples were shuffled"),
        (keras_model(loss=own_loss), "If the examples were shuffled"),
        (keras_model(momentum=0.9), "optimizer is SGD(learning_rate=0.125, momentum=0.9"),
        (keras_model(lambda k, z: k.layers.Dropout(0.5)(z)), "Dropout(). Wanted are"),
        (keras_model(lambda k, z: k.ops.softmax(z)), "Your layers are Dense(16, linear), ReLU()"),
        (
            keras_model(loss=lambda k: k.losses.SparseCategoricalCrossentropy(from_logits=False)),
            "Your loss is SparseCategoricalCrossentropy(from_logits=False)",
        ),
        (
            keras_model(
                loss=lambda k: k.losses.SparseCategoricalCrossentropy(
                    from_logits=True, reduction="sum"
                )
            ),
            "reduction='sum'",
        ),
    ],
)
def test_what_does_the_same_in_keras_is_not_blamed(answer, words):
    assert words in said("train_in_keras", answer)


def epoch_of(batches):
    """Return an epoch of logistic regression over the batches, slices, that `batches` makes."""

    def answer(w, b, X, y, alpha, batch_size):
        for rows in batches(len(y), batch_size):
            error = scipy.special.expit(X[rows] @ w + b) - y[rows]
            w, b = w - alpha * X[rows].T @ error / len(error), b - alpha * error.mean()
        return w, b

    return answer


def test_the_rows_of_an_epoch_are_measured():
    short = epoch_of(lambda m, k: [slice(i, i + k) for i in range(0, m - 1, k)])
    assert "in which row 4 had no effect" in said("train_one_epoch", short)
    filled = epoch_of(lambda m, k: [slice(max(0, min(i, m - k)), i + k) for i in range(0, m, k)])
    assert "but the last, which holds the rows 3 to 4" in said("train_one_epoch", filled)


def test_the_half_of_the_cost_that_is_wrong_is_told():
    softplus = lambda z: np.logaddexp(0, z)  # noqa: E731
    first = lambda y, z: np.mean(y * softplus(z) + (1 - y) * softplus(z))  # noqa: E731
    second = lambda y, z: np.mean(y * softplus(-z) + (1 - y) * softplus(-z))  # noqa: E731
    assert "only the first half of the formula" in said("multilabel_cost", first)
    assert "right where all labels are true, and wrong where all are false" in said(
        "multilabel_cost", second
    )
