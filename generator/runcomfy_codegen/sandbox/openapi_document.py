"""The sandbox's calls as an OpenAPI 3.1 document, from the same schemas that check inputs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from runcomfy_runtime.media.format_table import KINDS
from runcomfy_runtime.protocol import submit_path

from ..ir.as_json import to_json_schema
from ..ir.limit_schema import split_limits
from .control import SECRET_HEADER
from .http_messages import PROFILE_HEADER, STATED
from .input_validation import with_lora
from .job_service import WARNING_HEADER
from .model_catalog import CatalogModel, ModelCatalog
from .openapi_schemas import (
    COUNT,
    REQUEST_ID,
    TEXT,
    Schema,
    error_responses,
    json_response_schema,
    mark_assumed,
    operation_object,
    path_parameter,
    query_parameter,
    response_schemas,
)
from .request_log import FAULT_HEADER, LOG_FIELDS

_DESCRIPTION = """The form of what is marked x-assumed is not published. The header
x-sandbox-fault makes any call fail; an answer with a fault names it in the same header."""
_INFO = {
    "title": "RunComfy Model API (sandbox)",
    "version": "1",
    "description": " ".join(_DESCRIPTION.split()),
}


def openapi_document(catalog: ModelCatalog, base_url: str) -> Schema:
    """The document of all calls of this sandbox."""
    models = {
        _path(model): {"get": _entry(model), "post": _submit(model)}
        for model in catalog
    }
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "paths": {
            **shared_calls(),
            **models,
            **({} if catalog.closed else _any_model()),
            **sandbox_calls(),
        },
        "components": _components(),
    }


def _components() -> Schema:
    fault = {"name": FAULT_HEADER, "in": "header", "schema": TEXT}
    return {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "secret": {"type": "apiKey", "in": "header", "name": SECRET_HEADER},
        },
        "headers": {
            PROFILE_HEADER: {
                "description": "Whether the form of the answer is published.",
                "schema": {"enum": ["documented", "assumed", STATED]},
            },
            FAULT_HEADER: {"description": "The fault that struck.", "schema": TEXT},
            WARNING_HEADER: {
                "description": "What is wrong with an input that is accepted anyway.",
                "schema": TEXT,
            },
        },
        # Not a parameter of any call: random values of it would be refused.
        "parameters": {"Fault": fault | {"description": "Fault rules to apply."}},
        "schemas": response_schemas(),
    }


def _path(model: CatalogModel) -> str:
    # Braces would mean path parameters.
    return submit_path(model.model.model_id).replace("{", "%7B").replace("}", "%7D")


def _submit(model: CatalogModel) -> Schema:
    name = "submit_" + quote(model.model.model_id, safe="")
    details = {
        "summary": model.model.title or model.model.model_id,
        "tags": [model.media.value],
    }
    schema = with_lora(to_json_schema(model.model.input))
    stated, others = split_limits(model.model.limits)
    if stated:
        schema["allOf"] = stated
    if others:
        schema["x-limits"] = others
    return _submission(name, schema, [], **details)


def _entry(model: CatalogModel) -> Schema:
    return operation_object(
        "entry_" + quote(model.model.model_id, safe=""),
        json_response_schema("Model"),
        [],
    )


def _any_model() -> Schema:
    """Submit and entry of a sandbox without models, which accepts every id."""
    description = "A model id. Its slashes need no encoding."
    pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,40}/[A-Za-z0-9][A-Za-z0-9_-]{0,40}$"
    one = path_parameter("model_id", TEXT | {"pattern": pattern}) | {
        "description": description
    }
    submit = _submission("submit", {"type": "object"}, [one])
    entry = operation_object("entry", json_response_schema("Model"), [one])
    return {"/v1/models/{model_id}": {"get": entry, "post": submit}}


def _submission(
    name: str, schema: Schema, parameters: list[Schema], **more: Any
) -> Schema:
    accepted = json_response_schema("Accepted", "The request is accepted.")
    warning = {WARNING_HEADER: {"$ref": f"#/components/headers/{WARNING_HEADER}"}}
    accepted |= {"links": _links(), "headers": accepted["headers"] | warning}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    operation = operation_object(name, accepted, parameters, requestBody=body, **more)
    for status, response in error_responses("408", "413", "415", "422").items():
        operation["responses"][status] = mark_assumed(response)
    return operation


def _links() -> Schema:
    same = {"parameters": {"request_id": "$response.body#/request_id"}}
    return {
        name: {"operationId": name, **same} for name in ("status", "result", "cancel")
    }


_FLAG: Schema = {"description": "Only true counts.", "examples": ["true"]}
_PAGE: Schema = {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}
_OFFSET: Schema = {"type": "integer", "minimum": 0, "maximum": 2**31, "default": 0}


def shared_calls() -> Schema:
    """The calls of the API that all models share: requests, the catalog, the balance."""
    one = "/v1/requests/{request_id}"
    cancel = _about("cancel", "Cancelled", [REQUEST_ID])
    accepted = json_response_schema("Cancelled", "The cancel is accepted.")
    too_late = json_response_schema(
        "Cancelled", "The job cannot be cancelled any more."
    )
    cancel["responses"] |= {"202": accepted, "200": mark_assumed(too_late)}
    cancel["responses"]["415"] = mark_assumed(error_responses("415")["415"])
    cost = query_parameter("include_cost", _FLAG)
    filters = [query_parameter(name, TEXT) for name in ("search", "category", "kind")]
    page = [query_parameter("limit", _PAGE), query_parameter("offset", _OFFSET)]
    listing = [*filters, query_parameter("include_schema", _FLAG), *page]
    return {
        f"{one}/status": {"get": _about("status", "Status", [REQUEST_ID])},
        f"{one}/result": {"get": _about("result", "Result", [REQUEST_ID, cost])},
        f"{one}/cancel": {"post": cancel},
        "/v1/models": _get("list", "Models", listing),
        "/v1/models/categories": _get("categories", "Categories", []),
        "/prod/v2/balance": _get("balance", "Balance", []),
    }


def _get(name: str, answer: str, parameters: list[Schema]) -> Schema:
    """A path with one GET, whose answer is a named schema."""
    return {"get": operation_object(name, json_response_schema(answer), parameters)}


def _about(name: str, schema: str, parameters: list[Schema]) -> Schema:
    return operation_object(
        name, json_response_schema(schema), parameters, "403", "404"
    )


_ACCOUNT = query_parameter("account", TEXT)
_LIMIT = query_parameter("limit", COUNT | {"maximum": 100_000, "default": 1000})
_ADVANCE = query_parameter("advance", {"type": "number", "minimum": 0, "maximum": 1e8})
_REFERENCE = query_parameter("reference", TEXT)
_NAME = path_parameter("name", TEXT | {"minLength": 1})
_CHOSEN = [query_parameter(name, TEXT) for name in LOG_FIELDS if name != "account"]


def sandbox_calls() -> Schema:
    """The calls that only a sandbox has: output files, and calls below ``/sandbox``.

    The latter need the secret; files need nothing.
    """
    one, page = "/sandbox/jobs/{request_id}", [_ACCOUNT, _LIMIT]
    number = path_parameter("number", COUNT)
    return {
        "/outputs/{request_id}/{name}": {"get": _file()},
        "/sandbox/jobs": {"get": _by_hand("jobs", "Jobs", page)},
        one: {"get": _by_hand("job", "Job", [REQUEST_ID])},
        f"{one}/inline/{{number}}": {"get": _inline([REQUEST_ID, number])},
        f"{one}/files/{{name}}": {"get": _shown()},
        f"{one}/step": {"post": _by_hand("step", "Job", [REQUEST_ID])},
        f"{one}/cancel": {"post": _by_hand("cancel_by_hand", "Job", [REQUEST_ID])},
        "/sandbox/journal": {"get": _by_hand("journal", "Journal", [*page, *_CHOSEN])},
        "/sandbox/ledger": {"get": _by_hand("ledger", "Ledger", [*page, _REFERENCE])},
        "/sandbox/clock": {
            "get": _by_hand("clock", "Clock", []),
            "post": _by_hand("advance", "Clock", [_ADVANCE | {"required": True}]),
        },
        "/sandbox/reset": {"post": _by_hand("reset", "Reset", [_ACCOUNT])},
    }


def _by_hand(name: str, schema: str, parameters: list[Schema]) -> Schema:
    answer = mark_assumed(json_response_schema(schema))
    return operation_object(name, answer, parameters, "404", security=[{"secret": []}])


def _inline(parameters: list[Schema]) -> Schema:
    kinds = _media("A file inside the input.")
    return operation_object(
        "inline", kinds, parameters, "404", security=[{"secret": []}]
    )


def _file() -> Schema:
    return _served("file", [])


def _shown() -> Schema:
    return _served("file_by_hand", [{"secret": []}])


def _served(name: str, security: list[Schema]) -> Schema:
    whole = _media("The file.") | {
        "headers": {name: {"schema": TEXT} for name in ("etag", "accept-ranges")}
    }
    operation = operation_object(
        name, whole, [REQUEST_ID, _NAME], "404", security=security
    )
    operation["responses"] |= {
        "206": _media("The requested part of the file."),
        "304": {"description": "The client has this version of the file."},
        "416": {"description": "The file has no such part."},
    }
    return operation


def _media(description: str) -> Schema:
    kinds: Schema = {f"{kind}/*": {} for kind in KINDS}
    return {"description": description, "content": kinds}
