"""The browser, the server, and the table of speeds at the end. Run by `make test-browser`.

Playwright is imported by the fixtures only: `make test` reads this file too, and goes without.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab import Notebook, Server
    from playwright.sync_api import Browser, Locator, Page

HERE = Path(__file__).resolve().parent
ARTEFACTS = HERE / "artefacts"
MEASURED = pytest.StashKey[list[tuple[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--images", action="store_true", help="write the README's pictures to docs/images"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave these tests out unless they are named: they take minutes and want the machine."""
    named = [Path(argument.partition("::")[0]).resolve() for argument in config.args]
    return None if any(path == HERE or HERE in path.parents for path in named) else True


def pytest_configure(config: pytest.Config) -> None:
    config.stash[MEASURED] = []


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """List what was measured."""
    if measured := config.stash[MEASURED]:
        terminalreporter.section("measured in the browser")
        for value, what in measured:
            terminalreporter.line(f"{value:>10}  {what}")


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """A function that adds a line to the table at the end."""
    return lambda value, what: request.config.stash[MEASURED].append((value, what))


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder for the screenshots; git ignores it."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """An installed Chrome or Chromium; without one, a skip that a build machine turns into red."""
    from lab import CHROMIUM_ARGUMENTS, find_browser
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        reason = "no Chrome or Chromium found: install one, or name it with CHROME=/path/to/chrome"
        if os.environ.get("CI"):
            pytest.exit(reason, returncode=1)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab as `make lab` starts it."""
    from lab import jupyterlab

    with jupyterlab(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")
def open_notebook(browser: Browser, server: Server) -> Iterator[Callable[[str], Notebook]]:
    """A function that opens a notebook, by its path from the project's root."""
    from lab import Notebook

    opened: list[Notebook] = []

    def open_(path: str) -> Notebook:
        close()
        opened.append(Notebook(server, browser, path))
        opened[0].wait_until_ready()
        return opened[0]

    def close() -> None:
        """End the last one: each notebook shall find an idle machine."""
        if opened:
            opened.pop().close()
            server.stop_kernels()

    yield open_
    close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built anew; or as it stands in the folder that $SITE names."""
    if "SITE" in os.environ:
        return Path(os.environ["SITE"])
    folder = tmp_path_factory.mktemp("build") / "site"
    environment = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL"}}
    build = ["make", "site", f"ARGS=--output {folder}"]
    subprocess.run(build, cwd=HERE.parent.parent, env=environment, check=True)
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address of the site, served by a plain file server."""
    from tools.site.browser import served

    with served(site) as address:
        yield address


class Images:
    """Takes the README's pictures, where they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, name: str, page: Page, first: Locator, last: Locator) -> None:
        """Store what lies between the tops and ends of two elements, in at most 256 colours."""
        from PIL import Image

        page.evaluate("document.activeElement.blur()")
        height = page.viewport_size["height"]
        page.set_viewport_size({**page.viewport_size, "height": 3000})
        first.scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        top, bottom = first.bounding_box(), last.bounding_box()
        clip = {
            "x": top["x"],
            "y": top["y"] - 4,
            "width": top["width"],
            "height": bottom["y"] + bottom["height"] - top["y"] + 8,
        }
        file = self.folder / f"{name}.png"
        page.screenshot(path=file, clip=clip)
        page.set_viewport_size({**page.viewport_size, "height": height})
        Image.open(file).convert("RGB").quantize(256).save(file, optimize=True)


@pytest.fixture(scope="session")
def images(request: pytest.FixtureRequest, artefacts: Path) -> Images:
    """Pictures for the README: among the other screenshots, or with --images in docs/images."""
    wanted = request.config.getoption("--images")
    return Images(HERE.parent.parent / "docs" / "images" if wanted else artefacts)
