"""How a check's result looks: as text and, in a notebook, as HTML that says the same."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

# JupyterLab's own colours, so that both of its themes stay readable; the words say it, too.
COLOURS = {
    "good": "var(--jp-success-color1, #2e7d32)",
    "bad": "var(--jp-error-color1, #c62828)",
    "neutral": "var(--jp-info-color1, #1565c0)",
}


def marked(text: str) -> str:
    """Escape `text` for HTML; what stands between backticks becomes code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def _row(label: str, text: str) -> str:
    return (
        f'<tr><th scope="row" style="text-align: left; vertical-align: top">{html.escape(label)}'
        '</th><td style="text-align: left"><pre style="margin: 0; background: none">'
        f"{html.escape(text, quote=False)}</pre></td></tr>"
    )


@dataclass(frozen=True)
class Report:
    """A heading, paragraphs, a table of labelled lines, and what to do next.

    Attributes
    ----------
    tone : "good", "bad" or "neutral"
    title : str
    paragraphs : sequence of str
    rows : sequence of (label, text)
        Shown in a fixed-width font.
    code : str
    link : (before, text, address), optional
    after : sequence of str
        Paragraphs at the end.
    """

    tone: str
    title: str
    paragraphs: Sequence[str] = ()
    rows: Sequence[tuple[str, str]] = ()
    code: str = ""
    link: tuple[str, str, str] | None = None
    after: Sequence[str] = ()

    def __repr__(self) -> str:
        lines = [self.title, *self.paragraphs]
        width = max((len(label) for label, _ in self.rows), default=0)
        for label, text in self.rows:
            first, *rest = text.split("\n")
            lines.append(f"  {label:<{width}}  {first}")
            lines += [" " * (width + 4) + line for line in rest]
        if self.code:
            lines += ["", *("    " + line if line else "" for line in self.code.split("\n")), ""]
        if self.link:
            lines.append(f"{self.link[0]}{self.link[1]}")
        return "\n".join([*lines, *self.after])

    def _repr_html_(self) -> str:
        parts = [f"<p><strong>{marked(self.title)}</strong></p>"]
        parts += [f"<p>{marked(text)}</p>" for text in self.paragraphs]
        if self.rows:
            rows = "".join(_row(label, text) for label, text in self.rows)
            parts.append(f"<table>{rows}</table>")
        if self.code:
            code = html.escape(self.code, quote=False)
            parts.append(f'<pre style="margin: 1em 0"><code>{code}</code></pre>')
        if self.link:
            before, text, address = self.link
            parts.append(
                f'<p>{marked(before)}<a href="{html.escape(address)}">{marked(text)}</a></p>'
            )
        parts += [f"<p>{marked(text)}</p>" for text in self.after]
        return (
            f'<div style="border-left: 4px solid {COLOURS[self.tone]}; padding-left: 12px">'
            + "".join(parts)
            + "</div>"
        )


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first column labels its row."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]
        lines = [
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (self.header, *self.rows)
        ]
        return "\n".join([self.caption, *lines])

    def _repr_html_(self) -> str:
        left = 'style="text-align: left"'
        header = "".join(f'<th scope="col" {left}>{html.escape(cell)}</th>' for cell in self.header)
        body = "".join(
            "<tr>"
            + f'<th scope="row" {left}>{html.escape(row[0])}</th>'
            + "".join(f"<td {left}>{marked(cell)}</td>" for cell in row[1:])
            + "</tr>"
            for row in self.rows
        )
        return (
            f"<table><caption {left}>{html.escape(self.caption)}</caption>"
            f"<thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"
        )
