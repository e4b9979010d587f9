"""What a task's own properties say, the slips of any task, and where a result is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.checks import Mistake, Property, activations, losses, outputs, softmax, stability
from helpers.checks._task import Finding
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD
from tests.made_task import TASK, task, wrong


def test_one_slip_is_said_before_the_tasks_own_property():
    held = task(properties=(Property(lambda *_: False, "A property."),), mistakes=())
    assert wrong(lambda X: -X.mean(axis=0), held).diagnosis == "Your result has the wrong sign."
    assert wrong(lambda X: X.mean(axis=0) + X[0] ** 3, held).diagnosis == "A property."


def test_a_property_and_where_it_is_wrong():
    X = np.array([[1.0, -2.0, 0.5, 3.0], [0.25, -4.0, 1.5, 5.0]])
    cube = task(lambda X: X**3, ((X,), (-2 * X,)), mistakes=())
    held = task(
        cube.reference,
        cube.probes,
        mistakes=(),
        properties=(Property(lambda *_: False, "A property."),),
    )
    answer = lambda X: np.where(X > 0, X**3, X - np.sin(X))  # noqa: E731
    where = "Your result is right, except where `X` is negative."
    assert wrong(answer, cube).diagnosis == where
    assert wrong(answer, held).diagnosis == f"A property. {where}"


def test_of_what_was_found_of_a_result_no_slip_is_said():
    observed = task(
        lambda X: Finding("right"),
        observe=lambda arguments, output: (
            output if isinstance(output, Finding) else Finding(f"{output} wrong")
        ),
        mistakes=(),
    )
    assert wrong(lambda X: 1, observed).reason != "slip"


def test_a_known_mistake_is_said_before_a_slip():
    signed = task(mistakes=(Mistake(lambda X: -X.mean(axis=0), "Uphill."),))
    assert wrong(lambda X: -X.mean(axis=0), signed).diagnosis == "Uphill."
    assert "wrong sign" in wrong(lambda X: -X.mean(axis=0), TASK).diagnosis


# --- the lessons' own words, on answers that learners give ----------------------------------------


def rounded_sigmoid(z):
    return (1 / (1 + np.exp(-z))).round(2)


def written_into_whole_numbers(z):
    out = np.zeros_like(z)
    out[...] = 1 / (1 + np.exp(-z))
    return out


def cut_hinges(x, y):
    v = np.zeros_like(y[:-1])
    v[:] = np.diff(np.diff(y) / np.diff(x), prepend=0)
    return x[:-1], v, y[0]


def copied_line(z0, z1, z2, z3):
    e = np.exp([z0, z1, z1, z3])
    return e / np.exp([z0, z1, z2, z3]).sum()


def label_0_by_cancelling(y, z):
    loss = np.logaddexp(0, -z)
    return np.where(y == 1, loss, loss + z)


def one_gradient_for_all_steps(X, y, W, b):
    z = (X @ W + b).astype(float)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    dz = e / e.sum(axis=1, keepdims=True) - np.eye(10)[y]
    return W - 60 * X.T @ dz / len(y), b - 60 * dz.mean(axis=0)


def shifted_by_the_truth(y, Z):
    return np.log(np.exp(Z - Z[np.arange(len(y)), y][:, None]).sum(axis=1))


def trained(X, y, W, b, of_W=0.3, slope=lambda a: 1):
    for _ in range(100):
        z = (X @ W + b).astype(float)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        a = e / e.sum(axis=1, keepdims=True)
        dz = (a - np.eye(10)[y]) * slope(a)
        W, b = W - of_W * X.T @ dz / len(y), b - 0.3 * dz.mean(axis=0)
    return W, b


def by_the_squared_error(X, y, W, b):
    return trained(X, y, W, b, slope=lambda a: a * (1 - a))


def only_b(X, y, W, b):
    return trained(X, y, W, b, of_W=0.0)


def distances(cost, W, claims):
    return np.abs(claims - cost.gradient(W)).max(axis=(1, 2)) / np.abs(cost.gradient(W)).max()


def only_the_nearest_is_right(cost, W, claims):
    return np.arange(len(claims)) != distances(cost, W, claims).argmin()


def a_tenth_is_allowed(cost, W, claims):
    return distances(cost, W, claims) > 0.0999


def nudged_and_not_put_back(cost, W, claims):
    slopes = np.zeros(W.shape)
    for place in np.ndindex(W.shape):
        W[place] += 1e-4
        up = cost(W)
        W[place] -= 2e-4
        slopes[place] = (up - cost(W)) / 2e-4
    return np.abs(claims - slopes).max(axis=(1, 2)) > 1e-6 * np.abs(slopes).max()


def sigmoid_by_tanh(z):
    return (1 + np.tanh(z)) / 2


def standardised_sigmoid(z):
    z = (z - z.mean()) / z.std()
    return 1 / (1 + np.exp(-z))


def slope_for_weight(x, y):
    return x[:-1], np.cumsum(np.diff(y) / np.diff(x)), y[0]


def of_different_answers(a):
    a = np.unique(a)
    return np.mean((a < 0) | (a > 1))


def linear_if_all_are_negative(y):
    right = outputs.TASKS[2].reference(y)
    return ("relu", *right[1:]) if right[0] == "linear" and y.max() > 0 else right


def lowest_average(costs):
    first, second = sorted(costs, key=lambda name: costs[name].mean())[:2]
    return first if costs[first].max() < costs[second].mean() else "nobody"


def shifted_by_the_median(z):
    e = np.exp(z - np.median(z, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def powers_of_two(z):
    e = 2.0 ** (z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def shares_of_distances(X, y, X_new):
    c = np.array([X[y == j].mean(axis=0) for j in np.unique(y)])
    near = 1 / (1 + ((X_new[:, np.newaxis] - c) ** 2).sum(axis=2))
    return near / near.sum(axis=1, keepdims=True)


def learnt_from(of_y, head="relu", afterwards=None):
    """Return a reader whose network, section 2.4's else, learns from another y."""

    def train_progression(X, y, seed):
        model = Sequential([Dense(16, "relu"), Dense(1, head)], seed=seed)
        model.build(10)
        if afterwards is None:
            model.layers[-1].bias[:] = y.mean()
        model.compile(SGD(0.02), "mse")
        history = model.fit(X, of_y(y), epochs=30)
        if afterwards is not None:
            model.layers[-1].bias[:] = afterwards(y)
        return history if head == "linear" else model

    return train_progression


