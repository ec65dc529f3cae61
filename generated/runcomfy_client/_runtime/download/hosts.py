"""Which hosts output files may be downloaded from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from ..access import origin
from ..errors import DownloadError
from ..escaping import quoted

OUTPUT_HOSTS = ("runcomfy.net", "runcomfy.com")
"""RunComfy's own hosts, with their subdomains."""


_LABEL = re.compile(r"[a-z0-9_-]+")


def host_names(hosts: str | Iterable[str]) -> tuple[str, ...]:
    """The allowed hosts (one name or several), as they appear in URLs.

    Raises ``DownloadError`` for a value that is not a host name, as it would allow nothing.
    """
    given = (hosts,) if isinstance(hosts, str) else hosts
    if not isinstance(given, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise _not_a_host(given)
    return tuple(map(_host_name, given))


def _host_name(host: str) -> str:
    if not isinstance(host, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise _not_a_host(host)
    try:
        name = host if host.isascii() else host.encode("idna").decode()
        labels = _labels(name)
    except UnicodeError:
        labels = []
    if not labels or not all(map(_LABEL.fullmatch, labels)):
        raise _not_a_host(host)
    return ".".join(labels)


def _not_a_host(given: object) -> DownloadError:
    shown = quoted(given) if isinstance(given, str) else f"{given!r:.40}"
    return DownloadError(
        f"{shown} is not a host name: hosts=[…] takes names like "
        "cdn.example.org, each of which includes its subdomains"
    )


def refusal_reason(url: str, base_url: str, allowed: Iterable[str]) -> str | None:
    """Why a URL may not be fetched, or None if it may.

    Hosts are compared label by label, so that ``evilruncomfy.net`` and
    ``runcomfy.net.evil.com`` do not match RunComfy. The configured server may serve files
    too, over its own scheme and port, as the sandbox does.
    """
    if not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        return "contains characters that are not allowed in URLs"
    try:
        parts = urlsplit(url)
        labels, user = _labels(parts.hostname or ""), parts.username
        _ = parts.port
    except ValueError:
        return "is not a URL"
    if user is not None:
        return "contains a user name"
    if origin(url) == origin(base_url):
        return None
    if parts.scheme != "https" or not all(map(_LABEL.fullmatch, labels)):
        return "is not a plain https URL"
    if not any(_is_subdomain(labels, name) for name in (*OUTPUT_HOSTS, *allowed)):
        return f"is on {parts.hostname}, which is not among the allowed hosts"
    return None


def _labels(host: str) -> list[str]:
    return host.lower().removesuffix(".").split(".")


def _is_subdomain(labels: list[str], name: str) -> bool:
    wanted = name.split(".")
    return labels[-len(wanted) :] == wanted
