"""The reference of the client, made from the docstrings and signatures of the runtime.

griffe reads them without running the code. The groups are those of the table "All names" in
``docs/client.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import black
import griffe

from runcomfy_codegen.targets.python.exports import EXPORTS

from .page_text import code, fence, page

_RUNTIME = "runcomfy_runtime"
_ROW = re.compile(r"^\| ([^|]+) \| (`[^|]+) \|$", re.MULTILINE)
_NAME = re.compile(r"`(\w+)`")
_ASYNC = "Async"
_Value: TypeAlias = str | griffe.Expr | None


def client_page(root: Path) -> str:
    """The page as Markdown, of a checkout."""
    loaded = griffe.load(_RUNTIME, search_paths=[root / "runtime"])
    assert isinstance(loaded, griffe.Module)
    known = {
        export.name: _target(loaded[f"{export.module}.{export.name}"])
        for export in EXPORTS
    }
    parts = (
        part
        for title, names in _groups(root)
        for part in (f"## {title}", *(_entry(known[name], known) for name in names))
    )
    return page(
        "# The client, name by name",
        "Every name of a generated package, with its signature and its docstring."
        " [The client](../client.md) explains how they work together.",
        *parts,
    )


def _groups(root: Path) -> Iterator[tuple[str, list[str]]]:
    """The groups of names, but for the exceptions, which have a page of their own."""
    text = (root / "docs" / "client.md").read_text("utf-8").partition("## All names")[2]
    for title, names in _ROW.findall(text):
        if "RunComfyError" not in names:
            yield title[:1].upper() + title[1:], _NAME.findall(names)


def _target(found: griffe.Object | griffe.Alias) -> griffe.Object:
    while isinstance(found, griffe.Alias):
        found = found.target
    return found


def _entry(found: griffe.Object, known: dict[str, griffe.Object]) -> str:
    parts = [f"### {code(found.name)}", *_signature(found)]
    twin = known.get(found.name.removeprefix(_ASYNC))
    if isinstance(found, griffe.Class) and twin is not None and twin is not found:
        parts.append(f"{code(twin.name)} for asyncio: the same names, to be awaited.")
        return page(*parts)
    parts.append(_docstring(found))
    if isinstance(found, griffe.Class):
        for name, member in sorted(_members(found).items(), key=_by_kind):
            parts += [f"#### {code(f'{found.name}.{name}')}", *_signature(member)]
            parts.append(_docstring(member))
    return page(*parts)


def _by_kind(item: tuple[str, griffe.Object]) -> tuple[bool, int]:
    """Attributes first, then methods; each in the order of the source."""
    return isinstance(item[1], griffe.Function), item[1].lineno or 0


def _members(found: griffe.Class) -> dict[str, griffe.Object]:
    """The public members that have a docstring, those of bases too."""
    every = {name: _target(each) for name, each in found.all_members.items()}
    return {
        name: each
        for name, each in every.items()
        if not name.startswith("_") and each.docstring is not None
    }


def _signature(found: griffe.Object) -> Iterator[str]:
    """How it is called, or what it is."""
    match found:
        case griffe.Class() if "NamedTuple" in map(str, found.bases):
            yield _call(found.name, _fields(found), None, found.module)
        case griffe.Class():
            start = found.all_members.get("__init__")
            function = None if start is None else _target(start)
            if isinstance(function, griffe.Function):
                yield _call(found.name, function.parameters, None, function.module)
        case griffe.Function():
            yield _call(found.name, found.parameters, found.returns, found.module)
        case griffe.Attribute(value=value) if value is not None:
            shown = _value(value, found.module)
            yield fence("python", f"{found.name} = {shown}")
        case _:
            return


def _fields(found: griffe.Class) -> Iterator[griffe.Parameter]:
    """The fields of a named tuple, as its constructor takes them."""
    for each in found.members.values():
        if not isinstance(each, griffe.Attribute) or "property" in each.labels:
            continue
        if each.annotation is not None:
            yield griffe.Parameter(
                each.name,
                annotation=each.annotation,
                kind=griffe.ParameterKind.positional_or_keyword,
                default=each.value,
            )


def _call(
    name: str,
    parameters: Iterable[griffe.Parameter],
    returns: _Value,
    module: griffe.Module,
) -> str:
    """The first line of a function, laid out as black does, with the values of constants."""
    shown = [
        griffe.Parameter(
            each.name,
            annotation=each.annotation,
            kind=each.kind,
            default=_value(each.default, module),
        )
        for each in parameters
        if each.name not in ("self", "cls")
    ]
    function = griffe.Function(
        name, parameters=griffe.Parameters(*shown), returns=returns
    )
    line = black.format_str(f"def {function.signature()}: ...", mode=black.Mode())
    return fence("python", line.removeprefix("def ").rstrip().removesuffix(": ..."))


def _value(value: _Value, module: griffe.Module) -> _Value:
    """The value of a constant in place of its name."""
    while isinstance(value, griffe.ExprName) and value.name in module.members:
        constant = _target(module[value.name])
        if not isinstance(constant, griffe.Attribute):
            return value
        value, module = constant.value, constant.module
    return value


def _docstring(found: griffe.Object) -> str:
    return found.docstring.value if found.docstring else ""
