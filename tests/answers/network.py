"""Right answers to the exercises of lesson 6, written in ways that differ from the references."""

from __future__ import annotations

import math

import numpy as np
import scipy.special
import tensorflow as tf
from sklearn.linear_model import LogisticRegression

from helpers import comparison
from helpers.losses import BinaryCrossentropy, SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import SGD, Adam

# The syllabus's rows that these exercises cover, and by which tasks.
ROWS = {
    16: ("train_in_keras",),
    17: ("hidden_layer_forward", "train_in_keras"),
    18: (
        "gradient_descent_step",
        "train_one_epoch",
        "backpropagate",
        "train_in_keras",
        "tumour_probabilities",
    ),
}

# --- one step -------------------------------------------------------------------------------------


def step_as_in_the_notes(w, b, X, y, alpha):
    z = np.dot(X, w) + b
    f_x = scipy.special.expit(z)
    dj_dw = np.dot(X.T, f_x - y) / len(X)
    dj_db = np.mean(f_x - y)
    return w - alpha * dj_dw, b - alpha * dj_db


def step_by_loops(w, b, X, y, alpha):
    m, n = X.shape
    dj_dw, dj_db = [0.0] * n, 0.0
    for i in range(m):
        z = sum(w[j] * X[i, j] for j in range(n)) + b
        f = 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
        for j in range(n):
            dj_dw[j] += (f - y[i]) * X[i, j] / m
        dj_db += (f - y[i]) / m
    return np.array([w[j] - alpha * dj_dw[j] for j in range(n)]), b - alpha * dj_db


def step_by_automatic_differentiation(w, b, X, y, alpha):
    w, b = tf.Variable(w), tf.Variable(b, dtype=tf.float64)
    with tf.GradientTape() as tape:
        z = tf.linalg.matvec(tf.constant(X), w) + b
        losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(y, tf.float64), z)
        J = tf.reduce_mean(losses)
    dj_dw, dj_db = tape.gradient(J, [w, b])
    return [w - alpha * dj_dw, b - alpha * dj_db]


def step_with_a_column_of_ones(w, b, X, y, alpha):
    ones = np.c_[X, np.ones(len(X))]
    theta = np.r_[w, b]
    with np.errstate(over="ignore"):
        error = 1 / (1 + np.exp(-ones @ theta)) - y
    theta = theta - alpha * np.einsum("i,ij->j", error, ones) / len(X)
    return theta[:-1], theta[-1]


# --- one epoch ------------------------------------------------------------------------------------


def epoch_as_in_the_notes(w, b, X, y, alpha, batch_size):
    for i in range(0, len(X), batch_size):
        w, b = step_as_in_the_notes(w, b, X[i : i + batch_size], y[i : i + batch_size], alpha)
    return w, b


def epoch_by_counting(w, b, X, y, alpha, batch_size):
    for k in range(math.ceil(len(X) / batch_size)):
        rows = list(range(k * batch_size, min((k + 1) * batch_size, len(X))))
        w, b = step_by_loops(w, b, X[rows], y[rows], alpha)
    return w, b


def epoch_by_splitting(w, b, X, y, alpha, batch_size):
    cuts = np.arange(batch_size, len(X), batch_size)
    for some_X, some_y in zip(np.split(X, cuts), np.split(y, cuts), strict=True):
        w, b = step_with_a_column_of_ones(w, b, some_X, some_y, alpha)
    return w, b


def epoch_by_keras(w, b, X, y, alpha, batch_size):
    batches = tf.data.Dataset.from_tensor_slices((X, y)).batch(batch_size)
    for some_X, some_y in batches:
        w, b = step_by_automatic_differentiation(w, b, some_X, some_y, alpha)
    return w, b


# --- forward --------------------------------------------------------------------------------------


def forward_by_loops(X, W1, b1, W2, b2):
    Z2 = np.empty((len(X), len(b2)))
    for i, x in enumerate(X):
        hidden = [max(0.0, sum(x * W1[:, j]) + b1[j]) for j in range(len(b1))]
        for k in range(len(b2)):
            Z2[i, k] = sum(h * W2[j, k] for j, h in enumerate(hidden)) + b2[k]
    return Z2


def forward_with_a_mask(X, W1, b1, W2, b2):
    Z1 = np.einsum("ij,jk->ik", X, W1) + b1
    return np.einsum("ij,jk->ik", Z1 * (Z1 > 0), W2) + b2


def forward_in_place(X, W1, b1, W2, b2):
    A1 = np.dot(X, W1) + b1
    A1[A1 < 0] = 0
    return np.dot(A1, W2) + b2


# --- backward -------------------------------------------------------------------------------------


def backward_by_the_five_lines(X, y, W1, b1, W2, b2):
    m = len(X)
    A1 = np.tanh(X @ W1 + b1)
    Z2 = A1 @ W2 + b2
    dj_dz2 = scipy.special.softmax(Z2, axis=1)
    dj_dz2[np.arange(m), y] -= 1
    dj_dz2 /= m
    dj_dz1 = (dj_dz2 @ W2.T) / np.cosh(X @ W1 + b1) ** 2
    return X.T @ dj_dz1, dj_dz1.sum(axis=0), A1.T @ dj_dz2, dj_dz2.sum(axis=0)


def backward_one_example_at_a_time(X, y, W1, b1, W2, b2):
    total = [np.zeros_like(array) for array in (W1, b1, W2, b2)]
    for x, label in zip(X, y, strict=True):
        a1 = np.tanh(x @ W1 + b1)
        e = np.exp(a1 @ W2 + b2)
        dz2 = e / e.sum() - np.eye(len(b2))[label]
        dz1 = (W2 @ dz2) * (1 - a1 * a1)
        for array, part in zip(total, (np.outer(x, dz1), dz1, np.outer(a1, dz2), dz2), strict=True):
            array += part / len(X)
    return tuple(total)


