"""The machinery of the checks, on tasks made for the purpose: every kind of wrong answer."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings

from helpers import checks
from helpers.checks import Mistake, Property, Task, _progress, _run
from helpers.checks._judge import judge
from helpers.checks._report import Report, Table
from helpers.checks._task import Finding, as_it_is
from tests.made_task import TASK, task, wrong

# --- right answers, however they are written ------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        lambda X: np.mean(X, 0),
        lambda matrix: matrix.sum(axis=0) / len(matrix),
        lambda X: np.einsum("ij->j", X) / X.shape[0],
        lambda X: np.array([sum(column) / len(column) for column in X.T]),
        lambda X: [sum(column) / len(column) for column in X.T],
        lambda X: tuple(X.mean(axis=0)),
        lambda X: tf.reduce_mean(tf.cast(X, tf.float64), axis=0),
        lambda X: tf.Variable(X.mean(axis=0)),
        lambda X, axis=0: X.mean(axis=axis),
        lambda *arguments: arguments[0].mean(axis=0),
        lambda X: print("by the way") or X.mean(axis=0),
        lambda X: np.ma.array(X).mean(axis=0),
    ],
)
def test_unusual_but_right(answer):
    assert judge(TASK, answer).state == "solved"


def test_a_method_and_a_callable_object_are_right():
    class Answer:
        def __call__(self, X):
            return X.mean(axis=0)

    assert judge(TASK, Answer()).state == "solved"
    assert judge(TASK, Answer().__call__).state == "solved"


def test_single_precision_is_right_for_single_precision():
    answer = lambda X: X.astype(np.float32).mean(axis=0)  # noqa: E731
    small = task(probes=TASK.probes[:2])
    assert judge(small, answer).state == "solved"
    assert judge(small, lambda X: answer(X) * 1.001).state == "wrong"
    assert judge(small, lambda X: X.mean(axis=0) * (1 + 1e-8)).state == "wrong"


def test_whole_numbers_are_right_where_they_are_equal():
    double = task(lambda z: 2.0 * z, probes=((np.array([1, 2]),),))
    assert judge(double, lambda z: 2 * z).state == "solved"


def test_true_and_false_are_as_good_as_1_and_0_where_there_is_nothing_else():
    z = np.array([-1.0, 0.0, 2.0])
    booleans = task(lambda z: z > 0, probes=((z,),), mistakes=())
    numbers = task(lambda z: (z > 0).astype(float), probes=((z,),), mistakes=())
    lists = task(lambda z: np.outer(z > 0, z > 0), probes=((z,),), mistakes=())
    for answer in (lambda z: z > 0, lambda z: 1.0 * (z > 0), lambda z: [int(x > 0) for x in z]):
        assert judge(booleans, answer).state == judge(numbers, answer).state == "solved"
    assert judge(lists, lambda z: [[a > 0 and b > 0 for b in z] for a in z]).state == "solved"
    assert judge(booleans, lambda z: np.maximum(z, 0)).reason == "form"
    assert judge(numbers, lambda z: z <= 0).state == "wrong"


@pytest.mark.parametrize("make", [tuple, list, np.array])
def test_several_results_may_come_as_tuple_list_or_rows(make):
    pair = task(lambda z: (z + 1, z - 1), probes=((np.array([1.0, 2.0]),),), mistakes=())
    assert judge(pair, lambda z: make([z + 1, z - 1])).state == "solved"
    assert judge(pair, lambda z: make([z + 1, z - 2])).state == "wrong"


def test_numbers_text_and_dicts_are_compared():
    observed = task(
        lambda n: {"loss": "mse", "units": n, "share": n / 2, "parts": (n, [None])},
        probes=((1,), (3,)),
        mistakes=(),
    )
    right = lambda n: {"parts": (n, [None]), "share": n / 2, "units": n, "loss": "mse"}  # noqa: E731
    assert judge(observed, right).state == "solved"
    for change in ({"loss": "mae"}, {"units": 7}, {"share": None}, {"parts": (1, [0])}, {"new": 1}):
        assert judge(observed, lambda n, change=change: right(n) | change).state == "wrong", change


def test_nothing_returned():
    def answer(X):
        mean = X.mean(axis=0)  # noqa: F841

    def printing(X):
        print(X.mean(axis=0))

    def sometimes(X):
        if len(X) == 2:
            return X.mean(axis=0)

    def in_place(X):
        result = []
        return result.append(X.mean(axis=0))

    assert "returns nothing (None): end" in wrong(answer).diagnosis
    assert "returns nothing itself" in wrong(in_place).diagnosis
    assert "one way through it ends" in wrong(sometimes).diagnosis
    assert "prints" in wrong(printing).diagnosis
    assert ("printed", "[2.5 5.5]") in wrong(printing).example


def test_what_was_printed_on_the_way_is_shown():
    def answer(X):
        print("m is", len(X))
        return X.sum(axis=0) + 1

    assert ("printed", "m is 2") in wrong(answer).example


def test_progress_bars_are_shown_as_a_terminal_leaves_them():
    def answer(X):
        print("\x1b[1m1/2\x1b[0m ━━\r\x1b[1m2/2\x1b[0m ━━━━ loss: 1\x08\x08\x08")
        return X.sum(axis=0) + 1

    assert dict(wrong(answer).example)["printed"] == "2/2 ━━━━ loss: 1"


def test_of_a_dict_only_what_differs_is_shown():
    facts = task(lambda z: {"finite": True, "sum": z.sum()}, probes=((np.ones(2),),), mistakes=())
    example = dict(wrong(lambda z: {"finite": True, "sum": 3.0}, facts).example)
    assert (example["expected"], example["got"]) == ("sum: 2.", "sum: 3.")


def test_parts_are_called_by_their_names():
    pair = task(
        lambda z: (z + 1, np.outer(z, z)),
        probes=((np.array([1.0, 2.0]),),),
        mistakes=(),
        returns=("low", "high"),
    )
    verdict = wrong(lambda z: (z.sum(), np.outer(z, z)), pair)
    assert "`low` is one number; expected: an array of shape (2,)" in verdict.diagnosis
    assert dict(verdict.example)["got"] == "low: 3."
    example = dict(wrong(lambda z: (z + 1 + 1e-15, -np.outer(z, z)), pair).example)
    assert example["expected"] == "high: [[1., 2.],\n       [2., 4.]]"
    example = dict(wrong(lambda z: z + 1, pair).example)  # not as many parts
    assert example["expected"].startswith("low: [2., 3.]\nhigh: [[1., 2.],")
    assert example["got"] == "[2., 3.]"


def test_a_measured_number_is_shown_but_not_compared():
    def observe(arguments, output):
        return output if isinstance(output, Finding) else Finding("low", f"a loss of {output}")

    measured = task(
        lambda: Finding("right"),
        probes=((),),
        observe=observe,
        mistakes=(Mistake(lambda: Finding("low"), "Too low."),),
    )
    verdict = wrong(lambda: 0.25, measured)
    assert (verdict.reason, verdict.diagnosis) == ("mistake", "Too low.")
    assert verdict.example == (("expected", "right"), ("got", "a loss of 0.25: low"))
    assert "expected: right." in wrong(lambda: 1, replace(measured, observe=as_it_is)).diagnosis


def test_the_right_answer_is_not_shown_where_it_gives_the_task_away():
    labels = [label for label, _ in wrong(lambda X: X, task(show_expected=False)).example]
    assert labels == ["input", "got"]


def test_close_is_not_called_a_factor():
    assert "close to the right one" in wrong(lambda X: X.mean(axis=0) * (1 + 1e-6)).diagnosis


def test_a_task_without_arguments_shows_no_input():
    nothing = task(lambda: 3.0, probes=((),), mistakes=())
    assert [label for label, _ in wrong(lambda: 4.0, nothing).example] == ["expected", "got"]
    assert "mean_of_rows()" in wrong(lambda X: 3.0, nothing).diagnosis


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda X: [list(X.mean(axis=0)), [0]], "Python list"),
        (lambda X: (*X.mean(axis=0), "done"), "Python tuple"),
        (lambda X: (X, 1, X[0]), "expected: an array of shape (2,), and nothing beside it"),
        (lambda X: X.max() ** 3, "one number; expected: an array of shape (2,)"),
        (lambda X: X**3, "shape (2, 2); expected: (2,)"),
        (lambda X: X[0] > 2, "True and False"),
        (lambda X: X.mean(axis=0).astype(complex), "complex numbers"),
        (lambda X: X.mean(axis=0).astype(object), "dtype object"),
        (lambda X: str(X.mean(axis=0)), "text"),
        (lambda X: X.mean(axis=0).astype(str), "text"),
        (lambda X: (value for value in X), "generator"),
        (lambda X: X.mean, "forget the parentheses"),
        (lambda X: {"mean": X.mean(axis=0)}, "a dict with the keys 'mean'"),
        (lambda X: [X, object()][1], "an object of type object"),
        (lambda X: {X.size, 2}, "an object of type set"),
    ],
)
def test_another_form(answer, words):
    verdict = wrong(answer)
    assert verdict.reason == "form"
    assert words in verdict.diagnosis


def test_a_coroutine_is_closed():
    async def answer(X):
        return X.mean(axis=0)

    assert "async def" in wrong(answer).diagnosis


def test_another_form_on_a_later_input_only():
    square_first = task(properties=(Property(lambda *_: False, "A property."),), mistakes=())
    verdict = wrong(lambda X: (X**2).sum(axis=1), square_first)
    assert "shape (3,); expected: (4,)" in verdict.diagnosis
    assert verdict.example[0][1].startswith("X = [[  0.,   1.,   4.,   9.]")


def test_form_of_a_part():
    pair = task(lambda z: (z, 2.0), probes=((np.ones(3),),), mistakes=())
    assert (
        "Part 1 of your result has the shape (1, 3)"
        in wrong(lambda z: (z[np.newaxis], 2.0), pair).diagnosis
    )
    assert "Part 2 of your result is an array" in wrong(lambda z: (z, z), pair).diagnosis
    assert "an array of shape (5, 3)" in wrong(lambda z: np.ones((5, 3)) * z, pair).diagnosis
    one = wrong(lambda z: z[:2], pair).diagnosis  # no part at all, though it has two rows
    assert "Your result is an array of shape (2,); expected: a tuple of 2" in one
    assert "a tuple of 3" in wrong(lambda z: (z, 3.0, 1), pair).diagnosis
    assert "expected: one number" in wrong(lambda z: (z, [3.0, z]), pair).diagnosis


def test_an_output_that_observe_cannot_read():
    model = task(observe=lambda arguments, model: model.layers, probes=((np.ones(2),),))
    assert "cannot be read" in wrong(lambda X: 3.0, of=model_task()).diagnosis
    del model


def model_task() -> Task:
    class Model:
        units = 3

    return task(
        lambda X: Model(), observe=lambda arguments, model: model.units, mistakes=(), probes=((1,),)
    )


# --- answers that misbehave -----------------------------------------------------------------------


def endless(X):
    while True:
        X = X + 1


def endless_and_deaf(X):
    while True:
        with contextlib.suppress(Exception):
            X = X + 1


def endless_and_stubborn(X):
    while True:
        try:  # noqa: SIM105
            X = X + 1
        except:  # noqa: E722
            pass


def endless_in_a_generator(X):
    return sum(1 for _ in iter(int, 1))


@pytest.fixture(params=[True, False], ids=["in a thread", "without threads"])
def clock(request, monkeypatch):
    """Both clocks that stop an answer: the second is for a browser's Python, 3.12 or later."""
    if not request.param and sys.version_info < (3, 12):
        pytest.skip("sys.monitoring came with Python 3.12")
    monkeypatch.setattr(_run, "THREADS", request.param)
    if not request.param:
        monkeypatch.setattr(threading.Thread, "start", None)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "answer", [endless, endless_and_deaf, endless_and_stubborn, endless_in_a_generator]
)
def test_endless(answer, clock):
    before = threading.active_count()
    verdict = wrong(answer, task(seconds=0.3))
    assert verdict.reason == "endless"
    assert "stopped after 0.3 seconds" in verdict.diagnosis
    assert verdict.example[0][0] == "input"
    assert threading.active_count() == before, "the loop goes on"


