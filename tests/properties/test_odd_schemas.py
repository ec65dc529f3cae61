"""Schemas that are big or odd: the answer is right, and other models are never harmed."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate as validate_openapi

from runcomfy_codegen import api
from runcomfy_codegen.dialect.validator import input_validator
from runcomfy_codegen.ir.diagnostic import Diagnostic
from runcomfy_codegen.ir.model import Union
from runcomfy_codegen.reports import json_document
from runcomfy_codegen.sandbox.input_validation import InputSchema
from runcomfy_codegen.subtype.accepts import accepts
from runcomfy_codegen.targets.python.names import RESERVED, field_name
from runcomfy_runtime.model import ModelInput
from support.built_models import built, executed, model_of, properties

HALF = "\ud83d"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def store(project: Path, **schemas: Any) -> None:
    """Import one model for each input schema."""
    entries = [
        {"model_id": f"odd/{name}", "display_name": name, "input_schema": schema}
        for name, schema in schemas.items()
    ]
    source = project / "catalog.json"
    source.write_text(json.dumps(entries), "utf-8")
    api.import_sources(source, schemas=project / "schemas")


def json_files(project: Path, target: Any) -> list[Any]:
    """What every JSON file of an output says; each must be UTF-8."""
    folder = project / target
    api.generate(schemas=project / "schemas", output=folder, target=target)
    files = sorted(folder.rglob("*.json"))
    assert files != []
    return [json.loads(path.read_bytes().decode("utf-8")) for path in files]


# Names.


@pytest.mark.parametrize("name", ["register", "mro", "model_fields", "json"])
def test_a_field_may_have_the_name_of_an_attribute_of_the_class(name: str) -> None:
    module = executed(model_of(properties(**{name: {"type": "integer"}, "a": {}})))
    assert field_name(name) == f"{name}_"
    assert module.Input(**{name: 3}).payload() == {name: 3}
    assert module.Input().payload() == {}


def test_every_attribute_of_the_class_and_its_metaclass_is_reserved() -> None:
    taken = {
        name
        for name in (*dir(ModelInput), *dir(type(ModelInput)))
        if not name.startswith("_") and name == name.lower()
    }
    assert taken <= RESERVED


# Unions.

KINDS: dict[str, tuple[Any, Any]] = {
    "pattern": (lambda n: {"type": "string", "pattern": f"^{n}$"}, "77"),
    "length": (lambda n: {"type": "string", "minLength": n, "maxLength": n}, "a" * 77),
    "items": (
        lambda n: {"type": "array", "items": {}, "minItems": n, "maxItems": n},
        [1] * 77,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_union_of_2000_alternatives_is_generated_and_checked(
    kind: str, request: pytest.FixtureRequest
) -> None:
    size = 2_000 if request.config.getoption("--long") else 500
    alternative, value = KINDS[kind]
    options = [alternative(number) for number in range(size)]
    begin = time.thread_time()
    model = model_of(properties(a={"anyOf": options}))
    assert isinstance(model.input.fields[0].type, Union)
    module = executed(model)
    assert module.Input(a=value).payload() == {"a": value}
    with pytest.raises(ValueError, match="a must be"):
        module.Input(a=True)
    assert time.thread_time() - begin < 20


def test_2000_constants_are_one_choice_in_linear_time() -> None:
    def seconds(number: int) -> float:
        options = [
            {"const": f"v{each}", "title": f"V {each}"} for each in range(number)
        ]
        begin = time.thread_time()
        model = built(properties(a={"oneOf": options}))
        assert model.model is not None
        assert model.model.unknown == ()
        return time.thread_time() - begin

    def least(number: int) -> float:  # the least of some is what the work takes
        return min(seconds(number) for _ in range(4))

    seconds(10)
    assert least(2_000) < 12 * least(400) + 0.1


def test_options_of_one_of_that_share_a_value_are_not_disjoint() -> None:
    shared: list[list[Any]] = [
        [{"const": 1}, {"const": "a"}, {"enum": [2, 1.0]}],
        [{"const": "a"}, {"type": "integer"}, {"type": "string"}],
        [{"type": "integer"}, {"type": "number"}],
    ]
    for options in shared:
        model = model_of(properties(a={"oneOf": options}))
        assert [each.keyword for each in model.unknown] == ["oneOf"], options
    apart = [{"const": 1}, {"type": "string"}, {"enum": [2, 3]}, {"type": "array"}]
    assert model_of(properties(a={"oneOf": apart})).unknown == ()


# Defaults.


def test_a_default_that_the_schema_refuses_leaves_the_documents_valid(
    project: Path,
) -> None:
    refused = {"type": "integer", "minimum": 0, "default": -1}
    fits = {"type": "integer", "minimum": 0, "default": 1}
    store(project, one=properties(seed=refused, steps=fits))
    (document,) = (d for d in json_files(project, "openapi") if "openapi" in d)
    validate_openapi(document)
    (fields,) = (
        d["properties"]
        for d in json_files(project, "json-schema")
        if "seed" in d.get("properties", {})
    )
    assert fields["seed"].get("x-default") == -1
    assert "default" not in fields["seed"]
    assert fields["steps"]["default"] == 1


# Numbers that no float holds.


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e99999999999", "1e-999999"])
def test_a_number_beyond_floats_is_printed_exactly_and_hangs_nothing(
    number: str, project: Path
) -> None:
    schema = f'{{"type": "number", "minimum": -5, "maximum": 5, "default": {number}}}'
    text = f'{{"type": "object", "properties": {{"a": {schema}}}}}'
    entry = f'[{{"model_id": "odd/n", "display_name": "n", "input_schema": {text}}}]'
    (project / "catalog.json").write_text(entry, "utf-8")
    api.import_sources(project / "catalog.json", schemas=project / "schemas")
    codes = [each.code for each in api.lint(schemas=project / "schemas").diagnostics]
    fits = number == "1e-999999"
    assert ("impossible-default" in codes) is not fits
    shown = str(Decimal(number))
    for target in ("python", "openapi", "json-schema"):
        folder = project / target
        api.generate(schemas=project / "schemas", output=folder, target=target)  # type: ignore[arg-type]
        texts = [
            path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
        ]
        assert any(shown in each for each in texts), target


# Null.


@pytest.mark.parametrize(
    ("schema", "null"),
    [
        ({"type": "string", "nullable": True}, True),
        ({"type": "string", "nullable": True, "enum": ["a"]}, False),
        ({"type": "string", "nullable": True, "enum": ["a", None]}, True),
        ({"type": "string", "nullable": True, "const": "a"}, False),
        ({"nullable": True, "anyOf": [{"type": "string"}, {"type": "integer"}]}, True),
        ({"nullable": True, "oneOf": [{"const": "a"}, {"const": 1}]}, True),
    ],
)
def test_nullable_means_the_same_to_every_judge(schema: Any, null: bool) -> None:
    model = model_of({**properties(x=schema), "required": ["x"]})
    given = {"x": None}
    published = input_validator({**properties(x=schema), "required": ["x"]})
    assert published.is_valid(given) is null
    assert (not InputSchema(model).problems(given)) is null
    assert accepts(model.input.fields[0].type, None) is null
    if null:
        assert executed(model).Input(**given).payload() == given
    else:
        with pytest.raises(ValueError, match="x must be"):
            executed(model).Input(**given)


# Half a surrogate pair.


@pytest.fixture
def half_pairs() -> dict[str, Any]:
    media = [{"validation_rule": f"w{HALF}<", "validation_value": "3"}]
    media.append({"validation_rule": "width_pixels<", "validation_value": "3"})
    media = [{**each, "validation_error": f"no {HALF}"} for each in media]
    return {
        "title": f"t{HALF}",
        **properties(
            a={"type": "string", "description": f"cut emoji {HALF}", "title": HALF},
            e={"type": "string", "enum": ["ok", f"bad{HALF}"], "default": f"bad{HALF}"},
            p={"type": "string", "pattern": f"x{HALF}"},
            f={"type": "string", "format": f"odd{HALF}", f"x-{HALF}": HALF},
            i={"type": "string", "format": "image_uri", "validations": media},
            o=properties(**{f"in{HALF}": {"type": "string"}, "b": {}}),
            **{f"n{HALF}": {"type": "string"}},
        ),
    }


def test_half_a_surrogate_pair_harms_no_output(
    project: Path, half_pairs: dict[str, Any]
) -> None:
    store(project, cut=half_pairs, good=properties(a={"type": "string"}))
    (document,) = (d for d in json_files(project, "openapi") if "openapi" in d)
    assert HALF in json.dumps(document, ensure_ascii=False)
    json_files(project, "json-schema")
    api.generate(schemas=project / "schemas", output=project / "client")
    for name in ("cut", "good"):
        assert (project / "client" / "models" / "odd" / f"{name}.py").is_file()
    found = api.lint(schemas=project / "schemas").diagnostics
    assert json_document([each.printed() for each in found]).encode("utf-8")


def test_a_name_that_cannot_be_sent_is_left_out_with_a_diagnostic(
    half_pairs: dict[str, Any],
) -> None:
    result = built(half_pairs)
    assert result.model is not None
    names = [field.wire_name for field in result.model.input.fields]
    assert names == ["a", "e", "p", "f", "i", "o"]
    codes: list[Diagnostic] = [
        each for each in result.diagnostics if each.code == "unsendable-name"
    ]
    assert [each.pointer.count("properties") for each in codes] == [1, 2]
    module = executed(result.model)
    assert module.Input(a="x", o={"b": 1}).payload() == {"a": "x", "o": {"b": 1}}
