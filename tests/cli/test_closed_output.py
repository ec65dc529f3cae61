"""A reader that closes the output, as ``| head`` does, is no failure of the command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support.command_line import Shell

CALLS = [
    ("models", "out", 0),
    ("models", "both", 0),
    ("--help", "out", 0),
    ("nonsense", "out", 2),
    ("nonsense", "both", 0),  # nobody reads why: only the end counts
]


@pytest.mark.parametrize(("call", "streams", "code"), CALLS)
def test_a_closed_output_ends_the_command_in_silence(
    project: Shell, call: str, streams: str, code: int
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
    assert done.returncode == code
    assert "BrokenPipe" not in (done.stderr or "")
