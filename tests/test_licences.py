"""The site's list of licences: what it finds by itself, and that nothing stays unsaid."""

from __future__ import annotations

import json
import zipfile
from email.message import Message
from importlib import metadata
from pathlib import Path

import matplotlib
import pytest

from tools.site import licences
from tools.site.licences import Part, UnknownLicenceError

LONG = "Copyright (c) 2005, the authors.\nAll rights reserved. Redistribution and use …"
BSD = "License :: OSI Approved :: BSD License"
MIT = "License :: OSI Approved :: MIT License"


def about(**fields: str | list[str]) -> Message:
    message = Message()
    for name, values in {"Name": "thing", "Version": "2.0", **fields}.items():
        for value in [values] if isinstance(values, str) else values:
            message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License_Expression": "MIT", "License": "see LICENSE"}, "MIT"),
        ({"License": "Apache License 2.0", "Classifier": MIT}, "Apache License 2.0"),
        ({"License": "BSD 3-Clause License\n\nCopyright (c) 2021 …"}, "BSD 3-Clause License"),
        ({"License": LONG, "Classifier": ["Framework :: X", BSD]}, "BSD License"),
        ({"License": "======\nTerms\n======", "Classifier": BSD}, "BSD License"),
        ({"License": "Dual License", "Classifier": [BSD, MIT]}, "BSD License or MIT License"),
    ],
)
def test_licence_is_what_the_metadata_say(fields, licence):
    assert licences.licence_of(about(**fields)) == licence


@pytest.mark.parametrize("fields", [{}, {"License": LONG}, {"Classifier": "Framework :: X"}])
def test_metadata_without_a_licence_are_refused(fields):
    with pytest.raises(UnknownLicenceError, match=r"thing 2\.0 says no licence"):
        licences.licence_of(about(**fields))


# --- the site -------------------------------------------------------------------------------------


def wheel(folder: Path, name: str, version: str, *metadata_lines: str, **files: str) -> Path:
    path = folder / f"{name}-{version}-py3-none-any.whl"
    lines = [f"Name: {name}", f"Version: {version}", *metadata_lines]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(lines))
        archive.writestr(f"{name}-{version}.dist-info/licenses/LICENSE", f"{name}'s text")
        for file, text in files.items():
            archive.writestr(f"{name}/{file}.py", text)
    return path


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A site with a file of Matplotlib's, one of its own, and a page for the list."""
    installed = [metadata.distribution(name) for name in ("tqdm", "matplotlib")]
    monkeypatch.setattr(metadata, "distributions", lambda: installed)  # all of them take seconds
    image = Path(matplotlib.get_data_path()) / "images" / "matplotlib.svg"
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "renamed.svg").write_bytes(image.read_bytes())
    (tmp_path / "pages" / "own.css").write_text("a { color: red }" * 20)
    (tmp_path / "docs").mkdir()
    (tmp_path / licences.PAGE).write_text(f"<h1>Licences</h1>{licences.PLACE}")
    return tmp_path


@pytest.fixture
def runtime(site):
    """The site's Python for browsers."""
    folder = site / "lab" / "pyodide"
    folder.mkdir(parents=True)
    info = {"version": "0.27.7", "python": "3.12.7"}
    (folder / licences.LOCK).write_text(json.dumps({"info": info, "packages": {}}))
    for name in ("pyodide.asm.wasm", "python_stdlib.zip", "openblas-0.3.26.zip"):
        (folder / name).write_text(name)
    return folder


def listed(site: Path) -> dict[str, Part]:
    return {part.name: part for part in licences.parts(site)}


def test_a_packages_file_is_known_by_its_content(site):
    part = listed(site)[f"matplotlib {matplotlib.__version__}"]
    assert "Matplotlib Development Team" in part.text
    (site / "pages" / "renamed.svg").write_text("<svg>another picture</svg>" * 20)
    assert f"matplotlib {matplotlib.__version__}" not in listed(site)


def test_the_browsers_python_is_listed_with_its_versions(runtime, site):
    found = listed(site)
    assert found["Pyodide 0.27.7"].licence == "MPL-2.0"
    assert {"Python 3.12.7", "OpenBLAS"} <= found.keys()


def test_a_wheel_says_its_licence_and_text(runtime, site):
    wheel(runtime, "thing", "2.0", "License: MIT", code="x = 1")
    assert listed(site)["thing 2.0"] == Part(
        "thing 2.0", "MIT", "LICENSE\n-------\n\nthing's text\n"
    )


def test_a_wheel_that_was_packed_anew_is_looked_up_where_it_was_installed(runtime, site):
    version = metadata.version("tqdm")
    wheel(runtime, "tqdm", version, code="x = 1")
    assert "MPL-2.0" in listed(site)[f"tqdm {version}"].licence


@pytest.mark.parametrize("name", ["tqdm", "nobody-knows-it"])
def test_a_wheel_without_a_licence_is_named(runtime, site, name):
    wheel(runtime, name, "0.0.1", code="x = 1")
    with pytest.raises(UnknownLicenceError, match=rf"{name} 0\.0\.1 says no licence"):
        listed(site)


def test_an_unknown_archive_is_named(runtime, site):
    (runtime / "fortran-1.zip").write_text("")
    with pytest.raises(UnknownLicenceError, match=r"fortran-1\.zip says no licence"):
        listed(site)


def test_our_own_wheel_and_an_empty_one_need_no_line(runtime, site):
    before = listed(site)
    wheel(runtime, "helpers", "0.1.0", code="x = 1")
    wheel(runtime, "ssl", "0")
    assert listed(site) == before


def test_a_part_of_jupyterlab_says_what_it_holds(site):
    folder = site / "lab" / "extensions" / "@jupyter-widgets" / "manager" / "static"
    folder.mkdir(parents=True)
    package = {"versionInfo": "1.0", "extractedText": "The text"}
    said = {"a": "ISC", "b": "MIT", "c": "MIT", "d": ""}
    packages = [package | {"name": name, "licenseId": licence} for name, licence in said.items()]
    (folder / licences.BUNDLE).write_text(json.dumps({"packages": packages}))
    part = listed(site)["manager: 4 packages of JavaScript"]
    assert part.licence == "MIT (2), ISC (1), see the text (1)"
    assert "a 1.0: ISC\n----------\n\nThe text\n" in part.text


def test_the_page_gets_a_table_and_the_texts_lie_beside_it(site):
    licences.add_licences(site)
    page = (site / licences.PAGE).read_text(encoding="utf-8")
    name = f"matplotlib-{matplotlib.__version__}.txt"
    assert f'<a href="licences/{name}">' in page
    assert "Matplotlib" in (site / "docs" / "licences" / name).read_text(encoding="utf-8")
    assert '<td>MathJax</td><td><a href="https://www.apache.org/licenses/LICENSE-2.0">' in page
    with pytest.raises(ValueError, match="has no <div"):
        licences.add_licences(site)
