"""Anchors, and a check that every address inside the built site leads somewhere in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Tags whose address the browser follows by itself; a link waits for a click.
LOADED = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "img": "src",
    "script": "src",
    "source": "src",
    "video": "src",
}
# JupyterLab makes its page in the browser; tests/browser/test_lab.py sees what it asks for.
LAB = "lab"
LOADED_RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch"}


def jupyterlab_anchor(heading: str) -> str:
    """Return the anchor that JupyterLab gives a heading: its text, hyphens for spaces."""
    return heading.replace(" ", "-")


class Page(HTMLParser):
    """The addresses in a page, what it loads by itself, and the anchors that it offers."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = {"", "top"}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what one tag refers to."""
        named = {name: value or "" for name, value in attributes}
        self.anchors |= {named[key] for key in ("id", "name") if key in named}
        if tag == "link":
            relations = set(named.get("rel", "").split())
            (self.loaded if relations & LOADED_RELATIONS else self.links).append(named["href"])
        elif address := named.get(LOADED.get(tag, "")):
            self.loaded.append(address)
        elif tag == "a" and "href" in named:
            self.links.append(named["href"])


def faults(site: Path) -> Iterator[str]:
    """Yield what is wrong with the addresses in the built site.

    Parameters
    ----------
    site : Path
        The folder that holds the site.

    Yields
    ------
    str
        A link to a page or an anchor that the site does not have, or anything that the browser
        would fetch from another host by itself.
    """
    pages = {
        path.resolve(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        if path.relative_to(site).parts[0] != LAB and "_static" not in path.relative_to(site).parts
    }
    for path, page in pages.items():
        name = path.relative_to(site.resolve()).as_posix()
        for address in page.loaded:
            if urlsplit(address).scheme not in ("", "data") or address.startswith("//"):
                yield f"{name} loads {address}"
        for address in page.links + page.loaded:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                yield f"{name} links to {address}, which does not exist"
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
                yield f"{name} links to {address}, but there is no such place in that page"
    for path in sorted(site.rglob("*.css")):
        if path.relative_to(site).parts[0] == LAB:
            continue
        style = path.read_text(encoding="utf-8")
        for address in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", style):
            yield f"{path.relative_to(site).as_posix()} loads {address}"
