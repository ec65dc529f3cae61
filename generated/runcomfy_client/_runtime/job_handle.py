"""The handle of an accepted job: what is needed to resume it, and its form as a token."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from . import protocol
from .access import REDACTED, checked_base_url, origin
from .errors import BadJobToken, BadSetting
from .escaping import quoted

_PREFIX = "rcjob"
_VERSION = "1"
_KINDS = ("status", "result", "cancel")


class JobHandle(NamedTuple):
    """An accepted job. ``model_id`` is empty if only the request id is known."""

    request_id: str
    model_id: str
    base_url: str
    submitted_at: float = 0.0
    """Seconds since 1970, by the clock of the machine that submitted."""
    urls: Mapping[str, str] = {}
    """The server's URLs of ``status``, ``result`` and ``cancel``, if not the published ones."""
    echoes: tuple[str, ...] = ()
    """Digests of the URLs in the input, to tell them from output files."""

    @property
    def status_url(self) -> str:
        """The URL to read the state from."""
        return self.urls.get("status") or self.base_url + protocol.status_path(
            self.request_id
        )

    @property
    def result_url(self) -> str:
        """The URL to read the result from."""
        return self.urls.get("result") or self.base_url + protocol.result_path(
            self.request_id
        )

    @property
    def cancel_url(self) -> str:
        """The URL to send a cancel to."""
        return self.urls.get("cancel") or self.base_url + protocol.cancel_path(
            self.request_id
        )

    def token(self) -> str:
        """The job as a token: a text that is safe in URLs, file names and databases."""
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


def handle_from_answer(
    answer: Mapping[str, Any],
    *,
    model_id: str,
    base_url: str,
    at: float,
    echoes: tuple[str, ...],
) -> JobHandle | None:
    """The handle from an answer to a submit; None if the answer has no request id."""
    stated = answer.get("request_id")
    numbered = isinstance(stated, int) and not isinstance(stated, bool)
    request_id = str(stated) if numbered else stated
    if not isinstance(request_id, str) or not protocol.valid_request_id(request_id):
        return None
    plain = JobHandle(request_id, model_id, base_url, at, {}, echoes)
    urls = dict(_other_urls(answer, plain)) if len(answer) > 1 else None
    return plain._replace(urls=urls) if urls else plain


def _other_urls(
    answer: Mapping[str, Any], plain: JobHandle
) -> Iterator[tuple[str, str]]:
    """The URLs in the answer that are on the same server and differ from the published ones."""
    for kind in _KINDS:
        url = answer.get(f"{kind}_url")
        if not isinstance(url, str) or url == getattr(plain, f"{kind}_url"):
            continue
        if _usable(url, plain.base_url):
            yield kind, url


def _usable(url: str, base_url: str) -> bool:
    """Whether the token may be sent to a URL: the same server, and no odd characters."""
    return (
        len(url) <= 2000
        and url.isascii()
        and url.isprintable()
        and not any(mark in url for mark in (*" @\\#", REDACTED))
        and origin(url) == origin(base_url)
    )


def decode_token(text: str, *, base_url: str, model_id: str = "") -> JobHandle:
    """The handle for a job token or a bare request id, checked against server and model.

    Raises ``BadJobToken`` if it is damaged, of another version, server or model, or not a
    request id. Nothing is sent.
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise BadJobToken(
            f"a job token or a request id is a string, and this is a {type(text).__name__}"
        )
    if protocol.valid_request_id(text):
        return JobHandle(request_id=text, model_id=model_id, base_url=base_url)
    # A token in a file that a shell has written ends with a line break.
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
    padded = body.encode("utf-8", "replace") + b"=" * (-len(body) % 4)
    try:
        facts = json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (ValueError, RecursionError):
        raise _damaged("was it copied whole?") from None
    if not isinstance(facts, dict):
        raise _damaged("it contains no job")
    return cast(Mapping[str, Any], facts)


def _damaged(how: str) -> BadJobToken:
    return BadJobToken(f"the job token is damaged: {how}")


def _checked(facts: Mapping[str, Any], base_url: str, model_id: str) -> JobHandle:
    request_id, model, server = (_text(facts, key) for key in ("id", "model", "server"))
    if not protocol.valid_request_id(request_id):
        raise _damaged("it contains no request id")
    if model and not protocol.valid_model_id(model):
        raise _damaged(f"{quoted(model)} is not a model id")
    if server and not _same_server(server, base_url):
        raise BadJobToken(
            f"the job is on {quoted(server)}, and this client uses {quoted(base_url)}"
        )
    if model_id and model and model != model_id:
        raise BadJobToken(f"the job runs {quoted(model)}, not {quoted(model_id)}")
    return JobHandle(
        request_id=request_id,
        model_id=model or model_id,
        base_url=base_url,
        submitted_at=_timestamp(facts.get("at", 0.0)),
        urls=dict(_kept_urls(facts.get("urls", {}), base_url)),
        echoes=_texts(facts.get("echoes", [])),
    )


def _same_server(server: str, base_url: str) -> bool:
    try:
        return origin(checked_base_url(server)) == origin(base_url)
    except BadSetting:
        return False


def _text(facts: Mapping[str, Any], key: str) -> str:
    text = facts.get(key, "")
    if not isinstance(text, str):
        raise _damaged(f"its {key} is not a string")
    return text


def _timestamp(value: object) -> float:
    """Seconds since 1970. Raises ``BadJobToken`` for a number that no clock shows."""
    seconds = value if isinstance(value, (int, float)) else math.nan
    if not abs(seconds) < 1e15:
        raise _damaged("its time of submission is not a number of seconds")
    return float(seconds)


def _texts(value: object) -> tuple[str, ...]:
    items = cast(list[object], value) if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str))


def _kept_urls(value: object, base_url: str) -> Iterator[tuple[str, str]]:
    """The URLs in a token that are on this server: no request is sent to any other."""
    urls = cast(dict[str, object], value) if isinstance(value, dict) else {}
    for kind in _KINDS:
        url = urls.get(kind)
        if isinstance(url, str) and _usable(url, base_url):
            yield kind, url
