"""Media rules as part of a client's ``validate``: together with the schema, before any request."""

from __future__ import annotations

import base64
from typing import Annotated, ClassVar

import pytest
from pydantic import Field

from media import specimens as made
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.media import Inspector
from runcomfy_runtime.model import ModelInput, ModelOutput
from runcomfy_runtime.rule import Rule

TOO_NARROW = "The uploaded image width and height must exceed 14 pixels."


class Output(ModelOutput):
    """Anything."""


class Input(ModelInput[Output]):
    """A model with one rule for each of its pictures."""

    MODEL_ID: ClassVar[str] = "vendor/model"
    OUTPUT: ClassVar[type[ModelOutput]] = Output
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            pointer="/image_urls/*",
            metric="width_pixels",
            operator=">",
            limit="14",
            message=TOO_NARROW,
        ),
    )
    image_urls: Annotated[list[str], Field(max_length=3)]


def picture(width: int) -> str:
    return "data:image/png;base64," + base64.b64encode(made.png(width, 99)).decode()


@pytest.fixture
def client() -> RunComfy:
    return RunComfy(token="t", media_checks="off", judges=[Inspector()])


def test_a_good_input_has_no_problems(client: RunComfy) -> None:
    assert client.validate(Input(image_urls=[picture(15)])).ok


def test_a_picture_that_breaks_a_rule_is_a_problem_of_its_own_place(
    client: RunComfy,
) -> None:
    report = client.validate(Input, {"image_urls": [picture(15), picture(14)]})
    assert not report.ok
    [problem] = report.problems
    assert (problem.pointer, problem.code) == ("/image_urls/1", "width_pixels")
    assert (problem.message, problem.limit, problem.actual) == (TOO_NARROW, "14", "14")


def test_a_picture_that_cannot_be_fetched_is_unknown_and_the_input_stays_good(
    client: RunComfy,
) -> None:
    report = client.validate(Input(image_urls=["https://10.0.0.1/boat.png"]))
    assert report.ok
    assert [problem.verdict for problem in report.problems] == ["unknown"]
    assert "private network" in report.problems[0].message


def test_schema_and_media_problems_come_together(client: RunComfy) -> None:
    items = [picture(15), 5, picture(14)]
    report = client.validate(Input, {"image_urls": items, "extra": 1})
    assert [(each.pointer, each.code) for each in report] == [
        ("/image_urls/1", "type"),
        ("/extra", "additionalProperties"),
        ("/image_urls/2", "width_pixels"),
    ]


def test_files_of_a_list_that_is_too_long_are_not_looked_at(client: RunComfy) -> None:
    report = client.validate(Input, {"image_urls": [picture(14)] * 4})
    assert [each.code for each in report] == ["maxItems"]


@pytest.mark.parametrize(
    "document", [None, [], "x", {"image_urls": {"image_urls": {}}}, {1: 2}]
)
def test_a_document_of_any_shape_has_problems_and_raises_nothing(
    client: RunComfy, document: object
) -> None:
    assert not client.validate(Input, document).ok


def test_a_document_nested_for_ever_is_one_problem(client: RunComfy) -> None:
    deep: object = []
    for _ in range(100_000):
        deep = [deep]
    report = client.validate(Input, {"image_urls": [deep, picture(14)]})
    assert {each.pointer for each in report} == {"/image_urls/0", "/image_urls/1"}
    while isinstance(deep, list) and deep:  # or freeing it would recurse
        deep = deep.pop()
