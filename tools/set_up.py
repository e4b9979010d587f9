"""Fills .venv and its like with exactly what the requirements files say; any Python from 3.8 on.

An environment counts only with its stamp, which is written last and taken away first: whatever
breaks off in between, Ctrl-C or a power cut, the next run begins afresh. What the programs leave
behind lies in .cache instead of the home. Every failure is one line that says what to do.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator

from tools import pip_settings

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
BIN = "Scripts" if os.name == "nt" else "bin"
# The one place that says which Pythons the course runs on is pyproject.toml.
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
RANGE = re.search(r'requires-python = "(.+)"', PROJECT).group(1)
LOWEST, BEYOND = (tuple(map(int, v.split("."))) for v in re.findall(r"\d+\.\d+", RANGE))
HIGHEST = (BEYOND[0], BEYOND[1] - 1)
FITTING = "Python {}.{} to {}.{}".format(*LOWEST, *HIGHEST)

ENVIRONMENTS = {  # folder: what is installed there
    ".venv": ("requirements.txt", "requirements-uv.txt"),
    ".venv-site": ("requirements-site.txt",),
    ".venv-teach": ("requirements-teach.txt",),
}

PROBE = """
import platform, struct, sys
version, bits = "%d.%d.%d" % sys.version_info[:3], 8 * struct.calcsize("P")
print(version, platform.system(), platform.machine(), bits)
"""
# TensorFlow publishes builds for these machines only; elsewhere the installer's message is long.
MACHINES = {"Linux": ("x86_64", "aarch64"), "Darwin": ("arm64",), "Windows": ("AMD64",)}


def fail(reason: str) -> None:
    """End with one line that says what to do."""
    raise SystemExit(f"set-up: {reason}")


def say(text: str) -> None:
    """Tell what is going on, at once: what comes next takes a while."""
    print(text, flush=True)


# --- what the programs see ------------------------------------------------------------------------


def surroundings(outer: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment variables that every program of the course is started with.

    A reader's own settings, made for other work, would change what the lessons show; and what the
    programs write shall go when the folder goes. In a folder that cannot be written it lies in
    the system's folder for temporary files.
    """
    inner = dict(os.environ if outer is None else outer)
    for name in (
        "KERAS_BACKEND",
        "MATPLOTLIBRC",
        "MPLBACKEND",
        "PYTHONDONTWRITEBYTECODE",  # each kernel would compile TensorFlow anew: five seconds
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "VIRTUAL_ENV",
    ):
        inner.pop(name, None)
    place = CACHE
    if not os.access(CACHE if CACHE.exists() else ROOT, os.W_OK):
        user = os.getuid() if hasattr(os, "getuid") else ""
        place = Path(tempfile.gettempdir()) / f"training-neural-networks-{user}"
        with contextlib.suppress(OSError):
            place.mkdir(mode=0o700, exist_ok=True)
    inner.update(
        IPYTHONDIR=str(place / "ipython"),
        JUPYTER_CONFIG_DIR=str(place / "jupyter"),
        JUPYTER_CONFIG_PATH=str(ROOT / "tools" / "jupyter"),
        JUPYTER_DATA_DIR=str(place / "jupyter" / "data"),
        JUPYTER_PREFER_ENV_PATH="1",
        JUPYTER_RUNTIME_DIR=str(place / "jupyter" / "runtime"),
        KERAS_HOME=str(place / "keras"),
        MPLCONFIGDIR=str(place / "matplotlib"),
        NPM_CONFIG_CACHE=str(place / "npm"),
        PYTHONNOUSERSITE="1",
        UV_PYTHON_INSTALL_DIR=str(CACHE / "python"),
    )
    # Who has uv has its cache, too, and may keep using it.
    if "UV_CACHE_DIR" not in inner and not _own_uv():
        inner["UV_CACHE_DIR"] = str(CACHE / "uv")
    return inner


# --- uv -------------------------------------------------------------------------------------------


