"""The identity of an input: the same for inputs that ask for the same, however they are spelled.

A named batch finds its paid jobs by it. So it depends neither on the order of the fields nor on
whether a number is written 3 or 3.0, and a local file counts as its content, not as the place
that it was read from or uploaded to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import cast

from .exact_numbers import number_text

_CHUNK = 1 << 20


def job_identity(members: Mapping[str, object]) -> str:
    """The SHA-256 of an input's members, in wire names and as they were given."""
    from hashlib import sha256  # OpenSSL behind it is slow to import

    text = canonical_json(members).encode("utf-8", "surrogatepass")
    return sha256(text).hexdigest()


def canonical_json(value: object) -> str:
    """JSON text that is the same for equal values: names sorted, numbers by value, no blanks.

    A ``Path`` becomes ``file:`` and the SHA-256 of the file, without quotes: no text is equal
    to it. Raises ``MediaError`` for a file that cannot be read, and for a FIFO or a device.
    """
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float, Decimal)):
        return number_text(value)
    if isinstance(value, Mapping):
        members = sorted(cast(Mapping[str, object], value).items())
        inner = (f"{_quoted(name)}:{canonical_json(item)}" for name, item in members)
        return "{" + ",".join(inner) + "}"
    if isinstance(value, (list, tuple)):
        items = cast(Sequence[object], value)
        return "[" + ",".join(map(canonical_json, items)) + "]"
    if isinstance(value, Path):
        return f"file:{_file_sha256(value)}"
    return _quoted(cast(str, value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _file_sha256(path: Path) -> str:
    from hashlib import sha256

    from .media.prober import FileReader  # not every input has a local file

    digest, size = sha256(), 0
    with closing(FileReader(path)) as file:
        while chunk := file.read(size, _CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest()
