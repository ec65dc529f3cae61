"""Parts of the OpenAPI document: operations, responses, parameters, schemas of answers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from runcomfy_runtime.protocol import STATED_OUTCOMES, StatusWord

from .http_messages import PROFILE_HEADER
from .job_repository import BillRow
from .request_log import FAULT_HEADER, LogEntry

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
REQUEST_ID: Schema = {
    "name": "request_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
}

# Errors of any call: a foreign host or page, a wrong method, an unexpected exception.
_ALWAYS = ("403", "405", "500")


def operation_object(
    name: str, answer: Schema, parameters: list[Schema], *errors: str, **more: Any
) -> Schema:
    """One operation: its answer, its documented errors, and the errors of any call."""
    documented = error_responses("400", *errors)
    assumed = {
        status: mark_assumed(response)
        for status, response in error_responses(*_ALWAYS).items()
        if status not in documented
    }
    responses = {"200": answer, **documented, **assumed}
    return {
        "operationId": name,
        "parameters": parameters,
        "responses": responses,
        **more,
    }


def json_response_schema(schema: str, description: str = "The answer.") -> Schema:
    """A response in JSON, with the headers of the sandbox."""
    return {
        "description": description,
        "content": {"application/json": {"schema": ref(schema)}},
        "headers": {
            name: {"$ref": f"#/components/headers/{name}"}
            for name in (PROFILE_HEADER, FAULT_HEADER)
        },
    }


def error_responses(*statuses: str) -> Schema:
    """Responses with an error in the published form."""
    return {status: json_response_schema("Error", "An error.") for status in statuses}


def mark_assumed(response: Schema) -> Schema:
    """The response, marked as one whose form is not published."""
    return response | {"x-assumed": True}


def query_parameter(name: str, schema: Schema) -> Schema:
    """An optional parameter of the query."""
    return {"name": name, "in": "query", "schema": schema}


def path_parameter(name: str, schema: Schema) -> Schema:
    """A parameter of the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def ref(name: str) -> Schema:
    """A reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_schema(required: str, **properties: Schema) -> Schema:
    """An object schema; ``required`` are names of members, separated by blanks."""
    return {"type": "object", "properties": properties, "required": required.split()}


_URL: Schema = {"type": "string", "format": "uri"}
_MONEY: Schema = {"type": "number"}
_NAMES: Schema = {"type": "array", "items": TEXT}

_ENTRY: Schema = {
    "model_id": TEXT,
    "display_name": TEXT,
    "kind": TEXT,
    "categories": _NAMES | {"examples": [["text-to-image"]]},
    "inputs": _NAMES,
    "required_inputs": _NAMES,
    "base_price_usd": _MONEY,
    "price_unit": {"type": "string", "examples": ["output", "second"]},
    "model_url": _URL,
}
_OPTIONAL_FACTS: Schema = {
    "description": TEXT,
    "input_schema": {"type": "object"},
    "pricing_note": {
        "type": "string",
        "description": "Says so if the sandbox assumes the price.",
    },
}
_STATUS_WORDS = (
    StatusWord.IN_QUEUE,
    StatusWord.IN_PROGRESS,
    StatusWord.COMPLETED,
    StatusWord.CANCELLED,
)
_RESULT_WORDS = (
    StatusWord.IN_QUEUE,
    StatusWord.IN_PROGRESS,
    StatusWord.SUCCEEDED,
    StatusWord.FAILED,
    StatusWord.CANCELLED,
)


def response_schemas() -> Schema:
    """The schema of every answer, by name."""
    return {
        **_request_schemas(),
        **_catalog_schemas(),
        **_sandbox_schemas(),
        "Balance": object_schema(
            "balance_usd balance_microdollars currency",
            balance_usd=_MONEY,
            balance_microdollars={"type": "integer"},
            currency=TEXT,
        ),
        "Error": object_schema(
            "error_code error_message",
            error_code={"type": "integer"},
            error_message=TEXT,
            detail={},
        ),
    }


def _catalog_schemas() -> Schema:
    return {
        "Model": object_schema(" ".join(_ENTRY), **_ENTRY, **_OPTIONAL_FACTS),
        "Models": object_schema(
            "models total limit offset",
            models=_list("Model"),
            total=COUNT,
            limit=COUNT,
            offset=COUNT,
        ),
        "Categories": object_schema("categories", categories=_NAMES),
    }


def _request_schemas() -> Schema:
    said: Schema = {"type": "string", "enum": list(_STATUS_WORDS)}
    ended: Schema = {"type": "string", "enum": list(_RESULT_WORDS)}
    outcomes: Schema = {
        "type": "string",
        "enum": [outcome.value for outcome in STATED_OUTCOMES],
    }
    links = {"status_url": _URL, "result_url": _URL}
    state = {"request_id": TEXT, "status": said}
    record = {"request_id": TEXT, "status": ended}
    accepted = {"request_id": TEXT, **links, "cancel_url": _URL}
    outcome = {"output": {}, "error": {}, "created_at": TEXT, "finished_at": TEXT}
    return {
        "Accepted": object_schema(" ".join(accepted), **accepted),
        "Status": object_schema(
            "request_id status", **state, queue_position=COUNT, **links
        ),
        "Result": object_schema(
            "request_id status created_at", **record, **outcome, cost=_MONEY
        ),
        "Cancelled": object_schema("request_id outcome", **state, outcome=outcomes),
    }


def _sandbox_schemas() -> Schema:
    job = "request_id model_id account status drive created_at input_characters files"
    job += " cost error input_start"
    bill = {"total_usd": _MONEY, "repeated": COUNT}
    return {
        "Job": object_schema(job, files=_NAMES, input={}, inline={"type": "array"}),
        "Jobs": object_schema("jobs total", jobs=_list("Job"), total=COUNT),
        "Entry": object_schema(" ".join(field.name for field in fields(LogEntry))),
        "Journal": object_schema("entries total", entries=_list("Entry"), total=COUNT),
        "Row": object_schema(" ".join(field.name for field in fields(BillRow))),
        "Ledger": object_schema(
            "rows total total_usd repeated", rows=_list("Row"), total=COUNT, **bill
        ),
        "Clock": object_schema("now virtual", now=TEXT, virtual={"type": "boolean"}),
        "Reset": object_schema("reset", reset=TEXT),
    }


def _list(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}
