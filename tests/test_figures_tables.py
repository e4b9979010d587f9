"""Tables: what they say in HTML and in text, on every processor, and what they refuse."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.figures.tables import Table, number_text, table


def test_columns_as_text(capsys):
    table(
        {
            "activation": ["sigmoid", "tanh"],
            "layer 1": np.array([8e-7, 0.3]),
            "n": [3, 12_345_678],
            "share": [0.345, 1.0],
            "dead": [True, None],
            "shape": [(2, 3), ()],
        },
        digits=2,
        formats={"share": ".0%", "n": ","},
    )
    assert capsys.readouterr().out.splitlines() == [
        "activation   layer 1            n   share   dead   shape",
        "sigmoid      8.0e-07            3     35%   yes    (2, 3)",
        "tanh            0.30   12,345,678    100%          ()",
    ]


def test_rows_are_columns_written_the_other_way(capsys):
    table([{"z": z, "g": name} for z, name in ((1, "a"), (2.5, "b"))])
    table({"z": [1, 2.5], "g": ["a", "b"]})
    out = capsys.readouterr().out
    half = len(out) // 2
    assert out[:half] == out[half:] == "   z   g\n   1   a\n2.50   b\n"


def parsed(shown: Table) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{shown._repr_html_()}</div>")


def test_html_has_header_cells_and_the_texts_of_the_plain_table():
    page = parsed(Table({"a < b": ["x & y", "z"], "c": [1.5, 2]}, note="A <note>."))
    heads = page.findall(".//thead/tr/th")
    assert [(head.text, head.get("scope")) for head in heads] == [("a < b", "col"), ("c", "col")]
    names = page.findall(".//tbody/tr/th")
    assert [(name.text, name.get("scope")) for name in names] == [("x & y", "row"), ("z", "row")]
    numbers = page.findall(".//tbody/tr/td")
    assert [number.text for number in numbers] == ["1.50", "2"]
    assert {number.get("style") for number in numbers} == {"text-align: right"}
    assert page.find("p").text == "A <note>."


def test_numbers_alone_name_no_row():
    assert parsed(Table({"z": [1, 2], "a": [0.1, 0.2]})).findall(".//tbody/tr/th") == []


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (1.0, "1.00"), (-0.25, "-0.250"), (0.0066480, "0.00665"),
        (9.996, "10.0"), (0.99961, "1.00"), (2780.4, "2780"), (1e6, "1000000"),
        (2.345e7, "2.35e+07"), (4.54e-5, "4.54e-05"), (1e-300, "1.00e-300"),
        (np.nan, "nan"), (np.inf, "∞"), (-np.inf, "-∞"),
        (7, "7"), (np.int64(-3), "-3"), (np.uint8(255), "255"), (np.float32(0.1), "0.100"),
    ],
)  # fmt: skip
def test_significant_digits(number, text):
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (0.345, ".0%", "35%"), (-1e-17, ".2f", "0.00"), (0.0, ".1e", "0.0e+00"),
        (2.5e-7, ".0e", "3e-07"), (-1.5e-7, ".1e", "-1.5e-07"),
        (1234.5, ",.1f", "1,234.5"), (1234, ",", "1,234"), (3, ".1f", "3.0"),
        (1e100, ".0e", "1e+100"), (0.2, "g", "0.2"), (4.0, "g", "4"), (100.0, "g", "100"),
    ],
)  # fmt: skip
def test_formats_of_python(number, form, text):
    assert number_text(number, form=form) == text


@example(units=125, sign=1, decimals=3, steps=-1, digits=2)
@example(units=125, sign=-1, decimals=3, steps=1, digits=2)
@example(units=1005, sign=1, decimals=4, steps=-1, digits=3)
@given(
    st.integers(1, 10**5),
    st.sampled_from([-1, 1]),
    st.integers(0, 6),
    st.integers(-4, 4),
    st.integers(1, 5),
)
def test_the_last_bits_do_not_show(units, sign, decimals, steps, digits):
    """Exact ties included, such as 0.125: a processor may be some bits off to either side."""
    exact = sign * units / 10**decimals
    near = exact + steps * np.spacing(exact)
    assert number_text(near, digits) == number_text(exact, digits)
    assert number_text(near, form=f".{digits}f") == number_text(exact, form=f".{digits}f")
    single = np.float32(exact)
    near_single = single + np.float32(steps) * np.spacing(single)
    assert number_text(near_single, min(digits, 5)) == number_text(single, min(digits, 5))


@given(st.floats(-1e12, 1e12, allow_subnormal=False), st.integers(1, 9))
def test_the_text_is_off_by_half_a_digit_at_most(number, digits):
    last = 10.0 ** (np.floor(np.log10(abs(number))) + 1 - digits) if number else 0
    assert abs(float(number_text(number, digits)) - number) <= 0.5001 * last


BAD = {
    "nothing": (lambda: table({}), ValueError, "columns must not be empty"),
    "no rows": (lambda: table([]), TypeError, "one for each row; got list"),
    "a number": (lambda: table(3), TypeError, "got int"),
    "a bare list": (lambda: table([1, 2]), TypeError, "list of such mappings"),
    "empty column": (lambda: table({"a": []}), ValueError, "same number of values, got {'a': 0}"),
    "lengths": (lambda: table({"a": [1], "b": [1, 2]}), ValueError, "got {'a': 1, 'b': 2}"),
    "one value": (lambda: table({"a": 1.0}), TypeError, r"columns\['a'\] must be a sequence"),
    "a string": (lambda: table({"a": "abc"}), TypeError, r"columns\['a'\] must be a sequence"),
    "head": (lambda: table({1: [2]}), TypeError, "strings as heads, got 1"),
    "rows differ": (lambda: table([{"a": 1}, {"b": 1}]), ValueError, r"columns\[1\] must have"),
    "an array": (lambda: table({"a": np.ones((2, 2))}), TypeError, r"got ndarray of shape \(2,\)"),
    "complex": (lambda: table({"a": [1j]}), TypeError, "must hold numbers or strings, got complex"),
    "format": (lambda: table({"a": [1]}, formats={"b": ".1f"}), ValueError, r"\(a\), got 'b'"),
    "digits": (lambda: table({"a": [1]}, digits=0), ValueError, "digits must be at least 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case, capsys):
    call, error, message = BAD[case]
    with pytest.raises(error, match=message):
        call()
    assert capsys.readouterr().out == ""
