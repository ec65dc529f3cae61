"""The bytes of a stored file as a document, wherever they come from: a disk, or a revision."""

from __future__ import annotations

from pathlib import PurePosixPath

from ..ir.diagnostic import Diagnostic, Place
from ..ir.document import Document
from ..ir.json_text import NotJson
from . import envelope
from .path import document_path, model_id_of

AGAIN = "import the model again, or take the file from version control"
"""What to do about a file that cannot be read."""


def document_of(path: PurePosixPath, content: bytes) -> Document:
    """The document of a file at ``path`` below the folder of schemas.

    Raises ``NotJson`` if the file is none, or holds a model that belongs elsewhere.
    """
    try:
        document = envelope.read(content.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 at byte {error.start}", Place()) from None
    if document_path(document.model_id, document.locale) != path:
        raise NotJson(
            f"holds {document.model_id!r} in {document.locale!r},"
            f" but lies where {model_id_of(path)!r} belongs",
            document.input_schema.start,
        )
    return document


def unreadable(
    file: str, path: PurePosixPath, message: str, place: Place, hint: str = AGAIN
) -> Diagnostic:
    """What is told about a file that cannot be read."""
    return Diagnostic(
        code="broken-document",
        message=message,
        model=model_id_of(path),
        file=file,
        place=place,
        hint=hint,
    )
