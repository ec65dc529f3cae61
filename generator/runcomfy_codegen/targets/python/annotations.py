"""Types of the IR as Python annotations, with everything pydantic needs to be exact."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from runcomfy_runtime.exact_numbers import exact_number

from ...ir.as_json import to_json_schema
from ...ir.model import (
    NOTHING,
    Array,
    Choice,
    Exact,
    MediaKind,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
    types_in,
)
from ...pattern.engine import rust_pattern
from .datamodel_codegen import STUB, annotations_of, stub
from .expressions import Renamed, call, constant, subscript
from .model_names import is_class
from .names import NamedObject

LONGEST_CHAIN = 32
"""The most alternatives that are joined with ``|``: each nests the expression one deeper."""


class Annotator:
    """Knows the annotation of every type below the ones it was made for, which have names."""

    def __init__(self, kinds: Iterable[Type]) -> None:
        """Get the annotations of all types at once, each shape only once."""
        distinct = dict.fromkeys(kind for top in kinds for kind in types_in(top))
        self._shapes = {
            kind: json.dumps(question_schema(kind))
            for kind in distinct
            if _is_asked(kind)
        }
        self._answers = annotations_of(dict.fromkeys(self._shapes.values()))

    def of(self, kind: Type, media: str = "") -> ast.expr:
        """The annotation of a type: a fresh syntax tree.

        ``media`` is the kind of media whose URLs its texts are; empty if they are not.
        """

        def inner(part: Type) -> ast.expr:
            return self.of(part, media)

        filled: ast.expr
        if kind == NOTHING:
            filled = ast.Name("Never", ast.Load())
        elif isinstance(kind, NamedObject) and is_class(kind):
            filled = ast.Name(kind.name, ast.Load())
        elif isinstance(kind, Union) and _is_long_union(kind):
            filled = subscript("Union", *map(inner, kind.options))
        else:
            answer = ast.parse(self._answers[self._shapes[kind]], mode="eval").body
            filled = FillTokens(kind, inner).visit(answer)
            filled = with_media(filled, kind, media)
        marks = _marks(kind)
        return subscript("Annotated", filled, *marks) if marks else filled


def with_media(annotation: ast.expr, kind: Type, media: str) -> ast.expr:
    """The annotation of a text or a list of texts with the runtime's names for URLs of media."""
    changed = annotation
    if isinstance(kind, Text) and (named := media_of(kind, media)):
        changed = Renamed({"str": f"{named.capitalize()}Url"}).visit(annotation)
    elif isinstance(kind, Array) and media:
        changed = _Plural().visit(annotation)
    return changed


def media_of(kind: Text, media: str) -> str:
    """The kind of media whose URL a text is: its own format says it, or the whole field."""
    stated = (kind.format or "").partition("_")[0]
    return stated if media and stated in _MEDIA else media


_MEDIA = tuple(MediaKind)
MEDIA_NAMES = frozenset(
    f"{kind.capitalize()}{form}" for kind in _MEDIA for form in ("Url", "Urls")
)
"""The names of the runtime for fields of media."""


class _Plural(ast.NodeTransformer):
    """Replaces ``list[ImageUrl]`` with ``ImageUrls``."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Replace a list."""
        match node:
            case ast.Subscript(
                value=ast.Name("list"), slice=ast.Name(item)
            ) if item.endswith("Url"):
                return ast.Name(f"{item}s", ast.Load())
            case _:
                return self.generic_visit(node)  # type: ignore[return-value]  # typeshed


def _is_asked(kind: Type) -> bool:
    """Whether the library says how a type is annotated."""
    return not (is_class(kind) or _is_long_union(kind) or kind == NOTHING)


def _is_long_union(kind: Type) -> bool:
    return isinstance(kind, Union) and len(kind.options) > LONGEST_CHAIN


def _marks(kind: Type) -> list[ast.expr]:
    """What the runtime checks where pydantic's own words are not exact enough."""
    match kind:
        case Choice(values=values) if not exact_choice(kind):
            choices = [_choice_of(value) for value in values]
            return [ast.Call(ast.Name("OneOf", ast.Load()), choices, [])]
        case Array(unique_items=True):
            return [call("UniqueItems")]
        case Object(undeclared_required=names) if names and kind.extra is not None:
            return [call("Requires", *names)]
        case Text(pattern=str(pattern)):
            rust = rust_pattern(pattern)
            return [
                call("Pattern", pattern, **({} if rust == pattern else {"rust": rust}))
            ]
        case _:
            return []


