"""Right answers to the exercises of lesson 9, written in ways that differ from the references."""

from __future__ import annotations

import collections

import numpy as np
from scipy.special import log_softmax
from sklearn import metrics
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from helpers import comparison
from helpers.losses import SparseCategoricalCrossentropy
from helpers.network import Dense, Sequential
from helpers.optimizers import Adam

tf = comparison.tensorflow()  # here, so that its import takes none of a check's time

# The syllabus's rows that these exercises cover, and by which tasks.
ROWS = {
    22: (
        "baseline_accuracy",
        "scale_like_training",
        "confusion_matrix",
        "early_stopping",
        "worst_errors",
        "read_digits",
    )
}

# --- baseline -------------------------------------------------------------------------------------


def baseline_by_counter(y_train, y_new):
    counts = collections.Counter(sorted(y_train.tolist()))
    digit = counts.most_common(1)[0][0]
    return sum(label == digit for label in y_new.tolist()) / len(y_new)


def baseline_by_unique(y_train, y_new):
    labels, counts = np.unique(y_train, return_counts=True)
    return np.mean(y_new == labels[np.argmax(counts)])


def baseline_by_scikit_learn(y_train, y_new):
    X_train, X_new = np.zeros((len(y_train), 1)), np.zeros((len(y_new), 1))
    return DummyClassifier(strategy="most_frequent").fit(X_train, y_train).score(X_new, y_new)


# --- scaling --------------------------------------------------------------------------------------


def scaled_by_scikit_learn(X_train, X_new):
    scaler = StandardScaler().fit(X_train)
    return scaler.transform(X_train), scaler.transform(X_new)


def scaled_by_loops(X_train, X_new):
    scaled = [X_train.astype(float), X_new.astype(float)]
    for j in range(X_train.shape[1]):
        mean = sum(X_train[:, j].tolist()) / len(X_train)
        deviation = (sum((x - mean) ** 2 for x in X_train[:, j].tolist()) / len(X_train)) ** 0.5
        for X in scaled:
            X[:, j] = (X[:, j] - mean) / (deviation or 1)
    return scaled


def scaled_in_two_steps(X_train, X_new):
    centred = X_train - X_train.mean(axis=0)
    deviation = np.sqrt(np.einsum("ij,ij->j", centred, centred) / len(X_train))
    deviation[deviation == 0] = 1
    return centred / deviation, (X_new - np.average(X_train, axis=0)) / deviation


# --- confusion matrix -----------------------------------------------------------------------------


def confusion_by_loop(y, answers, num_classes):
    counts = np.zeros((num_classes, num_classes))
    for true, said in zip(y, answers, strict=True):
        counts[true, said] += 1
    return counts


def confusion_by_one_hot(y, answers, num_classes):
    return np.eye(num_classes)[y].T @ np.eye(num_classes)[answers]


def confusion_by_bincount(y, answers, num_classes):
    pairs = np.bincount(y * num_classes + answers, minlength=num_classes**2)
    return pairs.reshape(num_classes, num_classes)


def confusion_by_scikit_learn(y, answers, num_classes):
    return metrics.confusion_matrix(y, answers, labels=range(num_classes))


def confusion_by_tensorflow(y, answers, num_classes):
    return tf.math.confusion_matrix(y, answers, num_classes)


# --- early stopping -------------------------------------------------------------------------------


def stopping_by_keras(val_loss, patience):
    """Keras's own callback, fed with the losses one by one."""
    callback = comparison.keras().callbacks.EarlyStopping(patience=patience)
    model = comparison.keras().Sequential()
    callback.set_model(model)
    callback.on_train_begin()
    model.stop_training = False
    for epoch, loss in enumerate(val_loss):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    return callback.best_epoch + 1, epoch + 1


def stopping_by_counting(val_loss, patience):
    best_loss, best_epoch, waited = np.inf, 0, 0
    epoch = 0
    while epoch < len(val_loss) and waited < patience:
        epoch += 1
        if val_loss[epoch - 1] < best_loss:
            best_loss, best_epoch, waited = val_loss[epoch - 1], epoch, 0
        else:
            waited += 1
    return best_epoch, epoch


def stopping_by_running_minimum(val_loss, patience):
    lowest = np.minimum.accumulate(val_loss)
    best = np.array([np.argmax(val_loss == low) for low in lowest])
    stop = np.flatnonzero(np.arange(len(val_loss)) - best >= patience)
    last = stop[0] if len(stop) else len(val_loss) - 1
    return [best[last] + 1, last + 1]


# --- the worst errors -----------------------------------------------------------------------------


def worst_by_loss(z, y, k):
    loss = np.logaddexp.reduce(z, axis=1) - z[np.arange(len(y)), y]
    wrong = [i for i in range(len(y)) if np.argmax(z[i]) != y[i]]
    return np.array(sorted(wrong, key=lambda i: -loss[i])[:k], dtype=int)


def worst_by_masking(z, y, k):
    truth = np.take_along_axis(log_softmax(z, axis=1), y[:, None], axis=1)[:, 0]
    is_wrong = z.argmax(axis=-1) != y
    order = np.argsort(np.where(is_wrong, truth, np.inf))
    return order[: min(k, is_wrong.sum())]


def worst_by_tensorflow(z, y, k):
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(y, z)
    wrong = tf.where(tf.argmax(z, axis=1) != y)[:, 0]
    order = tf.argsort(tf.gather(loss, wrong), direction="DESCENDING")
    return tf.gather(wrong, order)[:k]


# --- open: a classifier ---------------------------------------------------------------------------


def digits_by_neighbour(train, validation, X):
    return KNeighborsClassifier(1).fit(train.X, train.y).predict(X)


def digits_by_wide_network(train, validation, X):
    model = Sequential([Dense(128, activation="relu"), Dense(10)], seed=5)
    model.compile(Adam(0.005), SparseCategoricalCrossentropy(from_logits=True))
    model.fit(train.X, train.y, epochs=20)
    return list(model.predict(X).argmax(axis=1))


def digits_by_logistic_regression_on_squares(train, validation, X):
    def features(X):
        neighbours = [X[:, :-1] * X[:, 1:], X[:, :-8] * X[:, 8:]]
        return np.hstack([X, *neighbours])

    model = LogisticRegression(C=1.0, max_iter=1000).fit(features(train.X), train.y)
    return model.predict(features(X)).astype(float)


RIGHT = {
    "baseline_accuracy": (baseline_by_counter, baseline_by_unique, baseline_by_scikit_learn),
    "scale_like_training": (scaled_by_scikit_learn, scaled_by_loops, scaled_in_two_steps),
    "confusion_matrix": (
        confusion_by_loop,
        confusion_by_one_hot,
        confusion_by_bincount,
        confusion_by_scikit_learn,
        confusion_by_tensorflow,
    ),
    "early_stopping": (stopping_by_keras, stopping_by_counting, stopping_by_running_minimum),
    "worst_errors": (worst_by_loss, worst_by_masking, worst_by_tensorflow),
    "read_digits": (
        digits_by_neighbour,
        digits_by_wide_network,
        digits_by_logistic_regression_on_squares,
    ),
}
