"""The page of the sandbox is true: every fault, every option, every program in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runcomfy_codegen.cli.sandbox import command
from runcomfy_codegen.sandbox.faults.fault_rule import FAULTS, parse_scenario
from runcomfy_codegen.sandbox.openapi_document import sandbox_calls

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/sandbox.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_page_lists_every_fault_with_its_description() -> None:
    rows = [f"| `{name}` | {fault.description} |" for name, fault in FAULTS.items()]
    listed = PAGE[PAGE.index("| fault |") : PAGE.index("## Inspecting")]
    assert re.findall(r"^\| `[a-z0-9-]+` \| .* \|$", listed, re.MULTILINE) == rows


def test_the_page_lists_every_call_by_hand() -> None:
    listed = re.findall(r"^\| `(GET|POST) (/sandbox/[^`?]*)", PAGE, re.MULTILINE)
    known = {
        (method.upper(), path)
        for path, calls in sandbox_calls().items()
        for method in calls
        if path.startswith("/sandbox/")
    }
    assert set(listed) == known


def test_every_option_in_the_page_is_one_of_the_command() -> None:
    known = {option for parameter in command.params for option in parameter.opts}
    listed = set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE))
    assert listed <= known
    assert known - listed <= {"--port", "--schemas", "--config"}


def test_the_scenario_in_the_page_is_read() -> None:
    [text] = blocks("toml")
    assert [rule.fault.name for rule in parse_scenario(text)] == [
        "rate-limited",
        "lost-answer",
    ]


def test_the_programs_in_the_page_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    programs = [block for block in blocks("python") if "def test_" not in block]
    assert len(programs) == 3
    for program in programs:
        exec(program, {})
    output = capsys.readouterr().out
    assert "http://127.0.0.1" in output
    assert "0 requests yet" in output
    assert "/outputs/" in output


def test_the_tests_in_the_page_pass(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "generated"))
    tests = [block for block in blocks("python") if "def test_" in block]
    names = [f"test_{number}" for number, _ in enumerate(tests)]
    pytester.makepyfile(**dict(zip(names, tests, strict=True)))
    done = pytester.runpytest_subprocess("-p", "runcomfy_codegen.sandbox.pytest_plugin")
    done.assert_outcomes(passed=2)
