"""A document that lies in a folder of schemas, brought in again as a source.

Its shape is that of the folder: the published pieces, their ``locale``, and the
``provenance`` that they came with. A catalog entry has neither of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..ir.diagnostic import Diagnostic
from ..ir.document import Document, Provenance
from ..ir.json_text import JsonText, JsonValue, members
from .embedded_json import Member, child_pointer, excerpt
from .locale import canonical_locale
from .origin import Origin, SourceItem, public_name

STORED_TEXTS = ("title", "description", "curl")
"""The members that are texts."""


def is_stored(parts: Mapping[str, Member]) -> bool:
    """Whether an object is a stored document, seen from its members."""
    origin = parts.get("provenance")
    return (
        "locale" in parts and origin is not None and origin.value.text.startswith("{")
    )


def stored_document(
    parts: Mapping[str, Member], texts: Mapping[str, str], origin: Origin, pointer: str
) -> SourceItem:
    """The document as it was stored, in the locale that was asked for, if one was.

    ``texts`` are those of its members that can be read, and the ``model_id``.
    """
    locale = origin.locale or _locale(parts["locale"])
    if locale is None:
        return _no_locale(parts["locale"], texts["model_id"], origin, pointer)
    return Document(
        model_id=texts["model_id"],
        locale=locale,
        title=texts.get("title", ""),
        description=texts.get("description", ""),
        curl=texts.get("curl", ""),
        input_schema=parts["input_schema"].value,
        output_schema=_piece(parts, "output_schema"),
        example=_piece(parts, "example"),
        facts=_piece(parts, "facts"),
        provenance=_provenance(members(parts["provenance"].value.value()), origin),
    )


def _locale(part: Member) -> str | None:
    value = part.value.value()
    return canonical_locale(value) if isinstance(value, str) else None


def _piece(parts: Mapping[str, Member], name: str) -> JsonText | None:
    part = parts.get(name)
    return None if part is None or part.value.text == "null" else part.value


def _provenance(told: dict[str, JsonValue], origin: Origin) -> Provenance:
    """Where the document came from at first. It may have been edited: no folder is kept."""
    source = replace(origin, name=public_name(_text(told, "source"))).source
    return Provenance(
        source=source,
        form=_text(told, "form"),
        retrieved=_text(told, "retrieved"),
        sha256=_text(told, "sha256"),
    )


def _text(told: dict[str, JsonValue], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _no_locale(part: Member, model: str, origin: Origin, pointer: str) -> Diagnostic:
    return origin.finding(
        "invalid-locale",
        f"{excerpt(part.value.text)} is not a locale",
        model=model,
        pointer=child_pointer(pointer, "locale"),
        place=part.value.start,
        hint="write it as en, ru or zh-CN",
    )
