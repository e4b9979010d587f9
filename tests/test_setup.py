"""The set-up: pins, conda environment, make targets, and what a failing set-up says."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import inspect
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools import commands, set_up

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DEPENDENCIES = [
    Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
]
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PINS = [Requirement(line) for line in re.findall(r"^[^\s#].*?(?= \\$)", REQUIREMENTS, flags=re.M)]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LOWEST, HIGHEST = set_up.LOWEST[1], set_up.BEYOND[1] - 1

PYTHONS = [f"3.{minor}" for minor in range(LOWEST, HIGHEST + 1)]
PLATFORMS = {  # name: (sys_platform, platform_machine, os_name, platform_system)
    "Linux x86-64": ("linux", "x86_64", "posix", "Linux"),
    "Linux arm64": ("linux", "aarch64", "posix", "Linux"),
    "macOS arm64": ("darwin", "arm64", "posix", "Darwin"),
    "Windows x86-64": ("win32", "AMD64", "nt", "Windows"),
}

posix_only = pytest.mark.skipif(os.name == "nt", reason="stands in for uv with a script")


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
        name = canonicalize_name(Requirement(block.partition(" \\")[0]).name)
        if "helpers (pyproject.toml)" in block:
            asked_for.add(name)
        assert "# via" in block, f"nothing needs {name}: run `make requirements`"
    assert asked_for == {canonicalize_name(d.name) for d in DEPENDENCIES}


@pytest.mark.parametrize("file", commands.REQUIREMENTS)
def test_requirements_carry_hashes_and_name_no_address(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "://" not in text
    blocks = re.split(r"\n(?=[^\s#])", re.sub(r"^#.*\n", "", text, flags=re.M))
    assert [b for b in blocks if not re.match(r"\S+==.*\\\n +--hash=sha256:[0-9a-f]{64}", b)] == []
    assert set(re.findall(r"^\s*(-+[a-z-]+)", text, flags=re.M)) == {"--hash"}


def test_every_environment_is_installed_from_pinned_files():
    files = {file for files in set_up.ENVIRONMENTS.values() for file in files}
    assert {*files, "requirements-browser.txt"} == set(commands.REQUIREMENTS)
    assert {p.name for p in ROOT.glob("requirements*.txt")} == set(commands.REQUIREMENTS)


def test_every_third_party_import_is_declared():
    """What a dependency happens to bring along may be gone in its next version."""
    modules = {
        name.partition(".")[0]
        for path in ROOT.glob("helpers/**/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module] if hasattr(node, "module") else [a.name for a in node.names])
    }
    distributions = importlib.metadata.packages_distributions()
    declared = {canonicalize_name(d.name) for d in DEPENDENCIES}
    missing = {
        module
        for module in modules - set(sys.stdlib_module_names) - {"helpers"}
        if not declared & {canonicalize_name(name) for name in distributions.get(module, [])}
    }
    assert missing == set()


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
@pytest.mark.parametrize("file", commands.REQUIREMENTS)
def test_requirements_are_what_uv_compiles(file, tmp_path):
    for name in ("pyproject.toml", *commands.REQUIREMENTS):  # uv keeps pins that still satisfy
        shutil.copy(ROOT / name, tmp_path)
    command = [sys.executable, "-m", "uv", *commands.compile_command(file)]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / file).read_text("utf-8") == (ROOT / file).read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [False, True])
def test_upper_bound_is_what_can_be_installed(beyond):
    """Raise the bound in pyproject.toml as soon as the pins have builds for the next Python."""
    version = f"3.{HIGHEST + beyond}"
    command = [sys.executable, "-m", "uv", "pip", "compile", "--no-deps", "--only-binary", ":all:"]
    command += ["--no-python-downloads", "--python-version", version, "--python-platform", "linux"]
    command += ["requirements.txt"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == beyond, done.stderr
    if beyond:
        assert "Wheels are required" in done.stderr


# --- environment.yml ------------------------------------------------------------------------------


PACKAGE_INTO_CONDA = "pip install --no-deps -e ."


def conda_environment() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_conda_brings_python_and_pip_and_pip_the_rest():
    python, pip, rest = conda_environment()["dependencies"]
    assert re.fullmatch(r"python=3\.\d+", python)
    assert python.removeprefix("python=") in SpecifierSet(PROJECT["requires-python"])
    assert pip == "pip"
    # Not `-e .`: beside hashes, pip takes nothing without one. README says how the course gets in.
    assert rest == {"pip": ["-r requirements.txt"]}
    assert conda_environment()["variables"]["PYTHONPATH"] == ""  # set anew with each activation
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for place in (readme, (ROOT / "postBuild").read_text(encoding="utf-8")):
        assert PACKAGE_INTO_CONDA in place


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
    subprocess.run([python, "-m", *PACKAGE_INTO_CONDA.split()], cwd=clone, check=True)
    subprocess.run([python, "-m", "pip", "check"], cwd=tmp_path, check=True)
    imports = "import helpers, jupyterlab, tensorflow; print(helpers.__file__)"
    found = subprocess.run(
        [python, "-c", imports], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert Path(found.stdout.strip()) == clone / "helpers" / "__init__.py"
    shutil.rmtree(tmp_path / "env")  # 1.9 GB


# --- the words ------------------------------------------------------------------------------------


def inherited() -> dict[str, str]:
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON"}  # of the `make test` that runs this
    return {
        "UV_CACHE_DIR": str(set_up.CACHE / "uv"),
        **{name: value for name, value in os.environ.items() if name not in outer},
    }


def run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command,
        cwd=cwd,
        env=inherited() | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "command", [("make",), ("make", "help"), (sys.executable, "start.py", "help")]
)
def test_help_lists_every_word(command):
    listed = re.findall(r"^  ([a-z-]+) +\S", run(*command).stdout, flags=re.M)
    assert listed == list(commands.WORDS)


def test_make_knows_the_same_words():
    (words,) = re.findall(r"^WORDS := (.*)", MAKEFILE, flags=re.M)
    assert words.split() == list(commands.WORDS)


def test_start_works_from_any_folder(tmp_path):
    done = run(sys.executable, str(ROOT / "start.py"), "help", cwd=tmp_path)
    assert "open the lessons" in done.stdout
    done = run("make", "-C", str(ROOT), "help", cwd=tmp_path)
    assert "open the lessons" in done.stdout


def test_an_unknown_word_is_named():
    assert only_line(run(sys.executable, "start.py", "tset")).startswith(
        "set-up: there is no 'tset'"
    )


def test_words_run_modules_that_exist():
    modules = re.findall(r'"-m", "([\w.]+)"', inspect.getsource(commands))
    assert {"jupyterlab", "pytest", "tools.store_outputs"} <= set(modules)
    assert [m for m in modules if m != "slow" and importlib.util.find_spec(m) is None] == []


@pytest.fixture
def started(monkeypatch):
    """What the words would run, were they not kept from it."""
    seen: list[list[str]] = []
    monkeypatch.setattr(commands, "set_up", lambda folder=".venv": Path(folder))
    monkeypatch.setattr(commands, "_run", lambda python, *rest: seen.append([*rest]) or 0)
    return seen


def test_options_reach_jupyterlab(started):
    assert commands.main(["lab", "--no-browser", "--port", "8899"]) == 0
    (command,) = started
    assert command[-3:] == ["--no-browser", "--port", "8899"]
    assert f"--ServerApp.root_dir={ROOT}" in command
    assert "--LabApp.default_url=/lab/tree/notebooks/index.md" in command


def test_without_a_word_the_lessons_open(started):
    assert commands.main([]) == 0
    assert started[0][:2] == ["-m", "jupyterlab"]


def test_options_with_spaces_pass_through_make(tmp_path):
    """`make test ARGS="-m ''"` hands over an empty argument."""
    (tmp_path / "start.py").write_text("import sys; print(sys.argv[1:])", encoding="utf-8")
    shutil.copy(ROOT / "Makefile", tmp_path)
    done = run("make", "test", "ARGS=-m '' -k 'a b'", cwd=tmp_path)
    assert done.stdout == "['test', '-m', '', '-k', 'a b']\n"


@posix_only
def test_make_without_python_starts_uv_or_says_what_to_install(tmp_path):
    (tmp_path / "bin").mkdir()
    for tool in ("make", "sh"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    # What `make test ARGS=…` was told is not for the make in this test.
    alone = {"PATH": str(tmp_path / "bin"), "MAKEFLAGS": "", "ARGS": ""}
    line = only_line(run("make", "lint", **alone))
    assert line.startswith("set-up: neither Python 3.8 or later nor uv was found; install one")
    script(tmp_path / "bin" / "uv", 'echo "$@"')
    assert run("make", "lint", **alone).stdout == "run --no-project start.py lint\n"


@posix_only
def test_what_stops_us_reaches_the_program(tmp_path):
    """Ctrl-C goes to both, and JupyterLab answers it; a SIGTERM is handed on."""
    program = "import signal, time; print(1, flush=True); time.sleep(30)"
    start = "import sys; from tools import commands; "
    start += f"sys.exit(commands._run(sys.executable, '-c', {program!r}))"
    command = [sys.executable, "-c", start]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    process.stdout.readline()
    process.terminate()
    process.communicate()
    assert process.returncode == 128 + signal.SIGTERM


def test_ci_and_the_workflow_lead_to_the_same_words():
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert set(re.findall(r"\bmake ([\w-]+)", ci)) == {"lint", "test", "test-browser", "claims"}
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == PYTHONS
    assert {os.partition("-")[0] for os in matrix["os"]} == {"ubuntu", "macos", "windows"}
    weekly = yaml.safe_load((ROOT / ".github/workflows/versions.yml").read_text(encoding="utf-8"))
    jobs = [*workflow["jobs"].values(), *weekly["jobs"].values()]
    said = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    assert said == [
        "bash .ci/run",
        "python start.py test",
        "python start.py ${{ matrix.versions }}",
    ]
    assert set(weekly["jobs"]["versions"]["strategy"]["matrix"]["versions"]) == {"newest", "lowest"}
    assert weekly[True]["schedule"]  # YAML reads the key `on` as true
    actions = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]
    assert [
        action for action in actions if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
    ] == []


# --- filling .venv --------------------------------------------------------------------------------

# Stands in for uv: makes a folder that looks like an environment, at the pace and with the end
# that UV_PLAN asks for.
UV = r"""
import json, os, pathlib, sys, time

