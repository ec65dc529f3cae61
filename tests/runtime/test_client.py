"""The client from outside: run, submit, follow, cancel, take up again, over a real socket."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.protocol import Phase, Status
from runcomfy_runtime.testing import VirtualClock
from runtime.specimen import Input, Output, good
from support.scripted_server import (
    REQUEST_ID,
    Reply,
    ScriptedServer,
    result,
    status,
    submitted,
)

TOKEN = "rc-0123456789-secret"


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[RunComfy]:
    server.on("submit", submitted())
    server.on("status", status("in_queue", queue_position=1), status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    with RunComfy(token=TOKEN, base_url=server.url, clock=VirtualClock()) as made:
        yield made


def test_run_submits_follows_and_reads_the_result(
    server: ScriptedServer, client: RunComfy
) -> None:
    seen: list[Status] = []
    made = client.run(good(), on_update=seen.append)
    assert isinstance(made.output, Output)
    assert made.output.image == "https://files.runcomfy.net/a.png"
    assert [file.kind for file in made.files] == ["image"]
    assert (made.request_id, made.model_id) == (REQUEST_ID, Input.MODEL_ID)
    assert [(update.state, update.queue_position) for update in seen] == [
        ("in_queue", 1),
        ("completed", None),
    ]
    assert server.kinds == ["submit", "status", "status", "result"]
    client.close()


def test_the_wire_carries_token_body_and_paths(
    server: ScriptedServer, client: RunComfy
) -> None:
    client.run(good())
    paths = [(request.method, request.path) for request in server.seen]
    assert paths[0] == ("POST", "/v1/models/vendor/specimen/edit")
    assert paths[1] == ("GET", f"/v1/requests/{REQUEST_ID}/status")
    assert paths[-1] == ("GET", f"/v1/requests/{REQUEST_ID}/result")
    assert json.loads(server.seen[0].body) == good().payload()
    assert server.seen[0].headers["content-type"] == "application/json"
    assert {seen.headers["authorization"] for seen in server.seen} == {
        f"Bearer {TOKEN}"
    }
    client.close()


def test_a_model_newer_than_the_client_runs_untyped(
    server: ScriptedServer, client: RunComfy
) -> None:
    with client:
        made = client.run("vendor/new model", {"prompt": "x"})
    assert made.output == {"image": "https://files.runcomfy.net/a.png"}
    assert server.seen[0].path == "/v1/models/vendor/new%20model"


@pytest.mark.parametrize(
    "model_id", ["", "one", "a/../b", "a//b", "a/b\n", "/a/b", "a/b?c"]
)
def test_a_bad_model_id_is_refused_and_nothing_is_sent(
    server: ScriptedServer, client: RunComfy, model_id: str
) -> None:
    with pytest.raises(errors.InputRejected, match="not a model id"):
        client.run(model_id, {})
    assert server.seen == []


def test_a_job_goes_on_in_another_process(
    server: ScriptedServer, client: RunComfy
) -> None:
    token = client.submit(good()).token()
    with RunComfy(token=TOKEN, base_url=server.url) as other:
        job = other.job(token, Input)
        assert server.count("status") == 0
        assert job.result().output.image == "https://files.runcomfy.net/a.png"
    client.close()


def test_a_job_token_holds_no_secret(client: RunComfy) -> None:
    with client:
        job = client.submit(good())
    assert TOKEN not in job.token()
    assert job.token().startswith("rcjob1.")


def test_a_pickled_job_knows_no_client_and_says_so(client: RunComfy) -> None:
    with client:
        job = client.submit(good())
    copy = pickle.loads(pickle.dumps(job))
    assert copy == job
    with pytest.raises(errors.NotConfigured, match="client.job"):
        copy.status()


def test_updates_end_with_the_last_state(client: RunComfy) -> None:
    with client:
        states = [update.state for update in client.submit(good()).updates()]
    assert states == ["in_queue", "completed"]


def test_status_is_one_request(server: ScriptedServer, client: RunComfy) -> None:
    with client:
        now = client.submit(good()).status()
    assert (now.state, now.phase, now.queue_position) == ("in_queue", Phase.QUEUED, 1)
    assert server.kinds == ["submit", "status"]


@pytest.mark.parametrize("outcome", ["cancelled", "not_cancellable"])
def test_cancel_tells_the_outcome(
    server: ScriptedServer, client: RunComfy, outcome: str
) -> None:
    server.on("cancel", Reply({"request_id": REQUEST_ID, "outcome": outcome}))
    with client:
        answer = client.submit(good()).cancel()
    assert answer.outcome == outcome
    assert answer.cancelled is (outcome == "cancelled")


def test_completed_for_status_and_failed_for_result_is_a_failure(
    server: ScriptedServer, client: RunComfy
) -> None:
    server.on(
        "result",
        result(None, "failed", error={"code": "NSFW", "message": "refused\x1b[2J"}),
    )
    with client, pytest.raises(errors.JobFailed, match=r"refused\\x1b") as caught:
        client.run(good())
    error = caught.value
    assert (error.request_id, error.last_status, error.may_be_billed) == (
        REQUEST_ID,
        "failed",
        True,
    )
    assert error.code == "NSFW"
    assert error.job is not None
    copy = pickle.loads(pickle.dumps(error))
    assert copy.job.token() == error.job.token()


def test_no_token_names_the_variables_and_sends_nothing(server: ScriptedServer) -> None:
    with (
        RunComfy(base_url=server.url) as client,
        pytest.raises(
            errors.MissingToken,
            match="RUNCOMFY_TOKEN, RUNCOMFY_API_TOKEN, RUNCOMFY_API_KEY, YOUR_",
        ),
    ):
        client.run(good())
    assert server.seen == []


def test_settings_are_read_when_they_are_needed(
    server: ScriptedServer, client: RunComfy, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = RunComfy()
    monkeypatch.setenv("YOUR_API_TOKEN", TOKEN)
    monkeypatch.setenv("RUNCOMFY_BASE_URL", server.url + "/v1/")
    with late:
        late.submit(good())
    assert server.seen[0].path.startswith("/v1/models/vendor")
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "base_url",
    [
        "model-api.runcomfy.net",
        "ftp://x",
        "http://evil.example.com",
        "https://u:p@host",
        "https://h?q",
        "https://",
        "https://h:99999",
        "https://h/a b",
        "https://h\\@evil",
    ],
)
def test_a_bad_base_url_is_refused(base_url: str) -> None:
    with pytest.raises(errors.BadSetting, match="base URL"):
        RunComfy(base_url=base_url)


@pytest.mark.parametrize("token", ["a\nb", "ä", "a b", "a\x00"])
def test_a_bad_token_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(errors.BadSetting) as caught:
        RunComfy(token=token)
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    "token",
    [
        "a/b",
        "a\n",
        "../x",
        "",
        "rcjob2.abc",
        "rcjob1.***",
        "rcjob1.e30",
        "rcjob1.YWJj",
        "x" * 200,
    ],
)
def test_a_bad_job_token_is_refused_and_nothing_is_sent(
    server: ScriptedServer, client: RunComfy, token: str
) -> None:
    with pytest.raises(errors.BadJobToken):
        client.job(token, Input)
    assert server.seen == []


def test_a_job_of_another_server_or_model_is_refused(client: RunComfy) -> None:
    with client:
        token = client.submit("vendor/other", {}).token()
        with pytest.raises(errors.BadJobToken, match="runs"):
            client.job(token, Input)
        with pytest.raises(errors.BadJobToken, match="is on"):
            RunComfy().job(token)


def test_validate_reports_and_does_not_raise(server: ScriptedServer) -> None:
    client = RunComfy()
    assert client.validate(good()).ok
    report = client.validate(Input, {"prompt": 5})
    assert [problem.pointer for problem in report] == [
        "/image_urls",
        "/prompt",
        "/nothing",
    ]
    assert {problem.verdict for problem in report} == {"fail"}


def test_a_result_is_downloaded_whole_and_without_the_token(
    server: ScriptedServer, client: RunComfy, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 100
    server.on("result", result({"image": f"{server.url}/files/out.png"}))
    server.on("/files/out.png", Reply(content, headers={"Content-Type": "image/png"}))
    with client:
        paths = client.run(good()).download(tmp_path / "new" / "out")
    assert [path.name for path in paths] == [f"{REQUEST_ID}-1.png"]
    assert paths[0].read_bytes() == content
    assert list(paths[0].parent.iterdir()) == paths
    assert "authorization" not in server.seen[-1].headers


def test_urls_that_echo_the_input_are_no_files(
    server: ScriptedServer, client: RunComfy
) -> None:
    server.on(
        "result",
        result(
            {"source": "https://host/boat.jpg", "z": ["https://a/b.mp4", "https://c/d"]}
        ),
    )
    with client:
        token = client.submit(good()).token()
        made = client.job(token, Input).result()
    assert [(file.kind, file.pointer) for file in made.files] == [
        ("video", "/z/0"),
        ("other", "/z/1"),
    ]


@pytest.mark.parametrize("code", ["E_BALANCE", "403003", 403003])
def test_an_error_code_of_any_kind_in_a_200_is_an_error_that_keeps_its_words(
    server: ScriptedServer, client: RunComfy, code: object
) -> None:
    said = Reply({"error_code": code, "error_message": "no money left"})
    server.on("submit", said)
    server.on("result", said)
    with client:
        with pytest.raises(errors.SubmitRefused, match="no money left") as caught:
            client.submit(good())
        with pytest.raises(errors.ApiError, match="no money left"):
            client.job("req-1").result(timeout=30)
    assert str(caught.value.code) == str(code)


@pytest.mark.parametrize("none", [None, 0, "", "0"])
def test_an_error_code_that_says_nothing_loses_no_accepted_job(
    server: ScriptedServer, client: RunComfy, none: object
) -> None:
    server.on("submit", submitted(error_code=none))
    with client:
        assert client.submit(good()).request_id == REQUEST_ID


def test_a_documented_code_behind_a_5xx_proves_no_refusal(
    server: ScriptedServer, client: RunComfy
) -> None:
    server.on("submit", Reply({"error_code": 400001, "error_message": "x"}, 503))
    with client, pytest.raises(errors.SubmitOutcomeUnknown) as caught:
        client.submit(good())
    assert caught.value.may_be_billed
    assert server.kinds == ["submit"]


@pytest.mark.parametrize(
    "host", ["127.evil.com", "127.0.0.1.evil.com", "134744072", "0x08080808", "8.8.8.8"]
)
def test_a_token_goes_over_plain_http_to_this_machine_alone(host: str) -> None:
    with pytest.raises(errors.BadSetting, match="plain http"):
        RunComfy(token=TOKEN, base_url=f"http://{host}")


EMPTY = ["", " ", "\t\n", "Bearer", "bearer  ", 0, b"rc-0123456789"]


@pytest.mark.parametrize("client", [RunComfy, AsyncRunComfy])
@pytest.mark.parametrize("token", EMPTY)
def test_an_empty_token_is_never_replaced_by_the_one_of_the_environment(
    client: Any, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNCOMFY_TOKEN", "rc-of-the-operator")
    with pytest.raises(errors.BadSetting, match="token"):
        client(token=token)


@pytest.mark.parametrize("client", [RunComfy, AsyncRunComfy])
@pytest.mark.parametrize("setting", ["base_url", "journal"])
@pytest.mark.parametrize("value", ["", " ", "\n"])
def test_an_empty_setting_is_refused_when_the_client_is_made(
    client: Any, setting: str, value: str
) -> None:
    with pytest.raises(errors.BadSetting, match=f"{setting}= is empty"):
        client(**{setting: value})


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNCOMFY_BASE_URL", " ")
    monkeypatch.setenv("RUNCOMFY_TOKEN", " ")
    monkeypatch.setenv("RUNCOMFY_API_TOKEN", "rc-second")
    settings = RunComfy()._driver.config.settings
    assert settings.access().token.reveal() == "rc-second"
    assert settings.server() == "https://model-api.runcomfy.net"
