"""docs/many-machines.md is true: its program runs with xargs, Celery and Dask."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runcomfy_codegen.sandbox import Sandbox
from support.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/many-machines.md").read_text("utf-8")
COUNT = 20


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def block(language: str, word: str) -> str:
    """The one block with this word."""
    (found,) = [text for text in blocks(language) if word in text]
    return found


class Batch:
    """The batch of the page in a folder, with a sandbox as the server."""

    def __init__(self, folder: Path, sandbox: Sandbox, journal: str) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.environment = {
            **os.environ,
            "RUNCOMFY_JOURNAL": journal,
            "RUNCOMFY_TOKEN": sandbox.token,
            "RUNCOMFY_BASE_URL": sandbox.url,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "generated"), str(folder)]),
        }

    def shell(self, line: str) -> None:
        subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            timeout=100,
            check=True,
        )

    @property
    def files(self) -> int:
        return len(list((self.folder / "out").glob("*")))

    def check(self) -> None:
        bill = self.sandbox.ledger()
        assert len(bill) == COUNT
        assert not any(row.repeats for row in bill)
        assert self.files == COUNT


@pytest.fixture
def batch(postgres: PostgresServer, tmp_path: Path) -> Iterator[Batch]:
    program = blocks("python")[0].replace("/shared/out", str(tmp_path / "out"))
    body = textwrap.indent(program, "    ")
    run = 'if __name__ == "__main__":\n    work()\n'
    (tmp_path / "work.py").write_text(f"def work():\n{body}\n{run}")
    prompts = "".join(f"A boat {number}\n" for number in range(COUNT))
    (tmp_path / "prompts.txt").write_text(prompts)
    with Sandbox(speed=1e6) as sandbox:
        yield Batch(tmp_path, sandbox, postgres.new_schema())


def needs(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        importlib.util.find_spec(module) is None,
        reason=f"{module} is not installed: pip install {module}",
    )


def test_the_program_of_the_page_runs_in_many_processes(batch: Batch) -> None:
    python = shlex.quote(sys.executable)
    line = block("sh", "xargs").replace("8", "2").replace("python ", f"{python} ")
    batch.shell(line)
    batch.check()


@needs("celery")
def test_the_program_of_the_page_runs_with_celery(batch: Batch) -> None:
    """With a folder as the broker, so that the test needs no other server."""
    folders = {f"data_folder_{way}": str(batch.folder) for way in ("in", "out")}
    options = {**folders, "control_folder": str(batch.folder)}
    tasks = block("python", "Celery").replace(
        '"redis://…"', f'"filesystem://", broker_transport_options={options!r}'
    )
    (batch.folder / "tasks.py").write_text(tasks)
    start, call = block("sh", "celery").splitlines()
    celery = f"{shlex.quote(sys.executable)} -m celery "
    batch.shell(call.replace("32", "3").replace("celery ", celery))
    line = start.replace("8", "2").replace("celery ", celery, 1).partition("#")[0]
    worker = subprocess.Popen(
        ["sh", "-c", f"exec {line}"], cwd=batch.folder, env=batch.environment
    )
    try:
        limit = time.monotonic() + 90
        while batch.files < COUNT:
            assert time.monotonic() < limit
            time.sleep(0.1)
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    batch.check()


@needs("distributed")
def test_the_program_of_the_page_runs_with_dask(batch: Batch) -> None:
    program = block("python", "Dask").replace('"tcp://scheduler:8786"', "local")
    body = textwrap.indent(program, "    ")
    (batch.folder / "on_dask.py").write_text(
        "from dask.distributed import LocalCluster\n"
        'if __name__ == "__main__":\n'
        "    local = LocalCluster(n_workers=2, dashboard_address=None)\n"
        f"{body}    local.close()\n"
    )
    batch.shell(f"{shlex.quote(sys.executable)} on_dask.py")
    batch.check()


def test_every_program_of_the_page_compiles() -> None:
    programs = [
        compile(block, "many-machines.md", "exec") for block in blocks("python")
    ]
    assert all(program.co_names for program in programs)
    assert programs
