"""Lesson 5's figures: their text says what independent arithmetic says, and every control moves."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from helpers import stability
from helpers.figures import stability as figures
from helpers.figures.explorer import Explorer
from helpers.figures.style import Picture


def is_picture(picture: Picture) -> bool:
    return isinstance(picture, Picture) and picture.data.startswith(b"\x89PNG")


def test_largest_logits_says_their_range_and_how_many_are_right() -> None:
    z = np.array([[1.0, 118.2, -3.0], [541.6, 2.0, 3.0], [300.4, 0.0, 299.0], [130.0, 1.0, 2.0]])
    picture = figures.largest_logits(z, np.array([1, 0, 2, 0]))
    assert is_picture(picture)
    assert "75% of 4 images" in picture.alt
    assert "from 118 to 542, half of them above 215" in picture.alt


@pytest.mark.parametrize("z", [np.zeros(3), np.empty((0, 3)), np.array([[1.0, np.nan]])])
def test_largest_logits_wants_a_finite_table(z: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite logits"):
        figures.largest_logits(z, np.zeros(len(z), dtype=int))


@pytest.mark.parametrize(
    ("added", "becomes"),
    # 24 binary digits: above 1 the gap is 2^-23 = 1.19e-7.
    [(0.0, "1."), (1e-8, "1."), (5.9e-8, "1."), (6e-8, "1 + 1.2e-7"), (2e-7, "1 + 2.4e-7")],
)
def test_number_line_says_where_a_number_is_rounded(added: float, becomes: str) -> None:
    picture = figures.number_line(added)
    assert is_picture(picture)
    assert picture.alt.endswith(f"becomes {becomes.rstrip('.')}.")


@pytest.mark.parametrize("added", [-1e-9, 1e-6, math.nan])
def test_number_line_wants_a_number_in_the_picture(added: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 3e-7"):
        figures.number_line(added)


def test_exponential_range_says_the_limits() -> None:
    picture = figures.exponential_range(np.array([[-490.7, 3.0], [541.6, 0.0]]))
    assert is_picture(picture)
    with mpmath.workdps(20):  # the smallest number above 0 and the largest, by their exponents
        ends = [
            (mpmath.log(2) * -149, mpmath.log((2 - mpmath.mpf(2) ** -23) * mpmath.mpf(2) ** 127)),
            (mpmath.log(2) * -1074, mpmath.log((2 - mpmath.mpf(2) ** -52) * mpmath.mpf(2) ** 1023)),
        ]
    (a, b), (c, d) = [(round(low), round(high)) for low, high in ends]
    said = f"float32 {a} to {b}, float64 {c} to {d}, logits -491 to 542".replace("-", "−")
    assert said in picture.alt


def test_the_naive_way_shows_overflow_and_underflow() -> None:
    alt = figures.naive_way([542, 149, 52], y=1, title="Overflow").alt
    assert f"(inf, inf, {math.exp(52):.1e})" in alt
    assert "a = (nan, nan, 0)" in alt
    assert "gives L = nan" in alt
    assert "gives L = inf" in figures.naive_way([0, -393, -490], y=1, title="Underflow").alt
    assert "gives L = 0.69" in figures.naive_way([3, 3], y=0, title="Neither").alt


def test_the_fused_way_arrives() -> None:
    picture = figures.fused_way([542, 149, 52], y=1, title="It arrives")
    assert is_picture(picture)
    assert "z − c = (0, −393, −490)" in picture.alt
    assert "gives L = 393" in picture.alt
    assert "gives L = 0.69" in figures.fused_way([3, 3], y=0, title="It arrives").alt


def test_digits_right_says_where_each_form_breaks() -> None:
    alt = figures.digits_right(np.linspace(-100, 60, 1601)).alt
    assert "naive: not one digit up to z = −88 and from z = 14 on" in alt
    assert "clipped: not one digit up to z = −18 and from z = 14 on" in alt
    assert "fused: at least 7 digits everywhere" in alt


def test_digits_right_does_not_praise_a_bad_fused_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(y: int, z: np.ndarray) -> np.ndarray:
        return np.where(z > 50, 1.001, 1) * stability.fused_binary_crossentropy(y, z)

    class Stability:
        fused_binary_crossentropy = staticmethod(off)

        def __getattr__(self, name: str) -> object:
            return getattr(stability, name)

    monkeypatch.setattr(figures, "stability", Stability())
    alt = figures.digits_right(np.linspace(-100, 60, 161)).alt
    assert "fused: at least 3 digits everywhere" in alt


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return figures.forms_explorer()


@pytest.mark.parametrize("z", [-120.0, -20.0, -3.0, 0.0, 4.0, 60.0])
def test_explorer_says_the_exact_fused_loss_and_gradient(explorer: Explorer, z: float) -> None:
    alt = explorer.move(z=z, precision="float64").replace("−", "-")
    a = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
    said = alt.partition("fused loss ")[2].rstrip(".").split(", gradient ")
    for text, exact in zip(said, (-mpmath.log(a), a - 1), strict=True):
        value = 0.0 if text == "almost 0" else float(text)
        assert math.isclose(value, float(exact), rel_tol=6e-3, abs_tol=5e-4)


def test_explorer_shows_where_forms_break(explorer: Explorer) -> None:
    alt = explorer.move(z=17.0, precision="float32")
    assert "naive loss nan, gradient nan" in alt
    assert "naive loss almost 0" in explorer.move(precision="float64")
    ceiling = f"clipped loss {-math.log(1e-7):.3g}, gradient 0;"
    assert ceiling in explorer.move(z=-60.0, precision="float32")
    assert ceiling in explorer.move(precision="float64")


def test_every_control_changes_the_picture(explorer: Explorer) -> None:
    for change in ({"z": 30.0}, {"precision": "float64"}):
        explorer.move(z=-100.0, precision="float32")
        before, said = explorer.png, explorer.alt
        explorer.move(**change)
        assert explorer.png != before
        assert explorer.alt != said


def test_points_move_where_no_form_breaks(explorer: Explorer) -> None:
    said = explorer.move(z=25.0, precision="float64")
    before = explorer.png
    assert explorer.move(z=26.0) == said.replace("25", "26")  # so nothing but the points
    assert explorer.png != before


def test_explorer_keeps_to_its_limits(explorer: Explorer) -> None:
    with pytest.raises(ValueError, match="Logit z"):
        explorer.move(z=121.0)


def test_double_softmax_says_the_floor() -> None:
    once, twice = np.geomspace(2.3026, 0.2, 20), np.linspace(2.3026, 1.7, 20)
    alt = figures.double_softmax(once, twice, 10).alt
    floor = -math.log(math.e / (math.e + 9))
    assert f"a floor of {floor:.2f}" in alt
    assert "from 2.3 to 0.20" in alt
    assert "from 2.3 to 1.70" in alt


def test_double_softmax_wants_one_shape() -> None:
    with pytest.raises(ValueError, match="one shape"):
        figures.double_softmax(np.ones(3), np.ones(4), 10)


def test_relearning_says_how_each_form_ends() -> None:
    y, watched = np.array([0, 1, 1, 0]), np.array([True, True, True, False])
    wrong, right = np.array([[0.0, 1], [1, 0], [1, 0], [1, 0]]), np.eye(2)[[0, 1, 1, 1]]
    half = np.where([[True], [False], [False], [True]], right, wrong)
    logits = {
        "naive": [wrong, wrong * np.nan, wrong * np.nan],
        "clipped": [wrong, wrong, half],
        "fused": [wrong, half, right],
    }
    picture = figures.relearning(logits, y, watched)
    assert is_picture(picture)
    assert "naive: nan from step 1 on" in picture.alt
    assert "clipped: 33% at last" in picture.alt
    assert "fused: 100% at last" in picture.alt


def test_relearning_wants_all_forms() -> None:
    with pytest.raises(ValueError, match="naive, clipped, fused"):
        figures.relearning({"naive": [np.zeros((1, 2))]}, np.zeros(1), np.ones(1, dtype=bool))
