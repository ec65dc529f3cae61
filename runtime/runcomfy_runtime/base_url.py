"""Base URLs: which can be used, and whether two URLs are of one server."""

from __future__ import annotations

from urllib.parse import urlsplit

from .errors import BadSetting
from .escaping import quoted


def checked_base_url(text: str) -> str:
    """A base URL without a slash or ``/v1`` at its end. Raises ``BadSetting``, saying why.

    Plain HTTP is for this machine (and for names without a dot, as containers have): over any
    other way it would show the token to everybody on it.
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
            text, "a user name, a query, a fragment or a space has no place in it"
        )
    if parts.scheme == "http" and not _is_local(parts.hostname):
        raise _unusable(text, "plain http is only for this machine: use https")
    return url.rstrip("/").removesuffix("/v1").rstrip("/")


def _is_local(host: str) -> bool:
    """Whether a host is this machine, or a neighbour that a bare name stands for."""
    from ipaddress import ip_address  # rarely needed, and slow to import

    try:
        return ip_address(host).is_loopback
    except ValueError:
        # A bare number is an address too, to whoever connects: 134744072 is 8.8.8.8.
        return host.endswith(".localhost") or ("." not in host and host[:1].isalpha())


def _unusable(text: str, reason: str) -> BadSetting:
    return BadSetting(f"the base URL {quoted(text)} cannot be used: {reason}")


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what two URLs of one server have in common."""
    try:
        parts = urlsplit(url)
        default = {"http": 80, "https": 443}.get(parts.scheme)
        return parts.scheme, parts.hostname or "", parts.port or default
    except ValueError:  # as for http://[ and a port that is none
        return "", "", None
