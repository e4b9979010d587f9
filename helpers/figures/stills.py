"""What a widget's output holds besides the widget, for where no kernel runs.

A reader of an output takes the richest form that it knows. JupyterLab takes the widget; the web
site, print and a terminal take what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from helpers.figures.style import Picture

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

Bundle = tuple[dict[str, Any], dict[str, Any]]


def with_stills(bundle: Bundle | None, kind: str, stills: Mapping[str, Picture]) -> Bundle | None:
    """Add still pictures to a widget's output, or leave only them where no page shows the widget.

    `jupyter nbconvert --execute` would write a page that looks for the widget's code on the web,
    and stays empty without it.

    Parameters
    ----------
    bundle : tuple or None
        What anywidget gives.
    kind : str
        The widget's name, for the plain text.
    stills : mapping of str → Picture
        The pictures by their headings; a single one needs no heading.

    Returns
    -------
    tuple or None
    """
    if bundle is None:
        return None
    data, metadata = bundle
    data["text/html"] = side_by_side(stills)
    data["text/plain"] = f"{kind}: " + "\n".join(still.alt for still in stills.values())
    if _a_program_asked():
        data.pop(WIDGET_VIEW, None)
    return data, metadata


def side_by_side(stills: Mapping[str, Picture]) -> str:
    """Return the HTML of one picture, or of several in columns, each below its heading."""
    if len(stills) == 1:
        (still,) = stills.values()
        return still._repr_html_()
    parts = "".join(
        f'<figure style="margin: 0"><figcaption>{escape(heading)}</figcaption>'
        f"{still._repr_html_()}</figure>"
        for heading, still in stills.items()
    )
    # No picture gets much smaller than the size it was made for, so that its texts stay legible.
    least = round(0.85 * max(still.width for still in stills.values()))
    columns = f"repeat(auto-fill, minmax(min({least}px, 100%), 1fr))"
    return f'<div style="display: grid; grid-template-columns: {columns}; gap: 1em">{parts}</div>'


def _a_program_asked() -> bool:
    """Say whether a program runs the cell (nbconvert, nbval), not a reader in a page.

    JupyterLab, Notebook and VS Code say which cell they run; a request of `jupyter_client`, which
    such programs make, says nothing.
    """
    try:
        from IPython import get_ipython

        return get_ipython().kernel.get_parent()["metadata"] == {}
    except (AttributeError, ImportError, KeyError):
        return False
