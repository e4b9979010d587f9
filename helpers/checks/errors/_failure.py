"""What is worth knowing of an exception that a reader's function raised, kept as plain data.

`failure` collects it while the frames still exist. It never raises, calls nothing that a reader
wrote and keeps no object of theirs: only shapes, types, names and the source of a line.
`_errors.explained` puts it into words.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import difflib
import dis
import functools
import itertools
import linecache
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.checks.errors._shaped import Shaped, Values, described

MOST_NAMES = 400  # of the notebook, and of an object's attributes
MOST_PARTS = 80  # expressions of one statement


@dataclass(frozen=True)
class Failure:
    """An exception, the line of the reader's at which it was raised, and what stood there.

    Attributes
    ----------
    type, message : str
        The message without addresses in memory.
    line : str
        The whole statement, from its first line; of an `if` or a loop, the first line only.
    number : int
        The line's number in its cell; 0 if unknown.
    span : tuple of int, or None
        The expression that failed: first line, column, last line, column within `line`, counted
        as `ast` counts.
    function, arguments : str and tuple of str
        The function in which the line stands; the parameters of the one that was checked.
    within : str
        The function of another file that raised, such as "numpy.max"; "" for the reader's own.
    parts : dict of str to Shaped
        What the names and expressions of the line were, by their source as `ast` unparses it.
    names : tuple of str
        All names of the function and the notebook.
    data : dict of str to Shaped
        Arrays and data sets of the notebook that the function uses though they are no arguments.
    unused : tuple of str
        The parameters that the function never reads.
    origins : dict of str to str
        For names of the line, the last statement above that gave them their value.
    loops : tuple of str
        The first lines of the loops around the line, the outermost first.
    missing, owner, near : str, Shaped or None, tuple of str
        The attribute or name that does not exist, what lacks it, and names that it has like it.
    repeats : str
        The reader's function that calls itself without end.
    """

    type: str
    message: str = ""
    line: str = ""
    number: int = 0
    span: tuple[int, int, int, int] | None = None
    function: str = ""
    arguments: tuple[str, ...] = ()
    within: str = ""
    parts: dict[str, Shaped] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    data: dict[str, Shaped] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    origins: dict[str, str] = field(default_factory=dict)
    loops: tuple[str, ...] = ()
    missing: str = ""
    owner: Shaped | None = None
    near: tuple[str, ...] = ()
    repeats: str = ""


def failure(error: BaseException, function: Callable) -> Failure:
    """Collect what is worth knowing of `error`, which a call of `function` raised."""
    found = Failure(type(error).__name__, _message(error))
    for add in (_add_place, _add_missing):  # each by itself: the first is worth having alone
        with contextlib.suppress(Exception):
            found = add(found, error, function)
    return found


def _message(error: BaseException) -> str:
    try:
        text = str(error).strip()[:20_000]
    except Exception:
        return ""
    return re.sub(r"( at)? 0x[0-9a-fA-F]{6,}|\x1b\[[0-9;]*m", "", text)


# --- the place ------------------------------------------------------------------------------------


def _add_place(found: Failure, error: BaseException, function: Callable) -> Failure:
    code, namespace = _code(function)
    steps = _steps(error.__traceback__)
    own = [step for step in steps if namespace is not None and step.tb_frame.f_globals is namespace]
    if code is None or not own:
        return found
    frame = own[-1].tb_frame
    variables = _variables([step.tb_frame for step in own])
    found = replace(
        found,
        number=own[-1].tb_lineno,
        function=frame.f_code.co_name,
        arguments=_parameters(code),
        within=_within(own[-1], steps[-1]),
        names=_names(variables, namespace),
        data=_data(code, namespace),
        unused=tuple(name for name in _parameters(code) if not _reads(code, name)),
        repeats=_repeats(steps, namespace) if isinstance(error, RecursionError) else "",
    )
    return _with_source(found, own[-1], variables, namespace)


def _steps(step: types.TracebackType | None) -> list[types.TracebackType]:
    steps = []
    while step is not None:
        steps.append(step)
        step = step.tb_next
    return steps


def _code(function: Any) -> tuple[types.CodeType | None, dict[str, Any] | None]:
    """Return the code and the namespace of what was called: a function, or what holds one."""
    for _ in range(5):
        if isinstance(function, functools.partial):
            function = function.func
        elif isinstance(function, types.MethodType):
            function = function.__func__
        elif isinstance(function, types.FunctionType):
            inner = function.__dict__.get("__wrapped__")
            if not isinstance(inner, types.FunctionType):
                return function.__code__, function.__globals__
            function = inner
        elif isinstance(function, type):
            function = function.__dict__.get("__init__")
        else:
            function = type(function).__dict__.get("__call__")
    return None, None


def _parameters(code: types.CodeType) -> tuple[str, ...]:
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield the code of a function and of those within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _reads(code: types.CodeType, name: str) -> bool:
    if name in code.co_cellvars:
        return True
    steps = (step for step in dis.get_instructions(code) if step.opname.startswith("LOAD"))
    return any(
        name == step.argval or (isinstance(step.argval, tuple) and name in step.argval)
        for step in steps
    )


def _variables(frames: list[types.FrameType]) -> dict[str, tuple[Any, str]]:
    """Return the values of the names of the last frame; of a comprehension, what is around it."""
    chosen = [frames[-1]]
    for frame in reversed(frames[:-1]):
        if not chosen[-1].f_code.co_name.startswith("<"):
            break
        chosen.append(frame)
    variables = {}
    for frame in reversed(chosen):
        arguments = _parameters(frame.f_code)
        for name, value in itertools.islice(frame.f_locals.items(), MOST_NAMES):
            variables[name] = value, "argument" if name in arguments else "local"
    return variables


def _names(variables: Mapping[str, Any], namespace: Mapping[str, Any]) -> tuple[str, ...]:
    notebook = [name for name in list(namespace) if not name.startswith("_")]
    return tuple(dict.fromkeys([*variables, *notebook[:MOST_NAMES]]))


def _data(code: types.CodeType, namespace: Mapping[str, Any]) -> dict[str, Shaped]:
    names = dict.fromkeys(
        step.argval
        for part in _codes(code)
        for step in dis.get_instructions(part)
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    )
    found = {name: described(namespace[name], "notebook") for name in names if name in namespace}
    return {
        name: what
        for name, what in found.items()
        if what.kind in ("array", "tensor")
        or (what.kind == "object" and {"X", "y"} & {*what.names})
    }


def _within(own: types.TracebackType, last: types.TracebackType) -> str:
    name = last.tb_frame.f_code.co_name
    if own is last or name in ("__getattr__", "__getattribute__"):  # of the reader's own dot
        return ""
    module = str(last.tb_frame.f_globals.get("__name__", ""))
    return f"{module}.{name}" if module else name


def _repeats(steps: list[types.TracebackType], namespace: Mapping[str, Any]) -> str:
    """Return the function that occurs again and again in the traceback."""
    codes = [step.tb_frame.f_code for step in steps if step.tb_frame.f_globals is namespace]
    often = [code for code in dict.fromkeys(codes) if codes.count(code) > 20]
    return often[0].co_name if len(often) == 1 else ""


# --- the source -----------------------------------------------------------------------------------


def _with_source(
    found: Failure,
    step: types.TracebackType,
    variables: Mapping[str, tuple[Any, str]],
    namespace: Mapping[str, Any],
) -> Failure:
    code = step.tb_frame.f_code
    lines = linecache.getlines(code.co_filename, step.tb_frame.f_globals)
    if not 0 < step.tb_lineno <= len(lines):
        return found
    found = replace(found, line=lines[step.tb_lineno - 1].strip())
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return found
    position = next(itertools.islice(code.co_positions(), step.tb_lasti // 2, None))
    path = _path(tree, step.tb_lineno, position)
    if not path:
        return found
    statement = path[-1]
    text = _text(lines, statement)
    inner = _in_statement(statement)
    values = Values(variables, namespace)
    parts = {}
    for node in itertools.islice(_expressions(inner), MOST_PARTS):
        with contextlib.suppress(Exception):
            parts[ast.unparse(node)] = values.described(node)
    names = {node.id for node in _expressions(inner) if isinstance(node, ast.Name)}
    return replace(
        found,
        line=text,
        span=_span(position, statement),
        parts=parts,
        origins=_origins(path, lines, names),
        loops=tuple(
            _text(lines, node) for node in path[:-1] if isinstance(node, (ast.For, ast.While))
        ),
    )


def _path(tree: ast.AST, number: int, position: tuple) -> list[ast.stmt]:
    """Return the statements around a place, the outermost first, the innermost last."""
    first, last, left, right = (number, number, None, None) if None in position else position
    path, nodes = [], [tree]
    while nodes:
        inner = [child for node in nodes for child in _statements(node)]
        around = [node for node in inner if _holds(node, first, last, left, right)]
        path += [node for node in around if isinstance(node, ast.stmt)]
        nodes = around
    return path


def _statements(node: ast.AST) -> list[ast.AST]:
    kinds = (ast.stmt, ast.ExceptHandler, ast.match_case)
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, kinds)]


def _holds(node: ast.AST, first: int, last: int, left: int | None, right: int | None) -> bool:
    if isinstance(node, ast.match_case):
        return any(_holds(child, first, last, left, right) for child in node.body)
    if left is None:
        return node.lineno <= first and last <= node.end_lineno
    start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    return start <= (first, left) and (last, right) <= end


def _in_statement(statement: ast.stmt) -> list[ast.AST]:
    """Return what belongs to a statement itself: of an `if`, its condition only."""
    blocks = ("body", "orelse", "finalbody", "handlers", "decorator_list", "cases")
    if not hasattr(statement, "body"):
        return [statement]
    children = []
    for name, value in ast.iter_fields(statement):
        if name not in blocks:
            children += value if isinstance(value, list) else [value]
    return [child for child in children if isinstance(child, ast.AST)]


def _expressions(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    for node in nodes:
        for child in ast.walk(node):
            if isinstance(child, ast.expr) and not isinstance(child, ast.Starred):
                yield child


def _text(lines: list[str], statement: ast.stmt) -> str:
    """Return a statement's source; of one that holds others, its first line."""
    start, end = statement.lineno - 1, statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    if isinstance(body, list) and body:
        end = max(statement.lineno, body[0].lineno - 1)
        own = [lines[start].encode()[statement.col_offset :].decode(), *lines[start + 1 : end]]
        if body[0].lineno == statement.lineno:
            return own[0].encode()[: body[0].col_offset - statement.col_offset].decode().rstrip()
        kept = "".join(own).rstrip()
        return re.sub(r"(\s*\n\s*(#[^\n]*)?)+$", "", kept)
    own = lines[start:end]
    own[-1] = own[-1].encode()[: statement.end_col_offset].decode()
    own[0] = own[0].encode()[statement.col_offset :].decode()
    return "".join(own).rstrip()


