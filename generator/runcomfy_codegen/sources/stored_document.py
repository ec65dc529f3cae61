"""A stored document of a folder of schemas, imported again as a source.

It has the published parts, their ``locale`` and their ``provenance``. A catalog entry has
neither of the last two.
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
"""The members that are plain texts."""


def is_stored(parts: Mapping[str, Member]) -> bool:
    """Whether the members are those of a stored document."""
    origin = parts.get("provenance")
    return (
        "locale" in parts and origin is not None and origin.value.text.startswith("{")
    )


def stored_document(
    parts: Mapping[str, Member], texts: Mapping[str, str], origin: Origin, pointer: str
) -> SourceItem:
    """The document as it was stored, in the locale that the caller chose, if any.

    ``texts`` are the ``model_id`` and those plain texts that can be read.
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


def _provenance(stored: dict[str, JsonValue], origin: Origin) -> Provenance:
    """Where the document came from originally. It may be edited, so local folders are removed."""
    source = replace(origin, name=public_name(_text(stored, "source"))).source
    return Provenance(
        source=source,
        form=_text(stored, "form"),
        retrieved=_text(stored, "retrieved"),
        sha256=_text(stored, "sha256"),
    )


def _text(stored: dict[str, JsonValue], name: str) -> str:
    value = stored.get(name)
    return value if isinstance(value, str) else ""


def _no_locale(part: Member, model: str, origin: Origin, pointer: str) -> Diagnostic:
    return origin.diagnostic(
        "invalid-locale",
        f"{excerpt(part.value.text)} is not a locale",
        model=model,
        pointer=child_pointer(pointer, "locale"),
        place=part.value.start,
        hint="write it as en, ru or zh-CN",
    )
