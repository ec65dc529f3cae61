"""The dialect's formats: what kind of media a text names, or the texts of a list.

``image_uri``, ``video_uri`` and ``audio_uri`` are annotations, as formats are in JSON Schema:
a text may be a URL, a ``data:`` URI, or whatever the server takes besides, and what is behind
it is the matter of rules. ``image_uris`` and its relatives on an array say more: 20 published
arrays have no ``items``, and only their format tells that they hold texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema.exceptions import ValidationError

from ..ir.json_text import members

_MEDIA = re.compile(r"(?P<kind>image|video|audio)_uri(?P<several>s)?(_.*)?")


def media_kind(told: object) -> str | None:
    """``image``, ``video`` or ``audio``; None if a format is not one of media."""
    match = _MEDIA.fullmatch(told) if isinstance(told, str) else None
    return match["kind"] if match else None


def kind_of(schema: Any) -> str | None:
    """The kind of media that a schema says its text, or every text of its list, names."""
    own = media_kind(schema.get("format"))
    return own or media_kind(members(schema.get("items")).get("format"))


def names_several(told: object) -> bool:
    """Whether a format stands on an array of media, as ``image_uris`` does."""
    match = _MEDIA.fullmatch(told) if isinstance(told, str) else None
    return match is not None and match["several"] is not None


def format_keyword(
    validator: Any, told: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """``format``: the items of an array of media are texts, if ``items`` does not say what."""
    listed = names_several(told) and "items" not in schema
    if listed and validator.is_type(instance, "array"):
        for index, item in enumerate(instance):
            yield from validator.descend(item, {"type": "string"}, path=index)
