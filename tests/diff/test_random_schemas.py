"""Laws of the diff as a whole, on schemas that nobody published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from diff.samples import exact, validator
from diff.test_outputs import outputs_of
from runcomfy_codegen.diff.finding import DiffFinding, DiffVerdict, Lens
from runcomfy_codegen.ir.model import Model
from support.built_models import compared, model_of
from support.examples import examples

Schema = dict[str, Any]

small = st.integers(0, 3)
bounds = st.sampled_from([-2, -1, 0, 0.5, 1, 2, 2.5, 3])


def with_some(kind: str, **keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A schema of a type with any of these keywords."""
    return st.fixed_dictionaries({"type": st.just(kind)}, optional=keywords)


scalars = st.one_of(
    with_some("integer", minimum=bounds, maximum=bounds, multipleOf=st.sampled_from([1, 2, 3])),
    with_some("number", minimum=bounds, maximum=bounds, exclusiveMinimum=bounds, exclusiveMaximum=bounds),
    with_some("string", minLength=small, maxLength=small),
    st.just({"type": "boolean"}),
    st.just({"type": ["string", "null"]}),
    st.just({"type": ["integer", "boolean"]}),
    st.lists(st.sampled_from(["", "a", "bb", 0, 1, 2]), min_size=1, max_size=3, unique=True).map(lambda told: {"enum": told}),
)  # fmt: skip
lists = st.builds(
    lambda items, rest: {"type": "array", "items": items, **rest},
    scalars,
    st.fixed_dictionaries(
        {},
        optional={"minItems": small, "maxItems": small, "uniqueItems": st.booleans()},
    ),
)
objects = st.builds(
    lambda properties, rest: {"type": "object", "properties": properties, **rest},
    st.dictionaries(st.sampled_from("ab"), scalars, max_size=2),
    st.fixed_dictionaries(
        {},
        optional={
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
            "additionalProperties": st.booleans() | scalars,
        },
    ),
)
alternatives = st.lists(scalars, min_size=1, max_size=3).map(
    lambda told: {"anyOf": told}
)
# Nothing but null, and what nothing fits.
rare = st.sampled_from(
    [
        {"type": "null"},
        {"const": None},
        {"type": ["string", "null"], "enum": [None]},
        {"anyOf": [{"type": "null"}]},
        {},
        {"type": "integer", "enum": ["a"]},
        {"type": "string", "enum": []},
        {"allOf": [{"type": "string"}]},
        {"oneOf": [{"const": "a"}, {"const": None}]},
        {"type": "number", "multipleOf": 0.5},
    ]
)
schemas = st.one_of(scalars, lists, objects, alternatives, rare)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(
        [-2, -1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 6, "", "a", "bb", "ccc", "dddd"]
    ),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=4,
)


def model(told: Schema) -> Model:
    return model_of({"type": "object", "properties": {"field": told}})


def judged(one: Schema, other: Schema) -> tuple[DiffFinding, ...]:
    return compared([model(one)], [model(other)])


def hurts(found: tuple[DiffFinding, ...]) -> bool:
    return any(
        each.verdict.reaches(DiffVerdict.RISKY) and each.lens is Lens.WIRE
        for each in found
    )


def breaks(found: tuple[DiffFinding, ...]) -> bool:
    return any(
        each.verdict is DiffVerdict.BREAKING and each.lens is Lens.WIRE
        for each in found
    )


def received(one: Schema, other: Schema) -> tuple[DiffFinding, ...]:
    """The same change in an output, as it is published."""
    models = [
        model_of(
            {"type": "object", "properties": {}},
            output_schema={"type": "object", "properties": {"field": item}},
        )
        for item in (one, other)
    ]
    return compared(models[:1], models[1:], outputs_of(*models))


@examples(200)
@given(schemas)
def test_a_schema_against_itself_is_silent(one: Schema) -> None:
    assert judged(one, one) == ()


def refutes(value: object, one: Schema, other: Schema) -> bool:
    sent = exact(value)
    return validator(one).is_valid(sent) and not validator(other).is_valid(sent)


@examples(200)
@given(schemas, schemas, st.lists(values, max_size=30))
def test_no_value_refutes_what_is_called_harmless(
    one: Schema, other: Schema, told: list[Any]
) -> None:
    if not hurts(judged(one, other)):
        assert not [value for value in told if refutes(value, one, other)]


def comes(value: object, one: Schema, other: Schema) -> bool:
    sent = exact(value)
    return validator(other).is_valid(sent) and not validator(one).is_valid(sent)


@examples(200)
@given(schemas, schemas, st.lists(values, max_size=30))
def test_no_value_that_comes_refutes_what_is_called_harmless(
    one: Schema, other: Schema, told: list[Any]
) -> None:
    if not hurts(received(one, other)):
        assert not [value for value in told if comes(value, one, other)]


@examples(200)
@given(schemas, schemas, schemas)
def test_harmless_changes_compose(one: Schema, other: Schema, third: Schema) -> None:
    if not hurts(judged(one, other)) and not hurts(judged(other, third)):
        assert not breaks(judged(one, third))


@examples(200)
@given(schemas, schemas)
def test_what_hurts_to_send_hurts_to_receive_on_the_way_back(
    one: Schema, other: Schema
) -> None:
    assert hurts(judged(one, other)) is hurts(received(other, one))


@examples(200)
@given(schemas, schemas, st.text(min_size=1, max_size=9))
def test_a_description_changes_no_verdict(
    one: Schema, other: Schema, text: str
) -> None:
    described = judged(one, {**other, "description": text})
    assert _of_behaviour(described) == _of_behaviour(judged(one, other))


def _of_behaviour(findings: Iterable[DiffFinding]) -> list[DiffFinding]:
    return [
        finding for finding in findings if finding.verdict is not DiffVerdict.DOCS_ONLY
    ]
