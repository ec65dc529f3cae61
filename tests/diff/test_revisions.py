"""Git revisions as sides: read from any folder, with the names that were chosen then."""

from __future__ import annotations

import json

import pytest

from diff.schema_folders import PAINTER, TEXT, commit, entry, git, published, rules
from runcomfy_codegen.store.schemas_folder import write_all
from support.built_models import documents
from support.command_line import Shell

SEED = {"type": "integer"}


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A project in a folder of a repository; its schemas were changed after the commit."""
    (shell.folder / "tools" / "client").mkdir(parents=True)
    inner = Shell(shell.folder / "tools" / "client")
    git(shell, "init", "-q", "-b", "main")
    inner.publish("schemas", entry(seed={**SEED, "maximum": 9}))
    commit(shell)
    inner.publish("schemas", entry(seed={**SEED, "maximum": 5}))
    return inner


NARROWED = [("breaking", "number-range-narrowed")]


def test_a_project_below_the_root_of_a_repository_is_compared(project: Shell) -> None:
    assert rules(project("diff", "HEAD", "--format", "json")) == NARROWED
    answer = project("diff", "HEAD:tools/client/schemas", "--format", "json")
    assert rules(answer) == NARROWED


def test_the_folder_that_git_is_run_in_says_nothing(project: Shell) -> None:
    project.write("elsewhere/deep/note.txt", "x")
    inner = Shell(project.folder / "elsewhere" / "deep")
    answer = inner("diff", "HEAD:tools/client/schemas", "--format", "json")
    assert rules(answer) == NARROWED


def test_an_empty_side_beside_a_full_one_is_told(shell: Shell) -> None:
    published(shell)
    shell.write("nothing/note.txt", "x")
    for sides in (("nothing", "new"), ("old", "nothing")):
        answer = shell("diff", *sides, "--format", "json")
        assert answer.code == 3
        assert [each["code"] for each in answer.json["diagnostics"]] == ["no-documents"]


def test_no_commit_in_common_is_a_clear_message(project: Shell) -> None:
    git(project, "checkout", "-q", "--orphan", "other")
    commit(project)
    answer = project("diff", "main", "--merge-base")
    assert answer.code == 2
    assert "no commit in common" in answer.err


def test_a_name_that_is_chosen_anew_breaks_code(project: Shell) -> None:
    project.publish("schemas", entry(seed={**SEED, "maximum": 9}))
    project.write(
        "runcomfy-codegen.toml", f'[names."{PAINTER}"]\nfields = {{seed = "start"}}\n'
    )
    answer = project("diff", "HEAD", "--format", "json")
    (each,) = answer.json["findings"]
    assert (each["rule"], each["lens"], each["verdict"]) == (
        "name-changed",
        "source",
        "breaking",
    )
    commit(project)
    assert project("diff", "HEAD", "--format", "json").json["findings"] == []


def test_a_configuration_that_was_broken_is_a_clear_message(project: Shell) -> None:
    project.write("runcomfy-codegen.toml", "[names\n")
    commit(project)
    project.write("runcomfy-codegen.toml", "")
    answer = project("diff", "HEAD")
    assert answer.code == 2
    assert "in the revision 'HEAD': runcomfy-codegen.toml: not TOML" in answer.err


def translated(shell: Shell, name: str, text: str, **bounds: int) -> None:
    """A model in two languages: its texts are ``text``, its bounds in German these."""
    german = {**SEED, "description": text, **bounds}
    pages = [
        {**entry(seed={**SEED, "description": "Seed."}), "locale": "en"},
        {**entry(seed=german), "locale": "de"},
    ]
    write_all(shell.folder / name, documents(json.dumps(pages)))


def test_texts_in_every_language_are_compared(shell: Shell) -> None:
    translated(shell, "old", "Zahl.")
    translated(shell, "new", "Startzahl.")
    (each,) = shell("diff", "old", "new", "--format", "json").json["findings"]
    assert (each["verdict"], each["rule"]) == ("docs-only", "texts-changed")
    assert each["message"] == "description in 'de' changed"


def test_a_language_that_drifts_away_is_risky_once(shell: Shell) -> None:
    translated(shell, "old", "Zahl.")
    translated(shell, "new", "Zahl.", maximum=9)
    answer = shell("diff", "old", "new", "--format", "json")
    assert rules(answer) == [("risky", "locale-drifted")]
    translated(shell, "newer", "Die Zahl.", maximum=9)
    answer = shell("diff", "new", "newer", "--format", "json")
    assert rules(answer) == [("docs-only", "texts-changed")]


def test_a_language_apart_that_is_built_anew_is_risky_again(shell: Shell) -> None:
    translated(shell, "old", "Zahl.", maximum=9)
    translated(shell, "new", "Zahl.", maximum=5)
    answer = shell("diff", "old", "new", "--format", "json")
    assert rules(answer) == [("risky", "locale-drifted")]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ({"examples": ["a"]}, {"examples": ["b"]}, "examples changed"),
        ({"$comment": "a"}, {"$comment": "b"}, "$comment changed"),
    ],
)
def test_what_only_people_read_is_docs_only(
    shell: Shell, before: dict[str, object], after: dict[str, object], message: str
) -> None:
    shell.publish("old", entry(a={**TEXT, **before}))
    shell.publish("new", entry(a={**TEXT, **after}))
    (each,) = shell("diff", "old", "new", "--format", "json").json["findings"]
    assert (each["verdict"], each["message"]) == ("docs-only", message)


def test_texts_of_items_and_the_order_of_properties_are_docs_only(shell: Shell) -> None:
    def listed(text: str) -> dict[str, object]:
        return {"type": "array", "items": {**TEXT, "description": text}}

    shell.publish("old", entry(a=listed("One."), b=TEXT))
    shell.publish("new", entry(b=TEXT, a=listed("Two.")))
    found = shell("diff", "old", "new", "--format", "json").json["findings"]
    assert [(each["verdict"], each["pointer"], each["message"]) for each in found] == [
        ("docs-only", "/input_schema", "order of properties changed"),
        ("docs-only", "/input_schema/properties/a/items", "description changed"),
    ]


def test_half_of_a_surrogate_pair_is_told_in_every_format(shell: Shell) -> None:
    both = entry(a=TEXT)
    both["input_schema"]["properties"]["\ud800"] = TEXT
    shell.publish("old", both)
    shell.publish("new", entry(a=TEXT))
    for form in ("text", "json", "markdown", "github", "sarif"):
        answer = shell("diff", "old", "new", "--format", form, "--changelog", "c.md")
        # The client never had the field, because its name cannot be sent.
        assert answer.code == 0, answer.err
        answer.out.encode("utf-8")
    pointer = shell("diff", "old", "new", "--format", "json").json["findings"][0]
    assert pointer["pointer"] == "/input_schema/properties/\ud800"


def test_an_approval_of_a_model_that_cannot_be_read_is_not_stale(shell: Shell) -> None:
    published(shell)
    approved = (
        f'[[approved]]\nfingerprint = "0123456789abcdef"\nmodel = "{PAINTER}"\n'
        'reason = "agreed"\n'
    )
    shell.write("runcomfy-approvals.toml", approved)
    answer = shell("diff", "old", "new", "--format", "json").json
    assert answer["stale_approvals"] == ["0123456789abcdef"]
    shell.write(f"new/{PAINTER}/en.json", "{")
    answer = shell("diff", "old", "new", "--format", "json").json
    assert answer["stale_approvals"] == []


@pytest.mark.parametrize("text", ["[approved]\n", "approved = 3\n"])
def test_approvals_that_are_no_list_are_refused(shell: Shell, text: str) -> None:
    published(shell).write("runcomfy-approvals.toml", text)
    answer = shell("diff", "old", "new")
    assert answer.code == 2
    assert "[[approved]]" in answer.err
