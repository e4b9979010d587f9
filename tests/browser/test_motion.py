"""Play: a button that moves a slider on. And what is left of a widget when its kernel is gone."""

from __future__ import annotations

import itertools

import nbformat
import pytest
from checks import check_accessibility, check_console, check_outputs
from lab import ROOT
from playwright.sync_api import expect

from tools.store_outputs import METADATA

STEPS = 24  # the whole way takes eight seconds
SOURCES = [
    """
import time
import numpy as np
from helpers.figures.explorer import Explorer, Slider
from helpers.figures.style import figure

def explorer(seconds=0.0):
    fig, axes = figure(width=4.0, height=3.0)
    (line,) = axes.plot([0, 1], [0, 1])
    axes.set(ylim=(0, 30), xlabel="x", ylabel="y")

    def draw(step, slope):
        time.sleep(seconds)
        line.set_ydata([0, step * slope])
        return f"A line from 0 at the left end to {step * slope:.0f} at the right end."

    return Explorer(fig, draw, [line], story=[{"step": 0}, {"step": 24}],
                    step=Slider("Step", 0, 24, 1, 0, play=True),
                    slope=Slider("Slope", 0, 1, 0.5, 1.0))

explorer()""",
    "explorer(0.4)",
    """from helpers.figures.drawing import DrawingPad

DrawingPad(lambda pixels: np.eye(10)[7], [[(2, 1), (6, 1), (3.6, 7.2)]])""",
]
# Notes the slider's value at each picture, and the moments when values go to the kernel.
WATCH = """(explorer) => {
  const input = explorer.querySelector('input[data-name=step]');
  (window.watching || []).forEach((observer) => observer.disconnect());
  window.shown = [];
  window.sent = [];
  const picture = new MutationObserver(() => window.shown.push(Number(input.value)));
  picture.observe(explorer.querySelector('img'), { attributes: true, attributeFilter: ['src'] });
  const value = new MutationObserver(() => window.sent.push(performance.now()));
  value.observe(explorer.querySelector('output'), { childList: true });
  window.watching = [picture, value];
}"""


@pytest.fixture(scope="module")
def file(artefacts):
    new = nbformat.v4
    cells = [new.new_markdown_cell("# Motion"), *map(new.new_code_cell, SOURCES)]
    path = artefacts / "motion.ipynb"
    nbformat.write(new.new_notebook(cells=cells, metadata=METADATA), path)
    return path


class Player:
    """An explorer of the notebook, its slider and its button."""

    def __init__(self, notebook, number: int) -> None:
        self.page = notebook.page
        self.explorer = self.page.locator(".course-explorer").nth(number)
        self.slider = self.explorer.locator("input[data-name=step]")
        self.button = self.explorer.locator("button")
        self.caption = self.explorer.locator("figcaption")

    def start_at(self, value: int) -> None:
        """Move the slider as a reader does, and wait for the picture."""
        self.slider.focus()
        self.page.keyboard.press("End" if value == STEPS else "Home")
        for _ in range(value if value < STEPS else 0):
            self.page.keyboard.press("ArrowUp")
        expect(self.caption).to_contain_text(f"to {value} at", timeout=20_000)
        self.explorer.evaluate(WATCH)

    def press(self, key: str = "Enter") -> None:
        self.button.focus()
        self.page.keyboard.press(key)

    @property
    def shown(self) -> list[int]:
        """The slider's value at each picture."""
        return self.page.evaluate("window.shown")

    @property
    def waits(self) -> list[float]:
        """The milliseconds from one value sent to the next."""
        sent = self.page.evaluate("window.sent")
        return [later - sooner for sooner, later in itertools.pairwise(sent)]

    def wait_until_at(self, value: int) -> None:
        self.page.wait_for_function(
            "([input, value]) => input.valueAsNumber >= value",
            arg=[self.slider.element_handle(), value],
        )

    def wait_until_still(self) -> None:
        expect(self.button).to_have_text("Play", timeout=30_000)

    def check_still(self) -> None:
        """Fail if the slider moves in a second, or the picture is not that of its value."""
        value = self.slider.input_value()
        self.page.wait_for_timeout(1000)
        assert self.slider.input_value() == value
        assert int(value) < STEPS
        expect(self.caption).to_contain_text(f"to {value} at")


@pytest.fixture(scope="module")
def notebook(open_notebook, file):
    notebook = open_notebook(file.relative_to(ROOT).as_posix())
    notebook.run_all()
    return notebook


@pytest.fixture
def player(notebook):
    return Player(notebook, 0)


def test_button_has_a_name_that_says_what_it_does(player):
    player.start_at(20)
    expect(player.explorer.get_by_role("button", name="Play Step")).to_be_visible()
    player.press()
    expect(player.explorer.get_by_role("button", name="Pause Step")).to_be_visible()
    player.wait_until_still()


@pytest.mark.parametrize("key", ["Enter", " "])
def test_play_shows_each_step_and_stops_at_the_end(player, key):
    player.start_at(18)
    player.press(key)
    player.wait_until_still()
    assert player.shown == list(range(19, STEPS + 1))
    expect(player.slider).to_have_value(str(STEPS))
    expect(player.caption).to_contain_text("to 24 at")
    assert min(player.waits) > 1000 / 12


