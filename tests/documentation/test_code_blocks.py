"""Every block of code in the documentation is right: it runs, or what reads it accepts it."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import jinja2
import pytest
import yaml

from runcomfy_codegen.cli import command
from runcomfy_codegen.diff.approvals import read_approvals
from runcomfy_codegen.limits.limits_file import read_limits
from runcomfy_codegen.sandbox import Sandbox
from runcomfy_codegen.sandbox.faults.fault_rule import parse_scenario
from runcomfy_codegen.workspace.configuration import Config, read_config
from support.pages import ROOT, Block, all_blocks, blocks, commands

# Pages whose programs run in a test of their own, which also looks at what they print.
RUN_ELSEWHERE = {
    "README.md": "tests/test_readme.py",
    "docs/errors.md": "tests/runtime/test_errors_page.py",
    "docs/many-machines.md": "tests/examples/test_many_machines_page.py",
    "docs/python-api.md": "tests/test_api.py",
    "docs/sandbox.md": "tests/sandbox/test_documentation.py",
    "docs/tutorial.md": "tests/documentation/test_tutorial.py",
}
# What runs before the programs of a page: what the page leaves to the machine of the reader.
BEFORE = {
    "docs/how-to/celery.md": "import tasks\n"
    "tasks.app.conf.update(broker_url='memory://', task_always_eager=True)",
}
PRINTED = {"docs/client.md": ("no brand names", "POST http://127.0.0.1", "/outputs/")}
"""What the programs of a page print, among other things."""
FILE_NAME = re.compile(r"# (\w+)\.py\n")


def named(block: Block) -> str:
    return str(block)


# Programs in Python.


@pytest.mark.parametrize("block", blocks("python"), ids=named)
def test_a_program_compiles(block: Block) -> None:
    compile(block.code, str(block), "exec")


@pytest.mark.parametrize("page", sorted(RUN_ELSEWHERE))
def test_the_programs_of_a_page_run_elsewhere(page: str) -> None:
    test = (ROOT / RUN_ELSEWHERE[page]).read_text("utf-8")
    assert page in test
    assert "exec(" in test or "subprocess" in test


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(speed=200, balance=1000.0) as served:
        yield served


PROGRAMS = sorted({block.page for block in blocks("python")} - {*RUN_ELSEWHERE})


@pytest.mark.parametrize("page", PROGRAMS)
def test_the_programs_of_a_page_run(
    page: str,
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In one folder, one after the other. One that begins with a file's name becomes that file."""
    monkeypatch.setenv("RUNCOMFY_BASE_URL", sandbox.url)
    monkeypatch.setenv("RUNCOMFY_TOKEN", sandbox.token)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    programs: list[str] = []
    for block in blocks("python", page=page):
        file = FILE_NAME.match(block.code)
        if file:
            Path(f"{file[1]}.py").write_text(block.code, "utf-8")
            # As if it was never imported: another test may have a module of this name.
            monkeypatch.delitem(sys.modules, file[1], raising=False)
        else:
            programs.append(block.code)
    for program in (BEFORE.get(page, ""), *programs):
        exec(compile(program, page, "exec"), {"__name__": "page"})
    printed = capsys.readouterr().out
    assert [text for text in PRINTED.get(page, ()) if text not in printed] == []


# Calls of the command line.


@pytest.mark.parametrize("page", sorted({each.page for each in blocks("sh")}))
def test_the_shell_reads_the_lines_of_a_page(page: str) -> None:
    lines = "".join(block.code for block in blocks("sh", page=page))
    done = subprocess.run(["bash", "-n"], input=lines, text=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")


CALLS = [
    pytest.param(words, id=f"{block.page}: {' '.join(words)}")
    for block in all_blocks()
    for words in commands(block)
]


@pytest.mark.parametrize("words", CALLS)
def test_the_command_line_takes_a_call(words: list[str]) -> None:
    group: click.Group = command
    context = click.Context(command)
    found = group.get_command(context, words[0])
    assert found is not None
    inner = words[1:] if isinstance(found, click.Group) else []
    if (
        isinstance(found, click.Group)
        and inner
        and found.get_command(context, inner[0])
    ):
        found, words = found.get_command(context, inner[0]), inner
    assert found is not None
    found.make_context(words[0], words[1:])


# Files.


def _read_toml(text: str, folder: Path) -> None:
    """Whatever reads a file with these tables accepts it."""
    table = tomllib.loads(text)
    if "limit" in table:
        read = read_limits(text.encode(), "vendor/model", "limits.toml")
        assert len(read.entries) == len(table["limit"])
        assert read.diagnostics == ()
    elif "require" in table or "rule" in table:
        names = re.findall(r'"(\w+)"|properties\.(\w+)', text)
        fields = sorted({f"/{name}" for pair in names for name in pair if name})
        entry = f'model_id = "vendor/model"\n[[limit]]\nfields = {json.dumps(fields)}\n'
        _read_toml(f'{entry}quote = "words"\n{text}', folder)
    elif "approved" in table:
        assert len(read_approvals(table)) == len(table["approved"])
    elif "fault" in table:
        assert len(parse_scenario(text)) == len(table["fault"])
    else:
        file = "pyproject.toml" if "tool" in table else "runcomfy-codegen.toml"
        (folder / file).write_text(text, "utf-8")
        assert read_config(folder / file) != Config()


def _read_ini(text: str, folder: Path) -> None:
    assert configparser.ConfigParser().read_string(text) is None


READERS: dict[str, Callable[[str, Path], Any]] = {
    "ini": _read_ini,
    "jinja": lambda text, _: jinja2.Environment().parse(text),
    "json": lambda text, _: json.loads(text),
    "toml": _read_toml,
    "yaml": lambda text, _: yaml.safe_load(text),
}
READ_OTHERWISE = {"python", "sh", "console", "text", ""}


def test_every_block_is_in_a_language_that_is_checked() -> None:
    found = {block.language for block in all_blocks()}
    assert found <= READERS.keys() | READ_OTHERWISE


@pytest.mark.parametrize("block", blocks(*READERS), ids=named)
def test_what_reads_a_file_accepts_it(block: Block, tmp_path: Path) -> None:
    READERS[block.language](block.code, tmp_path)
