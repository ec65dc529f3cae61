"""The calls of the API that all models share."""

from __future__ import annotations

from .element import (
    REQUEST_ID,
    TEXT,
    Schema,
    answered,
    call,
    query,
    refusals,
    told_by_us,
)

_FLAG: Schema = {"description": "Only true counts.", "examples": ["true"]}
_PAGE: Schema = {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}
_OFFSET: Schema = {"type": "integer", "minimum": 0, "maximum": 2**31, "default": 0}


def shared_calls() -> Schema:
    """Paths with their calls: about a request, the catalog, the balance."""
    one = "/v1/requests/{request_id}"
    cancel = _about("cancel", "Cancelled", [REQUEST_ID])
    cancel["responses"]["415"] = told_by_us(refusals("415")["415"])
    cost = query("include_cost", _FLAG)
    filters = [query(name, TEXT) for name in ("search", "category", "kind")]
    page = [query("limit", _PAGE), query("offset", _OFFSET)]
    listing = [*filters, query("include_schema", _FLAG), *page]
    return {
        f"{one}/status": {"get": _about("status", "Status", [REQUEST_ID])},
        f"{one}/result": {"get": _about("result", "Result", [REQUEST_ID, cost])},
        f"{one}/cancel": {"post": cancel},
        "/v1/models": {"get": call("list", answered("Models"), listing)},
        "/v1/models/categories": {
            "get": call("categories", answered("Categories"), [])
        },
        "/prod/v2/balance": {"get": call("balance", answered("Balance"), [])},
    }


def _about(name: str, schema: str, parameters: list[Schema]) -> Schema:
    return call(name, answered(schema), parameters, "403", "404")
