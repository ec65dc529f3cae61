"""Groups of values that are valid or not by JSON Schema 2020-12: every judge says so.

The groups follow those of the official test suite, for the keywords that the dialect reads.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agreement.judges import Judges, make_judges

GROUPS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("groups.json").read_text("utf-8"), parse_float=Decimal
)
# Texts on which the independent judge does not read a pattern as ECMA-262 does.
MISREAD = {"white space of ECMA-262"}


@pytest.fixture(scope="module")
def judges() -> dict[str, Judges]:
    schemas = [
        {"type": "object", "properties": {"x": group["schema"]}} for group in GROUPS
    ]
    made = make_judges(schemas)
    return {group["about"]: each for group, each in zip(GROUPS, made, strict=True)}


def plain(value: Any) -> Any:
    """A value as a caller gives it."""
    return json.loads(json.dumps(value, default=float))


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["about"])
def test_every_judge_knows_which_values_are_valid(
    group: dict[str, Any], judges: dict[str, Judges]
) -> None:
    judge = judges[group["about"]]
    assert judge.model.unknown == ()
    for expected in (True, False):
        for value in map(plain, group["valid" if expected else "invalid"]):
            given = {"x": value}
            if value is None and not expected:
                continue  # null in an optional field means that it is not given
            answers = judge.answers(given)
            if group["about"] in MISREAD:
                answers = {name: answers[name] for name in ("client", "sandbox")}
            assert set(answers.values()) == {expected}, (value, answers)
