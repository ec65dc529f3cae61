"""``validate``, ``run``, ``sandbox`` and ``demo``: documents checked, jobs run, for real."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from runcomfy_codegen.sandbox.sample_media import png
from runcomfy_runtime.client_config import open_journal
from runcomfy_runtime.job_handle import JobHandle
from runcomfy_runtime.lifecycle.steps import Accepted, Intent, OutcomeUnknown
from runcomfy_runtime.sqlite_journal import SqliteJournal
from support.command_line import Shell, entry
from support.postgres import PostgresServer
from support.scripted_server import Reply, ScriptedServer, status

PAINTER = "acme/painter/text-to-image"
TOKEN = "secret-token-of-a-user"


@contextmanager
def served(shell: Shell, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A sandbox as a process; gives its address and the process."""
    with subprocess.Popen(
        [sys.executable, "-m", "runcomfy_codegen", "sandbox", "--port", "0", *options],
        cwd=shell.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            introduction = [next(process.stdout) for _ in range(5)]
            match = re.search(r"http://127\.0\.0\.1:\d+", introduction[0])
            assert match, introduction
            assert f"  export RUNCOMFY_BASE_URL={match[0]}\n" in introduction
            yield match[0], process
        finally:
            process.kill()


def test_a_good_document_is_fine(project: Shell) -> None:
    project.write("in.json", {"prompt": "a boat"})
    answer = project("validate", PAINTER, "in.json")
    assert (answer.code, answer.out) == (0, f"fine for {PAINTER}\n")


def test_every_problem_of_a_document_is_told_at_once(project: Shell) -> None:
    document = json.dumps({"steps": 51, "promt": "a boat"}).encode()
    answer = project("validate", PAINTER, "-", "--format", "json", stdin=document)
    assert answer.code == 1
    assert answer.json["ok"] is False
    assert {(each["pointer"], each["code"]) for each in answer.json["problems"]} == {
        ("/prompt", "required"),
        ("/steps", "maximum"),
        ("/promt", "additionalProperties"),
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{oops", "in.json:1:2: not JSON"),
        ("[1]", "is a JSON object"),
        (None, "no such file"),
    ],
)
@pytest.mark.parametrize("command", ["validate", "run"])
def test_a_document_that_is_none_is_wrong_usage(
    project: Shell, command: str, content: str | None, words: str
) -> None:
    if content is not None:
        project.write("in.json", content)
    answer = project(command, PAINTER, "in.json")
    assert answer.code == 2
    assert words in answer.err


def test_run_follows_a_job_in_the_embedded_sandbox_and_downloads_its_files(
    project: Shell,
) -> None:
    project.write("in.json", {"prompt": "a boat"})
    answer = project("run", PAINTER, "in.json", "--sandbox", "--format", "json")
    assert answer.code == 0, answer.err
    states = re.findall(r"in_queue|in_progress|completed", answer.err)
    assert (states[0], states[-1]) == ("in_queue", "completed")
    assert answer.json["status"] == "succeeded"
    [file] = answer.json["files"]
    assert (project.folder / file).read_bytes().startswith(b"\x89PNG")


def test_run_sends_nothing_that_is_wrong(project: Shell) -> None:
    project.write("in.json", {"prompt": "a" * 81})
    answer = project(
        "run",
        PAINTER,
        "in.json",
        environment={
            "RUNCOMFY_BASE_URL": "http://127.0.0.1:9",
            "RUNCOMFY_TOKEN": TOKEN,
        },
    )
    assert answer.code == 1
    assert "/prompt: error: prompt is too long: 81 characters, at most 80" in answer.out


def test_run_without_a_token_names_the_variables_it_looked_at(project: Shell) -> None:
    project.write("in.json", {"prompt": "a boat"})
    empty = {"RUNCOMFY_TOKEN": "", "RUNCOMFY_API_TOKEN": "", "YOUR_API_TOKEN": ""}
    answer = project(
        "run",
        PAINTER,
        "in.json",
        environment={**empty, "RUNCOMFY_BASE_URL": "http://127.0.0.1:9"},
    )
    assert answer.code == 3
    for name in empty:
        assert name in answer.err


def test_a_server_that_is_not_there_is_said_so_without_the_token(
    project: Shell,
) -> None:
    project.write("in.json", {"prompt": "a boat"})
    answer = project(
        "run",
        PAINTER,
        "in.json",
        "--timeout",
        "2",
        environment={
            "RUNCOMFY_BASE_URL": "http://127.0.0.1:9",
            "RUNCOMFY_TOKEN": TOKEN,
        },
    )
    assert answer.code == 3
    assert answer.err.startswith("error: ")
    assert TOKEN not in answer.out + answer.err


def test_the_sandbox_prints_where_it_is_and_ends_on_ctrl_c(project: Shell) -> None:
    with served(project) as (url, process):
        headers = {"Authorization": "Bearer any-token"}
        listed = httpx.get(f"{url}/v1/models", headers=headers).json()
        assert [each["model_id"] for each in listed["models"]] == [
            PAINTER,
            "acme/singer",
        ]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert "Traceback" not in err
        assert process.returncode == 0


def test_a_port_that_is_taken_is_said_so(project: Shell) -> None:
    with served(project) as (url, _):
        answer = project("sandbox", "--port", url.rpartition(":")[2])
    assert answer.code == 3
    assert "--port 0 picks a free one" in answer.err


def test_the_demo_tells_the_whole_story_and_leaves_nothing_behind(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    answer = shell("demo", environment={"TMPDIR": str(temporary)})
    assert answer.code == 0, answer.err
    told = answer.out
    assert "bytedance/seedance-v1.5-pro/image-to-video (ru)" in told
    assert "width_height" in told
    assert "class Dreamina40EditInput(ModelInput[Output]" in told
    assert "class InputParams" not in told
    states = re.findall(r"in_queue|in_progress|completed", answer.err)
    assert (states[0], states[-1]) == ("in_queue", "completed")
    assert "downloaded" in told
    assert "/image_urls: image_urls has too few items: 0 items, at least 1" in told
    assert list(temporary.iterdir()) == []
    assert list(shell.folder.iterdir()) == []
    last = told.splitlines()[-1]
    program, *words = shlex.split(last.partition("Next: ")[2])
    done = shell(*words)
    assert (program, done.code) == ("runcomfy-codegen", 0), (last, done.err)
    assert [name[-4:] for name in shell.files("out")] == [".png"]


def test_the_demo_keeps_everything_in_a_folder_if_told_so(shell: Shell) -> None:
    assert shell("demo", "--output", "story").code == 0
    kept = {path.name for path in (shell.folder / "story").iterdir()}
    assert kept >= {"schemas", "runcomfy_client", "out"}
    again = shell("demo", "--output", "story")
    assert again.code == 3
    assert "not empty" in again.err


def test_the_demo_needs_no_network(shell: Shell, tmp_path: Path) -> None:
    # A proxy that is not there would break any request to another machine.
    nowhere = "http://127.0.0.1:9"
    answer = shell("demo", environment={"HTTPS_PROXY": nowhere, "https_proxy": nowhere})
    assert answer.code == 0, answer.err


def environment_of(url: str) -> dict[str, str]:
    return {"RUNCOMFY_BASE_URL": url, "RUNCOMFY_TOKEN": TOKEN}


def test_a_job_can_be_looked_at_fetched_and_not_cancelled_any_more(
    project: Shell,
) -> None:
    project.write("in.json", {"prompt": "a boat"})
    with served(project, "--speed", "20") as (url, _):
        there = environment_of(url)
        ran = project(
            "run", PAINTER, "in.json", "--journal", "jobs.db", environment=there
        )
        request_id = ran.out.splitlines()[0].removeprefix("request ")
        jobs = project("jobs", "--journal", "jobs.db", "--format", "json").json["jobs"]
        token = jobs[0]["token"]
        status = project("status", request_id, "--format", "json", environment=there)
        again = project("result", token, "--output", "again", environment=there)
        cancelled = project("cancel", token, environment=there)
    assert ran.code == 0
    assert [(job["request_id"], job["state"]) for job in jobs] == [
        (request_id, "succeeded")
    ]
    assert status.json == {"request_id": request_id, "status": "completed"}
    assert again.code == 0
    assert len(project.files("again")) == 1
    assert (cancelled.code, cancelled.out) == (1, f"{request_id}: not_cancellable\n")
    assert TOKEN.encode() not in (project.folder / "jobs.db").read_bytes()


def test_ctrl_c_tells_which_job_was_left_behind(project: Shell) -> None:
    project.write("in.json", {"prompt": "a boat"})
    with served(project, "--speed", "0.02") as (url, _):
        with subprocess.Popen(
            [sys.executable, "-m", "runcomfy_codegen", "run", PAINTER, "in.json"],
            cwd=project.folder,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment_of(url), "PYTHONUNBUFFERED": "1"},
        ) as running:
            assert running.stderr is not None
            assert "in_queue" in running.stderr.readline()
            running.send_signal(signal.SIGINT)
            told = running.stderr.read()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        [request_id] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", told)
        state = httpx.get(
            f"{url}/v1/requests/{request_id}/status", headers=headers
        ).json()
    assert running.returncode == 130
    assert "Traceback" not in told
    assert "is cancelled." in told
    assert "Go on with" not in told
    assert state["status"] == "cancelled"


@pytest.mark.parametrize("command", ["status", "result", "cancel"])
def test_a_job_id_that_could_not_be_one_sends_nothing(
    shell: Shell, command: str
) -> None:
    answer = shell(command, "a/b\nc", environment=environment_of("http://127.0.0.1:9"))
    assert answer.code == 3
    assert "neither a job token nor a request id" in answer.err


@pytest.mark.parametrize(
    ("options", "words"),
    [((), "RUNCOMFY_JOURNAL"), (("--journal", "none.db"), "no such file")],
)
def test_a_journal_that_is_not_there_is_wrong_usage(
    shell: Shell, options: tuple[str, ...], words: str
) -> None:
    answer = shell("jobs", *options)
    assert answer.code == 2
    assert words in answer.err


@pytest.mark.parametrize("options", [(), ("--pending",)])
def test_jobs_are_listed_newest_first(shell: Shell, options: tuple[str, ...]) -> None:
    with SqliteJournal(shell.folder / "jobs.db") as journal:
        for number in (1, 2, 3):
            handle = JobHandle(
                request_id=f"req-{number}", model_id="v/m", base_url="https://h"
            )
            journal.note(Intent(str(number), "v/m", "0", float(number)))
            journal.note(Accepted(str(number), handle))
    answer = shell(
        *("jobs", "--journal", "jobs.db", "--limit", "2", "--format", "json"), *options
    )
    assert [job["request_id"] for job in answer.json["jobs"]] == ["req-3", "req-2"]


@pytest.mark.parametrize(
    ("decision", "state", "request_id"),
    [
        (("--not-accepted",), "not accepted", None),
        (("--request-id", "req-9"), "pending", "req-9"),
    ],
)
def test_an_unknown_job_is_settled(
    shell: Shell, decision: tuple[str, ...], state: str, request_id: str | None
) -> None:
    with SqliteJournal(shell.folder / "jobs.db") as journal:
        journal.note(
            Intent("n/v/m/1", "v/m", "0", 1.0, batch="n", base_url="https://h")
        )
        alive = shell("jobs", "settle", "n/v/m/1", *decision, "--journal", "jobs.db")
        assert (alive.code, "is alive" in alive.err) == (3, True)
        listed = shell("jobs", "--journal", "jobs.db")
        assert "submitting" in listed.out
        journal.note(OutcomeUnknown("n/v/m/1"))
    listed = shell("jobs", "--journal", "jobs.db")
    assert "unknown" in listed.out
    assert "reference n/v/m/1" in listed.out
    settled = shell("jobs", "settle", "n/v/m/1", *decision, "--journal", "jobs.db")
    assert settled.code == 0
    [job] = shell("jobs", "--journal", "jobs.db", "--format", "json").json["jobs"]
    assert (job["state"], job["request_id"], job["batch"]) == (state, request_id, "n")
    again = shell("jobs", "--journal", "jobs.db", "settle", "n/v/m/1", *decision)
    assert (again.code, "is known" in again.err) == (3, True)


@pytest.mark.parametrize(
    "options",
    [(), ("--not-accepted", "--request-id", "x"), ("--request-id", "a/b")],
)
def test_a_settlement_needs_one_decision(
    shell: Shell, options: tuple[str, ...]
) -> None:
    with SqliteJournal(shell.folder / "jobs.db") as journal:
        journal.entries()
    answer = shell("jobs", "settle", "x", *options, "--journal", "jobs.db")
    assert answer.code == 2
    assert "Traceback" not in answer.err


def test_a_batch_is_listed_with_its_counts(
    shell: Shell, postgres: PostgresServer
) -> None:
    url = postgres.new_schema()
    password = "s3cret"
    for location in (shell.folder / "jobs.db", url):
        journal = open_journal(location)
        assert journal is not None
        for number, batch in enumerate(["books", "books", "others"]):
            journal.note(
                Intent(f"{batch}/{number}", "v/m", "0", 1.0 + number, batch=batch)
            )
            journal.note(OutcomeUnknown(f"{batch}/{number}"))
        journal.close()
        listed = shell("jobs", "--batch", "books", "--journal", str(location))
        assert listed.out.startswith("books: 2 jobs: 2 unknown\n")
        assert listed.out.count("reference books/") == 2
        options = ("--batch", "books", "--format", "json", "--journal", str(location))
        content = shell("jobs", *options).json
        assert content["counts"] == {"unknown": 2}
        assert [job["reference"] for job in content["jobs"]] == ["books/1", "books/0"]
        settled = shell(
            *("jobs", "settle", "books/0", "--not-accepted", "--journal", str(location))
        )
        assert settled.code == 0
        assert password not in listed.out + listed.err + settled.out + settled.err


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("postgresql://me:hunter-22@127.0.0.1:1/db", 3),
        ("host=127.0.0.1 port=1 user=me password=hunter-22 connect_timeout=2", 3),
        ("postgresql://me:hun/ter-22@h/db", 2),
        ("postgresql:/me:hunter-22@h/db", 2),
        ("mysql://me:hunter-22@h/db", 2),
    ],
)
@pytest.mark.parametrize("how", ["option", "variable"])
def test_no_command_shows_the_password_of_a_journal(
    shell: Shell, address: str, code: int, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg")
    budget = "runcomfy_runtime.postgres.connection.DATABASE_FIRST_CONNECT_BUDGET"
    monkeypatch.setattr(budget, 0.2)
    if how == "option":
        answer = shell("jobs", "--journal", address)
    else:
        answer = shell("jobs", environment={"RUNCOMFY_JOURNAL": address})
    assert (answer.code, answer.out) == (code, "")
    assert "postgresql" in answer.err
    for part in ("hunter", "ter-22", "Traceback"):
        assert part not in answer.err


def test_a_file_that_is_no_journal_is_said_so(shell: Shell) -> None:
    shell.write("notes.txt", "milk, eggs\n" * 100)
    answer = shell("jobs", "--journal", "notes.txt")
    assert answer.code == 3
    assert "notes.txt" in answer.err


RULED = {
    "type": "array",
    "items": {"type": "string", "format": "image_uri"},
    "validations": [
        {
            "validation_rule": "width/height≤",
            "validation_value": "3",
            "validation_error": "No wider than 3:1.",
        }
    ],
}


def ruled(shell: Shell) -> None:
    """A model with a media rule, and images that keep and break it."""
    shell.write("entry.json", entry("acme/framer", images=RULED))
    assert shell("import", "entry.json").code == 0
    (shell.folder / "good.png").write_bytes(png(300, 100, 0.5))
    (shell.folder / "thin.png").write_bytes(png(301, 100, 0.5))


def test_validate_measures_local_files_and_quotes_the_broken_rule(shell: Shell) -> None:
    ruled(shell)
    shell.write("in.json", {"images": ["good.png", "thin.png"]})
    answer = shell("validate", "acme/framer", "in.json", "--format", "json")
    assert answer.code == 1
    assert answer.json["problems"] == [
        {
            "pointer": "/images/1",
            "code": "width/height",
            "verdict": "fail",
            "message": "No wider than 3:1.",
            "rule": "width/height <= 3",
            "limit": "3",
            "actual": "3.01",
            "evidence": ["IHDR at byte 8"],
        }
    ]
    table = shell("validate", "acme/framer", "in.json").out
    assert re.search(r"pass +/images/0 +width/height <= 3 +3\b", table)
    assert re.search(r"fail +/images/1 +width/height <= 3 +3\.01\b", table)


def test_a_file_that_cannot_be_measured_is_unknown_and_refuses_nothing(
    shell: Shell,
) -> None:
    ruled(shell)
    shell.write("in.json", {"images": ["https://127.0.0.1:9/x.png"]})
    answer = shell("validate", "acme/framer", "in.json", "--format", "json")
    assert answer.code == 0
    [problem] = answer.json["problems"]
    assert (problem["pointer"], problem["verdict"]) == ("/images/0", "unknown")


def test_run_refuses_an_image_that_breaks_a_rule_and_sends_nothing(
    shell: Shell,
) -> None:
    ruled(shell)
    thin = base64.b64encode((shell.folder / "thin.png").read_bytes()).decode()
    shell.write("in.json", {"images": [f"data:image/png;base64,{thin}"]})
    nowhere = environment_of("http://127.0.0.1:9")
    answer = shell("run", "acme/framer", "in.json", environment=nowhere)
    assert answer.code == 1
    assert "No wider than 3:1." in answer.out


def test_the_sandbox_rehearses_a_scenario_and_keeps_its_state(project: Shell) -> None:
    project.write("in.json", {"prompt": "a boat"})
    project.write(
        "faults.toml", '[[fault]]\nname = "rate-limited"\non = ["submit"]\nfirst = 1\n'
    )
    options = ("--scenario", "faults.toml", "--state", "state.db", "--speed", "20")
    with served(project, *options) as (url, _):
        ran = project("run", PAINTER, "in.json", environment=environment_of(url))
    request_id = ran.out.splitlines()[0].removeprefix("request ")
    with served(project, "--state", "state.db") as (url, _):
        status = project("status", request_id, environment=environment_of(url))
    assert ran.code == 0, ran.err
    assert status.out == f"{request_id}: completed\n"


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [(None, 2, "no such file"), ("[[fault]]\nname = 'nonsense'\n", 2, "nonsense")],
)
def test_a_scenario_that_says_nothing_is_wrong_usage(
    project: Shell, content: str | None, code: int, words: str
) -> None:
    if content is not None:
        project.write("faults.toml", content)
    answer = project("sandbox", "--port", "0", "--scenario", "faults.toml")
    assert answer.code == code
    assert words in answer.err


def test_a_state_that_cannot_be_used_is_said_so(project: Shell) -> None:
    project.write("state.db", "milk, eggs\n" * 100)
    answer = project("sandbox", "--port", "0", "--state", "state.db")
    assert answer.code == 3
    assert "state.db" in answer.err


@pytest.mark.parametrize("value", [[1, "x"], "done", None])
def test_a_result_that_is_no_object_is_printed_as_the_output(
    shell: Shell, value: object
) -> None:
    with ScriptedServer() as server:
        server.on("status", status("completed"))
        server.on("result", Reply(json.dumps(value).encode()))
        call = ("result", "req-1", "--format", "json", "--output", "out")
        done = shell(*call, environment=environment_of(server.url))
    assert (done.code, done.json) == (0, {"output": value, "files": []})