words = [word for word in sys.argv[1:] if not word.startswith("-")]
plan = json.loads(os.environ.get("UV_PLAN", "{}"))
if "--version" in sys.argv:
    print("uv 0.13.9")
    sys.exit()
with open("calls.txt", "a") as calls:
    print(*sys.argv[1:], file=calls)
for step, said in plan.get("fails", {}).items():
    if step in " ".join(words) and os.environ.get("UV_SYSTEM_CERTS") != plan.get("cured by", ""):
        print(said, file=sys.stderr)
        sys.exit(2)
if words[:2] == ["python", "find"]:
    sys.exit(1)
if words[0] == "venv":
    folder = pathlib.Path(words[-1])
    (folder / "bin").mkdir(parents=True)
    (folder / "lib/python3/site-packages").mkdir(parents=True)
    os.symlink(sys.executable, folder / "bin/python")
if words[:2] == ["pip", "install"]:
    packages = next(pathlib.Path(".").glob(".venv/lib/*/site-packages"))
    (packages / "first").write_text("whole" if not list(packages.glob("first")) else "twice")
    time.sleep(plan.get("sleep", 0))
    (packages / "second").touch()
"""


@pytest.fixture
def newcomer(tmp_path):
    """A fresh folder with what the set-up needs, as a clone would have; its name is a bad one."""
    folder = tmp_path / "a $x 'b' & c"
    (folder / "tools").mkdir(parents=True)
    for file in ("start.py", "Makefile", "pyproject.toml", *commands.REQUIREMENTS):
        shutil.copy(ROOT / file, folder)
    for file in ("__init__.py", "commands.py", "pip_settings.py", "set_up.py"):
        shutil.copy(ROOT / "tools" / file, folder / "tools")
    return folder


@pytest.fixture
def uv(tmp_path):
    """The environment in which the course finds a stand-in for uv."""
    path = tmp_path / "bin" / "uv"
    path.parent.mkdir()
    path.write_text(f"#!{sys.executable}\n{UV}", encoding="utf-8")
    path.chmod(0o755)
    return {"PATH": f"{path.parent}{os.pathsep}{os.environ['PATH']}"}


FILL = "from tools.set_up import set_up; set_up()"


def fill(folder: Path, python: str = sys.executable, before: str = "", **environment: str):
    return run(python, "-c", before + FILL, cwd=folder, **environment)


def hear_ctrl_c() -> None:
    """Undo what a shell does for jobs in the background: `make test &` is one."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start_filling(folder: Path, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", f"import tools.set_up; {FILL}"],
        cwd=folder,
        env=inherited() | environment,
        start_new_session=True,
        preexec_fn=hear_ctrl_c if os.name == "posix" else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition: Callable[[], object]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def calls(folder: Path, word: str) -> int:
    file = folder / "calls.txt"
    return (
        sum(line.startswith(word) for line in file.read_text().splitlines()) if file.exists() else 0
    )


