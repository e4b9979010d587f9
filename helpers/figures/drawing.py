"""A grid to draw a digit on, and what a network reads in it.

The images of `helpers.datasets.digits` began as bitmaps of 32×32 dots, ink or no ink, stretched to
fill a frame; each of the 8×8 pixels counts the ink among its 4×4 dots. `to_pixels` treats a
drawing alike, so that a network meets what it was trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.collections import LineCollection
from numpy.typing import ArrayLike

from helpers.figures.palette import COLOURS, FILLS, INK_ON_PAPER
from helpers.figures.stills import Bundle, with_stills
from helpers.figures.style import Picture, figure, picture

CELLS, DOTS = 8, 4  # pixels along a side, dots along a pixel
# The authors of the data used NIST's programs (Garris and others, 1994, NISTIR 5469), which stretch
# a character to a frame. Ink fills all eight rows and most often six columns: this frame, in dots.
FRAME = np.array([20.0, 32.0])
# Half the pen's width, as a share of the drawing's size: as much ink as the data's images have.
PEN = 0.1
MAX_STRETCH = 1.5  # how much more one direction may grow than the other

Strokes = Sequence[ArrayLike]


def to_pixels(strokes: Strokes) -> np.ndarray:
    """Turn pen strokes into an image like those of `helpers.datasets.digits`.

    The drawing is moved to the middle and scaled until it fills 20×32 of 32×32 dots; each pixel
    counts the ink among its 4×4 dots. Where and how large the drawing is therefore does not matter.

    Parameters
    ----------
    strokes : sequence of array_like of float, each of shape (points, 2)
        The points of each stroke, x to the right and y downwards, in any unit. One point is a dot.

    Returns
    -------
    ndarray of int64, shape (8, 8)
        Ink, 0…16; all 0 if there are no strokes.

    Raises
    ------
    ValueError
        If a stroke has another shape or a point is not finite.
    """
    strokes = [np.asarray(stroke, dtype=np.float64) for stroke in strokes]
    for stroke in strokes:
        if stroke.ndim != 2 or stroke.shape[1] != 2 or not len(stroke):
            raise ValueError(f"each stroke must have shape (points, 2), got {stroke.shape}")
        if not np.isfinite(stroke).all():
            raise ValueError("strokes must consist of finite points")
    if not strokes:
        return np.zeros((CELLS, CELLS), dtype=np.int64)

    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    pen = PEN * (high - low).max() or 1.0
    scale = FRAME / (high - low + 2 * pen)
    scale = np.minimum(scale, MAX_STRETCH * scale[::-1])

    # Each dot asks where in the drawing it lies, and whether the pen came near.
    dots = np.arange(CELLS * DOTS) + 0.5 - CELLS * DOTS / 2
    middle = (low + high) / 2
    x, y = np.meshgrid(dots / scale[0] + middle[0], dots / scale[1] + middle[1])
    ink = np.zeros(x.shape, dtype=bool)
    for stroke in strokes:
        ink |= _nearest(stroke, x, y) <= pen**2
    return ink.reshape(CELLS, DOTS, CELLS, DOTS).sum(axis=(1, 3))


def _nearest(stroke: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the squared distance of each point (x, y) from a chain of straight lines."""
    start = stroke[:-1] if len(stroke) > 1 else stroke
    along = (stroke[1:] if len(stroke) > 1 else stroke) - start
    from_start = [x[..., None] - start[:, 0], y[..., None] - start[:, 1]]
    length = (along**2).sum(axis=1)
    share = from_start[0] * along[:, 0] + from_start[1] * along[:, 1]
    share = np.clip(share / np.where(length, length, 1.0), 0, 1)
    dx, dy = (from_start[axis] - share * along[:, axis] for axis in (0, 1))
    return (dx**2 + dy**2).min(axis=-1)


def _percent(probability: float) -> str:
    """Return a probability as a whole percentage that never claims certainty."""
    if 0 < probability < 0.005:
        return "<1%"
    return ">99%" if 0.995 < probability < 1 else f"{probability:.0%}"


