"""The calls of the tool on the pages, run one after the other as a reader runs them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest

from runcomfy_codegen.api import load
from runcomfy_codegen.sandbox import Sandbox
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.errors import SubmitOutcomeUnknown
from support.command_line import Shell, entry
from support.pages import ROOT, blocks, commands

MODEL = "google/nano-banana-2-lite/text-to-image"
Prepare = Callable[[Shell], dict[str, list[str]]]
"""Makes what a page has from before, and says what its words in capitals stand for, in turn."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    models = load(MODEL, schemas=str(ROOT / "schemas")).by_id
    with Sandbox(models, speed=200, balance=1000.0) as served:
        yield served


def nothing(shell: Shell) -> dict[str, list[str]]:
    return {}


def a_journal(shell: Shell) -> dict[str, list[str]]:
    """Two jobs, and two requests of which nobody knows whether they were accepted."""
    with RunComfy(journal=str(shell.folder / "jobs.db")) as client:
        job = client.submit(MODEL, {"prompt": "A boat"})
        other = client.submit(MODEL, {"prompt": "A gull"})
        lost: list[str] = []
        for number in range(2):
            with pytest.raises(SubmitOutcomeUnknown) as raised:
                client.submit(MODEL, {"prompt": f"[sandbox: dropped] {number}"})
            lost.append(raised.value.reference)
    return {"JOB": [job.request_id] * 3, "REFERENCE": lost, "ID": [other.request_id]}


def a_repository(shell: Shell) -> dict[str, list[str]]:
    """Schemas of one model, committed, a page, a catalog entry and a limit."""
    folder = shell.folder / "schemas" / MODEL
    shutil.copytree(ROOT / "schemas" / MODEL, folder)
    pages = ROOT / "generator/runcomfy_codegen/demo_pages"
    shutil.copy(pages / "dreamina-4-0-edit.ru.txt", shell.folder / "page.html")
    shell.write("catalog.json", [entry("vendor/model")])
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "schemas"),
    ):
        subprocess.run(["git", *words], cwd=shell.folder, check=True)
    return {}


def a_model(shell: Shell) -> dict[str, list[str]]:
    shell.publish("schemas", entry("vendor/model"))
    return {}


PAGES: dict[str, Prepare] = {
    "docs/terminal.md": nothing,
    "docs/how-to/journal.md": a_journal,
    "docs/how-to/upgrade.md": a_repository,
    "docs/how-to/vendoring.md": nothing,
    "docs/limits.md": a_model,
}
# Pages whose calls run in another test, or start a server that never ends.
ELSEWHERE = {
    "README.md",
    "docs/many-machines.md",
    "docs/sandbox.md",
    "docs/tutorial.md",
    "docs/how-to/fastapi.md",
}


def test_every_page_with_calls_is_run_here_or_elsewhere() -> None:
    found = {block.page for block in blocks("sh") if commands(block)}
    assert found == {*PAGES} | ELSEWHERE


@pytest.mark.parametrize("page", PAGES)
def test_the_calls_of_a_page_run(
    page: str,
    sandbox: Sandbox,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    long_run: bool,
) -> None:
    if page == "docs/terminal.md" and not long_run:
        pytest.skip("the tutorial makes most of these calls: pass --long")
    monkeypatch.setenv("RUNCOMFY_BASE_URL", sandbox.url)
    monkeypatch.setenv("RUNCOMFY_TOKEN", sandbox.token)
    words = PAGES[page](shell)
    text = "".join(block.code for block in blocks("sh", page=page))
    if "RUNCOMFY_JOURNAL=jobs.db" in text:
        monkeypatch.setenv("RUNCOMFY_JOURNAL", "jobs.db")
    for block in blocks("sh", page=page):
        for call in commands(block):
            answer = shell(*(words[w].pop(0) if w in words else w for w in call))
            assert answer.code in (0, _may_find(call)), (call, answer.err)


def _may_find(call: list[str]) -> int:
    """The exit code of a call that may find something, or a job that has ended."""
    return 1 if call[0] in ("lint", "diff", "cancel") else 0
