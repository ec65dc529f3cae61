"""The whole document: a call to submit for each model, and the calls that all share."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from runcomfy_runtime.protocol import submit_path

from ...ir.standard import standard
from ..catalog import Catalog, Offer
from ..control import SECRET_HEADER
from ..desk import WARNING_HEADER
from ..exchange import PROFILE_HEADER
from ..journal import FAULT_HEADER
from .element import TEXT, Schema, answered, call, refusals, segment, told_by_us
from .sandbox import sandbox_calls
from .schemas import schemas
from .shared import shared_calls

_ABOUT = """What is marked x-assumed has a form that nobody published. Any call can be told to
go wrong, by the header x-sandbox-fault; an answer that has says so in the same header."""


def openapi(catalog: Catalog, base_url: str) -> Schema:
    """The document of what this sandbox serves."""
    models = {
        _path(offer): {"get": _entry(offer), "post": _submit(offer)}
        for offer in catalog
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "RunComfy Model API (sandbox)",
            "version": "1",
            "description": " ".join(_ABOUT.split()),
        },
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
                "schema": {"enum": ["documented", "assumed"]},
            },
            FAULT_HEADER: {"description": "The fault it has met.", "schema": TEXT},
            WARNING_HEADER: {
                "description": "What is wrong with an input that is taken anyway.",
                "schema": TEXT,
            },
        },
        # Not in the list of any call: what is tried at random there would be refused.
        "parameters": {"Fault": fault | {"description": "Fault rules to meet."}},
        "schemas": schemas(),
    }


def _path(offer: Offer) -> str:
    # Braces would be parameters of the path.
    return submit_path(offer.model.model_id).replace("{", "%7B").replace("}", "%7D")


def _submit(offer: Offer) -> Schema:
    name = "submit_" + quote(offer.model.model_id, safe="")
    told = {
        "summary": offer.model.title or offer.model.model_id,
        "tags": [offer.media.value],
    }
    return _submission(name, standard(offer.model.input), [], **told)


def _entry(offer: Offer) -> Schema:
    return call("entry_" + quote(offer.model.model_id, safe=""), answered("Model"), [])


def _any_model() -> Schema:
    """Submit and entry of a sandbox without models, which takes every id."""
    says = "A model id; its slashes may stand as they are."
    pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,40}/[A-Za-z0-9][A-Za-z0-9_-]{0,40}$"
    one = segment("model_id", TEXT | {"pattern": pattern}) | {"description": says}
    submit = _submission("submit", {"type": "object"}, [one])
    entry = call("entry", answered("Model"), [one])
    return {"/v1/models/{model_id}": {"get": entry, "post": submit}}


def _submission(
    name: str, schema: Schema, parameters: list[Schema], **more: Any
) -> Schema:
    accepted = answered("Accepted", "The request is accepted.")
    warning = {WARNING_HEADER: {"$ref": f"#/components/headers/{WARNING_HEADER}"}}
    accepted |= {"links": _links(), "headers": accepted["headers"] | warning}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    operation = call(name, accepted, parameters, requestBody=body, **more)
    for status, response in refusals("408", "413", "415", "422").items():
        operation["responses"][status] = told_by_us(response)
    return operation


def _links() -> Schema:
    same = {"parameters": {"request_id": "$response.body#/request_id"}}
    return {
        name: {"operationId": name, **same} for name in ("status", "result", "cancel")
    }
