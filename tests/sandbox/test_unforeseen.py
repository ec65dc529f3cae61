"""What could break the sandbox is refused at its start, or answered and written down."""

from __future__ import annotations

import json
import logging
import math
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from runcomfy_codegen.sandbox import Api, Sandbox
from runcomfy_codegen.sandbox.clock import Seed
from runcomfy_codegen.sandbox.database import Database, DatabaseError
from runcomfy_codegen.sandbox.faults.fault_rule import InvalidFaultRule, parse_scenario
from runcomfy_codegen.sandbox.job_repository import JobRepository
from runcomfy_codegen.sandbox.request_log import LogEntry
from runcomfy_codegen.sandbox.settings import settings_from_options

from .conftest import EDIT, INPUTS, MODELS, Caller, caller_with

SUBMIT = f"/v1/models/{EDIT}"


@pytest.mark.parametrize(
    ("polls", "words"),
    [
        ((0, 2), ["in_progress", "in_progress", "completed"]),
        ((0, 0), ["completed", "completed", "completed"]),
        ((1, 0), ["in_queue", "completed", "completed"]),
    ],
)
def test_a_phase_without_polls_is_left_out(
    polls: tuple[int, int], words: list[str]
) -> None:
    caller = caller_with(drive="polls", polls=polls)
    accepted = caller.submit()
    assert [caller.get(accepted["status_url"])["status"] for _ in range(3)] == words