def rarely_above_0(model, X):
    return int(np.sum(model.activations(X)[0].mean(axis=0) < 0.01))


def weakly_silent(model, X):
    z = X @ model.layers[0].kernel + model.layers[0].bias
    return int(np.sum(np.all(z < -0.5, axis=0)))


def slope_of_limited_answers(y, z):
    a = np.clip(1 / (1 + np.exp(-z)), 1e-3, 1 - 1e-3)
    return 2 * (a - y) * a * (1 - a)


def slope_at_the_average(y, z):
    a = 1 / (1 + np.exp(-z))
    return 2 * (a.mean() - y) * a * (1 - a)


def a_little_above_the_bar(z0, z1, z2, z3):
    e = np.exp([z0, z1, z2, z3])
    return (e + 1e-9) / e.sum()


def e_by_hand(z0, z1, z2, z3):
    e = 2.71828 ** np.array([z0, z1, z2, z3], dtype=float)
    return e / e.sum()


def a_little_below_the_bar(z0, z1, z2, z3):
    e = np.exp([z0, z1, z2, z3])
    return e / (e.sum() + 1e-8)


def one_exponential_twice(z0, z1, z2, z3):
    e = np.exp([z0, z1, z2, z3])
    return e / (e.sum() + e[2] - e[3])


def limited_scores(z0, z1, z2, z3):
    e = np.exp(np.minimum([z0, z1, z2, z3], 20))
    return e / e.sum()


def row_by_row_below_one_largest(z):
    return np.array([np.exp(row) / np.exp(row).sum() for row in z - z.max()])


def below_one_largest(z):
    e = np.exp(z - z.max())
    return e / (e.sum(axis=-1, keepdims=True) + 1e-14)


def limited_exponentials(z):
    e = np.minimum(np.exp(z), 1e300)
    return e / e.sum(axis=-1, keepdims=True)


def nearest_mean(of_middles, of_new=lambda X, X_new: X_new):
    def nearest_mean_probabilities(X, y, X_new):
        c = np.array([X[y == j].mean(axis=0) for j in np.unique(y)])
        z = of_middles(of_new(X, X_new), c)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return nearest_mean_probabilities


def rightly(X, c):
    return X @ c.T - (c**2).sum(axis=1) / 2


