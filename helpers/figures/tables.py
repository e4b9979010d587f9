"""A few numbers with column heads: the one way in which a lesson shows them.

A table is HTML with header cells, and plain text where no HTML is shown. A number is rounded
twice, first to the digits that are the same on every processor, so that 0.125 and
0.12500000000000003 print alike.
"""

from __future__ import annotations

import decimal
import html
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from helpers.validation import positive_integer

# Digits that a computation gives on any processor; the ones behind them are its own.
STABLE_DIGITS = {np.dtype(np.float32): 6, np.dtype(np.float16): 3}


def table(
    columns: Mapping[str, Any] | Iterable[Mapping[str, Any]],
    *,
    digits: int = 3,
    formats: Mapping[str, str] | None = None,
) -> None:
    """Show a table.

    Parameters
    ----------
    columns : mapping of head → values, or sequence of mappings
        The columns, all of the same length; or the rows, each a mapping from the same heads to one
        value. Values are numbers, strings, booleans (shown as yes and no) or None (left empty).
    digits : int ≥ 1
        How many significant digits a number with a fraction gets. Whole numbers of type int are
        shown whole.
    formats : mapping of head → format, optional
        Python's format for the numbers of a column: ".2f" two decimals, ".0%" per cent, ".1e"
        powers of ten, "," thousands.

    Raises
    ------
    TypeError, ValueError
        If there is no column or no row, lengths or heads differ, a value is an array, or `formats`
        names a column that is not there.
    """
    show(Table(_columns(columns), digits=digits, formats=formats))


class Table:
    """What `table` shows: header cells and text, as HTML and as plain text.

    Parameters
    ----------
    columns, digits, formats
        As for `table`.
    right : collection of heads
        Columns of strings that are set to the right, as columns of numbers are.
    note : str
        A sentence under the table.
    """

    def __init__(
        self,
        columns: Mapping[str, list[Any]],
        *,
        digits: int = 3,
        formats: Mapping[str, str] | None = None,
        right: Collection[str] = (),
        note: str = "",
    ) -> None:
        digits = positive_integer(digits, "digits")
        formats = dict(formats or {})
        if unknown := [head for head in formats if head not in columns]:
            raise ValueError(
                f"formats must name columns of the table ({', '.join(columns)}), got {unknown[0]!r}"
            )
        self.heads = list(columns)
        self.numeric = [
            head in right or all(map(_is_number, values)) for head, values in columns.items()
        ]
        texts = [
            [_text(value, digits, formats.get(head), head) for value in values]
            for head, values in columns.items()
        ]
        self.rows = list(zip(*texts, strict=True))
        self.note = note

    def _repr_html_(self) -> str:
        sides = ["right" if numeric else "left" for numeric in self.numeric]
        heads = "".join(
            f'<th scope="col" style="text-align: {side}">{html.escape(head)}</th>'
            for head, side in zip(self.heads, sides, strict=True)
        )
        body = ""
        for row in self.rows:
            cells = [
                f'<td style="text-align: {side}">{html.escape(text)}</td>'
                for text, side in zip(row, sides, strict=True)
            ]
            if not self.numeric[0]:  # names: each says what its row is about
                name = html.escape(row[0])
                cells[0] = f'<th scope="row" style="text-align: left">{name}</th>'
            body += f"<tr>{''.join(cells)}</tr>\n"
        note = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>{note}"

    def __repr__(self) -> str:
        columns = list(zip(self.heads, *self.rows, strict=True))
        widths = [max(map(len, column)) for column in columns]
        lines = [
            "   ".join(
                text.rjust(width) if numeric else text.ljust(width)
                for text, width, numeric in zip(line, widths, self.numeric, strict=True)
            ).rstrip()
            for line in [self.heads, *self.rows]
        ]
        return "\n".join([*lines, *([self.note] if self.note else [])])


def show(shown: Table) -> None:
    """Show a table at once, as `print` does."""
    from IPython.display import display  # half a second that only a lesson needs

    display(shown)


def _columns(columns: Any) -> dict[str, list[Any]]:
    """Return columns of equal length, whichever way they came."""
    if not isinstance(columns, Mapping):
        rows = list(columns) if isinstance(columns, Iterable) else []
        if not rows or not all(isinstance(row, Mapping) for row in rows):
            raise TypeError(
                "columns must map heads to values, or be a list of such mappings, one for each "
                f"row; got {type(columns).__name__}"
            )
        heads = list(rows[0])
        for number, row in enumerate(rows):
            if list(row) != heads:
                raise ValueError(f"columns[{number}] must have the heads {heads}, got {list(row)}")
        columns = {head: [row[head] for row in rows] for head in heads}
    if not columns:
        raise ValueError("columns must not be empty")
    listed = {}
    for head, values in columns.items():
        if not isinstance(head, str):
            raise TypeError(f"columns must have strings as heads, got {head!r}")
        if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
            raise TypeError(f"columns[{head!r}] must be a sequence of values, got {values!r}")
        listed[head] = list(values)
    lengths = {head: len(values) for head, values in listed.items()}
    if len(set(lengths.values())) > 1 or not all(lengths.values()):
        raise ValueError(f"columns must all have the same number of values, got {lengths}")
    return listed


def _is_number(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, (str, bool, np.bool_, tuple)):
        return False
    array = np.asarray(value)
    return array.ndim == 0 and array.dtype.kind in "iuf"


def _text(value: Any, digits: int, form: str | None, head: str) -> str:
    """Return what a cell says."""
    if value is None:
        return ""
    if isinstance(value, (str, tuple)):  # a tuple is a shape
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if not _is_number(value):
        raise TypeError(
            f"columns[{head!r}] must hold numbers or strings, got {type(value).__name__}"
            f" of shape {np.shape(value)}"
        )
    return number_text(value, digits, form)


def number_text(value: Any, digits: int = 3, form: str | None = None) -> str:
    """Return a number as text that is the same on every processor.

    Parameters
    ----------
    value : int or float, of Python or NumPy, or a tensor with one element
    digits : int
        The significant digits of a number with a fraction, where `form` does not say otherwise.
    form : str, optional
        Python's format.

    Returns
    -------
    str
    """
    number = np.asarray(value)
    if number.dtype.kind in "iu":
        return format(int(number), form or "d")
    if not np.isfinite(number):
        return {"nan": "nan", "inf": "∞", "-inf": "-∞"}[str(float(number))]
    stable = STABLE_DIGITS.get(number.dtype, 12)
    if not number:
        return format(0.0, form) if form else "0"
    exact = decimal.Decimal(f"{float(number):.{stable - 1}e}")
    with decimal.localcontext(decimal.Context(rounding=decimal.ROUND_HALF_UP)):
        if form and form[-1] in "gG":  # of a Decimal, "g" would show every stable digit
            text = format(float(exact), form)
        else:
            text = format(exact, form) if form else _significant(exact, digits)
    text = re.sub(r"e([+-])(\d)$", r"e\g<1>0\2", text)  # e-5 as e-05, as Python prints floats
    return text.removeprefix("-") if not re.search("[1-9]", text) else text


def _significant(number: decimal.Decimal, digits: int) -> str:
    """Return the number with so many significant digits, whole from there on."""
    rounded = decimal.Decimal(f"{number:.{digits - 1}e}")
    exponent = rounded.adjusted()
    if -5 < exponent < 7:
        return f"{number:.{max(0, digits - 1 - exponent)}f}"
    return f"{rounded:.{digits - 1}e}"
