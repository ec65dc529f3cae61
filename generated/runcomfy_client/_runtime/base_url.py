"""Base URLs: which can be used, and whether two URLs have the same origin."""

from __future__ import annotations

from urllib.parse import urlsplit

from .errors import BadSetting
from .escaping import quoted


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
        return host.endswith(".localhost") or ("." not in host and host[:1].isalpha())


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
