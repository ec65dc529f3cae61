"""A document that this process cannot hold: one diagnostic, and the others go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runcomfy_codegen.build import build_model
from runcomfy_codegen.store import schemas_folder
from support.command_line import Shell, entry

DEEP = "[" * 100_000
COMMANDS = [
    ("generate", "--output", "client"),
    ("check", "--output", "client"),
    ("lint",),
    ("diff", "schemas", "before"),
]


@pytest.fixture
def client(project: Shell) -> Shell:
    assert project("import", "catalog.json", "--schemas", "before").code == 0
    assert project("generate", "--output", "client").code == 0
    return project


@pytest.mark.parametrize(
    "settings", ["", 'kinds = ["model"]\n', 'categories = ["x"]\n']
)
@pytest.mark.parametrize("text", [DEEP, DEEP + "]" * 100_000, '{"a":' * 100_000])
def test_a_document_nested_without_end_is_one_diagnostic(
    client: Shell, settings: str, text: str
) -> None:
    client.write("runcomfy-codegen.toml", settings)
    client.write("schemas/acme/deep/en.json", text)
    facts = entry("acme/dancer") | {"categories": ["x"]}
    client.write("more.json", facts)
    assert client("import", "more.json").code == 0
    answer = client("generate", "--output", "client")
    assert answer.code == 1
    assert answer.err.count("schemas/acme/deep/en.json") == 1
    assert "models/acme/dancer.py" in client.files("client")


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_memory_and_recursion_end_one_model(
    client: Shell,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    error: type[Exception],
) -> None:
    from runcomfy_codegen.workspace import loaded_side

    client.write("new.json", [entry("acme/singer"), entry("acme/dancer")])
    assert client("import", "new.json").code == 0
    before = client.files("client/models/acme/singer.py")
    for module in (schemas_folder, loaded_side):
        monkeypatch.setattr(
            module, "parse_document_file", failing(module.parse_document_file, error)
        )
    answer = client(*words)
    assert answer.code in (1, 3)
    assert "acme/singer" in answer.out + answer.err
    assert "memory" in answer.err or "nested too deep" in answer.err
    if words[0] == "generate":
        assert "models/acme/dancer.py" in client.files("client")
    assert client.files("client/models/acme/singer.py") == before


def failing(real: Callable[..., Any], error: type[Exception]) -> Callable[..., Any]:
    def parse(path: Any, content: bytes) -> Any:
        if "singer" in str(path):
            raise error
        return real(path, content)

    return parse


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_a_model_that_cannot_be_built_ends_no_other(
    client: Shell, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    real = build_model.build_model

    def build(files: Any, options: Any) -> Any:
        if files[0][1].model_id == "acme/singer":
            raise error
        return real(files, options)

    monkeypatch.setattr(build_model, "build_model", build)
    client.write("new.json", [entry("acme/singer"), entry("acme/dancer")])
    answer = client("import", "new.json")
    assert (answer.code, "too-large" in answer.err) == (1, True)
    assert client("generate", "--output", "client").code == 1
    assert "models/acme/dancer.py" in client.files("client")
    assert client("lint").code == 1