def with_a_factor(X, c):
    return 2 * X @ c.T - (c**2).sum(axis=1) / 2


def of_directions(X, c):
    return X @ (c / np.linalg.norm(c, axis=1, keepdims=True)).T


def hardly_trained(X, y, seed):
    model = Sequential([Dense(16, "relu"), Dense(1, "softplus")], seed=seed)
    model.build(10)
    model.layers[-1].bias[:] = y.mean()
    model.compile(SGD(1e-12), "mse")
    model.fit(X, y, epochs=1)
    return model


def label_0_with_an_exponential(y, a):
    return np.where(y == 1, -np.log(a), np.exp(a))


def other_rows(y, A):
    return -np.log(A[0, y]).mean(), -np.log(A[np.arange(len(y)), y]).mean()


def smoothed_labels(X, y, W, b):
    e = np.exp(X @ W + b)
    errors = e / e.sum(axis=1, keepdims=True) - 0.9 * np.eye(len(b))[y]
    return X.T @ errors / len(y), errors.mean(axis=0)


def of_other_examples(X, y, W, b):
    e = np.exp(X @ W + b)
    errors = e / e.sum(axis=1, keepdims=True) - np.eye(len(b))[y]
    return X[::-1].T @ errors / len(y), errors.mean(axis=0)


def sizes_of_features(X, y, W, b):
    e = np.exp(X @ W + b)
    errors = e / e.sum(axis=1, keepdims=True) - np.eye(len(b))[y]
    return np.abs(X).T @ errors / len(y), errors.mean(axis=0)


def of_opposite_logits(y, Z):
    e = np.exp(-Z)
    return e / e.sum(axis=1, keepdims=True) - np.eye(Z.shape[1])[y]


def labels_in_reverse(y, Z):
    a = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    return -np.log(a[np.arange(len(y)), y[::-1]]).mean()


def short_cut_beyond_700(y, Z):
    with np.errstate(all="ignore"):
        sums = np.where(np.abs(Z).max(axis=1) > 700, Z.max(axis=1), np.log(np.exp(Z).sum(axis=1)))
    return sums - Z[np.arange(len(y)), y]


