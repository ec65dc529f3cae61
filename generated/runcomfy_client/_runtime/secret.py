"""The API token, in a class that does not show it."""

from __future__ import annotations

import re
from typing import NoReturn
from urllib.parse import quote

from .errors import BadSetting

REDACTED = "[token]"
"""Replaces the token where a server echoed it."""
_SHORTEST_SECRET = 12
_SHORTEST_PART = 8
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
# In JSON, any character may be written as its number, and a slash behind a backslash.
_JSON_ESCAPE = re.compile(r"\\(?:u00([2-7][0-9a-fA-F])|([/\\]))")


class Token:
    """A secret that prints as ``<token>``, cannot be pickled, and is never compared by text.

    Raises ``BadSetting`` for a text that cannot be an HTTP header.
    """

    __slots__ = ("_bytes", "_forms", "_value")

    def __init__(self, value: str) -> None:
        value = value.strip()
        if value.lower().startswith("bearer "):
            value = value[7:].strip()
        if not value or not all("!" <= character <= "~" for character in value):
            raise BadSetting(
                "the API token contains characters that no token has (spaces, line breaks, or "
                "other than printable ASCII): copy it again from your RunComfy profile"
            )
        self._value = value
        self._forms = _forms(value) if len(value) >= _SHORTEST_SECRET else ()
        self._bytes = tuple(form.encode() for form in self._forms)

    def reveal(self) -> str:
        """The token itself. Only the transport calls this, just before it sends."""
        return self._value

    def redacted(self, body: bytes, *, whole: bool = True) -> bytes:
        """A server's answer with this token replaced, in case the server echoes it.

        The spellings of JSON, URLs, HTML and Python are found too; so is the beginning of the
        token at the end of an answer that broke off. A token that is too short to be a secret
        is not replaced: it may be part of any word.
        """
        for form in self._bytes:  # a loop, because every answer goes through here
            if form in body:
                break
        else:
            if (whole and b"\\" not in body) or not self._forms:
                return body
        text = body.decode("utf-8", "surrogateescape")
        clean = self.redacted_text(text)
        unescaped = _JSON_ESCAPE.sub(_unescaped, clean)
        if self.redacted_text(unescaped) != unescaped:
            clean = self.redacted_text(unescaped)
        if not whole:
            clean = self._cut(clean)
        return body if clean == text else clean.encode("utf-8", "surrogateescape")

    def redacted_text(self, text: str) -> str:
        """The same for a string, without looking for escapes."""
        for form in self._forms:
            text = text.replace(form, REDACTED)
        return text

    def _cut(self, text: str) -> str:
        """Replace the beginning of the token at the end of a text."""
        for form in self._forms:
            for length in range(len(form) - 1, _SHORTEST_PART - 1, -1):
                if text.endswith(form[:length]):
                    return text[:-length] + REDACTED
        return text

    def __repr__(self) -> str:
        return "<token>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not pickled: the other process reads its own")


def _forms(value: str) -> tuple[str, ...]:
    """Every spelling in which a server may echo the token, the longest first."""
    in_json = value.replace("\\", "\\\\").replace('"', '\\"')
    in_html = "".join(_HTML.get(character, character) for character in value)
    quoted = (quote(value, safe=""), quote(value))
    lower = (re.sub("%..", lambda code: code[0].lower(), text) for text in quoted)
    once = _in_python(value)  # twice: a message inside a quoted error
    spellings = {value, in_json, in_html, once, _in_python(once), *quoted, *lower}
    return tuple(sorted(spellings, key=len, reverse=True))


def _in_python(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _unescaped(match: re.Match[str]) -> str:
    """A character of a JSON text in its shortest spelling."""
    character = chr(int(match[1], 16)) if match[1] else match[2]
    return f"\\{character}" if character in '"\\' else character
