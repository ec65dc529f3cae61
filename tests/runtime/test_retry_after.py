"""How long a server asks to wait, in every form that RFC 9110 gives it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.responses import retry_after
from runcomfy_runtime.testing import VirtualClock
from support.scripted_server import Reply, ScriptedServer

NOW = datetime(1994, 11, 6, 8, 48, 37, tzinfo=UTC).timestamp()


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata"])
def anywhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("120, 120", 120.0),
        ("5, 60,7", 60.0),
        ("1000000001", 1000000001.0),
        ("9" * 30, 1e18),
        ("9" * 5000, 1e18),
        ("soon", None),
        ("", None),
        (",", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("\u0663", None),
        ("soon, 3", 3.0),
    ],
)
def test_seconds(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 60.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 60.0),
        ("Sun Nov  6 08:49:37 1994", 60.0),
        ("Sun Nov 16 08:48:37 1994", 864000.0),
        ("sun, 06 nov 1994 08:49:37 gmt", 60.0),
        ("Sun, 06 Nov 1994 08:48:60 GMT", 23.0),
        ("Sun, 06 Nov 1994 08:47:37 GMT", 0.0),
        ("Thursday, 01-Jan-70 00:00:00 GMT", 0.0),
        ("Wednesday, 06-Nov-44 08:48:37 GMT", 18263 * 86400.0),
        ("Wednesday, 06-Nov-45 08:48:37 GMT", 0.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT, 5", 60.0),
        ("90, Sun, 06 Nov 1994 08:49:37 GMT", 90.0),
        ("Sun Nov  6 08:49:37 1994, Sun Nov  6 08:50:37 1994", 120.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 253402300799.0 - NOW),
        ("Sun, 06 Foo 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 0000 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT" * 100_000, 60.0),
    ],
    ids=lambda value: str(value)[:50],
)
def test_dates_mean_the_same_in_every_form_and_every_place(
    text: str, seconds: float | None
) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


def test_milliseconds_go_before_seconds() -> None:
    headers = {"retry-after-ms": "250, 1500", "retry-after": "9"}
    assert retry_after(headers, NOW) == 1.5


@pytest.mark.parametrize(
    ("hint", "pause"),
    [("2000000000", 2e9), ("120, 3600", 3600.0), ("9" * 400, 1e18)],
    ids=["long", "two", "longest"],
)
def test_a_pause_that_is_too_long_is_refused_at_once_and_told(
    server: ScriptedServer, hint: str, pause: float
) -> None:
    server.on("submit", Reply(b"", 429, {"Retry-After": hint}))
    clock = VirtualClock()
    with RunComfy(token="rc-secret", base_url=server.url, clock=clock) as client:
        with pytest.raises(errors.RateLimited) as caught:
            client.run("vendor/model", {})
    assert caught.value.retry_after == pause
    assert clock.slept == []
    assert server.kinds == ["submit"]


def test_two_dates_in_two_headers_are_both_heard(server: ScriptedServer) -> None:
    clock = VirtualClock()
    late = formatdate(clock.today() + 7200, usegmt=True)
    reply = Reply(b"", 429, {"Retry-After": late, "retry-after": "1"})
    server.on("submit", reply)
    with RunComfy(token="rc-secret", base_url=server.url, clock=clock) as client:
        with pytest.raises(errors.RateLimited) as caught:
            client.run("vendor/model", {})
    assert caught.value.retry_after == 7200


@pytest.mark.parametrize("ahead", [-600, 0, 600])
def test_a_date_is_measured_by_the_clock_of_the_server(ahead: float) -> None:
    server = NOW - ahead
    headers = {
        "date": formatdate(server, usegmt=True),
        "retry-after": formatdate(server + 60, usegmt=True),
    }
    assert retry_after(headers, NOW) == 60.0


def test_without_a_date_that_can_be_read_the_own_clock_decides() -> None:
    late = formatdate(NOW + 60, usegmt=True)
    assert retry_after({"date": "today", "retry-after": late}, NOW) == 60.0
