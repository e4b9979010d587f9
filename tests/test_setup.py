"""The set-up: pins, conda environment, make targets, and what a failing set-up says."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DEPENDENCIES = [
    Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
]
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PINS = [Requirement(line) for line in re.findall(r"^[^\s#].*", REQUIREMENTS, flags=re.M)]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {
    "bench",
    "claims",
    "exercises",
    "help",
    "lab",
    "lint",
    "notebooks",
    "requirements",
    "site",
    "test",
    "test-browser",
    "time",
}

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
PLATFORMS = {  # name: (sys_platform, platform_machine, os_name, platform_system)
    "Linux x86-64": ("linux", "x86_64", "posix", "Linux"),
    "Linux arm64": ("linux", "aarch64", "posix", "Linux"),
    "macOS arm64": ("darwin", "arm64", "posix", "Darwin"),
    "Windows x86-64": ("win32", "AMD64", "nt", "Windows"),
}

posix_only = pytest.mark.skipif(os.name == "nt", reason="stands in for Python with a shell script")


def marker_environment(python: str, platform: str) -> dict[str, str]:
    names = ("sys_platform", "platform_machine", "os_name", "platform_system")
    return {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
        **dict(zip(names, PLATFORMS[platform], strict=True)),
    }


def applying(requirements: list[Requirement], environment: dict[str, str]) -> list[Requirement]:
    return [r for r in requirements if r.marker is None or r.marker.evaluate(environment)]


# --- requirements.txt -----------------------------------------------------------------------------


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_requirements_pin_each_dependency_once(python, platform):
    environment = marker_environment(python, platform)
    pinned: dict[str, list[str]] = {}
    for pin in applying(PINS, environment):
        (specifier,) = pin.specifier
        assert specifier.operator == "==", f"{pin} is not pinned"
        pinned.setdefault(canonicalize_name(pin.name), []).append(specifier.version)
    assert {name: v for name, v in pinned.items() if len(v) > 1} == {}
    for dependency in applying(DEPENDENCIES, environment):
        name = canonicalize_name(dependency.name)
        assert name in pinned, f"{name} is not in requirements.txt: run `make requirements`"
        assert pinned[name][0] in dependency.specifier, f"{dependency} against {pinned[name]}"


def test_requirements_hold_only_what_pyproject_asks_for():
    asked_for: set[str] = set()
    for block in re.split(r"\n(?=[^\s#])", REQUIREMENTS):
        name = canonicalize_name(Requirement(block.splitlines()[0]).name)
        if "helpers (pyproject.toml)" in block:
            asked_for.add(name)
        assert "# via" in block, f"nothing needs {name}: run `make requirements`"
    assert asked_for == {canonicalize_name(d.name) for d in DEPENDENCIES}


def test_requirements_name_no_address():
    assert "://" not in REQUIREMENTS
    assert not re.search(r"^\s*-", REQUIREMENTS, flags=re.M)


@pytest.mark.parametrize(
    ("platform", "tensorflow"),
    [
        ("Linux x86-64", "tensorflow-cpu"),
        ("Linux arm64", "tensorflow"),
        ("macOS arm64", "tensorflow"),
        ("Windows x86-64", "tensorflow-cpu"),
    ],
)
def test_each_platform_gets_one_tensorflow(platform, tensorflow):
    builds = [r for r in [*DEPENDENCIES, *PINS] if r.name.startswith("tensorflow")]
    applied = applying(builds, marker_environment("3.12", platform))
    assert [r.name for r in applied] == [tensorflow, tensorflow]  # in pyproject.toml and as a pin


@pytest.mark.slow
def test_requirements_are_what_uv_compiles(tmp_path):
    (recipe,) = re.findall(r"uv (pip compile (?:.*\\\n)*.*)", MAKEFILE)
    arguments = recipe.replace("\\\n", " ").replace("$(ARGS)", "").split()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "requirements.txt", tmp_path)  # uv keeps pins that still satisfy
    command = [sys.executable, "-m", "uv", *arguments]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / "requirements.txt").read_text(encoding="utf-8") == REQUIREMENTS


# --- environment.yml ------------------------------------------------------------------------------


def conda_environment() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_conda_brings_python_and_pip_and_pip_the_rest():
    python, pip, rest = conda_environment()["dependencies"]
    assert re.fullmatch(r"python=3\.\d+", python)
    assert python.removeprefix("python=") in SpecifierSet(PROJECT["requires-python"])
    assert pip == "pip"
    assert rest == {"pip": ["-r requirements.txt", "-e ."]}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_conda_pip_part_installs_into_an_empty_environment(tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    for file in ("requirements.txt", "pyproject.toml", "environment.yml"):
        shutil.copy(ROOT / file, clone)
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    # conda writes the pip part to a file beside environment.yml and hands it to pip.
    lines = conda_environment()["dependencies"][-1]["pip"]
    (clone / "pip-part.txt").write_text("\n".join(lines), encoding="utf-8")
    install = [python, "-m", "pip", "install", "-q", "--no-cache-dir", "-r", "pip-part.txt"]
    subprocess.run(install, cwd=clone, check=True)
    subprocess.run([python, "-m", "pip", "check"], cwd=tmp_path, check=True)
    imports = "import helpers, jupyterlab, tensorflow; print(helpers.__file__)"
    found = subprocess.run(
        [python, "-c", imports], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert Path(found.stdout.strip()) == clone / "helpers" / "__init__.py"
    shutil.rmtree(tmp_path / "env")  # 1.9 GB


# --- make -----------------------------------------------------------------------------------------


def make(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON"}  # of the `make test` that runs this
    inherited = {k: v for k, v in os.environ.items() if k not in outer}
    return subprocess.run(
        ["make", *arguments],
        cwd=cwd,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("help",)])
def test_help_lists_every_target(arguments):
    listed = re.findall(r"^make ([a-z-]+) +\S", make(*arguments).stdout, flags=re.M)
    assert set(listed) == TARGETS
    (phony,) = re.findall(r"^\.PHONY: (.*)", MAKEFILE, flags=re.M)
    assert set(phony.split()) == TARGETS
    assert set(re.findall(r"^([a-z-]+):(?! export)", MAKEFILE, flags=re.M)) == TARGETS


def test_targets_run_modules_that_exist():
    modules = re.findall(r"\$\(PY\) -m ([\w.]+)", MAKEFILE)
    assert [m for m in modules if importlib.util.find_spec(m) is None] == []


def test_set_up_is_repeated_only_when_its_inputs_change(tmp_path):
    for file in ("Makefile", "pyproject.toml", "requirements.txt", "tools/set_up.sh"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    stamp = tmp_path / ".venv" / "set-up.stamp"
    stamp.parent.mkdir()
    assert make("-q", ".venv/set-up.stamp", cwd=tmp_path).returncode == 1
    stamp.touch()
    assert make("-q", ".venv/set-up.stamp", cwd=tmp_path).returncode == 0
    for file in ("pyproject.toml", "requirements.txt", "tools/set_up.sh"):
        later = stamp.stat().st_mtime + 10
        os.utime(tmp_path / file, (later, later))
        assert make("-q", ".venv/set-up.stamp", cwd=tmp_path).returncode == 1, file
        os.utime(tmp_path / file, (later - 20, later - 20))


def test_options_reach_jupyterlab():
    shown = make("-n", "lab", "ARGS=--no-browser --port 8899").stdout
    assert shown.rstrip().endswith("/lab/tree/notebooks/index.md --no-browser --port 8899")


def test_ci_and_the_workflow_call_make():
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^make (\w+)", ci, flags=re.M) == ["lint", "test"]
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == PYTHONS
    assert [v for v in PYTHONS if v not in SpecifierSet(PROJECT["requires-python"])] == []
    assert {os.partition("-")[0] for os in matrix["os"]} == {"ubuntu", "macos", "windows"}
    commands = [s["run"] for job in workflow["jobs"].values() for s in job["steps"] if "run" in s]
    assert commands == ["bash .ci/run", "make test PYTHON=python"]


# --- what a failing set-up says -------------------------------------------------------------------


@pytest.fixture
def newcomer(tmp_path):
    """A fresh folder with what the set-up needs, as a clone would have."""
    (tmp_path / "tools").mkdir()
    for file in ("Makefile", "pyproject.toml", "requirements.txt", "tools/set_up.sh"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def only_line(result: subprocess.CompletedProcess) -> str:
    """Return the one line that the set-up wrote to stderr, make's own last line aside."""
    assert result.returncode != 0
    said = [line for line in result.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1, result.stderr
    return said[0]


def old_python(path: Path) -> str:
    pretend = "import sys; sys.version_info = (3, 9, 18, 'final', 0); exec(sys.argv[1])"
    return script(path, f'[ "$1" = -c ] && exec "{sys.executable}" -c "{pretend}" "$2"')


@posix_only
def test_a_python_too_old_is_named(newcomer):
    python = old_python(newcomer / "python")
    assert only_line(make(".venv/set-up.stamp", cwd=newcomer, PYTHON=python)) == (
        f"set-up: Python 3.10 to 3.13 is needed, but {python} is Python 3.9.18; "
        "try PYTHON=python3.12."
    )
    assert not (newcomer / ".venv").exists()


@posix_only
def test_a_python_that_does_not_run_is_named(newcomer):
    line = only_line(make(".venv/set-up.stamp", cwd=newcomer, PYTHON="no-such-python"))
    assert line.startswith("set-up: PYTHON=no-such-python does not run")


@posix_only
@pytest.mark.parametrize("has_old_python", [False, True])
def test_no_fitting_python_on_the_path(newcomer, has_old_python):
    folder = newcomer / "bin"
    folder.mkdir()
    for tool in ("make", "sh", "id", "tail", "uname"):
        (folder / tool).symlink_to(shutil.which(tool))
    if has_old_python:
        old_python(folder / "python3")
    line = only_line(make(".venv/set-up.stamp", cwd=newcomer, PATH=str(folder)))
    found = "only Python 3.9.18" if has_old_python else "no Python"
    assert f"Python 3.10 to 3.13 is needed, but {found} was found" in line


@posix_only
def test_a_python_without_venv_is_told_how_to_get_it(newcomer):
    without = f'case "$*" in *ensurepip*) exit 1 ;; esac\nexec "{sys.executable}" "$@"'
    line = only_line(
        make(".venv/set-up.stamp", cwd=newcomer, PYTHON=script(newcomer / "python", without))
    )
    assert "lacks the venv module" in line
    assert "sudo apt install python3-venv" in line
    assert not (newcomer / ".venv").exists()


@posix_only
def test_a_machine_without_tensorflow_is_told_where_to_go(newcomer):
    other = "import platform; platform.machine = lambda: 'riscv64'; "
    pretend = f'[ "$1" = -c ] && {{ c=$2; shift 2; set -- -c "{other}$c" "$@"; }}'
    python = script(newcomer / "python", f'{pretend}\nexec "{sys.executable}" "$@"')
    line = only_line(make(".venv/set-up.stamp", cwd=newcomer, PYTHON=python))
    assert "TensorFlow has no build for this machine" in line
    assert not (newcomer / ".venv").exists()


@posix_only
def test_no_network_is_said_in_one_line(newcomer):
    nowhere = "http://127.0.0.1:9"  # the discard port: nothing listens
    environment = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), nowhere)
    result = make(
        ".venv/set-up.stamp",
        cwd=newcomer,
        PYTHON=sys.executable,
        PIP_INDEX_URL=f"{nowhere}/simple",
        PIP_CONFIG_FILE=os.devnull,
        PIP_NO_CACHE_DIR="1",
        PIP_FIND_LINKS="",
        no_proxy="",
        **environment,
    )
    assert "check the network connection" in only_line(result)
    assert not (newcomer / ".venv" / "set-up.stamp").exists()


