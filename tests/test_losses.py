"""The losses against exact arithmetic, Keras, automatic and numerical differentiation."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from helpers import comparison, losses
from helpers._loss_arguments import ROW_SUM_TOLERANCE
from helpers.losses import (
    BinaryCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    binary_crossentropy_gradient,
    categorical_crossentropy,
    categorical_crossentropy_gradient,
    mean_squared_error,
    mean_squared_error_gradient,
    one_hot,
    sparse_categorical_crossentropy,
    sparse_categorical_crossentropy_gradient,
)
from helpers.softmax import softmax
from tests.exact import error_where_normal, float_grid, ulp_error

INF, NAN = np.inf, np.nan
DTYPES = [np.float64, np.float32]


@pytest.fixture(scope="module")
def keras():
    return comparison.keras()


@pytest.fixture(scope="module")
def tensorflow():
    return comparison.tensorflow()


def case(seed, shape=(6, 4)):
    """Return labels, one-hot rows, soft rows, several 0/1 labels and logits."""
    generator = np.random.RandomState(seed)
    z = generator.normal(size=shape) * 4
    y = generator.randint(0, shape[-1], size=shape[:-1])
    soft = generator.dirichlet(np.ones(shape[-1]), size=shape[:-1])
    several = generator.randint(0, 2, size=shape)
    return y, one_hot(y, shape[-1]), soft, several, z


# --- exact arithmetic -----------------------------------------------------------------------------


# Units in the last place, of losses and of gradients.
BARS = [(np.float64, 4, 8), (np.float32, 0.51, 0.51)]


@pytest.mark.parametrize(("dtype", "bound", "slope_bound"), BARS)
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_binary_crossentropy_from_logits_against_exact_arithmetic(dtype, bound, slope_bound, y):
    z = float_grid(dtype, 60)[:, np.newaxis]
    targets = np.full(z.shape, y)
    values = binary_crossentropy(targets, z, from_logits=True)
    gradients = binary_crossentropy_gradient(targets, z)
    assert values.dtype == gradients.dtype == dtype
    sign = 1 if y else -1
    for logit, value, gradient in zip(z[:, 0], values, gradients[:, 0], strict=True):
        with mpmath.workdps(30):
            e = mpmath.exp(-abs(mpmath.mpf(float(logit))))
            margin = sign * mpmath.mpf(float(logit))  # positive: the answer is right
            loss = mpmath.log1p(e) + max(-margin, 0)
            slope = -sign * (e if margin > 0 else 1) / (1 + e)
            assert error_where_normal(value, loss, dtype) <= bound, logit
            assert error_where_normal(gradient, slope, dtype) <= slope_bound, logit


@pytest.mark.parametrize(("dtype", "bound", "slope_bound"), BARS)
def test_categorical_crossentropy_from_logits_against_exact_arithmetic(dtype, bound, slope_bound):
    generator = np.random.RandomState(8)
    huge = 1e307 if dtype == np.float64 else 1e37
    for scale in (1e-3, 1.0, 10.0, 100.0, 1e4, huge):
        for count in (1, 2, 3, 10):
            z = (generator.uniform(-1, 1, (6, count)) * scale).astype(dtype)
            y = generator.randint(0, count, size=6)
            results = (
                sparse_categorical_crossentropy(y, z, from_logits=True),
                categorical_crossentropy(one_hot(y, count), z, from_logits=True),
            )
            gradients = (
                sparse_categorical_crossentropy_gradient(y, z),
                categorical_crossentropy_gradient(one_hot(y, count), z),
            )
            with mpmath.workdps(40):
                for i, row in enumerate(z):
                    logits = [mpmath.mpf(float(v)) for v in row]
                    top = logits.index(max(logits))
                    e = [mpmath.exp(v - logits[top]) for v in logits]
                    others = mpmath.fsum(e[:top] + e[top + 1 :])
                    loss = logits[top] - logits[y[i]] + mpmath.log1p(others)
                    for values in results:
                        assert values.dtype == dtype
                        assert error_where_normal(values[i], loss, dtype) <= bound, (row, y[i])
                    for k in range(count):
                        slope = e[k] / (1 + others)
                        if k == y[i]:
                            slope = -mpmath.fsum(e[:k] + e[k + 1 :]) / (1 + others)
                        for gradient in gradients:
                            error = error_where_normal(gradient[i, k], slope, dtype)
                            assert error <= slope_bound, (row, y[i])


@pytest.mark.parametrize("dtype", DTYPES)
def test_losses_from_probabilities_against_exact_arithmetic(dtype):
    generator = np.random.RandomState(9)
    tiny = np.finfo(dtype).tiny
    a = np.r_[generator.uniform(size=40), 2.0 ** -generator.uniform(0, 60, size=40), tiny, 0.5]
    a = a.astype(dtype)[:, np.newaxis]
    for y in (0.0, 1.0):
        values = binary_crossentropy(np.full(a.shape, y), a)
        slopes = binary_crossentropy_gradient(np.full(a.shape, y), a, from_logits=False)
        for p, value, slope in zip(a[:, 0], values, slopes[:, 0], strict=True):
            with mpmath.workdps(40):
                p = mpmath.mpf(float(p))
                loss = -mpmath.log(p) if y else -mpmath.log1p(-p)
                assert ulp_error(value, loss, dtype) <= 1
                assert ulp_error(slope, -1 / p if y else 1 / (1 - p), dtype) <= 1.5
    pairs = np.hstack([a, 1 - a])
    for p, value in zip(a[:, 0], sparse_categorical_crossentropy(0 * a[:, 0], pairs), strict=True):
        with mpmath.workdps(40):
            assert ulp_error(value, -mpmath.log(mpmath.mpf(float(p))), dtype) <= 1


# --- Keras ----------------------------------------------------------------------------------------


def keras_value(keras, name, y, output, from_logits):
    function = getattr(keras.losses, name)
    if name == "mean_squared_error":
        return np.asarray(function(y, output))
    return np.asarray(function(y, output, from_logits=from_logits))


def pairs(seed, shape):
    """Yield name, targets and logits for each of the four losses."""
    y, hot, soft, several, z = case(seed, shape)
    yield "mean_squared_error", soft, z
    yield "binary_crossentropy", several.astype(float), z
    yield "binary_crossentropy", soft, z
    yield "sparse_categorical_crossentropy", y, z
    yield "categorical_crossentropy", hot, z
    yield "categorical_crossentropy", soft, z


def probabilities(name, z):
    return 1 / (1 + np.exp(-z)) if name == "binary_crossentropy" else softmax(z)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-14), (np.float32, 3e-6)])
@pytest.mark.parametrize("shape", [(6, 4), (3, 2), (2, 3, 5)])
def test_values_are_those_of_keras(keras, shape, dtype, rtol):
    for seed in range(3):
        for name, y, z in pairs(seed, shape):
            ours = getattr(losses, name)
            y = y if name.startswith("sparse") else y.astype(dtype)
            for from_logits in (True, False):
                output = (z if from_logits else probabilities(name, z)).astype(dtype)
                theirs = keras_value(keras, name, y, output, from_logits)
                if name == "mean_squared_error":
                    value = ours(y, output)
                else:
                    value = ours(y, output, from_logits=from_logits, epsilon=1e-7)
                assert value.dtype == theirs.dtype == dtype
                assert value.shape == theirs.shape == shape[:-1]
                np.testing.assert_allclose(value, theirs, rtol=rtol, atol=rtol / 10)


@pytest.mark.parametrize("dtype", DTYPES)
def test_clipping_is_that_of_keras(keras, dtype):
    sure = np.array([[1.0, 0.0], [0.0, 1.0], [1e-9, 1 - 1e-9], [0.3, 0.700008]], dtype)
    rtol = 1e-12 if dtype == np.float64 else 1e-6
    for name, y in (
        ("binary_crossentropy", np.array([[0, 0], [1, 1], [1, 0], [0, 1]], dtype)),
        ("categorical_crossentropy", np.array([[0, 1], [1, 0], [1, 0], [0, 1]], dtype)),
        ("sparse_categorical_crossentropy", np.array([1, 0, 0, 1])),
    ):
        ours = getattr(losses, name)(y, sure, epsilon=1e-7)
        theirs = keras_value(keras, name, y, sure, False)
        np.testing.assert_allclose(ours, theirs, rtol=rtol)
        assert np.isfinite(ours).all()


@pytest.mark.parametrize("shape", [(6, 4), (2, 3, 5), (3, 1)])
def test_gradients_against_automatic_differentiation(tensorflow, keras, shape):
    for seed in range(3):
        for name, y, z in pairs(seed, shape):
            if shape[-1] == 1 and name == "categorical_crossentropy":
                continue  # Keras warns
            ours = getattr(losses, name + "_gradient")
            for from_logits in (True, False):
                output = z if from_logits else probabilities(name, z)
                variable = tensorflow.Variable(output)
                with tensorflow.GradientTape() as tape:
                    function = getattr(keras.losses, name)
                    if name == "mean_squared_error":
                        loss = function(y, variable)
                    else:
                        loss = function(y, variable, from_logits=from_logits)
                    total = tensorflow.reduce_sum(loss)
                theirs = tape.gradient(total, variable).numpy()
                if name == "mean_squared_error":
                    gradient = ours(y, output)
                else:
                    gradient = ours(y, output, from_logits=from_logits, epsilon=1e-7)
                np.testing.assert_allclose(gradient, theirs, rtol=1e-9, atol=1e-13)


def test_the_clipped_gradient_is_that_of_keras(tensorflow, keras):
    sure = np.array([[1.0, 0.0, 0.0], [1e-9, 1e-3, 1 - 1e-3 - 1e-9], [0.2, 0.3, 0.5]])
    for name, y in (
        ("binary_crossentropy", np.array([[0.0, 0, 1], [1, 1, 0], [0, 1, 0]])),
        ("categorical_crossentropy", np.array([[0.0, 1, 0], [1, 0, 0], [0, 1, 0]])),
        ("sparse_categorical_crossentropy", np.array([1, 0, 1])),
    ):
        variable = tensorflow.Variable(sure)
        with tensorflow.GradientTape() as tape:
            total = tensorflow.reduce_sum(getattr(keras.losses, name)(y, variable))
        theirs = tape.gradient(total, variable).numpy()
        ours = getattr(losses, name + "_gradient")(y, sure, from_logits=False, epsilon=1e-7)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("from_logits", [True, False])
def test_objects_are_those_of_keras(keras, from_logits):
    for name, y, z in pairs(4, (7, 3)):
        output = z if from_logits else probabilities(name, z)
        cls = "".join(part.capitalize() for part in name.split("_"))
        options = {} if name == "mean_squared_error" else {"from_logits": from_logits}
        ours = getattr(losses, cls)(**options)(y, output)
        theirs = getattr(keras.losses, cls)(**options, dtype="float64")(y, output)
        assert isinstance(ours, float)
        assert ours == pytest.approx(float(theirs), rel=1e-14)


@pytest.mark.parametrize("loss", [MeanSquaredError(), BinaryCrossentropy()])
def test_objects_take_one_target_per_example_for_one_output(keras, loss):
    y, a = np.array([0.0, 1, 1]), np.array([[0.2], [0.7], [0.4]])
    theirs = getattr(keras.losses, type(loss).__name__)(dtype="float64")(y, a)
    assert loss(y, a) == pytest.approx(float(theirs), rel=1e-14)
    assert loss(y[:, np.newaxis], a) == loss(y, a)


# --- other witnesses ------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 5))
def test_gradients_against_central_differences(seed, examples, classes):
    h = 1e-5
    for name, y, z in pairs(seed, (examples, classes)):
        ours, gradient = getattr(losses, name), getattr(losses, name + "_gradient")
        options = {} if name == "mean_squared_error" else {"from_logits": True}
        numerical = np.empty_like(z)
        for n in range(classes):
            step = np.zeros_like(z)
            step[:, n] = h
            numerical[:, n] = ours(y, z + step, **options) - ours(y, z - step, **options)
        np.testing.assert_allclose(gradient(y, z), numerical / (2 * h), rtol=1e-6, atol=1e-7)


@given(st.integers(0, 10_000))
def test_identities(seed):
    y, hot, soft, several, z = case(seed)
    sparse = sparse_categorical_crossentropy(y, z, from_logits=True)
    np.testing.assert_array_equal(sparse, categorical_crossentropy(hot, z, from_logits=True))
    np.testing.assert_array_equal(
        sparse_categorical_crossentropy_gradient(y, z), categorical_crossentropy_gradient(hot, z)
    )
    # Rounded to a float, a probability near 1 has lost the digits that its logarithm consists of.
    from_a = sparse_categorical_crossentropy(y, softmax(z))
    np.testing.assert_allclose(sparse, from_a, rtol=1e-14, atol=4e-16)
    np.testing.assert_array_equal(
        sparse, sparse_categorical_crossentropy(y[:, np.newaxis], z, from_logits=True)
    )
    assert (sparse >= 0).all()
    for gradient in (
        sparse_categorical_crossentropy_gradient(y, z),
        categorical_crossentropy_gradient(soft, z),
    ):
        np.testing.assert_allclose(gradient.sum(axis=-1), 0, atol=1e-15)
    # The logistic loss is the cross-entropy of two classes with logits 0 and z.
    two = np.stack([np.zeros(z.shape), z], axis=-1)
    np.testing.assert_allclose(
        binary_crossentropy(several, z, from_logits=True),
        sparse_categorical_crossentropy(several, two, from_logits=True).mean(axis=-1),
        rtol=1e-14,
    )
    # Through softmax, the gradient with respect to a becomes the one with respect to z. At the true
    # class this is a·(1/a) − a, and a·(1/a) may be the float next to 1: 1e-15, whatever is left.
    a = softmax(z)
    by_a = sparse_categorical_crossentropy_gradient(y, a, from_logits=False)
    chained = a * (by_a - (a * by_a).sum(axis=-1, keepdims=True))
    np.testing.assert_allclose(
        sparse_categorical_crossentropy_gradient(y, z), chained, rtol=1e-14, atol=1e-15
    )


@pytest.mark.parametrize("kind", [SparseCategoricalCrossentropy, losses.CategoricalCrossentropy])
def test_a_loss_clips_at_its_own_epsilon(kind):
    y = np.array([0]) if kind is SparseCategoricalCrossentropy else np.array([[1, 0]])
    # The clipped probabilities, 1e-3 and 1 − 1e-3, add up to 1, so that no rescaling follows.
    assert kind(epsilon=1e-3)(y, np.array([[0.0, 1.0]])) == pytest.approx(np.log(1000), rel=1e-12)


def test_a_binary_loss_clips_at_its_own_epsilon():
    assert BinaryCrossentropy(epsilon=1e-3)([1], [0.0]) == pytest.approx(np.log(1000), rel=1e-12)


def test_scikit_learn_agrees():
    y, _, _, several, z = case(11, (50, 4))
    a = softmax(z)
    ours = SparseCategoricalCrossentropy(epsilon=0.0)(y, a)
    assert ours == pytest.approx(sklearn.metrics.log_loss(y, a, labels=range(4)), rel=1e-13)
    target, p = several[:, 0], a[:, :1]
    ours = BinaryCrossentropy(epsilon=0.0)(target, p)
    assert ours == pytest.approx(sklearn.metrics.log_loss(target, p[:, 0]), rel=1e-13)
    assert MeanSquaredError()(several, z) == pytest.approx(
        sklearn.metrics.mean_squared_error(several, z), rel=1e-14
    )


def test_one_hot():
    np.testing.assert_array_equal(one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(one_hot([[1.0]], 2), [[[0, 1]]])
    np.testing.assert_array_equal(one_hot(1, 2), [0, 1])
    assert one_hot([0], 1).dtype == np.float64


# --- the edges ------------------------------------------------------------------------------------


def test_a_certain_answer_that_is_wrong_costs_infinitely_much():
    assert binary_crossentropy([1.0], [0.0]) == INF
    assert binary_crossentropy([0.0], [1.0]) == INF
    assert sparse_categorical_crossentropy([1], [[1.0, 0.0]])[0] == INF
    assert categorical_crossentropy([[0, 1]], [[1.0, 0.0]])[0] == INF
    assert binary_crossentropy_gradient([1.0], [0.0], from_logits=False)[0] == -INF
    assert binary_crossentropy_gradient([0.0], [1.0], from_logits=False)[0] == INF
    np.testing.assert_array_equal(
        categorical_crossentropy_gradient([[0, 1]], [[1.0, 0.0]], from_logits=False), [[0, -INF]]
    )


def test_a_certain_answer_that_is_right_costs_nothing():
    for value in (
        binary_crossentropy([1.0, 0.0], [1.0, 0.0]),
        sparse_categorical_crossentropy([0], [[1.0, 0.0]])[0],
        categorical_crossentropy([[1, 0]], [[1.0, 0.0]])[0],
        sparse_categorical_crossentropy([0], [[5.0]], from_logits=True)[0],
        categorical_crossentropy([[1.0]], [[5.0]], from_logits=True)[0],
        binary_crossentropy([1.0, 0.0], [INF, -INF], from_logits=True),
        sparse_categorical_crossentropy([0], [[0.0, -INF]], from_logits=True)[0],
        categorical_crossentropy([[1.0, 0.0]], [[0.0, -INF]], from_logits=True)[0],
    ):
        assert value == 0
        assert not np.signbit(value)


def test_logits_of_any_size():
    assert binary_crossentropy([0.0, 1.0], [1e308, -1e308], from_logits=True) == 1e308
    assert sparse_categorical_crossentropy([1], [[1e308, 0.0]], from_logits=True)[0] == 1e308
    assert BinaryCrossentropy(from_logits=True)([[0.0], [0.0]], [[1e308], [1.5e308]]) == 1.25e308
    largest = np.finfo(np.float64).max
    for count in (3, 9, 11):  # thirds, ninths, … of the largest number add up to more than it
        z = np.full(count, largest)
        assert binary_crossentropy(np.zeros(count), z, from_logits=True) == largest
    assert mean_squared_error([0.0], [1e200]) == INF
    assert mean_squared_error_gradient([-1e308], [1e308])[0] == INF
    assert mean_squared_error(np.float32([0.0]), np.float32([1e30])) == INF


def test_a_nan_prediction_stays_in_its_row():
    z = np.array([[NAN, 0.0], [0.0, 0.0]])
    for value in (
        mean_squared_error([[0.0, 1.0]] * 2, z),
        binary_crossentropy([[0.0, 1.0]] * 2, z, from_logits=True),
        sparse_categorical_crossentropy([0, 1], z, from_logits=True),
        categorical_crossentropy([[0.0, 1.0]] * 2, z, from_logits=True),
        mean_squared_error_gradient([[0.0, 1.0]] * 2, z)[:, 0],
        binary_crossentropy_gradient([[0.0, 1.0]] * 2, z)[:, 0],
        sparse_categorical_crossentropy_gradient([0, 1], z)[:, 0],
        categorical_crossentropy_gradient([[0.0, 1.0]] * 2, z)[:, 0],
    ):
        assert np.isnan(value[0])
        assert np.isfinite(value[1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_program_that_turns_warnings_of_numpy_into_errors(dtype):
    """Nothing is raised for finite numbers, and nothing is computed differently."""
    info = np.finfo(dtype)
    grid = np.array([0, info.tiny, info.smallest_subnormal, 1e-30, 1, 50, 90, 800, info.max / 2])
    z = np.array(list(itertools.product(np.r_[-grid, grid], repeat=2)), dtype)
    sure = np.array([[0, 1], [info.tiny, 1], [1e-30, 1], [0.5, 0.5]], dtype)
    small = np.array([[info.tiny, 1 - info.tiny]])

    def everything():
        for output, from_logits in ((z, True), (sure, False)):
            count = len(output)
            rows = np.repeat(small, count, axis=0)
            for name, y in (
                ("binary_crossentropy", rows),
                ("categorical_crossentropy", rows),
                ("sparse_categorical_crossentropy", np.arange(count) % 2),
            ):
                cls = "".join(part.capitalize() for part in name.split("_"))
                yield getattr(losses, cls)(from_logits)(y, output)
                for epsilon in (0.0, 1e-7, 1e-40):
                    for suffix in ("", "_gradient"):
                        function = getattr(losses, name + suffix)
                        yield function(y, output, from_logits=from_logits, epsilon=epsilon)
            yield MeanSquaredError()(rows, output)
            yield mean_squared_error(rows, output)
            yield mean_squared_error_gradient(rows, output)

    without = list(everything())
    with np.errstate(all="raise"):
        within = list(everything())
    for one, other in zip(without, within, strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_an_epsilon_the_gradient_is_that_of_the_formula_alone():
    tf = comparison.tensorflow()
    a = tf.Variable([[0.2, 0.5, 0.3], [0.7, 0.2, 0.1]], dtype="float64")
    rows = np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
    labels = np.array([1, 2])
    for y, targets, function in (
        (rows, rows, categorical_crossentropy_gradient),
        (np.eye(3)[labels], labels, sparse_categorical_crossentropy_gradient),
    ):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_sum(y * tf.math.log(a))
        ours = function(targets, a.numpy(), from_logits=False, epsilon=0.0)
        np.testing.assert_allclose(ours, tape.gradient(loss, a).numpy(), rtol=1e-14)


def test_an_epsilon_too_small_for_float32_clips_nothing():
    a = np.float32([[1.0, 0.0]])
    assert sparse_categorical_crossentropy([1], a, epsilon=1e-60)[0] == INF
    gradient = sparse_categorical_crossentropy_gradient([1], a, from_logits=False, epsilon=1e-60)
    np.testing.assert_array_equal(gradient, [[1, -INF]])


def test_gradient_of_shares_that_do_not_quite_add_up():
    """With an epsilon a is divided by its sum, and the gradient goes back through that."""
    a = np.array([[0.2, 0.3, 0.5], [0.7, 0.2, 0.1]])
    a *= 1 + np.array([[0.5], [-0.5]]) * ROW_SUM_TOLERANCE
    y, h = np.eye(3)[[2, 0]], 1e-6
    gradient = categorical_crossentropy_gradient(y, a, from_logits=False, epsilon=1e-7)
    for k in range(3):
        up, down = (
            categorical_crossentropy(y, a + sign * h * np.eye(3)[k], epsilon=1e-7)
            for sign in (1, -1)
        )
        np.testing.assert_allclose(gradient[:, k], (up - down) / (2 * h), rtol=1e-8, atol=1e-8)


def test_means_of_losses_that_overflow_are_each_rows_own():
    a = [[1.2e154, 1.2e154], [1e154, 0.0], [1.0, 3.0]]
    expected = [1.44e308, 5e307, 5.0]
    np.testing.assert_allclose(mean_squared_error(np.zeros((3, 2)), a), expected, rtol=1e-15)


def test_dtypes():
    single, double = np.float32([[0.25, 0.75]]), np.float64([[0.25, 0.75]])
    for name, y in (
        ("mean_squared_error", double),
        ("binary_crossentropy", double),
        ("categorical_crossentropy", double),
        ("sparse_categorical_crossentropy", [1]),
    ):
        for function in (getattr(losses, name), getattr(losses, name + "_gradient")):
            assert function(y, single).dtype == np.float32
            assert function(y, double).dtype == np.float64
            assert function(y, [[0, 1]]).dtype == np.float64


ROWS = [[0.25, 0.75]]
FIT = {
    "mean_squared_error": ROWS,
    "binary_crossentropy": ROWS,
    "categorical_crossentropy": ROWS,
    "sparse_categorical_crossentropy": [1],
}
BAD_FOR_ALL = [
    (None, [["a", "b"]], TypeError, "(a|z) must hold real numbers"),
    (None, [[1j, 0]], TypeError, "(a|z) must hold real numbers, got dtype complex128"),
    (None, np.array([[1, None]]), TypeError, "(a|z) must hold real numbers, got dtype object"),
    (None, np.ones((1, 0)), ValueError, r"(a|z) must not be empty, got shape \(1, 0\)"),
    (None, 0.5, ValueError, "(a|z) must have at least 1 dimension, got a single number"),
    (["a"], ROWS, TypeError, "y must hold"),
    ([1j], ROWS, TypeError, "y must hold"),
    (np.array([None]), ROWS, TypeError, "y must hold"),
    ([], ROWS, ValueError, "y must not be empty"),
    ([[NAN, 0.0]], ROWS, ValueError, "y must (be finite|hold integer class labels), got nan"),
    ([[INF, 0.0]], ROWS, ValueError, "y must (be finite|hold integer class labels), got inf"),
    ([0, 1, 0], ROWS, ValueError, r"y must .*\(1(, 2|,)\), got (shape )?\(3,\)"),
    ([[0, 1]] * 2, ROWS, ValueError, r"y must .*\(1(, 2|,)\), got (shape )?\(2, 2\)"),
]
SHARES = [
    (
        None,
        [[-0.1, 1.1]],
        ValueError,
        r"(a|z) must hold probabilities in \[0, 1\], got -0.1; logits",
    ),
    (None, [[0.0, 1.5]], ValueError, r"\[0, 1\], got 1.5; logits need from_logits=True"),
    (None, [[NAN, 0.5]], ValueError, r"\[0, 1\], got nan"),
]
SUMS = [(None, [[0.5, 0.6]], ValueError, r"(a|z) must hold rows that add up to 1, got .* to 1.1$")]
UNIT = [([[-0.5, 1.5]], ROWS, ValueError, r"y must hold targets in \[0, 1\], got -0.5")]
BAD = [
    (name, *rest)
    for name, cases in {
        "mean_squared_error": BAD_FOR_ALL,
        "binary_crossentropy": BAD_FOR_ALL + SHARES + UNIT,
        "categorical_crossentropy": [
            *(BAD_FOR_ALL + SHARES + UNIT + SUMS),
            ([[1, 1]], ROWS, ValueError, "y must hold rows that add up to 1, got .* to 2$"),
        ],
        "sparse_categorical_crossentropy": [
            *(BAD_FOR_ALL + SHARES + SUMS),
            ([2], ROWS, ValueError, "y must hold labels from 0 to 1, got 2"),
            ([-1], ROWS, ValueError, "y must hold labels from 0 to 1, got -1"),
            ([0.5], ROWS, ValueError, "y must hold integer class labels, got 0.5"),
            ([1, 2], ROWS * 2, ValueError, "labels count from 0, not from 1"),
        ],
    }.items()
    for rest in cases
]


@pytest.mark.parametrize(("name", "y", "a", "error", "message"), BAD)
def test_bad_input(name, y, a, error, message):
    y = FIT[name] if y is None else y
    cls = "".join(part.capitalize() for part in name.split("_"))
    with pytest.raises(error, match=message):
        getattr(losses, name)(y, a)
    with pytest.raises(error, match=message):
        getattr(losses, cls)()(y, a)
    options = {} if name == "mean_squared_error" else {"from_logits": False}
    with pytest.raises(error, match=message):
        getattr(losses, name + "_gradient")(y, a, **options)


NAMES = r"got dtype <U3; class names become numbers by np\.unique\(y, return_inverse=True\)\[1\]$"
WAYS_OUT = [
    ("sparse_categorical_crossentropy", [[0, 1], [1, 0]], r"or become labels by np\.argmax\(y, ax"),
    (
        "sparse_categorical_crossentropy",
        [[0.2, 0.8]] * 2,
        "rows belong to categorical_crossentropy",
    ),
    (
        "sparse_categorical_crossentropy",
        ["cat", "dog"],
        NAMES,
    ),
    ("categorical_crossentropy", [0, 1], "labels belong to sparse_categorical_crossentropy"),
    ("categorical_crossentropy", [[0], [1]], r"or become one-hot rows by one_hot\(y, 2\)"),
    ("categorical_crossentropy", ["cat", "dog"], NAMES),
    (
        "binary_crossentropy",
        [[-1, 1], [1, 1]],
        r"got -1\.0; \(y \+ 1\) / 2 makes 0 and 1 of -1 and 1",
    ),
    ("binary_crossentropy", [[1, 2], [1, 2]], "got 2.0; y - 1 makes 0 and 1 of 1 and 2"),
    (
        "binary_crossentropy",
        [["0", "1"]] * 2,
        r"got dtype <U1; call np\.asarray\(y\)\.astype\(float\)$",
    ),
    ("binary_crossentropy", [["no", "yes"]] * 2, NAMES),
]


@pytest.mark.parametrize(("name", "y", "way_out"), WAYS_OUT)
def test_an_error_says_what_to_do(name, y, way_out):
    output = [[0.25, 0.75], [0.5, 0.5]]
    cls = "".join(part.capitalize() for part in name.split("_"))
    for function in (getattr(losses, name), getattr(losses, cls)()):
        with pytest.raises((TypeError, ValueError), match=way_out):
            function(y, output)
    with pytest.raises((TypeError, ValueError), match=way_out):
        getattr(losses, name + "_gradient")(y, output)


@pytest.mark.parametrize("function", [binary_crossentropy, mean_squared_error])
def test_an_error_says_how_a_list_of_targets_becomes_a_column(function):
    with pytest.raises(ValueError, match=r"got \(2,\); y\[\.\.\., np\.newaxis\] has it$"):
        function([0, 1], [[0.25], [0.5]])


def test_no_way_out_is_made_up():
    """What looks like nothing known is only described."""
    for function, y, output, message in (
        (sparse_categorical_crossentropy, [0, 1, 0], ROWS, r"got \(3,\)$"),
        (sparse_categorical_crossentropy, [[0, 1], [1]], ROWS, "must be a rectangular array"),
        (sparse_categorical_crossentropy, [[3]], [[1.0]], "labels from 0 to 0, got 3$"),
        (categorical_crossentropy, [0, 1, 0], ROWS, r"got \(3,\)$"),
        (binary_crossentropy, [[-0.5, 1]], ROWS, r"got -0\.5$"),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            function(y, output)


@pytest.mark.parametrize(
    "name",
    ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"],
)
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"from_logits": "yes"}, TypeError, "from_logits must be True or False, got 'yes'"),
        ({"from_logits": 1}, TypeError, "from_logits must be True or False, got 1"),
        ({"epsilon": "small"}, TypeError, "epsilon must be a number"),
        ({"epsilon": -1e-7}, ValueError, "epsilon must be >= 0 and < 0.5, got -1e-07"),
        ({"epsilon": 0.5}, ValueError, "epsilon must be >= 0 and < 0.5, got 0.5"),
        ({"epsilon": NAN}, ValueError, "epsilon must be finite, got nan"),
    ],
)
def test_bad_options(name, options, error, message):
    for function in (getattr(losses, name), getattr(losses, name + "_gradient")):
        with pytest.raises(error, match=message):
            function(FIT[name], ROWS, **options)
    with pytest.raises(error, match=message):
        getattr(losses, "".join(part.capitalize() for part in name.split("_")))(**options)


@pytest.mark.parametrize(
    ("y", "num_classes", "error", "message"),
    [
        (["a"], 2, TypeError, "y must hold integer class labels, got dtype <U1"),
        ([1j], 2, TypeError, "y must hold integer class labels, got dtype complex128"),
        ([], 2, ValueError, "y must not be empty"),
        ([0.5], 2, ValueError, "y must hold integer class labels, got 0.5"),
        ([NAN], 2, ValueError, "y must hold integer class labels, got nan"),
        ([-1], 2, ValueError, "y must hold labels from 0 to 1, got -1"),
        ([1, 2], 2, ValueError, "labels count from 0, not from 1"),
        ([0], 0, ValueError, "num_classes must be at least 1, got 0"),
        ([0], 2.0, TypeError, "num_classes must be an integer, got 2.0"),
        ([0], True, TypeError, "num_classes must be an integer, got True"),
    ],
)
def test_bad_one_hot(y, num_classes, error, message):
    with pytest.raises(error, match=message):
        one_hot(y, num_classes)
