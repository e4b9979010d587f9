#!/bin/sh
# Get what `make test-browser` needs besides .venv: `sh tools/set_up_browser.sh .venv/bin` (make calls it).
set -eu

bin=$1
tests=tests/browser

fail() {
    printf 'set-up: %s\n' "$1" >&2
    exit 1
}

"$bin/uv" pip install --quiet --python "$bin/python" --requirements requirements-browser.txt ||
    fail 'could not install requirements-browser.txt; check the network connection.'

command -v npm >/dev/null ||
    fail 'npm is needed, for the accessibility rules (axe-core); install Node.js (nodejs.org, or your package manager).'
npm ci --prefix "$tests" --no-audit --no-fund --loglevel=error >/dev/null ||
    fail "could not install $tests/package-lock.json; check the network connection."

# In a container one is root. Elsewhere the tests say what is missing.
if ! "$bin/python" "$tests/lab.py" && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    printf 'Installing Chromium with apt-get, once.\n'
    { apt-get update && apt-get install --yes --no-install-recommends chromium fonts-dejavu-core; } >/dev/null ||
        fail 'apt-get could not install chromium; install a Chrome or Chromium yourself.'
fi