def backward_by_automatic_differentiation(X, y, W1, b1, W2, b2):
    weights = [tf.Variable(array) for array in (W1, b1, W2, b2)]
    with tf.GradientTape() as tape:
        Z2 = tf.tanh(X @ weights[0] + weights[1]) @ weights[2] + weights[3]
        J = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, Z2))
    return tape.gradient(J, weights)


# --- Keras ----------------------------------------------------------------------------------------


def keras_as_in_the_lesson(X, y, start, learning_rate, epochs, batch_size):
    keras = comparison.keras()
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    model.set_weights(start)
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(X, y, epochs=epochs, batch_size=batch_size, shuffle=False, verbose=0)
    return model


def keras_with_an_optimizer_of_its_own(X, y, start, learning_rate, epochs, batch_size):
    keras = comparison.keras()

    class Descent(keras.optimizers.SGD):
        pass

    model = keras.Sequential([keras.layers.Dense(16), keras.layers.ReLU(), keras.layers.Dense(10)])
    model.build((None, 64))
    model.set_weights(start)
    model.compile(
        Descent(learning_rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    model.fit(X, y, batch_size, epochs, verbose=0, shuffle=False)
    return model


def keras_functional_and_one_hot(X, y, start, learning_rate, epochs, batch_size):
    keras = comparison.keras()
    inputs = keras.Input((64,))
    hidden = keras.layers.ReLU()(keras.layers.Dense(16)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(10, activation="linear")(hidden))
    model.set_weights(start)
    model.compile(
        keras.optimizers.SGD(learning_rate), keras.losses.CategoricalCrossentropy(from_logits=True)
    )
    model.fit(X, keras.utils.to_categorical(y, 10), batch_size, epochs, verbose=0, shuffle=False)
    return model


def keras_with_a_loop_of_its_own(X, y, start, learning_rate, epochs, batch_size):
    keras = comparison.keras()
    model = keras.Sequential([keras.layers.Dense(16, "relu"), keras.layers.Dense(10)])
    model.build((None, 64))
    model.set_weights(start)
    for _ in range(epochs):
        for i in range(0, len(X), batch_size):
            with tf.GradientTape() as tape:
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                    y[i : i + batch_size], model(X[i : i + batch_size])
                )
                J = tf.reduce_mean(losses)
            slopes = tape.gradient(J, model.trainable_variables)
            for variable, slope in zip(model.trainable_variables, slopes, strict=True):
                variable.assign_sub(learning_rate * slope)
    return model


def keras_by_to_keras(X, y, start, learning_rate, epochs, batch_size):
    network = Sequential([Dense(16, activation="relu"), Dense(10)])
    network.build(64)
    network.set_weights(start)
    network.compile(SGD(learning_rate), SparseCategoricalCrossentropy(from_logits=True))
    model = comparison.to_keras(network)
    model.fit(X, y, epochs=epochs, batch_size=batch_size, shuffle=False, verbose=0)
    return model


# --- tumours --------------------------------------------------------------------------------------


def tumours_by_descent(X, y, X_new):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(200):
        w, b = step_as_in_the_notes(w, b, X, y, 0.5)
    return scipy.special.expit(X_new @ w + b)


def tumours_by_scikit_learn(X, y, X_new):
    return LogisticRegression(C=0.5).fit(X, y).predict_proba(X_new)[:, 1]


def tumours_by_a_network(X, y, X_new):
    model = Sequential([Dense(16, activation="relu"), Dense(1)])
    model.compile(Adam(0.01), BinaryCrossentropy(from_logits=True))
    model.fit(X, y[:, None], epochs=10)
    return scipy.special.expit(model.predict(X_new).ravel())


def tumours_by_tensorflow(X, y, X_new):
    w, b = tf.zeros(30, tf.float64), tf.zeros((), tf.float64)
    for _ in range(100):
        error = tf.sigmoid(tf.linalg.matvec(X, w) + b) - y
        w -= tf.linalg.matvec(X, error, transpose_a=True) / len(X)
        b -= tf.reduce_mean(error)
    return tf.sigmoid(tf.linalg.matvec(X_new, w) + b)


RIGHT = {
    "gradient_descent_step": (
        step_as_in_the_notes,
        step_by_loops,
        step_by_automatic_differentiation,
        step_with_a_column_of_ones,
    ),
    "train_one_epoch": (
        epoch_as_in_the_notes,
        epoch_by_counting,
        epoch_by_splitting,
        epoch_by_keras,
    ),
    "hidden_layer_forward": (
        lambda X, W1, b1, W2, b2: tf.nn.relu(X @ W1 + b1) @ W2 + b2,
        lambda X, W1, b1, W2, b2: np.maximum(X @ W1 + b1, 0) @ W2 + b2,
        forward_by_loops,
        forward_with_a_mask,
        forward_in_place,
    ),
    "backpropagate": (
        backward_by_the_five_lines,
        backward_one_example_at_a_time,
        backward_by_automatic_differentiation,
    ),
    "train_in_keras": (
        keras_as_in_the_lesson,
        keras_functional_and_one_hot,
        keras_with_an_optimizer_of_its_own,
        keras_with_a_loop_of_its_own,
        keras_by_to_keras,
    ),
    "tumour_probabilities": (
        tumours_by_descent,
        tumours_by_scikit_learn,
        tumours_by_a_network,
        tumours_by_tensorflow,
    ),
}
