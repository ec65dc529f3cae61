"""The documented fields of an output: for each kind of media, one URL or a list of URLs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .model import Array, Field, MediaKind, Text, Union

_TEXT, _TEXTS = Text(), Array(items=Text())


def _fields(kind: MediaKind) -> tuple[Field, Field]:
    word = "sound" if kind is MediaKind.AUDIO else kind.value
    return (
        Field(
            wire_name=kind.value,
            type=Union((_TEXT, _TEXTS)),
            required=False,
            description=f"URL of one {word}",
        ),
        Field(
            wire_name=f"{kind.value}s",
            type=Union((_TEXTS, _TEXT)),
            required=False,
            description=f"URLs of several {word}s",
        ),
    )


OUTPUT_FIELDS: Mapping[MediaKind, tuple[Field, Field]] = MappingProxyType(
    {kind: _fields(kind) for kind in MediaKind}
)
"""Of each kind. Either field may hold one URL or a list: servers do not keep to their names."""
EVERY_OUTPUT_FIELD = tuple(
    field for fields in OUTPUT_FIELDS.values() for field in fields
)
"""Of all kinds, for a model of which it is not known what it makes."""
