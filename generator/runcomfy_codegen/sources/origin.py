"""Where a source came from, and the diagnostics and provenance that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

from ..ir.diagnostic import Diagnostic, Position, Severity
from ..ir.document import Document, Provenance
from .embedded_json import UnusableValue, excerpt

SourceItem: TypeAlias = Document | Diagnostic
"""What reading a source gives, one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One source: its name (file name or URL), when it was fetched, the hash of its bytes.

    ``locale`` is the one that the caller asked for, already canonical; None to find it out.
    """

    name: str
    retrieved: str
    sha256: str
    locale: str | None = None

    @property
    def is_url(self) -> bool:
        """Whether the name is an address rather than a file."""
        return self.name.lower().startswith(("https://", "http://"))

    @property
    def source(self) -> str:
        """The URL, or the bare file name: folders of somebody's machine are nobody's business."""
        if self.is_url:
            return self.name
        return self.name.replace("\\", "/").rpartition("/")[2]

    def provenance(self, form: str) -> Provenance:
        """The origin as a stored document tells it."""
        return Provenance(
            source=self.source, form=form, retrieved=self.retrieved, sha256=self.sha256
        )

    def finding(
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

    def unusable(self, fault: UnusableValue) -> Diagnostic:
        """The diagnostic of JSON that is well-formed and still cannot be used."""
        return self.finding(
            "unusable-json",
            fault.reason,
            pointer=fault.pointer,
            place=fault.place,
            hint="correct the source; values must be plain JSON (RFC 8259) of reasonable size",
        )

    def invalid_model_id(
        self, given: str, place: Position, pointer: str = ""
    ) -> Diagnostic:
        """The diagnostic of an id that could not stand in a request path."""
        return self.finding(
            "invalid-model-id",
            f"{excerpt(given)} cannot be a model id",
            pointer=pointer,
            place=place,
            hint="an id has two or more parts between slashes, as in vendor/model",
        )


def public_name(name: str) -> str:
    """A URL without user, password, query and fragment, which may hold secrets; else the name.

    The name goes into diagnostics and, with the stored document, into a repository.
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
