"""What fetching media may do, and what it may cost."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import cast

from ...errors import BadSetting
from ...quotation import quoted
from .authority import parse_authority


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """Limits of one fetch. Raises ``BadSetting`` for an entry of ``private`` that is none.

    ``private`` names the only origins that may be reached at a private address, at any port,
    and over plain http: a local sandbox, a store in one's own network. Each is ``host:port``
    as a URL writes it, ``[::1]:8000`` among them; there are no patterns.
    ``first`` and ``block`` are bytes a request asks for; after ``patience`` requests the
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
    seconds: float = 10.0
    connect_seconds: float = 3.0

    def __post_init__(self) -> None:
        if self.private:
            known = frozenset(map(_origin, _listed(self.private)))
            object.__setattr__(self, "private", known)

    def trusts(self, host: str, port: int) -> bool:
        """Whether an origin may be at a private address."""
        return bool(self.private) and _joined(host, port) in self.private


def _listed(given: object) -> AbstractSet[str]:
    if isinstance(given, (set, frozenset)):
        return cast("AbstractSet[str]", given)
    raise BadSetting(f"private is a set of host:port, not {given!r:.80}")


def _origin(text: str) -> str:
    """``host:port`` in the one spelling that URLs are compared by."""
    try:
        return _joined(*parse_authority(text))
    except (TypeError, ValueError) as error:
        raise BadSetting(
            f"the private host {quoted(text)} cannot be used: {error}; write host:port"
        ) from None


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


DEFAULT_POLICY = FetchPolicy()
