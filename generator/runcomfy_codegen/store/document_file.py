"""The file of one document: where it is stored, and a JSON object around the published text.

Model ids contain dots, spaces and both cases (``4K`` next to ``4k``). File systems fold
case, drop trailing dots and reserve device names. Whatever a file system may change is
percent-encoded in lower case, so that two ids never get the same path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from functools import lru_cache
from pathlib import PurePosixPath

from ..ir.diagnostic import Diagnostic, Position
from ..ir.document import Document, Provenance
from ..ir.json_text import JsonText, JsonValue, NotJson, members

# Characters that every file system keeps. Upper case is encoded because some fold it.
_PLAIN = re.compile(r"[a-z0-9_\-]|(?<!^)\.(?!$)")
# Names that Windows gives to devices, with any ending
# (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_ENCODED = re.compile(r"((?:%[0-9a-f]{2})+)")
_DOCUMENT = ".json"


def document_path(model_id: str, locale: str) -> PurePosixPath:
    """The path of a document below the folder of schemas."""
    return PurePosixPath(*map(_encode, model_id.split("/"))) / f"{locale}{_DOCUMENT}"


def model_id_of(path: PurePosixPath) -> str:
    """The model id of a document's path: the inverse of ``document_path``."""
    return model_id_of_folders(path.parent.parts)


def model_id_of_folders(folders: Iterable[str]) -> str:
    """The model id of a document's folders, starting below the folder of schemas."""
    return "/".join(map(_decode, folders))


@lru_cache(maxsize=16_384)
def _encode(segment: str) -> str:
    encoded = "".join(
        character if _PLAIN.match(segment, index) else _percent(character)
        for index, character in enumerate(segment)
    )
    if _DEVICE.match(encoded):
        encoded = _percent(encoded[0]) + encoded[1:]
    # A folder with the name of a document would collide with it.
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


# Content: the document as a JSON object.
#
# The published parts are inserted verbatim; only the object around them is ours. Reading
# returns the same parts, with their positions in the file.


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


_OPTIONAL = ("output_schema", "example", "facts")


def parse_document(text: str) -> Document:
    """The document of a stored file. Raises ``NotJson`` if the file is not one."""
    whole = JsonText(text)
    stored = members(whole.value())
    for name in ("model_id", "locale", "input_schema", "provenance"):
        if name not in stored:
            raise NotJson(
                f"a stored document is an object with the member {name!r}", Position()
            )
    pieces = {name: _piece(whole, name) for name in _OPTIONAL if name in stored}
    return Document(
        model_id=str(stored["model_id"]),
        locale=str(stored["locale"]),
        title=str(stored.get("title", "")),
        description=str(stored.get("description", "")),
        curl=str(stored.get("curl", "")),
        input_schema=_piece(whole, "input_schema"),
        output_schema=pieces.get("output_schema"),
        example=pieces.get("example"),
        facts=pieces.get("facts"),
        provenance=_provenance(members(stored["provenance"])),
    )


def _piece(whole: JsonText, name: str) -> JsonText:
    start, end = whole.span(f"/{name}")
    return JsonText(whole.text[start:end], whole.at(start))


def _provenance(stored: dict[str, JsonValue]) -> Provenance:
    return Provenance(
        source=str(stored.get("source", "")),
        form=str(stored.get("form", "")),
        retrieved=str(stored.get("retrieved", "")),
        sha256=str(stored.get("sha256", "")),
    )


# Reading: the bytes of a stored file, from a disk or a git revision, as a document.


IMPORT_AGAIN = "import the model again, or take the file from version control"
"""The hint about a file that cannot be read."""


def parse_document_file(path: PurePosixPath, content: bytes) -> Document:
    """The document of a file at ``path`` below the folder of schemas.

    Raises ``NotJson`` if the file is not a document, or has a model that belongs elsewhere.
    """
    try:
        document = parse_document(content.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 at byte {error.start}", Position()) from None
    if document_path(document.model_id, document.locale) != path:
        raise NotJson(
            f"holds {document.model_id!r} in {document.locale!r},"
            f" but is stored at the path of {model_id_of(path)!r}",
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
    """The diagnostic about a file that cannot be read."""
    return Diagnostic(
        code="broken-document",
        message=message,
        model=model_id_of(path),
        file=file,
        place=place,
        hint=hint,
    )
