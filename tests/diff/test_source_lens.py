"""A claim about code is proved by code: a caller that type-checks before, and not after.

Every case is a model before and after a change, and one line of a caller. Both clients are
generated, and mypy looks at all callers against both: it must accept each against the old
client, and refuse it against the new one exactly where the diff calls the change breaking.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.diff.finding import DiffVerdict, Lens
from runcomfy_codegen.ir.model import Model
from support.built_models import compared, model_of, write_client

TEXT = {"type": "string"}
MODES = {"type": "string", "enum": ["fast", "good"]}
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}


def lists(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def part(*required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"path": TEXT, "scale": NUMBER},
        "required": list(required),
    }


@dataclass(frozen=True)
class Case:
    """``before`` and ``after`` are properties; names ending in ``!`` must be given."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    caller: str
    output: bool = False

    def model(self, properties: dict[str, Any]) -> Model:
        schema = {
            "type": "object",
            "properties": {name.rstrip("!"): item for name, item in properties.items()},
            "required": [name[:-1] for name in properties if name.endswith("!")],
        }
        nothing = {"type": "object", "properties": {}}
        if self.output:
            return model_of(
                nothing, f"acme/{self.name}", output_schema={"output": schema}
            )
        return model_of(schema, f"acme/{self.name}")

    @property
    def calls(self) -> str:
        """The caller, with the module of the case."""
        made = re.compile(r"(?:module\.)?(Input|APart|Output)\(")
        return made.sub(rf"{self.name}.\1(", self.caller)

    @property
    def breaks(self) -> bool:
        """What the diff says."""
        found = compared([self.model(self.before)], [self.model(self.after)])
        return any(
            each.lens is Lens.SOURCE and each.verdict is DiffVerdict.BREAKING
            for each in found
        )


