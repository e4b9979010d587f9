"""Does `check` notice, and name, what a program can break in a right answer?

Every solution, and every right answer in `tests/answers`, is broken in two ways: by one change of
its source (an operator, a constant, an axis, a dropped term, swapped arguments, …) and by one slip
in what it returns (negated, rounded, reversed, one row missing, its argument changed, …). Each
broken answer is judged. Two things are faults of the checks, not of the answer:

- it passes, and yet it differs from the reference on fresh inputs;
- a known mistake is said to be its cause, and yet the two differ on fresh inputs.

Where a task has many right answers (train a network to this accuracy), what `check` compares is a
finding in words; there a broken answer may well be right, and only what is said is counted.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib
import inspect
import io
import linecache
import textwrap
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import nbformat
import numpy as np

import helpers.comparison  # noqa: F401  TensorFlow, which the answers import, is quiet after it
from helpers.checks import _lessons
from helpers.checks._attempt import known
from helpers.checks._judge import Verdict, judge
from helpers.checks._run import calls
from helpers.checks._task import Finding, Mistake, Task
from helpers.checks._values import agree, is_sequence, like

FRESH = 3  # inputs drawn anew, for each probe of a task
OPEN = {"answer_strips", "read_digits"}  # beside the tasks whose reference earns a Finding


@dataclass(frozen=True)
class Source:
    """The source of a right answer, and what its names mean."""

    task: Task
    text: str
    names: dict[str, Any]

    def function(self, tree: ast.AST) -> Callable:
        """Compile a changed source, so that its lines can be shown."""
        text = ast.unparse(tree)
        file = f"<broken {self.task.name} {zlib.crc32(text.encode())}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        names = dict(self.names)
        exec(compile(text, file, "exec"), names)
        return names[_first_function(tree)]


@dataclass
class Broken:
    """A broken answer."""

    task: Task
    slip: str
    answer: Callable
    text: str = ""


@dataclass
class Figures:
    """What became of the broken answers."""

    still_right: int = 0
    reasons: Counter = field(default_factory=Counter)
    slips: dict[str, Counter] = field(default_factory=dict)
    passed: list[Broken] = field(default_factory=list)
    claimed: list[tuple[Broken, str]] = field(default_factory=list)
    bare: list[Broken] = field(
        default_factory=list
    )  # of which nothing is said but a counter-example


# --- the right answers ----------------------------------------------------------------------------


def right_answers(task_names: set[str]) -> Iterator[Source]:
    """Yield the sources of the right answers to these tasks."""
    for lesson, module in _lessons.MODULES.items():
        tasks = [task for task in _lessons.tasks(lesson) if task.name in task_names]
        if not tasks:
            continue
        path = _lessons.NOTEBOOKS / "solutions" / f"{lesson}.ipynb"
        names: dict[str, Any] = {}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.id.startswith("imports"):
                exec(cell.source, names)
        others = importlib.import_module(f"tests.answers.{module}").RIGHT
        for task in tasks:
            yield Source(task, _lessons.solution_source(lesson, task.name), names)
            for answer in others[task.name]:
                if inspect.isfunction(answer) and answer.__name__ != "<lambda>":
                    text = textwrap.dedent(inspect.getsource(answer))
                    yield Source(task, text, answer.__globals__)


def _first_function(tree: ast.AST) -> str:
    return next(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


# --- one change of the source ---------------------------------------------------------------------

OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
NAMES = {
    "sum": ("mean", "max"),
    "mean": ("sum",),
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "argmax": ("argmin",),
    "exp": ("log",),
    "log": ("exp", "log2"),
    "log1p": ("log",),
    "expm1": ("exp",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "any": ("all",),
    "all": ("any",),
    "train": ("test",),
    "test": ("train",),
}


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what could stand in place of a node, one change each."""
    if isinstance(node, ast.BinOp):
        for other in OPERATORS.get(type(node.op), ()):
            yield "operator", ast.BinOp(node.left, other(), node.right)
        yield "dropped term", node.left
        yield "dropped term", node.right
        if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
            yield "swapped", ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in OPERATORS:
        for other in OPERATORS[type(node.ops[0])]:
            yield "operator", ast.Compare(node.left, [other()], node.comparators)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Invert)):
        yield "dropped sign", node.operand
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "constant", ast.Constant(node.value + 1)
        yield "constant", ast.Constant(node.value - 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node, ast.Attribute):
        for other in NAMES.get(node.attr, ()):
            yield "other function", ast.Attribute(node.value, other, node.ctx)
        if node.attr == "T":
            yield "dropped call", node.value
    elif isinstance(node, ast.Call):
        if len(node.args) == 1 and not node.keywords:
            yield "dropped call", node.args[0]
        if len(node.args) >= 2:
            first, second, *rest = node.args
            yield "swapped", ast.Call(node.func, [second, first, *rest], node.keywords)
        for k in range(len(node.keywords)):
            rest = node.keywords[:k] + node.keywords[k + 1 :]
            yield "dropped keyword", ast.Call(node.func, node.args, rest)


