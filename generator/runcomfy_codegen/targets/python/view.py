"""What the templates see: the IR, with names, annotations and imports settled."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from runcomfy_runtime.rule import Rule

from ...ir.as_json import model_as_json
from ...ir.json_text import pointer_token
from ...ir.model import Anything, Field, Text, fields_in, has_null, types_in
from ..source_text import format_line
from ..templates import CONTEXT_VERSION
from .annotations import (
    Annotator,
    annotation_text,
    call,
    names_in,
    optional,
    subscript,
)
from .docstrings import field_docstring
from .exports import EXPORTS
from .model_names import is_class
from .names import NamedField, NamedModel, NamedObject
from .stated_limits import limit_call, stated_limits

_TYPING = frozenset({"TYPE_CHECKING", "Annotated", "Any", "Literal", "Union"})
_CONSTRAINTS = frozenset(
    {"AcceptsNull", "Decimal", "OneOf", "Pattern", "Requires", "UniqueItems"}
)


@dataclass(frozen=True, slots=True)
class FieldView:
    """One line of a class: ``name: annotation = default`` and its docstring.

    ``declaration`` is all of the line, laid out as in the body of a class.
    """

    name: str
    annotation: str
    required: bool
    text: str
    declaration: str


@dataclass(frozen=True, slots=True)
class ObjectView:
    """One class of a module; ``extra`` is pydantic's word for undeclared members.

    ``extra_type`` is the annotation of undeclared members; empty if they can be anything.
    """

    name: str
    extra: str
    fields: tuple[FieldView, ...]
    extra_type: str = ""


@dataclass(frozen=True, slots=True)
class ModelView:
    """One module."""

    model: NamedModel
    dots: str
    typing: tuple[str, ...]
    pydantic: tuple[str, ...]
    constraints: tuple[str, ...]
    input_parts: tuple[ObjectView, ...]
    output_parts: tuple[ObjectView, ...]
    input: ObjectView
    output: ObjectView

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The media rules of the input, each with the kind of media that its field takes."""
        return tuple(
            replace(rule, kind=_media_kind(field))
            for field in fields_in(self.model.input)
            for rule in field.rules
        )

    @property
    def limits(self) -> str:
        """The stated limits as the source of a tuple; empty if there are none."""
        calls = "".join(f"{limit_call(limit)}, " for limit in self.model.limits)
        return f"({calls})" if calls else ""

    @property
    def printed(self) -> dict[str, Any]:
        """The model as ``show MODEL --format json`` prints it."""
        return model_as_json(self.model, self.model.names)


def model_view(
    model: NamedModel, annotator: Annotator, packages: frozenset[tuple[str, ...]]
) -> ModelView:
    """Settle everything that the template of a module prints."""
    used: set[str] = set()
    views = {
        name: tuple(
            _object(
                kind,
                annotator,
                used,
                stated_limits(model.limits) if name == "input" else None,
            )
            for kind in _classes(top)
        )
        for name, top in (("input", model.input), ("output", model.output))
    }
    return ModelView(
        model=model,
        # One dot for the module's own package; a package is its own.
        dots="." * (len(model.path) + 1 + (model.path in packages)),
        typing=tuple(sorted((used & _TYPING) | {"ClassVar"})),
        pydantic=("Field",) if "Field" in used else (),
        constraints=tuple(sorted(used & _CONSTRAINTS)),
        input_parts=views["input"][:-1],
        output_parts=views["output"][:-1],
        input=views["input"][-1],
        output=views["output"][-1],
    )


def _media_kind(field: Field) -> str:
    """The kind of media that a field takes; empty if it takes more than one, or any text."""
    formats = {
        (kind.format or "").partition("_")[0]
        for kind in types_in(field.type)
        if isinstance(kind, Text)
    }
    return field.media.value if field.media and len(formats) == 1 else ""


def _classes(top: NamedObject) -> list[NamedObject]:
    """Every object that is a class, the innermost first, the top one last."""
    classes = [
        kind
        for kind in types_in(top)
        if isinstance(kind, NamedObject) and is_class(kind)
    ]
    parts = [kind for kind in reversed(classes) if kind is not top]
    return [*dict.fromkeys(parts), top]


def _object(
    kind: NamedObject,
    annotator: Annotator,
    used: set[str],
    stated: Mapping[str, str] | None,
) -> ObjectView:
    """``stated`` are the texts of limits by the pointers of input fields; None for outputs."""
    is_sent = stated is not None
    fields = tuple(
        _field(
            field,
            annotator,
            used,
            is_sent=is_sent,
            limits=(stated or {}).get(_pointer(kind, field), ""),
        )
        for field in kind.fields
    )
    if kind.extra is None:
        return ObjectView(kind.name, "forbid", fields)
    if isinstance(kind.extra, Anything) or not is_sent:
        return ObjectView(kind.name, "allow", fields)
    annotation = annotator.of(kind.extra)
    used |= {"TYPE_CHECKING", *names_in(annotation)}
    return ObjectView(kind.name, "allow", fields, annotation_text(annotation))


def _pointer(kind: NamedObject, field: NamedField) -> str:
    """The pointer of a field as stated limits write it: ``/layers/*/image``."""
    steps = ("*" if step == "item" else pointer_token(step) for step in kind.path)
    inside = (step for step in steps if not step.startswith("option"))
    return "/".join(("", *inside, pointer_token(field.wire_name)))


def _field(
    field: NamedField,
    annotator: Annotator,
    used: set[str],
    *,
    is_sent: bool,
    limits: str,
) -> FieldView:
    annotation = annotator.of(field.type)
    if not field.required:
        annotation = optional(annotation)
    if marks := [*_marks(field, is_sent=is_sent)]:
        annotation = subscript("Annotated", annotation, *marks)
    used |= names_in(annotation)
    written = annotation_text(annotation)
    default = "" if field.required else " = None"
    return FieldView(
        name=field.name,
        annotation=written,
        required=field.required,
        text=field_docstring(field, limits),
        declaration=format_line(f"{field.name}: {written}{default}", indent=4),
    )


def _marks(field: NamedField, *, is_sent: bool) -> Iterator[ast.expr]:
    """What ``Annotated`` says of a field besides its type."""
    if field.wire_name != field.name:
        # Inside Annotated: as a default, `alias` renames the argument for type checkers.
        yield call("Field", alias=field.wire_name)
    if is_sent and _is_sent_as_null(field):
        yield call("AcceptsNull")


def _is_sent_as_null(field: Field) -> bool:
    """Whether the class must say that a given ``None`` is sent.

    Null is published, and the type is not wide because it is not understood.
    """
    if field.required:
        return False
    understood = all(unknown.is_note for unknown in field.unknown)
    return has_null(field.type) and (understood or not isinstance(field.type, Anything))


def module_context(model: NamedModel, view: ModelView) -> dict[str, Any]:
    """Of ``model.jinja``."""
    return {"version": CONTEXT_VERSION, "view": view, "heading": _heading(model)}


def client_context(package: str) -> dict[str, Any]:
    """Of ``client.jinja``."""
    return {"version": CONTEXT_VERSION, "package": package, "exports": EXPORTS}


def _heading(model: NamedModel) -> str:
    """The docstring of a module: id, title, description."""
    title = f": {model.title}" if model.title else ""
    return "\n\n".join(filter(None, (f"{model.model_id}{title}", model.description)))
