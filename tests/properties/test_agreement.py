"""Every shipped model: what the published schema accepts, the generated ``Input`` accepts.

jsonschema (draft 2020-12) judges the published schema, normalised: ``float`` is ``number``,
rules are left out, unknown keys are refused, and ``image_uris`` arrays without ``items``
hold texts. Listed exceptions, each tested for itself: None in an optional field means unset;
NaN is not a number; unknown keys are refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from runcomfy_codegen.build.build_model import build_catalog
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.store.schemas_folder import read_all
from runcomfy_runtime.escaping import quoted
from support.built_models import SETTINGS, imported, write_client
from support.examples import examples

SHIPPED = Path(__file__).parents[2] / "schemas"
Schema = dict[str, Any]


@cache
def shipped() -> dict[str, tuple[Model, Schema]]:
    """Every model with its published input schema, floats as floats."""
    stored = read_all(SHIPPED).documents
    catalog = build_catalog(stored, SETTINGS)
    assert catalog.failed == ()
    schemas: dict[str, Schema] = {}
    for _, document in stored:
        schemas.setdefault(document.model_id, normalised(document.input_schema.value()))
    return {
        model.model_id: (model, schemas[model.model_id]) for model in catalog.models
    }


def normalised(schema: Any) -> Any:
    """The published dialect as standard JSON Schema, for one schema and all below it."""
    plain = {key: value for key, value in schema.items() if key not in _LEFT_OUT}
    if schema.get("type") == "float":
        plain["type"] = "number"
    for bound in ("minimum", "maximum"):
        if bound in schema:
            plain[bound] = float(schema[bound])
    if re.fullmatch("(image|video|audio)_uris", schema.get("format", "")):
        plain.setdefault("items", {"type": "string"})
    if "items" in plain:
        plain["items"] = normalised(plain["items"])
    if "properties" in schema:
        inner = schema["properties"].items()
        plain["properties"] = {name: normalised(value) for name, value in inner}
        plain["additionalProperties"] = False
    return plain


_LEFT_OUT = {"validations", "default", "title", "description"}


@dataclass(frozen=True)
class Subject:
    """One model: its generated module and its published schema."""

    module: ModuleType
    schema: Schema

    @property
    def required(self) -> list[str]:
        required: list[str] = self.schema.get("required", [])
        return required

    @property
    def properties(self) -> dict[str, Schema]:
        properties: dict[str, Schema] = self.schema["properties"]
        return properties

    def agrees(self, instance: dict[str, Any]) -> bool:
        """Ask both; they must agree. Gives what they say."""
        published = Draft202012Validator(self.schema).is_valid(instance)
        try:
            made = self.module.Input(**instance)
        except ValueError as refused:
            assert (
                not published
            ), f"refused, though it is valid: {quoted(instance)} {refused}"
            return False
        assert published, f"accepted, though it is not valid: {quoted(instance)}"
        assert made.payload() == instance
        assert _types(made.payload()) == _types(instance)
        return True


def _types(value: Any) -> Any:
    """The JSON types of a value: 1 and 1.0 are one, 1 and True are two."""
    if isinstance(value, dict):
        return {name: _types(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_types(inner) for inner in value]
    return "number" if type(value) in (int, float) else type(value).__name__


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agreement") / "agreement_client"
    write_client(folder, (model for model, _ in shipped().values()))
    return folder


@pytest.fixture(scope="module", params=sorted(shipped()))
def subject(request: pytest.FixtureRequest, client: Path) -> Subject:
    model, schema = shipped()[request.param]
    return Subject(imported(client, model), schema)


def fitting(schema: Schema) -> st.SearchStrategy[Any]:
    """Values that a schema accepts."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    match schema["type"]:
        case "string":
            return st.text(
                min_size=schema.get("minLength", 0),
                max_size=min(schema.get("maxLength", 9), 9),
            )
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(
                None if low is None else math.ceil(low),
                None if high is None else math.floor(high),
            )
        case "number":
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case "array":
            least = schema.get("minItems", 0)
            most = min(schema.get("maxItems", 4), least + 2)
            return st.lists(fitting(schema["items"]), min_size=least, max_size=most)
        case other:
            raise AssertionError(f"no strategy makes values of type {other!r}")


