"""What may be fetched, and what it may cost: limits, private hosts, and URLs read strictly."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import cast
from urllib.parse import quote, urljoin

from ...errors import BadSetting
from ...escaping import printable, quoted
from ...retry_and_timeouts import MEDIA_CONNECT_TIMEOUT, MEDIA_TIMEOUT
from ..errors import MediaError, MediaFault


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """Limits of one fetch. Raises ``BadSetting`` for an invalid entry of ``private``.

    ``private`` names the only origins that may be reached at a private address, at any port,
    and over plain http: a local sandbox, or a store in your own network. Each is ``host:port``
    as in a URL, for example ``[::1]:8000``; there are no patterns.
    ``first`` and ``block`` are the bytes that a request asks for; after ``patience`` requests the
    blocks get 16 times as long. ``seconds`` bounds the whole fetch, redirects included.
    """

    private: AbstractSet[str] = frozenset()
    allow_http: bool = False
    ports: frozenset[int] = frozenset({443})
    redirects: int = 3
    requests: int = 12
    patience: int = 8
    bytes: int = 4 << 20
    first: int = 16 << 10
    block: int = 16 << 10
    steps: int = 5_000
    seconds: float = MEDIA_TIMEOUT
    connect_seconds: float = MEDIA_CONNECT_TIMEOUT

    def __post_init__(self) -> None:
        if self.private:
            known = frozenset(map(_normalized_origin, _checked_set(self.private)))
            object.__setattr__(self, "private", known)

    def trusts(self, host: str, port: int) -> bool:
        """Whether an origin may be at a private address."""
        return bool(self.private) and _host_port(host, port) in self.private


def _checked_set(given: object) -> AbstractSet[str]:
    if isinstance(given, (set, frozenset)):
        return cast("AbstractSet[str]", given)
    raise BadSetting(f"private is a set of host:port, not {given!r:.80}")


def _normalized_origin(text: str) -> str:
    """``host:port`` in the normal form that URLs are compared in."""
    try:
        return _host_port(*parse_authority(text))
    except (TypeError, ValueError) as error:
        raise BadSetting(
            f"the private host {quoted(text)} cannot be used: {error}; write host:port"
        ) from None


def _host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


DEFAULT_POLICY = FetchPolicy()


# Host and port as in URLs, parsed strictly, so that each host has exactly one spelling.


_AUTHORITY = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)")


def parse_authority(text: str, default: int | None = None) -> tuple[str, int]:
    """The host, in lower case and without brackets, and the port.

    Raises ``ValueError`` with the reason if the text is invalid or ambiguous. Without a
    ``default``, the port is required.
    """
    if "@" in text:
        raise ValueError("the URL contains a user name or password")
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        raise ValueError(f"the URL's host is not plainly one: {printable(text, 60)!r}")
    port = int(match["port"]) if match["port"] else default
    if port is None:
        raise ValueError("the port is missing")
    if not 1 <= port <= 65535:
        raise ValueError(f"the port {port} does not exist")
    return (_v6(match["v6"]) if match["v6"] else _host_name(match["name"])), port


def _v6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except AddressValueError:
        raise ValueError(f"[{text}] is not an IPv6 address") from None


def _host_name(text: str) -> str:
    """A name in lower case. A name that ends in a number must be an IPv4 address in four parts."""
    if ".." in text or len(text) > 253:
        raise ValueError("the URL's host is not plainly one")
    if _NUMERIC.fullmatch(text):
        try:
            return str(IPv4Address(text))
        except AddressValueError:
            raise ValueError(
                f"{printable(text, 60)} is an address in disguise"
            ) from None
    return text.lower()


# URLs of media, parsed once and strictly: the checked URL is the one that is dialled.


_MAX_URL_LENGTH = 8192
_PORTS = {"https": 443, "http": 80}
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)"
)
_SAFE_CHARACTERS = "/?:@!$&'()*+,;=%~[]|^`{}\"<>"


@dataclass(frozen=True, slots=True)
class FetchTarget:
    """One URL, parsed into its parts. ``path`` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL as text."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def shown(self) -> str:
        """The URL for messages, without the query, which may contain a signature."""
        path, mark, _ = self.path.partition("?")
        return printable(
            f"{self.scheme}://{self.authority}{path}{'?…' if mark else ''}", 200
        )

    def follow(self, location: str, policy: FetchPolicy) -> FetchTarget:
        """The target of a redirect. Raises ``MediaError`` if it is not allowed."""
        if _FORBIDDEN.search(location):
            raise _refused("the redirect's address contains characters that no URL has")
        try:
            joined = urljoin(self.url, location)
        except ValueError:  # brackets without an address, characters that NFKC splits
            shown = printable(location.partition("?")[0], 100)
            raise _refused(f"the redirect's address is not a URL: {shown!r}") from None
        target = parse_target(joined, policy)
        if self.scheme == "https" and target.scheme != "https":
            raise _refused(f"{self.shown} redirects from https to plain http")
        return target


def parse_target(url: str, policy: FetchPolicy) -> FetchTarget:
    """Parse a URL. Raises ``MediaError`` if it is invalid, ambiguous or not allowed."""
    if len(url) > _MAX_URL_LENGTH:
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
    try:
        host, port = parse_authority(match["authority"], _PORTS[scheme])
    except ValueError as error:
        raise _refused(str(error)) from None
    if not policy.trusts(host, port):
        _check_origin(scheme, port, policy)
    rest = quote(match["rest"], safe=_SAFE_CHARACTERS)
    return FetchTarget(scheme, host, port, rest if rest.startswith("/") else "/" + rest)


def _check_origin(scheme: str, port: int, policy: FetchPolicy) -> None:
    if scheme != "https" and not policy.allow_http:
        raise _refused("URLs of media begin with https:, not with http:")
    allowed = policy.ports | {80} if policy.allow_http else policy.ports
    if port not in allowed:
        raise _refused(f"port {port} is not one that media are fetched from")


def _refused(message: str) -> MediaError:
    return MediaError(message, MediaFault.REFUSED)
