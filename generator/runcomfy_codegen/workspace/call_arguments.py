"""The arguments of the Python API, checked once, before anything is read or written.

An argument has the same name and meaning in every function, so one table has them all.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import wraps
from inspect import BoundArguments, signature
from os import PathLike, fspath
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

from runcomfy_runtime.did_you_mean import did_you_mean_or_list

from ..errors import OperationError, UsageError
from ..targets import TARGETS

P = ParamSpec("P")
R = TypeVar("R")


class _Kind(NamedTuple):
    """A kind of argument: whether a value is one, and what a message says that it must be."""

    accepts: Callable[[object], bool]
    words: str


def _check_arguments(function: str, bound: BoundArguments) -> None:
    """Replace each argument by its checked value; None is fine where it is the default."""
    parameters = bound.signature.parameters
    for name, given in bound.arguments.items():
        if given is not None or parameters[name].default is not None:
            where = f"{function}(): {name}"
            bound.arguments[name] = _checked(name, given, where)


def checked_call(function: Callable[P, R]) -> Callable[P, R]:
    """The function with its arguments checked, and ``OperationError`` for an ``OSError``.

    Raises ``UsageError``, which says the function, the argument and what it must be.
    """
    parameters = signature(function)
    call = cast("Callable[..., R]", function)

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        bound = parameters.bind(*args, **kwargs)
        _check_arguments(function.__name__, bound)
        try:
            return call(*bound.args, **bound.kwargs)
        except OSError as error:
            file = f"{error.filename}: " if error.filename else ""
            raise OperationError(f"{file}{error.strerror or error}") from error

    return checked


def _checked(name: str, given: Any, where: str) -> Any:
    """The value of an argument, with several values as a tuple. Raises ``UsageError``."""
    if name in _SEVERAL:
        return _several(_SEVERAL[name], given, where)
    kind = _SINGLE[name]
    if not kind.accepts(given):
        raise UsageError(f"{where} must be {kind.words}, not {_shown(given)}")
    if name == "target" and given not in TARGETS:
        raise UsageError(
            f"{where} has no output {given!r}{did_you_mean_or_list(given, TARGETS)}"
        )
    return given


def _several(kind: _Kind, given: Any, where: str) -> tuple[Any, ...]:
    """The values as a tuple; a single string is one of them, not its letters."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, Iterable):
        raise UsageError(f"{where} must be a list of strings, not {_shown(given)}")
    values: tuple[Any, ...] = tuple(cast("Any", given))
    for value in values:
        if not kind.accepts(value):
            raise UsageError(f"{where}: each must be {kind.words}, not {_shown(value)}")
    return values


def _shown(value: Any) -> str:
    """A value in a message, cut if it is long, and its type."""
    return f"{reprlib.repr(value)} ({type(value).__name__})"


def _is_path(value: object) -> bool:
    text = value
    if isinstance(value, PathLike):
        text = cast("object", fspath(cast("Any", value)))
    return isinstance(text, str) and "\0" not in text


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_source(value: object) -> bool:
    return isinstance(value, bytes) or _is_path(value)


def _is_day(value: object) -> bool:
    # A datetime is a date too, but its text has a time.
    return isinstance(value, date) and not isinstance(value, datetime)


_PATH = _Kind(_is_path, "a path (a string or an os.PathLike)")
_TEXT = _Kind(_is_text, "a string")
_FLAG = _Kind(_is_flag, "True or False")
_SINGLE: Mapping[str, _Kind] = {
    "schemas": _PATH,
    "config": _PATH,
    "limits": _PATH,
    "write": _PATH,
    "output": _PATH,
    "approvals": _PATH,
    "base": _PATH,
    "head": _PATH,
    "client": _TEXT,
    "locale": _TEXT,
    "target": _TEXT,
    "retrieved": _Kind(_is_day, "a day (a datetime.date)"),
    "dry_run": _FLAG,
    "force": _FLAG,
    "merge_base": _FLAG,
    "all_models": _FLAG,
    "progress": _Kind(callable, "a function of (done, total, name)"),
}
_SEVERAL: Mapping[str, _Kind] = {
    "sources": _Kind(
        _is_source,
        "a path, an https URL, or the content as bytes",
    ),
    "models": _TEXT,
    "select": _TEXT,
    "ignore": _TEXT,
}
