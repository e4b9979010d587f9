"""The web site in a browser: it asks no other host, can be read, searched and printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NOTEBOOKS = [
    path.relative_to(ROOT).with_suffix("").as_posix()
    for folder in ("notebooks", "notebooks/exercises", "notebooks/deeper")
    for path in sorted((ROOT / folder).glob("[0-9]*.ipynb"))
]
OTHERS = [
    "README",
    "docs/cheat_sheet",
    "docs/licences",
    "docs/modules",
    *(["docs/teaching"] if (ROOT / "docs" / "teaching.md").exists() else []),
    "helpers/network",
    "notebooks/index",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}

FOLDED = "details.hide:not([open])"

SET = """async () => {
  await document.fonts.ready;
  if (window.MathJax) await MathJax.startup.promise;
}"""
# Elements that reach beyond the right edge, and no parent of theirs scrolls or cuts them.
TOO_WIDE = """() => [...document.querySelectorAll('.bd-article *')].filter((element) => {
  if (element.getBoundingClientRect().right <= innerWidth + 1) return false;
  for (let outer = element.parentElement; outer !== document.body; outer = outer.parentElement)
    if (getComputedStyle(outer).overflowX !== 'visible') return false;
  return true;
}).map((element) => element.outerHTML.slice(0, 120))"""
# The formulas are MathJax's, a hundred elements each; they would take most of the time.
AXE_RUN = """() => axe.run({include: ['article'], exclude: ['mjx-container']},
  {resultTypes: ['violations']}).then((found) =>
  found.violations.filter((one) => ['serious', 'critical'].includes(one.impact)).map((one) =>
    `${one.id}: ${one.nodes.length} times, first ${one.nodes[0].html.slice(0, 160)}`))"""


class Reader:
    """A page of the browser that notes requests to other hosts, and the console's errors."""

    def __init__(self, browser, address: str, viewport: dict, scheme: str) -> None:
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme)
        self.page = self.context.new_page()
        self.address = address
        self.noted: list[str] = []
        self.page.on("request", lambda request: self.note_request(request.url))
        self.page.on("pageerror", lambda error: self.noted.append(f"error: {error}"))
        self.page.on("console", self.note_console)

    def note_request(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.noted.append(f"request to {url}")

    def note_console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.noted.append(f"console: {message.text}")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.page.evaluate(SET)


@pytest.fixture
def reader(browser, address, request) -> Iterator[Reader]:
    """A reader at a desk in light mode, or as the test's parameter says."""
    viewport, scheme = getattr(request, "param", (DESK, "light"))
    reader = Reader(browser, address, viewport, scheme)
    yield reader
    reader.context.close()


@pytest.mark.parametrize("name", [*NOTEBOOKS, *OTHERS])
def test_page_is_whole_accessible_and_asks_no_other_host(reader, artefacts, name):
    reader.open(f"{name}.html")
    page = reader.page
    assert page.evaluate("[...document.images].filter((i) => !i.naturalWidth).length") == 0
    formulas = page.evaluate(
        """() => [document.querySelectorAll('.bd-article .math').length,
                  document.querySelectorAll('.bd-article .math mjx-container').length,
                  document.querySelectorAll('mjx-merror').length]"""
    )
    assert formulas == [formulas[0], formulas[0], 0]
    assert formulas[0] or name not in NOTEBOOKS[:8]  # lesson 9 needs no new formula
    page.add_script_tag(path=HERE / "node_modules" / "axe-core" / "axe.min.js")
    assert page.evaluate(AXE_RUN) == []

    page.set_viewport_size(PHONE)
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.screenshot(path=artefacts / f"site-{name.replace('/', '-')}-phone.png")
    assert reader.noted == []


@pytest.mark.parametrize("reader", [(DESK, "dark")], indirect=True)
@pytest.mark.parametrize("name", ["notebooks/08_adam", NOTEBOOKS[9], *OTHERS])
def test_dark_mode_is_dark_and_accessible(reader, artefacts, name):
    reader.open(f"{name}.html")
    page = reader.page
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", background)[:3])) < 60
    for picture in page.locator("article .cell_output img").all():
        style = picture.evaluate(
            "(i) => [getComputedStyle(i).backgroundColor, getComputedStyle(i).filter]"
        )
        assert style == ["rgb(255, 255, 255)", "none"]
    page.add_script_tag(path=HERE / "node_modules" / "axe-core" / "axe.min.js")
    assert page.evaluate(AXE_RUN) == []
    page.screenshot(path=artefacts / f"site-{name.replace('/', '-')}-dark.png")
    assert reader.noted == []


def test_the_theme_changes_by_keyboard(reader):
    reader.open("notebooks/03_softmax.html")
    page = reader.page
    button = page.locator(".article-header-buttons .theme-switch-button")
    for tabs, theme in ((3, "dark"), (2, "light")):
        button.focus()
        for key in ["Enter", *["Tab"] * tabs, "Enter"]:
            page.keyboard.press(key)
        assert page.evaluate("document.documentElement.dataset.theme") == theme


def test_search_finds_softmax(reader):
    reader.open("notebooks/index.html")
    page = reader.page
    page.keyboard.press("Control+k")
    page.keyboard.type("softmax")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=softmax*")
    page.locator("#search-results a").first.wait_for()
    page.get_by_text(re.compile("finished searching|Search finished|found", re.I)).first.wait_for()
    found = page.locator("#search-results a").evaluate_all("(links) => links.map((a) => a.href)")
    assert any("notebooks/03_softmax.html" in link for link in found)
    assert any("docs/cheat_sheet.html" in link for link in found)
    page.locator("#search-results p.context").first.wait_for()
    quoted = page.locator("#search-results p.context").all_inner_texts()
    assert [text for text in quoted if "System Settings" in text] == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert reader.noted == []


@pytest.mark.parametrize("name", [NOTEBOOKS[2], NOTEBOOKS[9]])
def test_download_button_gives_the_notebook(reader, name):
    reader.open(f"{name}.html")
    page = reader.page
    page.locator(".dropdown-download-buttons > button").click()
    with page.expect_download() as download:
        page.locator(".btn-download-source-button").click()
    assert download.value.suggested_filename.endswith(".ipynb")
    assert Path(download.value.path()).read_bytes() == (ROOT / f"{name}.ipynb").read_bytes()


def test_a_solution_shows_itself_at_one_click(reader):
    reader.open(f"{NOTEBOOKS[9]}.html")
    solution = reader.page.locator("details.solution").first
    code = solution.locator("pre")
    assert not code.is_visible()
    solution.locator("summary").click()
    assert code.is_visible()
    assert "return" in code.inner_text()


def test_an_answer_to_a_prediction_shows_itself_at_one_click(reader):
    reader.open(f"{NOTEBOOKS[0]}.html")
    answer = reader.page.locator(FOLDED).first.element_handle()
    output = answer.query_selector(".cell_output")
    assert not output.is_visible()
    answer.query_selector("summary").click()
    assert output.is_visible()


def test_the_root_leads_to_the_list_of_lessons(reader):
    reader.page.goto(reader.address)
    reader.page.wait_for_url("**/notebooks/index.html")


@pytest.mark.parametrize("reader", [(PHONE, "dark")], indirect=True)
@pytest.mark.parametrize("name", ["docs/cheat_sheet", "notebooks/01_activations"])
def test_paper_is_white_and_without_side_bars(reader, artefacts, name):
    reader.open(f"{name}.html")
    page = reader.page
    path = artefacts / f"site-{name.replace('/', '-')}.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    pages = len(re.findall(rb"/Type /Page\b(?!s)", path.read_bytes()))
    assert pages == 1 if name == "docs/cheat_sheet" else pages > 5
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for selector in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article"):
        bars = page.locator(selector)
        assert not any(bar.is_visible() for bar in bars.all()), selector
    assert page.locator(FOLDED).count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(FOLDED).count() == page.locator("details.hide").count()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
