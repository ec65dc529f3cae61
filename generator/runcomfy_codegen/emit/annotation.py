"""Types of the IR as Python annotations, with everything pydantic needs to be exact."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from typing import Any

from ..ir.model import Array, Choice, Object, Type, within
from .answers import answers
from .shape import Fill, constant, exact_choice, shape_of


class Annotator:
    """Knows the annotation of every type below the ones it was made for."""

    def __init__(self, kinds: Iterable[Type]) -> None:
        """Ask about all types at once, each shape only once."""
        distinct = dict.fromkeys(kind for top in kinds for kind in within(top))
        self._shapes = {
            kind: json.dumps(shape_of(kind)) for kind in distinct if not is_class(kind)
        }
        self._answers = answers(dict.fromkeys(self._shapes.values()))

    def of(self, kind: Type) -> ast.expr:
        """The annotation of a type: a fresh syntax tree."""
        if isinstance(kind, Object) and is_class(kind):
            return ast.Name(kind.name, ast.Load())
        answer = ast.parse(self._answers[self._shapes[kind]], mode="eval").body
        filled: ast.expr = Fill(kind, self.of).visit(answer)
        marks = _marks(kind)
        return subscript("Annotated", filled, *marks) if marks else filled


def is_class(kind: Type) -> bool:
    """Whether a type is written as a class of its own: an object with declared members."""
    return isinstance(kind, Object) and bool(kind.fields or kind.extra is None)


def subscript(name: str, *arguments: ast.expr) -> ast.expr:
    """``name[arguments]``."""
    inner = (
        arguments[0] if len(arguments) == 1 else ast.Tuple(list(arguments), ast.Load())
    )
    return ast.Subscript(ast.Name(name, ast.Load()), inner, ast.Load())


def call(name: str, *values: Any, **keywords: Any) -> ast.expr:
    """``name(values, keyword=…)``, every value through ``literal``."""
    return ast.Call(
        ast.Name(name, ast.Load()),
        [constant(value) for value in values],
        [ast.keyword(key, constant(value)) for key, value in keywords.items()],
    )


def optional(annotation: ast.expr) -> ast.expr:
    """``annotation | None``, or the annotation if it ends so already."""
    none = ast.Constant(None)
    if isinstance(annotation, ast.BinOp) and ast.dump(annotation.right) == ast.dump(
        none
    ):
        return annotation
    return ast.BinOp(annotation, ast.BitOr(), none)


def names_in(annotation: ast.expr) -> set[str]:
    """The names that an annotation is written with."""
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}


def _marks(kind: Type) -> list[ast.expr]:
    """What the runtime checks where pydantic's own words are not exact enough."""
    match kind:
        case Choice(values=values) if not exact_choice(kind):
            return [call("OneOf", *(value.load() for value in values))]
        case Array(unique_items=True):
            return [call("UniqueItems")]
        case _:
            return []
