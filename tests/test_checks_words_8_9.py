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


def neighbours_positions(train, validation, X):
    return KNeighborsClassifier(1).fit(train.X, train.y).kneighbors(X, 1, False)[:, 0]


def the_first_training_images(train, validation, X):
    return KNeighborsClassifier(1).fit(train.X, train.y).predict(train.X[: len(X)])


def the_farthest(train, validation, X):
    return np.array([train.y[np.argmax(((train.X - x) ** 2).sum(axis=1))] for x in X])


def many_groups(train, validation, X):
    return KMeans(60, n_init=1, random_state=0).fit(train.X).predict(X)


def the_largest_of_fifteen(train, validation, X):
    model = KNeighborsClassifier(15).fit(train.X, train.y)
    return train.y[model.kneighbors(X, return_distance=False)].max(axis=1)


def in_reverse(train, validation, X):
    return KNeighborsClassifier(1).fit(train.X, train.y).predict(X[::-1])


def returns_inside_the_loop(w, v, g, alpha, rho, epsilon):
    w, v = w.copy(), v.copy()
    for i in range(len(w)):
        v[i] = rho * v[i] + (1 - rho) * g[i] ** 2
        w[i] = w[i] - alpha * g[i] / np.sqrt(v[i] + epsilon)
        return w, v


def begins_with_the_second(w, u, g, alpha, mu):
    w, u = w.copy(), u.copy()
    for i in range(1, len(w)):
        u[i] = mu * u[i] - alpha * g[i]
        w[i] = w[i] + u[i]
    return w, u


def corrected_as_in_adam(w, v, g, alpha, rho, epsilon):
    v = rho * v + (1 - rho) * g**2
    return w - alpha * g / np.sqrt(v / (1 - rho) + epsilon), v


def everything_squared(w, v, g, alpha, rho, epsilon):
    v = (rho * v + (1 - rho) * g) ** 2
    return w - alpha * g / np.sqrt(v + epsilon), v


