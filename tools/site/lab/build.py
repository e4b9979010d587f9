"""Puts the course in a browser together."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from tools.site.lab import kernel, notebooks, pyodide, wheels

ROOT = Path(__file__).resolve().parents[3]
PAGE = Path(__file__).with_name("page")
NAME = "Training neural networks"
HEAD = """\
    <link rel="icon" href="../logo.svg" />
    <link rel="stylesheet" href="../course.css" />
    <script src="../course.js"></script>
"""
# Their content is the same as long as the version is.
FIXED = ("build", "extensions", "static")
EXTENSION = "extensions/@jupyterlite/pyodide-kernel-extension"
PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"
STARTUP = "/lib/python3.12/site-packages/course_in_browser.py"
START = "notebooks/index.md"
NOTEBOOKS = ("notebooks", "notebooks/deeper", "notebooks/exercises")
# What else a reader opens from there.
FILES = (
    "README.md",
    "benchmarks/crossing.json",
    "docs/cheat_sheet.md",
    "docs/images/*.png",
    "helpers/[a-z_]*.py",
    "helpers/figures/[a-z]*.py",
    "notebooks/index.md",
)
DATA = ("breast_cancer.csv", "diabetes_data_raw.csv.gz", "diabetes_target.csv.gz", "digits.csv.gz")
HELPERS_NEED = ["anywidget", "contourpy", "ipywidgets", "matplotlib", "numpy", "pillow", "tqdm"]
# Loaded when a cell imports it: two notebooks do.
LATER = "scikit-learn"

SETTINGS = {
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
    "@jupyterlab/docmanager-extension:plugin": {
        "autosaveInterval": 10,  # seconds; a phone ends a page in the background without asking
        "defaultViewers": {"markdown": "Markdown Preview"},
    },
}


def load(path: Path) -> dict[str, Any]:
    """Return a notebook."""
    return json.loads(path.read_text(encoding="utf-8"))


def helpers_wheel(read: Callable[[str], bytes]) -> wheels.Wheel:
    """Return the wheel of `helpers`, with all that it reads on a desktop from the repository."""
    files = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for suffix in ("py", "js")
        for path in ROOT.glob(f"helpers/**/*.{suffix}")
    }
    for path in ROOT.glob("notebooks/[0-9]*.ipynb"):
        files[f"notebooks/{path.name}"] = json.dumps(notebooks.prose(load(path))).encode()
    for path in ROOT.glob("notebooks/solutions/*.ipynb"):
        files[f"notebooks/solutions/{path.name}"] = path.read_bytes()
    for name, content in data_files(read).items():
        files[f"helpers/data/{name}"] = content
    lessons = [load(path) for folder in NOTEBOOKS[:2] for path in ROOT.glob(f"{folder}/*.ipynb")]
    files["course_in_browser.py"] = Path(kernel.__file__).read_bytes()
    files["course_in_browser.json"] = json.dumps(notebooks.stored_outputs(lessons)).encode()
    return wheels.made("helpers", "0.1.0", files, HELPERS_NEED)


def data_files(read: Callable[[str], bytes]) -> dict[str, bytes]:
    """Return the files of the data sets, out of Pyodide's scikit-learn."""
    wheel = read(pyodide.pinned()["packages"][LATER]["file_name"])
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return {name: archive.read(f"sklearn/datasets/data/{name}") for name in DATA}


def write_runtime(folder: Path, read: Callable[[str], bytes], own: list[wheels.Wheel]) -> list[str]:
    """Write Pyodide, all wheels and their lock file; return what a kernel starts with."""
    lock = pyodide.pinned()
    packages = lock["packages"] | {wheel.name: wheel.entry for wheel in own}
    folder.mkdir(parents=True)
    for name in pyodide.digests():
        (folder / name).write_bytes(read(name))
    for wheel in own:
        (folder / wheel.file_name).write_bytes(wheel.content)
    text = json.dumps({"info": lock["info"], "packages": packages})
    (folder / "pyodide-lock.json").write_text(text, encoding="utf-8")
    later = {LATER, *closure(packages, LATER)} - closure(packages, "helpers")
    # The kernel asks for some of them by the names that their authors write.
    return [
        {"pyodide-kernel": "pyodide_kernel"}.get(name, name)
        for name in packages
        if name not in later
    ]


