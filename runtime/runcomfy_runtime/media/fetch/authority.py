"""Host and port as URLs write them, read strictly: no name has two spellings behind this."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from ...quotation import printable

_AUTHORITY = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)")


def parse_authority(text: str, default: int | None = None) -> tuple[str, int]:
    """The host, in lower case and without brackets, and the port.

    Raises ``ValueError`` with the reason for whatever is not plainly one; without a
    ``default``, the port must be there.
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
        raise ValueError(f"there is no port {port}")
    return (_v6(match["v6"]) if match["v6"] else _name(match["name"])), port


def _v6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except AddressValueError:
        raise ValueError(f"[{text}] is no IPv6 address") from None


def _name(text: str) -> str:
    """A name in lower case. One that ends in a number must be an IPv4 address in four parts."""
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