def _span(position: tuple, statement: ast.stmt) -> tuple[int, int, int, int] | None:
    if None in position:
        return None
    first, last, left, right = position
    top = statement.lineno
    return (
        first - top + 1,
        left - statement.col_offset * (first == top),
        last - top + 1,
        right - statement.col_offset * (last == top),
    )


def _origins(path: list[ast.stmt], lines: list[str], names: set[str]) -> dict[str, str]:
    """Return for each name the last statement above that gives it a value."""
    functions = [node for node in path if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    if not functions:
        return {}
    origins = {}
    for node in ast.walk(functions[-1]):
        if not isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For)):
            continue
        if node.lineno > path[-1].lineno or node is path[-1]:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            for name in ast.walk(target):
                given = isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
                if given and name.id in names:
                    before = origins.get(name.id, (0, ""))
                    origins[name.id] = max(before, (node.lineno, _text(lines, node)[:200]))
    return {name: text for name, (_, text) in origins.items()}


# --- what does not exist --------------------------------------------------------------------------


def _add_missing(found: Failure, error: BaseException, function: Callable) -> Failure:
    name = getattr(error, "name", None)
    if isinstance(error, KeyError) and error.args:
        name = str(error.args[0])[:60]
        return replace(found, missing=name)
    if isinstance(error, ImportError):
        return _import(found, error)
    if not isinstance(name, str):
        return found
    if isinstance(error, AttributeError):
        owner = error.obj
        names = [other for other in dir(owner) if not other.startswith("_")]
        return replace(
            found,
            missing=name,
            owner=described(owner),
            near=_near(name, names),
        )
    if isinstance(error, NameError):
        near = _near(name, found.names)
        if not near and len(name) > 3:
            near = _near(name, [other for other in dir(builtins) if other[0].islower()])
        return replace(found, missing=name, near=near)
    return found


def _import(found: Failure, error: ImportError) -> Failure:
    said = re.search(r"cannot import name '(\w+)'", found.message)
    module = sys.modules.get(error.name or "")
    if said and module is not None:
        names = [other for other in dir(module) if not other.startswith("_")]
        return replace(
            found,
            missing=said[1],
            owner=described(module),
            near=_near(said[1], names),
        )
    return replace(found, missing=error.name or "")


def _near(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names most like `name`; capital letters count little."""
    others = [other for other in dict.fromkeys(names) if other != name]
    exact = [other for other in others if other.lower() == name.lower()]
    close = difflib.get_close_matches(name, others, n=3, cutoff=0.75 if len(name) > 3 else 0.66)
    return tuple(dict.fromkeys([*exact, *close]))[:3]
