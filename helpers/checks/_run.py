"""Calls a reader's function: with copies, against the clock, whatever it raises or prints."""

from __future__ import annotations

import builtins
import contextlib
import copy
import ctypes
import inspect
import io
import linecache
import logging
import re
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import numpy as np

from helpers.checks._task import Task
from helpers.checks._values import Other, Raised, canonical, form
from helpers.checks.errors._failure import failure

PATIENCE = 1.0  # Seconds in which a stopped function may end before its thread is left behind.
MAX_PRINTED = 2000
THREADS = sys.platform != "emscripten"  # a browser's Python has none


class TimeIsUp(BaseException):
    """Raised inside an endless function; no Exception, so that `except Exception` lets it pass."""


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed, so that endless printing needs no endless memory."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text[: MAX_PRINTED - len(self.text)]
        return len(text)


@dataclass
class Run:
    """The outcomes of a function on the probes, as far as it came."""

    outcomes: list[Any] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # per call: the argument it changed, or ""
    not_written: bool = False
    stopped: bool = False
    still_running: bool = False


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings to ourselves, logged ones too: overflow is diagnosed by its result."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)


def calls(task: Task, function: Callable, probes: tuple[tuple, ...]) -> list[tuple[Any, str]]:
    """Call one of our own functions, a reference or a mistake, on all probes.

    Return of each call the outcome, and the name of the argument that it changed, or "".
    """
    with quiet():
        return [_call(task, function, arguments) for arguments in probes]


def outcomes(task: Task, function: Callable, probes: tuple[tuple, ...]) -> list[Any]:
    """Return the outcomes of one of our own functions on all probes."""
    return [outcome for outcome, _ in calls(task, function, probes)]


def run(task: Task, answer: Callable, probes: tuple[tuple, ...]) -> Run:
    """Call a reader's function on all probes, for at most `task.seconds`."""
    result = Run()
    printed = Printed()

    def work() -> None:
        for arguments in probes:
            printed.text = ""
            outcome, changed = _call(task, answer, arguments)
            result.printed.append(printed.text)
            result.changed.append(changed)
            result.outcomes.append(outcome)
            if (
                isinstance(outcome, Raised)
                and outcome.type == "NotImplementedError"
                and not outcome.within  # it may use a function that is not written yet
            ):
                result.not_written = True
                return

    within = _within_a_thread if THREADS else _within_this_thread
    with quiet(), contextlib.redirect_stdout(printed):
        result.stopped, result.still_running = within(task.seconds, work)
    return result


def _within_a_thread(seconds: float, work: Callable[[], None]) -> tuple[bool, bool]:
    """Do the work beside us; return whether the clock stopped it, and whether it goes on still."""

    finished, released = threading.Event(), threading.Event()

    def guarded() -> None:
        with contextlib.suppress(BaseException):  # TimeIsUp; a thread has no one to raise to
            work()
        while not released.is_set():  # or a second TimeIsUp would come when nobody catches it
            with contextlib.suppress(TimeIsUp):
                finished.set()
                released.wait()

    worker = threading.Thread(target=guarded, daemon=True)
    stopped = False
    worker.start()
    try:
        finished.wait(seconds)
        while _importing(sys._current_frames().get(worker.ident or 0)):
            finished.wait(seconds)
        stopped = not finished.is_set()
    finally:  # the clock, or the reader's interrupt
        still_running = not _stop(worker, finished)
        released.set()
        if not still_running:
            worker.join()
    return stopped, still_running


def _within_this_thread(seconds: float, work: Callable[[], None]) -> tuple[bool, bool]:
    """Do the work here, with a look at the clock at each turn of a loop and each call.

    Only what `_on_the_clock` calls is stopped: nothing of ours may stay half done.
    """
    monitoring = sys.monitoring
    tool = next(number for number in range(6) if monitoring.get_tool(number) is None)
    events = monitoring.events.JUMP | monitoring.events.PY_START
    end, stopped = time.monotonic() + seconds, False

    def look(*_: Any) -> None:
        nonlocal end, stopped
        if time.monotonic() < end or not _counts(sys._getframe(1)):
            return
        if _importing(sys._getframe(1)):
            end = time.monotonic() + seconds
            return
        stopped = True
        raise TimeIsUp

    def nap(length: float) -> None:
        sleep(min(length, max(end - time.monotonic(), 0)))
        look()

    def no_input(*_: Any) -> None:
        raise EOFError("input() gets no answer while your function is checked")

    sleep, ask = time.sleep, builtins.input
    time.sleep, builtins.input = nap, no_input
    monitoring.use_tool_id(tool, "helpers.checks")
    for event in (monitoring.events.JUMP, monitoring.events.PY_START):
        monitoring.register_callback(tool, event, look)
    try:
        monitoring.set_events(tool, events)
        work()
    except TimeIsUp:
        pass
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
        time.sleep, builtins.input = sleep, ask
    return stopped, False