def test_a_clock_leaves_nothing_behind(clock):
    for _ in range(10):  # more than there are places for tools
        assert judge(task(seconds=5), lambda X: X.mean(axis=0)).state == "solved"
    if not _run.THREADS:
        assert [sys.monitoring.get_tool(number) for number in (3, 4)] == [None, None]


def test_a_slow_import_is_neither_counted_nor_broken_off(clock, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "slow_to_import", raising=False)
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(0.8)\n")
    monkeypatch.syspath_prepend(tmp_path)

    def answer(X):
        import slow_to_import  # noqa: F401

        return X.mean(axis=0)

    assert judge(task(seconds=0.3), answer).state == "solved"


def test_endless_where_it_cannot_be_stopped():
    wake = threading.Event()
    verdict = wrong(lambda X: wake.wait(60), task(seconds=0.2))
    wake.set()
    assert "restart the kernel" in verdict.diagnosis


def test_endless_printing_needs_no_endless_memory():
    printed = _run.Printed()
    assert printed.write("x" * 10_000) == 10_000
    assert printed.write("y") == 1
    assert printed.text == "x" * 2000


def test_endless_printing_and_recursion(clock, capsys):
    def printing(X):
        while True:
            print("x" * 1000)

    def recursing(X):
        return recursing(X)

    assert wrong(printing, task(seconds=0.3)).reason == "endless"
    assert "RecursionError" in wrong(recursing).diagnosis
    assert capsys.readouterr().out == ""