def broken_sources(source: Source) -> Iterator[Broken]:
    """Yield the answer with each change of its source, one at a time."""
    tree = ast.parse(source.text)
    function = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    function.returns, function.decorator_list = None, []
    for argument in function.args.args:
        argument.annotation = None
    seen = {ast.unparse(tree)}
    for parent in [node for statement in function.body for node in ast.walk(statement)]:
        for name, value in ast.iter_fields(parent):
            nodes = value if isinstance(value, list) else [value]
            for k, node in enumerate(nodes):
                if not isinstance(node, ast.AST):
                    continue
                for slip, other in changes(node):
                    _put(parent, name, k, value, other)
                    text = ast.unparse(ast.fix_missing_locations(tree))
                    _put(parent, name, k, value, node)
                    if text not in seen:
                        seen.add(text)
                        with contextlib.suppress(SyntaxError), warnings.catch_warnings():
                            warnings.simplefilter("ignore")  # of `10[y]`, which is meant
                            answer = source.function(ast.parse(text))
                            yield Broken(source.task, slip, answer, text)


def _put(parent: ast.AST, name: str, k: int, value: Any, node: ast.AST) -> None:
    if isinstance(value, list):
        value[k] = node
    else:
        setattr(parent, name, node)


# --- one slip in what is returned -----------------------------------------------------------------


def _numbers(change: Callable[[np.ndarray], Any]) -> Callable:
    """Return the slip that changes every array of numbers among the results."""

    def everywhere(output: Any) -> Any:
        if is_sequence(output):
            return type(output)(everywhere(part) for part in output)
        array = np.asarray(output)
        return change(array) if array.dtype.kind in "iuf" else output

    return everywhere


def _vectors(change: Callable[[np.ndarray], Any]) -> Callable:
    """Return the slip that changes a result with at least three rows."""

    def slip(output: Any) -> Any:
        array = np.asarray(output)
        return change(array) if array.ndim and len(array) >= 3 else output

    return slip


RESULTS: dict[str, Callable[[Any], Any]] = {
    "wrong sign": _numbers(lambda a: -a),
    "doubled": _numbers(lambda a: 2 * a),
    "halved": _numbers(lambda a: a / 2),
    "off by one": _numbers(lambda a: a + 1),
    "rounded to 2 places": _numbers(lambda a: np.round(a, 2)),
    "cut off": _numbers(lambda a: np.trunc(a)),
    "all zeros": _numbers(lambda a: 0 * a),
    "squared": _numbers(lambda a: a * a),
    "absolute": _numbers(np.abs),
    "complement": _numbers(lambda a: 1 - a),
    "parts in reverse": lambda output: output[::-1] if isinstance(output, tuple) else output,
    "rows in reverse": _vectors(lambda a: a[::-1]),
    "first left out": _vectors(lambda a: a[1:]),
    "last left out": _vectors(lambda a: a[:-1]),
    "only the first row": _vectors(lambda a: a[0]),
    "a column": _vectors(lambda a: a[:, None] if a.ndim == 1 else a),
    "the sum": _vectors(lambda a: a.sum()),
    "the mean": _vectors(lambda a: a.mean()),
    "running sum": _vectors(lambda a: np.cumsum(a, axis=0)),
    "sorted": _vectors(lambda a: np.sort(a, axis=0)),
    "transposed": _vectors(lambda a: a.T),
}


def broken_results(task: Task) -> Iterator[Broken]:
    """Yield the reference with each slip in what it returns."""

    def slipped(change: Callable) -> Callable:
        return lambda *arguments: change(task.reference(*arguments))

    for slip, change in RESULTS.items():
        yield Broken(task, slip, slipped(change))
    frozen: list[Any] = []

    def always_the_same(*arguments: Any) -> Any:
        frozen[:] = frozen or [task.reference(*known(task).probes[0])]
        return copy.deepcopy(frozen[0])

    def in_place(*arguments: Any) -> Any:
        output = task.reference(*arguments)
        for argument in arguments:
            if isinstance(argument, np.ndarray) and argument.dtype.kind == "f":
                argument *= 2
                break
        return output

    yield Broken(task, "the same for every input", always_the_same)
    if any(isinstance(argument, np.ndarray) for argument in known(task).probes[0]):
        yield Broken(task, "argument changed", in_place)
        yield Broken(task, "argument returned", lambda *arguments: arguments[0])


# --- judging --------------------------------------------------------------------------------------


