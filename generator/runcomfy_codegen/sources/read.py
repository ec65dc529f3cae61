"""The entry point: published text in, documents and diagnostics out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..ir.diagnostic import EXHAUSTED, Diagnostic, Position, too_large
from ..ir.document import Document
from ..ir.json_text import JsonText
from .catalog_entries import is_catalog, read_catalog
from .locale import EXAMPLE_LOCALES, canonical_locale
from .origin import Origin, SourceItem, public_name
from .page import read_text_page
from .page_html import is_html, read_html_page

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One form of published source: how it is recognized, and what reads it."""

    recognizes: Callable[[str, Origin], bool]
    read: Callable[[str, Origin], Iterator[SourceItem]]


def _anything(text: str, origin: Origin) -> bool:
    return True


READERS = (
    Reader(recognizes=is_catalog, read=read_catalog),
    Reader(recognizes=is_html, read=read_html_page),
    Reader(recognizes=_anything, read=read_text_page),
)
"""All readers; the first that recognizes a source reads it. For the pages of another
publisher, add a module with these two functions, and a row above the one that fits too."""


@dataclass(frozen=True, slots=True)
class SourceResult:
    """The complete documents of one source, and diagnostics about it."""

    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_documents(
    source: str | bytes, *, name: str, retrieved: str, locale: str | None = None
) -> SourceResult:
    """Read a published API page (text or HTML) or catalog entries (JSON).

    ``name`` is the file name or URL, ``<stdin>`` for standard input; ``retrieved`` an ISO
    date; ``locale`` overrides the language of the page. Problems of the source are
    returned as diagnostics; nothing is raised for them.
    """
    data = (
        source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    )
    origin = Origin(
        name=public_name(name),
        retrieved=retrieved,
        sha256=hashlib.sha256(data).hexdigest(),
        locale=None if locale is None else canonical_locale(locale),
    )
    if locale is not None and origin.locale is None:
        return SourceResult((), (_invalid_locale(origin, locale),))
    text = _decoded(data, origin)
    source_items: list[SourceItem] = []
    try:
        source_items += (
            [text] if isinstance(text, Diagnostic) else _read_text(text, origin)
        )
    except EXHAUSTED as error:
        source_items.append(too_large(error, file=origin.name))
    documents = [item for item in source_items if isinstance(item, Document)]
    diagnostics = [item for item in source_items if isinstance(item, Diagnostic)]
    return SourceResult(_distinct(documents), tuple(diagnostics))


def _read_text(text: str, origin: Origin) -> Iterator[SourceItem]:
    """Read a text with the first reader that recognizes it."""
    if not text.strip():
        yield origin.diagnostic(
            "empty-source",
            "the source is empty",
            place=Position(),
            hint="give an API page, saved as text or HTML, or catalog entries as JSON",
        )
        return
    reader = next(row for row in READERS if row.recognizes(text, origin))
    yield from reader.read(text, origin)


def _decoded(data: bytes, origin: Origin) -> str | Diagnostic:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start
    before = data[:at].decode("utf-8-sig", "replace")
    place = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
    what = (
        "UTF-16"
        if data.startswith(_UTF16)
        else f"byte 0x{data[at]:02x} at this position"
    )
    return origin.diagnostic(
        "not-utf8",
        f"the text is not UTF-8: {what}",
        place=place,
        hint="save it again with the encoding UTF-8",
    )


def _invalid_locale(origin: Origin, locale: str) -> Diagnostic:
    return origin.diagnostic(
        "invalid-locale",
        f"{locale!r} is not a locale",
        place=Position(),
        hint=f"write it as {EXAMPLE_LOCALES}",
    )


def _distinct(documents: list[Document]) -> tuple[Document, ...]:
    """The documents without those that equal an earlier one except for their positions."""
    return tuple(
        {
            _without_positions(document): document for document in reversed(documents)
        }.values()
    )[::-1]


def _without_positions(document: Document) -> Document:
    return replace(
        document,
        input_schema=document.input_schema.without_positions(),
        output_schema=_anywhere(document.output_schema),
        example=_anywhere(document.example),
        facts=_anywhere(document.facts),
    )


def _anywhere(text: JsonText | None) -> JsonText | None:
    return None if text is None else text.without_positions()