def test_warnings_of_the_answer_stay_quiet(capfd, recwarn, caplog):
    def logging_warns(X):
        logging.getLogger("tensorflow").warning("retracing")
        return X

    wrong(logging_warns)
    assert not caplog.records
    logging.getLogger("tensorflow").warning("afterwards")
    assert len(caplog.records) == 1
    wrong(lambda X: np.log(-np.ones(X.shape[1])) / np.zeros(X.shape[1]))
    wrong(lambda X: np.exp(X.mean(axis=0) + 1e5))
    assert capfd.readouterr().err == ""
    assert not recwarn.list


def test_differences_beyond_the_largest_number_stay_quiet():
    ends = task(lambda z: z, probes=((np.array([1.5e308, -1.25e308, 1.125e300]),),), mistakes=())
    assert "wrong sign" in wrong(lambda z: -z, ends).diagnosis


# --- wrong numbers --------------------------------------------------------------------------------


def test_properties_in_their_order():
    positive = Property(lambda arguments, mean: bool(np.all(mean > -3)), "Below −3.")
    small = Property(
        lambda arguments, mean: abs(mean[0]) < 100, lambda arguments, mean: f"{mean[0]:g}!"
    )
    broken = Property(lambda arguments, mean: 1 / 0, "Never said.")
    held = task(properties=(broken, positive, small), mistakes=())
    assert wrong(lambda X: X.mean(axis=0) + X[0, ::-1] * 1000, held).diagnosis == "3002.5!"
    assert wrong(lambda X: X.mean(axis=0) - X[0] ** 5 - 9, held).diagnosis.startswith("Below −3.")
    assert wrong(lambda X: X.mean(axis=0) + X[0] * X[0, 0], held).reason == "property"


