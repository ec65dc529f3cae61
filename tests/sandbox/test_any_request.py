"""Any request gets an answer, and only answers that are documented."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen.sandbox.faults.fault_rule import FAULTS
from runcomfy_codegen.sandbox.http_messages import ApiRequest
from support.examples import examples

from .conftest import INPUTS, SECRET, caller_with

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_WORD = st.sampled_from(
    [
        "v1",
        "models",
        "requests",
        "status",
        "result",
        "cancel",
        "outputs",
        "sandbox",
        "jobs",
        "journal",
        "ledger",
        "reset",
        "clock",
        "inline",
        "step",
        "0",
        "x",
    ]
) | st.text(max_size=6)
_PATH = st.sampled_from([f"/v1/models/{model_id}" for model_id in INPUTS]) | st.lists(
    _WORD, max_size=6
).map(lambda words: "/" + "/".join(words))
_QUERY = st.text(max_size=20) | st.sampled_from(
    ["limit=1e3", "advance=nan", "account=x&limit=0", "offset=99999999999", "a=%00"]
)
_NAMES = ["prompt", "image_urls", "duration", "num_images", "width×height", "tags"]
_CHANGES = st.dictionaries(
    st.sampled_from(_NAMES) | st.text(max_size=9), _JSON, max_size=4
)
_BODY = (
    st.tuples(st.sampled_from(list(INPUTS.values())), _CHANGES).map(
        lambda parts: json.dumps(parts[0] | parts[1]).encode()
    )
    | _JSON.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=40)
)
_FAULT = st.sampled_from(["", *FAULTS]) | st.text(max_size=12)


@examples(300)
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "", "\u00e4"]),
    path=_PATH,
    query=_QUERY,
    body=_BODY,
    fault=_FAULT,
    host=st.sampled_from(["localhost", "127.0.0.1:1", "[", "evil.test", ""]),
    validation=st.sampled_from(["reject", "warn", "off"]),
)
def test_no_request_is_too_odd_to_be_answered(
    method: str,
    path: str,
    query: str,
    body: bytes,
    fault: str,
    host: str,
    **options: Any,
) -> None:
    caller = caller_with(workers=1, balance=1.0, **options)
    caller.submit()
    headers = {
        "host": host,
        "authorization": "Bearer one",
        "content-type": "application/json",
        "x-sandbox-secret": SECRET,
        "x-sandbox-fault": fault,
    }
    request = ApiRequest(
        method=method, path=path, query=query, headers=tuple(headers.items()), body=body
    )
    for _ in range(2):
        answer = caller.api.handle(request, caller.clock.now())
        caller.clock.advance(5)
        demanded = answer.header("x-sandbox-fault") is not None
        assert answer.status < 500 or demanded, (answer.body, body)
    for word in ("jobs", "ledger", "journal"):
        assert caller.send("GET", f"/sandbox/{word}").status == 200