def fresh_inputs(task: Task) -> list[tuple]:
    """Return the probes with other numbers in their arrays: each float moved, labels drawn anew."""
    rng = np.random.default_rng(zlib.crc32(task.name.encode()))
    return [
        tuple(_fresh(argument, rng) for argument in copy.deepcopy(arguments))
        for arguments in known(task).probes
        for _ in range(FRESH)
    ]


def _fresh(argument: Any, rng: np.random.Generator) -> Any:
    if isinstance(argument, (tuple, list)):
        return type(argument)(_fresh(part, rng) for part in argument)
    if not isinstance(argument, np.ndarray) or not argument.size:
        return argument
    if argument.dtype.kind == "f" and not np.isin(argument, (0, 1)).all():
        low, high = float(argument.min()), float(argument.max())
        moved = argument * rng.uniform(0.5, 1.5, argument.shape)
        if argument.ndim == 1 and len(argument) > 1 and (np.diff(argument) > 0).all():
            moved.sort()  # a task may say that they are in order: candidates, corners
        return np.clip(moved, low, high).astype(argument.dtype)  # a probability stays one
    return rng.choice(argument.ravel(), argument.shape)


def differ(task: Task, one: Callable, other: Callable) -> bool:
    """Whether two functions differ on fresh inputs that the reference accepts."""
    for arguments in fresh_inputs(task):
        ((right, _),) = calls(task, task.reference, (arguments,))
        if type(right).__name__ in ("Raised", "Other"):
            continue
        a, b = (like(calls(task, f, (arguments,))[0][0], right) for f in (one, other))
        if not agree(a, b, 1e-4, 1e-6):
            return True
    return False


def is_open(task: Task) -> bool:
    """Whether a task has many right answers."""

    def found(value: Any) -> bool:
        if isinstance(value, dict):
            return any(map(found, value.values()))
        return any(map(found, value)) if is_sequence(value) else isinstance(value, Finding)

    return task.name in OPEN or any(map(found, known(task).expected))


def claimed_mistake(task: Task, verdict: Verdict) -> Mistake | None:
    """Return the known mistake whose words the verdict says."""
    if verdict.reason != "mistake":
        return None
    return next(m for m in task.mistakes if verdict.diagnosis.endswith(m.diagnosis))


def measure(names: set[str], sources: bool = True) -> Figures:
    """Judge all broken answers to these tasks."""
    figures = Figures()
    for _, task in _lessons.catalogue().values():
        if task.name in names:
            for broken in broken_results(task):
                _measure(broken, figures)
    for source in right_answers(names) if sources else ():
        for broken in broken_sources(source):
            _measure(broken, figures)
    return figures


def _measure(broken: Broken, figures: Figures) -> None:
    task = broken.task
    with contextlib.redirect_stdout(io.StringIO()):
        verdict = judge(task, broken.answer)
        mistake = claimed_mistake(task, verdict)
        if verdict.state == "solved":
            if is_open(task) or not differ(task, broken.answer, task.reference):
                figures.still_right += 1
                return
            figures.passed.append(broken)
        elif mistake and not is_open(task) and differ(task, broken.answer, mistake.answer):
            figures.claimed.append((broken, mistake.diagnosis))
    if verdict.reason == "counter-example":
        figures.bare.append(broken)
    figures.reasons[verdict.reason] += 1
    figures.slips.setdefault(broken.slip, Counter())[verdict.reason] += 1


# --- in print -------------------------------------------------------------------------------------


def main(tasks: Collection[str] = ()) -> bool:
    """Print the figures; return whether nothing passed and nothing was claimed wrongly."""
    figures = measure(set(tasks or _lessons.catalogue()))
    total = sum(figures.reasons.values())
    print(f"Feedback: {total} broken answers, by what `check` said")
    print(f"(and {figures.still_right} that are right in spite of the change)")
    for reason, count in figures.reasons.most_common():
        print(f"  {reason:16} {count:6}  {100 * count / total:5.1f}%")
    print("\nBy slip: judged, and how many were not named (counter-example)")
    for slip, reasons in figures.slips.items():
        judged = sum(reasons.values())
        print(f"  {slip:26} {judged:6}  {reasons['counter-example']:6}")
    for broken in figures.passed:
        print(f"\nPASSED: {broken.task.name}, {broken.slip}\n{broken.text}")
    for broken, words in figures.claimed:
        print(f"\nCLAIMED: {broken.task.name}, {broken.slip}: {words}\n{broken.text}")
    print(f"\n{len(figures.passed)} passed, {len(figures.claimed)} claimed wrongly")
    return not figures.passed and not figures.claimed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tasks", nargs="*", help="all by default")
    raise SystemExit(not main(parser.parse_args().tasks))