def packages(folder: Path) -> dict[str, str]:
    (place,) = (folder / ".venv").glob("lib/*/site-packages")
    return {path.name: path.read_text() for path in place.iterdir() if path.suffix != ".pth"}


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


@posix_only
def test_set_up_is_repeated_only_when_its_inputs_change(newcomer, uv):
    assert fill(newcomer, **uv).returncode == 0
    assert fill(newcomer, **uv).stdout == ""
    assert calls(newcomer, "pip install") == 1
    os.utime(newcomer / "requirements.txt")  # as git leaves it
    fill(newcomer, **uv)
    assert calls(newcomer, "pip install") == 1
    for number, file in enumerate(("requirements.txt", "requirements-uv.txt", "tools/set_up.py")):
        with (newcomer / file).open("a") as stream:
            stream.write("# changed\n")
        fill(newcomer, **uv)
        assert calls(newcomer, "pip install") == 2 + number, file
    (newcomer / ".venv" / "bin" / "python").unlink()
    fill(newcomer, **uv)
    assert calls(newcomer, "pip install") == 5
    moved = newcomer.rename(newcomer.parent / "moved")
    fill(moved, **uv)
    assert calls(moved, "pip install") == 6
    (pth,) = moved.glob(".venv/lib/*/site-packages/helpers.pth")
    assert pth.read_text().startswith(f"{moved}\n")


