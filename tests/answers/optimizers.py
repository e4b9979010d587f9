"""Right answers to the exercises of lesson 8, written in ways that differ from the references."""

from __future__ import annotations

import math

import numpy as np
import scipy.optimize
import tensorflow as tf

from helpers import comparison
from helpers.optimizers import SGD, Adam, RMSprop

# The syllabus's rows that these exercises cover, and by which tasks.
ROWS = {
    21: (
        "momentum_step",
        "rmsprop_step",
        "effective_rate",
        "adam_step",
        "paper_epsilon",
        "optimizer_for_digits",
    )
}

# --- by Keras -------------------------------------------------------------------------------------


def by_keras(name, settings, w, g, t=1, **state):
    """Let Keras's own optimizer, brought to the given state, make step t."""
    keras = comparison.keras()
    optimizer = getattr(keras.optimizers, name)(**settings)
    variable = keras.Variable(w, dtype="float64")
    optimizer.build([variable])
    for attribute, value in state.items():
        getattr(optimizer, attribute)[0].assign(value)
    optimizer.iterations.assign(t - 1)
    optimizer.apply([tf.constant(g)], [variable])
    return variable.numpy(), *(getattr(optimizer, name)[0].numpy() for name in state)


def momentum_by_keras(w, u, g, alpha, mu):
    return by_keras("SGD", {"learning_rate": alpha, "momentum": mu}, w, g, momentums=u)


def rmsprop_by_keras(w, v, g, alpha, rho, epsilon):
    settings = {"learning_rate": alpha, "rho": rho, "epsilon": epsilon}
    return by_keras("RMSprop", settings, w, g, _velocities=v)


