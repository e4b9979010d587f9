"""The figures of lesson 3 say what they show, and their sliders move them."""

from __future__ import annotations

import io
import re
import time

import numpy as np
import pytest
import scipy.special
from PIL import Image

from helpers.figures import softmax as figures
from helpers.figures.explorer import Explorer
from helpers.figures.style import Picture

POINTS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.2, 0.1]])
LABELS = np.array([0, 1, 2, 3, 1])
SCORES = np.array([2.0, 1.0, 0.0, -1.0])


def nearest_corner(points):
    """Score the four corners of the unit square by closeness."""
    corners = POINTS[:4]
    return -((points[:, np.newaxis] - corners) ** 2).sum(axis=2)


def pixels(shown: Picture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(shown.data)).convert("RGB")).astype(int)


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text.replace("−", "-"))]


def test_decision_regions_count_classes_and_right_answers():
    plain = figures.decision_regions(POINTS, LABELS, title="Five points")
    assert isinstance(plain, Picture)
    assert plain.alt.startswith("Five points. 5 points")
    assert "1 of class 0 (cross), 2 of class 1 (circle)" in plain.alt
    assert "region" not in plain.alt

    # The fifth point is a circle next to the cross's corner: four of five are right.
    regions = figures.decision_regions(POINTS, LABELS, nearest_corner, title="Five points")
    assert "80 % of the points" in regions.alt


