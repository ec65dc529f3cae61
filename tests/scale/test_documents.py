"""The other outputs of the same IR: OpenAPI 3.1 and JSON Schema 2020-12."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from cli.conftest import Shell, entry
from published import SETTINGS, documents, executed, model_of, properties
from runcomfy_codegen import resources
from runcomfy_codegen.build.catalog import build_catalog
from runcomfy_codegen.build.model import build_model
from runcomfy_codegen.emit.package import Workshop
from runcomfy_codegen.emit.target import Target, render_target
from runcomfy_codegen.emit.templates import Templates
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.store.schemas import read_all
from runcomfy_runtime.errors import InputRejected

GOLDEN = Path(__file__).parents[1] / "golden"
EDIT = "bytedance/dreamina-4-0/edit"


def printed(target: Target, models: list[Model]) -> dict[str, Any]:
    templates = Templates(resources.template_sources(target))
    files = render_target(
        target, models, "out", Workshop(templates, {}, generator="test")
    )
    return {path.as_posix(): json.loads(text) for path, text in files.items()}


@pytest.fixture(scope="module")
def shipped() -> list[Model]:
    stored = read_all(resources.schemas()).documents
    return list(build_catalog(stored, SETTINGS).models)


def hostile() -> Iterator[Model]:
    for name in ("hostile_ids", "hostile_texts", "objects", "not_understood", "enums"):
        text = (GOLDEN / name / "document.json").read_text("utf-8")
        for document in documents(text):
            model = build_model([("test.json", document)], SETTINGS).model
            if model is not None:
                yield model


def test_the_openapi_document_of_every_model_is_valid(shipped: list[Model]) -> None:
    document = printed(Target.OPENAPI, shipped)["openapi.json"]
    OpenAPIV31SpecValidator(document).validate()
    submits = [path for path in document["paths"] if path.startswith("/v1/models/")]
    assert len(submits) == len(shipped)


def test_the_openapi_document_of_hostile_models_is_valid() -> None:
    models = list(hostile())
    document = printed(Target.OPENAPI, models)["openapi.json"]
    OpenAPIV31SpecValidator(document).validate()
    told = {
        path["post"]["x-model-id"]
        for path in document["paths"].values()
        if _submit(path)
    }
    assert told == {model.model_id for model in models}


def _submit(path: dict[str, Any]) -> bool:
    return "x-model-id" in path.get("post", {})


def test_every_json_schema_is_valid_by_its_meta_schema(shipped: list[Model]) -> None:
    files = printed(Target.JSON_SCHEMA, [*shipped, *hostile()])
    schemas = [told for name, told in files.items() if name.endswith(".schema.json")]
    for schema in schemas:
        Draft202012Validator.check_schema(schema)
    assert len(schemas) == 2 * (len(shipped) + len(list(hostile())))


def test_media_rules_are_told_in_the_words_of_the_dialect(shipped: list[Model]) -> None:
    [model] = [each for each in shipped if each.model_id == EDIT]
    files = printed(Target.JSON_SCHEMA, [model])
    field = files["bytedance/dreamina_4_0/edit/input.schema.json"]["properties"][
        "image_urls"
    ]
    assert field["x-media"] == "image"
    assert "default" not in field
    assert [
        (each["validation_rule"], each["validation_value"])
        for each in field["x-validations"]
    ] == [
        ("file_size_mb<=", 15),
        ("width_pixels<=", 4096),
        ("height_pixels<=", 4096),
        ("width/height>=", 0.33),
        ("width/height<=", 3),
    ]


PROPERTIES = properties(
    text={"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^a"},
    steps={"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2},
    scale={"type": "float", "minimum": 0, "maximum": 1},
    flag={"type": "boolean"},
    size={"type": "string", "enum": ["1:1", "16:9"]},
    level={"type": "integer", "enum": [0, 1, 5]},
    urls={"type": "array", "items": {"type": "string"}, "maxItems": 2},
    lora={
        "type": "object",
        "required": ["path"],
        "properties": {"path": {"type": "string"}, "scale": {"type": "number"}},
    },
)
INPUTS: list[dict[str, Any]] = [
    {},
    {"text": "ab"},
    {"text": "a"},
    {"text": "abcd"},
    {"text": "bb"},
    {"text": 1},
    {"steps": 2},
    {"steps": 3},
    {"steps": 10},
    {"steps": True},
    {"scale": 0.5},
    {"scale": 1},
    {"scale": 1.5},
    {"flag": True},
    {"flag": 1},
    {"size": "16:9"},
    {"size": "4:3"},
    {"level": 1},
    {"level": True},
    {"level": 2},
    {"urls": []},
    {"urls": ["a", "b", "c"]},
    {"urls": "a"},
    {"lora": {"path": "x", "scale": 1}},
    {"lora": {"scale": 1}},
    {"unknown": 1},
]


@pytest.mark.parametrize("given", INPUTS, ids=repr)
def test_an_input_is_valid_just_if_the_client_takes_it(given: dict[str, Any]) -> None:
    model = model_of(PROPERTIES)
    schema = printed(Target.JSON_SCHEMA, [model])["acme/model/input.schema.json"]
    try:
        executed(model).Input(**given)
    except InputRejected:
        taken = False
    else:
        taken = True
    assert Draft202012Validator(schema).is_valid(given) is taken


@pytest.mark.parametrize("target", ["openapi", "json-schema"])
def test_documents_are_kept_by_lock_and_check_as_a_client_is(
    project: Shell, target: str
) -> None:
    assert project("generate", "--target", target, "--output", "out").code == 0
    assert project("check", "--output", "out").code == 0
    before = project.files("out")
    project.write("new.json", entry("acme/singer", words={"type": "integer"}))
    project("import", "new.json")
    answer = project("check", "--output", "out", "--format", "json")
    assert (answer.code, answer.json["clean"]) == (1, False)
    assert project("generate", "--output", "out").code == 0
    assert project.files("out") != before
    assert project("check", "--output", "out").code == 0


def test_a_model_that_cannot_be_built_keeps_both_its_schemas(project: Shell) -> None:
    assert project("generate", "--target", "json-schema", "--output", "out").code == 0
    before = project.files("out")
    clash = {"a b": {"type": "string"}, "a_b": {"type": "string"}}
    project.write("new.json", entry("acme/singer", **clash))
    project("import", "new.json")
    assert project("generate", "--output", "out").code == 1
    assert {**before, "runcomfy-codegen.lock": b""} == {
        **project.files("out"),
        "runcomfy-codegen.lock": b"",
    }
