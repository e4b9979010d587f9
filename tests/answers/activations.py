"""Right answers to the exercises of lesson 1."""

from __future__ import annotations

import math

import numpy as np
import scipy.special
import tensorflow as tf

from helpers import activations

# The syllabus's rows that these exercises cover, and by which tasks.
ROWS = {
    1: ("collapse",),
    2: ("sigmoid", "slopes"),
    3: ("slopes",),
    4: ("dead_units",),
    5: ("leaky_relu",),
    6: ("hinges",),
}


def sigmoid_by_loop(z):
    a = np.empty(z.shape)
    for index, value in np.ndenumerate(z):
        a[index] = 1 / (1 + math.exp(-value))
    return a


def slopes_by_tape(z):
    z = tf.constant(z, tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        a, t = tf.sigmoid(z), tf.tanh(z)
    return tape.gradient(a, z), tape.gradient(t, z)


def slopes_by_exponentials(z):
    e = np.exp(-z)
    return e / (1 + e) ** 2, 1 / np.cosh(z) ** 2


def leaky_relu_in_place(z, negative_slope):
    a = z.astype(float)
    slope = np.ones_like(a)
    a[z <= 0] *= negative_slope
    slope[z <= 0] = negative_slope
    return a, slope


def leaky_relu_by_lists(z, negative_slope):
    a = [value if value > 0 else negative_slope * value for value in z.ravel()]
    slope = [1.0 if value > 0 else negative_slope for value in z.ravel()]
    return np.reshape(a, z.shape), np.reshape(slope, z.shape)


def collapse_by_probing(W1, b1, W2, b2):
    def both(X):
        return (X @ W1 + b1) @ W2 + b2

    b = both(np.zeros(len(W1)))
    return both(np.eye(len(W1))) - b, b


def hinges_by_loop(x, y):
    c, v, before = [], [], 0.0
    for k in range(len(x) - 1):
        slope = (y[k + 1] - y[k]) / (x[k + 1] - x[k])
        c.append(x[k])
        v.append(slope - before)
        before = slope
    return np.array(c), np.array(v), y[0]


def hinges_by_least_squares(x, y):
    c = x[:-1]
    design = np.column_stack([np.maximum(0, x[:, None] - c), np.ones_like(x)])
    weights = np.linalg.solve(design, y)
    return c, weights[:-1], weights[-1]


def hinges_by_matrix(x, y):
    slope = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    before = np.concatenate([[0.0], slope[:-1]])
    return tf.constant(x[:-1]), tf.constant(slope - before), float(y[0])


def dead_units_by_loop(model, X):
    dead = 0
    for unit in range(model.layers[0].units):
        fires = False
        for row in X:
            z = row @ model.layers[0].kernel[:, unit] + model.layers[0].bias[unit]
            fires = fires or z > 0
            if fires:
                break
        dead += not fires
    return dead


def dead_units_as_a_set(model, X):
    fires = {int(unit) for _, unit in np.argwhere(model.activations(X)[0] > 0)}
    return np.float64(model.layers[0].units - len(fires))


def dead_units_by_tensorflow(model, X):
    z = tf.matmul(X, model.get_weights()[0]) + model.get_weights()[1]
    return tf.reduce_sum(tf.cast(tf.reduce_max(z, axis=0) <= 0, tf.int32))


RIGHT = {
    "sigmoid": (
        lambda z: 1 / (1 + np.exp(-z)),
        lambda z: np.exp(z) / (np.exp(z) + 1),
        lambda z: scipy.special.expit(z),
        lambda z: tf.sigmoid(tf.cast(z, tf.float64)),
        lambda z: 0.5 * (1 + np.tanh(z / 2)),
        lambda z: tf.keras.activations.sigmoid(z * 1.0),
        activations.sigmoid,
        sigmoid_by_loop,
    ),
    "slopes": (
        slopes_by_tape,
        slopes_by_exponentials,
        lambda z: [
            scipy.special.expit(z) * scipy.special.expit(-z),
            4 * scipy.special.expit(2 * z) * scipy.special.expit(-2 * z),
        ],
        lambda z: np.stack([1 / (2 + 2 * np.cosh(z)), 1 - np.tanh(z) ** 2]),
    ),
    "leaky_relu": (
        lambda z, negative_slope: (
            np.maximum(z, negative_slope * z),
            negative_slope + (1 - negative_slope) * (z > 0),
        ),
        leaky_relu_in_place,
        leaky_relu_by_lists,
        lambda z, s: (tf.keras.activations.leaky_relu(z, s), np.where(z > 0, 1, s)),
        lambda z, s: (
            tf.nn.leaky_relu(tf.cast(z, tf.float32), s),
            np.heaviside(z, 0) * (1 - s) + s,
        ),
    ),
    "collapse": (
        lambda W1, b1, W2, b2: (W1.dot(W2), b1.dot(W2) + b2),
        lambda W1, b1, W2, b2: [(W1 @ W2).tolist(), (W2.T @ b1 + b2).tolist()],
        lambda W1, b1, W2, b2: (
            np.einsum("ij,jk->ik", W1, W2),
            np.einsum("j,jk->k", b1, W2) + b2,
        ),
        lambda W1, b1, W2, b2: (tf.matmul(W1, W2), tf.linalg.matvec(W2, b1, transpose_a=True) + b2),
        collapse_by_probing,
    ),
    "hinges": (hinges_by_loop, hinges_by_least_squares, hinges_by_matrix),
    "dead_units": (
        lambda model, X: int((model.activations(X)[0].max(axis=0) == 0).sum()),
        lambda model, X: np.count_nonzero(model.activations(X)[0].sum(axis=0) == 0),
        lambda model, X: np.isclose(model.activations(X)[0], 0).all(axis=0).sum(),
        dead_units_by_loop,
        dead_units_as_a_set,
        dead_units_by_tensorflow,
    ),
}
