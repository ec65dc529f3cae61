"""One published document: a model's schemas in one locale, word for word, with its origin."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostic import Position
from .json_text import JsonText

DEFAULT_LOCALE = "en"
"""The locale that counts where several do: of structure, and of texts nobody chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a document came from.

    ``source`` is an https URL or a bare file name (never a folder of somebody's machine),
    ``form`` one of ``page-text``, ``page-html``, ``catalog``, ``retrieved`` an ISO date,
    ``sha256`` the hash of the source's bytes.
    """

    source: str
    form: str
    retrieved: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A model in one locale, as published.

    The schemas, the example and the facts are kept as text, so that storing them and
    reading them back gives the same bytes. ``example`` is the request body of the page's
    curl line, ``curl`` that line itself, ``facts`` an object with whatever else the source
    says of the model (kind, categories, price …).
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
        """Where the value at ``pointer`` (``/input_schema/…``) stands in the document's file."""
        for name, text in self.texts():
            if pointer == f"/{name}" or pointer.startswith(f"/{name}/"):
                return text.place(pointer.removeprefix(f"/{name}"))
        return Position()

    def texts(self) -> tuple[tuple[str, JsonText], ...]:
        """The pieces of JSON that the document has, by the name they are stored under."""
        pieces = (
            ("input_schema", self.input_schema),
            ("output_schema", self.output_schema),
            ("example", self.example),
            ("facts", self.facts),
        )
        return tuple((name, text) for name, text in pieces if text is not None)
