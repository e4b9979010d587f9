"""What a reader, or who runs their network, has told pip; uv does not ask it.

pip reads files, its environment variables count more: https://pip.pypa.io/en/stable/topics/configuration
"""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path

# uv's own words; who uses one has told uv where packages are.
PLACES = (
    "UV_CONFIG_FILE",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_NO_INDEX",
)
CERTIFICATES = ("SSL_CERT_DIR", "SSL_CERT_FILE")
PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "all_proxy", "https_proxy")


def for_uv(outer: dict[str, str]) -> dict[str, str]:
    """Return pip's settings as the environment variables that tell uv the same.

    Parameters
    ----------
    outer : dict of str
        The environment. What it tells uv itself stays as it is.
    """
    said = settings(outer)
    inner = {}
    if not _any(PLACES, outer) and not any(file.exists() for file in _files_of_uv(outer)):
        extra = said.get("extra-index-url", "").split()
        links = [link for link in said.get("find-links", "").split() if _is_there(link)]
        inner["UV_DEFAULT_INDEX"] = said.get("index-url", "")
        inner["UV_INDEX"] = " ".join(extra)
        inner["UV_FIND_LINKS"] = ",".join(links)
        if extra and "UV_INDEX_STRATEGY" not in outer:
            # As pip: whichever index has the version. Hashes say that it is the one meant.
            inner["UV_INDEX_STRATEGY"] = "unsafe-best-match"
        if said.get("no-index", "").lower() in ("1", "true", "yes", "on"):
            inner["UV_NO_INDEX"] = "1"
    if "UV_INSECURE_HOST" not in outer:
        inner["UV_INSECURE_HOST"] = " ".join(said.get("trusted-host", "").split())
    if not _any(CERTIFICATES, outer):
        inner["SSL_CERT_FILE"] = said.get("cert", "")
    if not _any(PROXIES, outer):
        inner["ALL_PROXY"] = said.get("proxy", "")
    return {name: value for name, value in inner.items() if value}


def settings(outer: dict[str, str]) -> dict[str, str]:
    """Return what pip would read: the options of `pip install`, by their long names."""
    sections = {"global": {}, "install": {}}  # type: dict[str, dict[str, str]]
    for file in _files(outer):
        parser = configparser.RawConfigParser()
        try:
            parser.read(str(file), encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue  # pip itself will say what is wrong with it
        for section, options in sections.items():
            if parser.has_section(section):
                options.update((_option(name), value) for name, value in parser.items(section))
    environment = {
        _option(name[4:]): value for name, value in outer.items() if name.startswith("PIP_")
    }
    return {**sections["global"], **sections["install"], **environment}


def _option(name: str) -> str:
    return name.lower().replace("_", "-").lstrip("-")


def _any(names: tuple[str, ...], outer: dict[str, str]) -> bool:
    return any(name in outer for name in names)


def _is_there(link: str) -> bool:
    """Tell whether a folder exists: uv fails where pip goes on."""
    return "://" in link or Path(link).exists()


def _files(outer: dict[str, str]) -> list[Path]:
    """Return the files that pip reads; the later one counts."""
    named = outer.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    home = Path(os.path.expanduser("~"))
    if os.name == "nt":
        name = "pip.ini"
        everyone = [Path(outer.get("PROGRAMDATA", "C:\\ProgramData"), "pip")]
        own = [home / "pip", Path(outer.get("APPDATA", str(home)), "pip")]
    else:
        name = "pip.conf"
        shared = outer.get("XDG_CONFIG_DIRS", "") or "/etc/xdg"
        everyone = [Path(place, "pip") for place in shared.split(os.pathsep)] + [Path("/etc")]
        config = Path(outer.get("XDG_CONFIG_HOME", "") or home / ".config", "pip")
        own = [home / ".pip", config]
        library = Path("Library", "Application Support", "pip")
        if sys.platform == "darwin":
            everyone.insert(0, Path("/") / library)
            own[1] = home / library if (home / library).is_dir() else config
    if named and Path(named).exists():  # in place of the reader's own
        return [folder / name for folder in [*everyone, Path(sys.prefix)]] + [Path(named)]
    return [folder / name for folder in [*everyone, *own, Path(sys.prefix)]]


def _files_of_uv(outer: dict[str, str]) -> list[Path]:
    if os.name == "nt":
        own = outer.get("APPDATA", "")
        shared = [outer.get("PROGRAMDATA", "C:\\ProgramData")]
    else:
        own = outer.get("XDG_CONFIG_HOME", "") or os.path.expanduser("~/.config")
        shared = [*(outer.get("XDG_CONFIG_DIRS", "") or "/etc/xdg").split(os.pathsep), "/etc"]
    return [Path(folder, "uv", "uv.toml") for folder in [*shared, own] if folder]
