"""The calls that only a sandbox has: output files, and what is looked at and moved by hand."""

from __future__ import annotations

from ..journal import MEMBERS
from .element import (
    COUNT,
    REQUEST_ID,
    TEXT,
    Schema,
    answered,
    call,
    query,
    segment,
    told_by_us,
)

_ACCOUNT = query("account", TEXT)
_LIMIT = query("limit", COUNT | {"maximum": 100_000, "default": 1000})
_ADVANCE = query("advance", {"type": "number", "minimum": 0, "maximum": 1e8})
_NAME = segment("name", TEXT | {"minLength": 1})
_CHOSEN = [query(name, TEXT) for name in MEMBERS if name != "account"]


def sandbox_calls() -> Schema:
    """Paths with their calls; those below ``/sandbox`` need the secret, files need nothing."""
    one, page = "/sandbox/jobs/{request_id}", [_ACCOUNT, _LIMIT]
    number = segment("number", COUNT)
    return {
        "/outputs/{request_id}/{name}": {"get": _file()},
        "/sandbox/jobs": {"get": _by_hand("jobs", "Jobs", page)},
        one: {"get": _by_hand("job", "Job", [REQUEST_ID])},
        f"{one}/inline/{{number}}": {"get": _inline([REQUEST_ID, number])},
        f"{one}/files/{{name}}": {"get": _shown()},
        f"{one}/step": {"post": _by_hand("step", "Job", [REQUEST_ID])},
        f"{one}/cancel": {"post": _by_hand("cancel_by_hand", "Job", [REQUEST_ID])},
        "/sandbox/journal": {"get": _by_hand("journal", "Journal", [*page, *_CHOSEN])},
        "/sandbox/ledger": {"get": _by_hand("ledger", "Ledger", page)},
        "/sandbox/clock": {
            "get": _by_hand("clock", "Clock", []),
            "post": _by_hand("advance", "Clock", [_ADVANCE | {"required": True}]),
        },
        "/sandbox/reset": {"post": _by_hand("reset", "Reset", [_ACCOUNT])},
    }


def _by_hand(name: str, schema: str, parameters: list[Schema]) -> Schema:
    answer = told_by_us(answered(schema))
    return call(name, answer, parameters, "404", security=[{"secret": []}])


def _inline(parameters: list[Schema]) -> Schema:
    kinds = _media("A file that the input brought along.")
    return call("inline", kinds, parameters, "404", security=[{"secret": []}])


def _file() -> Schema:
    return _served("file", [])


def _shown() -> Schema:
    return _served("file_by_hand", [{"secret": []}])


def _served(name: str, security: list[Schema]) -> Schema:
    whole = _media("The file.") | {
        "headers": {each: {"schema": TEXT} for each in ("etag", "accept-ranges")}
    }
    operation = call(name, whole, [REQUEST_ID, _NAME], "404", security=security)
    operation["responses"] |= {
        "206": _media("The part of it that was asked for."),
        "304": {"description": "It is what the client has."},
        "416": {"description": "It has no such part."},
    }
    return operation


def _media(description: str) -> Schema:
    kinds: Schema = {kind: {} for kind in ("image/*", "video/*", "audio/*")}
    return {"description": description, "content": kinds}
