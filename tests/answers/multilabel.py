"""Right answers to the exercises of lesson 7, written in ways that differ from the references."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit
from sklearn import metrics
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC

from helpers import comparison
from helpers.activations import sigmoid
from helpers.losses import BinaryCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import Adam

tf = comparison.tensorflow()  # here, so that its import takes none of a check's time

# The syllabus's rows that these exercises cover, and by which tasks.
ROWS = {
    20: (
        "labels_from_logits",
        "multilabel_cost",
        "macro_and_micro_f1",
        "choose_thresholds",
        "multilabel_model",
        "answer_strips",
    )
}

# --- labels from logits ---------------------------------------------------------------------------


def labels_by_loops(z, thresholds):
    labels = np.zeros(z.shape, dtype=int)
    for i in range(len(z)):
        for j in range(z.shape[1]):
            if 1 / (1 + np.exp(-z[i, j])) > thresholds[j]:
                labels[i, j] = 1
    return labels


def labels_by_logits_of_thresholds(z, thresholds):
    return np.where(z > logit(thresholds), 1, 0)


def labels_by_tensorflow(z, thresholds):
    return tf.cast(tf.sigmoid(z) > tf.constant(thresholds, dtype=z.dtype), tf.int32)


def labels_as_lists_of_truths(z, thresholds):
    return (sigmoid(z) > thresholds).tolist()


def labels_by_scipy(z, thresholds):
    return np.stack([expit(z[:, j]) > t for j, t in enumerate(thresholds)], axis=1).astype("int8")


# --- cost -----------------------------------------------------------------------------------------


def cost_of_lesson_5(y, z):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def cost_by_logaddexp(y, z):
    signs = 1 - 2 * y
    return np.logaddexp(0, signs * z).sum() / z.size


def cost_by_loops(y, z):
    total = 0.0
    for row_y, row_z in zip(y, z, strict=True):
        for label, logit_ in zip(row_y, row_z, strict=True):
            t = -float(logit_) if label == 1 else float(logit_)
            total += t + np.log1p(np.exp(-t)) if t > 0 else np.log1p(np.exp(t))
    return total / z.size


def cost_by_tensorflow(y, z):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(y, z.dtype), z))


def cost_by_keras_in_single_precision(y, z):
    return float(comparison.keras().losses.BinaryCrossentropy(from_logits=True)(y, z))


# --- macro and micro F1 ---------------------------------------------------------------------------


def f1_by_scikit_learn(y, answers):
    return [
        metrics.f1_score(y, answers, average=average, zero_division=0)
        for average in ("macro", "micro")
    ]


def f1_by_loops(y, answers):
    scores, all_TP, all_wrong = [], 0, 0
    for j in range(y.shape[1]):
        TP = wrong = 0
        for true, said in zip(y[:, j], answers[:, j], strict=True):
            TP += int(true and said)
            wrong += int(true != said)
        scores.append(2 * TP / (2 * TP + wrong) if TP else 0.0)
        all_TP, all_wrong = all_TP + TP, all_wrong + wrong
    micro = 2 * all_TP / (2 * all_TP + all_wrong) if all_TP else 0.0
    return sum(scores) / len(scores), micro


def f1_by_einsum(y, answers):
    TP = np.einsum("mn,mn->n", y, answers)
    yes = y.sum(axis=0) + answers.sum(axis=0)
    macro = np.divide(2 * TP, yes, out=np.zeros(len(TP)), where=yes > 0).mean()
    return np.array([macro, 2 * TP.sum() / max(yes.sum(), 1)])


def f1_by_precision_and_recall(y, answers):
    def f1(y, answers):
        TP = (y * answers).sum()
        if TP == 0:
            return 0.0
        precision, recall = TP / answers.sum(), TP / y.sum()
        return 2 * precision * recall / (precision + recall)

    return float(np.mean([f1(*pair) for pair in zip(y.T, answers.T, strict=True)])), f1(y, answers)


# --- thresholds -----------------------------------------------------------------------------------


def thresholds_by_loops(y, a, candidates):
    best = []
    for j in range(y.shape[1]):
        best_f1, best_threshold = -1.0, None
        for threshold in candidates:
            said = a[:, j] > threshold
            TP = np.sum(said & (y[:, j] == 1))
            f1 = 2 * TP / max(said.sum() + y[:, j].sum(), 1)
            if f1 > best_f1:
                best_f1, best_threshold = f1, threshold
        best.append(best_threshold)
    return np.array(best)


def thresholds_by_broadcasting(y, a, candidates):
    said = a[np.newaxis] > candidates[:, np.newaxis, np.newaxis]
    TP = (said & (y == 1)).sum(axis=1)
    f1 = 2 * TP / np.maximum(said.sum(axis=1) + y.sum(axis=0), 1)
    return np.take(candidates, f1.argmax(axis=0))


def thresholds_by_scikit_learn(y, a, candidates):
    def best(truth, p):
        return max(
            candidates,
            key=lambda t: (metrics.f1_score(truth, (p > t).astype(int), zero_division=0), -t),
        )

    return np.array([best(y[:, j], a[:, j]) for j in range(y.shape[1])])


# --- the head in Keras ----------------------------------------------------------------------------


def model_by_add(n, N):
    k = comparison.keras()
    model = k.Sequential()
    model.add(k.layers.Dense(32, activation="tanh"))
    model.add(k.layers.Dense(N, activation="linear"))
    model.compile(
        "sgd",
        loss=k.losses.BinaryCrossentropy(from_logits=True),
        metrics=["accuracy", k.metrics.BinaryAccuracy(threshold=0)],
    )
    return model


def model_by_functions(n, N):
    k = comparison.keras()

    def loss(y, z):
        y = tf.cast(y, z.dtype)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, z), axis=-1)

    def right(y, z):
        return tf.reduce_mean(tf.cast((z > 0) == (y > 0.5), tf.float32), axis=-1)

    inputs = k.Input((n,))
    hidden = k.layers.Dense(16, activation="relu", kernel_regularizer="l2")(inputs)
    model = k.Model(inputs, k.layers.Dense(N)(hidden))
    model.compile(optimizer="adam", loss=loss, metrics=[right])
    return model


def model_without_hidden_layer(n, N):
    k = comparison.keras()
    model = k.Sequential([k.Input((n,)), k.layers.Dense(N)])
    model.compile(
        loss=lambda y, z: k.losses.binary_crossentropy(y, z, from_logits=True),
        metrics=[k.metrics.BinaryAccuracy("right", threshold=0.0)],
    )
    return model


def model_of_a_class(n, N):
    k = comparison.keras()

    class Labels(k.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.head = k.layers.Dense(8, activation="relu"), k.layers.Dense(N)

        def call(self, X):
            return self.head(self.hidden(X))

    model = Labels()
    model.compile(
        "adam",
        k.losses.BinaryCrossentropy(from_logits=True),
        weighted_metrics=[k.metrics.BinaryAccuracy(threshold=0.0)],
    )
    return model


def model_with_activations_as_layers(n, N):
    k = comparison.keras()
    layers = [k.layers.Dense(8), k.layers.ReLU(), k.layers.Dense(N), k.layers.Activation("linear")]
    model = k.Sequential([k.Input((n,)), *layers])
    model.compile(
        loss=k.losses.BinaryCrossentropy(from_logits=True),
        metrics=[k.metrics.F1Score(), k.metrics.BinaryAccuracy(threshold=0.0)],
    )
    return model


# --- open: strips ---------------------------------------------------------------------------------


def strips_at_one_half(train, validation, X):
    model = Sequential([Dense(64, activation="relu"), Dense(3)], seed=4)
    model.compile(Adam(0.003), BinaryCrossentropy(from_logits=True))
    model.fit(train.X, train.y, epochs=20)
    return (model.predict(X) > 0).astype(float)


def strips_by_three_networks(train, validation, X):
    columns = []
    for j in range(train.y.shape[1]):
        model = Sequential([Dense(32, activation="relu"), Dense(1, activation="sigmoid")], seed=j)
        model.compile(Adam(0.005), BinaryCrossentropy())
        model.fit(train.X, train.y[:, j], epochs=15)
        columns.append(model.predict(X)[:, 0] > 0.5)
    return np.column_stack(columns)


def strips_by_scikit_learn(train, validation, X):
    return OneVsRestClassifier(SVC(C=10)).fit(train.X, train.y).predict(X)


RIGHT = {
    "labels_from_logits": (
        labels_by_loops,
        labels_by_logits_of_thresholds,
        labels_by_tensorflow,
        labels_by_scipy,
        labels_as_lists_of_truths,
    ),
    "multilabel_cost": (
        cost_of_lesson_5,
        cost_by_logaddexp,
        cost_by_loops,
        cost_by_tensorflow,
        cost_by_keras_in_single_precision,
    ),
    "macro_and_micro_f1": (
        f1_by_scikit_learn,
        f1_by_loops,
        f1_by_einsum,
        f1_by_precision_and_recall,
    ),
    "choose_thresholds": (
        thresholds_by_loops,
        thresholds_by_broadcasting,
        thresholds_by_scikit_learn,
    ),
    "multilabel_model": (
        model_by_add,
        model_by_functions,
        model_without_hidden_layer,
        model_of_a_class,
        model_with_activations_as_layers,
    ),
    "answer_strips": (strips_at_one_half, strips_by_three_networks, strips_by_scikit_learn),
}
