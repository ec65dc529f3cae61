"""What must be kept of an accepted job to find it again: small, versioned, without a secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from . import protocol
from .errors import BadJobToken
from .quotation import quoted
from .settings import checked_base_url, origin

_PREFIX = "rcjob"
_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An accepted job. ``model_id`` is empty when only the request id is known."""

    request_id: str
    model_id: str
    base_url: str
    submitted_at: float = 0.0
    """Seconds since 1970, by the clock of the machine that submitted."""
    urls: Mapping[str, str] = field(default_factory=dict[str, str])
    """Where the server wants ``status``, ``result`` and ``cancel`` asked, if not as published."""
    echoes: tuple[str, ...] = ()
    """Digests of the URLs in the input, to tell them from output files."""

    @property
    def status_url(self) -> str:
        """Where to ask for the state."""
        return self.urls.get("status") or self.base_url + protocol.status_path(
            self.request_id
        )

    @property
    def result_url(self) -> str:
        """Where to ask for the outcome."""
        return self.urls.get("result") or self.base_url + protocol.result_path(
            self.request_id
        )

    @property
    def cancel_url(self) -> str:
        """Where to ask for a cancellation."""
        return self.urls.get("cancel") or self.base_url + protocol.cancel_path(
            self.request_id
        )

    def encode(self) -> str:
        """The job as a text that is safe in URLs, file names and databases."""
        facts = {
            "id": self.request_id,
            "model": self.model_id,
            "server": self.base_url,
            "at": self.submitted_at,
            **({"urls": dict(self.urls)} if self.urls else {}),
            **({"echoes": list(self.echoes)} if self.echoes else {}),
        }
        text = base64.urlsafe_b64encode(
            json.dumps(facts, separators=(",", ":")).encode()
        )
        return f"{_PREFIX}{_VERSION}.{text.decode().rstrip('=')}"


def accepted(
    answer: Mapping[str, Any],
    *,
    model_id: str,
    base_url: str,
    at: float,
    echoes: tuple[str, ...],
) -> Ticket | None:
    """The ticket for an answer to a submit; None if the answer has no request id."""
    request_id = answer.get("request_id")
    if not isinstance(request_id, str) or not protocol.valid_request_id(request_id):
        return None
    plain = Ticket(
        request_id=request_id,
        model_id=model_id,
        base_url=base_url,
        submitted_at=at,
        echoes=echoes,
    )
    urls = dict(_other_urls(answer, plain))
    if not urls:
        return plain
    return Ticket(
        request_id=request_id,
        model_id=model_id,
        base_url=base_url,
        submitted_at=at,
        urls=urls,
        echoes=echoes,
    )


def _other_urls(answer: Mapping[str, Any], plain: Ticket) -> Iterator[tuple[str, str]]:
    """The URLs that the server names, where they are on the same server and not as published."""
    for kind in ("status", "result", "cancel"):
        url = answer.get(f"{kind}_url")
        if not isinstance(url, str) or url == getattr(plain, f"{kind}_url"):
            continue
        if _usable(url, plain.base_url):
            yield kind, url


def _usable(url: str, base_url: str) -> bool:
    """Whether the token may be sent there: the same server, and a URL with nothing odd in it."""
    return (
        len(url) <= 2000
        and url.isascii()
        and url.isprintable()
        and not any(mark in url for mark in " @\\#")
        and origin(url) == origin(base_url)
    )


def decode(text: str, *, base_url: str, model_id: str = "") -> Ticket:
    """The ticket for a job token or a bare request id, checked against server and model.

    Raises ``BadJobToken``: damaged, of another version, of another server, of another model,
    or no request id at all. Nothing is sent.
    """
    if protocol.valid_request_id(text):
        return Ticket(request_id=text, model_id=model_id, base_url=base_url)
    # A token out of a file ends in a line end, if a shell has written it.
    head, dot, body = text.strip().partition(".")
    if not dot or not head.startswith(_PREFIX):
        raise BadJobToken(
            f"{quoted(text)} is neither a job token nor a request id (letters, digits, - and _)"
        )
    if head != _PREFIX + _VERSION:
        raise BadJobToken(
            f"this job token is of version {quoted(head.removeprefix(_PREFIX), 12)}, and this "
            f"client reads version {_VERSION}: take the request id, or another client"
        )
    return _checked(_facts(body), base_url, model_id)


def _facts(body: str) -> Mapping[str, Any]:
    try:
        facts = json.loads(
            base64.urlsafe_b64decode(body.encode() + b"=" * (-len(body) % 4))
        )
    except (ValueError, RecursionError):
        raise BadJobToken("the job token is damaged: was it copied whole?") from None
    return cast(Mapping[str, Any], facts) if isinstance(facts, dict) else {}


def _checked(facts: Mapping[str, Any], base_url: str, model_id: str) -> Ticket:
    request_id, model, server = (
        str(facts.get(key, "")) for key in ("id", "model", "server")
    )
    if not protocol.valid_request_id(request_id):
        raise BadJobToken("the job token is damaged: it holds no request id")
    if origin(checked_base_url(server or base_url)) != origin(base_url):
        raise BadJobToken(
            f"the job is on {quoted(server)}, and this client speaks to {quoted(base_url)}"
        )
    if model_id and model and model != model_id:
        raise BadJobToken(f"the job runs {quoted(model)}, not {quoted(model_id)}")
    at, urls, echoes = facts.get("at"), facts.get("urls"), facts.get("echoes")
    named = cast(dict[str, object], urls) if isinstance(urls, dict) else {}
    return Ticket(
        request_id=request_id,
        model_id=model or model_id,
        base_url=base_url,
        submitted_at=float(at) if isinstance(at, (int, float)) else 0.0,
        urls=dict(_kept_urls(named, base_url)),
        echoes=(
            tuple(map(str, cast(list[object], echoes)))
            if isinstance(echoes, list)
            else ()
        ),
    )


def _kept_urls(named: Mapping[str, object], base_url: str) -> Iterator[tuple[str, str]]:
    for kind, url in named.items():
        if isinstance(url, str) and _usable(url, base_url):
            yield kind, url
