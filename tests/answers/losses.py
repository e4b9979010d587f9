"""Right answers to the exercises of lesson 4."""

from __future__ import annotations

import math

import numpy as np
import scipy.optimize
import scipy.special
import sklearn.metrics
import tensorflow as tf

from helpers import losses

# The syllabus's rows that these exercises cover, and by which tasks.
ROWS = {
    12: ("logistic_loss",),
    13: ("double_sum_cost", "cost_in_two_codings"),
    14: ("logit_gradient", "cost_gradients", "wrong_gradients"),
    15: ("cost_in_two_codings",),
}


def logistic_loss_loop(y, a):
    result = []
    for label, p in zip(y, a, strict=True):
        result.append(-math.log(p) if label == 1 else -math.log(1 - p))
    return np.array(result)


def double_sum_cost_loop(y, Z):
    m, N = Z.shape
    total = 0.0
    for i in range(m):
        for j in range(N):
            if y[i] == j:
                total += math.log(math.exp(Z[i, j]) / sum(math.exp(Z[i, k]) for k in range(N)))
    return -total / m


def double_sum_cost_by_scikit(y, Z):
    labels = list(range(Z.shape[1]))
    return sklearn.metrics.log_loss(y, scipy.special.softmax(Z, axis=1), labels=labels)


def two_codings_einsum(y, A):
    m, N = A.shape
    Y = np.zeros((m, N))
    for i in range(m):
        Y[i, y[i]] = 1.0
    return [
        -np.einsum("ij,ij->", Y, np.log(A)) / m,
        np.mean([-math.log(A[i, y[i]]) for i in range(m)]),
    ]


def two_codings_tensorflow(y, A):
    Y = tf.one_hot(y, A.shape[1], dtype=tf.float64)
    one_hot = tf.reduce_mean(tf.keras.losses.categorical_crossentropy(Y, A))
    return one_hot, -tf.reduce_mean(tf.math.log(tf.gather(A, y, batch_dims=1)))


def two_codings_array(y, A):
    one_hot = -(np.log(A) * (np.arange(A.shape[1]) == y[:, None])).sum() / len(A)
    return np.array([one_hot, -np.log(np.take_along_axis(A, y[:, None], 1)).mean()])


def logit_gradient_subtracting(y, Z):
    A = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    A[np.arange(len(y)), y] -= 1
    return A


def logit_gradient_chain_rule(y, Z):
    rows = []
    for label, z in zip(y, Z, strict=True):
        a = scipy.special.softmax(z.astype(float))
        jacobian = np.diag(a) - np.outer(a, a)
        dL_da = np.zeros(len(a))
        dL_da[label] = -1 / a[label]
        rows.append(dL_da @ jacobian)
    return np.stack(rows)


def logit_gradient_tape(y, Z):
    Z = tf.constant(Z)
    with tf.GradientTape() as tape:
        tape.watch(Z)
        cost = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    return tape.gradient(cost, Z)


def cost_gradients_loop(X, y, W, b):
    m, n = X.shape
    dJ_dW, dJ_db = np.zeros((n, len(b))), np.zeros(len(b))
    for i in range(m):
        error = scipy.special.softmax(X[i] @ W + b)
        error[y[i]] -= 1
        dJ_dW += np.outer(X[i], error) / m
        dJ_db += error / m
    return dJ_dW, dJ_db


def cost_gradients_einsum(X, y, W, b):
    errors = scipy.special.softmax(np.einsum("il,lk->ik", X, W) + b, axis=1) - np.eye(len(b))[y]
    return [np.einsum("il,ik->lk", X, errors) / len(X), np.einsum("ik->k", errors) / len(X)]


def cost_gradients_tape(X, y, W, b):
    W, b = tf.Variable(W), tf.Variable(b)
    with tf.GradientTape() as tape:
        Z = tf.matmul(X, W) + b
        cost = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z))
    return tape.gradient(cost, (W, b))


def central(cost, W, h=1e-5):
    slopes = np.zeros_like(W)
    for index in np.ndindex(W.shape):
        old = W[index]
        W[index] = old + h
        above = cost(W)
        W[index] = old - h
        slopes[index] = (above - cost(W)) / (2 * h)
        W[index] = old
    return slopes


def wrong_gradients_allclose(cost, W, claims):
    slopes = central(cost, W.copy(), 1e-6)
    return [not np.allclose(claim, slopes, rtol=1e-5, atol=1e-7) for claim in claims]


def wrong_gradients_norm(cost, W, claims):
    slopes = central(cost, W.copy(), 1e-4)
    distance = [np.linalg.norm(claim - slopes) for claim in claims]
    return np.array(distance) / np.linalg.norm(slopes) > 1e-5


def wrong_gradients_scipy(cost, W, claims):
    """One-sided differences, with a limit that fits them."""
    slopes = scipy.optimize.approx_fprime(W.ravel(), lambda w: cost(w.reshape(W.shape)), 1e-7)
    difference = np.abs(claims - slopes.reshape(W.shape)).max(axis=(1, 2))
    return (difference / np.abs(slopes).max() > 1e-4).astype(int)


def wrong_gradients_in_directions(cost, W, claims):
    """Without all the slopes: in random directions a wrong gradient predicts the wrong change."""
    rng, verdicts = np.random.default_rng(0), []
    directions = rng.choice([-1.0, 1.0], size=(8, *W.shape))
    changes = [(cost(W + 1e-5 * d) - cost(W - 1e-5 * d)) / 2e-5 for d in directions]
    for claim in claims:
        predicted = [np.sum(claim * d) for d in directions]
        verdicts.append(not np.allclose(predicted, changes, rtol=1e-5, atol=1e-6))
    return np.array(verdicts)


RIGHT = {
    "logistic_loss": (
        logistic_loss_loop,
        lambda y, a: -np.log(np.where(y == 1, a, 1 - a)),
        lambda y, a: -y * np.log(a) - (1 - y) * np.log(1 - a),
        lambda y, a: -(scipy.special.xlogy(y, a) + scipy.special.xlog1py(1 - y, -a)),
        lambda y, a: tf.keras.losses.binary_crossentropy(
            tf.cast(y, a.dtype)[:, None], tf.constant(a)[:, None]
        ),
        lambda y, a: -np.log(np.abs(1 - y - a)),
        # Keras's class computes in single precision, whatever it is given.
        lambda y, a: tf.keras.losses.BinaryCrossentropy(reduction=None)(y[:, None], a[:, None]),
    ),
    "double_sum_cost": (
        double_sum_cost_loop,
        double_sum_cost_by_scikit,
        lambda y, Z: float(np.mean(scipy.special.logsumexp(Z, axis=1) - Z[np.arange(len(y)), y])),
        lambda y, Z: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z)),
    ),
    "cost_in_two_codings": (
        two_codings_einsum,
        two_codings_tensorflow,
        two_codings_array,
        lambda y, A: 2 * (losses.sparse_categorical_crossentropy(y, A).mean(),),
    ),
    "logit_gradient": (
        logit_gradient_subtracting,
        logit_gradient_chain_rule,
        logit_gradient_tape,
        lambda y, Z: scipy.special.softmax(Z, axis=1) - np.eye(Z.shape[1])[y],
    ),
    "cost_gradients": (cost_gradients_loop, cost_gradients_einsum, cost_gradients_tape),
    "wrong_gradients": (
        wrong_gradients_allclose,
        wrong_gradients_norm,
        wrong_gradients_scipy,
        wrong_gradients_in_directions,
    ),
}
