"""Settings shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

# The same examples on every machine and in every run: a red test can be repeated.
settings.register_profile("course", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("course")


@pytest.fixture(scope="module", autouse=True)
def drawn_figures(request: pytest.FixtureRequest) -> Iterator[list]:
    """The figures that tests of `helpers.figures` have drawn, until someone takes them."""
    drawn: list = []
    if not request.module.__name__.rpartition(".")[2].startswith("test_figures"):
        yield drawn
        return
    from helpers.figures import style

    class RecordingCanvas(style.FigureCanvasAgg):
        def draw(self) -> None:
            super().draw()
            if self.figure not in drawn:
                drawn.append(self.figure)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "FigureCanvasAgg", RecordingCanvas)
        yield drawn


@pytest.fixture(autouse=True)
def figures_stand_out(drawn_figures: list) -> Iterator[None]:
    """Fail a test that drew a figure with a text, bar or marker too faint to be seen by all."""
    yield
    if drawn_figures:
        from tests.contrast import faint

        found = [fault for fig in drawn_figures for fault in faint(fig)]
        drawn_figures.clear()
        assert not found, "\n".join(found)
