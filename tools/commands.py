"""What `python start.py WORD` and `make WORD` do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Callable

from tools import set_up as environments
from tools.set_up import ROOT, set_up


def lab(options: list[str]) -> int:
    """open the lessons in JupyterLab"""
    # In a container one is root, which JupyterLab refuses unless told.
    root = ["--allow-root"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    page = "--LabApp.default_url=/lab/tree/notebooks/index.md"
    place = f"--ServerApp.root_dir={ROOT}"
    return _run(set_up(), "-m", "jupyterlab", *root, place, page, *options)


def test(options: list[str]) -> int:
    """run the unit tests and compare every notebook with its stored outputs"""
    return _run(set_up(), *_tests(options))


def _tests(options: list[str]) -> list[str]:
    # One thread for each worker's linear algebra: the workers already fill the cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parallel = ["-n", "logical", "--dist", "loadfile"]
    nbval = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout", "300"]
    nbval += ["--nbval-sanitize-with", "tests/nbval_sanitize.cfg"]
    which = ["--ignore", "notebooks/exercises", "tests", "notebooks"]
    return ["-m", "pytest", *parallel, *nbval, *which, *options]


def claims(options: list[str]) -> int:
    """test what the lessons claim over ten seeds and more, minutes long (-k 03_: lesson 3)"""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parallel = ["-n", "logical", "--dist", "loadfile"]
    which = ["-m", "slow", "--durations", "9", "tests/claims"]
    return _run(set_up(), "-m", "pytest", *parallel, *which, *options)


def test_browser(options: list[str]) -> int:
    """open every lesson in a browser: controls, speed, accessibility (--images: the README's)"""
    python = environments.set_up_browser()
    return _run(python, "-m", "pytest", "tests/browser", "--durations", "5", *options)


def site(options: list[str]) -> int:
    """build the web site from the stored outputs, in build/site"""
    return _run(set_up(".venv-site"), "-m", "tools.site", *options)


def notebooks(options: list[str]) -> int:
    """run the notebooks (or some of them, named) and store their outputs"""
    return _run(set_up(), "-m", "tools.store_outputs", *options)


def time(options: list[str]) -> int:
    """measure the reading time of every notebook (or of some of them, named)"""
    return _run(set_up(), "-m", "tools.reading_time", *options)


def exercises(options: list[str]) -> int:
    """make the exercises (or some of them, named) from notebooks/solutions"""
    return _run(set_up(".venv-teach"), "-m", "tools.exercises", *options)


def grade(options: list[str]) -> int:
    """grade what a class handed in: grade FOLDER LESSON (see docs/teaching.md)"""
    place = [os.path.abspath(options[0])] if options and options[0][:1] != "-" else options[:1]
    return _run(set_up(".venv-teach"), "-m", "classroom", *place, *options[1:])


def bench(options: list[str]) -> int:
    """measure accuracy, parity and speed against other libraries"""
    return _run(set_up(), "-m", "benchmarks", *options)


def lint(options: list[str]) -> int:
    """check style and format, notebooks included"""
    python = set_up()
    return _run(python, "-m", "ruff", "check", ".") or _run(
        python, "-m", "ruff", "format", "--check", "."
    )


REQUIREMENTS = {  # file: what of pyproject.toml it pins
    "requirements.txt": ["pyproject.toml", "--extra", "test"],
    "requirements-browser.txt": ["--group", "browser", "--constraint", "requirements.txt"],
    "requirements-site.txt": ["--group", "site"],
    "requirements-teach.txt": ["--group", "teach"],
    "requirements-uv.txt": ["--group", "uv"],
}


def compile_command(file: str) -> list[str]:
    """Return the arguments with which uv pins a requirements file, for every platform at once."""
    form = ["--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet"]
    form.append("--no-strip-extras")  # pip, under conda, takes `coverage` for no `coverage[toml]`
    lowest = "{}.{}".format(*environments.LOWEST)
    pythons = ["--universal", "--python-version", lowest]
    return ["pip", "compile", *REQUIREMENTS[file], *pythons, *form, "--output-file", file]


def requirements(options: list[str]) -> int:
    """pin pyproject.toml's dependencies (--upgrade: the newest) in the requirements files"""
    python = set_up()
    for file in REQUIREMENTS:
        code = _run(python, "-m", "uv", *compile_command(file), *options)
        if code:
            return code
    return 0


def newest(options: list[str]) -> int:
    """run the tests with the newest of everything, pre-releases of TensorFlow and Keras included"""
    os.environ.setdefault("PYTHON", "{}.{}".format(*environments.HIGHEST))
    return _versions(".venv-newest", ["--upgrade"], options, early=True)


def lowest(options: list[str]) -> int:
    """run the tests with the lowest versions that pyproject.toml allows"""
    os.environ.setdefault("PYTHON", "{}.{}".format(*environments.LOWEST))
    return _versions(".venv-lowest", ["--resolution", "lowest-direct"], options)


def _versions(folder: str, which: list[str], options: list[str], early: bool = False) -> int:
    environments.set_up_versions(folder, which, early)
    python = environments.python_of(folder)
    print(environments.versions_in(python), flush=True)
    return _run(python, *_tests(options))


def help_(options: list[str]) -> int:
    """list these words"""
    print("python start.py [WORD [OPTIONS]], or make WORD ARGS='OPTIONS':\n")
    for word, command in WORDS.items():
        print(f"  {word:13} {command.__doc__}")
    print("\nFor example: python start.py lab --no-browser --port 8899")
    print(f"PYTHON, where set, names the Python ({environments.FITTING[7:]}) to make .venv with.")
    return 0


WORDS: dict[str, Callable[[list[str]], int]] = {
    "lab": lab,
    "test": test,
    "claims": claims,
    "test-browser": test_browser,
    "site": site,
    "notebooks": notebooks,
    "time": time,
    "exercises": exercises,
    "grade": grade,
    "bench": bench,
    "lint": lint,
    "requirements": requirements,
    "newest": newest,
    "lowest": lowest,
    "help": help_,
}


def _run(python: Path, *arguments: str) -> int:
    """Run a program of the course in its folder; what stops us is the program's to answer."""
    child = subprocess.Popen(
        [str(python), *arguments], cwd=str(ROOT), env=environments.surroundings()
    )
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    code = child.wait()
    signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


def main(arguments: list[str]) -> int:
    """Do what a word asks for; without one, open the lessons."""
    word, options = (arguments[0], arguments[1:]) if arguments else ("lab", [])
    if word in ("-h", "--help"):
        word = "help"
    if word not in WORDS:
        environments.fail(f"there is no '{word}'; python start.py help lists what there is.")
    try:
        return WORDS[word](options)
    except KeyboardInterrupt:
        print("\nset-up: stopped; the same command begins afresh.", file=sys.stderr)
        return 130
