"""Checks before a submit: what fails them is not sent, and nothing is paid."""

from __future__ import annotations

import asyncio
import json
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.input_checks import MediaChecks
from runcomfy_runtime.model import ModelInput, ModelOutput
from runcomfy_runtime.report import Problem, ProblemVerdict
from runcomfy_runtime.rule import Rule
from runcomfy_runtime.testing import FakeQueue
from runtime.specimen import RULES, good

PAGE = "data:image/png;base64," + b64encode(b"<html><body>404").decode()


def judge(verdict: ProblemVerdict) -> Any:
    def found(rules: Sequence[Rule], payload: Mapping[str, Any]) -> list[Problem]:
        assert tuple(rules) == RULES
        assert payload["image_urls"]
        return [
            Problem(pointer="/image_urls/0", code="x", message="hm", verdict=verdict)
        ]

    return found


def test_an_input_that_fails_is_refused_before_anything_is_sent() -> None:
    queue = FakeQueue()
    with queue.client(judges=[judge("fail")]) as client:
        with pytest.raises(errors.InputRejected, match="hm"):
            client.run(good())
        with pytest.raises(errors.InputRejected, match="hm"):
            client.submit(good())
        assert not client.validate(good()).ok
    assert queue.requests == []


def test_both_clients_refuse_alike() -> None:
    queue = FakeQueue()

    async def main() -> None:
        with pytest.raises(errors.InputRejected, match="hm"):
            await queue.async_client(judges=[judge("fail")]).run(good())

    asyncio.run(main())
    assert queue.requests == []


def test_what_is_unknown_is_logged_and_submitted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue = FakeQueue()
    with queue.client(judges=[judge("unknown")]) as client:
        client.run(good())
    assert "input of vendor/specimen/edit: /image_urls/0: hm" in caplog.text


def test_strict_checks_refuse_what_is_unknown() -> None:
    queue = FakeQueue()
    strict: MediaChecks = "strict"
    with queue.client(media_checks=strict, judges=[judge("unknown")]) as client:
        with pytest.raises(errors.InputRejected):
            client.run(good(image_urls=[PAGE]))
    assert queue.requests == []


def test_a_file_that_is_no_image_is_refused_when_media_are_checked() -> None:
    queue = FakeQueue()
    with queue.client(media_checks="warn") as client:
        with pytest.raises(errors.InputRejected) as caught:
            client.run(good(image_urls=[PAGE]))
    assert [problem.pointer for problem in caught.value.report] == ["/image_urls/0"]
    assert queue.requests == []


def test_a_refused_input_of_a_batch_is_one_error_among_results(tmp_path: Path) -> None:
    queue = FakeQueue()
    bad = good(image_urls=[PAGE])
    fine = good(
        image_urls=[
            "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
        ]
    )
    with queue.client(media_checks="warn", journal=tmp_path / "jobs.db") as client:
        outcomes = list(client.map([fine, bad], return_exceptions=True))
        assert len(client.journal.entries()) == 1
    assert [type(outcome).__name__ for outcome in outcomes] == [
        "Result",
        "InputRejected",
    ]


class Unruled(ModelInput[ModelOutput]):
    """An input of a model that publishes no rules, as most models."""

    MODEL_ID: ClassVar[str] = "vendor/unruled"
    prompt: str


BODY = {"prompt": "A boat", "nested": [{"x": 1}]}


@pytest.mark.parametrize("given", ["typed", "untyped", "ruled"])
@pytest.mark.parametrize("entry", ["run", "submit", "map", "validate"])
@pytest.mark.parametrize("side", ["sync", "async"])
def test_the_checks_of_the_caller_see_every_input(
    given: str, entry: str, side: str
) -> None:
    if (given, entry) == ("untyped", "map"):
        pytest.skip("map takes inputs of a class")
    what: Any = {"typed": Unruled(prompt="A boat"), "ruled": good()}.get(given)
    arguments: Any = [what] if what else ["vendor/model", BODY]
    queue, seen = FakeQueue(), []

    def refuse(rules: Sequence[Rule], payload: Mapping[str, Any]) -> list[Problem]:
        seen.append((tuple(rules), dict(payload)))
        return [Problem(pointer="", code="mine", message="not today")]

    def refused_by(client: Any) -> Any:
        if entry == "map":
            return client.map([what])
        return getattr(client, entry)(*arguments)

    async def awaited() -> Any:
        client = queue.async_client(judges=[refuse])
        if entry == "map":
            return [outcome async for outcome in refused_by(client)]
        return await refused_by(client)

    def called() -> Any:
        if side == "async":
            return asyncio.run(awaited())
        asked = refused_by(queue.client(judges=[refuse]))
        return list(asked) if entry == "map" else asked

    if entry == "validate":
        assert [problem.code for problem in called()] == ["mine"]
    else:
        with pytest.raises(errors.InputRejected, match="not today"):
            called()
    rules = RULES if given == "ruled" else ()
    assert seen == [(rules, what.payload() if what else BODY)]
    assert queue.requests == []


def test_what_is_sent_is_what_was_checked() -> None:
    queue, urls = FakeQueue(), ["https://host/boat.jpg"]
    made = good(image_urls=urls)

    def meddling(rules: Sequence[Rule], payload: Mapping[str, Any]) -> list[Problem]:
        payload["image_urls"].append("https://host/more.jpg")
        made.image_urls.append("https://host/more.jpg")
        return []

    with queue.client(judges=[meddling]) as client:
        client.run(made)
    assert json.loads(queue.requests[0].body or b"")["image_urls"] == urls


def test_no_file_is_read_where_no_rule_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "runcomfy_runtime.media.inspection", None)
    queue = FakeQueue()
    with queue.client(media_checks="strict") as client:
        client.run(Unruled(prompt=PAGE))
        client.run("vendor/model", {"image_url": PAGE})
        assert client.validate(Unruled(prompt=PAGE)).ok


def test_a_report_on_an_untyped_payload_that_is_not_json_raises_nothing() -> None:
    with FakeQueue().client() as client:
        assert not client.validate("vendor/model", {"prompt": {1, 2}}).ok
        assert not client.validate("no model", {}).ok
