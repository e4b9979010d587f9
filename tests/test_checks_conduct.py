"""What an answer does besides returning: it raises, changes its arguments, or varies."""

from __future__ import annotations

import random

import numpy as np
import pytest

from helpers.checks import Mistake, Property
from helpers.checks._judge import judge
from helpers.checks._task import Finding
from tests.made_task import TASK, task, wrong

# --- it raises -----------------------------------------------------------------------------------


def raises_below(X):
    total = X.sum(axis=0)
    return total / lenght(X)  # noqa: F821


def test_a_reference_that_fails_makes_nothing_right():
    broken = task(lambda X: X.missing, probes=((np.ones(2),),))
    with pytest.raises(RuntimeError, match="reference of mean_of_rows fails: AttributeError"):
        judge(broken, lambda X: X.missing)


def test_the_readers_own_line_and_error():
    verdict = wrong(raises_below)
    assert verdict.reason == "raised"
    assert "a NameError" in verdict.diagnosis
    assert "`lenght` has no value" in verdict.diagnosis
    assert "return total / lenght(X)" in verdict.diagnosis
    line = raises_below.__code__.co_firstlineno + 2
    assert f"at line {line}: `return" in verdict.diagnosis


def test_the_readers_line_even_if_numpy_raised():
    def answer(X):
        return np.concatenate([X, 1])

    assert "return np.concatenate([X, 1])" in wrong(answer).diagnosis


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError])
def test_errors_that_would_end_the_kernel(error):
    def answer(X):
        raise error("done")

    assert f"{error.__name__}: done" in wrong(answer).diagnosis


def test_what_a_later_input_raises_is_said_before_a_property_of_the_first_wrong_result():
    def answer(X):
        return X.mean(axis=0) + X[0] ** 2 if len(X) == 2 else X.missing

    assert "no `.missing`" in wrong(answer).diagnosis
    held = task(properties=(Property(lambda *_: False, "A property."),))
    assert "no `.missing`" in wrong(answer, held).diagnosis


def test_an_address_in_memory_says_nothing():
    def answer(X):
        raise ValueError(f"odd: {object()!r}")

    assert "odd: <object object>" in wrong(answer).diagnosis


def odd(X):
    raise ValueError("odd")


def test_an_error_is_said_once():
    assert "raised ValueError: odd" in wrong(odd).diagnosis
    assert [label for label, _ in wrong(odd).example] == ["input", "expected"]
    facts = task(lambda X: {"finite": True}, probes=((np.ones(2),),), mistakes=())
    assert [label for label, _ in wrong(odd, facts).example] == ["input"]


def test_an_error_that_is_explained():
    def answer(X):
        return X.mean(axis=1) + X

    verdict = wrong(answer, task(probes=TASK.probes[1:2]))
    assert verdict.diagnosis.startswith("Your function raised a ValueError, at line")
    assert "`X` (3, 4)" in verdict.diagnosis
    assert dict(verdict.example)["got"].startswith("ValueError: operands could not be broadcast")


# --- it changes its arguments ---------------------------------------------------------------------


def test_changing_the_argument_is_noticed_even_if_the_result_is_right():
    def answer(X):
        mean = X.mean(axis=0)
        X -= X.mean(axis=0).astype(X.dtype)
        return mean

    verdict = wrong(answer)
    assert verdict.reason == "changed"
    assert "`X`" in verdict.diagnosis


def test_whole_numbers_changed_in_place():
    def answer(z):
        z[z < 0] *= 0.5
        return z

    half = task(lambda z: np.where(z < 0, z / 2, z), probes=((np.array([-3, 2]),),), mistakes=())
    assert wrong(answer, half).reason == "raised"  # before it could change anything
    both = task(half.reference, probes=(*half.probes, (np.array([-3.0, 2.0]),)), mistakes=())
    verdict = wrong(answer, both)
    assert verdict.reason == "changed"
    assert "Where the input holds whole numbers it even fails" in verdict.diagnosis


def test_a_change_and_a_known_mistake_are_both_said():
    def answer(X):
        X *= 2.0
        return X.mean(axis=1) / 2

    floats = TASK.probes[:2]
    verdict = wrong(answer, task(probes=floats))
    assert verdict.reason == "changed"
    assert "`X`" in verdict.diagnosis
    assert verdict.diagnosis.endswith("Besides: Over the wrong axis.")
    praising = Mistake(lambda X: X.mean(axis=1), "Right, except that it is the wrong axis.")
    assert "ight" not in wrong(answer, task(probes=floats, mistakes=(praising,))).diagnosis


def test_a_known_mistake_that_changes_its_argument_has_its_own_words():
    def in_place(X):
        X += 1.0
        return X.mean(axis=0)

    known = task(probes=TASK.probes[:2], mistakes=(Mistake(in_place, "In place."),))
    assert wrong(in_place, known).diagnosis == "In place."


def test_the_weights_of_a_model_are_an_argument_too():
    class Model:
        def __init__(self):
            self.weights = [np.ones(2)]

        def get_weights(self):
            return self.weights

    def answer(model):
        total = model.weights[0].sum()
        model.weights[0][:] = 0
        return total

    weights = task(lambda model: model.weights[0].sum(), probes=((Model(),),), mistakes=())
    verdict = wrong(answer, weights)
    assert (verdict.reason, "`model`" in verdict.diagnosis) == ("changed", True)
    assert verdict.example == (("input", "model = a Model"),)


def test_a_list_changed_in_place():
    first = task(lambda values: values[0], probes=(([1.0, 2.0],),), mistakes=())
    assert wrong(lambda values: values.pop(0), first).reason == "changed"


# --- it varies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("chance", [np.random.rand, random.random])
def test_chance(chance):
    assert wrong(lambda X: X.mean(axis=0) + chance()).reason == "random"


def test_state_kept_between_calls():
    calls = []

    def answer(X):
        calls.append(X)
        return X.mean(axis=0) + len(calls)

    assert wrong(answer).reason == "random"


def test_chance_is_no_fault_where_what_is_compared_is_a_finding():
    def found(arguments, output):
        return Finding("one" if output == 1 else f"{output:.6f}")

    free = task(lambda X: 1, observe=found, mistakes=())
    assert wrong(lambda X: 2 + random.random(), free).reason != "random"


def test_chance_that_seldom_shows_in_a_small_result():
    luck = np.random.default_rng(0)
    largest = task(
        lambda X: X.argmax(axis=1) * (X.size > 9),
        probes=((np.eye(2),), (np.eye(40),)),
        mistakes=(),
    )
    for _ in range(20):
        assert wrong(lambda X: luck.integers(0, 2, len(X)) + 1, largest).reason == "random"


def test_what_takes_too_long_to_repeat_is_not_called_chance(monkeypatch):
    calls = []

    def answer(X):
        calls.append(X)
        while len(calls) > 1:
            pass
        return X[0]

    assert wrong(answer, task(probes=TASK.probes[:1], seconds=0.3)).reason != "random"
