"""Where a source comes from, and diagnostics and provenance about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

from ..ir.diagnostic import Diagnostic, Position, Severity
from ..ir.document import Document, Provenance
from .embedded_json import UnusableValue, excerpt

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
