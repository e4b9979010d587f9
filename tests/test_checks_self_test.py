"""The checks' self-test: a slip that a program makes in a right result is noticed in every task."""

from __future__ import annotations

import pytest

from benchmarks.feedback import broken_results, measure
from helpers.checks import _lessons

# Of tables with two rows such a slip leaves some as they are; some rates are nan with it, too; and
# probabilities cut off are all 0 on one input, decisions on another.
SPARED = {
    ("labels_from_logits", "sorted"),
    ("confusion_matrix", "running sum"),
    ("confusion_matrix", "sorted"),
    ("confusion_matrix", "transposed"),
    ("effective_rate", "off by one"),
    ("tumour_probabilities", "cut off"),
    ("effective_rate", "all zeros"),
}
TASKS = [task for _, task in _lessons.catalogue().values()]


@pytest.mark.slow
@pytest.mark.parametrize("lesson", _lessons.MODULES)
def test_no_slip_passes_and_none_is_taken_for_another_mistake(lesson):
    figures = measure({task.name for task in _lessons.tasks(lesson)}, sources=False)
    assert sum(figures.reasons.values()) > 40  # it judged something
    assert [(b.task.name, b.slip) for b in figures.passed] == []
    assert [(b.task.name, b.slip, words) for b, words in figures.claimed] == []
    # What is named in one task is named in its sisters, too.
    assert {(b.task.name, b.slip) for b in figures.bare} <= SPARED


def test_the_self_test_breaks_every_task():
    for task in TASKS:
        assert len(list(broken_results(task))) > 20