def _pinned_uv() -> str:
    text = (ROOT / "requirements-uv.txt").read_text("utf-8")
    return re.search(r"^uv==([\d.]+)", text, flags=re.M).group(1)


@functools.lru_cache(maxsize=None)
def _own_uv() -> str | None:
    """Return the reader's own uv, if it is not too old: the one that runs us, or on the PATH."""
    for candidate in (os.environ.get("UV"), shutil.which("uv")):
        found = _output(candidate, "--version") if candidate else None
        version = re.search(r"(\d+)\.(\d+)", found or "")
        if version and tuple(map(int, version.groups())) >= (0, 9):
            return candidate
    return None


def find_uv() -> str:
    """Return a uv: the reader's own, or the pinned one, which pip then brings into .cache."""
    own = _own_uv()
    if own:
        return own
    folder = CACHE / f"uv-{_pinned_uv()}"
    program = folder / BIN / ("uv.exe" if os.name == "nt" else "uv")
    if not program.exists():
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="uv-") as new:
            _download_uv(Path(new))
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(Path(new) / "uv", folder)  # at once: half a uv is none
    return str(program)


def _download_uv(new: Path) -> None:
    python = sys.executable
    if _output(python, "-m", "pip", "--version") is None:
        made = _run([python, "-m", "venv", str(new / "venv")])
        python = str(new / "venv" / BIN / "python")
        if made.returncode:
            version = "{}.{}".format(*sys.version_info)
            fail(
                f"{sys.executable} has neither pip nor venv; install uv (docs.astral.sh/uv) and "
                f"run the same command again, or on Debian or Ubuntu: sudo apt install "
                f"python{version}-venv"
            )
    pip = [python, "-m", "pip", "install", "--quiet", "--retries", "1", "--no-cache-dir"]
    pip += ["--disable-pip-version-check", "--require-hashes", "--target", str(new / "uv")]
    done = _run([*pip, "--requirement", str(ROOT / "requirements-uv.txt")])
    if done.returncode:
        fail(_cause(done.stdout))


def _uv(uv: str, *arguments: str) -> str:
    """Run uv; return "" or, if it fails, what it said."""
    more = pip_settings.for_uv(dict(os.environ))
    done = _run([uv, *arguments], more)
    if done.returncode and "UV_SYSTEM_CERTS" not in os.environ and _distrusts(done.stdout):
        # A network that looks into TLS has a certificate of its own, which the system knows.
        done = _run([uv, *arguments], {**more, "UV_SYSTEM_CERTS": "1"})
    return done.stdout if done.returncode else ""


def _distrusts(said: str) -> bool:
    return "UnknownIssuer" in said or "CERTIFICATE_VERIFY_FAILED" in said


def _cause(said: str) -> str:
    """Put what pip or uv said into one line."""
    log = CACHE / "set-up.log"
    log.write_text(said, encoding="utf-8")
    details = f"(details: {log.relative_to(ROOT)})"
    elsewhere = "this folder cannot be written to; put the course into another"
    other = (
        "a package is another than the one that the requirements files mean; ask who runs your "
        "network or its package index"
    )
    for sign, advice in (
        ("No space left", "the disk is full; make 3 GB free"),
        ("Permission denied", elsewhere),
        ("Read-only file system", elsewhere),
        ("ash mismatch", other),  # uv's word; the next is pip's
        ("DO NOT MATCH THE HASHES", other),
    ):
        if sign in said:
            return f"{advice}, then run the same command again {details}."
    if _distrusts(said):
        return (
            "the network's certificate is not trusted; name the file of your network's "
            "certificates with SSL_CERT_FILE=…, for pip with PIP_CERT=…, then run the same "
            f"command again {details}."
        )
    return (
        "could not download from the package index; check the network connection or the proxy, "
        f"then run the same command again {details}."
    )


