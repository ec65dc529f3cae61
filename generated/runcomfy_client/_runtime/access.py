"""Access to the API: the token, in a class that does not show it, and the base URL."""

from __future__ import annotations

import re
from typing import NoReturn
from urllib.parse import quote, urlsplit

from .errors import BadSetting
from .escaping import quoted
from .protocol import DEFAULT_BASE_URL, SERVERLESS_HOSTS

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
        if value.lower() == "bearer":
            raise BadSetting(
                "the API token is empty: there is nothing after the word Bearer"
            )
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


# Base URLs: which can be used, and whether two URLs have the same origin.


def checked_base_url(text: str) -> str:
    """Normalise a base URL: no slash or ``/v1`` at its end. Raises ``BadSetting`` with a reason.

    Plain HTTP is allowed for this machine only, and for names without a dot, like those of
    containers: on any other network it would show the token to everyone who listens.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise _unusable(text, str(error)) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _unusable(text, "it must look like https://host or https://host/path")
    if any(mark in url for mark in "@?#\\") or any(ord(mark) <= 32 for mark in url):
        raise _unusable(
            text, "it must not have a user name, a query, a fragment or a space"
        )
    if parts.hostname in SERVERLESS_HOSTS:
        raise _unusable(
            text,
            "it is of RunComfy's serverless API, and this client is for the Model API: use "
            f"{DEFAULT_BASE_URL}, or leave it out",
        )
    if parts.scheme == "http" and not _is_local(parts.hostname):
        raise _unusable(text, "plain http is only for this machine: use https")
    return url.rstrip("/").removesuffix("/v1").rstrip("/")


def _is_local(host: str) -> bool:
    """Whether a host is this machine, or a bare name, like that of a container."""
    from ipaddress import ip_address  # slow to import, and rarely needed

    try:
        return ip_address(host).is_loopback
    except ValueError:
        # A bare number is an address too when it is connected to: 134744072 is 8.8.8.8.
        # Other characters may be dots in disguise: evil。com is looked up as evil.com.
        local = host.endswith(".localhost") or "." not in host
        return local and host.isascii() and host[:1].isalpha()


def _unusable(text: str, reason: str) -> BadSetting:
    return BadSetting(f"the base URL {quoted(text)} cannot be used: {reason}")


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: equal for two URLs of the same server."""
    try:
        parts = urlsplit(url)
        default = {"http": 80, "https": 443}.get(parts.scheme)
        return parts.scheme, parts.hostname or "", parts.port or default
    except ValueError:  # for example http://[ or a bad port
        return "", "", None
