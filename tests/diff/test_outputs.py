"""Old clients and new servers: what breaks is shown by the old class, executed on a witness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from diff.mutations import PROPERTY, Case, cases
from diff.samples import exact, validator
from runcomfy_codegen.diff.compare.facts import Side
from runcomfy_codegen.diff.compare.outputs import PublishedOutputs
from runcomfy_codegen.diff.finding import DiffFinding, Lens
from runcomfy_codegen.ir.exact import json_value
from runcomfy_codegen.ir.model import Model
from support.built_models import compared, executed, model_of
from support.command_line import Shell

NOTHING = {"type": "object", "properties": {}}
TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
MODES = {"type": "string", "enum": ["queued", "done"]}
Properties = dict[str, Any]


def schema(properties: Properties) -> dict[str, Any]:
    """Names ending in ``!`` are always there."""
    answer = {name.rstrip("!"): each for name, each in properties.items()}
    required = [name[:-1] for name in properties if name.endswith("!")]
    return {"type": "object", "properties": answer, "required": required}


def model(properties: Properties) -> Model:
    return model_of(NOTHING, output_schema={"output": schema(properties)})


def outputs_of(*models: Model) -> PublishedOutputs:
    """What is published of the outputs of a model before and after."""
    listed = [each.published_output for each in models]
    old, new = ({"acme/model": each} for each in listed if each is not None)
    return PublishedOutputs(old, new)


def judged(before: Properties, after: Properties) -> tuple[DiffFinding, ...]:
    """What the diff says of an output, as the command does it."""
    models = [model(each) for each in (before, after)]
    outputs = outputs_of(*models)
    return compared(models[:1], models[1:], outputs)


@dataclass(frozen=True)
class Told:
    """A change of an output, and the findings as ``verdict rule/lens``."""

    name: str
    before: Properties
    after: Properties
    expected: str

    def __str__(self) -> str:
        return self.name


def lists(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def part(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def null(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "type": [told["type"], "null"]}


CHANGES = [
    Told("a new status", {"status": MODES}, {"status": {**MODES, "enum": [*MODES["enum"], "lost"]}}, "risky choices-widened/wire"),
    Told("a status less", {"status": MODES}, {"status": {**MODES, "enum": ["done"]}}, "compatible choices-narrowed/wire"),
    Told("a status that is any text", {"status": MODES}, {"status": TEXT}, "breaking annotation-widened/source; risky choices-widened/wire"),
    Told("a text of few", {"status": TEXT}, {"status": MODES}, "compatible choices-narrowed/wire"),
    Told("text to number", {"a": TEXT}, {"a": INTEGER}, "breaking annotation-widened/source; breaking type-widened/wire; compatible type-narrowed/wire"),
    Told("integer to number", {"a": INTEGER}, {"a": {"type": "number"}}, "breaking annotation-widened/source; breaking type-widened/wire"),
    Told("number to integer", {"a": {"type": "number"}}, {"a": INTEGER}, "compatible type-narrowed/wire"),
    Told("number to boolean", {"a": INTEGER}, {"a": {"type": "boolean"}}, "compatible type-narrowed/wire; risky type-widened/wire"),
    Told("bound raised", {"a": {**INTEGER, "maximum": 5}}, {"a": {**INTEGER, "maximum": 9}}, "breaking number-range-widened/wire"),
    Told("longer texts", {"a": {**TEXT, "maxLength": 5}}, {"a": {**TEXT, "maxLength": 9}}, "risky text-length-widened/wire"),
    Told("one URL to several", {"a": TEXT}, {"a": lists(TEXT)}, "compatible type-narrowed/wire; risky type-widened/wire"),
    Told("null", {"a": TEXT}, {"a": null(TEXT)}, "risky null-widened/wire"),
    Told("null no more", {"a": null(TEXT)}, {"a": TEXT}, "compatible null-narrowed/wire"),
    Told("null in a list", {"a": lists(INTEGER)}, {"a": lists(null(INTEGER))}, "breaking annotation-widened/source; breaking null-widened/wire"),
    Told("a field less", {"a": TEXT, "b": INTEGER}, {"a": TEXT}, "breaking field-removed/source; risky field-removed/wire"),
    Told("a field more", {"a": TEXT}, {"a": TEXT, "b": INTEGER}, "compatible field-added/wire"),
    Told("a field that may be missing", {"a!": TEXT}, {"a": TEXT}, "risky field-became-optional/wire"),
    Told("a field that is always there", {"a": TEXT}, {"a!": TEXT}, "compatible field-became-required/wire"),
    Told("another name", {"image_url": TEXT}, {"image_uri": TEXT}, "breaking field-renamed/source; risky field-renamed/wire"),
    Told("another type inside", {"a": part(b=INTEGER)}, {"a": part(b=TEXT)}, "breaking annotation-widened/source; breaking type-widened/wire; compatible type-narrowed/wire"),
    Told("a new choice inside", {"a": lists(part(b={"enum": ["x"]}))}, {"a": lists(part(b={"enum": ["x", "y"]}))}, "risky choices-widened/wire"),
    Told("pictures to films", {"a": {**TEXT, "format": "image_uri"}}, {"a": {**TEXT, "format": "video_uri"}}, "risky media-kind-changed/wire; risky text-format-widened/wire"),
    Told("another description", {"a": TEXT}, {"a": {**TEXT, "description": "A."}}, "docs-only texts-changed/wire"),
    Told("a keyword that nobody knows", {"a": TEXT}, {"a": {**TEXT, "contentEncoding": "x"}}, "risky unjudged-keyword/wire"),
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_what_an_output_may_hold_is_judged_for_old_clients(change: Told) -> None:
    found = judged(change.before, change.after)
    lines = [f"{each.verdict} {each.rule}/{each.lens}" for each in found]
    assert "; ".join(sorted(lines)) == change.expected
    assert {each.side for each in found} <= {Side.OUTPUT}


def reads(old: Model, field: str, value: object) -> bool:
    """Whether the generated class of the old output reads a value as what it says."""
    output: type[BaseModel] = executed(old).Output
    try:
        output.model_validate({field: value})
    except ValidationError:
        return False
    return True


def around(pointer: str, value: object) -> object:
    """The value where its pointer says: in a list, or in a member."""
    tokens = pointer.split("/")[4:]
    while tokens:
        token = tokens.pop()
        if token == "items":
            value = [value]
        else:
            tokens.pop()
            value = {token: value}
    return value


def witnessed(found: tuple[DiffFinding, ...]) -> list[tuple[DiffFinding, str, object]]:
    """Findings about values that come now, the field, and the witness as its value."""
    return [
        (
            each,
            each.pointer.split("/")[3],
            around(each.pointer, json_value(each.witness.value)),
        )
        for each in found
        if each.lens is Lens.WIRE
        and each.side is Side.OUTPUT
        and each.rule.endswith("-widened")
        and each.witness is not None
    ]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_old_class_refuses_a_witness_exactly_where_it_breaks(change: Told) -> None:
    old = model(change.before)
    for each, field, value in witnessed(judged(change.before, change.after)):
        assert reads(old, field, value) is (each.verdict != "breaking")


def states_items(case: Case) -> bool:
    """Whether a list says what it holds; some say it by their format alone."""
    answer = case.before["properties"][case.field]
    return answer.get("type") != "array" or "items" in answer


ON_FIELDS = [
    case for case in cases() if case.mutation in PROPERTY and states_items(case)
]


def as_output(case: Case) -> tuple[Properties, Properties]:
    """The mutated field, as the only one of an output."""
    return (
        {case.field: case.before["properties"][case.field]},
        {case.field: case.after["properties"][case.field]},
    )


def test_every_mutation_that_breaks_an_output_is_shown_by_the_old_class() -> None:
    shown = {"breaking": 0, "risky": 0}
    for case in ON_FIELDS:
        for before, after in (as_output(case), as_output(case)[::-1]):
            for each, field, value in witnessed(judged(before, after)):
                if each.rule.startswith("media"):
                    continue
                assert validator(after[field]).is_valid(exact(value)), case.id
                assert not validator(before[field]).is_valid(exact(value)), case.id
                read = reads(model(before), field, value)
                assert read is (each.verdict != "breaking"), (case.id, each)
                shown[each.verdict] += 1
    assert shown["breaking"] >= 50
    assert shown["risky"] >= 50


def test_the_command_compares_what_is_published_and_not_what_is_read(
    shell: Shell,
) -> None:
    def publish(name: str, choices: list[str]) -> None:
        answer = {"status": {"type": "string", "enum": choices}}
        shell.publish(
            name,
            {
                "model_id": "acme/model",
                "input_schema": NOTHING,
                "output_schema": {"output": {"type": "object", "properties": answer}},
            },
        )

    publish("old", ["done"])
    publish("new", ["done", "lost"])
    (found,) = shell("diff", "old", "new", "--format", "json").json["findings"]
    assert (found["verdict"], found["rule"], found["side"], found["witness"]) == (
        "risky",
        "choices-widened",
        "output",
        "lost",
    )
    line = shell("diff", "old", "new", "--format", "github").out.splitlines()[0]
    assert line.startswith("::warning file=new/acme/model/en.json,line=")
    assert ",line=1," not in line
