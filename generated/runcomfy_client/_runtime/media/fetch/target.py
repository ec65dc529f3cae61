"""URLs of media, read once and strictly: what is dialled is what was checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin

from ...quotation import printable
from ..errors import MediaError
from ..fault import MediaFault
from .authority import parse_authority
from .policy import FetchPolicy

_LONGEST = 8192
_PORTS = {"https": 443, "http": 80}
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)"
)
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
        try:
            joined = urljoin(self.url, location)
        except ValueError:  # brackets that hold no address, characters that NFKC splits
            shown = printable(location.partition("?")[0], 100)
            raise _refused(f"the redirect's address is no URL: {shown!r}") from None
        target = parse_target(joined, policy)
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
    try:
        host, port = parse_authority(match["authority"], _PORTS[scheme])
    except ValueError as error:
        raise _refused(str(error)) from None
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


def _refused(message: str) -> MediaError:
    return MediaError(message, MediaFault.REFUSED)