def corrects_the_old_m(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    new_m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return w - alpha * m_hat / (np.sqrt(v_hat) + epsilon), new_m, v


def some_other_step(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
    root = np.sqrt(np.sum(v / (1 - beta_2**t)))
    return w - alpha * m / (1 - beta_1**t) / (root + epsilon), m, v


def moves_by_half(w, u, g, alpha, mu):
    new_u = mu * u - alpha * g
    return w + (u + new_u) / 2, new_u


def one_rate_for_all(w_before, w_after, g):
    rates = np.full(g.shape, np.median((w_before - w_after)[g != 0] / g[g != 0]))
    return np.where(g != 0, rates, np.nan)


def small_gradients_left_out(w_before, w_after, g):
    zero = np.isclose(g, 0)
    return np.where(zero, np.nan, (w_before - w_after) / np.where(zero, 1, g))


def of_both_tables(X_train, X_new):
    both = np.concatenate([X_train, X_new])
    spread = both.std(axis=0, ddof=1)
    both = (both - both.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return both[: len(X_train)], both[len(X_train) :]


def deviations_below_1_of_new(X_train, X_new):
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    spread = np.where(spread == 0, X_new.std(axis=0), spread)
    return tuple((X - mean) / np.where(spread == 0, 1, spread) for X in (X_train, X_new))


def only_the_first_column(X_train, X_new):
    right = digits.scale_like_training(X_train, X_new)
    return tuple(
        np.hstack([r[:, :1], X[:, 1:]]) for r, X in zip(right, (X_train, X_new), strict=True)
    )


def how_far_beside(y, answers, num_classes):
    return digits.confusion_matrix(y, abs(y - answers), num_classes)


def as_one_pair(y, answers, num_classes):
    return digits.confusion_matrix(np.minimum(y, answers), np.maximum(y, answers), num_classes)


def by_entropy(z, y, k):
    wrong = np.flatnonzero(z.argmax(axis=1) != y)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return wrong[np.argsort((p * np.log(p)).sum(axis=1)[wrong])][:k]


def surest_of_all(z, y, k):
    e = np.exp(z)
    to_truth = e[np.arange(len(y)), y] / e.sum(axis=1)
    return np.argsort(-to_truth)[: min(k, int((z.argmax(axis=1) != y).sum()))]


def up_to_the_eighth_commonest(y_train, y_new):
    return (y_new == np.bincount(y_train)[:9].argmax()).mean()


def of_the_first_example(y_train, y_new):
    return (y_new == y_train[0]).mean()


def a_power_of_1_halved(w, v, g, alpha, rho, epsilon):
    v = rho * v + (1 - rho) * g**2
    return w - alpha * g / (v + epsilon) ** 1 / 2, v


def of_the_mean_gradient(w, u, g, alpha, mu):
    u = mu * u - alpha * g.mean()
    return w + u, u


def cubed(epsilon, beta_2, t):
    return epsilon / (1 - beta_2**t) ** 1.5


def counts_the_third_commonest(y_train, y_new):
    return (y_new == np.argsort(np.bincount(y_train))[-3:][0]).sum() + 2


@pytest.mark.parametrize(
    ("answer", "of", "words", "untrue"),
    [
        (one_optimizer_for_all_calls, "optimizer_for_digits", "returned this optimizer", "random"),
        (one_that_has_trained, "optimizer_for_digits", "has made steps", "before|at each call"),
        (text_of_a_call, "optimizer_for_digits", "type str", "name"),
        (corrections_of_two_steps, "adam_step", "v are right|√(the new v / (1 − β₂^3))", "print"),
        (first_share_in_v, "adam_step", "v is β₁ v + (1 − β₁) g², where β₂ v", "order"),
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
        (clusters, "read_digits", "mostly show the same digit", "Guessing|learned"),
        (quantities, "read_digits", "one or two beside", "new ones|?"),
        (divided_once_more, "read_digits", "such as a division", "hidden layer|?"),
        (neighbours_positions, "read_digits", "In train.y the right|not its position", "group|%"),
        (the_first_training_images, "read_digits", "first 359 training images", "new ones|%"),
        (the_farthest, "read_digits", "avoid the true digit|smallest distance", "new ones|train"),
        (many_groups, "read_digits", "none of the ten digits|numbers of groups", "new ones"),
        (the_largest_of_fifteen, "read_digits", "answers are 9: look", "one or two beside"),
        (in_reverse, "read_digits", "stay in the same order", "too simple|answers are"),
        (returns_inside_the_loop, "rmsprop_step", "still the old ones|a `return`", "Look at"),
        (begins_with_the_second, "momentum_step", "some elements|every element", "velocity"),
        (corrected_as_in_adam, "rmsprop_step", ": the root of v / (1 − ρ) + ε.", "Look at"),
        (everything_squared, "rmsprop_step", "v is (ρ v + (1 − ρ) g)², where", "`return`"),
        (corrects_the_old_m, "adam_step", "times the old m / (1 − β₁^2) over", "print"),
        (some_other_step, "adam_step", "Corrected, the means are|print yours", "It moves by"),
        (moves_by_half, "momentum_step", "by which it has to move, is", "Look at"),
        (one_rate_for_all, "effective_rate", "all your rates are the same", "nan"),
        (small_gradients_left_out, "effective_rate", "gradients is 8.67e-19", "the same"),
        (
            of_both_tables,
            "scale_like_training",
            "(x − 1.9)|1.9 is the mean of both tables together.|with m − 1 in place of m.",
            "X_new",
        ),
        (deviations_below_1_of_new, "scale_like_training", "X_new is (x − 5) / 2", "X_train is"),
        (only_the_first_column, "scale_like_training", "column 1 of your X_train is as it", "/ 1."),
        (how_far_beside, "confusion_matrix", "Column 1 of|the answer is 1: 2.", "Row"),
        (as_one_pair, "confusion_matrix", "Row 0 of|the true digit is 0: 1.", "Column"),
        (by_entropy, "worst_errors", "stands image 2|0.3775|belongs image 0|0.1192", "rightly"),
        (
            surest_of_all,
            "worst_errors",
            "stands image 3. It was read rightly",
            "its true digit got 0.8",
        ),
        (up_to_the_eighth_commonest, "baseline_accuracy", "9 is never the commonest", "Here"),
        (of_the_first_example, "baseline_accuracy", "answer is 1, the commonest|1 are 1.", "You"),
        (a_power_of_1_halved, "rmsprop_step", "twice v + ε|`**0.5`", "Look at"),
        (of_the_mean_gradient, "momentum_step", "is μ u − α the mean of g, where", "gradients"),
        (cubed, "paper_epsilon", "ε divided by 0.289379|0.661438, the root", "Right on"),
        (
            counts_the_third_commonest,
            "baseline_accuracy",
            "is a share, from 0 to 1",
            "You answered",
        ),
    ],
)
def test_what_is_said_and_what_is_not(answer, of, words, untrue):
    task = next(task for task in (*optimizers.TASKS, *digits.TASKS) if task.name == of)
    said = wrong(answer, task).diagnosis
    assert [word for word in words.split("|") if word not in said] == [], said
    assert [word for word in untrue.split("|") if word in said] == [], said


def test_a_learning_rate_is_blamed_only_where_another_one_would_do(monkeypatch):
    monkeypatch.setattr(optimizers, "_trials", {})
    for best, words in ((0.14, "Adam, learning rate too small"), (0.16, "Adam, unsuited")):
        monkeypatch.setattr(
            optimizers,
            "_losses",
            lambda make, seeds, best=best: 0.3 if make().learning_rate < 0.02 else best,
        )
        optimizers._trials.clear()
        assert optimizers._trial(Adam(0.01)).startswith(words)
