"""Sliders on a figure, quick enough to feel immediate, and a button that plays one.

Drawing a whole Matplotlib figure anew takes about 95 ms. An `Explorer` draws axes, labels and
everything that stays put once, and for each move of a slider only the artists that move, over a
copy of that background. The controls are the browser's own (`<input type="range">`, `<select>`),
so that keyboard and screen reader work as on any page; the ipywidgets slider has no accessible
name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from helpers.figures.stills import Bundle, with_stills
from helpers.figures.style import DPI, Picture, encode_png, encode_png_quickly, halved


@dataclass(frozen=True)
class Slider:
    """A number to move between two limits.

    Parameters
    ----------
    label : str
        What the reader sees and a screen reader says.
    low, high : float
        The limits.
    step : float
        One press of an arrow key.
    value : float
        Where it starts.
    play : bool
        Whether a button Play moves it on to `high`: for a step or an epoch. It takes at most ten
        seconds; a way of more than 120 steps goes in larger ones.
    """

    label: str
    low: float
    high: float
    step: float
    value: float
    play: bool = False

    def accept(self, value: Any) -> float:
        """Return `value` as a float, if it lies within the limits; raise ValueError if not."""
        number = float(value)
        if not self.low <= number <= self.high:
            raise ValueError(f"{self.label} must be in [{self.low}, {self.high}], got {value}")
        return number

    def say(self, value: float) -> str:
        """Return the value with its label, written with the step's digits."""
        digits = len(f"{self.step}".partition(".")[2]) if self.step % 1 else 0
        return f"{self.label}: {value:.{digits}f}".replace("-", "−")


@dataclass(frozen=True)
class Choice:
    """One of several names.

    Parameters
    ----------
    label : str
        What the reader sees and a screen reader says.
    options : sequence of str
        The names.
    value : str
        The one chosen at the start.
    """

    label: str
    options: Sequence[str]
    value: str

    def accept(self, value: Any) -> str:
        """Return `value`, if it is one of the options; raise ValueError if not."""
        if value not in self.options:
            raise ValueError(
                f"{self.label} must be one of {', '.join(self.options)}, got {value!r}"
            )
        return value

    def say(self, value: str) -> str:
        """Return the value with its label."""
        return f"{self.label}: {value}"


class Explorer(anywidget.AnyWidget):
    """A figure with controls; without a kernel, still pictures.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The figure, with all artists in place.
    draw : callable
        Called with the controls' values by name; moves the artists in `moving` and returns the
        text alternative: what the figure now shows, with its numbers. It is also the caption.
    moving : sequence of matplotlib.artist.Artist
        The artists that `draw` changes, in drawing order. Everything else stays as it is first
        drawn, axis limits included.
    story : sequence of mapping of str → float or str
        What tells the story where nothing moves, on the site and in print: the values of some
        controls at its start, in its middle, at its end. These pictures stand side by side; without
        a story, the first state stands alone.
    **controls : Slider or Choice
        The controls, in order.

    Raises
    ------
    ValueError
        If the story names a control that is not there, or a value outside its limits.
    """

    _esm = Path(__file__).with_suffix(".js")

    controls = traitlets.List().tag(sync=True)
    # Without the echo that ipywidgets sends by default: it would go ahead of the picture.
    values = traitlets.Dict().tag(sync=True, echo_update=False)
    png = traitlets.Bytes().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)
    # Counts the pictures; Play waits for the next one, which may look like the last.
    drawn = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        fig: Figure,
        draw: Callable[..., str],
        moving: Sequence[Artist],
        *,
        story: Sequence[Mapping[str, float | str]] = (),
        **controls: Slider | Choice,
    ) -> None:
        self._figure, self._draw, self._moving = fig, draw, tuple(moving)
        self._named: Mapping[str, Slider | Choice] = controls
        start = {name: control.value for name, control in controls.items()}
        moments = [self._accept(moment) for moment in story]
        alt = draw(**start)
        for artist in self._moving:
            artist.set_animated(True)
        fig.canvas.draw()
        # The layout is settled now; solving it again would cost more than all the drawing.
        fig.set_layout_engine("none")
        self._background = fig.canvas.copy_from_bbox(fig.bbox)
        super().__init__(
            controls=[
                {"name": name, **_description(control)} for name, control in controls.items()
            ],
            values=start,
            png=self._draw_moving(),
            alt=alt,
            width=round(fig.bbox.width * 96 / DPI),
        )
        self._stills = dict(map(self._still, moments)) or {"": self.picture}

    @property
    def picture(self) -> Picture:
        """The figure as it stands, as a still picture."""
        pixels = np.asarray(self._figure.canvas.buffer_rgba())
        return Picture(encode_png(pixels), self.alt, self.width)

    def _still(self, moment: Mapping[str, float | str]) -> tuple[str, Picture]:
        """Return a heading and a picture of half the size; the figure itself stays as it is."""
        alt = self._draw(**{**self.values, **moment})
        self._draw_moving()
        pixels = np.asarray(self._figure.canvas.buffer_rgba())
        still = Picture(encode_png(halved(pixels)), alt, round(self.width / 2))
        self._draw(**self.values)
        self._draw_moving()
        said = ", ".join(self._named[name].say(value) for name, value in moment.items())
        return said or "Start", still

    def move(self, **values: float | str) -> str:
        """Set controls as a reader would and return the new text alternative.

        Parameters
        ----------
        **values : float or str
            New values by the controls' names; the others stay.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            If there is no such control, or the value is outside its limits.
        """
        self.values = {**self.values, **self._accept(values)}
        return self.alt

    def _accept(self, values: Mapping[str, Any]) -> dict[str, float | str]:
        for name in values:
            if name not in self._named:
                raise ValueError(f"no control {name!r}; there are {', '.join(self._named)}")
        return {name: self._named[name].accept(value) for name, value in values.items()}

    @traitlets.observe("values")
    def _redraw(self, change: traitlets.Bunch) -> None:
        if change.old is traitlets.Undefined or not self.png:
            return
        alt = self._draw(**change.new)
        # One message for all: the picture and its text never disagree.
        with self.hold_sync():
            self.png, self.alt, self.drawn = self._draw_moving(), alt, self.drawn + 1

    def _draw_moving(self) -> bytes:
        canvas = self._figure.canvas
        canvas.restore_region(self._background)
        for artist in self._moving:
            (artist.axes or self._figure).draw_artist(artist)
        return encode_png_quickly(np.asarray(canvas.buffer_rgba()))

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle | None:
        return with_stills(super()._repr_mimebundle_(**kwargs), "Explorer", self._stills)


def _description(control: Slider | Choice) -> dict[str, Any]:
    fields = asdict(control)
    fields["kind"] = type(control).__name__
    return fields
