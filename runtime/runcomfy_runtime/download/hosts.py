"""Which hosts output files may come from."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from ..settings import origin

OUTPUT_HOSTS = ("runcomfy.net", "runcomfy.com")
"""RunComfy's own: these, and every name under them."""


def refused(url: str, base_url: str, allowed: Iterable[str]) -> str | None:
    """Why a URL may not be fetched, or None if it may.

    A host is compared label by label, so that ``evilruncomfy.net`` and
    ``runcomfy.net.evil.com`` are not taken for RunComfy. The configured server itself may
    serve its files too, as the sandbox does, over whatever it is reached by.
    """
    if not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        return "holds characters that no URL has"
    try:
        parts = urlsplit(url)
        host, user = (parts.hostname or "").removesuffix("."), parts.username
        _ = parts.port
    except ValueError:
        return "is no URL"
    if origin(url) == origin(base_url):
        return None
    if parts.scheme != "https" or user is not None or not host:
        return "is no plain https URL"
    if not any(_under(host, name) for name in (*OUTPUT_HOSTS, *allowed)):
        return f"is on {host}, which is not among the allowed hosts"
    return None


def _under(host: str, name: str) -> bool:
    labels = name.lower().strip(".").split(".")
    return host.split(".")[-len(labels) :] == labels