def second_largest(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return Z.argmax(axis=1), np.sort(e / e.sum(axis=1, keepdims=True), axis=1)[:, -2]


def without_class_0(y, Z):
    c = Z.max(axis=1)
    return c + np.log(np.exp(Z[:, 1:] - c[:, None]).sum(axis=1)) - Z[np.arange(len(y)), y]


def from_the_right(y, Z):
    c = Z.max(axis=1)
    return c + np.log(np.exp(Z - c[:, None]).sum(axis=1)) - Z[np.arange(len(y)), -1 - y]


def shifted_where_it_overflows(Z):
    c = Z.max(axis=1) * (Z.max() > 700)
    return c + np.log(np.exp(Z - c[:, None]).sum(axis=1))


def nothing_at_0(y, z):
    e = np.log1p(np.exp(-np.abs(z)))
    return np.where(z == 0, 0, np.where(y == 1, np.maximum(-z, 0), np.maximum(z, 0)) + e)


def probabilities_and_classes_from_1(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).max(axis=1), Z.argmax(axis=1) + 1


def every_other_example(y, Z):
    a = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    return -np.log(a[np.arange(len(y)), y])[::2].sum() / len(y)


def nothing_where_right(y, Z):
    e = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    gradient = e - np.eye(Z.shape[1])[y]
    gradient[e.argmax(axis=1) == y] = 0
    return gradient, np.where(e.argmax(axis=1) == y, 0, -np.log(e[rows, y]))


def no_gradient_where_right(y, Z):
    return nothing_where_right(y, Z)[0]


def no_loss_where_right(y, Z):
    return nothing_where_right(y, Z)[1]


def equal_logits_once(Z):
    return np.array([max(r) + np.log(sum(np.exp(z - max(r)) for z in set(r))) for r in Z])


def unsafe_for_label_1(y, z):
    safe = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    return np.where(y == 1, np.log1p(np.exp(-z)), safe)


def by_one_probability(y, z):
    a = 1 / (1 + np.exp(-z))
    return np.where(y == 1, np.log1p(np.exp(-np.abs(z))) + np.maximum(-z, 0), -np.log(1 - a))


def no_answer_below_a_half(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    p = (e / e.sum(axis=1, keepdims=True)).max(axis=1)
    return np.where(p < 0.5, -1, Z.argmax(axis=1)), p


def nan_as_0(Z):
    p = np.nan_to_num(np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True))
    return p.argmax(axis=1), p.max(axis=1)


def positions_from_labels(y, a):
    return -np.log(a[y])


@pytest.mark.parametrize(
    ("answer", "of", "words", "untrue"),
    [
        (rounded_sigmoid, activations.SIGMOID, "rounded to 2 decimals", "e written"),
        (cut_hinges, activations.HINGES, "holds whole numbers (dtype int)", "every input"),
        (
            written_into_whole_numbers,
            activations.SIGMOID,
            "entry of your result is 0.",
            "for every",
        ),
        (copied_line, softmax.TASKS[1], "Only a2 is not|exp(z2)", "stands"),
        (
            label_0_by_cancelling,
            stability.LOGISTIC_LOSS_FROM_LOGITS,
            "with y = 0|two nearly equal numbers",
            "nan|rounded|added to 1",
        ),
        (
            shifted_by_the_truth,
            stability.CROSS_ENTROPY_FROM_LOGITS,
            "more than 709 behind|not the logit of the true class",
            "softmax|probability",
        ),
        (
            one_gradient_for_all_steps,
            stability.RELEARN,
            "minus 60 times the gradient|computed before the loop",
            "sign|small",
        ),
        (
            by_the_squared_error,
            stability.RELEARN,
            "hardly changed|softmax's own slope",
            "too small",
        ),
        (only_b, stability.RELEARN, "Only b has changed", "probability|labels"),
        (only_the_nearest_is_right, losses.WRONG_GRADIENTS, "the same array|by itself", "digits"),
        (a_tenth_is_allowed, losses.WRONG_GRADIENTS, "0.05 times the largest|limit", "moves"),
        (nudged_and_not_put_back, losses.WRONG_GRADIENTS, "old value back", "Besides"),
        (sigmoid_by_tanh, activations.SIGMOID, "σ(2 z)|7.389|tanh(z/2)", "digits"),
        (standardised_sigmoid, activations.SIGMOID, "", "σ("),
        (slope_for_weight, activations.HINGES, "v[1] = 1:|from 3 to -2", "v[0]"),
        (of_different_answers, outputs.TASKS[0], "3 of these 4|1.2, 1.2, 1.3|0.6667", "but"),
        (linear_if_all_are_negative, outputs.TASKS[2], "need not be all", "every quantity|All"),
        (lowest_average, outputs.TASKS[3], "You named relu|is 0.2, and", "average"),
        (learnt_from(lambda y: y, "sigmoid"), outputs.TASKS[5], "a sigmoid head cannot", "average"),
        (learnt_from(lambda y: y, "linear"), outputs.TASKS[5], "You return a History", "negative"),
        (
            learnt_from(lambda y: y - y.mean()),
            outputs.TASKS[5],
            "nearer to y minus its average",
            "set",
        ),
        (learnt_from(lambda y: y, afterwards=np.mean), outputs.TASKS[5], "set it before", "nearer"),
        (
            learnt_from(lambda y: y / 100),
            outputs.TASKS[5],
            "in hundreds already|Print",
            "sigmoid|set",
        ),
        (shifted_by_the_median, softmax.TASKS[2], "the scores 0, 3000, 2999, -3000", "first score"),
        (powers_of_two, softmax.TASKS[2], "powers of 2 in place of e", "ratio|rounded"),
        (
            rarely_above_0,
            activations.DEAD_UNITS,
            "no unit puts out 0|index 40|in 2 of the 1078",
            "average",
        ),
        (
            weakly_silent,
            activations.DEAD_UNITS,
            "5 of the 8 units|by index: 1, 2, 3, 4, 5.",
            "average",
        ),
        (slope_of_limited_answers, outputs.TASKS[4], "without limits", "first factor"),
        (slope_at_the_average, outputs.TASKS[4], "Right on", "limits"),
        (a_little_above_the_bar, softmax.TASKS[1], "not to the last digits", "powers"),
        (e_by_hand, softmax.TASKS[1], "powers of 2.71828,|e = 2.71828183", "digits only"),
        (a_little_below_the_bar, softmax.TASKS[1], "not to the last digits", "places"),
        (one_exponential_twice, softmax.TASKS[1], "sum of all four numbers", "they sum to 1."),
        (limited_scores, softmax.TASKS[1], "Two different scores|limited", "added"),
        (row_by_row_below_one_largest, softmax.TASKS[2], "row by itself|shape (N,)", "sums to"),
        (below_one_largest, softmax.TASKS[2], "the scores -1000, -1001|infinite", "sums to"),
        (limited_exponentials, softmax.TASKS[2], "1000 and 999|keeps them", "nan"),
        (nearest_mean(with_a_factor), softmax.TASKS[5], "2 x·c − 0.5 |c|²", "middles"),
        (nearest_mean(of_directions), softmax.TASKS[5], "nan arises", "sum must"),
        (
            nearest_mean(rightly, lambda X, X_new: X_new - X.mean(axis=0)),
            softmax.TASKS[5],
            "x is taken as it comes",
            "your biases",
        ),
        (hardly_trained, outputs.TASKS[5], "(265,), 1.52 and 0.75", "set after"),
        (shares_of_distances, softmax.TASKS[5], "get smaller as the distance", "weights|biases"),
        (positions_from_labels, losses.LOGISTIC_LOSS, "no positions in `a`", "astype"),
        (label_0_with_an_exponential, losses.LOGISTIC_LOSS, "y = 1 are right|of 1 − a", "of a."),
        (other_rows, losses.COST_IN_TWO_CODINGS, "A[0, 1] and A[0, 2] here|A[1, 1]", "Both"),
        (smoothed_labels, losses.COST_GRADIENTS, "than A − Y|-0.459,|-0.559,", "is right"),
        (sizes_of_features, losses.COST_GRADIENTS, "those of X|[0.5, 1.2, 0.3]", "errors /"),
        (of_other_examples, losses.COST_GRADIENTS, "∂J/∂b is right|(l, k)", "Both|other"),
        (of_opposite_logits, losses.LOGIT_GRADIENT, "than softmax(Z). In row 1", "add up"),
        (labels_in_reverse, losses.DOUBLE_SUM_COST, "[0, 1] and [1, 2]|[0, 2] and [1, 1]", "added"),
        (
            short_cut_beyond_700,
            stability.CROSS_ENTROPY_FROM_LOGITS,
            "In row 0|largest logit alone|here 0.127",
            "clipped",
        ),
        (every_other_example, losses.DOUBLE_SUM_COST, "divided by m: 0. Number 1|is 1,", "0 here"),
        (no_gradient_where_right, losses.LOGIT_GRADIENT, "Row 0|is 0.61 and not 1", "signs"),
        (no_loss_where_right, stability.CROSS_ENTROPY_FROM_LOGITS, "your loss is 0.|0.3133", "sum"),
        (equal_logits_once, stability.LOGSUMEXP, "1 of the 4|Logits that are equal", "alone"),
        (
            unsafe_for_label_1,
            stability.LOGISTIC_LOSS_FROM_LOGITS,
            "For y = 1 and z = -1000|e to the 1000 overflows",
            "first inf",
        ),
        (
            by_one_probability,
            stability.LOGISTIC_LOSS_FROM_LOGITS,
            "For y = 0 and z = 50|stored as 1|first inf",
            "overflows",
        ),
        (no_answer_below_a_half, stability.READ_LOGITS, "Row 2|answer is -1|none of the", "709"),
        (nan_as_0, stability.READ_LOGITS, "probability is 0 in|beyond 709", "none of the"),
        (second_largest, stability.READ_LOGITS, "row 0|that of class 1", "1/N"),
        (
            without_class_0,
            stability.CROSS_ENTROPY_FROM_LOGITS,
            "row 0|the exponential of 2, the logit of class 0, is missing",
            "true class",
        ),
        (
            from_the_right,
            stability.CROSS_ENTROPY_FROM_LOGITS,
            "row 0|class 0 is subtracted|the label is 2",
            "missing",
        ),
        (shifted_where_it_overflows, stability.LOGSUMEXP, "-inf|below -746", "overflows. "),
        (nothing_at_0, stability.LOGISTIC_LOSS_FROM_LOGITS, "For z = 0 your loss is 0.", "y = 1"),
        (probabilities_and_classes_from_1, stability.READ_LOGITS, "second part|from 0", "none"),
    ],
)
def test_what_is_said_and_what_is_not(answer, of, words, untrue):
    said = wrong(answer, of).diagnosis
    assert [word for word in words.split("|") if word not in said] == [], said
    assert [word for word in untrue.split("|") if word in said] == [], said