def test_what_is_said_holds_for_all_inputs():
    def answer(X):
        return -X.mean(axis=0) if len(X) == 2 else X.mean(axis=0)

    assert wrong(answer).reason == "counter-example"
    single = task(probes=((np.array([[1.0], [3.0]]),),), mistakes=())
    assert wrong(lambda X: -X.mean(axis=0), single).reason == "counter-example"


def test_overflow_is_told_by_its_result():
    def answer(X):
        return np.log(np.exp(X).mean(axis=0))  # fine for small numbers

    log_mean = task(
        lambda X: X[0],
        probes=((np.array([[1.0, 2.0]]),), (np.array([[1000.0, 1.0]]),)),
        mistakes=(),
    )
    verdict = wrong(answer, log_mean)
    assert "not finite" in verdict.diagnosis
    assert verdict.example[0][1] == "X = [[1000.,    1.]]"


def test_only_the_counter_example_is_left():
    def answer(X):
        return X.mean(axis=0) + (len(X) == 3) * X[0]

    verdict = wrong(answer)
    assert verdict.reason == "counter-example"
    assert "Right on 3 of 5" in verdict.diagnosis
    assert verdict.example[0][1].startswith("X = [[  0.,   1.,   4.,   9.]")


def test_numbers_that_differ_late_are_printed_long_enough():
    verdict = wrong(
        lambda X: X.mean(axis=0) * np.array([1 + 1e-8, 1][: X.shape[1]] + [1] * 9)[: X.shape[1]]
    )
    _, expected, got = verdict.example
    assert expected[1] != got[1]


