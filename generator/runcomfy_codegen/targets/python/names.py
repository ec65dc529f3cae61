"""Names that code can use, each a pure function of the published name alone.

Never of order, never of its neighbours: a name that changed because another model came
would break callers without a word. Two published names that meet are reported instead.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

from ...ir.model import Array, Field, Model, Nullable, Object, Type, Union, fields_in
from ...ir.surface import CodeNames
from ..identifiers import identifier, is_device, joined_words, path_of_id
from ..target import Overrides

RESERVED = frozenset(
    {
        # what annotations in a class body are written with
        "bool", "bytes", "dict", "float", "frozenset", "int", "list", "object", "set", "str",
        "tuple", "type",
        # members of pydantic's BaseModel: a field of that name would hide them
        "construct", "copy", "from_orm", "json", "model_computed_fields",
        "model_config", "model_construct", "model_copy", "model_dump", "model_dump_json",
        "model_extra", "model_fields", "model_fields_set", "model_json_schema",
        "model_parametrized_name", "model_post_init", "model_rebuild", "model_validate",
        "model_validate_json", "model_validate_strings", "parse_file", "parse_obj", "parse_raw",
        "schema", "schema_json", "update_forward_refs", "validate",
        # attributes of the metaclass of pydantic's models, for which a default would be taken
        "mro", "register",
        # members of ModelInput and ModelOutput, and the first argument of every constructor
        "extended", "payload", "read", "self",
    }
)  # fmt: skip
"""Names that a field may not have: they get ``_`` after them. Frozen: a name taken out or
put in renames fields of clients in use. All are lower case, as the names of fields are."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def field_name(wire_name: str) -> str:
    """The name of a field: ``width×height`` → ``width_height``, ``promptText`` →
    ``prompt_text``, ``241_positive_prompt`` → ``field_241_positive_prompt``.
    """
    snake = _HUMP.sub("_", joined_words(wire_name))
    name = identifier(wire_name, snake, "field_")
    return f"{name}_" if name in RESERVED else name


def class_name(*names: str) -> str:
    """The name of a nested object's class, from the names of the fields that lead to it."""
    name = _camel(*names) + "Part"
    return f"{name}_" if name == "ModelPart" else name


# The names around the fields. They end in words that no alias ends in.

_ENDINGS = ("Part", "Params", "Input", "Output")
_TAKEN = frozenset(
    {
        # what a module imports
        "AcceptsNull", "Annotated", "Any", "AudioUrl", "AudioUrls", "ClassVar", "Decimal", "Field",
        "ImageUrl", "ImageUrls", "Limit", "Limits", "Literal", "Never", "OneOf", "Pattern", "Required",
        "Requires", "Rule", "TypedDict", "Union", "UniqueItems", "Unpack", "VideoUrl", "VideoUrls",
        # words of Python
        "False", "None", "True",
    }
)  # fmt: skip
"""Names that no alias may have: they get ``_`` after them. Frozen, as ``RESERVED`` is."""
_BASES = frozenset({"Audio", "Base", "Image", "Model", "Video"})
"""With ``Input`` or ``Output`` after them, these are classes of the runtime."""


def alias_name(field: str) -> str:
    """The name of the choices of a field: ``width_height`` → ``WidthHeight``."""
    # Two fields have two aliases: `a_1` and `a1`, `a__b` and `a_b`.
    words = (word if word[:1].isalpha() else f"_{word}" for word in field.split("_"))
    name = "".join(word[:1].upper() + word[1:] for word in words)
    return f"{name}_" if name in _TAKEN or name.endswith(_ENDINGS) else name


def params_name(name: str) -> str:
    """The name of the dict for a nested object's class: ``LoraPart`` → ``LoraParams``."""
    params = name.rstrip("_").removesuffix("Part") + "Params"
    return f"{params}_" if params == "InputParams" else params


def class_stem(module: tuple[str, ...]) -> str:
    """What the classes of a model are called: ``Dreamina40Edit`` with ``Input`` after it.

    The vendor is left out, unless the rest is the name of a class of the runtime.
    """
    stem = _camel(*module[1:]) or _camel(*module)
    if stem not in _BASES:
        return stem
    return _camel(*module) if len(module) > 1 else f"{stem}_"


def _camel(*names: str) -> str:
    words = "_".join(names).split("_")
    return "".join(word[:1].upper() + word[1:] for word in words)


# The names that the user chose, where the published ones collide or displease.


class UnusableName(ValueError):
    """A chosen name that generated code cannot have."""


