"""Checks before a submit: what fails them is not sent, and nothing is paid."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.input_checks import MediaChecks
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


def test_an_untyped_payload_has_no_rules_to_check() -> None:
    queue = FakeQueue()
    with queue.client(judges=[judge("fail")], media_checks="strict") as client:
        assert client.run("vendor/model", {}).request_id == "fake-1"
