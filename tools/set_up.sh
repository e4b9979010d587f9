#!/bin/sh
# Fill .venv with exactly requirements.txt and this project: `sh tools/set_up.sh .venv/bin` (make calls it).
# Every failure ends in one line that says what to do, never in a traceback.
set -eu

bin=$1
uv='uv==0.13.9'
log=.venv/set-up.log

fail() {
    printf 'set-up: %s\n' "$1" >&2
    exit 1
}

# These two run on any Python, 2.7 included.
supported() {
    "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

version() {
    "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        version "$PYTHON" >/dev/null || fail "PYTHON=$PYTHON does not run; give the path of a Python 3.10 to 3.13."
        supported "$PYTHON" || fail "Python 3.10 to 3.13 is needed, but $PYTHON is Python $(version "$PYTHON"); try PYTHON=python3.12."
        return
    fi
    found=''
    for PYTHON in python3 python3.13 python3.12 python3.11 python3.10 python; do
        supported "$PYTHON" && return
        found=${found:-$(version "$PYTHON" || true)}
    done
    fail "Python 3.10 to 3.13 is needed, but ${found:+only Python }${found:-no Python} was found; install one (python.org, or your system's packages) and run the same command again, or name it with PYTHON=/path/to/python3."
}

create_environment() {
    find_python
    "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        fail "$PYTHON lacks the venv module; on Debian or Ubuntu run 'sudo apt install python3-venv', elsewhere install Python from python.org, then run the same command again."
    # TensorFlow publishes builds for these machines only; elsewhere the installer's message is long.
    "$PYTHON" -c '
import platform, sys
machines = {"Linux": ("x86_64", "aarch64"), "Darwin": ("arm64",), "Windows": ("AMD64",)}
sys.exit(sys.maxsize < 2**32 or platform.machine() not in machines.get(platform.system(), ()))' ||
        fail "TensorFlow has no build for this machine ($(uname -sm), $PYTHON); use 64-bit Linux, Windows, or a Mac with Apple silicon, or run the course on Binder (see README.md)."
    printf 'Setting up .venv with Python %s, once: about 20 seconds on a fast connection.\n' "$(version "$PYTHON")"
    reason=$("$PYTHON" -m venv --clear .venv 2>&1) ||
        fail "could not create .venv: $(printf '%s\n' "$reason" | tail -n 1)"
}

# What another Python or an interrupted run left behind is made anew.
reusable() {
    supported "$bin/python" && "$bin/python" -c 'import pip' >/dev/null 2>&1 &&
        { [ -z "${PYTHON:-}" ] || [ "$(version "$PYTHON")" = "$(version "$bin/python")" ]; }
}

reusable || create_environment

"$bin/python" -m pip install --quiet --retries 1 "$uv" >"$log" 2>&1 ||
    fail "could not download from the package index; check the network connection or the proxy, then run the same command again (details: $log)."
"$bin/uv" pip install --quiet --python "$bin/python" --requirements requirements.txt --editable . 2>"$log" || {
    cat "$log" >&2
    fail "could not install requirements.txt; check the network connection and the free disk space (2 GB), then run the same command again."
}

# 290 MB of C++ headers, for those who compile operations of their own.
rm -rf "${bin%/*}"/lib/python3.*/site-packages/tensorflow/include "${bin%/*}"/Lib/site-packages/tensorflow/include
