"""A running command that is stopped: what it says of the job it leaves, and with which code."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from support.command_line import Shell
from support.scripted_server import (
    REQUEST_ID,
    Reply,
    ScriptedServer,
    result,
    status,
    submitted,
)

TOKEN = "rc-0123456789-secret"
PAINTER = "acme/painter/text-to-image"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        running.on("submit", submitted())
        running.on("status", status("in_progress"))
        yield running


def environment_of(server: ScriptedServer) -> dict[str, str]:
    return {"RUNCOMFY_BASE_URL": server.url, "RUNCOMFY_TOKEN": TOKEN}


@contextmanager
def started(project: Shell, server: ScriptedServer, *words: str) -> Iterator[Any]:
    project.write("in.json", {"prompt": "a boat"})
    process = subprocess.Popen(
        [sys.executable, "-m", "runcomfy_codegen", *words],
        cwd=project.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment_of(server), "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


RUN = ("run", PAINTER, "in.json")
STOPS = [
    (signal.SIGINT, 130, "interrupted"),
    (signal.SIGTERM, 143, "terminated"),
]


@pytest.mark.parametrize(("number", "code", "word"), STOPS)
@pytest.mark.parametrize("words", [RUN, ("result", REQUEST_ID)], ids=lambda w: w[0])
def test_a_stopped_command_says_how_to_go_on_with_the_running_job(
    project: Shell,
    server: ScriptedServer,
    words: tuple[str, ...],
    number: signal.Signals,
    code: int,
    word: str,
) -> None:
    with started(project, server, *words) as process:
        assert "in_progress" in process.stderr.readline()
        process.send_signal(number)
        _, printed = process.communicate(timeout=20)
    assert process.returncode == code
    assert f"error: {word}\n" in printed
    assert f"The RunComfy job {REQUEST_ID} is still running." in printed
    assert "Traceback" not in printed
    assert TOKEN not in printed
    [job] = re.findall(r"Go on with: runcomfy-codegen result (\S+)", printed)
    server.on("status", status("completed"))
    server.on("result", result({}))
    again = project("result", job, environment=environment_of(server))
    assert (again.code, server.count("cancel")) == (0, 0)


@pytest.mark.parametrize(("number", "code", "word"), STOPS)
def test_a_command_stopped_while_it_submits_still_learns_which_job_it_leaves(
    project: Shell, server: ScriptedServer, number: signal.Signals, code: int, word: str
) -> None:
    taken, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        taken.set()
        let_go.wait(20)

    server.on("submit", Reply({"request_id": REQUEST_ID}, before=hold))
    server.on("status", status("cancelled"))
    server.on("cancel", Reply({"request_id": REQUEST_ID, "outcome": "cancelled"}))
    with started(project, server, *RUN) as process:
        assert taken.wait(20)
        process.send_signal(number)
        threading.Timer(0.3, let_go.set).start()
        _, printed = process.communicate(timeout=20)
    assert process.returncode == code
    assert f"The RunComfy job {REQUEST_ID} is cancelled." in printed
    assert "Go on with" not in printed
    assert server.kinds == ["submit", "cancel", "status"]


def test_a_command_stopped_while_it_downloads_says_where_the_files_are(
    project: Shell, server: ScriptedServer
) -> None:
    fetched = threading.Event()
    server.on("status", status("completed"))
    server.on("result", result({"image": f"{server.url}/a.png"}))
    server.on("/a.png", Reply(fault="hang", before=fetched.set))
    with started(project, server, *RUN) as process:
        assert fetched.wait(20)
        process.send_signal(signal.SIGINT)
        _, printed = process.communicate(timeout=20)
    assert process.returncode == 130
    assert f"Go on with: runcomfy-codegen result {REQUEST_ID}\n" in printed
    assert "Traceback" not in printed


def test_a_deadline_says_how_to_go_on(project: Shell, server: ScriptedServer) -> None:
    project.write("in.json", {"prompt": "a boat"})
    answer = project(*RUN, "--timeout", "1", environment=environment_of(server))
    assert answer.code == 3
    assert "did not end in time; it is still running" in answer.err
    assert "Go on with: runcomfy-codegen result rcjob1." in answer.err


BAD_JOBS = ["", "a/b\nc", "rcjob1.e30", "rcjob9.e30"]


@pytest.mark.parametrize("command", ["status", "result", "cancel"])
def test_a_job_that_could_not_be_one_is_said_so_and_nothing_is_sent(
    shell: Shell, server: ScriptedServer, command: str
) -> None:
    for bad in BAD_JOBS:
        answer = shell(command, bad, environment=environment_of(server))
        assert answer.code == 3, bad
        assert answer.err.startswith("error: ")
        assert "job" in answer.err
    assert server.seen == []
