"""The dicts that an input, and the objects inside it, can be given as: classes for checkers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..line_layout import format_line
from ..source_text import literal
from .expressions import Renamed, annotation_text, names_in, subscript
from .names import NamedField, NamedObject, params_name


@dataclass(frozen=True, slots=True)
class ParamView:
    """One member of a dict. ``declaration`` is its line in a class."""

    key: str
    annotation: str
    declaration: str


@dataclass(frozen=True, slots=True)
class ParamsView:
    """A class for a dict: ``declaration`` is the call that makes it, where no class can.

    ``partial`` says that members may be left out. ``has_parts`` says that some hold dicts.
    """

    template_names: ClassVar = (
        "name",
        "members",
        "partial",
        "declaration",
        "has_parts",
    )

    name: str
    members: tuple[ParamView, ...]
    partial: bool
    declaration: str
    has_parts: bool
    names: frozenset[str]


def params_of(
    top: NamedObject,
    classes: Sequence[NamedObject],
    annotation: Callable[[NamedField], ast.expr],
) -> Iterator[ParamsView]:
    """The dicts for the classes of an input, innermost first. A document has wire names.

    The arguments of the input itself have Python names.
    """
    parts = {kind.name: params_name(kind.name) for kind in classes if kind is not top}
    either = Renamed({name: f"{name} | {params}" for name, params in parts.items()})
    for kind in classes:
        is_top = kind is top
        name = "InputParams" if is_top else parts[kind.name]
        partial = not all(field.required for field in kind.fields)
        members: list[ParamView] = []
        names: set[str] = set()
        for field in sorted(kind.fields, key=lambda field: not field.required):
            tree: ast.expr = either.visit(annotation(field))
            if partial and field.required:
                tree = subscript("Required", tree)
            names |= names_in(tree)
            key = field.name if is_top else field.wire_name
            members.append(_member(key, tree, is_name=key == field.name))
        is_class = all(
            field.name == member.key for field, member in _pairs(kind, members)
        )
        yield ParamsView(
            name=name,
            members=tuple(members),
            partial=partial,
            declaration="" if is_class else _call(name, members, partial),
            has_parts=is_top and any(part in names for part in parts),
            names=frozenset(names),
        )


def _pairs(
    kind: NamedObject, members: Sequence[ParamView]
) -> Iterator[tuple[NamedField, ParamView]]:
    fields = sorted(kind.fields, key=lambda field: not field.required)
    return zip(fields, members, strict=True)


def _member(key: str, tree: ast.expr, *, is_name: bool) -> ParamView:
    written = annotation_text(tree)
    line = format_line(f"{key}: {written}", indent=4) if is_name else ""
    return ParamView(key, written, line)


def _call(name: str, members: Sequence[ParamView], partial: bool) -> str:
    items = ", ".join(
        f"{literal(member.key)}: {member.annotation}" for member in members
    )
    total = ", total=False" if partial else ""
    return format_line(f"{name} = TypedDict({literal(name)}, {{{items}}}{total})")
