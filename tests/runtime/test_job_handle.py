"""Job tokens: what comes out of one is a job of this server, or a clear error."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runcomfy_runtime import errors
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.job_handle import JobHandle, decode_token

BASE = "https://model-api.runcomfy.net"
FACTS: dict[str, Any] = {"id": "r-1", "model": "v/m", "server": BASE, "at": 5.0}


def token(content: object) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return "rcjob1." + base64.urlsafe_b64encode(text).decode().rstrip("=")


def test_a_token_gives_the_job_back() -> None:
    handle = JobHandle(
        request_id="r-1",
        model_id="v/m",
        base_url=BASE,
        submitted_at=5.0,
        urls={"status": f"{BASE}/elsewhere"},
        echoes=("0123456789abcdef",),
    )
    assert decode_token(handle.token(), base_url=BASE) == handle
    assert decode_token(f" {handle.token()}\r\n", base_url=BASE) == handle


ODD: dict[str, object] = {
    "a time that no number holds": {**FACTS, "at": 10**400},
    "a time that never comes": {**FACTS, "at": float("inf")},
    "a time that is none": {**FACTS, "at": float("nan")},
    "a time in words": {**FACTS, "at": "today"},
    "an id with a slash": {**FACTS, "id": "a/b"},
    "an id with a NUL": {**FACTS, "id": "a\0b"},
    "an id with a line end": {**FACTS, "id": "r-1\n"},
    "an id that is a list": {**FACTS, "id": ["r-1"]},
    "no id": {"model": "v/m"},
    "a model with a NUL": {**FACTS, "model": "v/m\0"},
    "a model that climbs": {**FACTS, "model": "../m"},
    "a model that is a number": {**FACTS, "model": 5},
    "an ftp server": {**FACTS, "server": "ftp://model-api.runcomfy.net"},
    "a server with a NUL": {**FACTS, "server": f"{BASE}\0"},
    "a server with a bracket": {**FACTS, "server": "https://["},
    "a server with a user": {**FACTS, "server": "https://u@model-api.runcomfy.net"},
    "a server over plain http": {**FACTS, "server": "http://model-api.runcomfy.net"},
    "a server with another port": {**FACTS, "server": f"{BASE}:8443"},
    "a server that is an object": {**FACTS, "server": {}},
    "a list": [FACTS],
    "a text": "r-1",
    "a number that is too long": b'{"id": ' + b"9" * 5000 + b"}",
    "depth": b"[" * 100_000,
    "no JSON": b"{",
    "no text": b"\xff\xfe\x00",
    "nothing": b"",
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_an_odd_token_is_a_clear_error(content: object) -> None:
    with pytest.raises(errors.BadJobToken) as caught:
        decode_token(token(content), base_url=BASE)
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\0", "\u0663", "a/b", "a\nb", "r-1\n"),
        *("rcjob1.", "rcjob1.####", "rcjob1.e30", "rcjob9.e30"),
        *("rcjob1.\0", "rcjob1.\ud800"),
    ],
)
def test_a_text_that_is_no_token_is_a_clear_error(text: str) -> None:
    with pytest.raises(errors.BadJobToken):
        decode_token(text, base_url=BASE)


@pytest.mark.parametrize("given", [None, 5, b"r-1", ["r-1"], object()])
def test_what_is_no_text_is_a_clear_error(given: Any) -> None:
    with RunComfy(token="rc-secret", base_url=BASE) as client:
        with pytest.raises(errors.BadJobToken, match="is a string, and this is a"):
            client.job(given)


def test_a_token_without_a_server_is_of_the_configured_one() -> None:
    handle = decode_token(token({"id": "r-1"}), base_url=BASE)
    assert handle == JobHandle(request_id="r-1", model_id="", base_url=BASE)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/status",
        "http://model-api.runcomfy.net/status",
        f"{BASE}:8443/status",
        f"{BASE}@evil.example/status",
        f"{BASE}\\@evil.example/status",
        f"{BASE}/a b",
        f"{BASE}/\n",
        "https://[",
        5,
        None,
        ["x"],
    ],
)
def test_a_forged_token_sends_nobody_elsewhere(url: object) -> None:
    forged = {**FACTS, "urls": {"status": url, "result": url, "more": f"{BASE}/more"}}
    assert decode_token(token(forged), base_url=BASE).urls == {}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*FACTS, "urls", "echoes"]), VALUES))
def test_whatever_a_token_holds_it_is_a_job_or_a_clear_error(
    facts: dict[str, Any],
) -> None:
    try:
        handle = decode_token(token({**FACTS, **facts}), base_url=BASE)
    except errors.BadJobToken:
        return
    assert handle.status_url.startswith(f"{BASE}/")
    assert decode_token(handle.token(), base_url=BASE) == handle


@given(st.text())
def test_whatever_text_is_given_it_is_a_job_or_a_clear_error(text: str) -> None:
    try:
        assert decode_token(text, base_url=BASE).request_id == text
    except errors.BadJobToken:
        pass
