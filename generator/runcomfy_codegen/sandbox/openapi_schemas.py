"""The parts of the OpenAPI document: operations, responses, parameters, and the schemas of the answers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from runcomfy_runtime.protocol import PHASES, CancelOutcome

from .bill import BillRow
from .http_messages import PROFILE_HEADER
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

# What any call may meet: a foreign host or page, a wrong method, what nobody foresaw.
_ALWAYS = ("403", "405", "500")


def operation_object(
    name: str, answer: Schema, parameters: list[Schema], *errors: str, **more: Any
) -> Schema:
    """One operation: its answer, the documented errors, those of any call."""
    told = error_responses("400", *errors)
    guessed = {
        status: mark_assumed(response)
        for status, response in error_responses(*_ALWAYS).items()
        if status not in told
    }
    responses = {"200": answer, **told, **guessed}
    return {
        "operationId": name,
        "parameters": parameters,
        "responses": responses,
        **more,
    }


def json_response_schema(schema: str, description: str = "The answer.") -> Schema:
    """A response in JSON, marked by the headers of the sandbox."""
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
    """The response, marked as one whose form nobody published."""
    return response | {"x-assumed": True}


def query_parameter(name: str, schema: Schema) -> Schema:
    """A parameter of the query, which may be left out."""
    return {"name": name, "in": "query", "schema": schema}


def path_parameter(name: str, schema: Schema) -> Schema:
    """A parameter of the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def ref(name: str) -> Schema:
    """A reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_schema(required: str, **properties: Schema) -> Schema:
    """An object of which some members, named with blanks between, are always there."""
    return {"type": "object", "properties": properties, "required": required.split()}


# The forms of the answers.


_URL: Schema = {"type": "string", "format": "uri"}
_MONEY: Schema = {"type": "number"}
_NAMES: Schema = {"type": "array", "items": TEXT}


def response_schemas() -> Schema:
    """Every form by its name."""
    return {
        **_of_requests(),
        **_of_the_catalog(),
        **_of_the_sandbox(),
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


def _of_the_catalog() -> Schema:
    return {
        "Model": object_schema(
            "model_id kind", model_id=TEXT, kind=TEXT, categories=_NAMES
        ),
        "Models": object_schema("models total", models=_list("Model"), total=COUNT),
        "Categories": object_schema("categories", categories=_NAMES),
    }


def _of_requests() -> Schema:
    words: Schema = {"type": "string", "enum": sorted(PHASES)}
    outcomes: Schema = {
        "type": "string",
        "enum": [outcome.value for outcome in CancelOutcome],
    }
    links = {"status_url": _URL, "result_url": _URL}
    told = {"request_id": TEXT, "status": words}
    accepted = {"request_id": TEXT, **links, "cancel_url": _URL}
    outcome = {"output": {}, "error": {}, "created_at": TEXT, "finished_at": TEXT}
    return {
        "Accepted": object_schema(" ".join(accepted), **accepted),
        "Status": object_schema(
            "request_id status", **told, queue_position=COUNT, **links
        ),
        "Result": object_schema(
            "request_id status created_at", **told, **outcome, cost=_MONEY
        ),
        "Cancelled": object_schema("request_id outcome", **told, outcome=outcomes),
    }


def _of_the_sandbox() -> Schema:
    job = "request_id model_id account status drive created_at input_characters files"
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
