"""pip's settings, read as pip reads them and told to uv."""

from __future__ import annotations

import ast
import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from tools import pip_settings

ROOT = Path(__file__).resolve().parent.parent
MIRROR, OTHER = "https://mirror.example/simple", "https://other.example/simple"


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a reader whose settings are all in `home`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("PIP_", "UV_", "SSL_CERT", "XDG_"))
        and not name.upper().endswith("PROXY")
    }
    return kept | {"HOME": str(home), "XDG_CONFIG_DIRS": str(home / "xdg")} | more


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Write a file of pip's settings; return the environment of a reader who has no other."""
    file = tmp_path / "pip.conf"
    monkeypatch.setattr(pip_settings, "_files", lambda outer: [file])
    monkeypatch.setattr(pip_settings, "_files_of_uv", lambda outer: [tmp_path / "uv.toml"])

    def write(text: str) -> dict[str, str]:
        file.write_text(text, encoding="utf-8")
        return {}

    return write


# --- as pip reads them ----------------------------------------------------------------------------

FILES = ("xdg/pip/pip.conf", ".pip/pip.conf", ".config/pip/pip.conf")


@pytest.mark.skipif(os.name == "nt", reason="its files have other names")
@pytest.mark.parametrize("files", [FILES, FILES[:2], FILES[:1]])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"PIP_INDEX_URL": OTHER, "PIP_TRUSTED_HOST": "other.example"},
        {"PIP_CONFIG_FILE": "named.conf"},
        {"PIP_CONFIG_FILE": "missing.conf"},
        {"PIP_CONFIG_FILE": os.devnull},
    ],
)
def test_settings_are_what_pip_says(tmp_path, files, more):
    python = sys._base_executable
    for number, file in enumerate((*files, "named.conf")):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"[global]\nindex-url = {MIRROR}/{number}\nretries = {number}\n"
        if number != 1:
            text += f"[install]\nextra-index-url =\n    {OTHER}/{number}\n    {OTHER}/more\n"
        path.write_text(text)
    if "PIP_CONFIG_FILE" in more:
        more = {"PIP_CONFIG_FILE": str(tmp_path / more["PIP_CONFIG_FILE"])}
    here = functools.partial(
        subprocess.run,
        env=environment(tmp_path, **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    listed = here([python, "-m", "pip", "config", "list"])
    if "No module named pip" in listed.stderr:
        pytest.skip("this Python has no pip to ask")
    said: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for section, name, value in re.findall(r"^(\S+?)\.([\w-]+)=(.*)$", listed.stdout, flags=re.M):
        said.get(section, {})[name] = ast.literal_eval(value)
    ask = "import json, os; from tools.pip_settings import settings; "
    ask += "print(json.dumps(settings(dict(os.environ))))"
    ours = json.loads(here([python, "-c", ask]).stdout)
    assert ours == {**said["global"], **said["install"], **said[":env:"]}
    assert more.get("PIP_CONFIG_FILE") == os.devnull or ours["index-url"].startswith("https")


def test_a_file_that_cannot_be_read_is_passed_over(alone):
    assert pip_settings.settings(alone("index-url without a section")) == {}


# --- and told to uv -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", {}),
        ("[global]\ntimeout = 60\n", {}),
        (f"[global]\nindex-url = {MIRROR}\n", {"UV_DEFAULT_INDEX": MIRROR}),
        (f"[install]\nindex_url = {MIRROR}\n", {"UV_DEFAULT_INDEX": MIRROR}),
        (
            f"[global]\nextra-index-url =\n  {MIRROR}\n  {OTHER}\n",
            {"UV_INDEX": f"{MIRROR} {OTHER}", "UV_INDEX_STRATEGY": "unsafe-best-match"},
        ),
        (
            "[global]\nno-index = true\nfind-links = https://a.example/ /no/such/folder\n",
            {"UV_NO_INDEX": "1", "UV_FIND_LINKS": "https://a.example/"},
        ),
        (
            "[global]\ntrusted-host = a.example\n  b.example:8080\n",
            {"UV_INSECURE_HOST": "a.example b.example:8080"},
        ),
        ("[global]\ncert = /etc/school.pem\n", {"SSL_CERT_FILE": "/etc/school.pem"}),
        ("[global]\nproxy = http://p.example:3128\n", {"ALL_PROXY": "http://p.example:3128"}),
    ],
)
def test_each_setting_has_its_word_in_uv(alone, text, told):
    assert pip_settings.for_uv(alone(text)) == told


