"""The API token, in a wrapping that does not show it."""

from __future__ import annotations

from typing import NoReturn

from .errors import BadSetting

_SHORTEST_SECRET = 12


class Token:
    """A secret that prints as ``<token>``, refuses to be pickled, and is never compared by text.

    Raises ``BadSetting`` for a text that cannot stand in an HTTP header.
    """

    __slots__ = ("_bytes", "_value")

    def __init__(self, value: str) -> None:
        value = value.strip()
        if value.lower().startswith("bearer "):
            value = value[7:].strip()
        if not value or not all("!" <= character <= "~" for character in value):
            raise BadSetting(
                "the API token holds characters that no token has (spaces, line breaks, or "
                "other than printable ASCII): copy it again from your RunComfy profile"
            )
        self._value = value
        self._bytes = value.encode()

    def reveal(self) -> str:
        """The token itself. For the transport, at the last moment, and for nobody else."""
        return self._value

    def redacted(self, body: bytes) -> bytes:
        """A server's answer without this token in it, should the server echo it.

        A token too short to be a secret is left: it may be part of any word.
        """
        if len(self._bytes) < _SHORTEST_SECRET or self._bytes not in body:
            return body
        return body.replace(self._bytes, b"[token]")

    def __repr__(self) -> str:
        return "<token>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not pickled: the other process reads its own")