@posix_only
def test_a_helpers_of_the_readers_own_comes_second_without_start_py_too(newcomer, uv, tmp_path):
    """As in an editor, which starts .venv's Python itself."""
    fill(newcomer, **uv)
    (newcomer / "helpers").mkdir()
    (newcomer / "helpers" / "__init__.py").touch()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "helpers.py").write_text("raise RuntimeError('another helpers')\n")
    (packages,) = newcomer.glob(".venv/lib/*/site-packages")
    ask = f"import site; site.addsitedir({str(packages)!r}); "
    ask += "import helpers; print(helpers.__file__)"
    done = run(sys.executable, "-c", ask, cwd=tmp_path, PYTHONPATH=str(tmp_path / "lib"))
    assert done.stdout == f"{newcomer / 'helpers' / '__init__.py'}\n", done.stderr


@posix_only
def test_a_version_that_python_names_is_brought_by_uv(newcomer, uv):
    """The workflow's machine has other versions than the lowest."""
    version = f"3.{LOWEST}.99"
    line = only_line(fill(newcomer, **uv, PYTHON=version))
    assert f"Python {version} is not installed here, and uv could not download it" in line
    said = (newcomer / "calls.txt").read_text().splitlines()
    assert [line for line in said if line.startswith("python install")] == [
        f"python install --no-bin {version}"
    ]


@pytest.mark.parametrize(("word", "minor"), [("newest", HIGHEST), ("lowest", LOWEST)])
def test_other_versions_are_tried_on_the_python_at_their_end(word, minor, monkeypatch):
    seen = []
    monkeypatch.setenv("PYTHON", "")  # which the test's end undoes
    monkeypatch.delenv("PYTHON")
    monkeypatch.setattr(set_up, "set_up_versions", lambda *_: seen.append(os.environ["PYTHON"]))
    monkeypatch.setattr(set_up, "versions_in", lambda _: "")
    monkeypatch.setattr(commands, "_run", lambda *_: 0)
    commands.main([word])
    assert seen == [f"3.{minor}"]


@posix_only
def test_everything_is_installed_with_hashes_required(newcomer, uv):
    fill(newcomer, **uv)
    said = (newcomer / "calls.txt").read_text().splitlines()
    installs = [line for line in said if line.startswith("pip install")]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []
    assert "requirements.txt" in installs[0]


@posix_only
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_set_up_begins_afresh(newcomer, uv, how):
    slow = uv | {"UV_PLAN": '{"sleep": 60}'}
    process = start_filling(newcomer, **slow)
    wait_for(lambda: list(newcomer.glob(".venv/lib/*/site-packages/first")))
    os.killpg(process.pid, how)
    process.communicate()
    assert not (newcomer / ".venv" / "set-up.stamp").exists()
    assert fill(newcomer, **uv).returncode == 0
    assert packages(newcomer) == {"first": "whole", "second": ""}
    assert (newcomer / ".venv" / "set-up.stamp").exists()