BREAKING = [
    Case("required_added", {"a": TEXT}, {"a": TEXT, "b!": TEXT}, 'Input(a="x")'),
    Case("became_required", {"a": TEXT}, {"a!": TEXT}, "Input()"),
    Case("removed", {"a": TEXT, "b": INTEGER}, {"a": TEXT}, "Input(b=1)"),
    Case("renamed", {"image_url": TEXT}, {"image_uri": TEXT}, 'Input(image_url="x")'),
    Case("choice_dropped", {"a": MODES}, {"a": {**MODES, "enum": ["good"]}}, 'Input(a="fast")'),
    Case("choices_introduced", {"a": TEXT}, {"a": MODES}, "Input(a=str(1))"),
    Case("text_to_integer", {"a": TEXT}, {"a": INTEGER}, 'Input(a="x")'),
    Case("number_to_integer", {"a": NUMBER}, {"a": INTEGER}, "Input(a=0.5)"),
    Case("boolean_to_text", {"a": {"type": "boolean"}}, {"a": TEXT}, "Input(a=True)"),
    Case("text_to_list", {"a": TEXT}, {"a": lists(TEXT)}, 'Input(a="x")'),
    Case("other_items", {"a": lists(TEXT)}, {"a": lists(INTEGER)}, 'Input(a=["x"])'),
    Case("null_refused", {"a!": {"type": ["string", "null"]}}, {"a!": TEXT}, "Input(a=None)"),
    Case("member_required", {"a": part()}, {"a": part("path")}, "Input(a=module.APart())"),
    Case("member_removed", {"a": part()}, {"a": {**part(), "properties": {"path": TEXT}}}, "Input(a=module.APart(scale=0.5))"),
    Case("other_values", {"a": {"type": "object", "additionalProperties": TEXT}}, {"a": {"type": "object", "additionalProperties": INTEGER}}, 'Input(a={"x": "y"})'),
    Case("class_to_dict", {"a": part()}, {"a": {"type": "object"}}, "Input(a=module.APart())"),
    Case("class_to_anything", {"a": part()}, {"a": {}}, "Input(a=module.APart())"),
    Case("class_to_union", {"a": part()}, {"a": {"anyOf": [part(), TEXT]}}, "Input(a=module.APart())"),
    Case("output_removed", {"image": TEXT, "count": INTEGER}, {"image": TEXT}, "module.Output().count", output=True),
    Case("output_number", {"count": INTEGER}, {"count": NUMBER}, "whole(module.Output().count)", output=True),
    Case("output_typed", {"mode": MODES}, {"mode": TEXT}, "one = module.Output().mode; one and words(one)", output=True),
    Case("output_items", {"counts": lists(INTEGER)}, {"counts": lists(NUMBER)}, "counts(module.Output().counts)", output=True),
    Case("output_renamed", {"image_url": TEXT}, {"image_uri": TEXT}, "module.Output().image_url", output=True),
    Case("output_member_removed", {"a": part()}, {"a": {**part(), "properties": {"path": TEXT}}}, "a = module.Output().a; a and a.scale", output=True),
    Case("output_type", {"count": INTEGER}, {"count": TEXT}, "whole(module.Output().count)", output=True),
]  # fmt: skip
HARMLESS = [
    Case("optional_added", {"a": TEXT}, {"a": TEXT, "b": TEXT}, 'Input(a="x")'),
    Case("became_optional", {"a!": TEXT}, {"a": TEXT}, 'Input(a="x")'),
    Case("choice_added", {"a": {**MODES, "enum": ["good"]}}, {"a": MODES}, 'Input(a="good")'),
    Case("choices_opened", {"a": MODES}, {"a": TEXT}, 'Input(a="good")'),
    Case("integer_to_number", {"a": INTEGER}, {"a": NUMBER}, "Input(a=1)"),
    Case("bound_lowered", {"a": {**INTEGER, "maximum": 9}}, {"a": {**INTEGER, "maximum": 5}}, "Input(a=9)"),
    Case("shorter", {"a": TEXT}, {"a": {**TEXT, "maxLength": 1}}, 'Input(a="long")'),
    Case("default", {"a": {**INTEGER, "default": 1}}, {"a": {**INTEGER, "default": 2}}, "Input()"),
    Case("null_accepted", {"a!": TEXT}, {"a!": {"type": ["string", "null"]}}, 'Input(a="x")'),
    Case("member_added", {"a": {**part(), "properties": {"path": TEXT}}}, {"a": part()}, 'Input(a=module.APart(path="x"))'),
    Case("optional_null_refused", {"a": {"type": ["string", "null"]}}, {"a": TEXT}, "Input(a=None)"),
    Case("output_added", {"image": TEXT}, {"image": TEXT, "count": INTEGER}, "module.Output().image", output=True),
    Case("output_boolean", {"count": INTEGER}, {"count": {"type": "boolean"}}, "whole(module.Output().count)", output=True),
    Case("output_choices", {"mode": TEXT}, {"mode": MODES}, "module.Output().mode", output=True),
    Case("output_choice", {"mode": MODES}, {"mode": {**MODES, "enum": ["lost"]}}, "two = module.Output().mode; two and words(two)", output=True),
    Case("output_list", {"image": TEXT}, {"image": lists(TEXT)}, "module.Output().image", output=True),
]  # fmt: skip
INVARIANT = [
    Case("list_in_class", {"a": {"type": "object", "properties": {"sizes": lists(INTEGER)}}}, {"a": {"type": "object", "properties": {"sizes": lists(NUMBER)}}}, "module.APart(sizes=whole_numbers)"),
    Case("values_of_dict", {"a": {"type": "object", "additionalProperties": INTEGER}}, {"a": {"type": "object", "additionalProperties": NUMBER}}, "Input(a=named_numbers)"),
    Case("items_of_list", {"a": lists(INTEGER)}, {"a": lists(NUMBER)}, "Input(a=whole_numbers)"),
]  # fmt: skip
CASES = BREAKING + HARMLESS + INVARIANT
CALLERS = """\
def whole(number: int | None) -> None: ...
def words(text: str) -> bool: return bool(text)
def counts(numbers: list[int] | None) -> None: ...
whole_numbers: list[int] = []
named_numbers: dict[str, int] = {}
"""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The cases whose caller mypy refuses, against either client."""
    folder = tmp_path_factory.mktemp("lens")
    for side in ("before", "after"):
        write_client(folder / side, [case.model(getattr(case, side)) for case in CASES])
        lines = [
            f"from {side}.models.acme import {case.name}; {case.calls}  # {case.name}"
            for case in CASES
        ]
        (folder / f"calls_{side}.py").write_text("\n".join([CALLERS, *lines]), "utf-8")
    return _mypy(folder)


def _mypy(folder: Path) -> dict[str, set[str]]:
    options = ["--strict", "--follow-imports=silent"]
    files = ["calls_before.py", "calls_after.py"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--no-incremental", *files],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    found: dict[str, set[str]] = {"before": set(), "after": set()}
    for side, line in re.findall(r"^calls_(\w+)\.py:(\d+): error", done.stdout, re.M):
        text = (folder / f"calls_{side}.py").read_text("utf-8").splitlines()
        found[side].add(text[int(line) - 1].rpartition("# ")[2])
    return found


def test_every_caller_type_checks_against_the_old_client(
    refused: dict[str, set[str]],
) -> None:
    assert refused["before"] == set()


@pytest.mark.parametrize("case", BREAKING, ids=lambda case: case.name)
def test_what_is_called_breaking_breaks_a_caller(
    case: Case, refused: dict[str, set[str]]
) -> None:
    assert case.breaks
    assert case.name in refused["after"]


@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: case.name)
def test_what_is_not_called_breaking_breaks_no_caller(
    case: Case, refused: dict[str, set[str]]
) -> None:
    assert not case.breaks
    assert case.name not in refused["after"]


@pytest.mark.parametrize("case", INVARIANT, ids=lambda case: case.name)
def test_what_only_a_variable_of_the_old_type_notices_is_risky(
    case: Case, refused: dict[str, set[str]]
) -> None:
    found = compared([case.model(case.before)], [case.model(case.after)])
    listed = [each.verdict for each in found if each.lens is Lens.SOURCE]
    assert listed == [DiffVerdict.RISKY]
    assert case.name in refused["after"]
