"""The drawing pad: do drawings become images like the data's, and is the reading right?"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from helpers.datasets import digits
from helpers.figures.drawing import FRAME, DrawingPad, to_pixels
from helpers.figures.palette import FILLS


def arc(x: float, y: float, width: float, height: float, start: float, end: float) -> list:
    angle = np.radians(np.linspace(start, end, 25))
    return list(zip(x + width * np.cos(angle), y + height * np.sin(angle), strict=True))


# Digits as the data's writers write them: a fat bar for 1, a bar through the 7.
HAND = {
    0: [arc(4, 4, 2, 3.2, 0, 360)],
    1: [[(4, 0.8), (4, 7.2)]],
    2: [[*arc(4, 2.5, 1.9, 1.7, 180, 380), (2, 7.1), (6.2, 7.1)]],
    3: [arc(4, 2.4, 1.7, 1.6, 200, 450) + arc(4, 5.6, 1.9, 1.6, -90, 160)],
    4: [[(4.6, 0.8), (2, 4.9), (6.2, 4.9)], [(4.9, 3), (4.9, 7.3)]],
    5: [[(6, 0.9), (2.6, 0.9), (2.4, 3.6), *arc(4, 5.2, 2, 1.9, -130, 140)]],
    6: [[(5, 0.8), (3.2, 2.6), (2.3, 4.6), *arc(4, 5.4, 1.8, 1.8, 190, -170)]],
    7: [[(2, 1), (6, 1), (3.6, 7.2)], [(2.6, 4.2), (5.8, 4.2)]],
    8: [arc(4, 2.4, 1.5, 1.6, 90, 450), arc(4, 5.6, 1.8, 1.7, -90, 270)],
    9: [[*arc(4.1, 2.6, 1.7, 1.8, 0, 360), (5.8, 2.6), (5.4, 5.2), (4.4, 7.3)]],
}


def eye(digit: int) -> np.ndarray:
    return np.eye(10)[digit]


# --- pixels ---------------------------------------------------------------------------------------


def test_drawn_digits_are_read_by_a_model_of_the_data() -> None:
    """The judge, nearest neighbours, shares nothing with the course's networks."""
    train = digits().train
    judge = KNeighborsClassifier(3).fit(train.raw, train.y)
    drawn = np.array([to_pixels(strokes).ravel() for strokes in HAND.values()])
    np.testing.assert_array_equal(judge.predict(drawn), list(HAND))


def test_drawn_digits_have_as_much_ink_as_the_data() -> None:
    drawn = np.mean([to_pixels(strokes) for strokes in HAND.values()])
    assert drawn == pytest.approx(digits().train.raw.mean(), rel=0.1)


def test_the_frame_is_that_of_the_data() -> None:
    """In most images ink fills every row and the same six columns, as 20×32 dots do."""
    inked = digits().train.images > 0
    assert (inked.any(axis=2).mean(axis=0) > 0.99).all()
    columns = inked.any(axis=1).mean(axis=0)
    np.testing.assert_array_equal(columns > 0.5, [False] + [True] * 6 + [False])
    shape = to_pixels(HAND[0])
    assert (shape.any(axis=0) == (columns > 0.5)).all()
    assert shape.any(axis=1).all()
    assert tuple(FRAME) == (20, 32)


@pytest.mark.parametrize("digit", HAND)
def test_pixels_agree_with_a_distance_transform(digit: int) -> None:
    """Ink the strokes' middle line finely, let SciPy find the distances to it, count dots."""
    strokes = [np.asarray(stroke) for stroke in HAND[digit]]
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    pen = 0.1 * max(high - low)
    fine = 50  # samples per unit of the drawing
    line = np.ones(((high[::-1] - low[::-1] + 2 * pen) * fine).astype(int) + 2, dtype=bool)
    for stroke in strokes:
        share = np.linspace(0, len(stroke) - 1, 4000)
        x, y = (np.interp(share, np.arange(len(stroke)), stroke[:, k]) for k in (0, 1))
        line[((y - low[1] + pen) * fine).astype(int), ((x - low[0] + pen) * fine).astype(int)] = 0
    ink = scipy.ndimage.distance_transform_edt(line) <= pen * fine
    size = high - low + 2 * pen
    stretch = FRAME / size
    stretch = np.array([min(stretch[0], 1.5 * stretch[1]), min(stretch[1], 1.5 * stretch[0])])
    dots = np.zeros((32, 32))
    for row, column in np.ndindex(32, 32):
        y, x = (np.array([row, column]) + 0.5 - 16) / stretch[::-1] + size[::-1] / 2
        if 0 <= y < size[1] and 0 <= x < size[0]:
            dots[row, column] = ink[int(y * fine), int(x * fine)]
    expected = sum(dots[a::4, b::4] for a in range(4) for b in range(4))
    assert np.abs(to_pixels(strokes) - expected).max() <= 2  # dots at the very edge
    assert np.abs(to_pixels(strokes) - expected).mean() < 0.2


@given(
    st.sampled_from(sorted(HAND)),
    st.sampled_from([0.25, 0.5, 2.0, 4.0]),
    st.integers(-20, 20),
    st.integers(-20, 20),
)
def test_place_and_size_do_not_matter(digit: int, scale: float, x: int, y: int) -> None:
    moved = [scale * np.asarray(stroke) + (x, y) for stroke in HAND[digit]]
    difference = to_pixels(moved) - to_pixels(HAND[digit])
    assert np.abs(difference).max() <= 1  # a dot exactly on the edge may fall to either side


