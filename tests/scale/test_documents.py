"""The other outputs of the same IR: OpenAPI 3.1 and JSON Schema 2020-12."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import build_catalog, build_model
from runcomfy_codegen.ir.json_layout import exact_json_text, format_json
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.package.folder import write_package
from runcomfy_codegen.package.lock import CallOptions
from runcomfy_codegen.store.schemas_folder import read_all
from runcomfy_codegen.targets import TARGETS
from runcomfy_codegen.targets.json_schema import SIDES
from runcomfy_codegen.targets.target import Overrides, RenderContext
from runcomfy_codegen.targets.templates import Templates
from runcomfy_codegen.workspace.configuration import Config
from runcomfy_codegen.workspace.generate import prepare, request_for
from runcomfy_codegen.workspace.project import Project
from runcomfy_runtime.errors import InputRejected
from support.built_models import SETTINGS, documents, executed, model_of, properties
from support.command_line import Shell, entry

GOLDEN = Path(__file__).parents[1] / "golden"
EDIT = "bytedance/dreamina-4-0/edit"


def texts(target: str, models: list[Model]) -> dict[str, str]:
    context = RenderContext(Templates(resources.template_sources(target)), {})
    named = TARGETS[target].name_models(models, Overrides())
    files = TARGETS[target].render(named, context)
    return {path.as_posix(): text for path, text in files.items()}


def printed(target: str, models: list[Model]) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in texts(target, models).items()}


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
    document = printed("openapi", shipped)["openapi.json"]
    OpenAPIV31SpecValidator(document).validate()
    submits = [path for path in document["paths"] if path.startswith("/v1/models/")]
    assert len(submits) == len(shipped)


def test_the_openapi_document_of_hostile_models_is_valid() -> None:
    models = list(hostile())
    document = printed("openapi", models)["openapi.json"]
    OpenAPIV31SpecValidator(document).validate()
    answer = {
        path["post"]["x-model-id"]
        for path in document["paths"].values()
        if _submit(path)
    }
    assert answer == {model.model_id for model in models}


def _submit(path: dict[str, Any]) -> bool:
    return "x-model-id" in path.get("post", {})


APART = ("acme_x/y", "acme/x_y", "acme/x/y", "acme/x/y_input", "accepted", "request")


def test_models_whose_names_join_to_one_stay_apart() -> None:
    models = [model_of(properties(**{f"p{n}": {}}), id_) for n, id_ in enumerate(APART)]
    document = printed("openapi", models)["openapi.json"]
    OpenAPIV31SpecValidator(document).validate()
    schemas = document["components"]["schemas"]
    for number, model_id in enumerate(APART):
        post = document["paths"][f"/v1/models/{model_id}"]["post"]
        content = post["requestBody"]["content"]["application/json"]
        name = content["schema"]["$ref"].removeprefix("#/components/schemas/")
        assert [*schemas[name]["properties"]] == [f"p{number}"]
        output = post["x-output"]["$ref"].removeprefix("#/components/schemas/")
        assert schemas[output]["type"] == "object"
    assert len(schemas) == 2 * len(APART) + len({*ANSWERS})


ANSWERS = ("Accepted", "Status", "Result", "Cancelled", "Refusal")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": {"b": 1, "b": 2}}', "'b' appears twice"),
        ('{"a": NaN}', "NaN"),
        ('{"a": 1', "delimiter"),
    ],
)
def test_a_text_that_readers_would_not_agree_on_is_no_document(
    text: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        format_json(text)


_SCALARS = st.none() | st.booleans() | st.integers() | st.text()
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.recursive(
        _SCALARS | _FLOATS.map(repr).map(Decimal),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_is_laid_out_as_the_standard_library_does(value: Any) -> None:
    answer = json.dumps(
        json.loads(exact_json_text(value)), indent=2, ensure_ascii=False
    )
    # The library writes the very digits of a double; we, those that were published.
    assert json.loads(format_json(exact_json_text(value))) == json.loads(answer)
    assert format_json(exact_json_text(value)).count("\n") == answer.count("\n") + 1
    assert format_json(answer) == format_json(format_json(answer))


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_every_digit_of_a_number_is_kept(number: Decimal) -> None:
    [result] = json.loads(
        exact_json_text([number]), parse_float=Decimal, parse_int=Decimal
    )
    assert str(result) == str(number)


LONG = "12345678901234567890.123456789"


@pytest.mark.parametrize("target", ["openapi", "json-schema"])
def test_numbers_are_told_as_they_were_published(target: str) -> None:
    schema = json.dumps(
        {
            "model_id": "acme/model",
            "input_schema": properties(
                scale={"type": "float", "maximum": "LONG", "default": "LONG"},
            ),
        }
    )
    [document] = documents(schema.replace('"LONG"', LONG))
    model = build_model([("test.json", document)], SETTINGS).model
    assert model is not None
    text = "".join(texts(target, [model]).values())
    assert text.count(LONG) == 2


def test_every_json_schema_is_valid_by_its_meta_schema(shipped: list[Model]) -> None:
    files = printed("json-schema", [*shipped, *hostile()])
    schemas = [item for name, item in files.items() if name.endswith(".schema.json")]
    for schema in schemas:
        Draft202012Validator.check_schema(schema)
    assert len(schemas) == 2 * (len(shipped) + len(list(hostile())))


def test_media_rules_are_told_in_the_words_of_the_dialect(shipped: list[Model]) -> None:
    [model] = [each for each in shipped if each.model_id == EDIT]
    files = printed("json-schema", [model])
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
    **{"2x": {"type": "integer"}},
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
    {"2x": 1},
    {"2x": "1"},
]


@pytest.mark.parametrize("payload", INPUTS, ids=repr)
def test_a_payload_is_valid_just_if_the_client_takes_it(
    payload: dict[str, Any],
) -> None:
    model = model_of(PROPERTIES)
    assert _validator(model).is_valid(payload) is (_taken(model, payload) is not None)


@pytest.mark.parametrize(
    "given",
    [
        {"text": None},
        {"lora": {"path": "x", "scale": None}},
        {"field_2x": 1},
        {"urls": ("a", "b")},
    ],
    ids=repr,
)
def test_what_the_client_takes_beside_payloads_becomes_one(
    given: dict[str, Any],
) -> None:
    model = model_of(PROPERTIES)
    payload = _taken(model, given)
    if payload is None:
        # A tuple is refused; if it should be taken one day, it must be sent as a list.
        assert isinstance(given.get("urls"), tuple)
        return
    assert not _validator(model).is_valid(given)
    assert _validator(model).is_valid(payload)


def _validator(model: Model) -> Draft202012Validator:
    files = printed("json-schema", [model])
    return Draft202012Validator(files["acme/model/input.schema.json"])


def _taken(model: Model, given: dict[str, Any]) -> dict[str, Any] | None:
    """The payload of an input; None if the client refuses it."""
    try:
        payload: dict[str, Any] = executed(model).Input(**given).payload()
    except InputRejected:
        return None
    return payload


def made_again(shell: Shell) -> tuple[list[str], set[str]]:
    """Bring the documents up to date: the models rendered for it, the files written."""
    item: list[str] = []
    project = Project(Config(schemas=shell.folder / "schemas"))
    asked = CallOptions(target="json-schema")
    order = request_for(project, shell.folder / "out", asked)
    renewal = prepare(order, lambda done, total, model_id: item.append(model_id))
    write_package(order.folder, renewal.plan)
    return item, {path.as_posix() for path in renewal.plan.write}


def test_only_the_documents_of_a_model_that_changed_are_made_again(
    project: Shell,
) -> None:
    project.write("more.json", entry("acme/singer/choir", text={"type": "string"}))
    project("import", "more.json")
    assert len(made_again(project)[0]) == 3
    before = project.files("out")
    project.write("new.json", entry("acme/singer", words={"type": "integer"}))
    project("import", "new.json")
    assert made_again(project) == (
        ["acme/singer"],
        {
            *(f"acme/singer/{side}.schema.json" for side in SIDES),
            "runcomfy-codegen.lock",
        },
    )
    lost = "acme/singer/choir/output.schema.json"
    (project.folder / "out" / lost).unlink()
    assert made_again(project) == (["acme/singer/choir"], {lost})
    assert made_again(project) == ([], set())
    after = project.files("out")
    assert after.keys() == before.keys()
    assert project("generate", "--output", "out", "--force").code == 0
    assert project.files("out") == after


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
    project.write("new.json", {"model_id": "acme/singer", "input_schema": {"type": 3}})
    project("import", "new.json")
    assert project("generate", "--output", "out").code == 1
    assert {**before, "runcomfy-codegen.lock": b""} == {
        **project.files("out"),
        "runcomfy-codegen.lock": b"",
    }


def test_a_model_that_cannot_be_built_leaves_the_one_file_of_all(
    project: Shell,
) -> None:
    project.write("more.json", entry("acme/choir"))
    project("import", "more.json")
    request = ("generate", "--target", "openapi", "--output", "out")
    assert project(*request).code == 0
    project.write("new.json", {"model_id": "acme/singer", "input_schema": {"type": 3}})
    project("import", "new.json")
    assert project(*request).code == 1
    files = project.files("out")
    assert b"acme/singer" not in files["openapi.json"]
    lock = json.loads(files["runcomfy-codegen.lock"])
    assert "acme/choir" in lock["models"]
    assert "acme/singer" not in lock["models"]


def test_names_that_collide_in_python_are_fine_in_documents(shell: Shell) -> None:
    clash = {"a b": {"type": "string"}, "a_b": {"type": "string"}}
    ids = ("acme/v1.5", "acme/v1-5", "acme/other")
    shell.write("all.json", [entry(model_id, **clash) for model_id in ids])
    assert shell("import", "all.json").code == 1
    assert shell("generate", "--output", "client").code == 1
    for target in ("openapi", "json-schema"):
        answer = shell("generate", "--target", target, "--output", target)
        assert (answer.code, answer.err) == (0, "")
    schemas = [name for name in shell.files("json-schema") if name.endswith(".json")]
    assert len(schemas) == 2 * len(ids)
    assert "acme/other/input.schema.json" in schemas
    assert sum(name.startswith("acme/v1_5-") for name in schemas) == 4


def test_a_model_that_shares_its_name_no_longer_gets_the_short_one_back(
    shell: Shell,
) -> None:
    shell.write("all.json", [entry("acme/v1.5"), entry("acme/other")])
    shell("import", "all.json")
    request = ("generate", "--target", "json-schema", "--output", "out")
    assert shell(*request).code == 0
    alone = shell.files("out")
    shell.write("more.json", [entry("acme/v1-5")])
    shell("import", "more.json")
    assert shell(*request).code == 0
    assert "acme/v1_5/input.schema.json" not in shell.files("out")
    assert shell("check", "--output", "out").code == 0
    for path in (shell.folder / "schemas" / "acme" / "v1-5").iterdir():
        path.unlink()
    assert shell(*request).code == 0
    assert shell.files("out").keys() == alone.keys()
    assert shell("check", "--output", "out").code == 0
