"""Transport faults: the API has acted, and its answer is lost, late or damaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..http_messages import JSON_TYPE, ApiResponse, Delivery
from ..routes import Action
from . import ANY, API, FILE, SUBMIT, ChangeResponse, Fault, FaultContext

_HUGE = 32 * 1024 * 1024  # bytes


def _broken(name: str, description: str, on: frozenset[Action], how: Delivery) -> Fault:
    """The connection breaks before or within the answer."""
    return _fault(
        name, description, on, lambda _, response: replace(response, delivery=how)
    )


def _late(name: str, description: str, how: Delivery, default: float) -> Fault:
    """The answer takes ``seconds``, an option of the rule."""

    def delay(context: FaultContext, response: ApiResponse) -> ApiResponse:
        seconds = context.seconds(default)
        return replace(response, delivery=how, seconds=seconds)

    return _fault(name, description, API, delay)


def _damaged(name: str, description: str, damage: Callable[[bytes], bytes]) -> Fault:
    """The JSON of the answer is changed; the request log keeps what the API meant."""

    def change(_: FaultContext, response: ApiResponse) -> ApiResponse:
        if response.header("content-type") != JSON_TYPE:
            return response
        body = response.body
        return replace(response, body=damage(body), intended_body=body)

    return _fault(name, description, API, change, allowed=API)


def _wrong_type(_: FaultContext, response: ApiResponse) -> ApiResponse:
    return response.having(("content-type", "text/html"))


def _cut(_: FaultContext, response: ApiResponse) -> ApiResponse:
    return replace(response, delivery=Delivery.CUT)


def _fault(
    name: str,
    description: str,
    on: frozenset[Action],
    change: ChangeResponse,
    allowed: frozenset[Action] = ANY,
) -> Fault:
    return Fault(
        name=name,
        description=description,
        on=on,
        allowed=allowed,
        change_response=change,
    )


TRANSPORT_FAULTS = (
    _broken(
        "lost-answer",
        "the request is accepted, its answer is lost",
        SUBMIT,
        Delivery.NEVER,
    ),
    _broken(
        "reset-body",
        "the connection is reset in the middle of the answer",
        API,
        Delivery.RESET,
    ),
    _broken(
        "cut-body", "the connection ends in the middle of the answer", API, Delivery.CUT
    ),
    _fault("cut-file", "an output file ends in the middle", FILE, _cut, allowed=FILE),
    _late(
        "dribble", "the answer comes byte by byte, seconds=N (2)", Delivery.DRIBBLE, 2.0
    ),
    _late("slow", "the answer comes after seconds=N (2)", Delivery.HELD, 2.0),
    _late("hang", "the answer comes after seconds=N (300)", Delivery.HELD, 300.0),
    _damaged(
        "malformed-json",
        "half of the JSON, sent as a complete answer",
        lambda body: body[: len(body) // 2],
    ),
    _damaged("empty-body", "success with an empty body", lambda _: b""),
    _damaged("nan", "a NaN in the JSON", lambda body: body[:-1] + b', "score": NaN}'),
    _damaged(
        "byte-order-mark",
        "the JSON begins with a byte order mark",
        lambda body: b"\xef\xbb\xbf" + body,
    ),
    _damaged(
        "repeated-member",
        "the JSON has the same member twice",
        lambda body: b'{"request_id": "another", ' + body[1:],
    ),
    _damaged(
        "huge-body",
        "the JSON is followed by 32 MiB of blanks",
        lambda body: body + b" " * _HUGE,
    ),
    _fault("wrong-type", "the JSON is called text/html", API, _wrong_type, allowed=API),
)
"""The faults of this file."""
