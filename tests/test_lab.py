"""The course in a browser: what its build makes of notebooks, wheels and Pyodide.

What a browser makes of it is tested in tests/browser/test_lab.py.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import importlib
import io
import json
import re
import tarfile
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers.checks import _lessons
from tools.site.lab import build, kernel, notebooks, pyodide, wheels

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted([*ROOT.glob("notebooks/0*.ipynb"), *ROOT.glob("notebooks/deeper/0*.ipynb")])
EXERCISES = sorted(ROOT.glob("notebooks/exercises/0*.ipynb"))


def name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def tagged(notebook: dict) -> list[dict]:
    return [c for c in notebook["cells"] if "tensorflow" in c["metadata"].get("tags", [])]


# --- notebooks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*LESSONS, *EXERCISES], ids=name)
def test_only_cells_with_tensorflow_change(path):
    notebook = build.load(path)
    before = copy.deepcopy(notebook)
    note = functools.partial(kernel.note, "../")
    page = notebooks.for_browser(notebook, note, exercise=path in EXERCISES)
    assert notebook == before
    nbformat.validate(nbformat.from_dict(page))
    assert page["metadata"]["kernelspec"]["name"] == "python"
    for old, new in zip(notebook["cells"], page["cells"], strict=True):
        if old not in tagged(notebook):
            assert new == old
            continue
        magic, _, code = new["source"].partition("\n")
        assert magic == "%%tensorflow"
        assert code == "".join(old["source"])
        assert new["outputs"][1:] == old["outputs"]
        said = new["outputs"][0]["data"]["text/plain"]
        assert said.startswith("Needs TensorFlow, which no browser runs")
        assert ("this is the output of a real run" in said) == bool(old["outputs"])
        assert ("does not count here" in said) == (path in EXERCISES)


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_a_cell_with_tensorflow_shows_what_is_stored(path, tmp_path, monkeypatch, capsys):
    kept = tmp_path / "course_in_browser.json"
    kept.write_text(json.dumps(notebooks.stored_outputs([build.load(p) for p in LESSONS])))
    monkeypatch.setattr(kernel, "KEPT", kept)
    shown: list = []
    display = "IPython.display.display"
    monkeypatch.setattr(display, lambda data, metadata, raw: shown.append(data))
    for cell in tagged(build.load(path)):
        shown.clear()
        kernel.tensorflow("", "".join(cell["source"]) + "\n")
        stored = [output["data"] for output in cell["outputs"] if "data" in output]
        assert shown[1:] == [{k: "".join(text) for k, text in data.items()} for data in stored]
        printed = ["".join(output["text"]) for output in cell["outputs"] if "text" in output]
        assert capsys.readouterr().out == "".join(printed)


def test_changed_code_is_not_answered_with_an_output(tmp_path, monkeypatch, capsys):
    kept = tmp_path / "course_in_browser.json"
    kept.write_text("{}")
    monkeypatch.setattr(kernel, "KEPT", kept)
    kernel.tensorflow("", "keras.layers.Dense(3)")
    assert "It waits for you in the full course" in capsys.readouterr().out


def test_a_stored_stream_is_printed(tmp_path, monkeypatch, capsys):
    cell = nbformat.v4.new_code_cell("print(1)", metadata={"tags": ["tensorflow"]})
    cell.outputs = [nbformat.v4.new_output("stream", text=["1\n", "2\n"])]
    kept = tmp_path / "course_in_browser.json"
    kept.write_text(json.dumps(notebooks.stored_outputs([{"cells": [cell]}])))
    monkeypatch.setattr(kernel, "KEPT", kept)
    kernel.tensorflow("", "print(1)\n")
    assert capsys.readouterr().out.endswith("\n1\n2\n")


def test_bincount_counts_int64_where_numpy_has_32_bits(monkeypatch):
    def strict(x, weights=None, minlength=0):
        return original(np.asarray(x).astype(np.int32, casting="safe"), weights, minlength)

    original = np.bincount
    monkeypatch.setattr(np, "bincount", strict)
    labels = np.array([0, 2, 2], dtype=np.int64)
    with pytest.raises(TypeError):
        np.bincount(labels)
    monkeypatch.setattr(np, "intp", np.int32)
    kernel.count_any_whole_numbers()
    assert np.bincount(labels, minlength=4).tolist() == [1, 0, 2, 0]
    assert np.bincount([0, 1, 1], [0.5, 1, 1]).tolist() == [0.5, 2]
    with pytest.raises(TypeError):
        np.bincount([0.5])


def test_two_outputs_of_one_code_are_refused():
    one, two = (
        nbformat.v4.new_code_cell("fit()", metadata={"tags": ["tensorflow"]}) for _ in range(2)
    )
    one.outputs = [nbformat.v4.new_output("stream", text="1")]
    with pytest.raises(ValueError, match="two cells with other outputs have the same code: 'fit"):
        notebooks.stored_outputs([{"cells": [one, two]}])


def test_the_tasks_that_do_not_count_are_those_whose_check_does_not_run():
    checks = "\n".join(
        "".join(cell["source"]) for path in EXERCISES for cell in tagged(build.load(path))
    )
    marked = [name for name, (_, task) in _lessons.catalogue().items() if task.needs_tensorflow]
    assert sorted(re.findall(r'^check\("(\w+)"', checks, flags=re.M)) == sorted(marked)


def test_every_link_between_the_files_leads_to_one_of_them(tmp_path):
    build.write_contents(tmp_path / "files")
    broken = []
    for path in (tmp_path / "files").rglob("*.*"):
        text = path.read_text(encoding="utf-8") if path.suffix in (".md", ".ipynb") else ""
        if path.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.S)):
            target = link.partition("#")[0]
            if target and "://" not in link and not (path.parent / target).exists():
                broken.append((path.name, link))
    assert [b for b in broken if b[0] != "README.md"] == []


# --- wheels ---------------------------------------------------------------------------------------


def test_a_wheel_made_here_can_be_imported(tmp_path, monkeypatch):
    files = {"course_wheel_test/__init__.py": b"answer = 42\n"}
    wheel = wheels.made("course-wheel-test", "1.2", files, ["numpy"])
    path = tmp_path / wheel.file_name
    path.write_bytes(wheel.content)
    monkeypatch.syspath_prepend(str(path))
    assert importlib.import_module("course_wheel_test").answer == 42
    assert importlib.metadata.version("course-wheel-test") == "1.2"
    assert wheel.entry["imports"] == ["course_wheel_test"]
    assert wheel.entry["sha256"] == hashlib.sha256(wheel.content).hexdigest()


def test_a_wheel_is_named_by_its_content():
    one, same, other = (wheels.made("a", "1", {"a.py": text}, []) for text in (b"1", b"1", b"2"))
    assert one.file_name == same.file_name != other.file_name


@pytest.mark.parametrize("package", sorted(set(wheels.FROM_PYPI) - {"psygnal"}))
def test_an_installed_package_is_packed_as_pure_python(package):
    wheel = wheels.installed(package, [])
    assert package.replace("-", "_") in wheel.imports
    names = zipfile.ZipFile(io.BytesIO(wheel.content)).namelist()
    assert [n for n in names if n.endswith(wheels.COMPILED) or n.startswith("..")] == []


def test_helpers_come_with_all_that_they_read(tmp_path):
    data = {f"sklearn/datasets/data/{name}": name.encode() for name in build.DATA}
    wheel = build.helpers_wheel(lambda name: wheels.packed(data))
    names = set(zipfile.ZipFile(io.BytesIO(wheel.content)).namelist())
    ours = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("helpers/**/*.*")]
    wanted = {path for path in ours if path.endswith((".py", ".js"))}
    wanted |= {f"helpers/data/{name}" for name in build.DATA}
    wanted |= {f"notebooks/solutions/{path.name}" for path in EXERCISES}
    assert wanted - names == set()
    assert importlib.import_module("helpers.datasets").digits().train.X.shape == (1078, 64)


# --- Pyodide --------------------------------------------------------------------------------------


@pytest.fixture
def pinned(tmp_path, monkeypatch):
    """A list that names one file, whose content is `right`."""
    lock = {
        "runtime": {"pyodide.js": hashlib.sha256(b"right").hexdigest()},
        "info": {"version": "0.0"},
        "packages": {},
    }
    file = tmp_path / "pyodide.json"
    file.write_text(json.dumps(lock))
    monkeypatch.setattr(pyodide, "PINNED", file)


def archive(folder: Path, content: bytes) -> Path:
    path = folder / "pyodide.tar.bz2"
    with tarfile.open(path, "w:bz2") as tar:
        member = tarfile.TarInfo("pyodide/pyodide.js")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.usefixtures("pinned")
def test_a_file_is_taken_from_a_folder_and_from_an_archive(tmp_path):
    (tmp_path / "pyodide.js").write_bytes(b"right")
    for place in (tmp_path, archive(tmp_path, b"right")):
        with pyodide.source(str(place)) as read:
            assert read("pyodide.js") == b"right"


@pytest.mark.usefixtures("pinned")
def test_another_file_is_refused(tmp_path):
    for place in (tmp_path, archive(tmp_path, b"wrong")):
        (tmp_path / "pyodide.js").write_bytes(b"wrong")
        with (
            pyodide.source(str(place)) as read,
            pytest.raises(pyodide.NotProvenError, match=r"pyodide\.js from .* is another file"),
        ):
            read("pyodide.js")


@pytest.mark.usefixtures("pinned")
def test_what_is_missing_is_named(tmp_path):
    with (
        pyodide.source(str(tmp_path)) as read,
        pytest.raises(pyodide.NotProvenError, match=r"has no pyodide\.js"),
    ):
        read("pyodide.js")
    nowhere = str(tmp_path / "nowhere")
    with (
        pytest.raises(pyodide.NotProvenError, match=r"PYODIDE=.*nowhere cannot be opened"),
        pyodide.source(nowhere),
    ):
        pass


def test_the_list_holds_all_that_its_packages_need():
    lock = pyodide.pinned()
    assert pyodide.trimmed(lock) == {"info": lock["info"], "packages": lock["packages"]}
    assert set(lock["runtime"]) == set(pyodide.RUNTIME)
    carried = {*lock["packages"], *wheels.FROM_PYPI, *wheels.OF_THE_KERNEL, *wheels.EMPTY}
    for needed in [build.HELPERS_NEED, *wheels.FROM_PYPI.values()]:
        assert set(needed) <= carried


def test_what_a_kernel_starts_with_leaves_scikit_learn_for_later(tmp_path):
    helpers = wheels.made("helpers", "0", {}, build.HELPERS_NEED)
    own = [helpers, *(wheels.made(n, "0", {}, d) for n, d in wheels.FROM_PYPI.items())]
    packages = build.write_runtime(tmp_path / "pyodide", lambda name: b"", own)
    assert {"helpers", "numpy", "matplotlib", "ipython"} <= set(packages)
    assert {"scikit-learn", "scipy", "openblas"} & set(packages) == set()
    lock = json.loads((tmp_path / "pyodide" / "pyodide-lock.json").read_text())
    assert "scikit-learn" in lock["packages"]
    assert (tmp_path / "pyodide" / helpers.file_name).is_file()


def test_settings_name_no_other_host():
    text = json.dumps(build.configuration(["numpy"]))
    assert "://" not in text
    assert '"disablePyPIFallback": true' in text
