"""What a person at a terminal sees of a running job."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from support.command_line import Shell
from support.scripted_server import Reply, ScriptedServer, result, status, submitted

pty = pytest.importorskip("pty")
PAINTER = "acme/painter/text-to-image"


def on_a_terminal(project: Shell, environment: dict[str, str], *words: str) -> str:
    """What the command shows on a terminal, the marks for colour and cursor left out."""
    ours, theirs = pty.openpty()
    here = {"TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
    process = subprocess.Popen(
        [sys.executable, "-m", "runcomfy_codegen", *words],
        cwd=project.folder,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, **environment, **here},
    )
    os.close(theirs)
    shown = bytearray()
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # Linux says so when the other end is closed
    finally:
        os.close(ours)
    assert process.wait(timeout=20) == 0, shown.decode()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())


def test_a_terminal_shows_the_queue_the_time_and_then_the_bytes(project: Shell) -> None:
    project.write("in.json", {"prompt": "a boat"})
    with ScriptedServer() as server:
        states: list[Any] = [
            status("in_queue", queue_position=3),
            status("in_queue", queue_position=1),
            status("in_progress"),
            status("completed"),
        ]
        server.on("submit", submitted())
        server.on("status", *states)
        server.on("result", result({"image": f"{server.url}/a.png"}))
        server.on("/a.png", Reply(b"x" * 300_000))
        answer = on_a_terminal(
            project,
            {"RUNCOMFY_BASE_URL": server.url, "RUNCOMFY_TOKEN": "rc-0123456789-secret"},
            *("run", PAINTER, "in.json"),
        )
    steps = [
        "submitting",
        "in_queue (position 3)",
        "in_queue (position 1)",
        "in_progress",
        "completed",
        "300.0/300.0 kB",
    ]
    places = [answer.find(step) for step in steps]
    assert -1 not in places, answer
    assert places == sorted(places)
    assert re.search(r"in_progress +0:00:0[1-9]", answer), "the time that has passed"
    assert "secret" not in answer
