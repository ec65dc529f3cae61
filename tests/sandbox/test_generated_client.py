"""A generated client carries its own copy of the runtime, and the sandbox fits that copy too."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import runcomfy_client
from runcomfy_client.models.bytedance.dreamina_4_0 import edit

from runcomfy_codegen.sandbox import AsyncDirectTransport, DirectTransport

from .conftest import Caller

pytest_plugins = ["pytester"]

GENERATED = Path(runcomfy_client.__file__).parents[1]
BOAT = "https://example.com/boat.jpg"

OVERRIDDEN = """
import pytest
import runcomfy_client as client
from runcomfy_client.models.bytedance.dreamina_4_0 import edit

@pytest.fixture
def runcomfy_client_class():
    return client.RunComfy

def test_typed(runcomfy_client):
    boat = edit.Input(prompt="A boat", image_urls=["https://example.com/boat.jpg"])
    assert isinstance(runcomfy_client.run(boat).output, edit.Output)

def test_failing(runcomfy_client):
    with pytest.raises(client.JobFailed):
        runcomfy_client.run("a/b", {"prompt": "[sandbox: failed-job]"})
"""


def client_of(caller: Caller) -> runcomfy_client.RunComfy:
    return runcomfy_client.RunComfy(
        token="one",
        base_url=caller.api.settings.base_url,
        transport=DirectTransport(caller.api, caller.clock),
        clock=caller.clock,
    )


def boat(prompt: str = "A boat") -> edit.Input:
    return edit.Input(prompt=prompt, image_urls=[BOAT])


def test_a_generated_client_runs_a_typed_job_in_process(caller: Caller) -> None:
    begun = caller.clock.now()
    result = client_of(caller).run(boat())
    assert isinstance(result.output, edit.Output)
    assert result.files
    assert caller.clock.now() - begun < 10


def test_a_generated_asynchronous_client_runs_one_too(caller: Caller) -> None:
    client = runcomfy_client.AsyncRunComfy(
        token="one",
        base_url=caller.api.settings.base_url,
        transport=AsyncDirectTransport(caller.api, caller.clock),
        clock=caller.clock,
    )
    assert asyncio.run(client.run(boat())).files


@pytest.mark.parametrize("fault", ["lost-answer", "hang"])
def test_a_generated_client_meets_a_loss_as_its_own(caller: Caller, fault: str) -> None:
    with pytest.raises(runcomfy_client.SubmitOutcomeUnknown):
        client_of(caller).run(boat(f"A boat [sandbox: {fault} on=submit]"))
    assert len(list(caller.api.jobs)) == 1


def test_a_generated_client_reads_an_answer_that_broke_off(caller: Caller) -> None:
    result = client_of(caller).run(
        boat("A boat [sandbox: reset-body on=result first=1]")
    )
    assert result.files
    assert len(list(caller.api.jobs)) == 1


def test_a_generated_client_raises_its_own_errors(caller: Caller) -> None:
    with pytest.raises(runcomfy_client.JobFailed):
        client_of(caller).run(boat("A boat [sandbox: failed-job]"))


def test_the_fixture_hands_out_the_client_that_an_application_has(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(GENERATED))
    pytester.makepyfile(OVERRIDDEN)
    done = pytester.runpytest_subprocess("-p", "runcomfy_codegen.sandbox.pytest_plugin")
    done.assert_outcomes(passed=2)
