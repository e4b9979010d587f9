"""Right answers to the exercises of lesson 5."""

from __future__ import annotations

import functools
import math

import numpy as np
import scipy.special
import sklearn.linear_model
import tensorflow as tf

from helpers.comparison import to_keras
from helpers.losses import SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential

keras = tf.keras

# The syllabus's rows that these exercises cover, and by which tasks.
ROWS = {
    16: (
        "logsumexp",
        "cross_entropy_from_logits",
        "logistic_loss_from_logits",
        "logit_classifier",
        "relearn",
    ),
    17: ("logit_classifier", "read_logits"),
}


def logsumexp_loop(Z):
    result = np.empty(len(Z))
    for i, row in enumerate(Z):
        largest = max(row)
        result[i] = largest + math.log(sum(math.exp(z - largest) for z in row))
    return result


def cross_entropy_loop(y, Z):
    losses = []
    for label, row in zip(y, Z.astype(float), strict=True):
        s = sum(math.exp(z - row.max()) for k, z in enumerate(row) if k != row.argmax())
        losses.append(row.max() - row[label] + math.log1p(s))
    return np.array(losses)


def cross_entropy_shifted(y, Z):
    shifted = Z - np.max(Z, axis=1)[:, None]
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[range(len(y)), y]


def logistic_loss_loop(y, z):
    losses = []
    for label, logit in zip(y, z, strict=True):
        against = -float(logit) if label == 1 else float(logit)
        losses.append(
            against + math.log1p(math.exp(-against))
            if against > 0
            else math.log1p(math.exp(against))
        )
    return np.array(losses)


def sequential(num_features, num_classes):
    model = keras.Sequential()
    model.add(keras.layers.Input(shape=(num_features,)))
    model.add(keras.layers.Dense(num_classes, activation="linear", kernel_initializer="zeros"))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def functional(num_features, num_classes):
    inputs = keras.Input((num_features,))
    hidden = keras.layers.Dense(5, activation="relu")(inputs)
    outputs = keras.layers.Activation("linear")(keras.layers.Dense(num_classes)(hidden))
    model = keras.Model(inputs, outputs)
    loss = functools.partial(keras.losses.sparse_categorical_crossentropy, from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss)
    return model


def without_input(num_features, num_classes):
    model = keras.Sequential([keras.layers.Dense(num_classes)])
    model.compile(
        loss=lambda y, z: tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(y, tf.int64), z)
    )
    return model


def own_class(num_features, num_classes):
    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.logits = keras.layers.Dense(num_classes)

        def call(self, inputs):
            return self.logits(inputs)

    class Loss(keras.losses.SparseCategoricalCrossentropy):
        pass

    model = Classifier()
    model.compile("adam", Loss(from_logits=True))
    return model


def twin(num_features, num_classes):
    model = Sequential([Dense(num_classes)])
    model.build(num_features)
    model.compile("sgd", SparseCategoricalCrossentropy(from_logits=True))
    return to_keras(model)


def read_by_one_over_sum(Z):
    answers = np.argmax(Z, axis=-1)
    return answers, 1 / np.exp(Z - Z.max(axis=-1, keepdims=True)).sum(axis=-1)


def read_in_tensorflow(Z):
    return tf.argmax(Z, axis=1), tf.reduce_max(tf.nn.softmax(Z), axis=1)


def read_loop(Z):
    answers, certainty = [], []
    for row in Z:
        a = scipy.special.softmax(row)
        answers.append(int(np.argmax(a)))
        certainty.append(float(a[answers[-1]]))
    return np.array(answers), np.array(certainty)


def relearn_scaled(X, y, W, b):
    """With scaled pixels: the same logits, by another way."""
    X, W, b = X / 16, W * 16, b.copy()
    for _ in range(80):
        errors = scipy.special.softmax(X @ W + b, axis=1)
        errors[np.arange(len(y)), y] -= 1
        W = W - 200.0 * X.T @ errors / len(y)
        b -= errors.mean(axis=0)
    return W / 16, b


def relearn_in_tensorflow(X, y, W, b):
    """With Adam and automatic differentiation of the fused loss."""
    W, b = tf.Variable(W), tf.Variable(b)
    optimizer = keras.optimizers.Adam(1.0)
    for _ in range(40):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, tf.matmul(X, W) + b)
            cost = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(cost, [W, b]), [W, b])
    return W, b


def relearn_from_scratch(X, y, W, b):
    """Forgetting the old weights is a solution, too."""
    model = sklearn.linear_model.LogisticRegression(tol=1e-2).fit(X, y)
    return model.coef_.T, model.intercept_


RIGHT = {
    "logsumexp": (
        logsumexp_loop,
        lambda Z: scipy.special.logsumexp(Z, axis=1),
        lambda Z: tf.reduce_logsumexp(Z, axis=1),
        lambda Z: np.logaddexp.reduce(Z, axis=1),
    ),
    "cross_entropy_from_logits": (
        cross_entropy_loop,
        cross_entropy_shifted,
        lambda y, Z: tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z),
        lambda y, Z: -scipy.special.log_softmax(Z, axis=1)[np.arange(len(y)), y],
        # Keras's class computes in single precision, whatever it is given.
        keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None),
    ),
    "logistic_loss_from_logits": (
        logistic_loss_loop,
        lambda y, z: np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z)),
        lambda y, z: tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(y, z.dtype), z),
        lambda y, z: -scipy.special.log_expit((2 * y - 1) * z),
        lambda y, z: keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)(
            y[:, None], z[:, None]
        ),
    ),
    "logit_classifier": (sequential, functional, without_input, own_class, twin),
    "read_logits": (
        read_by_one_over_sum,
        read_in_tensorflow,
        read_loop,
        lambda Z: (Z.argmax(1), np.exp(Z.max(1) - scipy.special.logsumexp(Z, axis=1))),
    ),
    "relearn": (relearn_scaled, relearn_in_tensorflow, relearn_from_scratch),
}
