"""Which class of the runtime the output of a model is, or extends."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ...ir.model import Field, MediaKind
from ...ir.output_fields import EVERY_OUTPUT_FIELD, OUTPUT_FIELDS
from .names import NamedField, NamedObject

OUTPUT_CLASSES: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        "ModelOutput": EVERY_OUTPUT_FIELD,
        **{f"{kind.capitalize()}Output": OUTPUT_FIELDS[kind] for kind in MediaKind},
    }
)
"""The classes of the runtime and their fields, the widest first."""


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
