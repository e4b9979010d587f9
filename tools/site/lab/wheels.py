"""The wheels that the site carries besides Pyodide's: `helpers`, and pure Python from PyPI.

PyPI's are packed anew from what is installed, where `requirements-site.txt` has proven each.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

# A name that is imported → what it imports in turn. Their other dependencies serve a server.
FROM_PYPI = {
    "anywidget": ["ipywidgets", "psygnal", "typing-extensions"],
    "comm": ["traitlets"],
    "ipywidgets": ["comm", "ipython", "traitlets"],
    "psygnal": [],
    "tqdm": [],
    "typing-extensions": [],
}
# These make the kernel; they lie in JupyterLite's extension.
OF_THE_KERNEL = {
    "ipykernel": [],
    "piplite": ["micropip"],
    "pyodide-kernel": ["comm", "ipykernel", "ipython", "jedi"],
    "widgetsnbextension": [],
}
# The kernel asks for them, and works without: completion, and certificates.
EMPTY = ("jedi", "ssl")
COMPILED = (".so", ".pyd", ".pyc")


@dataclass(frozen=True)
class Wheel:
    """A wheel, and what a lock file of Pyodide says of it."""

    name: str
    version: str
    content: bytes
    depends: list[str]
    imports: list[str]

    @property
    def file_name(self) -> str:
        """Its file's name, which has a new part whenever its content is new."""
        digest = hashlib.sha256(self.content).hexdigest()[:8]
        return f"{self.name.replace('-', '_')}-{self.version}+{digest}-py3-none-any.whl"

    @property
    def entry(self) -> dict[str, Any]:
        """Its entry in a lock file."""
        return {
            "name": self.name,
            "version": self.version,
            "file_name": self.file_name,
            "install_dir": "site",
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "package_type": "package",
            "imports": self.imports,
            "depends": self.depends,
            "unvendored_tests": False,
        }


def packed(files: dict[str, bytes]) -> bytes:
    """Return a ZIP archive, the same for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def made(name: str, version: str, files: dict[str, bytes], depends: list[str]) -> Wheel:
    """Return a wheel that holds `files`, with the little metadata that Python asks for."""
    folder = f"{name.replace('-', '_')}-{version}.dist-info"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    kind = "Wheel-Version: 1.0\nGenerator: course\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {**files, f"{folder}/METADATA": about.encode(), f"{folder}/WHEEL": kind.encode()}
    tops = {name.split("/")[0].removesuffix(".py") for name in files if ".dist-info" not in name}
    record = "".join(f"{path},,\n" for path in [*files, f"{folder}/RECORD"])
    files[f"{folder}/RECORD"] = record.encode()
    return Wheel(name, version, packed(files), depends, sorted(tops))


def installed(name: str, depends: list[str]) -> Wheel:
    """Return a wheel of an installed package, as far as it is pure Python."""
    distribution = metadata.distribution(name)
    files = {}
    for path in distribution.files or []:
        outside = path.parts[0] == ".." or ".dist-info" in path.parts[0]
        if not outside and path.suffix not in COMPILED:
            files[path.as_posix()] = Path(distribution.locate_file(path)).read_bytes()
    return made(name, distribution.version, files, depends)


def of_the_kernel(folder: Path) -> list[Wheel]:
    """Return the wheels in the folder of JupyterLite's extension."""
    found = []
    for name, depends in OF_THE_KERNEL.items():
        path = max(folder.glob(f"{name.replace('-', '_')}-*.whl"))
        with zipfile.ZipFile(path) as archive:
            inside = archive.namelist()
        tops = sorted({item.split("/")[0] for item in inside if ".dist-info" not in item})
        found.append(Wheel(name, path.name.split("-")[1], path.read_bytes(), depends, tops))
    return found


def others() -> list[Wheel]:
    """Return the wheels from PyPI, and the empty ones."""
    return [
        *(installed(name, depends) for name, depends in FROM_PYPI.items()),
        *(made(name, "0", {}, []) for name in EMPTY),
    ]
