"""The four curl lines of a published page, for another host and with an input that fits."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from runcomfy_runtime.protocol import (
    cancel_path,
    result_path,
    status_path,
    submit_path,
)

from ..ir.document import Document
from ..ir.json_text import is_object, items, members
from ..ir.model import Model
from ..ir.standard import standard
from ..sandbox.validation import InputSchema

_URL = "https://example.com/boat.jpg"
_ID = "{request_id}"
"""What the published lines have in place of an id."""


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
        if is_object(given) and not InputSchema(models[model_id]).problems(given):
            return Example(model_id, given)
    return None


def curl_lines(url: str, token: str, example: Example) -> str:
    """Submit, status, result and cancel, as the published pages have them."""
    bearer = f'--header "Authorization: Bearer {token}"'
    json_type = '--header "Content-Type: application/json"'
    data = shlex.quote(json.dumps(example.given, indent=2, ensure_ascii=False))
    sent = (bearer, json_type, f"--data {data}")
    return "\n\n".join(
        (
            _line("POST", url + submit_path(example.model_id), *sent),
            _line("GET", url + _about(status_path), bearer),
            _line("GET", url + _about(result_path), bearer),
            _line("POST", url + _about(cancel_path), bearer),
        )
    )


def _candidates(
    models: Mapping[str, Model], documents: Iterable[Document]
) -> Iterator[tuple[str, Any]]:
    for document in documents:
        if document.example is not None and document.model_id in models:
            yield document.model_id, document.example.value()
    for model_id, model in models.items():
        yield model_id, _made(model)


def _made(model: Model) -> dict[str, Any]:
    """The samples of what must be given; where there is none, something of the type."""
    properties = members(standard(model.input)["properties"])
    return {
        field.wire_name: (
            field.sample.load()
            if field.sample is not None
            else _something(properties[field.wire_name])
        )
        for field in model.input.fields
        if field.required
    }


def _something(schema: Any) -> Any:
    told = members(schema)
    for choice in (*items(told.get("enum")), *items(told.get("examples"))):
        return choice
    for option in items(told.get("anyOf")):
        return _something(option)
    match told.get("type"):
        case "array":
            return [_something(told.get("items"))] * max(1, told.get("minItems", 1))
        case "integer" | "number":
            return max(1, told.get("minimum", 1))
        case "boolean":
            return True
        case "object":
            return {}
        case _:
            return _URL


def _about(path: Any) -> str:
    return str(path(_ID)).replace(quote(_ID, safe=""), _ID)


def _line(method: str, url: str, *options: str) -> str:
    return " \\\n  ".join((f"curl --request {method}", f"--url {url}", *options))
