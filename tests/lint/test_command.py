"""``lint`` as a user calls it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runcomfy_codegen import build, dialect, store
from runcomfy_codegen.workspace.lint import BUILT
from support.command_line import Shell

SCHEMAS = Path(__file__).parents[2] / "schemas"
STANDARD = Path(__file__).parents[1] / "diff" / "sarif.schema.json"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Schemas with an error, a warning, a note, and a model that is clean."""
    shell = Shell(tmp_path)
    steps = {"type": "integer", "minimum": 5, "maximum": 4}
    size = {"type": "integer", "maximum": 5, "default": 6}
    shell.publish(
        "schemas", entry("acme/bad", steps=steps, size=size), entry("acme/good")
    )
    return shell


def entry(
    model_id: str, required: tuple[str, ...] = (), **properties: Any
) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"model_id": model_id, "input_schema": schema}


def codes(told: Any) -> list[str]:
    return [each["code"] for each in told["diagnostics"]]


def test_errors_make_it_fail_and_every_place_is_named(shell: Shell) -> None:
    answer = shell("lint", "--format", "json")
    assert answer.code == 1
    assert codes(answer.json) == ["impossible-default", "impossible-value"]
    result = answer.json["diagnostics"][1]
    assert (result["file"], result["pointer"], result["severity"]) == (
        "schemas/acme/bad/en.json",
        "/input_schema/properties/steps",
        "error",
    )
    line = (shell.folder / "schemas/acme/bad/en.json").read_text("utf-8").splitlines()
    assert '"minimum"' in line[result["line"] - 1]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--select", "impossible-value"], ["impossible-value"]),
        (["--select", "*-default"], ["impossible-default"]),
        (["--ignore", "impossible-value"], ["impossible-default"]),
        (["--ignore", "impossible-value,impossible-default"], []),
        (["--select", "impossible-*", "--ignore", "*-value"], ["impossible-default"]),
        (["acme/good"], []),
        (["acme/b*"], ["impossible-default", "impossible-value"]),
    ],
)
def test_codes_and_models_are_chosen_by_globs(
    shell: Shell, options: list[str], expected: list[str]
) -> None:
    answer = shell("lint", "--format", "json", *options)
    assert codes(answer.json) == expected
    assert answer.code == int("impossible-value" in expected)


@pytest.mark.parametrize(
    ("threshold", "ignored", "code"),
    [
        ("error", "not-json", 1),
        ("never", "not-json", 0),
        ("error", "*-value", 0),
        ("warning", "*-value", 1),
    ],
)
def test_the_exit_code_follows_the_threshold(
    shell: Shell, threshold: str, ignored: str, code: int
) -> None:
    assert shell("lint", "--fail-on", threshold, "--ignore", ignored).code == code


def test_what_building_notices_is_told_with_it(shell: Shell) -> None:
    shell.publish("schemas", entry("acme/lost", ("images",), image={"type": "string"}))
    answer = shell("lint", "acme/lost", "--format", "json")
    assert codes(answer.json) == ["required-without-property"]


def test_a_model_that_cannot_be_built_can_be_asked_for(shell: Shell) -> None:
    shell.publish(
        "schemas",
        entry("acme/twins", a_b={"type": "string"}, **{"a-b": {"type": "string"}}),
    )
    answer = shell("lint", "acme/twins", "--format", "json")
    assert "name-collision" in codes(answer.json)
    assert answer.code == 1


def test_a_broken_document_stops_no_other(shell: Shell) -> None:
    shell.write("schemas/acme/torn/en.json", "{")
    answer = shell("lint", "--format", "json")
    assert codes(answer.json)[0] == "broken-document"
    assert "impossible-value" in codes(answer.json)


def test_annotations_name_the_file_and_the_line(shell: Shell) -> None:
    lines = shell("lint", "--format", "github").out.splitlines()
    assert lines[0].startswith("::error file=schemas/acme/bad/en.json,line=")
    assert "title=impossible-value::acme/bad: no value is valid" in lines[0]
    assert lines[1].startswith("::warning file=schemas/acme/bad/en.json,line=")


def test_sarif_is_as_the_standard_says(shell: Shell) -> None:
    answer = shell("lint", "--format", "sarif").json
    Draft202012Validator(json.loads(STANDARD.read_text("utf-8"))).validate(answer)
    (run,) = answer["runs"]
    names = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert [each["level"] for each in run["results"]] == ["warning", "error"]
    assert all(names[each["ruleIndex"]] == each["ruleId"] for each in run["results"])


def test_the_members_of_a_sarif_result_keep_their_order(shell: Shell) -> None:
    (run,) = shell("lint", "--format", "sarif").json["runs"]
    result = run["results"][0]
    assert [*result] == [
        *("ruleId", "ruleIndex", "level", "message"),
        *("locations", "partialFingerprints"),
    ]
    assert [*result["locations"][0]] == ["physicalLocation", "logicalLocations"]


def test_an_unknown_model_is_a_clear_message(shell: Shell) -> None:
    answer = shell("lint", "acme/nobody")
    assert answer.code == 2
    assert "no model matches 'acme/nobody'" in answer.err


def test_a_misspelled_code_is_a_clear_message(shell: Shell) -> None:
    answer = shell("lint", "--select", "imposible-value")
    assert answer.code == 2
    assert "did you mean 'impossible-value'?" in answer.err
    assert shell("lint", "--ignore", "unknown-keyword", "--fail-on", "never").code == 0


def test_every_code_that_building_reports_can_be_selected() -> None:
    rooms = [
        Path(build.__file__).parent,
        Path(dialect.__file__).parent,
        Path(store.__file__).parent,
    ]
    text = "".join(
        path.read_text("utf-8") for room in rooms for path in room.glob("*.py")
    )
    answer = set(re.findall(r'(?:code=|report\(\s*)"([a-z-]+)"', text))
    # `import` alone compares what arrives with what is stored.
    assert answer - {"contradicting-sources"} <= set(BUILT)


def test_what_is_known_to_be_wrong_in_the_published_schemas_is_found(
    shell: Shell,
) -> None:
    answer = shell("lint", "--schemas", str(SCHEMAS), "--format", "json")
    assert answer.code == 0
    result = {(each["code"], each["model"]) for each in answer.json["diagnostics"]}
    assert ("message-against-limit", "bytedance/dreamina-4-0/edit") in result
    assert (
        "message-against-operator",
        "bytedance/dreamina-3-0/pro/image-to-video",
    ) in result
    assert (
        "media-without-format",
        "bytedance/seedance-v1.5-pro/image-to-video",
    ) in result
    assert any(code == "enum-case-drift" for code, _ in result)
    # The shipped limits state all that the descriptions do.
    assert not any(code == "prose-limit" for code, _ in result)


def test_a_document_that_cannot_be_read_comes_before_what_is_wrong_with_names(
    shell: Shell,
) -> None:
    clash = entry(
        "acme/a", promptText={"type": "string"}, prompt_text={"type": "string"}
    )
    shell.write("catalog.json", [clash, entry("acme/singer")])
    shell("import", "catalog.json")
    shell.write("schemas/acme/singer/en.json", "{broken")
    found = shell("lint", "--format", "json").json["diagnostics"]
    codes = [each["code"] for each in found]
    assert codes.index("broken-document") < codes.index("name-collision")
