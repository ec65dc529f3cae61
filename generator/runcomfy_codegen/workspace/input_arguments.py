"""The input of a model as it is typed: ``key=value``, ``key:=JSON``, ``key=@path``, a document."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..disk.read_file import SOURCE_CAP, read_file
from ..errors import UsageError
from ..ir.json_text import is_array
from ..ir.model import (
    Array,
    Boolean,
    Choice,
    Field,
    Model,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    without_null,
)
from ..ir.surface import CodeNames
from .validate import given_number, read_document

_STDIN = "-"
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class InputArguments:
    """The input of a call.

    ``folder`` is where local paths in the document start. ``typed`` are the fields that were
    given as ``key=value``.
    """

    document: dict[str, Any]
    folder: Path
    typed: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Typed:
    """The ``key=value`` arguments that were read so far."""

    fields: Mapping[str, Field]
    python_names: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def add(self, argument: str) -> None:
        """Read one argument. Raises ``UsageError``."""
        key, _, text = argument.partition("=")
        is_json = key.endswith(":")
        name = key.removesuffix(":") if is_json else key
        wire = self.python_names.get(name, name)
        known = self.fields.get(wire)
        if is_json:
            self._set(wire, _json_of(name, text), None)
        elif known is None:
            self._set(wire, text, None)  # Checking the input reports the unknown field.
        else:
            self._set(wire, _read(known, text), known.type)

    def _set(self, name: str, value: Any, kind: Type | None) -> None:
        if name not in self.values:
            self.values[name] = value
        elif _is_list(kind) and is_array(self.values[name]) and is_array(value):
            self.values[name] = [*self.values[name], *value]
        else:
            raise UsageError(
                f"{name} is given twice; only a list takes several values, one {name}=…"
                " for each"
            )


def read_input(
    model: Model, names: CodeNames, arguments: Iterable[str]
) -> InputArguments:
    """The input in the arguments of a command. Raises ``UsageError``.

    One argument without ``=``, or with ``@`` in front, is the document; ``-`` is standard
    input. ``key=value`` is read by the type of the field, and replaces it in the document.
    """
    fields = {field.wire_name: field for field in model.input.fields}
    typed = _Typed(fields, {python: wire for wire, python in names.fields.items()})
    file: str | None = None
    for argument in arguments:
        if argument and not argument.startswith("@") and "=" in argument.lstrip("="):
            typed.add(argument)
            continue
        path = argument.removeprefix("@")
        if path in ("=", ":="):
            raise UsageError(
                f"a field is one argument, without blanks: {file or 'key'}{path}…"
            )
        if file is not None:
            raise UsageError(
                f"{file} and {path}: one document at most; other fields are key=value"
            )
        file = path
    if file is None and not typed.values:
        raise UsageError(_no_input(model))
    document = {} if file is None else _document(file, model)
    folder = Path() if file is None or file == _STDIN else Path(file).parent
    return InputArguments({**document, **typed.values}, folder, frozenset(typed.values))


def _no_input(model: Model) -> str:
    needed = [field.wire_name for field in model.input.fields if field.required]
    example = " ".join(f"{name}=…" for name in needed) or "key=value"
    return (
        f"no input for {model.model_id}; give the fields ({example}), or a JSON file"
        " (@input.json, or - for standard input)"
    )


def _document(file: str, model: Model) -> dict[str, Any]:
    """The document in a file. A text that was meant for a field gets a hint."""
    try:
        return read_document(file)
    except UsageError as error:
        if file == _STDIN or not str(error).endswith("no such file"):
            raise
        if file.lstrip().startswith(("{", "[")):
            raise UsageError(
                f"{error}; JSON is read from a file, or with - from standard input"
            ) from None
        texts = [field.wire_name for field in model.input.fields if field.required]
        name = texts[0] if texts else "key"
        raise UsageError(f"{error}; a field is given as {name}=…") from None


def _json_of(name: str, text: str) -> Any:
    """The value of ``key:=JSON``, or of ``key:=@file``."""
    text = _content(text[1:]) if text.startswith("@") else text
    try:
        return json.loads(text, parse_float=given_number)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{name}:=… is not JSON: {error}; for text, write {name}=…"
        ) from None


def _read(known: Field, text: str) -> Any:
    """The value of a field that the tool knows.

    The path of a media file is absolute, because those of the document start elsewhere.
    """
    if text.startswith("@"):
        path = text[1:]
        text = _path(path) if known.media else _content(path)
    elif known.media and _is_file(text):
        text = str(Path(text).absolute())
    return _typed(known.type, text)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # Too long for a path, or no path at all.
        return False


def _path(path: str) -> str:
    if not path:
        raise UsageError("key=@path needs a path after @")
    if not _is_file(path):
        why = "is a folder" if os.path.isdir(path) else "no such file"  # noqa: PTH112
        raise UsageError(f"{path}: {why}; for a text that starts with @, use key:=JSON")
    return str(Path(path).absolute())


def _content(path: str) -> str:
    try:
        return read_file(_path(path), SOURCE_CAP).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


def _is_list(kind: Type | None) -> bool:
    return kind is not None and isinstance(without_null(kind), Array)


def _typed(kind: Type, text: str) -> Any:
    """A text as a value of this type. A text that is not such a value stays a text.

    Then checking the input reports it like any other wrong value.
    """
    match kind:
        case Nullable(inner=inner):
            return _typed(inner, text)
        case Numeric():
            return (
                json.loads(text, parse_float=given_number)
                if _NUMBER.fullmatch(text)
                else text
            )
        case Boolean():
            return {"true": True, "false": False}.get(text.lower(), text)
        case Choice(values=values):
            return next(
                (v.load() for v in values if text in _spellings(v.load())), text
            )
        case Array(items=items):
            whole = _json_or_text(text) if text.startswith("[") else text
            return whole if is_array(whole) else [_typed(items, text)]
        case Object():
            return _json_or_text(text)
        case Union(options=options):
            return _of_union(options, text)
        case _:
            return text


def _of_union(options: Iterable[Type], text: str) -> Any:
    """Text, if the union accepts text; else the first other value that it reads as."""
    if any(isinstance(option, Text) for option in options):
        return text
    values = (_typed(option, text) for option in options)
    return next((value for value in values if value != text), text)


def _spellings(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else (json.dumps(value),)


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text, parse_float=given_number)
    except (ValueError, RecursionError):
        return text
