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
from runcomfy_codegen.diff.compare.outputs import (
    NO_PUBLISHED_OUTPUTS,
    PublishedOutputs,
)
from runcomfy_codegen.diff.compare.source import Surfaces
from runcomfy_codegen.diff.finding import DiffFinding
from runcomfy_codegen.diff.rules import diff
from runcomfy_codegen.ir.document import Document, Provenance
from runcomfy_codegen.ir.json_text import JsonText, pointer_token
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.targets.python.model_names import names_of
from runcomfy_codegen.targets.python.package import PYTHON, packages_of, render_modules
from runcomfy_codegen.targets.python.surface import surfaces_of
from runcomfy_codegen.targets.target import Named, Overrides, RenderContext
from runcomfy_codegen.targets.templates import Templates

SETTINGS = BuildOptions(dialect=resources.dialect())
TEMPLATES = Templates(resources.template_sources("python"))
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
    return rendered_modules(PYTHON.name_models(models, Overrides()))


def rendered_modules(named: Named) -> dict[PurePosixPath, str]:
    """The modules of models with these names."""
    context = RenderContext(TEMPLATES, {})
    return render_modules(named, packages_of(named.names, {}), context)


def write_client(folder: Path, models: Iterable[Model]) -> None:
    """Write a whole client package; the folder's name is the package's."""
    write_named_client(folder, PYTHON.name_models(models, Overrides()))


def write_named_client(folder: Path, named: Named) -> None:
    """Write a whole client package of models with these names."""
    runtime = resources.runtime_sources()
    context = RenderContext(TEMPLATES, runtime, package=folder.name)
    for path, text in PYTHON.render(named, context).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())


def imported(client: Path, model: Model) -> ModuleType:
    """The module of a model in a client that was written."""
    if str(client.parent) not in sys.path:
        sys.path.insert(0, str(client.parent))
    module = names_of(model, Overrides()).dotted
    return importlib.import_module(f"{client.name}.models.{module}")


def executed(model: Model) -> ModuleType:
    """A model's module, executed on the runtime that is installed."""
    (source,) = rendered([model]).values()
    dots = "." * (len(names_of(model, Overrides()).module) + 1)
    # pydantic looks its classes' module up by name.
    module = sys.modules["executed"] = ModuleType("executed")
    code = source.replace(f"from {dots}_runtime.", "from runcomfy_runtime.")
    exec(code, module.__dict__)
    return module


def compared(
    old: Iterable[Model],
    new: Iterable[Model],
    outputs: PublishedOutputs = NO_PUBLISHED_OUTPUTS,
    *,
    overrides: tuple[Overrides, Overrides] = (Overrides(), Overrides()),
) -> tuple[DiffFinding, ...]:
    """What the diff says of these models, on the wire and in Python."""
    old, new = tuple(old), tuple(new)
    sides = (
        Named(models, {each.model_id: names_of(each, chosen) for each in models})
        for models, chosen in zip((old, new), overrides, strict=True)
    )
    return diff(old, new, outputs, surfaces=Surfaces(*surfaces_of(*sides)))


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
