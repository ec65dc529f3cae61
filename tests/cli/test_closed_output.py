"""A reader that closes the output, as ``| head`` does, is no failure of the command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support.command_line import Shell

CALLS = [
    ("models", 0),
    ("models --format json", 0),
    ("--help", 0),
    ("nonsense", 2),
]


@pytest.mark.parametrize("streams", ["out", "both"])
@pytest.mark.parametrize(("call", "code"), CALLS)
def test_a_closed_output_ends_the_command_in_silence(
    project: Shell, streams: str, call: str, code: int
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "runcomfy_codegen", *call.split(" ")],
        cwd=project.folder,
        stdout=writing,
        stderr=writing if streams == "both" else subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    # Nobody reads why either: with the messages closed too, only the end counts.
    assert done.returncode == (code if streams == "out" else 0)
    assert "BrokenPipe" not in (done.stderr or "")
