"""Inputs: checked when made, all problems at once, and sent as the caller set them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from runcomfy_runtime import model
from runcomfy_runtime.errors import InputRejected, RunComfyError
from runcomfy_runtime.model import schema_report
from runcomfy_runtime.testing import FakeQueue
from runtime.specimen import Input, Lora, Output, good

VALID: dict[str, Any] = {"image_urls": ["https://h/a"], "prompt": "p", "nothing": None}


def refused(**fields: Any) -> dict[str, Any]:
    with pytest.raises(InputRejected) as caught:
        Input(**{**VALID, **fields})
    return {p.pointer: (p.code, p.limit, p.actual) for p in caught.value.report}


def test_the_payload_holds_what_was_set_in_wire_names() -> None:
    made = good(width_height="512x512(1:1)", strength=0.5)
    assert made.payload() == {
        "image_urls": ["https://host/boat.jpg"],
        "prompt": "A boat",
        "nothing": None,
        "width×height": "512x512(1:1)",
        "strength": 0.5,
    }


def test_wire_names_are_accepted_too() -> None:
    assert good(**{"width×height": "512x512(1:1)"}) == good(width_height="512x512(1:1)")


def test_none_in_an_optional_field_is_not_sent() -> None:
    assert "steps" not in good(steps=None).payload()


def test_none_in_a_required_nullable_field_is_sent() -> None:
    assert good().payload()["nothing"] is None


def test_nested_objects_are_given_as_dicts_or_instances() -> None:
    as_dict = good(lora={"path": "a", "w×h": 3}, loras=[{"path": "b"}])
    as_part = good(lora=Lora(path="a", wide=3), loras=[Lora(path="b")])
    assert as_dict.payload() == as_part.payload()
    assert as_part.payload()["lora"] == {"path": "a", "w×h": 3}


def test_the_payload_is_new_lists_and_dicts() -> None:
    made = good()
    made.payload()["image_urls"].append("x")
    assert made.payload()["image_urls"] == ["https://host/boat.jpg"]


def test_all_problems_come_at_once() -> None:
    found = refused(prompt="x" * 21, steps=52, image_urls=[])
    assert found == {
        "/prompt": ("maxLength", 20, 21),
        "/image_urls": ("minItems", 1, 0),
        "/steps": ("maximum", 50, 52),
    }


@pytest.mark.parametrize(
    ("field", "value", "pointer", "code"),
    [
        ("prompt", 5, "/prompt", "type"),
        ("count", True, "/count", "enum"),
        ("count", 2, "/count", "enum"),
        ("steps", 3, "/steps", "multipleOf"),
        ("steps", 0, "/steps", "minimum"),
        ("strength", 0, "/strength", "exclusiveMinimum"),
        ("strength", 1, "/strength", "exclusiveMaximum"),
        ("strength", float("nan"), "/strength", "type"),
        ("strength", float("inf"), "/strength", "type"),
        ("seed", "ab", "/seed", "pattern"),
        ("seed", "1", "/seed", "minLength"),
        ("width_height", "3x3", "/width×height", "enum"),
        ("width×height", "3x3", "/width×height", "enum"),
        ("tags", [1, 2, 1.0], "/tags", "uniqueItems"),
        ("image_urls", ["a"] * 4, "/image_urls", "maxItems"),
        ("image_urls", ["a", 5], "/image_urls/1", "type"),
        ("either", 5, "/either", "type"),
        ("either", ["a", 5], "/either/1", "type"),
        ("lora", {"path": 5}, "/lora/path", "type"),
        ("lora", {}, "/lora/path", "required"),
        ("lora", {"path": "a", "w×h": "x"}, "/lora/w×h", "type"),
        ("loras", [{"path": "a", "foo": 1}], "/loras/0/foo", "additionalProperties"),
        ("promt", "a", "/promt", "additionalProperties"),
    ],
)
def test_each_keyword_is_named_with_its_pointer(
    field: str, value: Any, pointer: str, code: str
) -> None:
    found = refused(**{field: value})
    assert {place: problem[0] for place, problem in found.items()}[pointer] == code
    assert len(found) == 1


@pytest.mark.parametrize(
    ("field", "value", "types"),
    [
        ("prompt", 5, "string"),
        ("steps", "5", "integer"),
        ("steps", 5.5, "integer"),
        ("strength", "0.5", "number"),
        ("strength", float("nan"), "number"),
        ("image_urls", "a", "array"),
        ("lora", [], "object"),
        ("either", 5, ("string", "array")),
    ],
)
def test_the_limit_of_a_wrong_type_is_the_type_as_json_schema_names_it(
    field: str, value: Any, types: object
) -> None:
    assert refused(**{field: value})[f"/{field}"][:2] == ("type", types)


def test_true_is_no_number_and_one_is_one_point_zero() -> None:
    assert good(tags=[1, True, "1", {"a": 1}, {"a": True}]).tags is not None
    assert refused(tags=[{"a": 1}, {"a": 1.0}])["/tags"][0] == "uniqueItems"


def test_a_pattern_is_searched_and_not_matched() -> None:
    assert good(seed="ab1cd").seed == "ab1cd"


def test_an_enum_problem_lists_the_values() -> None:
    _, limit, actual = refused(width_height="3x3")["/width×height"]
    assert limit == ("1024x1024(1:1)", "512x512(1:1)")
    assert actual == "3x3"


def test_messages_are_sentences_about_the_field() -> None:
    with pytest.raises(InputRejected) as caught:
        Input(**{**VALID, "prompt": "x" * 900, "promt": "y"})
    texts = [problem.message for problem in caught.value.report]
    assert texts == [
        "prompt is too long: 900 characters, at most 20",
        'promt is not a field of this model: did you mean "prompt"?',
    ]


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(InputRejected) as caught:
        Input(**{**VALID, "width_height": "data:image/png;base64," + "A" * 5000})
    assert len(str(caught.value)) < 300


def test_a_rejected_input_pickles_and_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="1 problem in the input of vendor") as caught:
        Input(image_urls=["a"], nothing="")  # type: ignore[call-arg]
    error = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(error, RunComfyError)
    assert str(error) == str(caught.value)


def test_the_repr_names_the_model_and_only_what_was_set() -> None:
    assert repr(good()) == (
        'vendor/specimen/edit:Input(image_urls=["https://host/boat.jpg"], '
        'prompt="A boat", nothing=null)'
    )


def test_an_input_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        good().prompt = "another"  # type: ignore[misc]


def test_validating_a_document_runs_the_checks_once() -> None:
    assert Input.model_validate(VALID).payload() == VALID


def test_extended_adds_what_the_client_does_not_know() -> None:
    longer = good(steps=2).extended(fresh={"a": [1]}).extended(other=None)
    assert longer.payload()["fresh"] == {"a": [1]}
    assert longer.payload()["other"] is None
    assert type(longer) is Input
    assert "fresh" not in good(steps=2).payload()
    assert pickle.loads(pickle.dumps(longer)).payload() == longer.payload()


@pytest.mark.parametrize("name", ["prompt", "width_height", "width×height"])
def test_extended_refuses_declared_fields(name: str) -> None:
    with pytest.raises(InputRejected, match="is a declared field"):
        good().extended(**{name: "x"})


def test_extended_refuses_what_is_no_json() -> None:
    with pytest.raises(InputRejected, match="not a JSON number"):
        good().extended(fresh=float("nan"))


@pytest.mark.parametrize("document", [None, 5, [], "text"])
def test_a_document_that_is_no_object_is_one_problem(document: object) -> None:
    report = schema_report(Input, document)
    assert [(problem.pointer, problem.code) for problem in report] == [("", "type")]
    assert not report.ok


def test_a_report_is_true_when_nothing_failed() -> None:
    assert schema_report(Input, VALID)
    assert str(schema_report(Input, VALID)) == "no problems"


@pytest.mark.parametrize(
    "output",
    [
        None,
        5,
        "https://x/a.png",
        [],
        {"image": 5},
        {"_x": 1, "model_config": 2},
        {"copy": 1},
    ],
)
def test_an_output_that_does_not_fit_is_no_exception(output: object) -> None:
    assert isinstance(Output.read(output), Output)


def test_an_output_keeps_what_no_schema_names() -> None:
    read = Output.read({"image": ["a"], "depth": "https://x/a.exr"})
    assert read.image == ["a"]
    assert read.model_extra == {"depth": "https://x/a.exr"}


@pytest.mark.parametrize("value", [True, False, 2, "0", 0.5])
def test_a_choice_of_numbers_refuses_what_json_says_is_another_value(
    value: Any,
) -> None:
    assert refused(count=value)["/count"][0] == "enum"


@pytest.mark.parametrize("value", [0, 1, 1.0])
def test_a_choice_of_numbers_takes_its_values(value: Any) -> None:
    assert good(count=value).payload()["count"] == value


# What is sent was validated, whichever way the instance was made.


def changed(made: Input, name: str, value: object) -> Input:
    object.__setattr__(made, name, value)
    return made


def with_part(value: object) -> Input:
    made = good(lora={"path": "a"}, loras=[{"path": "b"}])
    assert made.loras
    object.__setattr__(made.loras[0], "path", value)
    return made


def appended(value: object) -> Input:
    made = good()
    made.image_urls.append(value)  # type: ignore[arg-type]
    return made


def in_the_dict() -> Input:
    made = good()
    made.__dict__["steps"] = 51
    return made


def too_many() -> Input:
    made = good()
    made.image_urls.extend(["x", "y", "z"])
    return made


UNVALIDATED: dict[str, Callable[[], Input]] = {
    "copy": lambda: good().model_copy(update={"steps": 51}),
    "copy of a copy": lambda: good().model_copy(update={"steps": 51}).model_copy(),
    "deep copy": lambda: good().model_copy(update={"steps": 51}, deep=True),
    "deep copy of a changed one": lambda: deepcopy(changed(good(), "steps", 51)),
    "misspelt": lambda: good().model_copy(update={"promt": "x"}),
    "wire name": lambda: good().model_copy(update={"breite": 5}),
    "not JSON": lambda: good().model_copy(update={"prompt": b"x"}),
    "no number": lambda: good().model_copy(update={"strength": float("nan")}),
    "extra": lambda: changed(good(), "__pydantic_extra__", {"prompts": "x"}),
    "made": lambda: Input.model_construct(prompt=5, image_urls=["x"], nothing=None),
    "lacking": lambda: Input.model_construct(prompt="x"),
    "unpickled": lambda: pickle.loads(pickle.dumps(changed(good(), "steps", 51))),
    "set": lambda: changed(good(), "steps", 51),
    "equal, of another type": lambda: changed(good(count=1), "count", True),
    "in the dict": in_the_dict,
    "part": lambda: with_part(5),
    "part in a copy": lambda: good().model_copy(
        update={"lora": Lora.model_construct(path=5)}
    ),
    "in a list": lambda: appended(5),
    "too many": too_many,
    "extended": lambda: good().model_copy(update={"steps": 51}).extended(new=1),
    "extended, then set": lambda: changed(good().extended(new=1), "steps", 51),
    "validated again": lambda: Input.model_validate(changed(good(), "steps", 51)),
}


@pytest.mark.parametrize("how", UNVALIDATED)
def test_an_input_that_validation_did_not_make_is_validated_before_a_submit(
    how: str,
) -> None:
    queue = FakeQueue()
    made = UNVALIDATED[how]()
    with queue.client(media_checks="off") as client:
        for submit in (
            client.run,
            client.submit,
            lambda made: list(client.map([made])),
        ):
            with pytest.raises(InputRejected):
                submit(made)
        assert not client.validate(made).ok
    assert queue.requests == []


@pytest.mark.parametrize("part", [Lora.model_construct(path=5), {"path": 5}])
def test_an_unvalidated_part_is_validated_with_its_input(part: Any) -> None:
    with pytest.raises(InputRejected):
        good(lora=part)
    with pytest.raises(InputRejected):
        good(loras=[part])


def test_a_part_that_changes_later_does_not_change_the_input() -> None:
    part = Lora(path="a")
    made = good(lora=part)
    object.__setattr__(part, "path", 5)
    assert made.payload()["lora"] == {"path": "a"}


def test_variants_that_are_valid_are_sent_as_they_are() -> None:
    queue = FakeQueue()
    variants: list[Input] = [
        good().model_copy(update={"steps": 50, "lora": Lora(path="a")}),
        good().model_copy(update={"breite": "x"}),
        good(wide="old").model_copy(update={"breite": "x"}),
        Input.model_construct(**VALID, tags=(1, 2)),
        pickle.loads(pickle.dumps(good(steps=2))),
        changed(good(), "steps", 50),
        Input.model_validate_json(json.dumps(VALID)),
        good().extended(new=1).model_copy(update={"steps": 50}),
        Input.model_validate(good().extended(new=1)),
    ]
    with queue.client(media_checks="off") as client:
        for made in variants:
            client.submit(made)
    base = good().payload()
    added: list[dict[str, Any]] = [
        {"steps": 50, "lora": {"path": "a"}},
        {"breite": "x"},
        {"breite": "x"},
        {**VALID, "tags": [1, 2]},
        {"steps": 2},
        {"steps": 50},
        VALID,
        {"new": 1, "steps": 50},
        {"new": 1},
    ]
    sent = [json.loads(request.body or b"") for request in queue.requests]
    assert sent == [{**base, **more} for more in added]


def test_an_input_is_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    real = model.schema_report
    monkeypatch.setattr(
        model, "schema_report", lambda *given: calls.append(given) or real(*given)
    )
    queue = FakeQueue()
    with queue.client(media_checks="off") as client:
        for made in (good(), Input.model_validate(VALID), good().extended(new=1)):
            client.submit(made)
        assert calls == []
        copied = good().model_copy(update={"steps": 50})
        client.submit(copied)
        client.submit(copied)
        assert len(calls) == 1
