"""helpers.validation: what passes, as what, and what each refusal says."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse
from hypothesis import given

from helpers.validation import (
    boolean,
    class_labels,
    float_array,
    known_name,
    positive_integer,
    real_number,
    sequence,
)


def refuses(error, message):
    """Expect `error` with exactly this message."""
    return pytest.raises(error, match=f"^{re.escape(message)}$")


# --- float_array ----------------------------------------------------------------------------------


@given(
    hnp.arrays(
        hnp.floating_dtypes(sizes=(16, 32, 64), endianness="=")
        | hnp.integer_dtypes(endianness="=")
        | st.just(np.dtype(bool)),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0),
    )
)
def test_float_array_keeps_values_and_shape(value):
    array = float_array(value, "X", empty=True)
    expected = np.float32 if value.dtype in (np.float16, np.float32) else np.float64
    assert array.dtype == expected
    np.testing.assert_array_equal(array, value.astype(expected))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_array_does_not_copy_what_is_right_already(dtype):
    value = np.ones((2, 3), dtype=dtype)
    assert float_array(value, "X", ndim=2, finite=True) is value


@pytest.mark.parametrize("dtype", [">f8", "<f8", np.longdouble])
def test_float_array_makes_other_floats_native_float64(dtype):
    array = float_array(np.array([1.5], dtype=dtype), "X")
    assert array.dtype == np.float64
    assert array.dtype.isnative


@pytest.mark.parametrize(
    ("value", "options", "error", "message"),
    [
        ("3", {}, TypeError, "X must hold real numbers, got dtype <U1"),
        (
            [b"3"],
            {},
            TypeError,
            "X must hold real numbers, got dtype |S1; call np.asarray(X).astype(float)",
        ),
        (["a"], {}, TypeError, "X must hold real numbers, got dtype <U1"),
        (
            [1, None],
            {},
            TypeError,
            "X must hold real numbers, got dtype object; call np.asarray(X).astype(float)",
        ),
        (
            [Decimal("0.5")],
            {},
            TypeError,
            "X must hold real numbers, got dtype object; call np.asarray(X).astype(float)",
        ),
        (None, {}, TypeError, "X must hold real numbers, got dtype object"),
        ([10**400], {}, TypeError, "X must hold real numbers, got dtype object"),
        (1j, {}, TypeError, "X must hold real numbers, got dtype complex128"),
        (
            np.array(["NaT"], "M8[s]"),
            {},
            TypeError,
            "X must hold real numbers, got dtype datetime64[s]",
        ),
        ([1.0, 2.0], {"ndim": 2}, ValueError, "X must have 2 dimensions, got shape (2,)"),
        ([[1.0]], {"ndim": 1}, ValueError, "X must have 1 dimension, got shape (1, 1)"),
        (np.ones((0, 3)), {}, ValueError, "X must not be empty, got shape (0, 3)"),
        (
            [[1, 2], [np.nan, 4]],
            {"finite": True},
            ValueError,
            "X must be finite, got nan at index (1, 0)",
        ),
        ([1, -np.inf], {"finite": True}, ValueError, "X must be finite, got -inf at index (1,)"),
    ],
)
def test_float_array_refuses(value, options, error, message):
    with refuses(error, message):
        float_array(value, "X", **options)


def test_float_array_refuses_ragged_lists():
    with pytest.raises(ValueError, match=r"^X must be a rectangular array of numbers: .+"):
        float_array([[1.0], [1.0, 2.0]], "X")


def test_float_array_lets_nan_and_inf_pass_unless_told_otherwise():
    value = np.array([np.nan, np.inf])
    assert float_array(value, "z") is value
    assert float_array([], "z", empty=True).shape == (0,)


# --- subclasses and look-alikes of arrays ---------------------------------------------------------


class FrameOf:
    """What of a pandas object NumPy and we see: `__array__` and `to_numpy`."""

    def __init__(self, rows):
        self.rows = rows

    def __array__(self, dtype=None, copy=None):
        return np.array(self.rows, dtype=object)

    def to_numpy(self, dtype, na_value):
        return np.array([[na_value if x is None else x for x in row] for row in self.rows], dtype)


@pytest.mark.parametrize(
    "value",
    [
        np.array([[0.5, True], [2, False]], dtype=object),
        [[0.5, np.True_], [Fraction(2), np.float32(0)]],
        FrameOf([[0.5, True], [np.int8(2), False]]),
        np.ma.array([[0.5, 1], [2, 0]]),
        np.ma.array([[0.5, 1], [2, 0]], mask=np.zeros((2, 2), bool)),
        np.matrix([[0.5, 1], [2, 0]]),
    ],
    ids=["objects", "list", "pandas", "masked, no mask", "masked, nothing hidden", "matrix"],
)
def test_real_numbers_are_taken_from_whatever_holds_them(value):
    array = float_array(value, "X", ndim=2, finite=True)
    assert type(array) is np.ndarray
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, [[0.5, 1], [2, 0]])


def test_objects_may_be_labels():
    labels = class_labels(np.array([0, True, 2.0], dtype=object), 3)
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, [0, 1, 2])


HIDING = [
    np.ma.array([1.0, 2.0, np.nan], mask=[True, False, True]),
    [np.ma.array([1.0, 2.0], mask=[True, False]), [0.0, 1.0]],
    [1.0, np.ma.masked],
    np.ma.masked,
]


@pytest.mark.parametrize("check", [float_array, lambda y, name: class_labels(y, 3, name)])
@pytest.mark.parametrize(("value", "hidden"), list(zip(HIDING, (2, 1, 1, 1), strict=True)))
def test_what_a_mask_hides_is_not_used_in_silence(check, value, hidden):
    with refuses(
        ValueError,
        f"X must have no masked values, got {hidden}; call X.filled(…) with the number that is to "
        "stand there, or leave those rows out",
    ):
        check(value, "X")


@pytest.mark.parametrize("check", [float_array, lambda y, name: class_labels(y, 3, name)])
@pytest.mark.parametrize("kind", [scipy.sparse.csr_matrix, scipy.sparse.coo_array])
def test_a_sparse_matrix_is_to_be_made_dense(check, kind):
    with refuses(TypeError, f"X must be a dense array, got {kind.__name__}; call X.toarray()"):
        check(kind(np.eye(3)), "X")
    np.testing.assert_array_equal(check(kind(np.eye(3)).toarray(), "X"), np.eye(3))


def test_a_table_with_gaps_is_told_how_to_say_nan():
    frame = FrameOf([[0.5, None], [2, 1]])
    with refuses(
        TypeError,
        "X must hold real numbers, got dtype object; if it holds numbers, call "
        "X.to_numpy(dtype=float, na_value=np.nan)",
    ):
        float_array(frame, "X")
    array = float_array(frame.to_numpy(dtype=float, na_value=np.nan), "X")
    np.testing.assert_array_equal(array, [[0.5, np.nan], [2, 1]])


def test_what_the_hint_says_helps():
    for value in (["1.5", "2"], np.array([1.5, "2"], dtype=object), [Decimal("1.5"), 2]):
        with pytest.raises(TypeError, match=r"; call np\.asarray\(X\)\.astype\(float\)$"):
            float_array(value, "X")
        array = float_array(np.asarray(value).astype(float), "X")
        np.testing.assert_array_equal(array, [1.5, 2])


def test_is_silent_for_numbers_too_small_for_float64_whatever_the_user_told_numpy():
    with np.errstate(all="raise"):
        array = float_array(np.array([np.finfo(np.longdouble).tiny, 1]), "X")
        assert float_array([Fraction(1, 10**400), 1], "X")[0] == 0
    np.testing.assert_allclose(array, [0, 1], atol=1e-300)


# --- class_labels ---------------------------------------------------------------------------------


@given(
    hnp.arrays(
        st.sampled_from([np.int8, np.uint8, np.int64, np.uint64, np.float32, np.float64]),
        hnp.array_shapes(max_dims=2),
        elements=st.integers(0, 9),
    )
)
def test_class_labels_become_int64(y):
    labels = class_labels(y, 10)
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, y)


def test_class_labels_may_be_bools_and_lists_and_are_not_copied_in_vain():
    np.testing.assert_array_equal(class_labels([True, False], 2), [1, 0])
    y = np.array([0, 2, 1])
    assert class_labels(y, 3) is y


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (
            ["cat"],
            TypeError,
            "y must hold integer class labels, got dtype <U3; class names become numbers by "
            "np.unique(y, return_inverse=True)[1]",
        ),
        (
            [-1, 1, -1],
            ValueError,
            "y must hold labels from 0 to 3, got -1; (y + 1) // 2 makes 0 and 1 of -1 and 1",
        ),
        ([1j], TypeError, "y must hold integer class labels, got dtype complex128"),
        ([], ValueError, "y must not be empty, got shape (0,)"),
        ([0, 1.5], ValueError, "y must hold integer class labels, got 1.5"),
        ([0, np.nan], ValueError, "y must hold integer class labels, got nan"),
        ([np.inf], ValueError, "y must hold integer class labels, got inf"),
        ([0, -1], ValueError, "y must hold labels from 0 to 3, got -1"),
        ([0.0, 4.0], ValueError, "y must hold labels from 0 to 3, got 4"),
        ([12345678], ValueError, "y must hold labels from 0 to 3, got 12345678"),
        (
            np.array([2**64 - 1], np.uint64),
            ValueError,
            f"y must hold labels from 0 to 3, got {2**64 - 1}",
        ),
        (
            [1, 2, 3, 4],
            ValueError,
            "y must hold labels from 0 to 3, got 4; labels count from 0, not from 1",
        ),
    ],
)
def test_class_labels_refuse(y, error, message):
    with refuses(error, message):
        class_labels(y, 4)


def test_class_labels_refuse_ragged_lists_and_name_the_argument():
    with pytest.raises(ValueError, match=r"^labels must be a rectangular array of numbers: .+"):
        class_labels([[1], [1, 2]], 4, name="labels")


# --- known_name -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "valid", [("relu", "tanh"), {"relu": 1, "tanh": 2}, iter(["relu", "tanh"])]
)
def test_known_name_passes_from_any_collection(valid):
    assert known_name("tanh", valid, "activation") == "tanh"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("sigmiod", "; did you mean 'sigmoid'?"),
        ("ReLU", "; did you mean 'relu'?"),
        ("adam", "; did you mean 'Adam'?"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_known_name_suggests_the_nearest(value, hint):
    with refuses(ValueError, f"name must be one of sigmoid, relu, Adam; got {value!r}{hint}"):
        known_name(value, ["sigmoid", "relu", "Adam"], "name")


def test_a_label_out_of_range_is_said_in_a_few_digits():
    with refuses(ValueError, "y must hold labels from 0 to 2, got 1.7e+308"):
        class_labels([0, 1.7e308], 3)


@pytest.mark.parametrize(("value", "kind"), [(None, "NoneType"), (3, "int"), (["relu"], "list")])
def test_known_name_refuses_what_is_no_string(value, kind):
    with refuses(TypeError, f"activation must be a string, got {kind}"):
        known_name(value, ["relu"], "activation")


@pytest.mark.skipif(
    np.finfo(np.longdouble).max == np.finfo(np.float64).max, reason="no wider float"
)
def test_a_wider_float_beyond_the_range_is_infinite_without_a_warning():
    huge = np.array([1, -1]) * np.finfo(np.longdouble).max
    np.testing.assert_array_equal(float_array(huge, "X"), [np.inf, -np.inf])
    with refuses(ValueError, "X must be finite, got inf at index (0,)"):
        float_array(huge, "X", finite=True)


# --- sequence, boolean ----------------------------------------------------------------------------


def test_sequence_gives_a_list():
    assert sequence((1, 2), "layers") == [1, 2]
    assert sequence((n for n in (1, 2)), "layers") == [1, 2]
    with refuses(TypeError, "layers must be a sequence, got NoneType"):
        sequence(None, "layers")


@pytest.mark.parametrize("value", [True, False])
def test_boolean_gives_a_bool(value):
    assert boolean(value, "shuffle") is value
    assert boolean(np.bool_(value), "shuffle") is value


@pytest.mark.parametrize("value", [0, 1, 1.0, None, "no", []])
def test_boolean_refuses(value):
    with refuses(TypeError, f"shuffle must be True or False, got {value!r}"):
        boolean(value, "shuffle")


# --- positive_integer -----------------------------------------------------------------------------


@pytest.mark.parametrize("value", [7, np.int8(7), np.uint64(7), np.array(7)])
def test_positive_integer_gives_an_int(value):
    number = positive_integer(value, "units")
    assert type(number) is int
    assert number == 7


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0, ValueError, "units must be at least 1, got 0"),
        (np.int64(-3), ValueError, "units must be at least 1, got -3"),
        (2.0, TypeError, "units must be an integer, got 2.0"),
        (True, TypeError, "units must be an integer, got True"),
        ("2", TypeError, "units must be an integer, got '2'"),
        (None, TypeError, "units must be an integer, got None"),
        ([2], TypeError, "units must be an integer, got [2]"),
    ],
)
def test_positive_integer_refuses(value, error, message):
    with refuses(error, message):
        positive_integer(value, "units")


# --- real_number ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [0.25, np.float32(0.25), np.float16(0.25), np.array(0.25), Fraction(1, 4)]
)
def test_real_number_gives_a_float(value):
    number = real_number(value, "rate")
    assert type(number) is float
    assert number == 0.25
    assert type(real_number(np.int64(3), "rate")) is float


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "rate must be a number, got True"),
        ("0.1", "rate must be a number, got '0.1'"),
        (b"1", "rate must be a number, got b'1'"),
        (None, "rate must be a number, got None"),
        (1j, "rate must be a number, got 1j"),
        ([0.1], "rate must be a number, got [0.1]"),
        ([[1], [1, 2]], "rate must be a number, got [[1], [1, 2]]"),
        (Decimal("0.1"), "rate must be a number, got Decimal('0.1')"),
        (np.array([0.1]), "rate must be a number, got array([0.1])"),
        (np.complex64(1), f"rate must be a number, got {np.complex64(1)!r}"),
        (np.True_, f"rate must be a number, got {np.True_!r}"),
        (np.array(True), f"rate must be a number, got {np.True_!r}"),
    ],
)
def test_real_number_refuses_what_is_none(value, message):
    with refuses(TypeError, message):
        real_number(value, "rate")


@pytest.mark.parametrize(
    ("value", "got"), [(np.nan, "nan"), (-np.inf, "-inf"), (10**400, "inf"), (-(10**400), "-inf")]
)
def test_real_number_refuses_what_is_not_finite(value, got):
    with refuses(ValueError, f"rate must be finite, got {got}"):
        real_number(value, "rate")


@pytest.mark.parametrize(
    ("limits", "inside", "outside", "expected"),
    [
        ({"above": 0}, 1e-300, 0, "> 0"),
        ({"at_least": 0}, 0, -1e-300, ">= 0"),
        ({"below": 1}, 0.99, 1, "< 1"),
        ({"at_most": 1}, 1, 1.5, "<= 1"),
        ({"at_least": 0, "below": 1}, 0, 1, ">= 0 and < 1"),
        ({"above": -2, "at_most": 0.5}, 0.5, -2, "> -2 and <= 0.5"),
    ],
)
def test_real_number_keeps_within_limits(limits, inside, outside, expected):
    assert real_number(inside, "rate", **limits) == inside
    with refuses(ValueError, f"rate must be {expected}, got {outside:g}"):
        real_number(outside, "rate", **limits)
