from __future__ import annotations

from typing import Any

import pytest

from runcomfy_codegen.sandbox import Api, Settings

from .conftest import (
    EDIT,
    IMAGE_TO_VIDEO,
    INPUTS,
    MUSIC,
    ODD,
    SEEDANCE,
    Caller,
    caller_with,
)


def words(
    caller: Caller, url: str, *, until: float = 10, step: float = 0.05
) -> list[Any]:
    """Every different answer of a URL while time passes, without what does not change."""
    states: list[Any] = []
    for _ in range(round(until / step)):
        body = caller.get(url)
        state = (body["status"], body.get("queue_position"))
        if not states or states[-1] != state:
            states.append(state)
        caller.clock.advance(step)
    return states


def test_an_accepted_request_answers_exactly_the_four_published_members(
    caller: Caller,
) -> None:
    accepted = caller.submit()
    base = f"http://localhost:8000/v1/requests/{accepted['request_id']}"
    assert accepted == {
        "request_id": accepted["request_id"],
        "status_url": f"{base}/status",
        "result_url": f"{base}/result",
        "cancel_url": f"{base}/cancel",
    }


@pytest.mark.parametrize("model_id", [EDIT, IMAGE_TO_VIDEO, SEEDANCE, MUSIC, ODD])
def test_every_job_completes_within_ten_seconds(caller: Caller, model_id: str) -> None:
    for _ in range(20):
        accepted = caller.submit(model_id)
        caller.clock.advance(10)
        assert caller.get(accepted["status_url"])["status"] == "completed"


def test_the_queue_position_counts_down_and_then_is_gone(caller: Caller) -> None:
    for _ in range(10):
        states = words(caller, caller.submit()["status_url"], until=5)
        queued = [position for word, position in states if word == "in_queue"]
        assert queued == list(range(len(queued), 0, -1))
        assert queued
        assert states[len(queued) :] == [("in_progress", None), ("completed", None)]


def test_a_result_asked_for_too_early_is_the_current_state(caller: Caller) -> None:
    accepted = caller.submit()
    early = caller.send("GET", accepted["result_url"])
    assert early.status == 200
    assert early.json()["status"] == "in_queue"
    assert "output" not in early.json()
    states = words(caller, accepted["result_url"], until=5)
    assert [word for word, _ in states] == ["in_queue", "in_progress", "succeeded"]


def test_a_result_has_the_published_members_and_its_cost_only_when_asked(
    caller: Caller,
) -> None:
    result = caller.finish()
    request_id = result["request_id"]
    assert result == {
        "request_id": request_id,
        "status": "succeeded",
        "output": {"image": f"http://localhost:8000/outputs/{request_id}/0.png"},
        "created_at": "2026-01-01T00:00:00.000Z",
        "finished_at": result["finished_at"],
        "cost": 0.03,
    }
    assert result["created_at"] < result["finished_at"] < "2026-01-01T00:00:10"
    assert "cost" not in caller.get(f"/v1/requests/{request_id}/result")


def test_a_queued_job_can_be_cancelled_once(caller: Caller) -> None:
    accepted = caller.submit()
    first = caller.send("POST", accepted["cancel_url"]).json()
    second = caller.send("POST", accepted["cancel_url"]).json()
    assert (first["status"], first["outcome"]) == ("cancelled", "cancelled")
    assert (second["status"], second["outcome"]) == ("cancelled", "not_cancellable")
    caller.clock.advance(100)
    assert caller.get(accepted["status_url"])["status"] == "cancelled"
    result = caller.get(accepted["result_url"] + "?include_cost=true")
    assert result["status"] == "cancelled"
    assert result["cost"] == 0
    assert "output" not in result


@pytest.mark.parametrize(("after", "word"), [(1.0, "in_progress"), (10.0, "completed")])
def test_a_job_that_has_started_cannot_be_cancelled(
    caller: Caller, after: float, word: str
) -> None:
    accepted = caller.submit()
    caller.clock.advance(after)
    answer = caller.send("POST", accepted["cancel_url"]).json()
    assert (answer["status"], answer["outcome"]) == (word, "not_cancellable")
    caller.clock.advance(10)
    assert caller.get(accepted["status_url"])["status"] == "completed"


def test_the_same_seed_gives_the_same_identifiers_for_a_token_whatever_others_do(
    caller: Caller,
) -> None:
    ids = [caller.submit()["request_id"] for _ in range(3)]
    again = caller_with()
    other = Caller(again.api, again.clock, token="two")
    mixed = [
        (again.submit()["request_id"], other.submit()["request_id"]) for _ in range(3)
    ]
    assert [mine for mine, _ in mixed] == ids
    assert not {theirs for _, theirs in mixed} & set(ids)


def test_an_id_with_blanks_dots_and_capitals_is_reached_percent_encoded(
    caller: Caller,
) -> None:
    path = "/v1/models/kling/kling-video%20o3/4K%2E5/text-to-image"
    assert caller.send("POST", path, INPUTS[ODD]).status == 200
    assert caller.send("POST", path.replace("4K", "4k"), INPUTS[ODD]).status == 400


def test_a_job_moves_on_without_polls(caller: Caller) -> None:
    accepted = caller.submit()
    caller.clock.advance(3600)
    result = caller.get(accepted["result_url"])
    assert result["finished_at"] < "2026-01-01T00:00:10"


def test_the_balance_falls_by_what_was_run_and_not_by_what_was_cancelled(
    caller: Caller,
) -> None:
    caller.finish()
    cancelled = caller.submit()
    caller.send("POST", cancelled["cancel_url"])
    assert caller.get("/prod/v2/balance") == {
        "balance_usd": 99.97,
        "balance_microdollars": 99_970_000,
        "currency": "USD",
    }


def test_without_models_every_id_is_taken_and_every_object_is_an_input() -> None:
    caller = Caller(Api(None, Settings(base_url="http://localhost")))
    accepted = caller.send("POST", "/v1/models/any/text-to-video", {"x": [1]}).json()
    caller.clock.advance(10)
    assert list(caller.get(accepted["result_url"])["output"]) == ["video"]
    assert caller.get("/v1/models") == {
        "models": [],
        "total": 0,
        "limit": 100,
        "offset": 0,
    }
    assert caller.send("POST", "/v1/models/any/../x", {}).status == 400
    assert caller.send("POST", "/v1/models/any/x", [1]).status == 400
