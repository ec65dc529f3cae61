"""Where a model's documents lie, and which model a path means. One-to-one on every disk.

Model ids hold dots, spaces and both cases (``4K`` beside ``4k``); disks fold case, drop
trailing dots and reserve device names. What a disk may change is percent-encoded, in lower
case, so that two ids never meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

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
    return model_id_in(path.parent.parts)


def model_id_in(folders: Iterable[str]) -> str:
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
