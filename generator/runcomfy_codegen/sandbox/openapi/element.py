"""What the document is put together from: calls, answers, parameters, references."""

from __future__ import annotations

from typing import Any

from ..exchange import PROFILE_HEADER
from ..journal import FAULT_HEADER

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


def call(
    name: str, answer: Schema, parameters: list[Schema], *errors: str, **more: Any
) -> Schema:
    """One operation: its answer, the documented errors, those of any call."""
    told = refusals("400", *errors)
    guessed = {
        status: told_by_us(response)
        for status, response in refusals(*_ALWAYS).items()
        if status not in told
    }
    responses = {"200": answer, **told, **guessed}
    return {
        "operationId": name,
        "parameters": parameters,
        "responses": responses,
        **more,
    }


def answered(schema: str, description: str = "The answer.") -> Schema:
    """A response in JSON, marked by the headers of the sandbox."""
    return {
        "description": description,
        "content": {"application/json": {"schema": ref(schema)}},
        "headers": {
            name: {"$ref": f"#/components/headers/{name}"}
            for name in (PROFILE_HEADER, FAULT_HEADER)
        },
    }


def refusals(*statuses: str) -> Schema:
    """Responses with an error in the published form."""
    return {status: answered("Error", "An error.") for status in statuses}


def told_by_us(response: Schema) -> Schema:
    """The response, marked as one whose form nobody published."""
    return response | {"x-assumed": True}


def query(name: str, schema: Schema) -> Schema:
    """A parameter of the query, which may be left out."""
    return {"name": name, "in": "query", "schema": schema}


def segment(name: str, schema: Schema) -> Schema:
    """A parameter of the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def ref(name: str) -> Schema:
    """A reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def members(required: str, **properties: Schema) -> Schema:
    """An object of which some members, named with blanks between, are always there."""
    return {"type": "object", "properties": properties, "required": required.split()}
