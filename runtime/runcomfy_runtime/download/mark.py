"""The small file beside a part that tells which version of the content it is of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{0,200}"')
_TEXT = re.compile(r'("[\x21\x23-\x7e]{0,200}")(?:\n([0-9]{1,18}))?\n?')


class Version(NamedTuple):
    """What is known of a file's content, so that a rest of it is told from another's."""

    etag: str = ""
    """A strong entity tag: of a weak one, the same tag does not mean the same bytes."""
    total: int | None = None
    """How many bytes the whole has."""

    def checked(self) -> Version:
        """Without a tag that names no exact content (RFC 9110, 8.8.1)."""
        strong = _STRONG_ETAG.fullmatch(self.etag)
        return self if strong else self._replace(etag="")


class Mark:
    """That file. It is there only while there is a tag to keep."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Version:
        """The version that an earlier call noted; an empty one if there is none to trust."""
        try:
            kept = _TEXT.fullmatch(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return Version()
        if kept is None:
            return Version()
        return Version(kept[1], int(kept[2]) if kept[2] else None)

    def write(self, version: Version) -> None:
        """Note a version, or take the note away if it has no tag."""
        self.remove()  # also a symbolic link, which must not be written through
        if version.etag:
            total = "" if version.total is None else f"{version.total}\n"
            with self._path.open("x", encoding="ascii", newline="\n") as file:
                file.write(f"{version.etag}\n{total}")

    def remove(self) -> None:
        """Take the note away."""
        self._path.unlink(missing_ok=True)
