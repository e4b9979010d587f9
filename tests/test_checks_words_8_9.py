"""What is said of answers to lessons 8 and 9: what was measured, and nothing that was guessed."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier

from helpers.checks import digits, optimizers
from helpers.optimizers import Adam
from tests.made_task import wrong

SHARED = Adam(0.01)


def one_optimizer_for_all_calls():
    return SHARED


def one_that_has_trained():
    optimizer = Adam(0.01)
    optimizer.update(np.ones(2), np.ones(2))
    return optimizer


def text_of_a_call():
    return "Adam(0.01)"


def corrections_of_two_steps(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2 ** (t + 1))
    return w - alpha * m_hat / (np.sqrt(v_hat) + epsilon), m, v


def first_share_in_v(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    m, v = beta_1 * m + (1 - beta_1) * g, beta_1 * v + (1 - beta_1) * g**2
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return w - alpha * m_hat / (np.sqrt(v_hat) + epsilon), m, v


def a_velocity_of_the_other_sign(w, u, g, alpha, mu):
    u = mu * u + (1 - mu) * g
    return w - u, u


def something_added(w_before, w_after, g):
    return (w_before - w_after) / (g + 1e-8)


def half_of_the_correction(epsilon, beta_2, t):
    return epsilon / (2 * (1 - beta_2**t))


def count_looked_up(y_train, y_new):
    return 100 * np.bincount(y_new)[np.bincount(y_train).argmax()] / len(y_new)


def lowest_begins_at_1(val_loss, patience):
    lowest, best, waited = 1.0, 1, 0
    for epoch, loss in enumerate(val_loss, start=1):
        if loss < lowest:
            lowest, best, waited = loss, epoch, 0
        elif epoch > 1:
            waited += 1
        if waited == patience:
            break
    return best, epoch


def exchanged_and_beyond_the_end(val_loss, patience):
    best, _ = digits.early_stopping(val_loss, patience)
    return best + patience, best


def waits_too_long_and_returns_the_loss(val_loss, patience):
    best, last = digits.early_stopping(val_loss, patience + 1)
    return val_loss[best - 1], last


def last_from_zero(val_loss, patience):
    best, last = digits.early_stopping(val_loss, patience)
    return (best, last - 1) if last - best == patience else (best, last)


def whole_columns(z, y, k):
    e = np.exp(z)
    to_truth = (e / e.sum(axis=1, keepdims=True))[:, y]
    wrong = np.flatnonzero(z.argmax(axis=1) != y)
    return wrong[np.argsort(to_truth[wrong])][:k]


def clusters(train, validation, X):
    return KMeans(10, n_init=1, random_state=0).fit(train.X).predict(X)


def quantities(train, validation, X):
    return np.rint(LinearRegression().fit(train.X, train.y).predict(X))


def divided_once_more(train, validation, X):
    return KNeighborsClassifier(1).fit(train.X, train.y).predict(X / 16)


@pytest.mark.parametrize(
    ("answer", "of", "words", "untrue"),
    [
        (one_optimizer_for_all_calls, "optimizer_for_digits", "returned this optimizer", "random"),
        (one_that_has_trained, "optimizer_for_digits", "has made steps", "before|at each call"),
        (text_of_a_call, "optimizer_for_digits", "type str", "name"),
        (corrections_of_two_steps, "adam_step", "v are right|v̂ = |print yours", "line in which"),
        (first_share_in_v, "adam_step", "if β₁ stands in it", "order"),
        (a_velocity_of_the_other_sign, "momentum_step", "it is to be added", "holds the sign"),
        (something_added, "effective_rate", "almost right", "?"),
        (half_of_the_correction, "paper_epsilon", "and by 2|If you wrote", "then by"),
        (count_looked_up, "baseline_accuracy", "minlength|per cent", "indices"),
        (lowest_begins_at_1, "early_stopping", "epoch 2 is the first with the lowest", "NumPy"),
        (
            exchanged_and_beyond_the_end,
            "early_stopping",
            "epochs after the best|wrong order",
            "once too often",
        ),
        (waits_too_long_and_returns_the_loss, "early_stopping", "0.6, a loss.", "Right on"),
        (last_from_zero, "early_stopping", "one too early", "You stop"),
        (whole_columns, "worst_errors", "[:, y]|np.arange", "IndexError"),
        (clusters, "read_digits", "go with the images", "Guessing|learned"),
        (quantities, "read_digits", "one or two beside", "by heart|?"),
        (divided_once_more, "read_digits", "such as a division", "hidden layer|?"),
    ],
)
def test_what_is_said_and_what_is_not(answer, of, words, untrue):
    task = next(task for task in (*optimizers.TASKS, *digits.TASKS) if task.name == of)
    said = wrong(answer, task).diagnosis
    assert [word for word in words.split("|") if word not in said] == [], said
    assert [word for word in untrue.split("|") if word in said] == [], said