def edges(schema: Schema) -> Iterator[Any]:
    """Values at and beyond everything that a schema says, and of every other type."""
    yield from (
        True,
        False,
        0,
        1,
        -1,
        0.5,
        "",
        "1",
        "auto",
        [],
        [None],
        [1],
        ["x"],
        {},
        {"a": 1},
    )
    for value in schema.get("enum", ()):
        yield from (value, str(value), f"{value} ", str(value).swapcase())
        if isinstance(value, int):
            yield from (value + 1, value + 0.5)
    for bound in ("minimum", "maximum"):
        if bound in schema:
            limit = schema[bound]
            near = int(limit) if float(limit).is_integer() else limit
            yield from (near, near - 1, near + 1, near + 0.25, near - 0.25, str(near))
    for bound in ("minLength", "maxLength"):
        yield from ("é" * (schema[bound] + more) for more in (0, 1) if bound in schema)
    for bound in ("minItems", "maxItems"):
        if bound in schema:
            sizes = {schema[bound] + more for more in (-1, 0, 1)} - {-1}
            yield from (["x"] * size for size in sorted(sizes))


def instances(subject: Subject) -> st.SearchStrategy[dict[str, Any]]:
    """Inputs that fit, most of them with one field exchanged or taken out."""
    values = {name: fitting(schema) for name, schema in subject.properties.items()}
    needed = {name: values[name] for name in subject.required}
    optional = {name: values[name] for name in values if name not in needed}
    fits = st.fixed_dictionaries(needed, optional=optional)
    odd = st.sampled_from(
        [(name, value) for name in values for value in edges(subject.properties[name])]
    )
    exchanged = st.builds(lambda one, change: {**one, change[0]: change[1]}, fits, odd)
    taken = st.builds(
        lambda one, name: {key: one[key] for key in one if key != name},
        fits,
        st.sampled_from(sorted(values)),
    )
    return fits | exchanged | taken


@examples(20)
@given(st.data())
def test_schema_and_input_agree_on_any_input(
    subject: Subject, data: st.DataObject
) -> None:
    subject.agrees(data.draw(instances(subject)))


def least(subject: Subject) -> dict[str, Any]:
    """The smallest input that fits."""
    return {name: _least(subject.properties[name]) for name in subject.required}


def _least(schema: Schema) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "string":
            return "x" * schema.get("minLength", 0)
        case "array":
            return [_least(schema["items"])] * schema.get("minItems", 0)
        case "boolean":
            return True
        case "integer":
            return math.ceil(schema.get("minimum", 0))
        case _:
            return schema.get("minimum", 0.0)


def test_schema_and_input_agree_on_every_edge_of_every_field(subject: Subject) -> None:
    whole = least(subject)
    assert subject.agrees(whole)
    answers = set()
    for name, schema in subject.properties.items():
        answers |= {subject.agrees({**whole, name: value}) for value in edges(schema)}
    assert answers == {True, False}


def test_what_is_required_must_be_given(subject: Subject) -> None:
    whole = least(subject)
    for name in subject.required:
        assert not subject.agrees({key: whole[key] for key in whole if key != name})


def test_a_payload_holds_what_was_set_and_nothing_else(subject: Subject) -> None:
    whole = least(subject)
    made = subject.module.Input(**whole)
    assert made.payload() == whole
    unset = {name: None for name in subject.properties if name not in whole}
    assert subject.module.Input(**whole, **unset).payload() == whole
    for field in subject.module.Input.model_fields.values():
        assert (
            field.is_required() or field.get_default(call_default_factory=True) is None
        )


def test_python_names_and_wire_names_make_the_same_input(subject: Subject) -> None:
    whole = least(subject)
    names = {
        field.alias or name: name
        for name, field in subject.module.Input.model_fields.items()
    }
    required = subject.module.Input.model_fields
    published = list(subject.properties)
    assert list(names) == sorted(
        published, key=lambda wire: not required[names[wire]].is_required()
    )
    by_name = subject.module.Input(
        **{names[wire]: value for wire, value in whole.items()}
    )
    assert by_name == subject.module.Input(**whole)
    assert by_name.payload() == whole


def test_an_unknown_key_is_refused(subject: Subject) -> None:
    with pytest.raises(ValueError, match="not_published is not a field of this model"):
        subject.module.Input(**least(subject), not_published=1)


def test_a_whole_float_is_sent_as_an_integer_and_nan_is_no_number(
    subject: Subject,
) -> None:
    whole = least(subject)
    for name, schema in subject.properties.items():
        for value in (math.nan, math.inf):
            with pytest.raises(ValueError, match=name):
                subject.module.Input(**{**whole, name: value})
        if schema["type"] == "integer":
            made = subject.module.Input(**{**whole, name: float(_least(schema))})
            assert type(made.payload()[name]) is int


def test_there_are_models_to_agree_on() -> None:
    assert len(shipped()) >= 107