def _run(command: list[str], more: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(
        command,
        cwd=str(ROOT),
        env={**surroundings(), **(more or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
        **_keeping_the_lock(),
    )


def _output(*command: str, **options: object) -> str | None:
    """Return what a program prints, or None if it does not run."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
            **options,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout.decode("utf-8", "replace")


# --- Python ---------------------------------------------------------------------------------------


def probe(python: str | None) -> tuple[str, str, str, int] | None:
    """Return a Python's version, system, machine and bits, or None if it does not run."""
    said = (_output(python, "-c", PROBE) or "").split() if python else []
    return (said[0], said[1], said[2], int(said[3])) if len(said) == 4 else None


def fits(version: str) -> bool:
    """Tell whether pyproject.toml allows this version of Python."""
    return LOWEST <= tuple(map(int, version.split(".")))[:2] < BEYOND


def find_python(uv: str) -> str:
    """Return the Python that PYTHON names, or a fitting one: installed, or brought by uv."""
    named = os.environ.get("PYTHON", "")
    if named:
        found = _named_python(uv, named)
        if not found and _is_version(named):
            fail(
                f"Python {named} is not installed here, and uv could not download it; give the "
                f"path of a {FITTING} as PYTHON (details: .cache/set-up.log)."
            )
        if not found:
            fail(f"PYTHON={named} does not run; give the path of a {FITTING}.")
        version = probe(found)[0]
        if not fits(version):
            fail(f"{FITTING} is needed, but {named} is Python {version}; try PYTHON=3.12.")
        return found
    minors = range(BEYOND[1] - 1, LOWEST[1] - 1, -1)
    others = []
    for name in (
        getattr(sys, "_base_executable", sys.executable),  # of a venv, what it was made from
        *("python3", "python"),
        *(f"python3.{minor}" for minor in minors),
    ):
        path = shutil.which(name)
        found = probe(path)
        if found and fits(found[0]):
            return path
        others += [found[0]] if found else []
    find = ["python", "find", "--no-project", "--system", "--no-python-downloads", RANGE]
    found = (_output_of_uv(uv, *find) or "").strip()
    if probe(found):
        return found
    say(f"{FITTING} is needed and not installed here: getting one, for this folder alone.")
    said = _uv(uv, "python", "install", "--no-bin", *_no_registry(), RANGE)
    found = (_output_of_uv(uv, *find) or "").strip()
    if said or not probe(found):
        (CACHE / "set-up.log").write_text(said, encoding="utf-8")
        only = f"only Python {others[0]} was found" if others else "no Python was found"
        fail(
            f"{FITTING} is needed, but {only}, and uv could not download one; install one "
            "(python.org, or your system's packages) and run the same command again, name one "
            "with PYTHON=/path/to/python3, or set UV_PYTHON_INSTALL_MIRROR to a place that your "
            "network allows (details: .cache/set-up.log)."
        )
    return found


def _no_registry() -> list[str]:
    return ["--no-registry"] if os.name == "nt" else []  # of Windows: nothing outside the folder


def _named_python(uv: str, named: str) -> str | None:
    path = shutil.which(named) or named
    if probe(path):
        return path
    find = ["python", "find", "--no-project", "--system", "--no-python-downloads", named]
    found = _output_of_uv(uv, *find)
    if not found and _is_version(named) and fits(named):
        say(f"Python {named} is not installed here: getting it, for this folder alone.")
        said = _uv(uv, "python", "install", "--no-bin", *_no_registry(), named)
        (CACHE / "set-up.log").write_text(said, encoding="utf-8")
        found = _output_of_uv(uv, *find)
    return found.strip() if found else None


def _is_version(named: str) -> bool:
    return re.fullmatch(r"\d+\.\d+(\.\d+)?", named) is not None


def _output_of_uv(uv: str, *arguments: str) -> str | None:
    return _output(uv, *arguments, cwd=str(ROOT), env=surroundings())


# --- environments ---------------------------------------------------------------------------------


def python_of(folder: str) -> Path:
    """Return the Python of one of the environments."""
    return ROOT / folder / BIN / ("python.exe" if os.name == "nt" else "python")


def set_up(folder: str = ".venv") -> Path:
    """Fill an environment, unless it is whole and up to date; return its Python."""
    if not _whole(folder):
        with _alone():
            if not _whole(folder):  # whom we waited for may have filled it
                _fill(folder)
    return python_of(folder)


def stamp_of(folder: str) -> Path:
    """Return the file that proves that an environment is whole."""
    return ROOT / folder / "set-up.stamp"


def _fingerprint(folder: str) -> str:
    """Return what an environment depends on; its place is one, for its programs name it."""
    files = [ROOT / name for name in ENVIRONMENTS[folder]] + [Path(__file__)]
    parts = [str(ROOT), RANGE, *(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _whole(folder: str) -> bool:
    try:
        fingerprint, version, name = stamp_of(folder).read_text("utf-8").split("\n")[:3]
    except (OSError, ValueError):
        return False
    if fingerprint != _fingerprint(folder) or not python_of(folder).exists():
        return False
    named = os.environ.get("PYTHON", "")
    if folder != ".venv" or named in ("", name):
        return True
    found = probe(shutil.which(named))
    return found is not None and found[0] == version


def _fill(folder: str) -> None:
    if folder != ".venv":
        python = str(set_up())
        uv = find_uv()
    else:
        uv = find_uv()
        python = find_python(uv)
    version, system, machine, bits = probe(python)
    if bits != 64 or machine not in MACHINES.get(system, ()):
        fail(
            f"TensorFlow has no build for this machine ({system} {machine}, {bits} bits, {python});"
            " use 64-bit Linux, Windows, or a Mac with Apple silicon, or run the course on Binder "
            "(see README.md)."
        )
    if folder == ".venv":
        say(f"Setting up .venv with Python {version}, once: about 20 seconds on a fast connection.")
    with contextlib.suppress(FileNotFoundError):
        stamp_of(folder).unlink()
    make(uv, folder, python)
    required = [f"--requirement={file}" for file in ENVIRONMENTS[folder]]
    install(uv, folder, "--require-hashes", *required)
    if folder == ".venv":
        _finish(folder)
    if folder == ".venv-teach":  # nbgrader runs the notebooks in the reader's environment
        _find_the_course(folder)
        _run([python, "-m", "ipykernel", "install", "--prefix", str(ROOT / folder)])
    proof = (_fingerprint(folder), version, os.environ.get("PYTHON", ""), "")
    _write_stamp(stamp_of(folder), "\n".join(proof))


def set_up_versions(folder: str, which: list[str], early: bool) -> None:
    """Make an environment with other versions than the pinned ones, always anew.

    With `early`, TensorFlow and Keras may be pre-releases, and nothing else.
    """
    with _alone():
        uv = find_uv()
        python = find_python(uv)
        say(f"Setting up {folder} with Python {probe(python)[0]}.")
        make(uv, folder, python)
        install(uv, folder, *which, "--requirement=pyproject.toml", "--extra=test", "uv")
        if early:
            judges = re.findall(r'^ +"((keras|tensorflow[a-z-]*)>=[^"]+)"', PROJECT, flags=re.M)
            upgrade = [f"--upgrade-package={name}" for _, name in judges]
            install(uv, folder, "--prerelease=allow", *upgrade, *(line for line, _ in judges))
        _finish(folder)


def versions_in(python: Path) -> str:
    """Return the versions of what the tests are about, as they say it themselves."""
    ask = "import keras, matplotlib, numpy, tensorflow as tf\n"
    ask += "for m in (tf, keras, numpy, matplotlib): print(m.__name__, m.__version__)"
    said = _output(str(python), "-c", ask, env=surroundings()) or "They do not import."
    return ", ".join(said.splitlines())


def make(uv: str, folder: str, python: str) -> None:
    """Make an environment from nothing: what an interrupted run left behind looks whole."""
    try:
        if (ROOT / folder).exists():
            shutil.rmtree(ROOT / folder)
    except OSError as error:
        fail(f"could not clear {error.filename}: {error.strerror}; close what uses it.")
    said = _uv(uv, "venv", "--quiet", "--no-project", "--python", python, folder)
    if said:
        fail(f"could not create {folder}: {said.strip().splitlines()[-1].strip()}")


def install(uv: str, folder: str, *arguments: str) -> None:
    """Install into an environment."""
    said = _uv(uv, "pip", "install", "--quiet", "--python", str(python_of(folder)), *arguments)
    if said:
        fail(_cause(said))


def _finish(folder: str) -> None:
    settings = ROOT / folder / "etc" / "ipython"  # every kernel of this environment reads it
    settings.mkdir(parents=True, exist_ok=True)
    extension = 'get_config().InteractiveShellApp.extra_extensions = ["helpers._missing_names"]\n'
    (settings / "ipython_kernel_config.py").write_text(extension, encoding="utf-8")
    for packages in _find_the_course(folder):
        # 290 MB of C++ headers, for those who compile operations of their own.
        shutil.rmtree(packages / "tensorflow" / "include", ignore_errors=True)


def _find_the_course(folder: str) -> set[Path]:
    """Let an environment's programs find `helpers` and `classroom` from wherever they start."""
    venv = ROOT / folder
    packages = {*venv.glob("lib/*/site-packages"), *venv.glob("Lib/site-packages")}
    # An editor reads the first line; the second puts the course before a PYTHONPATH of the reader.
    first = f"import sys; sys.path.insert(0, {str(ROOT)!a})"
    for place in packages:
        (place / "helpers.pth").write_text(f"{ROOT}\n{first}\n", encoding="utf-8")
    return packages


def _write_stamp(stamp: Path, text: str) -> None:
    new = stamp.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, stamp)


def set_up_browser() -> Path:
    """Get what `test-browser` needs besides .venv; return .venv's Python."""
    python = set_up()
    file, tests = "requirements-browser.txt", ROOT / "tests" / "browser"
    stamp = ROOT / ".venv" / "browser.stamp"
    wanted = hashlib.sha256(
        (ROOT / file).read_bytes() + (tests / "package-lock.json").read_bytes()
    ).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return python
    with _alone():
        install(find_uv(), ".venv", "--reinstall", "--require-hashes", f"--requirement={file}")
        npm = shutil.which("npm")
        if not npm:
            fail(
                "npm is needed, for the accessibility rules (axe-core); install Node.js "
                "(nodejs.org, or your package manager)."
            )
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        if _run([npm, "ci", "--prefix", str(tests), *quiet]).returncode:
            fail("could not install tests/browser/package-lock.json; check the network connection.")
        _set_up_chromium(python, tests)
        _write_stamp(stamp, wanted)
    return python


def _set_up_chromium(python: Path, tests: Path) -> None:
    """Install Chromium where one is root, as in a container; elsewhere the tests say what lacks."""
    missing = _run([str(python), str(tests / "lab.py")]).returncode
    if not missing or not hasattr(os, "getuid") or os.getuid() or not shutil.which("apt-get"):
        return
    say("Installing Chromium with apt-get, once.")
    packages = ["--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
    for arguments in (["update"], ["install", *packages]):
        if _run(["apt-get", *arguments]).returncode:
            fail("apt-get could not install chromium; install a Chrome or Chromium yourself.")


# --- one at a time --------------------------------------------------------------------------------

_lock = None


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one set-up run in this folder at a time; the system frees the lock of whoever dies."""
    global _lock
    if _lock is not None:  # ours already
        yield
        return
    try:
        CACHE.mkdir(exist_ok=True)
        _lock = (CACHE / "set-up.lock").open("a")
    except OSError as error:
        fail(
            f"this folder cannot be written to ({error.strerror}); copy the course into a folder "
            "of your own and run the same command there."
        )
    try:
        if not _locked(_lock.fileno()):
            say("Another set-up runs in this folder: waiting for its end.")
            while not _locked(_lock.fileno()):
                time.sleep(0.1)
        yield
    finally:
        _lock.close()
        _lock = None


def _locked(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _keeping_the_lock() -> dict:
    """If we are killed and uv goes on, uv still holds the lock."""
    return {"pass_fds": (_lock.fileno(),)} if _lock and os.name != "nt" else {}
