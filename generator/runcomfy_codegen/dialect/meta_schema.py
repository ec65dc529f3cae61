"""Is a document what the dialect allows? ``dialect.schema.json`` says; jsonschema decides.

The meta-schema carries, beside every assertion, what to report when it does not hold
(``x-diagnostics``: code, severity, hint), so that a new rule of the dialect is data alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import Document
from ..ir.json_text import pointer_token

_SHOWN = 60


def check_document(
    document: Document, dialect: Mapping[str, Any]
) -> tuple[Diagnostic, ...]:
    """Everything in which a document departs from the dialect, in reading order."""
    told: dict[str, Any] = {
        "model_id": document.model_id,
        "locale": document.locale,
        "title": document.title,
        "description": document.description,
        "provenance": {},
        **{name: json.loads(text.text) for name, text in document.texts()},
    }
    # The stubs of iter_errors have a hole that pyright's strict mode minds.
    validator: Any = Draft202012Validator(dialect)
    errors: Iterator[ValidationError] = validator.iter_errors(told)
    found = [
        *_duplicates(document),
        *(_diagnostic(error, document) for error in errors),
    ]
    # jsonschema tells each missing member apart; we tell all of them at once.
    found = list(dict.fromkeys(found))
    return tuple(sorted(found, key=lambda each: (each.place, each.pointer, each.code)))


def _duplicates(document: Document) -> Iterator[Diagnostic]:
    for name, text in document.texts():
        for pointer in text.duplicates():
            yield Diagnostic(
                code="duplicate-key",
                message=f"the member {pointer.rpartition('/')[2]!r} stands twice in one object",
                severity=Severity.WARNING,
                model=document.model_id,
                pointer=f"/{name}{pointer}",
                place=document.place(f"/{name}{pointer}"),
                hint="the last one counts; ask the publisher which is meant",
            )


def _diagnostic(error: ValidationError, document: Document) -> Diagnostic:
    schema: Any = error.schema
    report: Mapping[str, str] = schema["x-diagnostics"][error.validator]
    pointer = "".join(f"/{pointer_token(step)}" for step in error.absolute_path)
    if error.parent is None and "propertyNames" in error.absolute_schema_path:
        # jsonschema gives the object's path for a wrong name; we point at the member.
        pointer += f"/{pointer_token(str(error.instance))}"
    return Diagnostic(
        code=report["code"],
        message=_message(error, report.get("message", "")),
        severity=Severity(report["severity"]),
        model=document.model_id,
        pointer=pointer,
        place=document.place(pointer),
        hint=report["hint"],
    )


def _message(error: ValidationError, told: str) -> str:
    """What is wrong, in our words: those of jsonschema quote whole schemas."""
    instance: Any = error.instance
    shown = _shown(instance)
    if told:
        return f"{shown} {told}"
    wanted: Any = error.validator_value
    match error.validator:
        case "type":
            names = [wanted] if isinstance(wanted, str) else list(wanted)
            return f"{shown} is not of type {' or '.join(names)}"
        case "required":
            missing = [name for name in wanted if name not in instance]
            return f"{' and '.join(map(repr, missing))} missing"
        case "uniqueItems":
            return "an item stands twice"
        case "minItems":
            return "empty"
        case _:
            return f"{shown} is out of bounds"


def _shown(instance: Any) -> str:
    """A value as a message tells it. What became infinite was a number of too many digits."""
    if isinstance(instance, float) and math.isinf(instance):
        return "this number"
    found = json.dumps(instance, ensure_ascii=False)
    return found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"