# --- the pages that lead to the lessons -----------------------------------------------------------


def lesson_links(page: Path) -> list[str]:
    links = re.findall(r"^\| \d \| \[.*?\]\((.*?)\)", page.read_text(encoding="utf-8"), flags=re.M)
    return [(page.parent / link).resolve().relative_to(ROOT).as_posix() for link in links]


@pytest.mark.parametrize("page", ["README.md", "notebooks/index.md"])
def test_page_lists_the_lessons_in_order(page):
    lessons = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("notebooks/0*.ipynb"))
    assert lesson_links(ROOT / page) == lessons


@pytest.mark.parametrize("page", ["README.md", "notebooks/index.md"])
def test_page_leads_from_each_lesson_to_its_deeper_notebook(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d \| .*", text, flags=re.M)
    for row, lesson in zip(rows, lesson_links(ROOT / page), strict=True):
        assert re.findall(r"\]\((?:notebooks/)?deeper/(.*?)\)", row) == [Path(lesson).name]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "notebooks/index.md"])
def test_relative_links_resolve(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)}
    relative = [link for link in links if link and "://" not in link]
    assert relative
    assert [link for link in relative if not ((ROOT / page).parent / link).exists()] == []


# --- a notebook as text ---------------------------------------------------------------------------


def test_notebook_as_text_keeps_what_a_reviewer_reads(tmp_path):
    from nbformat import v4

    figure = '<img alt="A parabola" src="data:image/png;base64,iVBORw0KGgo=">'
    outputs = [
        v4.new_output("stream", text="one\ntwo\n"),
        v4.new_output("display_data", data={"text/html": figure, "text/plain": "<HTML>"}),
        v4.new_output("error", ename="ValueError", evalue="no", traceback=["\x1b[0m"]),
    ]
    code = v4.new_code_cell(
        "print('é')", metadata={"tags": ["nbval-ignore-output"]}, outputs=outputs
    )
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Title"), code])
    path = tmp_path / "notebook.ipynb"
    path.write_text(v4.writes(notebook), encoding="utf-8")
    shown = subprocess.run(
        [sys.executable, ROOT / "tools" / "notebook_as_text.py", path],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert shown.stdout.splitlines() == [
        "# %% markdown",
        "# Title",
        "",
        "# %% code nbval-ignore-output",
        "print('é')",
        "#> one",
        "#> two",
        '#> <img alt="A parabola" src="PICTURE">',
        "#> ValueError: no",
        "",
    ]
