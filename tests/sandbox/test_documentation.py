"""The page of the sandbox is true: every fault, every option, every program in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runcomfy_codegen.cli.sandbox import command
from runcomfy_codegen.sandbox.faults.scenario import parse_scenario
from runcomfy_codegen.sandbox.faults.table import FAULTS

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[2] / "docs/sandbox.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_every_fault_stands_in_the_page_as_the_table_says_it() -> None:
    rows = [f"| `{name}` | {fault.says} |" for name, fault in FAULTS.items()]
    assert (
        re.findall(r"^\| `[a-z0-9-]+` \| .* \|$", PAGE, re.MULTILINE)[-len(rows) :]
        == rows
    )


def test_every_option_in_the_page_is_one_of_the_command() -> None:
    known = {option for parameter in command.params for option in parameter.opts}
    told = set(re.findall(r"^\| `(--[a-z]+)", PAGE, re.MULTILINE))
    assert told <= known
    assert known - told <= {"--port", "--schemas", "--config"}


def test_the_scenario_in_the_page_is_read() -> None:
    [text] = blocks("toml")
    assert [rule.fault.name for rule in parse_scenario(text)] == [
        "rate-limited",
        "lost-answer",
    ]


def test_the_programs_in_the_page_run(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    program, test = blocks("python")
    exec(program, {})
    assert "http://127.0.0.1" in capsys.readouterr().out
    pytester.makepyfile(test)
    done = pytester.runpytest_subprocess("-p", "runcomfy_codegen.sandbox.pytest_plugin")
    done.assert_outcomes(passed=1)