@given(
    st.lists(
        st.lists(
            st.tuples(st.floats(0, 8, width=16), st.floats(0, 8, width=16)), min_size=1, max_size=9
        ),
        max_size=3,
    )
)
def test_any_drawing_gives_pixels_in_range(strokes: list) -> None:
    result = to_pixels(strokes)
    assert result.shape == (8, 8)
    assert result.dtype == np.int64
    assert 0 <= result.min() <= result.max() <= 16
    assert bool(result.any()) == bool(strokes)


def test_a_dot_is_round_and_in_the_middle() -> None:
    dot = to_pixels([[(1.0, 7.0)]])
    np.testing.assert_array_equal(dot, dot[::-1])
    np.testing.assert_array_equal(dot, dot[:, ::-1])
    assert dot[4, 4] == 16


@pytest.mark.parametrize(
    ("stroke", "message"),
    [
        ([(1, 2, 3)], "shape"),
        ([1, 2], "shape"),
        (np.empty((0, 2)), "shape"),
        ([(1, np.nan)], "finite"),
        ([(1, np.inf)], "finite"),
    ],
)
def test_pixels_refuse(stroke: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        to_pixels([stroke])


# --- the pad --------------------------------------------------------------------------------------


def test_pad_reads_what_is_drawn() -> None:
    seen = []

    def predict(image: np.ndarray) -> np.ndarray:
        seen.append(image)
        return 0.75 * eye(4) + 0.25 * eye(9)

    pad = DrawingPad(predict, HAND[4])
    np.testing.assert_array_equal(seen[-1], to_pixels(HAND[4]))
    assert pad.reading["pixels"] == to_pixels(HAND[4]).ravel().tolist()
    assert pad.reading["probabilities"] == [0, 0, 0, 0, 0.75, 0, 0, 0, 0, 0.25]
    assert pad.reading["sentence"] == (
        "The network reads 4, with probability 75%; its second choice is 9, with 25%."
    )


def test_pad_never_claims_certainty() -> None:
    pad = DrawingPad(lambda image: eye(4) * 0.999 + eye(9) * 0.001, HAND[4])
    assert "probability >99%; its second choice is 9, with <1%." in pad.reading["sentence"]


def test_pad_reads_again_when_the_drawing_changes() -> None:
    pad = DrawingPad(lambda image: eye(7 if image[4, 6] else 0) * 0.9 + eye(3) * 0.1, HAND[1])
    assert "reads 0" in pad.reading["sentence"]
    assert "reads 7" in pad.draw(HAND[7])
    pad.strokes = [[[4.0, 1.0], [4.0, 7.0]]]  # as a message from the browser sets it
    assert "reads 0" in pad.reading["sentence"]


def test_pad_without_a_drawing_asks_nobody() -> None:
    def predict(image: np.ndarray) -> np.ndarray:
        raise AssertionError("nothing is drawn")

    pad = DrawingPad(predict)
    assert pad.reading == {
        "pixels": [0] * 64,
        "probabilities": [],
        "sentence": "Nothing is drawn yet.",
    }
    assert "0 strokes" in pad.picture.alt


def test_cleared_pad_forgets_the_last_answer() -> None:
    pad = DrawingPad(lambda image: eye(2), HAND[2])
    assert pad.draw([]) == "Nothing is drawn yet."
    assert pad.reading["probabilities"] == []


@pytest.mark.parametrize("probability", [0.02, 0.5, 0.79, 0.81, 0.91, 0.999, 1.0])
def test_percentages_stand_wholly_inside_a_long_bar_or_beside_a_short_one(
    probability: float, drawn_figures: list
) -> None:
    DrawingPad(lambda image: probability * eye(7), HAND[7])
    axes = drawn_figures[-1].axes[2]
    (label,) = axes.texts
    text, bar = label.get_window_extent(), axes.patches[7].get_window_extent()
    if label.get_color() == FILLS["paper"]:
        assert bar.x0 < text.x0 < text.x1 < bar.x1
    else:
        assert bar.x1 < text.x0 < text.x1 < axes.get_window_extent().x1


@pytest.mark.parametrize("answer", [np.ones(9), np.ones((1, 10)), np.full(10, np.nan)])
def test_pad_refuses_what_is_no_answer(answer: np.ndarray) -> None:
    with pytest.raises(ValueError, match="ten finite numbers"):
        DrawingPad(lambda image: answer, HAND[0])


def test_still_picture_stays_as_first_drawn() -> None:
    pad = DrawingPad(lambda image: eye(5) * 0.6 + eye(6) * 0.4, HAND[5])
    first = pad._repr_mimebundle_()[0]
    pad.draw(HAND[1])
    again = pad._repr_mimebundle_()[0]
    assert first["text/html"] == again["text/html"]
    alt = first["text/plain"].removeprefix("DrawingPad: ")
    assert alt.startswith("A drawing of 1 stroke on")
    assert f"{np.count_nonzero(to_pixels(HAND[5]))} of them with ink" in alt
    assert alt.endswith("reads 5, with probability 60%; its second choice is 6, with 40%.")
    assert "data:image/png" in first["text/html"]