# The question about a type: its shape, without anything published.
#
# Bounds, values and inner types are tokens, so that a thousand models have a few
# dozen shapes; ``FillTokens`` puts the real ones back into the answer.


_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_TOKENS = {keyword: 10001 + index for index, keyword in enumerate((*_COUNTS, *_LIMITS))}
_KEYWORDS = {token: keyword for keyword, token in _TOKENS.items()}
# pydantic compares Literal by equality, where True is 1 and False is 0.
_AMBIGUOUS = (0, 1)


def question_schema(kind: Type) -> dict[str, Any]:
    """The JSON Schema to ask about: inner types as stubs, published values as tokens."""
    match kind:
        case Choice(values=values):
            return _choice([value.load() for value in values])
        case Text() | Numeric() | Array():
            known = to_json_schema(kind)
            bounds = {word: _TOKENS[word] for word in known if word in _TOKENS}
            inner = {"items": stub(0)} if isinstance(kind, Array) else {}
            return {"type": known["type"], **bounds, **inner}
        case Object():
            return {"type": "object", "additionalProperties": stub(0)}
        case Union(options=options):
            return {"anyOf": [stub(index) for index, _ in enumerate(options)]}
        case Nullable():
            return {"anyOf": [stub(0), {"type": "null"}]}
        case _:
            return to_json_schema(kind)


def parts_of(kind: Type) -> tuple[Type, ...]:
    """The inner types that the stubs of a shape refer to, by number."""
    match kind:
        case Array(items=inner) | Nullable(inner=inner):
            return (inner,)
        case Union(options=options):
            return options
        case Object(extra=extra):
            return () if extra is None else (extra,)
        case _:
            return ()


def exact_choice(kind: Choice) -> bool:
    """Whether ``Literal`` distinguishes these values as JSON does."""
    values = [value.load() for value in kind.values]
    if not values:
        return False
    return _texts(values) or (
        _integers(values) and not any(value in _AMBIGUOUS for value in values)
    )


class FillTokens(ast.NodeTransformer):
    """Puts back what the answer was not shown: inner types, values and bounds."""

    def __init__(self, kind: Type, annotation: Callable[[Type], ast.expr]) -> None:
        """Fill the answer about ``kind``; ``annotation`` gives those of the inner types."""
        self._kind = kind
        self._annotation = annotation

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a stub with its inner type."""
        if not node.id.startswith(STUB):
            return node
        return self._annotation(parts_of(self._kind)[int(node.id.removeprefix(STUB))])

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Replace the token of a choice with all its values."""
        if isinstance(self._kind, Choice) and _is_literal(node):
            values = [constant(value.load()) for value in self._kind.values]
            node.slice = (
                values[0] if len(values) == 1 else ast.Tuple(values, ast.Load())
            )
            return node
        return self.generic_visit(node)  # type: ignore[return-value]  # typeshed says AST

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """Replace a token with its bound."""
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            bound = to_json_schema(self._kind, exact=True)[_KEYWORDS[int(node.value)]]
            return _limit(bound) if isinstance(node.value, float) else constant(bound)
        return node


def _limit(bound: Exact) -> ast.expr:
    """The limit of a number: a float if one names it exactly."""
    if exact_number(float(bound)) == bound:
        return constant(float(bound))
    return constant(bound) if isinstance(bound, int) else call("Decimal", str(bound))


def _choice_of(value: Value) -> ast.expr:
    """A choice. A fraction that no float names stays exact: no input has it."""
    exact = value.exact()
    if isinstance(exact, Decimal) and exact_number(value.load()) != exact:
        return call("Decimal", str(exact))
    return constant(value.load())


def _choice(values: list[Any]) -> dict[str, Any]:
    """Texts and whole numbers by one token; anything else only by its type."""
    if _texts(values):
        return {"type": "string", "enum": ["0"]}
    if _integers(values):
        return {"type": "integer", "enum": [0]}
    if all(isinstance(value, bool) for value in values):
        return {"type": "boolean"}
    if all(isinstance(value, float) or _is_integer(value) for value in values):
        return {"type": "number"}
    return {}


def _texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _integers(values: list[Any]) -> bool:
    return all(_is_integer(value) for value in values)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_literal(node: ast.Subscript) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "Literal"