def _on_the_clock(function: Callable, *arguments: Any) -> Any:
    """Call what may take for ever: a reader's function, and what reads its output."""
    return function(*arguments)


def _counts(frame: FrameType | None) -> bool:
    """Whether a frame is at work for `_on_the_clock`, not for this module's own ends."""
    for f, _ in traceback.walk_stack(frame):
        if f.f_code is _on_the_clock.__code__:
            return f is not frame
        if f.f_code.co_filename == __file__ and f.f_code.co_name != "nap":
            return False
    return False


def _importing(frame: FrameType | None) -> bool:
    """Whether a frame is busy with an import, which takes TensorFlow seconds.

    Such time does not count, and what is half imported when it is stopped stays broken.
    """
    names = (f.f_code.co_filename for f, _ in traceback.walk_stack(frame)) if frame else ()
    return any("importlib._bootstrap" in name for name in names)


def _stop(worker: threading.Thread, finished: threading.Event) -> bool:
    """Raise TimeIsUp in the thread until its work is finished; return whether it is."""
    end = time.monotonic() + PATIENCE
    while not finished.is_set() and time.monotonic() < end:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident), ctypes.py_object(TimeIsUp)
        )
        finished.wait(0.02)
    return finished.is_set()


def _call(task: Task, function: Callable, arguments: tuple) -> tuple[Any, str]:
    """Return the outcome of one call and the name of the argument that it changed, if any."""
    given, untouched = copy.deepcopy(arguments), copy.deepcopy(arguments)
    changed = ""
    try:
        with np.errstate(all="ignore"):  # this thread's own; Python's warnings are all threads'
            output = _on_the_clock(function, *given)
            changed = _changed(task, given, untouched)
            if output is None:
                return None, changed
            try:
                observed = _on_the_clock(task.observe, untouched, output)
            except Exception as error:
                what = form(canonical(output))
                return Other(f"{what}, which cannot be read ({_text(error)})"), changed
            return _on_the_clock(canonical, observed), changed
    except TimeIsUp:
        raise
    except BaseException as error:  # SystemExit, too: nothing a reader writes may end the kernel
        with contextlib.suppress(Exception):
            changed = changed or _changed(task, given, untouched)
        where = within = ""
        with contextlib.suppress(Exception):
            where, within = _where(error, function), _within(error, function)
        known = failure(error, function)
        return Raised(type(error).__name__, _text(error), where, within, known), changed


def _text(error: BaseException) -> str:
    try:
        text = str(error).strip().split("\n")[0][:300]
        return re.sub(r" at 0x[0-9a-fA-F]+", "", text)  # an address says nothing to a reader
    except Exception:
        return ""


def _changed(task: Task, given: tuple, untouched: tuple) -> str:
    for name, now, before in zip(parameters(task), given, untouched, strict=False):
        if not _same(now, before):
            return name
    return ""


def _same(now: Any, before: Any) -> bool:
    """Whether an argument is what it was: arrays, what holds them, the weights of models."""
    if isinstance(before, np.ndarray):
        nan = before.dtype.kind in "fc"
        return np.array_equal(now, before, equal_nan=nan) and now.dtype == before.dtype
    if isinstance(before, (list, tuple)):
        return len(now) == len(before) and all(map(_same, now, before))
    if isinstance(before, dict):
        return now.keys() == before.keys() and all(_same(now[key], before[key]) for key in before)
    if callable(getattr(before, "get_weights", None)):
        return _same(now.get_weights(), before.get_weights())
    return True


def parameters(task: Task) -> list[str]:
    """Return the names of the task's arguments."""
    return list(inspect.signature(task.reference).parameters)


def _where(error: BaseException, function: Callable) -> str:
    """Return the reader's line at which `error` was raised: number and source."""
    code = getattr(function, "__code__", None)
    frames = list(traceback.walk_tb(error.__traceback__))
    own = [(f, line) for f, line in frames if code and f.f_code.co_filename == code.co_filename]
    if not own:
        return ""
    frame, line = own[-1]
    source = linecache.getline(frame.f_code.co_filename, line).strip()
    return f"line {line}: `{source}`" if source else f"line {line}"


def _within(error: BaseException, function: Callable) -> str:
    """Return the name of the function that raised `error`, if it is not the reader's own cell."""
    code = getattr(function, "__code__", None)
    frame = list(traceback.walk_tb(error.__traceback__))[-1][0]
    own = code is None or frame.f_code.co_filename == code.co_filename
    return "" if own else frame.f_code.co_name
