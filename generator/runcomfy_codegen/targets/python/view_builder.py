"""Builds the view of a module: names, annotations, imports and docstrings are settled here."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ...ir.json_text import pointer_token
from ...ir.model import Anything, Field, MediaKind, has_null, types_in
from ...ir.output_fields import EVERY_OUTPUT_FIELD, OUTPUT_FIELDS
from ..line_layout import format_line
from .annotations import MEDIA_NAMES, Annotator
from .docstrings import (
    bounds_and_default,
    field_docstring,
    field_limits,
    input_docstring,
    part_docstring,
    stated_limits,
)
from .example import example_code
from .expressions import (
    Bare,
    WithName,
    annotation_text,
    call,
    literals_in,
    names_in,
    optional,
    subscript,
)
from .model_names import is_class
from .names import NamedField, NamedModel, NamedObject, alias_name, class_stem
from .params import ParamsView, params_of
from .view import AliasView, FieldView, ModelView, ObjectView

OUTPUT_CLASSES: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        "ModelOutput": EVERY_OUTPUT_FIELD,
        **{f"{kind.capitalize()}Output": OUTPUT_FIELDS[kind] for kind in MediaKind},
    }
)
"""The classes of the runtime and their fields, the widest first."""
_TYPING = frozenset(
    (
        *("TYPE_CHECKING", "Annotated", "Any", "Literal", "Never", "Required"),
        *("Union", "Unpack"),
    )
)
_CONSTRAINTS = frozenset(
    {"AcceptsNull", "Decimal", "OneOf", "Pattern", "Requires", "UniqueItems"}
)


def model_view(
    model: NamedModel, annotator: Annotator, packages: frozenset[tuple[str, ...]]
) -> ModelView:
    """Settle everything that the template of a module prints."""
    module = _Module(model, annotator)
    inputs = [module.object(kind, "input") for kind in _classes(model.input)]
    outputs = [module.object(kind, "output") for kind in _classes(model.output)]
    params = module.params()
    used = frozenset(module.used)
    return ModelView(
        model=model,
        # One dot for the module's own package; a package is its own.
        dots="." * (len(model.path) + 1 + (model.path in packages)),
        # As isort has them: words in capitals first.
        typing=tuple(
            sorted(
                (used & _TYPING) | {"ClassVar", "TypedDict"},
                key=lambda it: (not it.isupper(), it),
            )
        ),
        pydantic=("Field",) if "Field" in used else (),
        constraints=tuple(sorted(used & _CONSTRAINTS)),
        input_parts=tuple(inputs[:-1]),
        output_parts=tuple(outputs[:-1]),
        input=inputs[-1],
        output=outputs[-1],
        stem=class_stem(model.path),
        example=example_code(model),
        media=tuple(sorted(used & MEDIA_NAMES)),
        outputs=tuple(sorted({"BaseOutput", outputs[-1].base})),
        aliases=tuple(module.aliases.values()),
        params=params,
    )


class _Module:
    """The classes of one module, and the names that they are written with."""

    def __init__(self, model: NamedModel, annotator: Annotator) -> None:
        self._model = model
        self._annotator = annotator
        self._stated = stated_limits(model.limits)
        tops = (model.input, model.output)
        self._parts = {kind.name for top in tops for kind in _classes(top)}
        self.used: set[str] = set()
        self.aliases: dict[str, AliasView] = {}

    def object(self, kind: NamedObject, side: str) -> ObjectView:
        """The class of an object in the input or the output."""
        is_sent = side == "input"
        if kind is self._model.output:
            return self._output(kind)
        fields = tuple(
            self._field(
                field,
                is_sent=is_sent,
                named=kind is self._model.input,
                stated=self._stated.get(_pointer(kind, field), ()) if is_sent else (),
            )
            for field in (required_first(kind.fields) if is_sent else kind.fields)
        )
        view = ObjectView(
            name=kind.name,
            class_name=self._class_name(kind),
            extra="forbid" if kind.extra is None else "allow",
            fields=fields,
            text=part_docstring(kind.fields, side),
            base="ModelPart" if is_sent else "BaseOutput",
        )
        if kind is self._model.input:
            return replace(view, text=input_docstring(self._model), base="ModelInput")
        if kind.extra is None or isinstance(kind.extra, Anything) or not is_sent:
            return view
        annotation = self._annotator.of(kind.extra)
        self.used |= {"TYPE_CHECKING", *names_in(annotation)}
        return replace(view, extra_type=annotation_text(annotation))

    def _class_name(self, kind: NamedObject) -> str:
        """The name of a class with that of its model before it, as no other class has it."""
        name = f"{class_stem(self._model.path)}{kind.name}"
        return f"{name}_" if name in self._parts else name

    def _output(self, kind: NamedObject) -> ObjectView:
        """The class of the output. Only what the runtime's class does not have is its own."""
        base, own = output_base(kind)
        before = set(self.used)
        every = tuple(self._field(field, is_sent=False) for field in kind.fields)
        self.used = before
        return ObjectView(
            name=kind.name,
            class_name=self._class_name(kind),
            extra="allow",
            fields=every,
            own=tuple(self._field(field, is_sent=False) for field in own),
            base=base,
        )

    def _field(
        self,
        field: NamedField,
        *,
        is_sent: bool,
        named: bool = False,
        stated: Sequence[str] = (),
    ) -> FieldView:
        """``named`` says that a choice gets a name; ``stated`` are lines about limits."""
        media = field.media.value if field.media and is_sent else ""
        annotation = self._annotator.of(field.type, media)
        if named:
            annotation = self._with_alias(field, annotation)
        if not field.required:
            annotation = optional(annotation)
        if marks := [*_marks(field, is_sent=is_sent)]:
            annotation = subscript("Annotated", annotation, *marks)
        self.used |= names_in(annotation)
        written = annotation_text(annotation)
        default = "" if field.required else " = None"
        return FieldView(
            name=field.name,
            annotation=written,
            required=field.required,
            text=field_docstring(field, stated),
            declaration=format_line(f"{field.name}: {written}{default}", indent=4),
            facts=bounds_and_default(field),
            limits=(*field_limits(field), *stated),
        )

    def _with_alias(self, field: NamedField, annotation: ast.expr) -> ast.expr:
        """The annotation with a name for its choices, if it has just one list of them."""
        choices = list(literals_in(annotation))
        if len(choices) != 1:
            return annotation
        name = alias_name(field.name)
        statement = f"{name} = {annotation_text(choices[0])}"
        self.aliases[field.name] = AliasView(name, format_line(statement))
        self.used.add("Literal")
        changed: ast.expr = WithName(choices[0], name).visit(annotation)
        return changed

    def params(self) -> tuple[ParamsView, ...]:
        """The dicts that the input, and each object inside it, can be given as."""
        classes = _classes(self._model.input)
        views = tuple(params_of(self._model.input, classes, self._bare))
        for view in views:
            self.used |= view.names
            self.used |= {"TYPE_CHECKING", "Unpack"} if view.has_parts else set()
        return views

    def _bare(self, field: NamedField) -> ast.expr:
        """The type of a field without its constraints, for type checkers alone."""
        media = field.media.value if field.media else ""
        annotation = self._annotator.of(field.type, media)
        if field.name in self.aliases and field in self._model.input.fields:
            annotation = self._with_alias(field, annotation)
        bare: ast.expr = Bare().visit(annotation)
        return bare if field.required else optional(bare)


