"""The JSON Schema of an input: what form builders and the pages of FastAPI show."""

from __future__ import annotations

import importlib
import inspect
import json
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import runcomfy_client.models
from pydantic import BaseModel, create_model
from runcomfy_client import FakeQueue
from runcomfy_client.models.bytedance.dreamina_4_0 import edit
from runcomfy_client.models.minimax.minimax_h3_max import reference_to_video

from support.built_models import model_of, write_client


def modules() -> Iterator[ModuleType]:
    package = runcomfy_client.models
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        if hasattr(module, "Input"):
            yield module


MODULES = list(modules())
GENERATED = Path(__file__).parents[2] / "generated"


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


def nested(inner: dict[str, Any]) -> dict[str, Any]:
    """A schema with a list of objects."""
    part = {"type": "object", "properties": inner, "required": [*inner]}
    return {
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": {"type": "string"},
            "image": {"type": "string", "format": "image_uri", "maxLength": 99},
            "loras": {"type": "array", "items": part},
        },
    }


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> list[ModuleType]:
    """Two models whose objects have the same names and different members."""
    folder = tmp_path_factory.mktemp("two") / "two_models_client"
    text, number = {"type": "string"}, {"type": "number", "default": 1}
    models = [
        model_of(nested(inner), f"acme/flux/{name}", output_schema=nested(inner))
        for name, inner in (("edit", {"path": text}), ("make", {"scale": number}))
    ]
    write_client(folder, models)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder.parent)
        names = [f"{folder.name}.models.acme.flux.{name}" for name in ("edit", "make")]
        return [importlib.import_module(name) for name in names]


def test_models_with_parts_of_one_name_do_not_clash_in_a_web_app(
    two_models: list[ModuleType],
) -> None:
    fastapi = pytest.importorskip("fastapi", reason="fastapi is not installed")
    app = fastapi.FastAPI()
    for number, module in enumerate(two_models):

        def echo(given: Any) -> Any:
            return given

        # In and out, so that suffixes as -Input would appear if the schemas differed.
        echo.__annotations__ = {"given": module.Input, "return": module.Input}
        app.post(f"/{number}")(echo)
        app.get(f"/{number}", response_model=module.Output)(lambda: None)
    schemas = app.openapi()["components"]["schemas"]
    assert {name for name in schemas if "Validation" not in name} == {
        "FluxEditInput",
        "FluxEditLorasItemPart",
        "FluxEditOutput",
        "FluxEditOutputLorasItemPart",
        "FluxMakeInput",
        "FluxMakeLorasItemPart",
        "FluxMakeOutput",
        "FluxMakeOutputLorasItemPart",
    }
    assert schemas["FluxEditInput"]["title"] == "acme/flux/edit"
    assert list(schemas["FluxMakeLorasItemPart"]["properties"]) == ["scale"]


def test_a_part_is_known_by_its_short_name(two_models: list[ModuleType]) -> None:
    edit, _ = two_models
    part = edit.LorasItemPart(path="p")
    assert edit.Input(prompt="x", loras=[part]).payload() == {
        "prompt": "x",
        "loras": [{"path": "p"}],
    }
    assert pickle.loads(pickle.dumps(part)) == part


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
    # Python 3.13 takes the indentation off a docstring, older ones keep it.
    code = inspect.cleandoc(module.Input.__doc__).partition("\nExample::\n")[2]
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

    input_schema._fields_in.cache_clear()
    monkeypatch.setattr(input_schema.inspect, "getsource", no_source)
    schema = edit.Input.model_json_schema()
    signature = str(input_schema.signature_of(edit.Input))
    input_schema._fields_in.cache_clear()
    assert "prompt, width_height=None" in signature
    assert "description" not in schema["properties"]["image_urls"]
    assert schema["properties"]["scale"]["default"] == 0.5


def test_notebooks_show_the_fields_of_a_class_and_no_text_of_pydantic() -> None:
    # In a process where no validator was built yet.
    script = (
        f"import sys\nsys.path.insert(0, {str(GENERATED)!r})\nimport inspect\n"
        "from runcomfy_client.models.bytedance.dreamina_4_0 import edit\n"
        "print(inspect.signature(edit.Input))\n"
        "edit.Input(image_urls=['https://h/a'], prompt='p')\n"
        "print(inspect.signature(edit.Input))\n"
        "print(inspect.getdoc(edit.Input.__init__))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    before, after, text = done.stdout.splitlines()
    assert before == after
    assert before.startswith("(*, image_urls: 'ImageUrls', prompt: 'str', width_height")
    assert before.endswith(
        "scale: 'float | None' = None, force_single: 'bool | None' = None)"
    )
    assert "InputRejected" in text
    assert "images: 'list[str] | str | None' = None" in str(
        inspect.signature(edit.Output)
    )


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