ALL = f"[global]\nindex-url = {MIRROR}\ntrusted-host = a.example\ncert = /c.pem\nproxy = http://p\n"


@pytest.mark.parametrize(
    ("own", "kept_from_it"),
    [
        ({"UV_INDEX_URL": OTHER}, "UV_DEFAULT_INDEX"),
        ({"UV_INDEX": OTHER}, "UV_DEFAULT_INDEX"),
        ({"UV_INSECURE_HOST": "b.example"}, "UV_INSECURE_HOST"),
        ({"SSL_CERT_FILE": "/own.pem"}, "SSL_CERT_FILE"),
        ({"https_proxy": "http://q"}, "ALL_PROXY"),
    ],
)
def test_who_has_told_uv_is_not_overruled(alone, own, kept_from_it):
    before = pip_settings.for_uv(alone(ALL))
    assert len(before) == 4
    del before[kept_from_it]
    assert pip_settings.for_uv(own) == before


def test_a_configuration_of_uvs_own_says_where_packages_are(alone, tmp_path):
    alone(ALL)
    (tmp_path / "uv.toml").write_text("")
    assert "UV_DEFAULT_INDEX" not in pip_settings.for_uv({})


# --- an installation ------------------------------------------------------------------------------


@pytest.fixture
def index(tmp_path):
    """A package index in a folder, with one package that no other index has."""
    folder = tmp_path / "index" / "only-at-this-school"
    folder.mkdir(parents=True)
    wheel = folder / "only_at_this_school-1.0-py3-none-any.whl"
    about = "Metadata-Version: 2.1\nName: only-at-this-school\nVersion: 1.0\n"
    kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    place = "only_at_this_school-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("only_at_this_school.py", "")
        archive.writestr(f"{place}/METADATA", about)
        archive.writestr(f"{place}/WHEEL", kind)
        archive.writestr(f"{place}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    pin = f"only-at-this-school==1.0 \\\n    --hash=sha256:{digest}\n"
    return folder.parent, pin


@pytest.fixture
def served(index):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(index[0]))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.skipif(os.name == "nt", reason="a uv is put on the PATH as a link")
@pytest.mark.parametrize("option", ["index-url", "extra-index-url"])
@pytest.mark.parametrize("kind", ["folder", "server"])
def test_a_mirror_set_for_pip_fills_the_environment(index, served, tmp_path, option, kind):
    folder, pin = index
    course = tmp_path / "course"
    (course / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", course)
    for file in ("__init__.py", "pip_settings.py", "set_up.py"):
        shutil.copy(ROOT / "tools" / file, course / "tools")
    (course / "requirements.txt").write_text(pin)
    address = folder.as_uri() if kind == "folder" else served
    (tmp_path / ".pip").mkdir()
    (tmp_path / "empty").mkdir()
    first = address if option == "index-url" else (tmp_path / "empty").as_uri()
    lines = {"index-url": first, option: address}
    text = "\n".join(["[global]", *(f"{name} = {value}" for name, value in lines.items())])
    (tmp_path / ".pip" / "pip.conf").write_text(text)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").symlink_to(Path(sys.executable).with_name("uv"))
    ask = "from tools import set_up; set_up.ENVIRONMENTS['.venv'] = ('requirements.txt',); "
    done = subprocess.run(
        [sys.executable, "-c", f"{ask}print(set_up.set_up())"],
        cwd=course,
        env=environment(tmp_path, PATH=f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + (course / ".cache" / "set-up.log").read_text()
    assert list(course.glob(".venv/lib/*/site-packages/only_at_this_school.py"))