def required_first(fields: Iterable[NamedField]) -> list[NamedField]:
    """The fields as a caller reads them: what must be given first, else as published."""
    return sorted(fields, key=lambda field: not field.required)


def _classes(top: NamedObject) -> list[NamedObject]:
    """Every object that is a class, the innermost first, the top one last."""
    classes = [
        kind
        for kind in types_in(top)
        if isinstance(kind, NamedObject) and is_class(kind)
    ]
    parts = [kind for kind in reversed(classes) if kind is not top]
    return [*dict.fromkeys(parts), top]


def _pointer(kind: NamedObject, field: NamedField) -> str:
    """The pointer of a field as stated limits write it: ``/layers/*/image``."""
    tokens = iter(kind.pointer.split("/")[2:])
    steps: list[str] = []
    for keyword in tokens:
        match keyword:
            case "properties":
                steps.append(next(tokens))
            case "items" | "additionalProperties":
                steps.append("*")
            case _:
                # The number of one of several schemas.
                next(tokens)
    return "/".join(("", *steps, pointer_token(field.wire_name)))


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


def output_base(output: NamedObject) -> tuple[str, tuple[NamedField, ...]]:
    """The class that has only fields of this output, and the fields that it does not have."""
    fields = {field.wire_name: field for field in output.fields}
    for name, inherited in OUTPUT_CLASSES.items():
        if all(_is_same(fields.get(field.wire_name), field) for field in inherited):
            own = {
                wire_name: field
                for wire_name, field in fields.items()
                if not _says_no_more(field, inherited)
            }
            return name, tuple(own.values())
    return "BaseOutput", tuple(output.fields)


def _is_same(field: NamedField | None, inherited: Field) -> bool:
    return field is not None and field.type == inherited.type


def _says_no_more(field: NamedField, inherited: tuple[Field, ...]) -> bool:
    """Whether the class of the runtime has a field with all that is published of it."""
    return any(
        field.wire_name == other.wire_name
        and field.description in ("", other.description)
        for other in inherited
    )
