"""URLs of media, read once and strictly: what is dialled is what was checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

from ...quotation import printable
from ..errors import MediaError
from ..fault import MediaFault
from .policy import FetchPolicy

_LONGEST = 8192
_PORTS = {"https": 443, "http": 80}
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]")
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)"
)
_AUTHORITY = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)")
_KEPT = "/?:@!$&'()*+,;=%~[]|^`{}\"<>"


@dataclass(frozen=True, slots=True)
class Target:
    """One URL, in parts that need no further reading. ``path`` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What belongs into the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL again."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def shown(self) -> str:
        """The URL for messages: a query may hold a signature, and is left out."""
        path, mark, _ = self.path.partition("?")
        return printable(
            f"{self.scheme}://{self.authority}{path}{'?…' if mark else ''}", 200
        )

    def follow(self, location: str, policy: FetchPolicy) -> Target:
        """Where a redirect leads. Raises ``MediaError`` if that is not allowed."""
        if _FORBIDDEN.search(location):
            raise _refused("the redirect's address contains characters that no URL has")
        target = parse_target(urljoin(self.url, location), policy)
        if self.scheme == "https" and target.scheme != "https":
            raise _refused(f"{self.shown} redirects from https to plain http")
        return target


def parse_target(url: str, policy: FetchPolicy) -> Target:
    """Read a URL. Raises ``MediaError`` for whatever is not plainly one that may be fetched."""
    if len(url) > _LONGEST:
        raise _refused(f"a URL of {len(url)} characters is too long")
    match = _URL.match(url)
    if match is None:
        raise _refused(
            "a string must be an https: or data: URL (for a local file, pass a pathlib.Path)"
        )
    if _FORBIDDEN.search(url):
        raise _refused("the URL contains a space, a backslash or a control character")
    scheme = match["scheme"].lower()
    if scheme not in _PORTS:
        raise _refused(
            f"URLs of media begin with https:, not with {printable(scheme, 20)}:"
        )
    host, port = _parse_authority(match["authority"], _PORTS[scheme])
    if not policy.trusts(host, port):
        _check_origin(scheme, port, policy)
    rest = quote(match["rest"], safe=_KEPT)
    return Target(scheme, host, port, rest if rest.startswith("/") else "/" + rest)


def _check_origin(scheme: str, port: int, policy: FetchPolicy) -> None:
    if scheme != "https" and not policy.allow_http:
        raise _refused("URLs of media begin with https:, not with http:")
    allowed = policy.ports | {80} if policy.allow_http else policy.ports
    if port not in allowed:
        raise _refused(f"port {port} is not one that media are fetched from")


def _parse_authority(authority: str, default: int) -> tuple[str, int]:
    if "@" in authority:
        raise _refused("the URL contains a user name or password")
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise _refused(
            f"the URL's host is not plainly one: {printable(authority, 60)!r}"
        )
    port = int(match["port"]) if match["port"] else default
    if not 1 <= port <= 65535:
        raise _refused(f"there is no port {port}")
    return (_v6(match["v6"]) if match["v6"] else _name(match["name"])), port


def _v6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except AddressValueError:
        raise _refused(f"[{text}] is no IPv6 address") from None


def _name(text: str) -> str:
    """A name in lower case. One that ends in a number must be an IPv4 address in four parts."""
    if ".." in text or len(text) > 253:
        raise _refused("the URL's host is not plainly one")
    if _NUMERIC.fullmatch(text):
        try:
            return str(IPv4Address(text))
        except AddressValueError:
            raise _refused(f"{printable(text, 60)} is an address in disguise") from None
    return text.lower()


def _refused(message: str) -> MediaError:
    return MediaError(message, MediaFault.REFUSED)
