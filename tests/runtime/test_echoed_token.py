"""A server that echoes the token everywhere does not bring it into anything we hand out."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.access import Token
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.observer import Exchanged, Hooks
from runcomfy_runtime.testing import VirtualClock
from runcomfy_runtime.transport import Lost, Reached, Response, redact
from support.scripted_server import (
    HttpRequest,
    Reply,
    ScriptedServer,
    result,
    status,
    submitted,
)

TOKEN = "rc-0123456789/secret+\"x\"<y>'z'="
PLAIN = "rc-0123456789-secret"


def echo(seen: HttpRequest) -> str:
    return seen.headers["authorization"].removeprefix("Bearer ")


def by_numbers(token: str) -> str:
    """A JSON text in which every character stands by its number."""
    return '"' + "".join(f"\\u{ord(letter):04X}" for letter in token) + '"'


Echo = Callable[[HttpRequest], Reply]
ECHOES: dict[str, Echo] = {
    "in a text": lambda seen: Reply(f"who is {echo(seen)}?".encode(), 400),
    "in JSON": lambda seen: Reply({"error": f"who is {echo(seen)}?"}, 400),
    "in JSON by numbers": lambda seen: Reply(
        b'{"error": %s}' % by_numbers(echo(seen)).encode(), 400
    ),
    "in JSON with slashes escaped": lambda seen: Reply(
        json.dumps({"error": echo(seen)}).replace("/", "\\/").encode(), 400
    ),
    "in both ways at once": lambda seen: Reply(
        b'{"error": %s, "message": %s}'
        % (json.dumps(echo(seen)).encode(), by_numbers(echo(seen)).encode()),
        400,
    ),
    "as a code": lambda seen: Reply({"error_code": echo(seen), "error": "x"}, 400),
    "in a page": lambda seen: Reply(f"<b>{echo(seen)}</b>".encode(), 503),
    "in half a page": lambda seen: Reply(
        b"who is " + echo(seen).encode() * 2, 400, fault="half"
    ),
    "cut in the middle": lambda seen: Reply(
        b"x" * (len(TOKEN) * 2) + echo(seen).encode() * 3, 400, fault="half"
    ),
    "where it redirects to": lambda seen: Reply(
        b"", 302, {"Location": f"/login?token={echo(seen)}"}
    ),
    "as the job": lambda seen: Reply({"request_id": echo(seen), "status": "failed"}),
    "in a header": lambda seen: Reply(b"", 400, {"X-Echo": echo(seen)}),
    "as the place of the job": lambda seen: Reply(
        b"", 201, {"Location": f"/v1/requests/{echo(seen)}/status"}
    ),
    "in a header that is none": lambda seen: Reply(b"", 200, {f"X {echo(seen)}": "1"}),
    "in the status line": lambda seen: Reply(b"", f"2oo {echo(seen)}"),  # type: ignore[arg-type]
    "in a length that is none": lambda seen: Reply(
        b"", 200, {"Content-Length": echo(seen)}
    ),
    "as the status of the job": lambda seen: Reply(
        {"request_id": "r", "status": echo(seen), "error": {"detail": echo(seen)}}
    ),
    "as the cause of a failure": lambda seen: Reply(
        {"request_id": "r", "status": "failed", "error": {"detail": [echo(seen)]}}
    ),
}


def told(error: BaseException) -> Iterator[str]:
    """Everything that an error shows, and everything that it carries."""
    yield from traceback.format_exception(error)
    yield repr(error)
    yield repr(vars(error))
    yield repr(pickle.loads(pickle.dumps(error)))


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("token", [PLAIN, TOKEN], ids=["plain", "odd"])
@pytest.mark.parametrize("kind", ["submit", "status", "result"])
@pytest.mark.parametrize("answer", ECHOES.values(), ids=ECHOES)
def test_an_echoed_token_is_nowhere(
    server: ScriptedServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    answer: Echo,
    kind: str,
    token: str,
    asynchronous: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[Any] = []
    journal = tmp_path / "journal"
    settings: dict[str, Any] = {
        "token": token,
        "base_url": server.url,
        "clock": VirtualClock(),
        "hooks": Hooks(seen.append, seen.append),
        "journal": journal,
    }
    server.on("submit", submitted("r"))
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    server.on(kind, answer)

    async def run_async() -> Any:
        async with AsyncRunComfy(**settings) as client:
            outcome = await client.run("vendor/model", {}, timeout=60)
            return outcome.raw

    def run() -> Any:
        if asynchronous:
            return asyncio.run(run_async())
        with RunComfy(**settings) as client:
            return client.run("vendor/model", {}, timeout=60).raw

    try:
        shown = [repr(run())]
    except errors.RunComfyError as error:
        shown = list(told(error))
    shown += [repr(seen), caplog.text]
    shown += [path.read_text("latin-1") for path in tmp_path.iterdir()]
    assert any(isinstance(record, Exchanged) for record in seen)
    assert "receive_response_headers" in caplog.text
    for spelling in (token, json.dumps(token)[1:-1], repr(token)[1:-1], token[:14]):
        assert not any(spelling in text for text in shown)


def test_what_holds_no_token_is_passed_on_as_it_is() -> None:
    answer = Response(200, {"etag": '"a"'}, b'{"a": "\\u0041\\/\\\\u0041"}')
    assert redact(answer, Token(PLAIN)) is answer


@pytest.mark.parametrize("length", range(8, len(PLAIN)))
def test_a_beginning_of_the_token_at_the_end_of_what_broke_off_is_cut(
    length: int,
) -> None:
    lost = Lost(
        Reached.ANSWER_BEGAN, "x", 400, {}, b"who is " + PLAIN[:length].encode()
    )
    assert redact(lost, Token(PLAIN)).body == b"who is [token]"


def test_escaped_backslashes_are_no_escapes() -> None:
    body = rb'{"a": "\\u0072c-0123456789-secret", "b": "rc-0123456789-secret"}'
    clean = redact(Response(200, {}, body), Token(PLAIN))
    assert json.loads(clean.body) == {
        "a": "\\u0072c-0123456789-secret",
        "b": "[token]",
    }


def test_a_url_in_which_the_token_stood_is_not_asked(server: ScriptedServer) -> None:
    def answer(seen: HttpRequest) -> Reply:
        place = f"{server.url}/v1/requests/r/status?token={echo(seen)}"
        return submitted("r", status_url=place)

    server.on("submit", answer)
    server.on("status", status("completed"))
    server.on("result", result({"image": "x"}))
    with RunComfy(token=PLAIN, base_url=server.url) as client:
        client.run("vendor/model", {})
    assert [seen.path for seen in server.seen][1] == "/v1/requests/r/status"


@pytest.mark.parametrize("place", ["http://[", "http://[token]/x", "http://a:b/"])
def test_an_accepted_job_is_not_lost_over_a_url_that_is_none(
    server: ScriptedServer, place: str
) -> None:
    server.on("submit", submitted("r", status_url=place))
    with RunComfy(token=PLAIN, base_url=server.url) as client:
        assert client.submit("vendor/model", {}).request_id == "r"