def test_play_at_the_end_starts_again_and_space_pauses(player):
    player.start_at(STEPS)
    player.press()
    player.page.wait_for_function("window.shown.includes(3)")
    player.page.keyboard.press(" ")
    expect(player.button).to_have_text("Play")
    player.check_still()
    assert player.shown[:3] == [0, 1, 2]


def test_moving_the_slider_pauses(player):
    player.start_at(0)
    player.press()
    player.wait_until_at(2)
    player.slider.focus()
    player.page.keyboard.press("ArrowUp")
    expect(player.button).to_have_text("Play")
    player.check_still()


def test_keys_on_the_button_stay_with_it(player):
    """In JupyterLab's command mode "x" cuts a cell and an arrow selects the next one."""
    player.start_at(0)
    cells = player.page.locator(".jp-Cell").count()
    player.button.focus()
    for key in ("x", "ArrowDown", "a", "b"):
        player.page.keyboard.press(key)
    assert player.page.locator(".jp-Cell").count() == cells
    expect(player.button).to_be_focused()


def test_play_never_runs_ahead_of_the_kernel(notebook):
    """Each picture takes the kernel longer than Play waits; no value may go before it is there."""
    player = Player(notebook, 1)
    player.start_at(19)
    player.press()
    player.wait_until_still()
    assert player.shown == list(range(20, STEPS + 1))


def test_with_reduced_motion_play_is_a_slide_show(player):
    player.page.emulate_media(reduced_motion="reduce")
    player.start_at(12)
    player.press()
    player.wait_until_still()
    assert player.shown == [15, 18, 21, 24]
    assert min(player.waits) > 990
    player.page.emulate_media(reduced_motion="no-preference")


def test_screen_readers_are_told_where_play_stops_only(player):
    player.start_at(22)
    status = player.caption.locator("[role=status]")
    player.press()
    expect(status).to_have_attribute("aria-live", "off")
    player.wait_until_still()
    expect(status).to_have_attribute("aria-live", "polite")
    expect(status).to_contain_text("to 24 at")


@pytest.mark.parametrize("check", [check_accessibility, check_outputs, check_console])
def test_nothing_else_is_wrong(notebook, check):
    assert list(check(notebook)) == []


# --- a saved notebook -----------------------------------------------------------------------------


def outputs(notebook):
    return notebook.page.locator(".jp-Notebook .jp-OutputArea-output")


@pytest.fixture(scope="module")
def saved(notebook, file):
    """The notebook, its widgets moved as a reader moves them, saved with Ctrl+S."""
    for number, value in ((0, 7), (1, 3)):
        Player(notebook, number).start_at(value)
    page = notebook.page
    page.locator(".course-drawing button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".course-drawing .sentence")).to_have_text("Nothing is drawn yet.")
    page.wait_for_timeout(2500)  # the pad keeps its picture when it has been left alone
    before = file.read_bytes()
    page.keyboard.press("Control+s")
    for _ in range(100):
        page.wait_for_timeout(100)
        if file.read_bytes() != before:
            break
    page.keyboard.press("Control+s")  # the file on disk is not what was sent; nobody shall ask
    page.wait_for_timeout(1000)
    assert not page.locator(".jp-Dialog").count()
    assert not page.evaluate("jupyterapp.shell.currentWidget.context.model.dirty")
    return file


ENDS = ["to 7 at the right end.", "to 3 at the right end.", "Nothing is drawn yet."]


def test_saved_file_holds_the_pictures_as_they_were_left(saved):
    stored = nbformat.read(saved, as_version=4)
    assert "widgets" not in stored.metadata
    outputs = [cell.outputs[0] for cell in stored.cells if cell.cell_type == "code"]
    for output, end in zip(outputs, ENDS, strict=True):
        assert output.data["text/plain"].endswith(end)
        assert f'{end}">' in output.data["text/html"]
        assert set(output.data) == {"text/plain", "text/html"}


def test_reloaded_page_has_live_widgets_while_the_kernel_lives(notebook, saved):
    notebook.page.reload()
    notebook.wait_until_ready()
    expect(notebook.page.locator(".course-explorer")).to_have_count(2, timeout=20_000)
    Player(notebook, 0).start_at(9)


def test_reopened_notebook_shows_the_pictures_without_a_kernel(open_notebook, saved):
    """Opening another notebook ends the kernels; so does a reader who comes back tomorrow."""
    notebook = open_notebook(saved.relative_to(ROOT).as_posix())
    images = outputs(notebook).locator("img")
    expect(images).to_have_count(3, timeout=20_000)
    for number, end in enumerate(ENDS):
        assert images.nth(number).get_attribute("alt").endswith(end)
        assert images.nth(number).evaluate("image => image.naturalWidth") > 0
    assert "Error displaying widget" not in notebook.page.content()
    assert list(check_console(notebook)) == []
    assert list(check_accessibility(notebook)) == []
