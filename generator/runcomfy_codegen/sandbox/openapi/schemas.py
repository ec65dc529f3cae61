"""The forms of the answers."""

from __future__ import annotations

from dataclasses import fields

from runcomfy_runtime.protocol import PHASES, CancelOutcome

from ..journal import Entry
from ..ledger import Row
from .element import COUNT, TEXT, Schema, members, ref

_URL: Schema = {"type": "string", "format": "uri"}
_MONEY: Schema = {"type": "number"}
_NAMES: Schema = {"type": "array", "items": TEXT}


def schemas() -> Schema:
    """Every form by its name."""
    return {
        **_of_requests(),
        **_of_the_catalog(),
        **_of_the_sandbox(),
        "Balance": members(
            "balance_usd balance_microdollars currency",
            balance_usd=_MONEY,
            balance_microdollars={"type": "integer"},
            currency=TEXT,
        ),
        "Error": members(
            "error_code error_message",
            error_code={"type": "integer"},
            error_message=TEXT,
            detail={},
        ),
    }


def _of_the_catalog() -> Schema:
    return {
        "Model": members("model_id kind", model_id=TEXT, kind=TEXT, categories=_NAMES),
        "Models": members("models total", models=_list("Model"), total=COUNT),
        "Categories": members("categories", categories=_NAMES),
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
        "Accepted": members(" ".join(accepted), **accepted),
        "Status": members("request_id status", **told, queue_position=COUNT, **links),
        "Result": members(
            "request_id status created_at", **told, **outcome, cost=_MONEY
        ),
        "Cancelled": members("request_id outcome", **told, outcome=outcomes),
    }


def _of_the_sandbox() -> Schema:
    job = "request_id model_id account status drive created_at input_characters files"
    bill = {"total_usd": _MONEY, "repeated": COUNT}
    return {
        "Job": members(job, files=_NAMES, input={}, inline={"type": "array"}),
        "Jobs": members("jobs total", jobs=_list("Job"), total=COUNT),
        "Entry": members(" ".join(field.name for field in fields(Entry))),
        "Journal": members("entries total", entries=_list("Entry"), total=COUNT),
        "Row": members(" ".join(field.name for field in fields(Row))),
        "Ledger": members(
            "rows total total_usd repeated", rows=_list("Row"), total=COUNT, **bill
        ),
        "Clock": members("now virtual", now=TEXT, virtual={"type": "boolean"}),
        "Reset": members("reset", reset=TEXT),
    }


def _list(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}
