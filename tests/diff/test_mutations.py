"""Mutations of the published schemas: what the diff says, and whether samples agree."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from diff.mutations import OBJECT, Case, cases
from diff.samples import exact, validator, values
from runcomfy_codegen.diff.finding import DiffFinding, DiffVerdict, Lens
from runcomfy_codegen.ir.exact import json_value
from runcomfy_codegen.ir.model import Model
from support.built_models import compared

Golden = Callable[[Path, str], None]
CASES = cases()
HARMFUL = (DiffVerdict.BREAKING, DiffVerdict.RISKY)
VALUES = [case for case in CASES if case.mutation not in OBJECT]


def told(found: tuple[DiffFinding, ...]) -> str:
    lines = (f"{each.verdict} {each.rule}/{each.side}/{each.lens}" for each in found)
    return "; ".join(sorted(lines)) or "silent"


def test_every_mutation_is_judged_as_written_down(golden: Golden) -> None:
    lines = (
        f"{case.id} -> {told(compared([case.old], [case.new]))}\n" for case in CASES
    )
    golden(Path(__file__).parent / "expected.txt", "".join(lines))


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 300
    assert len({case.mutation for case in CASES}) >= 60


def harmful(found: tuple[DiffFinding, ...]) -> list[DiffFinding]:
    return [
        each for each in found if each.verdict in HARMFUL and each.lens is Lens.WIRE
    ]


def refutations(case: Case, number: int, *, swapped: bool) -> Iterator[object]:
    """Sampled values that one side takes and the other refuses."""
    before = case.before["properties"][case.field]
    after = case.after["properties"][case.field]
    one, other = (after, before) if swapped else (before, after)
    old, new = validator(one), validator(other)
    random = Random(zlib.crc32(case.id.encode()))
    for value in values(random, number, before, after):
        if old.is_valid(exact(value)) and not new.is_valid(exact(value)):
            yield value


def test_no_sampled_input_refutes_what_is_called_harmless(samples: int) -> None:
    quiet = [case for case in VALUES if not harmful(compared([case.old], [case.new]))]
    assert len(quiet) >= 100
    refuted = {
        case.id: value
        for case in quiet
        for value in refutations(case, samples, swapped=False)
    }
    assert refuted == {}


def test_no_sampled_output_refutes_what_is_called_harmless(samples: int) -> None:
    quiet = [case for case in VALUES if not harmful(compared(*as_outputs(case)))]
    assert len(quiet) >= 100
    refuted = {
        case.id: value
        for case in quiet
        for value in refutations(case, samples, swapped=True)
    }
    assert refuted == {}


def as_outputs(case: Case) -> tuple[list[Model], list[Model]]:
    """The fields of both sides as outputs, as they stand."""
    old = replace(case.old, output=case.old.input)
    return [old], [replace(case.old, output=case.new.input)]


def test_samples_meet_the_changes_that_are_called_breaking(samples: int) -> None:
    """The samples have teeth: whatever the diff calls breaking, they break too."""
    loud = [case for case in VALUES if any(witnesses(case))]
    assert len(loud) >= 100
    # A refutation may be 0 or an empty text: it counts that there is one.
    missed = [
        case.id
        for case in loud
        if not [True for _ in refutations(case, samples, swapped=False)]
    ]
    assert missed == []


def witnesses(case: Case) -> Iterator[tuple[DiffFinding, object]]:
    """Witnesses of values that are refused now, at the place of the field."""
    for each in harmful(compared([case.old], [case.new])):
        narrowed = each.rule.endswith("-narrowed") and not each.rule.startswith("media")
        if narrowed and each.witness is not None:
            value = exact(json_value(each.witness.value))
            yield each, [value] if each.pointer.endswith("/items") else value


def test_every_witness_is_confirmed_by_jsonschema() -> None:
    told = [(case, value) for case in VALUES for _, value in witnesses(case)]
    assert len(told) >= 100
    for case, value in told:
        assert validator(case.before["properties"][case.field]).is_valid(value), case.id
        assert not validator(case.after["properties"][case.field]).is_valid(
            value
        ), case.id


def test_a_breaking_change_of_values_brings_a_witness() -> None:
    found = [each for case in CASES for each in compared([case.old], [case.new])]
    broken = [
        each
        for each in found
        if each.verdict is DiffVerdict.BREAKING and each.rule.endswith("-narrowed")
    ]
    assert len(broken) >= 100
    assert [each for each in broken if each.witness is None] == []


def test_sameness_is_silent() -> None:
    models = [model for case in CASES for model in (case.old, case.new)]
    assert [found for model in models if (found := compared([model], [model]))] == []
