"""Published text commands nothing: no runner, no terminal, no page, in no output."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reports.hostile_text import PIECES, entries, markdown_problems, problems
from runcomfy_codegen.reports import FORMATS, json_document
from runcomfy_codegen.reports.published_text import (
    in_markdown,
    in_table_cell,
    terminal_safe,
)
from runcomfy_codegen.sandbox import Sandbox
from support.built_models import model_of
from support.command_line import Answer, Shell

texts = st.lists(
    st.sampled_from(PIECES) | st.text(st.characters(codec=None), max_size=5), max_size=4
).map("".join)


def seeds(long_run: bool) -> range:
    return range(400 if long_run else 4)


def checked(answer: Answer, form: str = "text", **more: str) -> Answer:
    assert [*problems(answer.out, form=form)] == [], more
    assert [*problems(answer.err)] == [], more
    return answer


@pytest.fixture(autouse=True)
def no_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def test_no_command_obeys_published_text(shell: Shell, long_run: bool) -> None:
    for seed in seeds(long_run):
        inner = Shell(shell.folder / str(seed))
        inner.folder.mkdir()
        chance = random.Random(seed)
        old, new = entries(chance), entries(chance)
        inner.write("old.json", json.dumps(old))
        inner.write("new.json", json.dumps(new))
        for name in ("old", "new"):
            checked(inner("import", f"{name}.json", "--schemas", name))
        checked(
            inner("import", "new.json", "--schemas", "old2", "--format", "json"), "json"
        )
        for form in formats("lint"):
            checked(inner("lint", "--schemas", "new", "--format", form), form)
        for form in formats("diff"):
            checked_diff(inner, form)
        checked_client(inner)
        checked(inner("limits", "suggest", "acme/*", "--schemas", "new"))


def formats(command: str) -> Iterator[str]:
    yield "text"
    yield from (row.name for row in FORMATS if command in row.commands)


def checked_diff(shell: Shell, form: str) -> None:
    changes, summary = shell.folder / "changes.md", shell.folder / f"{form}.md"
    answer = shell(
        *("diff", "old", "new", "--format", form, "--changelog", changes),
        environment={"GITHUB_STEP_SUMMARY": str(summary)},
    )
    checked(answer, form)
    if form == "markdown":
        assert [*markdown_problems(answer.out)] == []
    for file in (changes, summary):
        if file.exists():
            text = file.read_text("utf-8")
            assert [*problems(text)] == []
            assert [*markdown_problems(text)] == []


def checked_client(shell: Shell) -> None:
    """Generate from the old schemas, edit by hand, and look from the new ones."""
    checked(shell("generate", "--schemas", "old", "--output", "client"))
    for file in sorted((shell.folder / "client" / "models").rglob("*.py"))[:4]:
        file.write_text(f"{file.read_text('utf-8')}\n::add-mask::x\n  ::y::\n##[z]\n")
    for form in formats("check"):
        words = ("check", "--schemas", "new", "--output", "client", "--format", form)
        checked(shell(*words), form)
    checked(shell("generate", "--schemas", "new", "--output", "client"))
    checked(shell("generate", "--schemas", "new", "--output", "client", "--force"))
    dumped = ("generate", "--schemas", "new", "--dump-context", "acme/model-1")
    checked(shell(*dumped), "json")


def test_no_wrapped_line_is_a_command(shell: Shell) -> None:
    """A table breaks a text before any word, so a command may come to begin a line."""
    command = "::error::FORGED"
    fields = {
        f"f{number}": {"type": "string", "enum": [f"{'x' * number} {command}", "b"]}
        for number in range(0, 60, 3)
    }
    rules = [
        {"validation_rule": "width_pixels<=", "validation_value": number, "validation_error": f"{'y' * number} {command}"}
        for number in range(40, 80, 5)
    ]  # fmt: skip
    fields["image_url"] = {"type": "string", "format": "image_uri", "validations": rules}  # fmt: skip
    schema = {"type": "object", "properties": fields}
    model = {"model_id": "acme/model", "display_name": f"{'z' * 70} {command}", "input_schema": schema}  # fmt: skip
    shell.write("catalog.json", json.dumps(model))
    shell.write("input.json", json.dumps({"image_url": f"{'w' * 60} {command}"}))
    shell("import", "catalog.json")
    for columns in ("40", "61", "80", "120"):
        wide = {"COLUMNS": columns}
        checked(shell("show", "acme/model", environment=wide), columns=columns)
        words = ("validate", "acme/model", "input.json")
        checked(shell(*words, environment=wide), columns=columns)


def test_what_the_server_says_commands_nothing(shell: Shell) -> None:
    for seed in range(3):
        listed = entries(random.Random(seed))
        schema = {"type": "object", "properties": {}}
        models = {
            each["model_id"]: model_of(schema, each["model_id"]) for each in listed
        }
        by_id = {each["model_id"]: each for each in listed}
        with Sandbox(models, entries=by_id) as served:
            env = {"RUNCOMFY_BASE_URL": served.url, "RUNCOMFY_TOKEN": "token"}
            for form in ("text", "json"):
                folder = f"{form}{seed}"
                words = ("pull", "--schemas", folder, "--format", form)
                checked(shell(*words, environment=env), form)


def test_json_has_the_published_text_behind_its_escapes() -> None:
    text = "".join(PIECES)
    assert json.loads(json_document({text: [text]})) == {text: [text]}
    assert "##\\u005bset-output" in json_document(text)


@given(texts)
@example("::x::")
@example("  ::x::")
@example("##[x]")
@example("####[[x")
def test_a_line_stays_one_line_and_no_command(text: str) -> None:
    assert [*problems(terminal_safe(text))] == []
    assert "\n" not in terminal_safe(text)
    assert terminal_safe("a plain: line, 5 > 3") == "a plain: line, 5 > 3"


@given(texts)
@example("a\\|b|c\\\\|")
@example("`")
@example(" ` ")
@example("``|``")
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    assert [*markdown_problems(in_markdown(text))] == []
    row = f"| {in_table_cell(text)} | x |"
    page = f"| a | b |\n|---|---|\n{row}\n"
    assert [*markdown_problems(page)] == []
    cells = [
        token for token in MarkdownIt("gfm-like").parse(page) if token.type == "inline"
    ]
    assert len(cells) == 4
    shown = "".join(each.content for each in cells[2].children or ())
    plain = terminal_safe(text)
    plain = re.sub("<(?=[A-Za-z/!?])", r"\\x3c", plain)
    assert shown.strip() == plain.replace("\\|", "\\\\x7c").strip()


def test_words_need_no_code() -> None:
    assert in_markdown("the allowed range got smaller, 5 to 3.5.") == (
        "the allowed range got smaller, 5 to 3.5."
    )
    for text in ("deadbeef", "a.b", "GH-1", "#1", "12345678", "x_y", "a >  b"):
        assert in_markdown(f"see {text} now").startswith("see ")
        assert "`" in in_markdown(text)
    assert in_markdown("smaller: 5 -> 3, so") == "smaller: 5 `->` 3, so"
    assert in_markdown("@a and @b") == "`@a and @b`"


def test_the_published_reproduction_is_inert(shell: Shell, tmp_path: Path) -> None:
    """A description that only arrives, and one that was there before: both are shown."""
    described = "x\n::stop-commands::tok\n::add-mask::a\n::error file=README.md::forged"
    field = {"p": {"type": "string", "description": described}}
    schema = {"type": "object", "properties": field}
    shell.publish("schemas", {"model_id": "v/m", "input_schema": schema})
    assert shell("generate", "--output", "c").code == 0
    file = shell.folder / "schemas" / "v" / "m" / "en.json"
    changed = file.read_text("utf-8").replace('"string"', '"integer"')
    file.write_text(changed.replace("x\\n", "y ##[set-output name=bump]none\\n"))
    answer = checked(shell("check", "--output", "c"))
    assert answer.code == 1
    assert "\\x3a:stop-commands::tok" in answer.out
    assert "##\\x5bset-output name=bump]none" in answer.out
