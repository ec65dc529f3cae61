"""Laws of the diff as a whole, over the published schemas and their mutations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from diff.mutations import Case, cases, schemas
from runcomfy_codegen.diff.finding import DiffFinding, DiffVerdict, Lens
from runcomfy_codegen.ir.model import Field, Model
from support.built_models import compared, model_of

CASES = cases()
MIRROR = {"narrowed": "widened", "widened": "narrowed"}


def published() -> list[Model]:
    return [model_of(schema, model) for model, schema in schemas().items()]


def test_the_catalog_against_itself_is_silent() -> None:
    models = published()
    assert compared(models, models) == ()


def test_the_order_of_models_says_nothing() -> None:
    models = published()
    later = Random(1).sample(models[50:], len(models) - 50)
    assert compared(models[:60], models[50:]) == compared(models[:60][::-1], later)


def values(found: Iterable[DiffFinding]) -> set[tuple[str, str, bool]]:
    """Findings about values: the rule, the place, whether there is a witness."""
    return {
        (each.rule, each.pointer, each.witness is not None)
        for each in found
        if each.lens is Lens.WIRE and each.rule.rpartition("-")[2] in MIRROR
    }


def mirrored(told: set[tuple[str, str, bool]]) -> set[tuple[str, str, bool]]:
    def other(rule: str) -> str:
        head, _, direction = rule.rpartition("-")
        return f"{head}-{MIRROR[direction]}"

    return {(other(rule), pointer, witness) for rule, pointer, witness in told}


def as_output(model: Model, other: Model) -> Model:
    """The first model with the fields of the second as its output."""
    return replace(model, output=other.input)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_swapping_the_arguments_swaps_the_sides(case: Case) -> None:
    there = compared([case.old], [case.new])
    back = compared([as_output(case.old, case.new)], [as_output(case.old, case.old)])
    pointers = {
        (rule, pointer.replace("/output_schema", "/input_schema"), witness)
        for rule, pointer, witness in values(back)
    }
    assert mirrored(pointers) == values(there)
    # What breaks a caller here may be read by the class there, and is risky then.
    assert hurting(there) == hurting(back)


def hurting(found: Iterable[DiffFinding]) -> set[bool]:
    """Whether the findings about values hurt, or do not, or some of each."""
    answer = list(found)
    known = {(rule, pointer) for rule, pointer, _ in values(answer)}
    return {
        each.verdict.reaches(DiffVerdict.RISKY)
        for each in answer
        if (each.rule, each.pointer) in known
    }


def described(model: Model, text: str) -> Model:
    fields: tuple[Field, ...] = tuple(
        replace(field, description=text) for field in model.input.fields
    )
    return replace(model, input=replace(model.input, fields=fields))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_description_changes_no_verdict(case: Case) -> None:
    bare = compared([case.old], [case.new])
    answer = compared([case.old], [described(case.new, "Something else.")])
    assert without_texts(answer) == without_texts(bare)


def worst(found: Iterable[DiffFinding]) -> dict[Lens, DiffVerdict]:
    """The worst verdict of every lens that finds something."""
    answer = sorted(found, key=lambda each: list(DiffVerdict).index(each.verdict))
    return {each.lens: each.verdict for each in reversed(answer)}


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("output", [False, True])
def test_a_rename_is_judged_like_a_removal_and_an_addition(
    required: bool, output: bool
) -> None:
    """The description alone makes a rename of it."""

    def model(name: str, text: str) -> Model:
        answer = {name: {"type": "integer", "description": text}}
        schema = {
            "type": "object",
            "properties": answer,
            "required": [name] if required else [],
        }
        empty = {"type": "object", "properties": {}}
        return model_of(empty, output_schema=schema) if output else model_of(schema)

    renamed = compared([model("n", "How many.")], [model("count", "How many.")])
    two = compared([model("n", "")], [model("count", "")])
    assert "field-renamed" in {each.rule for each in renamed}
    assert "field-removed" in {each.rule for each in two}
    assert worst(renamed) == worst(two)


def without_texts(found: Iterable[DiffFinding]) -> list[DiffFinding]:
    return [each for each in found if each.verdict is not DiffVerdict.DOCS_ONLY]


def harmless(found: Iterable[DiffFinding]) -> bool:
    return not any(each.verdict.reaches(DiffVerdict.RISKY) for each in found)


def test_compatible_changes_compose() -> None:
    """Harmless mutations of one model, one after the other: the whole way is harmless."""
    tried = 0
    for one, other in pairwise(
        sorted(CASES, key=lambda case: (case.model, case.field))
    ):
        if (one.model, one.field) != (other.model, other.field):
            continue
        first, second = compared([one.old], [one.new]), compared([one.new], [other.new])
        if harmless(first) and harmless(second):
            tried += 1
            assert harmless(compared([one.old], [other.new]))
    assert tried >= 5
