"""What the JSON Schema of an input says besides its types.

Titles, descriptions, examples and the server's defaults are read from docstrings, those of the
attributes from the source. Without source there are no descriptions. The keywords are those of
the published JSON Schema files: ``x-media`` and ``x-validations`` are not in the standard.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from typing import Any, NamedTuple, cast, get_args

from pydantic import BaseModel

from .media_fields import Media
from .rule import Rule
from .shape import wire_name

JsonSchema = dict[str, Any]

_DEFAULTS = "Server defaults: "
_EXAMPLE = "Example::"


def describe(model: type[BaseModel], schema: JsonSchema) -> None:
    """Add to the schema of a class what its docstrings and its rules say."""
    text = ClassText.of(model)
    properties = cast(dict[str, JsonSchema], schema.get("properties", {}))
    texts = field_texts(model)
    rules: tuple[Rule, ...] = getattr(model, "RULES", ())
    for name, field in model.model_fields.items():
        wire = wire_name(name, field)
        property_ = properties.get(wire, properties.get(name))
        if property_ is None:
            continue
        docstring = texts[name].docstring if name in texts else ""
        if not field.is_required():
            property_.pop("default", None)  # None: the field is not sent
        property_ |= {
            **_said(description=docstring, **{"x-media": _media(field)}),
            **({"default": text.defaults[name]} if name in text.defaults else {}),
            **({"examples": [text.example[name]]} if name in text.example else {}),
            **_said(**{"x-validations": list(map(_published, _rules(rules, wire)))}),
        }
    schema.pop("description", None)
    schema |= _said(title=text.title, description=text.description)
    if text.example:
        wires = {
            name: wire_name(name, field) for name, field in model.model_fields.items()
        }
        schema["examples"] = [
            {wires[name]: value for name, value in text.example.items()}
        ]


def _said(**keywords: Any) -> JsonSchema:
    return {name: value for name, value in keywords.items() if value}


# What the docstring of a class says.


class ClassText:
    """The docstring of a generated class, in its parts."""

    def __init__(self) -> None:
        self.title = ""
        self.description = ""
        self.defaults: Mapping[str, Any] = {}
        self.example: Mapping[str, Any] = {}

    @classmethod
    def of(cls, model: type[BaseModel]) -> ClassText:
        """Read the docstring of a class; empty if it has none of its own."""
        text = cls()
        whole = inspect.cleandoc(model.__dict__.get("__doc__") or "")
        whole, _, code = whole.partition(f"\n\n{_EXAMPLE}\n\n")
        paragraphs = [" ".join(part.split("\n")) for part in whole.split("\n\n")]
        names = model.model_fields.keys()
        if paragraphs[-1].startswith(_DEFAULTS):
            pairs = paragraphs.pop().removeprefix(_DEFAULTS).removesuffix(".")
            text.defaults = _keywords(f"defaults({pairs})", names)
        text.example = _keywords(inspect.cleandoc(code), names)
        model_id = getattr(model, "MODEL_ID", "")
        generic = not model_id or f"``{model_id}``" in paragraphs[0]
        text.title = model_id if generic else paragraphs[0]
        text.description = "\n\n".join(paragraphs[1:])
        return text


def _keywords(code: str, names: Any) -> dict[str, Any]:
    """The keyword arguments of the innermost call; empty if it is no such call."""
    try:
        tree = ast.parse(code, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return {}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    values: dict[str, Any] = {}
    for keyword in calls[-1].keywords if calls else ():
        try:
            value = ast.literal_eval(keyword.value)
        except (ValueError, SyntaxError):
            continue
        name = keyword.arg or ""
        if name in names and value not in (float("inf"), float("-inf")):
            values[name] = value
    return values


# What the source says of the fields.


class FieldText(NamedTuple):
    """A field in the source of its class: its type without constraints, and its docstring."""

    type: str
    docstring: str


def field_texts(model: type[BaseModel]) -> dict[str, FieldText]:
    """What the source of a class says of each field; nothing without source."""
    found: dict[str, FieldText] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base.__module__ != __package__:
            found |= _fields_in(base.__module__).get(base.__qualname__, {})
    return found


@cache
def _fields_in(module: str) -> Mapping[str, Mapping[str, FieldText]]:
    """The fields of each class of a module."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError, SyntaxError, KeyError):
        return {}
    return {
        node.name: dict(_read_fields(node.body))
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def _read_fields(body: list[ast.stmt]) -> Iterator[tuple[str, FieldText]]:
    for statement, after in zip_longest(body, body[1:]):
        match statement:
            case ast.AnnAssign(target=ast.Name(name), annotation=annotation):
                text = ast.unparse(_WithoutConstraints().visit(annotation))
            case _:
                continue
        match after:
            case ast.Expr(value=ast.Constant(value=str(docstring))):
                yield name, FieldText(text, inspect.cleandoc(docstring))
            case _:
                yield name, FieldText(text, "")


class _WithoutConstraints(ast.NodeTransformer):
    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Replace ``Annotated[T, …]`` with ``T``."""
        match node:
            case ast.Subscript(
                value=ast.Name("Annotated"), slice=ast.Tuple([inner, *_])
            ):
                return cast(ast.expr, self.visit(inner))
            case _:
                return cast(ast.expr, self.generic_visit(node))


def signature_of(model: type[BaseModel]) -> inspect.Signature:
    """The fields of a class as keyword arguments, as notebooks and ``help`` show them."""
    texts = field_texts(model)
    return inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if field.is_required() else None,
                annotation=(
                    texts[name].type if name in texts else inspect.Parameter.empty
                ),
            )
            for name, field in model.model_fields.items()
        ]
    )


# What the annotations and the rules say.


def _media(field: Any) -> str:
    kinds = {mark.kind for mark in _marks(field.annotation, field.metadata)}
    return kinds.pop() if len(kinds) == 1 else ""


def _marks(annotation: Any, metadata: Any = ()) -> Iterator[Media]:
    for mark in metadata:
        if isinstance(mark, Media):
            yield mark
    yield from (mark for mark in get_args(annotation) if isinstance(mark, Media))
    for inner in get_args(annotation):
        yield from _marks(inner)


def _rules(rules: tuple[Rule, ...], wire: str) -> Iterator[Rule]:
    token = "/" + wire.replace("~", "~0").replace("/", "~1").replace("*", "~2")
    return (rule for rule in rules if rule.pointer in (token, f"{token}/*"))


def _published(rule: Rule) -> JsonSchema:
    limit = rule.threshold
    return {
        "validation_rule": f"{rule.metric}{rule.operator}",
        "validation_value": rule.limit if limit is None else _number(limit),
        "validation_error": rule.message,
    }


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)


# Types that pydantic cannot describe.


def described_as(original: Any) -> dict[str, Any]:
    """The metadata of a validator that is described as another: its JSON Schema function."""

    def schema(_: Any, handler: Callable[[Any], JsonSchema]) -> JsonSchema:
        return cast(JsonSchema, plain_numbers(handler(original)))

    return {"pydantic_js_functions": [schema]}


def plain_numbers(value: Any) -> Any:
    """A schema with every exact number as JSON can write it."""
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, dict):
        members = cast(dict[str, Any], value).items()
        return {name: plain_numbers(member) for name, member in members}
    if isinstance(value, (list, tuple)):
        return [plain_numbers(item) for item in cast(list[Any], value)]
    return value
