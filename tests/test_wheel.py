"""`helpers` as a wheel, far from the repository: nothing that it needs is left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import importlib, pkgutil, sys
import helpers
assert helpers.__file__.startswith(sys.prefix), helpers.__file__
names = [m.name for m in pkgutil.walk_packages(helpers.__path__, "helpers.")]
for name in names:
    importlib.import_module(name)
from helpers.figures.activations import unit_explorer
from helpers.figures.drawing import DrawingPad
print(len(names), len(str(unit_explorer()._esm)), len(str(DrawingPad._esm)))
from helpers.checks import check, solution
check("sigmoid", importlib.import_module("helpers.activations").sigmoid)
solution("sigmoid")
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """A Python that has the wheel, and the dependencies of the one that runs the tests."""
    home = tmp_path_factory.mktemp("wheel")
    source = home / "source"
    shutil.copytree(ROOT / "helpers", source / "helpers")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "build", "-q", "--wheel", "--out-dir", home, source], check=True)
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, home / "env"], check=True)
    python = home / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    (wheel,) = home.glob("*.whl")
    subprocess.run(
        [*uv, "pip", "install", "-q", "--no-deps", "--python", python, wheel], check=True
    )
    # A path file adds the folder, but does not run the folder's own path files: the `helpers` of
    # the repository, which one of those would bring, stays away.
    (packages,) = (home / "env").rglob("site-packages")
    dependencies = sysconfig.get_path("purelib")
    (packages / "dependencies.pth").write_text(dependencies, encoding="utf-8")
    return python


@pytest.mark.slow
def test_the_wheel_works_where_the_repository_is_not(python, tmp_path):
    ours = ("HELPERS_PROGRESS", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    run = subprocess.run(
        [python, "-c", PROGRAM],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    numbers, shown = run.stdout.split("\n", 1)
    modules = list((ROOT / "helpers").rglob("*.py"))
    scripts = [ROOT / "helpers" / "figures" / name for name in ("explorer.js", "drawing.js")]
    lengths = [len(script.read_text(encoding="utf-8")) for script in scripts]
    assert [int(number) for number in numbers.split()] == [len(modules) - 1, *lengths]
    assert "sigmoid: solved" in shown
    assert "in the course's repository, notebooks/solutions/01_activations.ipynb; not here" in shown
    assert (tmp_path / ".progress.json").is_file()
