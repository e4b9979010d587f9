"""Lesson 5's figures: their text says what independent arithmetic says, and every control moves."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from helpers.figures import stability as figures
from helpers.figures.explorer import Explorer
from helpers.figures.style import Picture

FORMS = ("naive", "clipped", "fused")


def is_picture(picture: Picture) -> bool:
    return isinstance(picture, Picture) and picture.data.startswith(b"\x89PNG")


def test_largest_logits_says_their_range() -> None:
    z = np.array([[1.0, 118.2, -3.0], [541.6, 2.0, 3.0], [300.4, 0.0, 299.0]])
    picture = figures.largest_logits(z)
    assert is_picture(picture)
    assert "each of 3 images, from 118 to 542, half of them above 300" in picture.alt


@pytest.mark.parametrize("z", [np.zeros(3), np.empty((0, 3)), np.array([[1.0, np.nan]])])
def test_largest_logits_wants_a_finite_table(z: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite logits"):
        figures.largest_logits(z)


def test_spacing_says_the_gaps() -> None:
    x = np.geomspace(1.0, 4096.0, 50)
    gaps = {"float32": np.spacing(x.astype(np.float32)), "float64": np.spacing(x)}
    alt = figures.spacing(x, gaps).alt
    # 24 and 53 binary digits: at 1 the gaps are 2^-23 and 2^-52.
    assert f"float32 from {2.0**-23:.1e} at 1e+00" in alt
    assert f"float64 from {2.0**-52:.1e} at 1e+00" in alt


@pytest.mark.parametrize(
    ("x", "gap"), [([0.0, 1.0], [1.0, 1.0]), ([1.0, 2.0], [1.0]), ([1.0, 2.0], [0.0, 1.0])]
)
def test_spacing_wants_positive_numbers_of_one_shape(x: list, gap: list) -> None:
    with pytest.raises(ValueError, match="positive"):
        figures.spacing(np.array(x), {"float32": np.array(gap), "float64": np.array(gap)})


def test_exponential_range_says_the_limits() -> None:
    limits = {"float32": (-103.28, 88.72), "float64": (-744.44, 709.78)}
    picture = figures.exponential_range(limits, np.array([[-490.7, 3.0], [541.6, 0.0]]))
    assert is_picture(picture)
    assert "float32 −103 to 89, float64 −744 to 710, logits −491 to 542" in picture.alt


def some_errors(z: np.ndarray) -> dict[str, np.ndarray]:
    naive = np.where((z < -50) | (z > 20), np.inf, 0.4)
    return {"naive": naive, "clipped": np.where(z > 30, 1e9, 0.3), "fused": np.full(z.shape, 0.5)}


def test_form_errors_says_where_each_form_breaks() -> None:
    z = np.linspace(-120, 120, 241, dtype=np.float32)
    picture = figures.form_errors(z, some_errors(z))
    assert is_picture(picture)
    assert "Fused: below 1 everywhere" in picture.alt
    assert "Naive: inf or nan for z up to −51.0 and for z from 21.0" in picture.alt
    assert "Clipped: hardly a digit right for z from 31.0" in picture.alt


def test_form_errors_does_not_praise_a_bad_fused_form() -> None:
    z = np.linspace(-120, 120, 241, dtype=np.float32)
    errors = some_errors(z)
    errors["fused"][7] = 12
    assert "Fused: up to 12 everywhere" in figures.form_errors(z, errors).alt


def test_form_errors_wants_all_forms_in_one_shape() -> None:
    z = np.linspace(-1, 1, 5, dtype=np.float32)
    errors = some_errors(z)
    with pytest.raises(ValueError, match="naive, clipped, fused"):
        figures.form_errors(z, {**errors, "naive": np.zeros(3)})
    del errors["fused"]
    with pytest.raises(ValueError, match="naive, clipped, fused"):
        figures.form_errors(z, errors)


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return figures.forms_explorer()


@pytest.mark.parametrize("y", ["0", "1"])
@pytest.mark.parametrize("z", [-120.0, -20.0, -3.0, 0.0, 4.0, 60.0])
def test_explorer_says_the_exact_fused_loss_and_gradient(
    explorer: Explorer, z: float, y: str
) -> None:
    alt = explorer.move(z=z, y=y, precision="float64").replace("−", "-")
    a = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
    loss = -mpmath.log(a if y == "1" else 1 / (1 + mpmath.exp(mpmath.mpf(z))))
    said = alt.partition("fused loss ")[2].rstrip(".").split(", gradient ")
    for text, exact in zip(said, (loss, a - int(y)), strict=True):
        value = 0.0 if text == "almost 0" else float(text)
        assert math.isclose(value, float(exact), rel_tol=6e-3, abs_tol=5e-4)


def test_explorer_shows_where_forms_break(explorer: Explorer) -> None:
    alt = explorer.move(z=17.0, y="1", precision="float32")
    assert "naive loss nan, gradient nan" in alt
    assert "naive loss almost 0" in explorer.move(precision="float64")
    ceiling = f"clipped loss {-math.log(1e-7):.3g}, gradient 0;"
    assert ceiling in explorer.move(z=-60.0, precision="float32")
    assert ceiling in explorer.move(precision="float64")


def test_every_control_changes_the_picture(explorer: Explorer) -> None:
    start = {"z": -100.0, "y": "1", "precision": "float32"}
    for change in ({"z": 30.0}, {"y": "0"}, {"precision": "float64"}):
        explorer.move(**start)
        before, said = explorer.png, explorer.alt
        explorer.move(**change)
        assert explorer.png != before
        assert explorer.alt != said


def test_points_and_curves_move_where_no_form_breaks(explorer: Explorer) -> None:
    explorer.move(z=-10.0, y="1", precision="float64")
    pictures = [explorer.png]
    for change in ({"z": -9.0}, {"y": "0"}):
        explorer.move(**change)
        pictures.append(explorer.png)
    assert len(set(pictures)) == 3


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
    shares = {
        "naive": np.array([0.0, np.nan, np.nan]),
        "clipped": np.array([0.0, 0.01, 0.02]),
        "fused": np.array([0.0, 0.5, 0.95]),
    }
    picture = figures.relearning(shares)
    assert is_picture(picture)
    assert "naive: nan from step 1 on" in picture.alt
    assert "clipped: 2% at last" in picture.alt
    assert "fused: 95% at last" in picture.alt


def test_relearning_wants_all_forms() -> None:
    with pytest.raises(ValueError, match="naive, clipped, fused"):
        figures.relearning({"naive": np.zeros(3)})
