"""The API on the runtime's transport seam: a real client, no socket, no time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runcomfy_codegen.sandbox import (
    Api,
    AsyncDirectTransport,
    DirectTransport,
    Sandbox,
)
from runcomfy_codegen.sandbox.clock import WallClock
from runcomfy_codegen.sandbox.settings import settings_from_options
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.errors import JobFailed, RunComfyError, SubmitOutcomeUnknown

from .conftest import EDIT, INPUTS, MODELS, Caller


def client_of(caller: Caller) -> RunComfy:
    return RunComfy(
        token="one",
        base_url=caller.api.settings.base_url,
        transport=DirectTransport(caller.api, caller.clock),
        clock=caller.clock,
    )


def prompting(text: str) -> dict[str, Any]:
    return INPUTS[EDIT] | {"prompt": text}


def test_a_client_runs_a_job_without_any_time_passing(caller: Caller) -> None:
    result = client_of(caller).run(EDIT, INPUTS[EDIT])
    assert result.raw["status"] == "succeeded"
    assert result.files[0].url.endswith("/0.png")
    assert len(list(caller.api.journal.entries(action="submit"))) == 1


def test_an_asynchronous_client_runs_a_job_too(caller: Caller) -> None:
    client = AsyncRunComfy(
        token="one",
        base_url=caller.api.settings.base_url,
        transport=AsyncDirectTransport(caller.api, caller.clock),
        clock=caller.clock,
    )
    result = asyncio.run(client.run(EDIT, INPUTS[EDIT]))
    assert result.raw["status"] == "succeeded"


@pytest.mark.parametrize(
    "fault",
    [
        "bad-gateway on=status,result first=2",
        "rate-limited on=submit first=1 retry-after=1",
        "reset-body on=status first=2",
        "cut-body on=result first=1",
        "cut-body on=submit",
        "unknown-status",
        "backward-status",
        "completed-result",
        "not-ready first=1",
        "null-output",
        "dribble seconds=2 on=status",
    ],
)
def test_a_client_survives_and_pays_once(caller: Caller, fault: str) -> None:
    result = client_of(caller).run(EDIT, prompting(f"A boat [sandbox: {fault}]"))
    assert result.raw["status"] in ("completed", "succeeded")
    assert len(caller.get("/sandbox/ledger")["rows"]) == 1


@pytest.mark.parametrize("fault", ["lost-answer", "hang on=submit"])
def test_a_client_does_not_submit_again_what_may_have_been_taken(
    caller: Caller, fault: str
) -> None:
    with pytest.raises(SubmitOutcomeUnknown):
        client_of(caller).run(EDIT, prompting(f"A boat [sandbox: {fault}]"))
    assert len(caller.get("/sandbox/ledger")["rows"]) == 1


def test_a_failed_result_of_a_completed_job_is_a_failure(caller: Caller) -> None:
    with pytest.raises(JobFailed):
        client_of(caller).run(EDIT, prompting("A boat [sandbox: failed-result]"))


def test_nothing_but_the_sandbox_can_be_reached(caller: Caller) -> None:
    client = RunComfy(
        token="one",
        base_url="http://elsewhere.localhost",
        transport=DirectTransport(caller.api, caller.clock),
        clock=caller.clock,
    )
    with pytest.raises(RunComfyError):
        client.run(EDIT, INPUTS[EDIT], timeout=5)
    assert list(caller.api.journal.entries()) == []


def story(client: RunComfy) -> tuple[str, list[str]]:
    job = client.submit(EDIT, INPUTS[EDIT])
    words = [job.status().state, str(job.cancel().outcome), job.status().state]
    return job.request_id, words


def test_over_a_socket_and_without_one_the_same_calls_give_the_same_answers(
    caller: Caller,
) -> None:
    with (
        Sandbox(MODELS) as sandbox,
        RunComfy(token="one", base_url=sandbox.url) as client,
    ):
        served = story(client)
    assert served == story(client_of(caller))
    assert served[1] == ["in_queue", "cancelled", "cancelled"]


def test_an_asynchronous_client_that_waits_lets_others_run() -> None:
    api = Api(
        MODELS, settings_from_options("http://localhost:8000", "", {"speed": 1000})
    )
    order: list[str] = []

    async def slow(client: AsyncRunComfy) -> None:
        await client.submit(EDIT, prompting("[sandbox: slow seconds=0.3]"))
        order.append("slow")

    async def quick() -> None:
        await asyncio.sleep(0.05)
        order.append("quick")

    async def both() -> None:
        client = AsyncRunComfy(
            token="one",
            base_url=api.settings.base_url,
            transport=AsyncDirectTransport(api, WallClock()),
        )
        await asyncio.gather(slow(client), quick())

    asyncio.run(both())
    assert order == ["quick", "slow"]
