"""Wrong calls of the Python API: each is a clear ``UsageError``, never a raw traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen import api as typed_api
from support.command_line import Shell, entry

MODULE = Path("client/models/acme/singer.py")
# Without its types: a type checker refuses these calls, and callers may have none.
api: Any = typed_api


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an imported model, as the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("runcomfy-codegen.toml").write_text('output = "client"\n')
    api.import_sources(json.dumps(entry("acme/singer")).encode())
    return tmp_path


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: api.generate(target="pyton"), "target .*did you mean 'python'"),
        (lambda: api.load(["a"]), r"load\(\): models: each must be a string.*list"),
        (
            lambda: api.load(3),
            r"load\(\): models: each must be a string, not 3 \(int\)",
        ),
        (lambda: api.lint(b"a"), r"lint\(\): models: each must be a string"),
        (lambda: api.lint(select=3), r"select must be a list of strings, not 3"),
        (
            lambda: api.generate(models=None),
            r"models must be a list of strings, not No",
        ),
        (lambda: api.check(models=[1]), r"check\(\): models: each must be a string"),
        (lambda: api.generate(output=3), r"output must be a path .*, not 3 \(int\)"),
        (lambda: api.generate(output="a\0b"), r"output must be a path"),
        (lambda: api.generate(client=3), r"client must be a string"),
        (lambda: api.generate(force="no"), r"force must be True or False, not 'no'"),
        (lambda: api.generate(progress=3), r"progress must be a function"),
        (lambda: api.check(schemas=b"s"), r"schemas must be a path"),
        (lambda: api.check(config=3), r"config must be a path"),
        (lambda: api.import_sources(3), r"sources: each must be a path, an https URL"),
        (lambda: api.import_sources("a\0b"), r"sources: each must be a path"),
        (lambda: api.import_sources(b"", locale=5), r"locale must be a string"),
        (lambda: api.import_sources(b"", retrieved="2020"), r"retrieved must be a day"),
        (
            lambda: api.import_sources(b"", retrieved=datetime(2020, 1, 1, tzinfo=UTC)),
            r"retrieved must be a day",
        ),
        (lambda: api.diff(None), r"diff\(\): base must be a path"),
        (lambda: api.diff("HEAD", 3), r"head must be a path"),
        (lambda: api.diff("HEAD", approvals=3), r"approvals must be a path"),
        (lambda: api.load("acme/singr"), "did you mean 'acme/singer'"),
        (lambda: api.lint("acme/singr"), "did you mean 'acme/singer'"),
        (lambda: api.generate(models="acme/singr"), "did you mean 'acme/singer'"),
    ],
)
def test_a_wrong_argument_is_wrong_usage(
    project: Path, call: Callable[[], object], words: str
) -> None:
    with pytest.raises(api.UsageError, match=words):
        call()


def test_messages_name_arguments_and_the_command_line_options(project: Path) -> None:
    api.generate()
    MODULE.write_text("edited = True\n")
    api.import_sources(
        json.dumps(entry("acme/singer", text={"type": "string"})).encode()
    )
    with pytest.raises(api.FolderConflict, match="`force=True` replaces"):
        api.generate()
    with pytest.raises(api.NoSchemas, match="`schemas=` names another"):
        api.load(schemas="elsewhere")
    with pytest.raises(api.UsageError, match="`merge_base=True` needs"):
        api.diff("schemas", merge_base=True)
    here = Shell(project)
    assert "--force replaces" in here("generate").err
    assert "--schemas names" in here("lint", "--schemas", "elsewhere").err
    assert "--merge-base needs" in here("diff", "schemas", "--merge-base").err