def closure(packages: dict[str, Any], name: str) -> set[str]:
    """Return the names of all that a package needs."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in packages[waiting.pop()]["depends"]:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def write_contents(folder: Path) -> None:
    """Write the files that a reader sees in the browser."""
    for place in NOTEBOOKS:
        (folder / place).mkdir(parents=True)
        note = functools.partial(kernel.note, "../" * (place.count("/") + 1))
        for path in sorted(ROOT.glob(f"{place}/[0-9]*.ipynb")):
            page = notebooks.for_browser(load(path), note, exercise=place == NOTEBOOKS[2])
            (folder / place / path.name).write_text(json.dumps(page, indent=1), encoding="utf-8")
    for pattern in FILES:
        for path in sorted(ROOT.glob(pattern)):
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def configuration(packages: list[str]) -> dict[str, Any]:
    """Return what JupyterLite reads first."""
    options = {"packages": packages, "env": {"PYTHONSTARTUP": STARTUP}}
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": NAME,
            "exposeAppInBrowser": True,
            "showLoadingIndicator": True,
            "litePluginSettings": {
                PLUGIN: {"disablePyPIFallback": True, "loadPyodideOptions": options}
            },
        },
    }


def add_page(output: Path, packages: list[str]) -> None:
    """Add what loads Python ahead and keeps it: see the scripts in `page`."""
    runtime = output / "static" / "pyodide"
    lock = json.loads((runtime / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    started = [lock[pyodide.canonical(name)]["file_name"] for name in packages]
    paths = [runtime / name for name in (*pyodide.RUNTIME, "pyodide-lock.json", *started)]
    files = [(path.relative_to(output).as_posix(), path.stat().st_size) for path in paths]
    version = hashlib.sha256()
    for path in sorted(path for part in FIXED for path in (output / part).rglob("*.*")):
        version.update(path.relative_to(output).as_posix().encode())
        version.update(path.read_bytes() if path.is_file() else b"")
    course = {
        "version": version.hexdigest()[:16],
        "jupyterlite": metadata.version("jupyterlite-core"),
        "files": files,
    }
    (output / "service-worker.js").rename(output / "jupyterlite-service-worker.js")
    for name in ("course.js", "service-worker.js"):
        text = (PAGE / name).read_text(encoding="utf-8")
        text = f"const COURSE = {json.dumps(course)};\n{text}"
        (output / name).write_text(text, encoding="utf-8")
    shutil.copyfile(PAGE / "course.css", output / "course.css")
    shutil.copyfile(ROOT / "docs" / "_static" / "logo.svg", output / "logo.svg")
    index = output / "lab" / "index.html"
    page = index.read_text(encoding="utf-8")
    page = page.replace("<html>", '<html lang="en">').replace(">JupyterLite<", f">{NAME}<")
    index.write_text(page.replace("</title>", f"</title>\n{HEAD}", 1), encoding="utf-8")


def build(output: Path, work: Path, place: str = "") -> None:
    """Build the course in a browser into the folder `output`.

    Parameters
    ----------
    output : Path
        A missing folder.
    work : Path
        A folder for what is needed on the way.
    place : str
        Where Pyodide is; see `pyodide.source`.

    Raises
    ------
    pyodide.NotProvenError
        If Pyodide, or a part of it, is not there or is another one.
    RuntimeError
        If JupyterLite's build fails.
    """
    shutil.rmtree(work, ignore_errors=True)
    extension = Path(sys.prefix) / "share/jupyter/labextensions" / EXTENSION.partition("/")[2]
    with pyodide.source(place) as read:
        own = [helpers_wheel(read), *wheels.others()]
        own += wheels.of_the_kernel(extension / "static" / "pypi")
        packages = write_runtime(work / "static" / "pyodide", read, own)
    write_contents(work / "files")
    (work / "jupyter-lite.json").write_text(json.dumps(configuration(packages)), encoding="utf-8")
    (work / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(work)]
    command += ["--output-dir", str(output), "--apps", "lab", "--no-sourcemaps"]
    command += ["--no-unused-shared-packages"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"JupyterLite could not be built:\n{done.stdout}\n{done.stderr}")
    add_page(output, packages)