class DrawingPad(anywidget.AnyWidget):
    """A grid for mouse, finger or keyboard; without a kernel, a still picture of its first state.

    Parameters
    ----------
    predict : callable
        From an image, ndarray of int64 in 0…16 of shape (8, 8), to ten probabilities, shape (10,).
    strokes : sequence of array_like of float, each of shape (points, 2)
        The drawing at the start, in cells: x and y from 0 to 8, y downwards.

    Raises
    ------
    ValueError
        If a stroke is malformed, or `predict` does not return ten finite numbers.
    """

    _esm = Path(__file__).with_suffix(".js")

    strokes = traitlets.List().tag(sync=True)
    reading = traitlets.Dict().tag(sync=True)
    # The picture that a saved notebook keeps (tools/saved_widgets.py).
    png = traitlets.Bytes().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)

    def __init__(self, predict: Callable[[np.ndarray], np.ndarray], strokes: Strokes = ()) -> None:
        self._predict = predict
        drawing = [np.asarray(stroke, dtype=np.float64).tolist() for stroke in strokes]
        super().__init__(strokes=drawing, reading=self._read(drawing))
        self._still = self.picture
        self._keep(self._still)
        self.on_msg(lambda *message: self._keep(self.picture))

    def _keep(self, still: Picture) -> None:
        with self.hold_sync():
            self.png, self.alt, self.width = still.data, still.alt, still.width

    def draw(self, strokes: Strokes) -> str:
        """Replace the drawing as a reader would, and return what the network says to it."""
        self.strokes = [np.asarray(stroke, dtype=np.float64).tolist() for stroke in strokes]
        return self.reading["sentence"]

    @traitlets.observe("strokes")
    def _reread(self, change: traitlets.Bunch) -> None:
        if self.reading:
            self.reading = self._read(change.new)

    def _read(self, strokes: list) -> dict[str, Any]:
        pixels = to_pixels(strokes)
        if not strokes:
            sentence = "Nothing is drawn yet."
            return {"pixels": pixels.ravel().tolist(), "probabilities": [], "sentence": sentence}
        probabilities = np.asarray(self._predict(pixels), dtype=np.float64)
        if probabilities.shape != (10,) or not np.isfinite(probabilities).all():
            raise ValueError(
                f"predict must return ten finite numbers, got shape {probabilities.shape}"
            )
        second, first = np.argsort(probabilities)[-2:]
        return {
            "pixels": pixels.ravel().tolist(),
            "probabilities": probabilities.tolist(),
            "sentence": f"The network reads {first}, with probability "
            f"{_percent(probabilities[first])}; its second choice is {second}, with "
            f"{_percent(probabilities[second])}.",
        }

    @property
    def picture(self) -> Picture:
        """The pad as it stands, as a still picture."""
        fig, (pad, image, bars) = figure(1, 3, width=8.0, height=2.9, width_ratios=(1, 1, 1.2))
        lines = [np.asarray(stroke) for stroke in self.strokes]
        pad.add_collection(
            LineCollection(
                lines, colors=COLOURS["ink"], linewidths=12, capstyle="round", joinstyle="round"
            )
        )
        pad.set(xlim=(0, CELLS), ylim=(CELLS, 0), title="The drawing", aspect="equal")
        pixels = np.reshape(self.reading["pixels"], (CELLS, CELLS))
        image.imshow(pixels, cmap=INK_ON_PAPER, vmin=0, vmax=DOTS**2)
        image.set(title="What the network sees")
        image.grid(visible=False)
        for axes in (pad, image):
            axes.spines[:].set(visible=True, color=COLOURS["guide"])
            axes.tick_params(length=0, labelbottom=False, labelleft=False)
        pad.set(xticks=range(CELLS + 1), yticks=range(CELLS + 1))
        image.set(xticks=[], yticks=[])
        probabilities = np.array(self.reading["probabilities"] or np.zeros(10))
        bars.barh(range(10), probabilities, color=COLOURS["data"])
        for digit in np.flatnonzero(probabilities >= 0.01):
            inside = probabilities[digit] > 0.8  # beside so long a bar there is no room
            bars.annotate(
                _percent(probabilities[digit]),
                (probabilities[digit], digit),
                (-4 if inside else 4, 0),
                textcoords="offset points",
                ha="right" if inside else "left",
                va="center",
                color=FILLS["paper"] if inside else COLOURS["ink"],
            )
        bars.set(xlim=(0, 1), ylim=(9.6, -0.6), yticks=range(10), title="Its probabilities")
        bars.set(xlabel="probability", ylabel="digit")
        bars.grid(visible=False)
        strokes = "1 stroke" if len(lines) == 1 else f"{len(lines)} strokes"
        return picture(
            fig,
            f"""A drawing of {strokes} on a grid of 8×8 cells; beside it the 8×8 pixels
            that are made of it, {np.count_nonzero(pixels)} of them with ink; and ten bars.
            {self.reading["sentence"]}""",
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        return with_stills(bundle, "DrawingPad", {"": self._still})