def test_arguments_that_are_no_arrays_are_named():
    class Model:
        pass

    class Named:
        def __repr__(self):
            return "the cost J"

    def cost(w):
        return w

    pair = task(lambda f, g, h: 1.0, probes=((cost, Model(), Named()),), mistakes=())
    example = dict(wrong(lambda f, g, h: 2.0, pair).example)
    assert example["input"] == "f = cost\ng = a Model\nh = the cost J"


def test_large_arrays_are_described():
    large = task(probes=((np.arange(300.0).reshape(3, 100),),), mistakes=())
    verdict = wrong(lambda X: X.mean(axis=0) + (np.arange(100) == 42), large)
    example = dict(verdict.example)
    assert example["input"].startswith("X = array of shape (3, 100), which begins [0., 1.")
    assert example["difference"].startswith("1 of 100 entries differ, the first at index [42]")
    assert "expected 142" in example["difference"]
    assert "got 143" in example["difference"]


# --- nothing raises -------------------------------------------------------------------------------


class Hostile:
    """Raises whatever is done with it."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("no array")

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    def __repr__(self):
        raise RuntimeError("no text")

    __hash__ = None


class Mute(Exception):  # noqa: N818
    def __str__(self):
        raise RuntimeError("no text")


numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.builds(lambda: Hostile()),
    st.builds(lambda shape: np.full(shape, 0.5), st.lists(st.integers(0, 3), max_size=3)),
    st.sampled_from([np.array(["a"]), np.array([None]), np.array(3), tf.constant([1.0]), ..., set]),
)
outputs = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=2), st.integers()), inner, max_size=2),
    ),
    max_leaves=5,
)
errors = st.sampled_from(
    [
        ValueError(),
        Mute(),
        SystemExit(),
        KeyboardInterrupt(),
        StopIteration(),
        NotImplementedError(),
    ]
)


@pytest.mark.parametrize("name", ["sigmoid", "slopes", "collapse", "hinges"])
@settings(max_examples=60)
@given(output=outputs, error=st.none() | errors, changes=st.booleans())
def test_check_never_raises(name, output, error, changes):
    def answer(*arguments):
        if changes:
            arguments[0][...] = 7
        if error is not None:
            raise error
        return output

    checks.check(name, answer)
    assert not checks.solved(name)


@settings(max_examples=60)
@given(name=outputs, answer=outputs)
def test_no_public_function_raises(name, answer):
    assert checks.check(name, answer) is None
    assert checks.hint(name) is None
    assert checks.solution(name) is None
    assert checks.progress(name) is None


def test_answers_that_cannot_even_be_looked_at(capsys):
    class Callable(Hostile):
        def __call__(self, z):
            return z

    checks.check("sigmoid", Callable())
    checks.check("sigmoid", Hostile())
    checks.check("sigmoid", np.exp)
    checks.check("sigmoid", print)
    checks.check("sigmoid", int)
    assert "failed" not in capsys.readouterr().out


def test_a_fault_of_ours_is_owned_up_to(monkeypatch, capsys):
    checks.check("sigmoid", sigmoid)
    assert checks.solved("sigmoid")
    monkeypatch.setattr(checks, "judge", lambda *_: 1 / 0)
    checks.check("sigmoid", np.exp)
    shown = capsys.readouterr().out
    assert "not your fault" in shown
    assert "ZeroDivisionError" in shown
    assert not checks.solved("sigmoid")


# --- the public functions -------------------------------------------------------------------------


@pytest.fixture
def progress_file(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("HELPERS_PROGRESS", str(path))
    return path


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_progress_goes_forward_only(progress_file, capsys):
    checks.progress("01_activations")
    assert "0 of 6 tasks solved" in capsys.readouterr().out
    checks.check("sigmoid", lambda z: None)  # not written yet
    assert not progress_file.exists()
    checks.check("sigmoid", np.tanh)
    assert json.loads(progress_file.read_text()) == {"sigmoid": "attempted"}
    checks.check("sigmoid", sigmoid)
    assert checks.solved("sigmoid")
    checks.check("sigmoid", np.tanh)
    assert not checks.solved("sigmoid")
    checks.check("slopes", np.tanh)
    capsys.readouterr()
    checks.progress("01_activations")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 of 6 tasks solved"
    assert [line.split()[:1] + line.split()[-1:] for line in lines[2:5]] == [
        ["sigmoid", "solved"],
        ["slopes", "attempted"],
        ["leaky_relu", "open"],
    ]
    assert os.listdir(progress_file.parent) == ["progress.json"]


def test_without_tensorflow_its_tasks_do_not_count(progress_file, capsys, monkeypatch):
    checks.progress("06_training_steps")
    assert "train_in_keras" in capsys.readouterr().out
    monkeypatch.setattr(importlib.util, "find_spec", {"tensorflow": None}.get)
    checks.progress("06_training_steps")
    shown = capsys.readouterr().out
    assert "0 of 5 tasks solved" in shown
    assert "train_in_keras" not in shown


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sigmoid": 3}', '"x"', "\x00"])
def test_an_unreadable_progress_file_does_no_harm(progress_file, capsys, content):
    progress_file.write_text(content)
    checks.check("sigmoid", sigmoid)
    assert "solved" in capsys.readouterr().out
    assert json.loads(progress_file.read_text()) == {"sigmoid": "solved"}


def test_no_place_for_the_progress_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HELPERS_PROGRESS", str(tmp_path / "missing" / "progress.json"))
    checks.check("sigmoid", sigmoid)
    checks.progress()
    shown = capsys.readouterr().out
    assert "failed" not in shown
    assert f"Your progress could not be stored in {tmp_path / 'missing'}: No such file" in shown


def test_an_installed_package_finds_the_lessons_it_is_used_in(tmp_path):
    """`pip install .` elsewhere, and a kernel in the folder of the exercises."""
    package = Path(checks.__file__).parents[1]
    shutil.copytree(package, tmp_path / "site" / "helpers")
    exercises = package.parent / "notebooks" / "exercises"
    # Not by PYTHONPATH, which the course's own environment puts behind its own `helpers`.
    ask = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); "
    ask += "from helpers.checks import _lessons, _progress; import helpers; "
    ask += "print(helpers.__file__, _progress.ROOT, bool(_lessons.solution_source('03_softmax', "
    ask += "_lessons.tasks('03_softmax')[0].name)), sep='\\n')"
    for folder, root, found in (
        (exercises, package.parent, "True"),
        (tmp_path, tmp_path / "site", "False"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", ask],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        own = tmp_path / "site" / "helpers" / "__init__.py"
        assert done.stdout.splitlines() == [str(own), str(root), found]


def test_progress_stays_out_of_the_readers_file():
    assert _progress.place() != _progress.ROOT / ".progress.json"


def test_hints_come_one_by_one(capsys, monkeypatch):
    monkeypatch.setattr(checks, "_hints_given", {})
    seen = []
    for _ in range(3):
        checks.hint("sigmoid")
        seen.append(capsys.readouterr().out)
    assert "hint 1 of 2" in seen[0]
    assert "hint 2 of 2" in seen[1]
    assert 'solution("sigmoid")' in seen[1]
    assert seen[2] == seen[1]


def test_solution_shows_source_and_reasoning(capsys):
    checks.solution("sigmoid")
    shown = capsys.readouterr().out
    assert "def sigmoid(z: np.ndarray)" in shown
    assert "return 1 / (1 + np.exp(-z))" in shown
    assert "###" not in shown
    assert "section 1.3 Five activation functions" in shown


def test_unknown_names_get_the_nearest(capsys):
    checks.check("sigmod", sigmoid)
    assert 'Did you mean "sigmoid"?' in capsys.readouterr().out
    checks.hint(sigmoid)
    assert "sigmoid: hint" in capsys.readouterr().out
    checks.progress("01_activation")
    assert 'Did you mean "01_activations"?' in capsys.readouterr().out
    assert not checks.solved("sigmod")


def test_a_failure_says_what_went_wrong_shows_it_and_where_to_read(capsys):
    checks.check("sigmoid", np.tanh)
    assert capsys.readouterr().out.splitlines() == [
        "✗ sigmoid: not yet right",
        "This is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.",
        "  input     z = [ 1., -2.,  0.]",
        "  expected  [0.731059, 0.119203, 0.5     ]",
        "  got       [ 0.761594, -0.964028,  0.      ]",
        "Read again: lesson 1, section 1.3 Five activation functions",
        'For a hint, run `hint("sigmoid")` in a new cell.',
    ]


def test_reports_escape_what_they_show():
    report = Report(
        "bad", "<b>", ["a < b and `c < d`"], [("got", "<script>")], link=("See ", "<i>", 'x"y')
    )
    page = report._repr_html_()
    for text in ("&lt;b&gt;", "<code>c &lt; d</code>", "&lt;script&gt;", "&lt;i&gt;", "x&quot;y"):
        assert text in page
    assert "<script>" not in page
    assert '<th scope="row"' in page


def test_tables_have_headers():
    page = Table("Two", ("task", "state"), [("a<b", "`open`")])._repr_html_()
    assert page.count('<th scope="col"') == 2
    assert '<th scope="row" style="text-align: left">a&lt;b</th>' in page
    assert "<caption" in page


# --- outside of JupyterLab ------------------------------------------------------------------------

SHOWN = """
from helpers.checks import check, hint, progress, solution