@posix_only
def test_an_interrupted_update_leaves_no_old_stamp(newcomer, uv):
    fill(newcomer, **uv)
    (newcomer / "requirements.txt").write_text("other==1 \\\n    --hash=sha256:0\n")
    failing = uv | {"UV_PLAN": '{"fails": {"pip install": "killed"}}'}
    assert fill(newcomer, **failing).returncode != 0
    shutil.copy(ROOT / "requirements.txt", newcomer)  # back to what the stamp was for
    assert fill(newcomer, **uv).returncode == 0
    assert calls(newcomer, "pip install") == 3


def test_the_stamp_goes_before_anything_else(here, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    (here / ".venv").mkdir()
    set_up.stamp_of(".venv").write_text("of another version of the requirements")
    monkeypatch.setattr(set_up, "find_uv", lambda: "uv")
    monkeypatch.setattr(set_up, "find_python", lambda uv: sys.executable)
    monkeypatch.setattr(shutil, "rmtree", interrupted)  # what was cleared first, who knows?
    with pytest.raises(KeyboardInterrupt):
        set_up.set_up()
    assert not set_up.stamp_of(".venv").exists()


@posix_only
def test_ctrl_c_is_answered_in_one_line(newcomer, uv):
    process = subprocess.Popen(
        [sys.executable, "start.py", "lint"],
        cwd=newcomer,
        env=inherited() | uv | {"UV_PLAN": '{"sleep": 60}'},
        start_new_session=True,
        preexec_fn=hear_ctrl_c,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: list(newcomer.glob(".venv/lib/*/site-packages/first")))
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate()
    (line,) = [line for line in said.splitlines() if line.startswith("set-up:")]
    assert line == "set-up: stopped; the same command begins afresh."
    assert process.returncode == 130
    assert "in <module>" not in said.split("set-up:")[1]


@posix_only
def test_two_set_ups_at_once_wait_for_each_other(newcomer, uv):
    slow = uv | {"UV_PLAN": '{"sleep": 1}'}
    processes = [start_filling(newcomer, **slow) for _ in range(3)]
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    assert calls(newcomer, "pip install") == 1
    assert sum("Another set-up runs" in out for out, _ in said) == 2


@posix_only
def test_a_uv_that_outlives_us_keeps_the_lock(newcomer, uv):
    process = start_filling(newcomer, **uv | {"UV_PLAN": '{"sleep": 2}'})
    wait_for(lambda: list(newcomer.glob(".venv/lib/*/site-packages/first")))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert "Another set-up runs" in fill(newcomer, **uv).stdout
    assert packages(newcomer) == {"first": "whole", "second": ""}


@pytest.mark.slow
@pytest.mark.timeout(900)
@posix_only
def test_a_real_set_up_interrupted_three_times_ends_whole(newcomer):
    """Ctrl-C while packages are laid out: at three moments, each in what the last one left."""
    (newcomer / "helpers").mkdir()
    environment = {"UV_CACHE_DIR": str(set_up.CACHE / "uv")}
    for few in (200, 2000, 8000):
        process = start_filling(newcomer, **environment)
        wait_for(lambda few=few: sum(len(files) for *_, files in os.walk(newcomer)) > few)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate()
        assert not (newcomer / ".venv" / "set-up.stamp").exists()
    done = fill(newcomer, **environment)
    assert done.returncode == 0, done.stderr
    python = str(newcomer / ".venv" / "bin" / "python")
    assert run(python, "-m", "uv", "pip", "check", "--python", python, cwd=newcomer).returncode == 0
    shown = run(python, "-c", "import keras, tensorflow; print(tensorflow.zeros(1).shape)")
    assert shown.stdout == "(1,)\n", shown.stderr
    shutil.rmtree(newcomer)


# --- which Python ---------------------------------------------------------------------------------


def named(newcomer: Path, uv: dict[str, str], python: str) -> str:
    line = only_line(fill(newcomer, **uv, PYTHON=python))
    assert not (newcomer / ".venv").exists()
    return line


def old_python(path: Path) -> str:
    pretend = "import sys; sys.version_info = (3, 9, 18, 'final', 0); exec(sys.argv[1])"
    return script(path, f'[ "$1" = -c ] && exec "{sys.executable}" -c "{pretend}" "$2"')


@posix_only
def test_a_python_too_old_is_named(newcomer, uv, tmp_path):
    python = old_python(tmp_path / "python")
    assert named(newcomer, uv, python) == (
        f"set-up: {set_up.FITTING} is needed, but {python} is Python 3.9.18; try PYTHON=3.12."
    )


@posix_only
def test_a_python_that_does_not_run_is_named(newcomer, uv):
    line = named(newcomer, uv, "no-such-python")
    assert line.startswith("set-up: PYTHON=no-such-python does not run")


@posix_only
def test_naming_another_python_makes_the_environment_anew(newcomer, uv, tmp_path):
    fill(newcomer, **uv)
    fill(newcomer, **uv, PYTHON=sys.executable)  # the same
    assert calls(newcomer, "pip install") == 1
    pretend = "import sys; sys.version_info = (3, 12, 99, 'final', 0); exec(sys.argv[1])"
    other = script(
        tmp_path / "other", f'[ "$1" = -c ] && exec "{sys.executable}" -c "{pretend}" "$2"'
    )
    fill(newcomer, **uv, PYTHON=other)
    fill(newcomer, **uv, PYTHON=other)
    assert calls(newcomer, "pip install") == 2


# The Python that runs start.py fits; here it shall not, nor any on the PATH.
NONE_FITS = "import sys; sys._base_executable = ''; "


@posix_only
@pytest.mark.parametrize("has_old_python", [False, True])
def test_no_fitting_python_and_no_download(newcomer, uv, tmp_path, has_old_python):
    if has_old_python:
        old_python(tmp_path / "bin" / "python3")
    alone = {
        "PATH": str(tmp_path / "bin"),
        "UV_PLAN": '{"fails": {"python install": "error: dns error"}}',
    }
    line = only_line(fill(newcomer, before=NONE_FITS, **uv | alone))
    found = "only Python 3.9.18 was found" if has_old_python else "no Python was found"
    assert f"{set_up.FITTING} is needed, but {found}, and uv could not download one" in line
    for way_out in ("install one", "PYTHON=/path", "UV_PYTHON_INSTALL_MIRROR"):
        assert way_out in line
    assert (newcomer / ".cache" / "set-up.log").read_text() == "error: dns error\n"
    assert not (newcomer / ".venv").exists()


@pytest.mark.slow
@posix_only
@pytest.mark.timeout(600)
def test_uv_brings_a_python_where_none_fits(newcomer, tmp_path):
    """From a mirror in a folder, packed from the Python that runs this; all stays in the folder."""
    version = platform.python_version()
    libc = "gnu" if sys.platform == "linux" else "none"
    arch = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    archive = tmp_path / f"cpython-{version}.tar.gz"
    base = Path(sys.base_prefix)
    with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
        for part in (base / "bin", base / "lib"):
            packed.add(part, f"python/{part.name}", filter=_without_packages)
    name = f"cpython-{version}-{sys.platform}-{arch}-{libc}"
    major, minor, patch = map(int, version.split("."))
    build = {
        "name": "cpython", "arch": {"family": arch, "variant": None}, "os": sys.platform,
        "libc": libc, "major": major, "minor": minor, "patch": patch, "prerelease": "",
        "url": archive.as_uri(), "sha256": None, "variant": None, "build": "20260101",
    }  # fmt: skip
    (tmp_path / "downloads.json").write_text(json.dumps({name: build}))
    (tmp_path / "bin").mkdir()
    (tmp_path / "home").mkdir()
    uv = Path(sys.executable).with_name("uv")
    (tmp_path / "bin" / "uv").symlink_to(uv)
    bound = (newcomer / "pyproject.toml").read_text("utf-8")
    narrow = f'requires-python = ">={major}.{minor},<{major}.{minor + 1}"'
    bound = re.sub('requires-python = ".*"', narrow, bound)
    (newcomer / "pyproject.toml").write_text(bound, "utf-8")
    environment = {
        "PATH": str(tmp_path / "bin"),
        "HOME": str(tmp_path / "home"),
        "UV_PYTHON_DOWNLOADS_JSON_URL": (tmp_path / "downloads.json").as_uri(),
        "UV_CACHE_DIR": str(set_up.CACHE / "uv"),
    }
    done = fill(newcomer, before=NONE_FITS, **environment)
    assert done.returncode == 0, done.stderr
    assert "getting one, for this folder alone" in done.stdout
    python = newcomer / ".venv" / "bin" / "python"
    shown = run(str(python), "-c", "import numpy, sys; print(sys.base_prefix)")
    assert Path(shown.stdout.strip()).is_relative_to(newcomer / ".cache" / "python")
    assert list((tmp_path / "home").rglob("*")) == []
    shutil.rmtree(newcomer)


def _without_packages(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    left_out = ("/site-packages/", "/test/", "/__pycache__")
    return None if any(part in member.name for part in left_out) else member


@posix_only
def test_a_machine_without_tensorflow_is_told_where_to_go(newcomer, uv, tmp_path):
    other = "import platform; platform.machine = lambda: 'riscv64'; "
    pretend = f'[ "$1" = -c ] && {{ c=$2; shift 2; set -- -c "{other}$c" "$@"; }}'
    python = script(tmp_path / "python", f'{pretend}\nexec "{sys.executable}" "$@"')
    assert "TensorFlow has no build for this machine" in named(newcomer, uv, python)


# --- what a failing set-up says -------------------------------------------------------------------


@pytest.fixture
def here(newcomer, monkeypatch):
    """The set-up's own functions, at work in the newcomer's folder."""
    monkeypatch.setattr(set_up, "ROOT", newcomer)
    monkeypatch.setattr(set_up, "CACHE", newcomer / ".cache")
    monkeypatch.setattr(set_up, "_own_uv", lambda: None)
    set_up.CACHE.mkdir()
    return newcomer


def test_a_python_without_pip_and_venv_is_told_its_own_package(here, monkeypatch):
    monkeypatch.setattr(set_up, "_output", lambda *_: None)
    failed = subprocess.CompletedProcess([], 1, "No module named venv")
    monkeypatch.setattr(set_up, "_run", lambda *_: failed)
    with pytest.raises(SystemExit, match="has neither pip nor venv; install uv") as stopped:
        set_up.find_uv()
    version = ".".join(map(str, sys.version_info[:2]))
    assert str(stopped.value).endswith(f"sudo apt install python{version}-venv")
    assert os.listdir(set_up.CACHE) == []


def test_no_network_is_said_in_one_line(newcomer):
    nowhere = "http://127.0.0.1:9"  # the discard port: nothing listens
    environment = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), nowhere)
    result = fill(
        newcomer,
        python=sys._base_executable,  # which has pip, most likely
        before="import tools.set_up; tools.set_up._own_uv = lambda: None; ",
        PIP_INDEX_URL=f"{nowhere}/simple",
        PIP_CONFIG_FILE=os.devnull,
        PIP_FIND_LINKS="",
        no_proxy="",
        **environment,
    )
    assert "check the network connection" in only_line(result)
    assert not (newcomer / ".venv").exists()
    assert list((newcomer / ".cache").glob("uv-*")) == []