@pytest.mark.parametrize(
    "options",
    [
        {"balance": math.nan},
        {"balance": math.inf},
        {"balance": 1e300},
        {"balance": "much"},
        {"speed": 1e-320},
        {"speed": "fast"},
        {"polls": (1, 2, 3)},
        {"polls": (1, 0.5)},
        {"polls": 3},
        {"workers": 1.5},
        {"workers": 1, "drive": "polls"},
        {"seed": 7},
        {"hosts": "localhost"},
    ],
)
def test_an_option_that_cannot_be_kept_to_is_refused_at_the_start(
    options: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Sandbox(MODELS, **options)


def test_a_misspelt_option_is_refused_and_the_right_one_named() -> None:
    with pytest.raises(TypeError, match="no option 'sped'; did you mean 'speed'"):
        Sandbox(MODELS, sped=100)  # type: ignore[call-arg]  # on purpose


def test_a_length_beyond_all_numbers_is_a_length_like_any_other() -> None:
    caller = Caller(Api(None, settings_from_options("http://localhost:8000", "", {})))
    for name in ("music_length_ms", "duration", "width", "num_images"):
        for value in (10**400, -(10**400), 1e308, 1e-308, "9" * 400):
            path = "/v1/models/vendor/text-to-music"
            answer = caller.send("POST", path, {name: value})
            assert answer.status == 200, answer.body
            caller.clock.advance(10)
            result = caller.get(answer.json()["result_url"])
            assert result["status"] == "succeeded"


@pytest.mark.parametrize(
    "said",
    ["seconds = true", "retry-after = true", "retry-after = 1.5", "seconds = 'true'"],
)
def test_an_option_of_a_fault_that_is_no_number_is_refused(said: str) -> None:
    name = "slow" if said.startswith("seconds") else "rate-limited"
    with pytest.raises(InvalidFaultRule, match="fault 1"):
        parse_scenario(f"[[fault]]\nname = '{name}'\n{said}")


def damage(state: Path, **changed: Any) -> None:
    """Change members of the one record in a state."""
    database = sqlite3.connect(state)
    (text,) = database.execute("SELECT record FROM job").fetchone()
    record = json.loads(text)
    for name, value in changed.items():
        inner, _, leaf = name.rpartition("__")
        (record[inner] if inner else record)[leaf] = value
    database.execute("UPDATE job SET record = ?", (json.dumps(record),))
    database.commit()
    database.close()


@pytest.mark.parametrize(
    "changed",
    [
        {"submitted_at": "yesterday"},
        {"submitted_at": 1e300},
        {"price": None},
        {"body": "[1"},
        {"body": "[]"},
        {"plan__queued": "long"},
        {"plan__queued": math.nan},
        {"polls_since_end": "x"},
        {"output__suffix": "exe"},
        {"output": None},
        {"drive": "magic"},
    ],
)
def test_a_record_of_another_form_is_reported_when_the_file_is_opened(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    state = tmp_path / "state.db"
    with Sandbox(MODELS, state=state) as sandbox:
        Caller(sandbox.api).submit()
    damage(state, **changed)
    with pytest.raises(DatabaseError, match=r"damaged.*move it away"):
        Sandbox(MODELS, state=state)


def test_an_unexpected_exception_is_a_500_in_json_and_in_the_journal(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(JobRepository, "get_own", broken)
    with caplog.at_level(logging.ERROR, "runcomfy_codegen.sandbox"):
        answer = caller.send("GET", "/v1/requests/x/status")
    assert answer.status == 500
    assert answer.json()["error_code"] == 500000
    assert answer.header("x-sandbox-profile") == "assumed"
    assert [entry.status for entry in caller.api.journal.entries()] == [500]
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    assert caller.submit()


def test_a_job_that_cannot_be_kept_is_not_accepted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = Database(tmp_path / "state.db", Seed())
    api = Api(
        MODELS, settings_from_options("http://localhost:8000", "", {}), {}, archive
    )
    archive.close()
    caller = Caller(api)
    with caplog.at_level(logging.CRITICAL, "runcomfy_codegen.sandbox"):
        answer = caller.send("POST", SUBMIT, INPUTS[EDIT])
    assert answer.status == 500
    assert list(api.jobs) == []


def raw(sandbox: Sandbox, text: bytes) -> httpx.Response:
    """One answer to a request that no client would send."""
    import socket

    address = ("127.0.0.1", int(sandbox.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(text)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    return httpx.Response(status, content=body)


@pytest.mark.parametrize("target", [b"*", b"nowhere", b"//x//", b"http://localhost/x"])
def test_a_target_of_an_odd_form_is_404001_and_in_the_journal(
    sandbox: Sandbox, target: bytes
) -> None:
    line = (
        b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    answer = raw(sandbox, line)
    assert (answer.status_code, answer.json()["error_code"]) == (404, 404001)
    assert [entry.status for entry in sandbox.journal()] == [404]


def test_a_body_over_the_limit_is_in_the_journal_with_its_size(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    headers = {"Content-Type": "application/json"}
    size = 65 * 2**20
    answer = http.post(SUBMIT, content=b" " * size, headers=headers)
    assert answer.status_code == 413
    assert "64 MiB" in answer.json()["error_message"]
    (entry,) = sandbox.journal()
    assert (entry.status, entry.body_bytes, entry.action) == (413, size, "submit")


def test_the_refusal_names_the_limit_that_was_exceeded(caller: Caller) -> None:
    text = INPUTS[EDIT] | {"prompt": "x" * 9 * 2**20}
    received = caller.send("POST", SUBMIT, text).json()["error_message"]
    assert "8 MiB" in received


class Full(Database):
    """A state on a disk that has room for jobs, and for no journal."""

    def append(self, entry: LogEntry, oldest: int) -> None:
        raise sqlite3.OperationalError("database or disk is full")


def test_a_submit_that_was_charged_is_answered_though_its_entry_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = Full(tmp_path / "state.db", Seed())
    caller = Caller(
        Api(MODELS, settings_from_options("http://localhost:8000", "", {}), {}, archive)
    )
    with caplog.at_level(logging.ERROR, "runcomfy_codegen.sandbox"):
        accepted = caller.submit()
    assert [job.request_id for job in caller.api.jobs] == [accepted["request_id"]]
    assert [entry.status for entry in caller.api.journal.entries()] == [200]
    assert "disk is full" in caplog.text
    archive.close()
