"""Right answers to the exercises of lesson 3."""

from __future__ import annotations

import math

import numpy as np
import scipy.special
import tensorflow as tf

# The syllabus's rows that these exercises cover, and by which tasks.
ROWS = {
    9: ("count_parameters", "softmax_of_four", "softmax", "nearest_mean_probabilities"),
    10: ("logistic_from_softmax",),
    11: ("softmax_jacobian",),
}


def count_in_keras(n, num_classes):
    layer = tf.keras.layers.Dense(num_classes, activation="softmax")
    layer.build((None, n))
    return layer.count_params()


def count_one_by_one(n, num_classes):
    count = 0
    for _ in range(num_classes):
        for _ in range(n):
            count += 1
        count += 1
    return count


def four_lines(z0, z1, z2, z3):
    bottom = math.exp(z0) + math.exp(z1) + math.exp(z2) + math.exp(z3)
    return (
        math.exp(z0) / bottom,
        math.exp(z1) / bottom,
        math.exp(z2) / bottom,
        math.exp(z3) / bottom,
    )


def four_by_their_odds(z0, z1, z2, z3):
    z = [z0, z1, z2, z3]
    return [1 / sum(math.exp(other - own) for other in z) for own in z]


def softmax_row_by_row(z):
    a = np.empty(z.shape, dtype=float)
    for index in np.ndindex(z.shape[:-1]):
        row = [float(score) for score in z[index]]
        exponentials = [math.exp(score - max(row)) for score in row]
        a[index] = [e / math.fsum(exponentials) for e in exponentials]
    return a


def softmax_by_einsum(z):
    e = np.exp(z - np.max(z, -1)[..., None])
    return np.einsum("...j,...->...j", e, 1 / np.einsum("...j->...", e))


def softmax_by_logsumexp(z):
    return np.exp(z - scipy.special.logsumexp(z, axis=-1, keepdims=True))


def softmax_log_sum(z):
    return np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1))


def softmax_in_place_of_a_copy(z):
    a = np.array(z, dtype=np.float64)
    a -= a.max(axis=-1, keepdims=True)
    np.exp(a, out=a)
    a /= a.sum(axis=-1, keepdims=True)
    return a


def logistic_from_scores(W, b):
    """Ask the scores themselves, at the origin and at the unit vectors."""

    def difference(x):
        z = x @ W + b
        return z[1] - z[0]

    origin = difference(np.zeros(len(W)))
    w = np.array([difference(x) - origin for x in np.eye(len(W))])
    return w, origin


def logistic_by_product(W, b):
    sign = np.array([-1, 1])
    return W @ sign, b @ sign


def jacobian_by_loops(a):
    J = np.zeros((len(a), len(a)))
    for j in range(len(a)):
        for k in range(len(a)):
            J[j, k] = a[j] * (1 - a[j]) if j == k else -a[j] * a[k]
    return J


def jacobian_by_differentiation(a):
    z = tf.Variable(np.log(a.astype(np.float64)))
    with tf.GradientTape() as tape:
        probabilities = tf.nn.softmax(z)
    return tape.jacobian(probabilities, z)


def jacobian_by_einsum(a):
    return np.einsum("j,jk->jk", a, np.eye(a.size) - a)


def probabilities_by_distance(X, y, X_new):
    """Leave the term in that softmax does not see."""
    c = np.array([X[y == label].mean(axis=0) for label in np.unique(y)])
    squares = ((X_new[:, np.newaxis, :] - c) ** 2).sum(axis=2)
    return scipy.special.softmax(-squares / 2, axis=1)


def probabilities_by_one_hot(X, y, X_new):
    belongs = np.eye(y.max() + 1)[y]
    c = (belongs.T @ X) / belongs.sum(axis=0)[:, None]
    return tf.nn.softmax(X_new @ c.T - 0.5 * np.einsum("jn,jn->j", c, c))


def probabilities_by_loops(X, y, X_new):
    c = [X[y == j].mean(axis=0) for j in range(y.max() + 1)]
    rows = []
    for x in X_new:
        z = [float(np.dot(middle, x) - np.dot(middle, middle) / 2) for middle in c]
        rows.append(softmax_row_by_row(np.array(z)))
    return np.array(rows)


RIGHT = {
    "count_parameters": (
        lambda n, num_classes: n * num_classes + num_classes,
        lambda n, num_classes: (n + 1) * num_classes,
        count_in_keras,
        count_one_by_one,
        lambda n, num_classes: np.zeros((n, num_classes)).size + np.zeros(num_classes).size,
    ),
    "softmax_of_four": (
        four_lines,
        four_by_their_odds,
        lambda z0, z1, z2, z3: scipy.special.softmax([z0, z1, z2, z3]),
        lambda *z: tf.nn.softmax(tf.cast(z, tf.float64)),
    ),
    "softmax": (
        softmax_row_by_row,
        softmax_by_einsum,
        softmax_by_logsumexp,
        softmax_in_place_of_a_copy,
        lambda z: scipy.special.softmax(z, axis=-1),
        lambda z: tf.keras.ops.softmax(z * 1.0),
        lambda z: (np.exp(z - z.max(-1)[..., None] - softmax_log_sum(z)[..., None])).tolist(),
        lambda z: tf.nn.softmax(tf.cast(z, tf.float64)),
    ),
    "logistic_from_softmax": (
        lambda W, b: (W[:, 1] - W[:, 0], b[1] - b[0]),
        logistic_from_scores,
        logistic_by_product,
        lambda W, b: [[row[1] - row[0] for row in W], b[1] - b[0]],
        lambda W, b: (np.diff(W)[:, 0], float(np.diff(b)[0])),
        lambda W, b: [tf.constant(W[:, 1] - W[:, 0]), tf.constant(b[1] - b[0])],
    ),
    "softmax_jacobian": (
        lambda a: np.diag(a) - np.outer(a, a),
        jacobian_by_loops,
        jacobian_by_einsum,
        jacobian_by_differentiation,
        lambda a: a[:, np.newaxis] * (np.eye(len(a)) - a),
        lambda a: [[p * ((j == k) - q) for k, q in enumerate(a)] for j, p in enumerate(a)],
        lambda a: tf.linalg.diag(a) - a[:, None] * a[None, :],
    ),
    "nearest_mean_probabilities": (
        probabilities_by_distance,
        probabilities_by_one_hot,
        probabilities_by_loops,
    ),
}
