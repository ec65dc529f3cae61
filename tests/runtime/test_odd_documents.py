"""Whatever a paid job answers is a result, and whatever is not an input is refused unsent."""

from __future__ import annotations

import asyncio
import json
from types import MappingProxyType
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.retry_and_timeouts import ODD_RESULT_READS
from runcomfy_runtime.testing import FakeQueue
from runcomfy_runtime.transport import Response
from runtime.specimen import Input, good

URL = b'"https://files.runcomfy.net/a.png"'
OUTPUTS: dict[str, tuple[bytes, int]] = {
    "null": (b"null", 0),
    "a number": (b"5", 0),
    "true": (b"true", 0),
    "a text": (b'"x"', 0),
    "a URL": (URL, 1),
    "a list": (b"[1, null, " + URL + b"]", 1),
    "200 lists deep": (b"[" * 200 + URL + b"]" * 200, 1),
    "200 objects deep": (b'{"a":' * 200 + URL + b"}" * 200, 1),
    "10 MB": (json.dumps({"image": "x" * 10_000_000}).encode(), 0),
    "many files": (
        json.dumps([f"https://h/{n}.png" for n in range(9999)]).encode(),
        9999,
    ),
    "a key twice": (b'{"image": 1, "image": ' + URL + b"}", 1),
    "not a number": (b"NaN", 0),
    "infinite": (b'{"image": -Infinity, "images": 1e999}', 0),
    "half a character": (b'{"image": "https://h/\\ud800.png"}', 1),
    "a port too high": (b'{"image": "http://h:99999999/x.png"}', 1),
    "a URL that is none": (b'{"image": "https://[::1"}', 1),
    "names of ours": (b'{"__class__": 1, "model_config": {}, "": 2, "self": 3}', 0),
    "other shapes": (b'{"image": {"url": ' + URL + b'}, "images": [null, [3]]}', 1),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_any_output_is_a_result_typed_and_untyped(name: str) -> None:
    output, count = OUTPUTS[name]
    queue = FakeQueue()
    body = b'{"status": "completed", "output": ' + output + b"}"
    reads = ODD_RESULT_READS if name == "null" else 1
    queue.fault("result", Response(200, {}, body), times=3 * reads)

    async def run() -> Any:
        return await queue.async_client().run(good())

    with queue.client() as client:
        made = [client.run(good()), client.run("vendor/model", {}), asyncio.run(run())]
    for one in made:
        assert len(one.files) == count
        assert repr(one.raw["output"]) == repr(json.loads(output))
        assert one.output is not None
        assert one.request_id in repr(one)


def test_a_number_of_ten_thousand_digits_keeps_no_result_from_being_read() -> None:
    digits = "7" * 10_000
    body = '{"status": "completed", "output": {"seed": %s, "n": 5}}'
    queue = FakeQueue()
    queue.fault("result", Response(200, {}, (body % digits).encode()))
    with queue.client() as client:
        result = client.run("vendor/model", {})
    assert result.raw["output"] == {"seed": digits, "n": 5}


def looped() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "what",
    [
        (None,),
        (5,),
        (Input,),
        ({"prompt": "x"},),
        (good(), {}),
        ("vendor/model",),
        ("vendor/model", ["x"]),
        ("vendor/model", {"a": float("nan")}),
        ("vendor/model\ud800", {}),
        ("vendor/model", {"a": {1, 2}}),
        ("vendor/model", {"a": b"x"}),
        ("vendor/model", {"a": "\ud800"}),
        ("vendor/model", {"a": looped()}),
        ("vendor/model", {(1, 2): 3}),
    ],
    ids=lambda what: repr(what)[:40],
)
def test_what_is_no_input_is_refused_and_not_sent(what: tuple[Any, ...]) -> None:
    queue = FakeQueue()
    with queue.client() as client, pytest.raises(errors.InputRejected):
        client.run(*what)
    with pytest.raises(errors.InputRejected):
        asyncio.run(queue.async_client().run(*what))
    assert queue.requests == []


def test_a_payload_may_be_any_mapping_that_json_can_write() -> None:
    queue = FakeQueue()
    with queue.client() as client:
        client.run("vendor/model", MappingProxyType({"a": 1, "b": {"2": ["x"]}}))
        with pytest.raises(errors.InputRejected) as rejected:
            client.run("vendor/model", {"b": {2: ["x"]}})
    assert queue.jobs["fake-1"].payload == {"a": 1, "b": {"2": ["x"]}}
    assert [each.pointer for each in rejected.value.report] == ["/b"]
