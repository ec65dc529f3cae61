"""What a local server must refuse: pages of other sites that reach for it through a browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from .exchange import Request
from .refusal import Refused, assumed

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Host names that mean this machine."""

_READING = frozenset({"GET", "HEAD"})


def admit(request: Request, hosts: frozenset[str]) -> None:
    """Raise ``Refused`` for a foreign ``Host`` (DNS rebinding) or a foreign ``Origin`` (CSRF).

    A request that tells its length in two ways is refused too: what one reader takes for its
    end is not another's (RFC 9112, section 6.3).
    """
    if request.header("transfer-encoding") and request.header("content-length"):
        refused = assumed(
            400, "Transfer-Encoding and Content-Length contradict each other."
        )
        raise Refused(refused.response.having(("connection", "close")))
    host = request.header("host")
    if host is None or _hostname(f"//{host}") not in hosts:
        raise assumed(403, f"This server does not answer to the host {host!r:.80}.")
    origin = request.header("origin")
    if request.method in _READING or origin is None:
        return
    if _hostname(origin) not in hosts:
        raise assumed(403, f"Requests from pages of {origin!r:.80} are refused.")


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
