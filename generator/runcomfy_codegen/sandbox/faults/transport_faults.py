"""Faults of the way back: the API has acted, and its answer is lost, late or spoilt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..http_messages import JSON_TYPE, ApiResponse, Delivery
from ..routes import Action
from . import API, FILE, SUBMIT, Fault, FaultContext, ResponseChange

_HUGE = 32 * 1024 * 1024  # bytes


def _carried(carriage: Delivery) -> ResponseChange:
    return lambda _, response: replace(response, carriage=carriage)


def _timed(carriage: Delivery, usual: float) -> ResponseChange:
    def after(situation: FaultContext, response: ApiResponse) -> ApiResponse:
        seconds = float(situation.options.get("seconds", usual))
        return replace(response, carriage=carriage, seconds=seconds)

    return after


def _spoiling(change: Callable[[bytes], bytes]) -> ResponseChange:
    def after(_: FaultContext, response: ApiResponse) -> ApiResponse:
        if response.header("content-type") != JSON_TYPE:
            return response
        return replace(response, body=change(response.body), meant=response.body)

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


def _mistyped(_: FaultContext, response: ApiResponse) -> ApiResponse:
    return response.having(("content-type", "text/html"))


def _spoilt(name: str, says: str, change: Callable[[bytes], bytes]) -> Fault:
    return Fault(name=name, says=says, on=API, can=API, after=_spoiling(change))


def _lost(name: str, says: str, on: frozenset[Action], carriage: Delivery) -> Fault:
    return Fault(name=name, says=says, on=on, after=_carried(carriage))


def _late(name: str, says: str, carriage: Delivery, usual: float) -> Fault:
    return Fault(name=name, says=says, on=API, after=_timed(carriage, usual))


TRANSPORT_FAULTS = (
    _lost(
        "lost-answer", "the request is taken, its answer lost", SUBMIT, Delivery.NEVER
    ),
    _lost("reset-body", "the connection is reset amid the answer", API, Delivery.RESET),
    _lost("cut-body", "the connection ends amid the answer", API, Delivery.CUT),
    Fault(
        name="cut-file",
        says="an output file ends in the middle",
        on=FILE,
        can=FILE,
        after=_carried(Delivery.CUT),
    ),
    _late(
        "dribble", "the answer comes byte by byte, seconds=N (2)", Delivery.DRIBBLE, 2.0
    ),
    _late("slow", "the answer comes after seconds=N (2)", Delivery.HELD, 2.0),
    _late("hang", "the answer comes after seconds=N (300)", Delivery.HELD, 300.0),
    _spoilt("malformed-json", "half of the JSON, as if it were all of it", _halved),
    _spoilt("empty-body", "success with an empty body", _emptied),
    _spoilt("nan", "a NaN in the JSON", _with_nan),
    _spoilt("byte-order-mark", "the JSON begins with a byte order mark", _marked),
    _spoilt("repeated-member", "a member stands twice in the JSON", _repeated),
    _spoilt("huge-body", "the JSON is followed by 32 MiB of blanks", _inflated),
    Fault(
        name="wrong-type",
        says="the JSON is called text/html",
        on=API,
        can=API,
        after=_mistyped,
    ),
)
"""The faults of this file."""