@dataclass(frozen=True, slots=True)
class ChosenNames:
    """The chosen names of one model: its module (``vendor/model``) and single fields."""

    module: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


def chosen_names(overrides: Overrides, model_id: str) -> ChosenNames:
    """What the configuration chooses for a model."""
    chosen = overrides.models.get(model_id)
    return chosen if isinstance(chosen, ChosenNames) else ChosenNames()


def module_path(model_id: str, chosen: ChosenNames = ChosenNames()) -> tuple[str, ...]:
    """Packages and module of a model."""
    return tuple(chosen.module.split("/")) if chosen.module else path_of_id(model_id)


def overrides_of(table: Mapping[str, ChosenNames]) -> Overrides:
    """The names of a configuration, checked. Raises ``UnusableName``."""
    for model_id, chosen in table.items():
        files = chosen.module.split("/") if chosen.module else []
        for name in (*files, *chosen.fields.values()):
            if not usable_name(name, as_file=name in files):
                raise UnusableName(
                    f"{name!r}, chosen for {model_id!r}, cannot be a name"
                )
    return Overrides(table)


def usable_name(name: str, *, as_file: bool = False) -> bool:
    """Whether a chosen name can be a field of generated code, or a module of it."""
    return (
        not (as_file and is_device(name))
        and name.isascii()
        and name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        # Upper case is for the names around the fields: `Literal`, `MODEL_ID`.
        and name == name.lower()
        and name not in RESERVED
    )


# The model with its Python names, as templates and views see it. The names that templates
# can use are public (docs/templates.md). ``template_names`` lists them, because an attribute
# can have another name in the generator.


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedField(Field):
    """A field and the name of its attribute."""

    template_names: ClassVar = (
        "wire_name",
        "name",
        "type",
        "required",
        "title",
        "description",
        "default",
        "sample",
        "media",
        "rules",
        "rule_places",
        "unknown",
    )

    name: str

    @property
    def rule_places(self) -> tuple[str, ...]:
        """The JSON pointers of the rules in the document, under the name of templates."""
        return self.rule_pointers


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedObject(Object):
    """An object and the name of its class."""

    template_names: ClassVar = ("name", "fields", "extra", "demanded")

    name: str
    fields: tuple[NamedField, ...] = ()

    @property
    def demanded(self) -> tuple[str, ...]:
        """Required names that no field declares, under the name of templates."""
        return self.undeclared_required


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedModel(Model):
    """A model and the path of its module: the names of the packages and its own."""

    template_names: ClassVar = (
        "model_id",
        "path",
        "title",
        "description",
        "locale",
        "input",
        "output",
        "schema_sha256",
        "documents",
        "kind",
        "unknown",
        "published_output",
        "published",
        "limits",
    )

    path: tuple[str, ...]
    input: NamedObject
    output: NamedObject
    published_output: NamedObject | None = None

    @property
    def names(self) -> CodeNames:
        """The names of the module and the fields."""
        every = (*fields_in(self.input), *fields_in(self.output))
        named = (field for field in every if isinstance(field, NamedField))
        return CodeNames(self.path, {field.wire_name: field.name for field in named})


def named_model(model: Model, names: CodeNames) -> NamedModel:
    """The model, each object and field of its input and outputs with its name."""
    published = model.published_output
    values = _values(
        model,
        input=_named_object(model.input, names),
        output=_named_object(model.output, names),
        published_output=None if published is None else _named_object(published, names),
    )
    return NamedModel(**values, path=names.module)


def _named_object(kind: Object, names: CodeNames) -> NamedObject:
    members = tuple(
        NamedField(
            **_values(field, type=_named(field.type, names)),
            name=names.fields[field.wire_name],
        )
        for field in kind.fields
    )
    extra = None if kind.extra is None else _named(kind.extra, names)
    values = _values(kind, fields=members, extra=extra)
    return NamedObject(**values, name=names.classes[kind.pointer])


def _named(kind: Type, names: CodeNames) -> Type:
    match kind:
        case Object():
            return _named_object(kind, names)
        case Array(items=items):
            return replace(kind, items=_named(items, names))
        case Nullable(inner=inner):
            return Nullable(_named(inner, names))
        case Union(options=options):
            return Union(tuple(_named(option, names) for option in options))
        case _:
            return kind


def _values(value: Model | Object | Field, **changed: Any) -> dict[str, Any]:
    return {slot.name: getattr(value, slot.name) for slot in fields(value)} | changed
