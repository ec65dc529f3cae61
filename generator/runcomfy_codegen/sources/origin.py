"""Where a source comes from, and diagnostics and provenance about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

from ..ir.diagnostic import Diagnostic, Position, Severity
from ..ir.document import Document, Provenance
from ..ir.json_text import JsonText, JsonValue, members
from .embedded_json import Member, UnusableValue, child_pointer, excerpt
from .locale import EXAMPLE_LOCALES, canonical_locale

SourceItem: TypeAlias = Document | Diagnostic
"""Reading a source yields these, one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One source: its name (file name or URL), the date of fetching, the hash of its bytes.

    ``locale`` is the canonical locale that the caller chose; None to detect it.
    """

    name: str
    retrieved: str
    sha256: str
    locale: str | None = None

    @property
    def is_url(self) -> bool:
        """Whether the name is a URL rather than a file name."""
        return self.name.lower().startswith(("https://", "http://"))

    @property
    def source(self) -> str:
        """The URL, or the bare file name: local folders are not published."""
        if self.is_url:
            return self.name
        return self.name.replace("\\", "/").rpartition("/")[2]

    def provenance(self, form: str) -> Provenance:
        """The origin as it is stored with a document."""
        return Provenance(
            source=self.source, form=form, retrieved=self.retrieved, sha256=self.sha256
        )

    def diagnostic(
        self,
        code: str,
        message: str,
        *,
        place: Position,
        hint: str,
        severity: Severity = Severity.ERROR,
        model: str = "",
        pointer: str = "",
    ) -> Diagnostic:
        """A diagnostic about this source."""
        return Diagnostic(
            code=code,
            message=message,
            severity=severity,
            model=model,
            file=self.name,
            pointer=pointer,
            place=place,
            hint=hint,
        )

    def unusable(self, unusable: UnusableValue) -> Diagnostic:
        """The diagnostic about JSON that is well-formed but cannot be used."""
        return self.diagnostic(
            "unusable-json",
            unusable.reason,
            pointer=unusable.pointer,
            place=unusable.place,
            hint="correct the source; values must be plain JSON (RFC 8259) of reasonable size",
        )

    def invalid_model_id(
        self, published: str, place: Position, pointer: str = ""
    ) -> Diagnostic:
        """The diagnostic about an id that cannot be part of a request path."""
        return self.diagnostic(
            "invalid-model-id",
            f"{excerpt(published)} cannot be a model id",
            pointer=pointer,
            place=place,
            hint="an id has two or more parts separated by slashes, such as vendor/model",
        )


def public_name(name: str) -> str:
    """A URL without user, password, query and fragment, which may have secrets; or the file name.

    The name gets into diagnostics and, with the stored document, into a repository.
    """
    if not name.lower().startswith(("https://", "http://")):
        return name
    try:
        parts = urlsplit(name)
    except ValueError:
        return name.partition("?")[0].partition("#")[0]
    return urlunsplit(
        (parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")
    )


# A stored document of a folder of schemas, imported again as a source.
#
# It has the published parts, their ``locale`` and their ``provenance``. A catalog entry has
# neither of the last two.


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
        hint=f"write it as {EXAMPLE_LOCALES}",
    )