def adam_by_keras(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    settings = {"learning_rate": alpha, "beta_1": beta_1, "beta_2": beta_2}
    settings["epsilon"] = epsilon * math.sqrt(1 - beta_2**t)
    return by_keras("Adam", settings, w, g, t, _momentums=m, _velocities=v)


# --- momentum -------------------------------------------------------------------------------------


def momentum_as_in_the_lesson(w, u, g, alpha, mu):
    u = mu * u - alpha * g
    w = w + u
    return w, u


def momentum_by_loops(w, u, g, alpha, mu):
    w, u = w.copy(), u.copy()
    for j in np.ndindex(w.shape):
        u[j] = mu * u[j] - alpha * g[j]
        w[j] += u[j]
    return [w, u]


def momentum_by_tensorflow(w, u, g, alpha, mu):
    velocity = tf.subtract(tf.scalar_mul(mu, u), tf.scalar_mul(alpha, g))
    return tf.add(w, velocity), velocity


def momentum_by_pytorch_s_form(w, u, g, alpha, mu):
    buffer = mu * (-u / alpha) + g
    return w - alpha * buffer, -alpha * buffer


# --- RMSprop --------------------------------------------------------------------------------------


def rmsprop_as_in_the_lesson(w, v, g, alpha, rho, epsilon):
    v = rho * v + (1 - rho) * g**2
    return w - alpha * g / np.sqrt(v + epsilon), v


def rmsprop_by_loops(w, v, g, alpha, rho, epsilon):
    new_w, new_v = np.empty_like(w), np.empty_like(v)
    for j in np.ndindex(w.shape):
        new_v[j] = rho * v[j] + (1 - rho) * g[j] * g[j]
        new_w[j] = w[j] - alpha * g[j] / math.sqrt(new_v[j] + epsilon)
    return new_w, new_v


def rmsprop_by_tensorflow(w, v, g, alpha, rho, epsilon):
    v = v + (1 - rho) * (tf.square(g) - v)
    return w - alpha * g * tf.math.rsqrt(v + epsilon), v


def rmsprop_as_keras_writes_it(w, v, g, alpha, rho, epsilon):
    v = np.add(np.multiply(v, rho), np.square(g) * (1 - rho))
    return np.subtract(w, np.divide(alpha * g, np.power(v + epsilon, 0.5))), v


# --- Adam -----------------------------------------------------------------------------------------


def adam_as_in_the_paper(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return w - alpha * m_hat / (np.sqrt(v_hat) + epsilon), m, v


def adam_with_the_short_cut(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    m = m + (1 - beta_1) * (g - m)
    v = v + (1 - beta_2) * (np.square(g) - v)
    root = np.sqrt(1 - beta_2**t)
    alpha_t = alpha * root / (1 - beta_1**t)
    return w - alpha_t * m / (np.sqrt(v) + epsilon * root), m, v


def adam_by_loops(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    w, m, v = w.copy(), m.copy(), v.copy()
    for j in np.ndindex(w.shape):
        m[j] = beta_1 * m[j] + (1 - beta_1) * g[j]
        v[j] = beta_2 * v[j] + (1 - beta_2) * g[j] ** 2
        size = math.sqrt(v[j] / (1 - math.pow(beta_2, t)))
        w[j] -= alpha * (m[j] / (1 - math.pow(beta_1, t))) / (size + epsilon)
    return w, m, v


def adam_by_tensorflow(w, m, v, g, t, alpha, beta_1, beta_2, epsilon):
    m = beta_1 * tf.constant(m) + (1 - beta_1) * g
    v = beta_2 * tf.constant(v) + (1 - beta_2) * tf.square(g)
    step = (m / (1 - beta_1**t)) / (tf.sqrt(v / (1 - beta_2**t)) + epsilon)
    return w - alpha * step, m, v


# --- ε --------------------------------------------------------------------------------------------


def epsilon_by_two_steps(epsilon, beta_2, t):
    """Take Keras's step with v = 1, and read off what the paper's denominator must be."""
    root = math.sqrt(1 - beta_2**t)
    step = root / (1 + epsilon)  # α, m and m's correction are the same in both
    return scipy.optimize.brentq(
        lambda paper: 1 / step - (1 / root + paper), -1.0, 1e3, xtol=1e-18, rtol=1e-15
    )


# --- effective rate -------------------------------------------------------------------------------


def rate_by_where(w_before, w_after, g):
    return np.where(g == 0, np.nan, -(w_after - w_before) / g)


def rate_by_loops(w_before, w_after, g):
    rate = np.empty(g.shape)
    for j in np.ndindex(g.shape):
        rate[j] = (w_before[j] - w_after[j]) / g[j] if g[j] else math.nan
    return rate


def rate_by_a_mask(w_before, w_after, g):
    moved = g != 0
    rate = np.full(g.shape, np.nan)
    rate[moved] = -(w_after - w_before)[moved] / g[moved]
    return rate


def rate_by_tensorflow(w_before, w_after, g):
    return tf.where(g == 0, tf.constant(np.nan, tf.float64), tf.divide(w_before - w_after, g))


RIGHT = {
    "momentum_step": (
        momentum_as_in_the_lesson,
        momentum_by_loops,
        momentum_by_tensorflow,
        momentum_by_keras,
        momentum_by_pytorch_s_form,
    ),
    "rmsprop_step": (
        rmsprop_as_in_the_lesson,
        rmsprop_by_loops,
        rmsprop_by_tensorflow,
        rmsprop_by_keras,
        rmsprop_as_keras_writes_it,
    ),
    "adam_step": (
        adam_as_in_the_paper,
        adam_with_the_short_cut,
        adam_by_loops,
        adam_by_tensorflow,
        adam_by_keras,
    ),
    "paper_epsilon": (
        lambda epsilon, beta_2, t: epsilon / math.sqrt(1 - beta_2**t),
        lambda epsilon, beta_2, t: epsilon * np.power(1 - np.power(beta_2, t), -0.5),
        lambda epsilon, beta_2, t: (
            tf.constant(epsilon, tf.float64) / tf.sqrt(tf.constant(1 - beta_2**t, tf.float64))
        ),
        epsilon_by_two_steps,
    ),
    "effective_rate": (rate_by_where, rate_by_loops, rate_by_a_mask, rate_by_tensorflow),
    "optimizer_for_digits": (
        lambda: SGD(0.3),
        lambda: SGD(learning_rate=0.05, momentum=0.9),
        lambda: RMSprop(learning_rate=0.01),
        lambda: Adam(0.01),
    ),
}
