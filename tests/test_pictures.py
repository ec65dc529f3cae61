"""The pictures and the table of the README show what there is now."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from support.command_line import Shell

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def pictures() -> Mapping[str, Any]:
    return runpy.run_path(str(ROOT / ".ci/pictures.py"))


def test_the_picture_of_the_page_is_of_the_page_as_it_is(
    pictures: Mapping[str, Any],
) -> None:
    assert pictures["stale"](terminal=False) == [], "python .ci/pictures.py"


def test_the_terminal_shows_what_the_commands_print(
    pictures: Mapping[str, Any], shell: Shell, long_run: bool
) -> None:
    shown = pictures["svg_text"](pictures["TERMINAL"].read_text("utf-8"))
    shutil.copy(ROOT / "docs/boat.png", shell.folder)
    schemas = str(ROOT / "schemas")
    for line in pictures["SESSION"]:
        typed = "".join(line.split())
        assert typed in shown, "python .ci/pictures.py"
        after = shown[shown.index(typed) + len(typed) :]
        if "--sandbox" in line and not long_run:
            continue
        answer = shell(*shlex.split(line)[1:], "--schemas", schemas)
        # The bars of a terminal are on stderr, and are lines elsewhere.
        assert "".join(answer.out.split()) in after, "python .ci/pictures.py"


def test_the_table_of_faults_says_what_this_client_does(
    monkeypatch: pytest.MonkeyPatch, long_run: bool
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import faults

    head, *rows = faults.in_readme()
    assert [row[0] for row in rows] == [row.text for row in faults.ROWS]
    assert [re.sub(" [0-9.]+$", "", name) for name in head] == [
        *("what goes wrong", "this client", "fal-client", "replicate", "openai")
    ]
    # Each row is a process of its own.
    short = {"lost answer", "half an answer", "queued"}
    chosen = [row for row in faults.ROWS if long_run or row.fault in short]
    measured = faults.table(chosen, only=[faults.OURS])
    ours = {row[0]: row[1] for row in rows}
    assert {row[0]: row[1] for row in measured[1:]} == {
        row.text: ours[row.text] for row in chosen
    }