@posix_only
@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("error: No space left on device (os error 28)", "the disk is full"),
        ("cause: Permission denied (os error 13)", "this folder cannot be written to"),
        ("error: Hash mismatch for `numpy==2.4.6`", "a package is another than the one"),
        ("cause: invalid peer certificate: UnknownIssuer", "certificate is not trusted"),
        ("error: dns error", "check the network connection"),
    ],
)
def test_a_failed_installation_says_why(newcomer, uv, said, line):
    plan = json.dumps({"fails": {"pip install": said}})
    assert line in only_line(fill(newcomer, **uv, UV_PLAN=plan))
    assert said in (newcomer / ".cache" / "set-up.log").read_text()


@posix_only
def test_a_network_that_looks_into_tls_is_met_with_the_systems_certificates(newcomer, uv):
    said = "cause: invalid peer certificate: UnknownIssuer"
    plan = json.dumps({"fails": {"pip install": said}, "cured by": "1"})
    assert fill(newcomer, **uv, UV_PLAN=plan).returncode == 0
    assert calls(newcomer, "pip install") == 2


def test_a_folder_that_cannot_be_written_to_is_named(here, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(SystemExit, match=r"cannot be written to \(Permission denied\); copy"):
        set_up.set_up()


# --- the reader's own settings and home -----------------------------------------------------------


def test_the_readers_own_settings_stay_outside():
    outer = {
        "HOME": "/home/reader",
        "JUPYTER_CONFIG_DIR": "/home/reader/.jupyter",
        "MATPLOTLIBRC": "/home/reader/matplotlibrc",
        "PYTHONPATH": "/home/reader/lib",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HELPERS_PROGRESS": "/home/reader/progress.json",
    }
    inner = set_up.surroundings(outer)
    assert inner["HOME"] == "/home/reader"
    assert inner["HELPERS_PROGRESS"] == "/home/reader/progress.json"
    assert not inner.keys() & {"MATPLOTLIBRC", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
    assert inner["JUPYTER_PREFER_ENV_PATH"] == "1"
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "KERAS_HOME"):
        assert Path(inner[name]).is_relative_to(ROOT / ".cache"), name


def test_what_programs_write_goes_elsewhere_if_the_folder_is_read_only(here, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    place = Path(set_up.surroundings({})["IPYTHONDIR"])
    assert place.is_relative_to(tmp_path / "temporary")
    assert place.parent.is_dir()  # IPython warns, and goes elsewhere, where it has to make two
    if os.name == "posix":
        assert place.parent.stat().st_mode & 0o077 == 0  # others use this folder, too


def test_a_matplotlibrc_of_the_reader_changes_no_figure(tmp_path):
    """Without start.py, too, as with conda."""
    own = tmp_path / "matplotlibrc"
    own.write_text("text.usetex: True\naxes.facecolor: black\nfont.size: 30\nsavefig.dpi: 10\n")
    ask = "import matplotlib; from helpers.figures import style; "
    ask += "print({k: v for k, v in matplotlib.rcParams.items() if not k.startswith('backend')})"
    with_own, without = (
        run(sys.executable, "-c", ask, MATPLOTLIBRC=str(place))
        for place in (own, tmp_path / "none")
    )
    assert with_own.returncode == 0, with_own.stderr
    assert with_own.stdout == without.stdout


@pytest.mark.slow
@posix_only
@pytest.mark.timeout(900)
def test_three_notebooks_hold_under_a_readers_own_settings(tmp_path):
    """All that was seen to break them, at once; HOME cannot be written to."""
    home = tmp_path / "home"
    (home / ".config" / "matplotlib").mkdir(parents=True)
    (home / ".config" / "matplotlib" / "matplotlibrc").write_text(
        "text.usetex: True\naxes.facecolor: black\nfont.size: 30\n"
    )
    profile = home / ".ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True)
    (profile / "00.py").write_text("raise RuntimeError('not the course’s')\n")
    kernel = home / ".local" / "share" / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text('{"argv": ["false"], "display_name": "", "language": ""}')
    (home / "lib").mkdir()
    (home / "lib" / "helpers.py").write_text("raise RuntimeError('another helpers')\n")
    for folder in (*home.rglob("*"), home):
        if folder.is_dir():
            folder.chmod(0o555)
    outer = inherited() | {
        "HOME": str(home),
        "KERAS_BACKEND": "jax",
        "MPLBACKEND": "no such backend",
        "PYTHONPATH": str(home / "lib"),
    }
    nbval = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval_sanitize.cfg"]
    notebooks = [next((ROOT / "notebooks").glob(f"0{n}_*.ipynb")) for n in (1, 3, 9)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *nbval, *notebooks]
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env=set_up.surroundings(outer),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    for folder in (home, *home.rglob("*")):
        if folder.is_dir():
            folder.chmod(0o755)


@pytest.mark.slow
@posix_only
def test_lab_serves_this_folder_under_a_readers_own_jupyter_settings(tmp_path):
    config = tmp_path / ".jupyter"
    config.mkdir()
    (config / "jupyter_server_config.py").write_text(
        f"c.ServerApp.root_dir = {str(tmp_path)!r}\n"
        "c.ServerApp.contents_manager_class = 'jupytext.TextFileContentsManager'\n"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=t"]
    log = tmp_path / "log.txt"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "start.py", "lab", *options],
            cwd=ROOT,
            env=inherited() | {"HOME": str(tmp_path)},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}/api/contents/notebooks/index.md?token=t&content=0"

    def answer() -> str:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return json.load(response)["path"]
        except urllib.error.HTTPError as error:
            return str(error)
        except OSError:
            return ""

    try:
        wait_for(answer)
        assert answer() == "notebooks/index.md"
    finally:
        process.terminate()
        process.wait(30)
    assert "Bad config" not in log.read_text()


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
