"""The file of one document: where it is stored, and a JSON object around the published text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import PurePosixPath

from ..ir.diagnostic import Diagnostic, Position
from ..ir.document import Document, Provenance
from ..ir.json_text import JsonText, JsonValue, NotJson, members

# What every disk keeps as it is. Upper case is encoded, since some disks fold it.
_PLAIN = re.compile(r"[a-z0-9_\-]|(?<!^)\.(?!$)")
# Names that Windows gives to devices, with any ending
# (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_ENCODED = re.compile(r"((?:%[0-9a-f]{2})+)")
_DOCUMENT = ".json"


def document_path(model_id: str, locale: str) -> PurePosixPath:
    """The place of a document below the folder of schemas."""
    return PurePosixPath(*map(_encode, model_id.split("/"))) / f"{locale}{_DOCUMENT}"


def model_id_of(path: PurePosixPath) -> str:
    """The model id that a document's path means: the inverse of ``document_path``."""
    return model_id_of_folders(path.parent.parts)


def model_id_of_folders(folders: Iterable[str]) -> str:
    """The model id that a document's folders mean, from the folder of schemas on."""
    return "/".join(map(_decode, folders))


def _encode(segment: str) -> str:
    encoded = "".join(
        character if _PLAIN.match(segment, index) else _percent(character)
        for index, character in enumerate(segment)
    )
    if _DEVICE.match(encoded):
        encoded = _percent(encoded[0]) + encoded[1:]
    # A folder called like a document would take the document's place.
    if encoded.endswith(_DOCUMENT):
        encoded = encoded[: -len(_DOCUMENT)] + "%2ejson"
    return encoded


def _percent(character: str) -> str:
    return "".join(
        f"%{byte:02x}" for byte in character.encode("utf-8", "surrogatepass")
    )


def _decode(segment: str) -> str:
    if "%" not in segment:
        return segment
    pieces = _ENCODED.split(segment)
    return "".join(
        (
            bytes.fromhex(piece.replace("%", "")).decode("utf-8", "surrogatepass")
            if piece.startswith("%")
            else piece
        )
        for piece in pieces
    )


# The stored form of a document: a JSON object around the published text, untouched.
#
# The published pieces are spliced in as they are, whatever their spelling; only what stands
# around them is ours. Reading gives the same pieces back, with their places in the file.


def document_text(document: Document) -> str:
    """The text of the document's file."""
    members: dict[str, str] = {
        name: json.dumps(value, ensure_ascii=False)
        for name, value in (
            ("model_id", document.model_id),
            ("locale", document.locale),
            ("title", document.title),
            ("description", document.description),
            ("curl", document.curl),
        )
        if value
    }
    members |= {name: text.text for name, text in document.texts()}
    members["provenance"] = json.dumps(
        asdict(document.provenance), ensure_ascii=False, indent=2
    ).replace("\n", "\n  ")
    lines = (f"  {json.dumps(name)}: {text}" for name, text in members.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def parse_document(text: str) -> Document:
    """The document of a stored file. Raises ``NotJson`` if the file is not one."""
    whole = JsonText(text)
    told = members(whole.value())
    for name in ("model_id", "locale", "input_schema", "provenance"):
        if name not in told:
            raise NotJson(
                f"a stored document is an object with the member {name!r}", Position()
            )
    return Document(
        model_id=str(told["model_id"]),
        locale=str(told["locale"]),
        title=str(told.get("title", "")),
        description=str(told.get("description", "")),
        curl=str(told.get("curl", "")),
        input_schema=_piece(whole, "input_schema"),
        output_schema=(
            _piece(whole, "output_schema") if "output_schema" in told else None
        ),
        example=_piece(whole, "example") if "example" in told else None,
        facts=_piece(whole, "facts") if "facts" in told else None,
        provenance=_provenance(members(told["provenance"])),
    )


def _piece(whole: JsonText, name: str) -> JsonText:
    start, end = whole.span(f"/{name}")
    return JsonText(whole.text[start:end], whole.at(start))


def _provenance(told: dict[str, JsonValue]) -> Provenance:
    return Provenance(
        source=str(told.get("source", "")),
        form=str(told.get("form", "")),
        retrieved=str(told.get("retrieved", "")),
        sha256=str(told.get("sha256", "")),
    )


# The bytes of a stored file as a document, wherever they come from: a disk, or a revision.


IMPORT_AGAIN = "import the model again, or take the file from version control"
"""What to do about a file that cannot be read."""


def parse_document_file(path: PurePosixPath, content: bytes) -> Document:
    """The document of a file at ``path`` below the folder of schemas.

    Raises ``NotJson`` if the file is none, or holds a model that belongs elsewhere.
    """
    try:
        document = parse_document(content.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 at byte {error.start}", Position()) from None
    if document_path(document.model_id, document.locale) != path:
        raise NotJson(
            f"holds {document.model_id!r} in {document.locale!r},"
            f" but lies where {model_id_of(path)!r} belongs",
            document.input_schema.start,
        )
    return document


def unreadable_document(
    file: str,
    path: PurePosixPath,
    message: str,
    place: Position,
    hint: str = IMPORT_AGAIN,
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
