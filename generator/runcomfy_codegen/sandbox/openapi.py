"""The sandbox's calls as an OpenAPI 3.1 document, from the same schemas that check inputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from runcomfy_runtime.protocol import PHASES, CancelOutcome, submit_path

from ..ir.standard import standard
from .catalog import Offer

Schema = dict[str, Any]

_STRING: Schema = {"type": "string"}
_URL: Schema = {"type": "string", "format": "uri"}
_FLAG: Schema = {"description": "Only true counts.", "examples": ["true"]}
_MONEY: Schema = {"type": "number"}
_REQUEST_ID: Schema = {
    "name": "request_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
}


def openapi(offers: Iterable[Offer], base_url: str) -> Schema:
    """The document: a call to submit for each model, and the calls that all share."""
    models = {
        _path(offer): {"get": _entry(offer), "post": _submit(offer)} for offer in offers
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "RunComfy Model API (sandbox)",
            "version": "1",
            "description": "What is marked x-assumed has a form that nobody published.",
        },
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "paths": {**_shared(), **models},
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _path(offer: Offer) -> str:
    # Braces would be parameters of the path.
    return submit_path(offer.model.model_id).replace("{", "%7B").replace("}", "%7D")


def _submit(offer: Offer) -> Schema:
    model = offer.model
    body = {"content": {"application/json": {"schema": standard(model.input)}}}
    accepted = _answer("The request is accepted.", _ref("Accepted")) | {
        "links": _links()
    }
    return {
        "operationId": "submit_" + quote(model.model_id, safe=""),
        "summary": model.title or model.model_id,
        "tags": [offer.media.value],
        "requestBody": {"required": True, **body},
        "responses": {"200": accepted, **_errors(), **_assumed("413", "415", "422")},
    }


def _entry(offer: Offer) -> Schema:
    return _call("entry_" + quote(offer.model.model_id, safe=""), "Model", [])


def _links() -> Schema:
    same = {"parameters": {"request_id": "$response.body#/request_id"}}
    return {
        name: {"operationId": name, **same} for name in ("status", "result", "cancel")
    }


def _shared() -> Schema:
    cost = _query("include_cost", _FLAG)
    page = [
        _query("search", _STRING),
        _query("category", _STRING),
        _query("kind", _STRING),
        _query("include_schema", _FLAG),
        _query(
            "limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}
        ),
        _query("offset", {"type": "integer", "minimum": 0, "default": 0}),
    ]
    one = "/v1/requests/{request_id}"
    return {
        f"{one}/status": {"get": _about_one("status", "Status", [_REQUEST_ID])},
        f"{one}/result": {"get": _about_one("result", "Result", [_REQUEST_ID, cost])},
        f"{one}/cancel": {"post": _about_one("cancel", "Cancelled", [_REQUEST_ID])},
        "/v1/models": {"get": _call("list", "Models", page)},
        "/v1/models/categories": {"get": _call("categories", "Categories", [])},
        "/prod/v2/balance": {"get": _call("balance", "Balance", [])},
    }


def _about_one(name: str, schema: str, parameters: list[Schema]) -> Schema:
    return _call(name, schema, parameters, _errors("403", "404"))


def _call(
    name: str, schema: str, parameters: list[Schema], errors: Schema | None = None
) -> Schema:
    responses = {"200": _answer("The answer.", _ref(schema)), **(errors or _errors())}
    return {"operationId": name, "parameters": parameters, "responses": responses}


def _query(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "schema": schema}


def _errors(*statuses: str) -> Schema:
    return {
        status: _answer("An error.", _ref("Error")) for status in ("400", *statuses)
    }


def _assumed(*statuses: str) -> Schema:
    return {
        status: _answer("An error.", _ref("Error")) | {"x-assumed": True}
        for status in statuses
    }


def _answer(description: str, schema: Schema) -> Schema:
    return {
        "description": description,
        "content": {"application/json": {"schema": schema}},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _members(required: str, **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": required.split()}


def _schemas() -> Schema:
    names: Schema = {"type": "array", "items": _STRING}
    count: Schema = {"type": "integer", "minimum": 0}
    return {
        **_schemas_of_requests(),
        "Model": _members(
            "model_id kind", model_id=_STRING, kind=_STRING, categories=names
        ),
        "Models": _members(
            "models total",
            models={"type": "array", "items": _ref("Model")},
            total=count,
        ),
        "Categories": _members("categories", categories=names),
        "Balance": _members(
            "balance_usd balance_microdollars currency",
            balance_usd=_MONEY,
            balance_microdollars={"type": "integer"},
            currency=_STRING,
        ),
        "Error": _members(
            "error_code error_message",
            error_code={"type": "integer"},
            error_message=_STRING,
            detail={},
        ),
    }


def _schemas_of_requests() -> Schema:
    words: Schema = {"type": "string", "enum": sorted(PHASES)}
    outcomes: Schema = {
        "type": "string",
        "enum": [outcome.value for outcome in CancelOutcome],
    }
    links = {"status_url": _URL, "result_url": _URL}
    told = {"request_id": _STRING, "status": words}
    accepted = {"request_id": _STRING, **links, "cancel_url": _URL}
    position: Schema = {"type": "integer", "minimum": 0}
    outcome = {"output": {}, "error": {}, "created_at": _STRING, "finished_at": _STRING}
    return {
        "Accepted": _members(" ".join(accepted), **accepted),
        "Status": _members(
            "request_id status", **told, queue_position=position, **links
        ),
        "Result": _members(
            "request_id status created_at", **told, **outcome, cost=_MONEY
        ),
        "Cancelled": _members("request_id outcome", **told, outcome=outcomes),
    }
