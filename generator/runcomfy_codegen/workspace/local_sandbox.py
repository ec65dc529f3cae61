"""A sandbox of the project's schemas, and the published curl lines for it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack
from urllib.parse import quote

from runcomfy_runtime.protocol import cancel_path, result_path, status_path, submit_path

from ..disk.read_file import SETTINGS_CAP, NotReadable, read_named_file
from ..errors import OperationError, UsageError
from ..ir.as_json import to_json_schema
from ..ir.document import Document
from ..ir.json_text import is_object, items, members
from ..ir.model import Model
from ..sandbox import Sandbox
from ..sandbox.clock import SandboxClock
from ..sandbox.database import DatabaseError
from ..sandbox.input_validation import InputSchema
from ..sandbox.settings import SandboxOptions
from ..store.schemas_folder import read_all
from .project import Project

_URL = "https://example.com/boat.jpg"
_ID = "{request_id}"
"""The placeholder for the request id in the published lines."""


@dataclass(frozen=True, slots=True)
class Example:
    """A model, and an input that it accepts."""

    model_id: str
    given: Mapping[str, Any]


def example_of(
    models: Mapping[str, Model], documents: Iterable[Document]
) -> Example | None:
    """A published example that its model accepts, else one made from the samples."""
    for model_id, given in _candidates(models, documents):
        if is_object(given) and InputSchema(models[model_id]).accepts(given):
            return Example(model_id, given)
    return None


def curl_lines(url: str, token: str, example: Example) -> str:
    """Submit, status, result and cancel, like on the published pages."""
    bearer = _bearer(token)
    return "\n\n".join(
        (
            submit_line(url, token, example),
            _curl("GET", url + _path_with_id(status_path), bearer),
            _curl("GET", url + _path_with_id(result_path), bearer),
            _curl("POST", url + _path_with_id(cancel_path), bearer),
        )
    )


def submit_line(url: str, token: str, example: Example) -> str:
    """The line that submits an example."""
    json_type = '--header "Content-Type: application/json"'
    data = shlex.quote(json.dumps(example.given, indent=2, ensure_ascii=False))
    path = submit_path(example.model_id)
    return _curl("POST", url + path, _bearer(token), json_type, f"--data {data}")


def _bearer(token: str) -> str:
    return f'--header "Authorization: Bearer {token}"'


def _candidates(
    models: Mapping[str, Model], documents: Iterable[Document]
) -> Iterator[tuple[str, Any]]:
    for document in documents:
        if document.example is not None and document.model_id in models:
            yield document.model_id, document.example.value()
    for model_id, model in models.items():
        yield model_id, _example_from_samples(model)


def _example_from_samples(model: Model) -> dict[str, Any]:
    """The samples of the required fields; a value of the right type if the page has no sample."""
    properties = members(to_json_schema(model.input)["properties"])
    return {
        field.wire_name: (
            field.sample.load()
            if field.sample is not None
            else _example_value(properties[field.wire_name])
        )
        for field in model.input.fields
        if field.required
    }


def _example_value(schema: Any) -> Any:
    keywords = members(schema)
    for choice in (*items(keywords.get("enum")), *items(keywords.get("examples"))):
        return choice
    for option in items(keywords.get("anyOf")):
        return _example_value(option)
    match keywords.get("type"):
        case "array":
            return [_example_value(keywords.get("items"))] * max(
                1, keywords.get("minItems", 1)
            )
        case "integer" | "number":
            return max(1, keywords.get("minimum", 1))
        case "boolean":
            return True
        case "object":
            return {}
        case _:
            return _URL


def _path_with_id(path: Any) -> str:
    return str(path(_ID)).replace(quote(_ID, safe=""), _ID)


def _curl(method: str, url: str, *options: str) -> str:
    return " \\\n  ".join((f"curl --request {method}", f"--url {url}", *options))


def open_sandbox(
    project: Project,
    models: Mapping[str, Model],
    *,
    port: int = 0,
    state: Path | None = None,
    clock: SandboxClock | None = None,
    **options: Unpack[SandboxOptions],
) -> Sandbox:
    """A sandbox with these models that already listens. Raises ``CodegenError``."""
    entries = _entries(project, models)
    try:
        return Sandbox(
            models, entries=entries, port=port, state=state, clock=clock, **options
        )
    except ValueError as error:
        raise UsageError(str(error)) from None
    except DatabaseError as error:
        raise OperationError(str(error)) from None
    except OSError as error:
        problem = f"port {port} is not available: {error.strerror}"
        raise OperationError(f"{problem}; --port 0 picks a free one") from None


def _entries(project: Project, models: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The catalog entry of each model, with its input schema word for word."""
    entries: dict[str, Mapping[str, Any]] = {}
    for _, document in read_all(project.config.schemas, models).documents:
        if document.model_id not in entries or document.locale == project.config.locale:
            entries[document.model_id] = _entry(document)
    return entries


def _entry(document: Document) -> dict[str, Any]:
    facts = members(document.facts.value()) if document.facts is not None else {}
    texts = {"display_name": document.title, "description": document.description}
    return {
        **facts,
        **{name: text for name, text in texts.items() if text},
        "input_schema": document.input_schema.value(),
    }


def read_scenario(path: Path) -> str:
    """The text of a file of faults. Raises ``UsageError``."""
    try:
        return read_named_file(path, SETTINGS_CAP).decode("utf-8")
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except NotReadable as error:
        raise UsageError(f"{path} {error.reason}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8") from None
