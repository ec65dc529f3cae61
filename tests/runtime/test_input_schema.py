"""The JSON Schema of an input: what form builders and the pages of FastAPI show."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import runcomfy_client.models
from pydantic import BaseModel, create_model
from runcomfy_client import FakeQueue
from runcomfy_client.models.bytedance.dreamina_4_0 import edit
from runcomfy_client.models.minimax.minimax_h3_max import reference_to_video


def modules() -> Iterator[ModuleType]:
    package = runcomfy_client.models
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        if hasattr(module, "Input"):
            yield module


MODULES = list(modules())


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_a_schema_has_what_is_published(mode: Any) -> None:
    schema = edit.Input.model_json_schema(mode=mode)
    images = schema["properties"]["image_urls"]
    assert images["x-media"] == "image"
    assert images["description"].startswith("Only JPEG and PNG formats")
    assert (images["minItems"], images["maxItems"]) == (1, 10)
    assert images["x-validations"][0] == {
        "validation_rule": "file_size_mb<=",
        "validation_value": 15,
        "validation_error": "Each image file must be ≤ 15 MB.",
    }
    scale = schema["properties"]["scale"]
    assert scale["default"] == 0.5
    assert {"type": "number", "minimum": 0.0, "maximum": 1.0} in scale["anyOf"]
    assert schema["properties"]["width×height"]["default"] == "2048x2048(1:1)"
    assert "default" not in schema["properties"]["prompt"]
    assert schema["required"] == ["image_urls", "prompt"]
    assert edit.Input(**schema["examples"][0]).payload() == schema["examples"][0]
    json.dumps(schema)


def test_a_title_is_that_of_the_model() -> None:
    schema = reference_to_video.Input.model_json_schema()
    assert schema["title"] == "RunComfy MiniMax H3 Max Reference"
    assert "Example" not in schema.get("description", "")


def test_two_models_in_one_document_have_names_that_tell_them_apart() -> None:
    both: type[BaseModel] = create_model(
        "Both", one=(edit.Input, ...), other=(reference_to_video.Input, ...)
    )
    assert sorted(both.model_json_schema()["$defs"]) == [
        "Dreamina40EditInput",
        "MinimaxH3MaxReferenceToVideoInput",
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.MODEL_ID)
def test_every_model_has_a_schema_and_an_example_that_runs(module: ModuleType) -> None:
    for mode in ("validation", "serialization"):
        schema = module.Input.model_json_schema(mode=mode)
        json.dumps(schema, allow_nan=False)
        for name, field in module.Input.model_fields.items():
            inner = schema["properties"][field.alias or name]
            if "default" in inner:
                [(wire, value)] = {field.alias or name: inner["default"]}.items()
                given = {**schema["examples"][0], wire: value}
                assert module.Input.model_validate(given)
    code = module.Input.__doc__.partition("\n    Example:\n")[2]
    with FakeQueue().client() as client:
        names = {"client": client, module.__name__.rpartition(".")[2]: module}
        result = eval(" ".join(code.split()), names)
    assert result.output is not None


def test_without_source_there_are_no_descriptions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from runcomfy_client._runtime import input_schema

    def no_source(_: object) -> str:
        raise OSError

    input_schema._docstrings_in.cache_clear()
    monkeypatch.setattr(input_schema.inspect, "getsource", no_source)
    schema = edit.Input.model_json_schema()
    input_schema._docstrings_in.cache_clear()
    assert "description" not in schema["properties"]["image_urls"]
    assert schema["properties"]["scale"]["default"] == 0.5


def test_a_mapping_is_checked_and_its_result_is_typed() -> None:
    queue = FakeQueue()
    queue.answer("*", output={"image": "https://files.runcomfy.net/a.png"})
    with queue.client() as client:
        document = {"image_urls": ["https://h/a.png"], "prompt": "x"}
        result = client.run(edit.Input, {**document, "width×height": "1024x1024(1:1)"})
        assert result.output.image == "https://files.runcomfy.net/a.png"
        assert client.submit(edit.Input, document).request_id
        with pytest.raises(ValueError, match="prompt is required"):
            client.submit(edit.Input, {"image_urls": ["https://h/a.png"]})
    [first, _] = queue.jobs.values()
    assert first.payload["width×height"] == "1024x1024(1:1)"
