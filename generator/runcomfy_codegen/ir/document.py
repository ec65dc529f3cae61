"""One published document: a model's schemas in one locale, verbatim, with their origin."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostic import Position
from .json_text import JsonText

DEFAULT_LOCALE = "en"
"""The locale that decides the structure of a model, and its texts unless another is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a document came from.

    ``source`` is an https URL or a bare file name (never a local folder), ``form`` the name
    of its reader (``page-text``, ``page-html``, ``catalog``), ``retrieved`` an ISO date,
    ``sha256`` the hash of the source's bytes.
    """

    source: str
    form: str
    retrieved: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A model in one locale, as published.

    The schemas, the example and the facts are kept as text, so that writing and reading
    them gives the same bytes. ``curl`` is the curl command of the page, ``example`` its
    request body, ``facts`` an object with everything else that the source says about the
    model (kind, categories, price …).
    """

    model_id: str
    locale: str
    title: str = ""
    description: str = ""
    input_schema: JsonText
    output_schema: JsonText | None = None
    curl: str = ""
    example: JsonText | None = None
    facts: JsonText | None = None
    provenance: Provenance

    def place(self, pointer: str) -> Position:
        """The position in the document's file of the value at ``pointer`` (``/input_schema/…``)."""
        for name, text in self.texts():
            if pointer == f"/{name}" or pointer.startswith(f"/{name}/"):
                return text.place(pointer.removeprefix(f"/{name}"))
        return Position()

    def texts(self) -> tuple[tuple[str, JsonText], ...]:
        """The JSON parts of the document, with the names they are stored under."""
        parts = (
            ("input_schema", self.input_schema),
            ("output_schema", self.output_schema),
            ("example", self.example),
            ("facts", self.facts),
        )
        return tuple((name, text) for name, text in parts if text is not None)
