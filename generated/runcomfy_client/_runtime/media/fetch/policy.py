"""What fetching media may do, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """Limits of one fetch.

    ``private`` names the only origins (``host:port``) that may be reached at a private
    address, at any port, and over plain http: a local sandbox, a store in one's own network.
    ``first`` and ``block`` are bytes a request asks for; after ``patience`` requests the
    blocks get 16 times as long. ``seconds`` bounds the whole fetch, redirects included.
    """

    private: frozenset[str] = frozenset()
    allow_http: bool = False
    ports: frozenset[int] = frozenset({443})
    redirects: int = 3
    requests: int = 12
    patience: int = 8
    bytes: int = 4 << 20
    first: int = 16 << 10
    block: int = 16 << 10
    steps: int = 5_000
    seconds: float = 10.0
    connect_seconds: float = 3.0

    def trusts(self, host: str, port: int) -> bool:
        """Whether an origin may be at a private address."""
        return bool(self.private) and f"{host}:{port}" in self.private


DEFAULT_POLICY = FetchPolicy()
