"""What is judged: the models that the client has, by the configuration of either side."""

from __future__ import annotations

from typing import Any

import pytest

from diff.schema_folders import TEXT, commit, entry, git, rules
from runcomfy_codegen.api import diff
from support.command_line import Shell

CHANGED = ("breaking", "text-length-narrowed")
ADDED, REMOVED = ("compatible", "model-added"), ("breaking", "model-removed")


def model(model_id: str, length: int = 9, **more: Any) -> dict[str, Any]:
    return {**entry(model_id, text={**TEXT, "maxLength": length}), **more}


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A repository whose configuration selects one of two vendors."""
    git(shell, "init", "-q", "-b", "main")
    configure(shell, 'models = ["google/*"]\n')
    shell.publish("schemas", model("google/veo"), model("kling/o1"))
    commit(shell)
    return shell


def configure(shell: Shell, text: str) -> None:
    shell.write("runcomfy-codegen.toml", text)


def judged(shell: Shell, *arguments: str) -> list[tuple[str, str]]:
    answer = shell("diff", *(arguments or ("HEAD",)), "--format", "json")
    assert answer.code in (0, 1), answer.err
    return rules(answer)


def test_what_the_client_does_not_have_is_one_line(project: Shell) -> None:
    project.publish("schemas", model("kling/o1", 5), model("kling/o2"))
    answer = project("diff", "HEAD")
    assert answer.code == 0
    line, summary = answer.out.splitlines()
    assert line == (
        "changed, but not selected by the configuration: kling/o1, kling/o2;"
        " `--all` judges every model"
    )
    assert summary == "no differences; version bump: none"


def test_all_and_globs_decide_instead(project: Shell) -> None:
    project.publish("schemas", model("kling/o1", 5), model("google/veo", 5))
    assert judged(project) == [CHANGED]
    assert judged(project, "HEAD", "--all") == [CHANGED, CHANGED]
    assert judged(project, "HEAD", "--models", "kling/*") == [CHANGED]
    answer = project("diff", "HEAD", "--models", "klin")
    assert answer.code == 2
    assert "no model of either side matches 'klin'" in answer.err
    answer = project("diff", "HEAD", "--models", "kling/*", "--all")
    assert answer.code == 2
    assert "--models and --all exclude each other" in answer.err


def test_a_model_is_judged_if_either_side_selects_it(project: Shell) -> None:
    project.publish("schemas", model("kling/o1", 5), model("google/veo", 5))
    configure(project, 'models = ["*"]\n')
    assert judged(project) == [CHANGED, ADDED]
    configure(project, 'models = ["kling/*"]\n')
    answer = project("diff", "HEAD", "--format", "json")
    assert answer.code == 1
    found = [
        (each["model"], each["rule"], each["lens"]) for each in answer.json["findings"]
    ]
    assert found == [
        ("google/veo", "model-removed", "source"),
        ("kling/o1", "model-added", "source"),
    ]
    assert answer.json["bump"] == "major"
    messages = [each["message"] for each in answer.json["findings"]]
    assert messages == [
        "the configuration no longer selects the model",
        "the configuration selects the model now",
    ]


def test_a_selected_model_that_is_gone_is_removed_on_the_wire_too(
    project: Shell,
) -> None:
    file = project.folder / "schemas" / "google" / "veo" / "en.json"
    file.unlink()
    assert judged(project) == [REMOVED, REMOVED]


def test_excluded_models_and_the_models_of_every_client_count(project: Shell) -> None:
    configure(
        project,
        '[clients.one]\noutput = "one"\nmodels = ["google/*"]\n'
        '[clients.two]\noutput = "two"\nexclude = ["google/*", "kling/o2"]\n',
    )
    project.publish("schemas", model("kling/o2"))
    commit(project)
    project.publish("schemas", model("google/veo", 5), model("kling/o1", 5))
    project.publish("schemas", model("kling/o2", 5))
    assert judged(project) == [CHANGED, CHANGED]


def test_kinds_and_categories_are_read_from_each_side(project: Shell) -> None:
    configure(project, 'kinds = ["lora"]\n')
    project.publish(
        "schemas", model("kling/o1", facts={"kind": "lora"}), model("google/veo")
    )
    commit(project)
    project.publish(
        "schemas", model("kling/o1", 5, facts={"kind": "lora"}), model("google/veo", 5)
    )
    assert judged(project) == [CHANGED]
    project.publish("schemas", model("kling/o1", 9, facts={"kind": "model"}))
    assert judged(project) == [REMOVED]


def test_a_broken_document_outside_the_selection_stops_nothing(project: Shell) -> None:
    project.write("schemas/kling/o1/en.json", "{")
    answer = project("diff", "HEAD", "--format", "json")
    assert (answer.code, answer.json["diagnostics"]) == (0, [])
    assert "kling/o1" in answer.json["notices"][0]
    assert project("diff", "HEAD", "--all").code == 3


def test_folders_given_by_hand_are_judged_whole(project: Shell) -> None:
    project.publish("old", model("kling/o1"))
    project.publish("new", model("kling/o1", 5))
    assert judged(project, "old", "new") == [CHANGED]
    commit(project)
    project.publish("new", model("kling/o1", 4))
    assert judged(project, "HEAD:new", "new") == [CHANGED]
    assert judged(project, "HEAD:schemas") == []


def test_a_base_before_the_configuration_follows_the_head(shell: Shell) -> None:
    """The pull request that configures the client removes no models from it."""
    git(shell, "init", "-q", "-b", "main")
    shell.publish("schemas", model("google/veo"), model("kling/o1"))
    commit(shell)
    configure(shell, 'models = ["google/*"]\n')
    assert judged(shell) == []
    (shell.folder / "runcomfy-codegen.toml").unlink()
    assert shell("generate").code == 0
    commit(shell, "a client of the defaults")
    configure(shell, 'models = ["google/*"]\n')
    assert judged(shell) == [REMOVED]


def test_the_python_api_selects_alike(project: Shell, monkeypatch: Any) -> None:
    project.publish("schemas", model("kling/o1", 5), model("google/veo", 5))
    monkeypatch.chdir(project.folder)
    result = diff("HEAD")
    assert [each.model for each in result.findings] == ["google/veo"]
    assert result.unselected == ("kling/o1",)
    assert len(result.notices) == 1
    assert len(diff("HEAD", all_models=True).findings) == 2
    assert [each.model for each in diff("HEAD", models="kling/*").findings] == [
        "kling/o1"
    ]


def test_an_approval_of_an_unselected_model_is_not_stale(project: Shell) -> None:
    project.write(
        "runcomfy-approvals.toml",
        '[[approved]]\nfingerprint = "0123456789abcdef"\nmodel = "kling/o1"\nreason = "ok"\n',
    )
    assert project("diff", "HEAD", "--format", "json").json["stale_approvals"] == []
    answer = project("diff", "HEAD", "--all", "--format", "json").json
    assert answer["stale_approvals"] == ["0123456789abcdef"]