def sigmoid(z):
    return z

check("sigmoid", sigmoid)
progress("01_activations")
hint("sigmoid")
solution("sigmoid")
"""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_pipe_of_another_encoding_gets_what_it_can_take(encoding, tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", SHOWN],
        env=os.environ
        | {"PYTHONIOENCODING": encoding, "HELPERS_PROGRESS": str(tmp_path / "progress.json")},
        capture_output=True,
        check=True,
    )
    said = run.stdout.decode(encoding)
    assert said.startswith("✗ sigmoid" if encoding == "utf-8" else "? sigmoid: not yet right")
    assert "0 of 6 tasks solved" in said
    assert "hint 1 of" in said
    assert "the solution" in said
    assert "failed" not in said
    assert run.stderr == b""


def test_only_where_nbgrader_validates_does_check_raise(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(checks.UnsolvedError, match="sigmoid: not yet right\n"):
        checks.check("sigmoid", lambda z: z)
    checks.check("sigmoid", lambda z: 1 / (1 + np.exp(-z)))
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    checks.check("sigmoid", lambda z: z)
    assert capsys.readouterr().out.count("sigmoid: ") == 3


def test_a_list_of_another_length_is_looked_at_like_an_array():
    squares = task(lambda x: x**2, ((np.arange(4) + 0.3,), (np.arange(6) + 0.1,)), mistakes=())
    assert "lacks the last entry" in wrong(lambda x: list(x[:-1] ** 2), squares).diagnosis


def test_entries_for_columns_in_place_of_rows_are_asked_about():
    X = np.arange(6.0).reshape(2, 3) + 0.3
    sums = task(lambda X: np.sin(X).sum(axis=1), ((X,), (X.T @ X[:, :2].T,)), mistakes=())
    words = wrong(lambda X: np.cos(X).sum(axis=0), sums).diagnosis
    assert "as many entries as there are columns (3)" in words
    assert "one for each row (2)" in words


def test_results_in_another_order_are_told_by_their_shapes():
    probes = tuple((np.arange(1.0, m * 2 + 1).reshape(m, 2),) for m in (3, 4))
    parts = task(lambda X: (X.T @ X, X.sum(axis=1)), probes, mistakes=(), returns=("a", "b"))
    words = "in another order. Return `a`, `b`, in this order."
    swapped_and_wrong = lambda X: (np.cos(X).sum(axis=1), np.sin(X.T @ X))  # noqa: E731
    assert words in wrong(swapped_and_wrong, parts).diagnosis
    in_order = lambda X: (np.sin(X.T @ X), np.cos(X).sum(axis=1))  # noqa: E731
    assert words not in wrong(in_order, parts).diagnosis
    other_shape = lambda X: (np.cos(X).sum(axis=0), np.sin(X.T @ X))  # noqa: E731
    assert words not in wrong(other_shape, parts).diagnosis


def test_likely_only_if_more_than_three_quarters_agree():
    probes = tuple((np.arange(1.0, 4) + m,) for m in range(8))
    known = Mistake(lambda x: x**3 + np.sin(x), "You took the third power.")
    cubes = task(lambda x: x**2, probes, mistakes=(known,))
    mixed = lambda least: lambda x: np.cos(x) if x[0] > least else known.answer(x)  # noqa: E731
    assert wrong(mixed(7), cubes).reason == "similar"
    assert wrong(mixed(6), cubes).reason != "similar"