def test_decision_regions_colour_the_plane_by_the_winner():
    corner_points, corner_labels = POINTS[:4], LABELS[:4]

    def regions_of(winner):
        def predict(points):
            return np.tile(np.eye(4)[winner], (len(points), 1))

        return pixels(figures.decision_regions(corner_points, corner_labels, predict, title="t"))

    pictures = [regions_of(winner) for winner in range(4)]
    middle = [tuple(image[image.shape[0] // 2, image.shape[1] // 3]) for image in pictures]
    assert len(set(middle)) == 4, "each class must have its own tint"

    # A model that says class 0 on the left and class 1 on the right, drawn left and right.
    halves = pixels(
        figures.decision_regions(
            corner_points,
            corner_labels,
            lambda points: np.column_stack(
                [-points[:, 0], points[:, 0] - 1, *np.full((2, len(points)), -9.0)]
            ),
            title="t",
        )
    )
    row = halves[halves.shape[0] // 2]
    left = (row == middle[0]).all(axis=1).nonzero()[0]
    right = (row == middle[1]).all(axis=1).nonzero()[0]
    assert left.size > 100
    assert right.size > 100
    assert left.max() < right.min()


def test_decision_regions_draw_a_straight_border_as_a_straight_line():
    """Of a steep softmax as well, whose probabilities leap from 0 to 1 between two grid points."""

    def scores(points):
        return np.column_stack(
            [200 * points[:, 0] + 70 * points[:, 1], np.full(len(points), 150.0),
             *np.full((2, len(points)), -900.0)]
        )  # fmt: skip

    for predict in (scores, lambda points: scipy.special.softmax(scores(points), axis=1)):
        _, axes = figures.figure()
        figures._fill_regions(axes, predict, np.array([[-1.0, 2.0], [-1.0, 2.0]]))
        lines = [
            path.vertices
            for drawn in axes.collections
            if not drawn.get_facecolor().size
            for path in drawn.get_paths()
        ]
        assert lines
        for x1, x2 in np.concatenate(lines):
            assert 200 * x1 + 70 * x2 == pytest.approx(150, abs=1e-6)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (POINTS[:, :1], LABELS, "X must have shape"),
        (POINTS[0], LABELS, "X must have shape"),
        (POINTS, LABELS[:3], "y must have shape"),
        (POINTS, LABELS + 1, "classes 0…3"),
        (POINTS, LABELS - 1, "classes 0…3"),
    ],
)
def test_points_and_labels_are_checked(X, y, message):
    with pytest.raises(ValueError, match=message):
        figures.decision_regions(X, y, title="t")


def test_scores_to_probabilities_states_all_three_stages():
    a = scipy.special.softmax(SCORES)
    shown = figures.scores_to_probabilities(SCORES, a)
    stated = numbers(shown.alt.partition("Scores")[2])
    expected = [*SCORES, *np.exp(SCORES), np.exp(SCORES).sum(), *a]
    np.testing.assert_allclose(stated, expected, atol=0.005)


def test_explorer_states_the_softmax_of_its_sliders():
    explorer = figures.softmax_explorer(temperature=True)
    assert isinstance(explorer, Explorer)
    for values in (
        {},
        {"z0": -5.0, "z3": 5.0},
        {"temperature": 0.1},
        {"temperature": 5.0, "z1": 5.0},
        {"z0": 0.0, "z1": 0.0, "z2": 0.0, "z3": 0.0},
    ):
        alt = explorer.move(**values)
        now = explorer.values
        z = np.array([now[f"z{j}"] for j in range(4)])
        stated = numbers(alt)
        np.testing.assert_allclose(stated[:4], z, atol=0.05)
        assert stated[4] == now["temperature"]
        expected = scipy.special.softmax(z / now["temperature"])
        np.testing.assert_allclose(stated[5:], expected, atol=0.0005)


@pytest.mark.parametrize("control", ["z0", "z1", "z2", "z3", "temperature"])
def test_each_control_of_the_explorer_moves_the_picture(control):
    explorer = figures.softmax_explorer(temperature=True)
    before, alt = explorer.png, explorer.alt
    explorer.move(**{control: 2.5})
    assert explorer.png != before
    assert explorer.alt != alt


def test_explorer_bars_have_the_heights_it_states():
    explorer = figures.softmax_explorer(temperature=True)
    explorer.move(z0=-3.0, z1=4.0, temperature=2.0)
    left, right = explorer._figure.axes
    # Four bars that move, then four outlines that stay.
    heights = [[bar.get_height() for bar in axes.patches] for axes in (left, right)]
    np.testing.assert_allclose(heights[0], [-3.0, 4.0, 0.0, -1.0, *SCORES])
    expected = scipy.special.softmax(np.array(heights[0][:4]) / 2)
    np.testing.assert_allclose(heights[1], [*expected, *scipy.special.softmax(SCORES)])


def test_explorer_without_temperature_does_not_speak_of_it():
    explorer = figures.softmax_explorer()
    assert "temperature" not in explorer.values
    assert "temperature" not in explorer.alt
    stated = numbers(explorer.move(z2=3.0))
    np.testing.assert_allclose(stated[:4], [2, 1, 3, -1])
    np.testing.assert_allclose(stated[4:], scipy.special.softmax(stated[:4]), atol=0.0005)


def test_explorer_draws_in_half_the_time_of_the_whole_figure():
    explorer = figures.softmax_explorer()
    moving, drawing = [], []
    for value in np.linspace(-5, 5, 21):
        start = time.process_time()
        explorer.move(z2=round(float(value), 1))
        moving.append(time.process_time() - start)
    for _ in range(5):
        start = time.process_time()
        explorer._figure.canvas.draw()
        drawing.append(time.process_time() - start)
    assert min(moving) < 0.5 * min(drawing)


def test_two_scores_state_each_pair_and_the_distance_from_the_sigmoid():
    z = np.array([[-2.0, 0.0], [1.0, 3.0], [2.0, -1.0]])
    right = figures.two_scores(z, scipy.special.softmax(z, axis=1))
    stated = numbers(right.alt.partition("their a1:")[2].partition("None is")[0])
    expected = np.column_stack([z, scipy.special.expit(z[:, 1] - z[:, 0])])
    np.testing.assert_allclose(np.reshape(stated, (3, 3)), expected, atol=0.0005)
    assert "than 1e-12" in right.alt
    wrong = figures.two_scores(z, scipy.special.softmax(z, axis=1) + 0.01)
    assert "1e-02" in wrong.alt


def test_two_scores_write_the_sigmoid_of_each_line_on_it(monkeypatch):
    drawn = []
    monkeypatch.setattr(figures, "picture", lambda fig, alt: drawn.append(fig) or alt)
    figures.two_scores(np.zeros((1, 2)), np.full((1, 2), 0.5))
    (axes,) = drawn[0].axes
    written = {
        float(text.get_text()): text.get_position()[1] - text.get_position()[0]
        for text in axes.texts
        if len(text.get_text()) == 4
    }
    assert len(written) == 7
    for share, difference in written.items():
        assert share == pytest.approx(scipy.special.expit(difference), abs=0.006)


def test_temperature_curves_state_both_ends():
    temperatures = np.array([0.5, 1.0, 20.0])
    a = scipy.special.softmax(SCORES / temperatures[:, np.newaxis], axis=1)
    stated = numbers(figures.temperature_curves(temperatures, a, SCORES).alt)
    np.testing.assert_allclose(stated, [*SCORES, 0.5, *a[0], 20, *a[-1]], atol=0.005)


def test_jacobians_state_signs_and_diagonals():
    a = scipy.special.softmax(SCORES)
    s = scipy.special.expit(SCORES)
    of_softmax = np.diag(a) - np.outer(a, a)
    alt = figures.jacobians(np.diag(s * (1 - s)), of_softmax).alt
    assert "all 12 other entries zero" in alt
    assert "all 12 other entries negative" in alt
    stated = numbers(alt.partition("diagonal")[2])
    np.testing.assert_allclose(stated[:4], s * (1 - s), atol=0.0005)
    np.testing.assert_allclose(stated[5:9], a * (1 - a), atol=0.0005)
    assert stated[-1] == pytest.approx(-a[0] * a[1], abs=0.0005)


# Unit 1 is on right of x_1 = 0.5, unit 2 above x_2 = 0.5.
WEIGHTS = [
    np.eye(2),
    np.array([-0.5, -0.5]),
    4 * np.array([[-1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]]),
    np.array([1.0, 0.0, 0.0, -1.0]),
]


def test_folded_plane_states_which_units_are_on_and_who_is_right():
    alt = figures.folded_plane(POINTS, LABELS, WEIGHTS).alt
    assert "unit 1 is on for 40 % and unit 2 for 40 %" in alt  # 2 of 5 points each
    assert "80 % of the points" in alt


def test_folded_plane_points_its_arrows_to_the_side_where_a_unit_is_on():
    _, axes = figures.figure()
    for w, b in ((np.array([1.0, 2.0]), -1.0), (np.array([-2.0, 0.5]), 0.3)):
        figures._unit_boundary(axes, w, b, 0, np.array([[-3.0, 3.0], [-3.0, 3.0]]))
        line, label = axes.lines[-1], axes.texts[-1]
        np.testing.assert_allclose(line.get_xydata() @ w + b, 0, atol=1e-9)
        assert np.asarray(label.xy) @ w + b == pytest.approx(0, abs=1e-9)
        assert np.asarray(label.get_position()) @ w + b > 0


def test_folded_plane_survives_two_dead_units():
    dead = [np.zeros((2, 2)), np.array([-1.0, -1.0]), *WEIGHTS[2:]]
    dead[0][0, 0] = dead[0][1, 1] = 0.1
    assert "unit 1 is on for 0 %" in figures.folded_plane(POINTS, LABELS, dead).alt


def test_folded_plane_checks_its_weights():
    with pytest.raises(ValueError, match="weights must have shapes"):
        figures.folded_plane(POINTS, LABELS, WEIGHTS[:2])


def test_weight_images_name_the_extreme_centres():
    W = np.zeros((64, 10))
    middle = [3 * 8 + 3, 3 * 8 + 4, 4 * 8 + 3, 4 * 8 + 4]
    W[middle, 2] = [-1.0, -2.0, -3.0, -2.0]
    W[middle, 7] = [1.0, 1.0, 2.0, 2.0]
    alt = figures.weight_images(W, np.eye(10, 64)).alt
    assert "against 2 (mean weight −2.0)" in alt
    assert "for 7 (+1.5)" in alt
    with pytest.raises(ValueError, match=r"\(64, 10\)"):
        figures.weight_images(W.T, np.eye(10, 64))
    with pytest.raises(ValueError, match=r"\(10, 64\)"):
        figures.weight_images(W, np.eye(64, 10))


def test_answers_state_the_guess_and_what_the_label_got():
    a = np.full((2, 10), 0.02)
    a[0, 3], a[1, 4], a[1, 9] = 0.82, 0.6, 0.24
    alt = figures.answers(np.zeros((2, 8, 8)), a, np.array([3, 9]), ["sure", "wrong"]).alt
    assert "sure: label 3, answer 3 with probability 0.82, label given 0.82" in alt
    assert "wrong: label 9, answer 4 with probability 0.60, label given 0.24" in alt
