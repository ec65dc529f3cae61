"""Types of the IR as Python annotations, with everything pydantic needs to be exact."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from ..ir.model import (
    Anything,
    Array,
    Choice,
    Nullable,
    Object,
    Text,
    Type,
    Union,
    within,
)
from ..ir.standard import standard
from .literal import literal
from .oracle import STUB, ask, stub

# pydantic compares Literal by equality, where True is 1 and False is 0.
_AMBIGUOUS = (0, 1)
_PATTERN = "pattern"


class Annotator:
    """Knows the annotation of every type below the ones it was made for."""

    def __init__(self, kinds: Iterable[Type]) -> None:
        """Ask about all types at once: one call costs 2 ms a model, single ones 8 ms."""
        distinct = dict.fromkeys(kind for top in kinds for kind in within(top))
        self._names = {kind: f"q{index}" for index, kind in enumerate(distinct)}
        asked = {
            name: _question(kind, self._names)
            for kind, name in self._names.items()
            if not is_class(kind)
        }
        self._kinds = {name: kind for kind, name in self._names.items()}
        self._answers = ask(asked, self._names.values())

    def of(self, kind: Type) -> ast.expr:
        """The annotation of a type: a fresh syntax tree."""
        if isinstance(kind, Object) and is_class(kind):
            return ast.Name(kind.name, ast.Load())
        answer = ast.parse(
            ast.unparse(self._answers[self._names[kind]]), mode="eval"
        ).body
        filled = _Fill(kind, self).visit(answer)
        marks = _marks(kind)
        return subscript("Annotated", filled, *marks) if marks else filled

    def named(self, stub_name: str) -> ast.expr:
        """The annotation of the type that a stub stands for."""
        return self.of(self._kinds[stub_name.removeprefix(STUB)])


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
        [_expression(value) for value in values],
        [ast.keyword(key, _expression(value)) for key, value in keywords.items()],
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


class _Fill(ast.NodeTransformer):
    """Puts back what the oracle was not shown: inner types, values, patterns."""

    def __init__(self, kind: Type, annotator: Annotator) -> None:
        self._kind = kind
        self._annotator = annotator

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._annotator.named(node.id) if node.id.startswith(STUB) else node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, str) and isinstance(self._kind, Choice):
            return _expression(self._kind.values[int(node.value)].load())
        if node.value == _PATTERN and isinstance(self._kind, Text):
            return _expression(self._kind.pattern)
        return node


def _question(kind: Type, names: Mapping[Type, str]) -> dict[str, Any]:
    """The schema to ask about: inner types as stubs, published text as tokens."""
    match kind:
        case Text():
            token = {"pattern": _PATTERN} if kind.pattern is not None else {}
            return {**standard(kind), **token}
        case Choice(values=values):
            return _choice([value.load() for value in values])
        case Array(items=inner):
            bounds = {
                key: value
                for key, value in standard(kind).items()
                if key != "uniqueItems"
            }
            return {**bounds, "items": stub(names[inner])}
        case Object(extra=extra):
            inner = Anything() if extra is None else extra
            return {"type": "object", "additionalProperties": stub(names[inner])}
        case Union(options=options):
            return {"anyOf": [stub(names[option]) for option in options]}
        case Nullable(inner=inner):
            return {"anyOf": [stub(names[inner]), {"type": "null"}]}
        case _:
            return standard(kind)


def _choice(values: list[Any]) -> dict[str, Any]:
    """Texts by their index; whole numbers as they are; anything else only by its type."""
    if all(isinstance(value, str) for value in values):
        return {"type": "string", "enum": [str(index) for index in range(len(values))]}
    if all(_is_integer(value) for value in values):
        return {"type": "integer", "enum": values}
    if all(isinstance(value, bool) for value in values):
        return {"type": "boolean"}
    if all(isinstance(value, float) or _is_integer(value) for value in values):
        return {"type": "number"}
    return {}


def _marks(kind: Type) -> list[ast.expr]:
    """What the runtime checks where pydantic's own words are not exact enough."""
    match kind:
        case Choice(values=values):
            loaded = [value.load() for value in values]
            exact = all(isinstance(value, str) for value in loaded) or all(
                _is_integer(value) and value not in _AMBIGUOUS for value in loaded
            )
            return [] if exact else [call("OneOf", *loaded)]
        case Array(unique_items=True):
            return [call("UniqueItems")]
        case _:
            return []


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _expression(value: Any) -> ast.expr:
    return ast.parse(literal(value), mode="eval").body
