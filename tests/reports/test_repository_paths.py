"""Annotations and SARIF name files from the root of the repository, from any folder."""

from __future__ import annotations

import re

import pytest

from diff.schema_folders import TEXT, commit, entry, git
from support.command_line import Answer, Shell

FILE = "apps/web/schemas/acme/painter/text-to-image/en.json"


@pytest.fixture
def app(shell: Shell) -> Shell:
    """A project below the root of a repository, with a change that breaks callers."""
    git(shell, "init", "-q", "-b", "main")
    inner = Shell(shell.folder / "apps" / "web")
    inner.publish("schemas", entry(prompt={**TEXT, "maxLength": 9}))
    commit(shell)
    assert inner("generate").code == 0
    rules = [
        {"validation_rule": "odd<", "validation_value": 1, "validation_error": "x"}
    ]
    image = {"type": "string", "format": "image_uri", "validations": rules}
    inner.publish("schemas", entry(prompt={**TEXT, "maxLength": 5}, image_url=image))
    inner.write("schemas/acme/torn/en.json", "{")
    return inner


def files(answer: Answer, form: str) -> set[str]:
    if form == "sarif":
        return set(re.findall(r'"uri": "([^"]*)"', answer.out))
    return set(re.findall(r"file=([^,]*),", answer.out))


@pytest.mark.parametrize("form", ["github", "sarif"])
@pytest.mark.parametrize(
    ("place", "words"),
    [
        (".", ("diff", "HEAD")),
        (".", ("diff", "main", "HEAD")),
        (".", ("lint",)),
        ("schemas", ("lint", "--schemas", ".")),
        ("../..", ("lint", "--schemas", "apps/web/schemas")),
        ("../..", ("diff", "HEAD:apps/web/schemas")),
        ("schemas/acme", ("diff", "HEAD:apps/web/schemas")),
        (".", ("check",)),
    ],
)
def test_paths_start_at_the_root(
    app: Shell, form: str, place: str, words: tuple[str, ...]
) -> None:
    if words[0] == "check" and form == "sarif":
        return
    inner = Shell((app.folder / place).resolve())
    answer = inner(*words, "--format", form)
    named = files(answer, form)
    if words == ("diff", "main", "HEAD"):
        assert named == set()
        return
    assert named, answer
    assert all(file.startswith("apps/web/") for file in named), named
    if words[0] != "check":
        assert FILE in named
