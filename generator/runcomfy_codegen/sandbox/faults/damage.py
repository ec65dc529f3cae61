"""Faults of the way back: the API has acted, and its answer is lost, late or spoilt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..exchange import JSON_TYPE, Carriage, Response
from .situation import API, FILE, SUBMIT, After, Fault, Situation

_HUGE = 32 * 1024 * 1024  # bytes
_CARRIAGES = (
    (
        "lost-answer",
        Carriage.NEVER,
        "the request was taken, its answer is lost",
        SUBMIT,
    ),
    (
        "reset-body",
        Carriage.RESET,
        "the connection is reset in the middle of the answer",
        API,
    ),
    ("cut-body", Carriage.CUT, "the connection ends in the middle of the answer", API),
    ("cut-file", Carriage.CUT, "an output file ends in the middle", FILE),
)


def damages() -> Iterator[Fault]:
    """The faults of this file."""
    for name, carriage, says, on in _CARRIAGES:
        yield Fault(name=name, says=says, on=on, after=_carried(carriage))
    yield Fault(
        name="dribble",
        says="the answer comes byte by byte; seconds=N in all",
        on=API,
        after=_timed(Carriage.DRIBBLE, 2.0),
    )
    yield Fault(
        name="hang",
        says="the answer comes after seconds=N (300)",
        on=API,
        after=_timed(Carriage.HELD, 300.0),
    )
    yield Fault(
        name="slow",
        says="the answer comes after seconds=N (2)",
        on=API,
        after=_timed(Carriage.HELD, 2.0),
    )
    spoilt = (
        ("malformed-json", "half of the JSON, as if it were all of it", _halved),
        ("empty-body", "success with an empty body", _emptied),
        ("nan", "a NaN in the JSON", _with_nan),
        ("byte-order-mark", "the JSON begins with a byte order mark", _marked),
        ("repeated-member", "a member stands twice in the JSON", _repeated),
        ("huge-body", "the JSON is followed by 32 MiB of blanks", _inflated),
    )
    yield Fault(
        name="wrong-type", says="the JSON is called text/html", on=API, after=_mistyped
    )
    for name, says, change in spoilt:
        yield Fault(name=name, says=says, on=API, after=_spoiling(change))


def _carried(carriage: Carriage) -> After:
    return lambda _, response: replace(response, carriage=carriage)


def _timed(carriage: Carriage, usual: float) -> After:
    def after(situation: Situation, response: Response) -> Response:
        seconds = float(situation.options.get("seconds", usual))
        return replace(response, carriage=carriage, seconds=seconds)

    return after


def _spoiling(change: Callable[[bytes], bytes]) -> After:
    def after(_: Situation, response: Response) -> Response:
        if response.header("content-type") != JSON_TYPE:
            return response
        return replace(response, body=change(response.body))

    return after


def _halved(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _emptied(_: bytes) -> bytes:
    return b""


def _with_nan(body: bytes) -> bytes:
    return body[:-1] + b', "score": NaN}'


def _marked(body: bytes) -> bytes:
    return b"\xef\xbb\xbf" + body


def _repeated(body: bytes) -> bytes:
    return b'{"request_id": "another", ' + body[1:]


def _inflated(body: bytes) -> bytes:
    return body + b" " * _HUGE


def _mistyped(_: Situation, response: Response) -> Response:
    return response.having(("content-type", "text/html"))
