"""docs/many-machines.md is true: its program runs with xargs, and its other programs compile."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from runcomfy_codegen.sandbox import Sandbox
from support.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/many-machines.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_program_of_the_page_runs_in_many_processes(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.new_schema()
    program = blocks("python")[0].replace("/shared/out", str(tmp_path / "out"))
    (tmp_path / "work.py").write_text(program)
    prompts = "".join(f"A boat {number}\n" for number in range(20))
    (tmp_path / "prompts.txt").write_text(prompts)
    (line,) = [block for block in blocks("sh") if "xargs" in block]
    python = shlex.quote(sys.executable)
    line = line.replace("python ", f"{python} ").replace("8", "2")
    with Sandbox(speed=1e6) as sandbox:
        environment = {
            **os.environ,
            "RUNCOMFY_JOURNAL": url,
            "RUNCOMFY_TOKEN": sandbox.token,
            "RUNCOMFY_BASE_URL": sandbox.url,
            "PYTHONPATH": str(ROOT / "generated"),
        }
        subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, env=environment, timeout=100, check=True
        )
        bill = sandbox.ledger()
    assert len(bill) == 20
    assert not any(row.repeats for row in bill)
    assert len(list((tmp_path / "out").iterdir())) == 20


def test_every_program_of_the_page_compiles() -> None:
    programs = [
        compile(block, "many-machines.md", "exec") for block in blocks("python")
    ]
    assert all(program.co_names for program in programs)
    assert programs
