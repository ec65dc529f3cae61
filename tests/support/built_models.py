"""Published documents made by tests, and what the pipeline makes of them."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import BuildOptions, BuiltModel, build_model
from runcomfy_codegen.ir.document import Document, Provenance
from runcomfy_codegen.ir.json_text import JsonText, pointer_token
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.targets.python.package import (
    packages_of,
    render_modules,
    render_package,
)
from runcomfy_codegen.targets.target import RenderContext
from runcomfy_codegen.targets.templates import Templates

SETTINGS = BuildOptions(dialect=resources.dialect())
TEMPLATES = Templates(resources.template_sources())
PROVENANCE = Provenance(
    source="test.json", form="catalog", retrieved="2026-01-31", sha256="0" * 64
)


def documents(text: str) -> list[Document]:
    """The entries of a JSON text: one, or a list. Places are those of this text.

    Read without the checks of ``sources``, so that a test can hand on what they refuse.
    """
    whole = JsonText(text)
    value = whole.value()
    if isinstance(value, dict):
        return [_document(whole, value, "")]
    return [_document(whole, entry, f"/{index}") for index, entry in enumerate(value)]


def document(
    input_schema: Any, model_id: str = "acme/model", **members: Any
) -> Document:
    """A document with this input schema."""
    entry = {"model_id": model_id, "input_schema": input_schema, **members}
    return documents(json.dumps(entry))[0]


def built(
    input_schema: Any, model_id: str = "acme/model", **members: Any
) -> BuiltModel:
    """What the build makes of this input schema."""
    return build_model(
        [("test.json", document(input_schema, model_id, **members))], SETTINGS
    )


def model_of(input_schema: Any, model_id: str = "acme/model", **members: Any) -> Model:
    """The model with this input schema, which must be one."""
    model = built(input_schema, model_id, **members).model
    assert model is not None
    return model


def properties(**schemas: Any) -> dict[str, Any]:
    """An input schema with these properties, all of them optional."""
    return {"type": "object", "properties": schemas}


def rendered(models: Iterable[Model]) -> dict[PurePosixPath, str]:
    """The modules of these models."""
    chosen = list(models)
    return render_modules(chosen, packages_of(chosen), TEMPLATES)


def write_client(folder: Path, models: Iterable[Model]) -> None:
    """Write a whole client package; the folder's name is the package's."""
    workshop = RenderContext(TEMPLATES, resources.runtime_sources(), generator="test")
    for path, text in render_package(models, folder.name, workshop).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())


def imported(client: Path, model: Model) -> ModuleType:
    """The module of a model in a client that was written."""
    if str(client.parent) not in sys.path:
        sys.path.insert(0, str(client.parent))
    return importlib.import_module(".".join((client.name, "models", *model.path)))


def executed(model: Model) -> ModuleType:
    """A model's module, executed on the runtime that is installed."""
    (source,) = rendered([model]).values()
    dots = "." * (len(model.path) + 1)
    # pydantic looks its classes' module up by name.
    module = sys.modules["executed"] = ModuleType("executed")
    code = source.replace(f"from {dots}_runtime.", "from runcomfy_runtime.")
    exec(code, module.__dict__)
    return module


def _document(whole: JsonText, entry: dict[str, Any], pointer: str) -> Document:
    def piece(name: str) -> JsonText | None:
        if name not in entry:
            return None
        begin, end = whole.span(f"{pointer}/{pointer_token(name)}")
        return JsonText(whole.text[begin:end], whole.at(begin))

    schema = piece("input_schema")
    assert schema is not None
    return Document(
        model_id=entry["model_id"],
        locale=entry.get("locale", "en"),
        title=entry.get("display_name", ""),
        description=entry.get("description", ""),
        input_schema=schema,
        output_schema=piece("output_schema"),
        facts=piece("facts"),
        provenance=PROVENANCE,
    )
