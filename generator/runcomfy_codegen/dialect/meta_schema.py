"""Checks a document against the dialect's meta-schema, ``dialect.schema.json``.

Next to every assertion, the meta-schema states what to report if it fails (``x-diagnostics``:
code, severity, hint). So a new assertion needs no code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import Document
from ..ir.json_layout import exact_json_text
from ..ir.json_text import JsonText, is_object, members, pointer_token
from .exact_keywords import EXACT_KEYWORDS, EXACT_TYPES

_SHOWN = 60

Flawless: TypeAlias = set[str]
"""Parts of documents in which nothing was found, each as Python prints it."""


def check_document(
    document: Document, dialect: Mapping[str, Any], flawless: Flawless | None = None
) -> tuple[Diagnostic, ...]:
    """All differences between a document and the dialect, in the order of the document.

    Models repeat the properties of others, so those in ``flawless`` are not checked again.
    New ones in which nothing is found are added to it.
    """
    checked: dict[str, Any] = {
        "model_id": document.model_id,
        "locale": document.locale,
        "title": document.title,
        "description": document.description,
        "provenance": {},
        **{name: _parsed(text) for name, text in document.texts()},
    }
    known: Flawless = set() if flawless is None else flawless
    new = _take_known(checked, known)
    errors = _errors(checked, dialect)
    wrong = {step for error in errors for step in error.absolute_path}
    known.update(text for name, text in new if name not in wrong)
    diagnostics = [
        *_duplicates(document),
        *(_diagnostic(error, document) for error in errors),
    ]
    # jsonschema reports each missing member separately; we report all of them together.
    diagnostics = list(dict.fromkeys(diagnostics))
    return tuple(
        sorted(
            diagnostics,
            key=lambda diagnostic: (
                diagnostic.place,
                diagnostic.pointer,
                diagnostic.code,
            ),
        )
    )


def check_input_frame(
    document: Document, dialect: Mapping[str, Any], flawless: Flawless
) -> tuple[Diagnostic, ...]:
    """What is wrong with the input besides its properties: all that can stop a model."""
    frame = _parsed(document.input_schema)
    if is_object(members(frame).get("properties")):
        frame["properties"] = {}
    text = f"frame {frame!r}"
    if text in flawless:
        return ()
    errors = _errors({"input_schema": frame}, dialect)
    inside = [error for error in errors if "input_schema" in error.absolute_path]
    if not inside:
        flawless.add(text)
    return tuple(_diagnostic(error, document) for error in inside)


def _parsed(text: JsonText) -> Any:
    return json.loads(text.text, parse_float=Decimal)


def _errors(checked: Any, dialect: Mapping[str, Any]) -> list[ValidationError]:
    return list(_exact_validator()(dialect).iter_errors(checked))


def _take_known(checked: dict[str, Any], known: Flawless) -> list[tuple[str, str]]:
    """Take the known properties out of a document; the name and text of those that stay."""
    output = members(checked.get("output_schema"))
    new: list[tuple[str, str]] = []
    for schema in (checked.get("input_schema"), output, output.get("output")):
        properties = members(schema).get("properties")
        if is_object(properties):
            texts = {name: repr(inner) for name, inner in properties.items()}
            for name, text in texts.items():
                if text in known:
                    del properties[name]
                else:
                    new.append((name, text))
    return new


@cache
def _exact_validator() -> Any:
    """The validator of the meta-schema: 1e400 and 1e500 are two numbers."""
    untyped: Any = validators  # the stubs of `extend` say nothing
    return untyped.extend(
        Draft202012Validator,
        validators={"uniqueItems": EXACT_KEYWORDS["uniqueItems"]},
        type_checker=EXACT_TYPES,
    )


def _duplicates(document: Document) -> Iterator[Diagnostic]:
    for name, text in document.texts():
        for pointer in text.duplicates():
            yield Diagnostic(
                code="duplicate-key",
                message=f"the member {pointer.rpartition('/')[2]!r} occurs twice in one object",
                severity=Severity.WARNING,
                model=document.model_id,
                pointer=f"/{name}{pointer}",
                place=document.place(f"/{name}{pointer}"),
                hint="the last one is used; ask the publisher which one is meant",
            )


def _diagnostic(error: ValidationError, document: Document) -> Diagnostic:
    schema: Any = error.schema
    report: Mapping[str, str] = schema["x-diagnostics"][error.validator]
    pointer = "".join(f"/{pointer_token(step)}" for step in error.absolute_path)
    if error.parent is None and "propertyNames" in error.absolute_schema_path:
        # jsonschema reports the path of the object for a wrong name; we point to the member.
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


def _message(error: ValidationError, predicate: str) -> str:
    """The message, in our words, because jsonschema quotes whole schemas."""
    instance: Any = error.instance
    shown = _shown(instance)
    if predicate:
        return f"{shown} {predicate}"
    expected: Any = error.validator_value
    match error.validator:
        case "type":
            names = [expected] if isinstance(expected, str) else list(expected)
            return f"{shown} is not of type {' or '.join(names)}"
        case "required":
            missing = [name for name in expected if name not in instance]
            return f"{' and '.join(map(repr, missing))} missing"
        case "uniqueItems":
            return "an item occurs twice"
        case "minItems":
            return "empty"
        case _:
            return f"{shown} is out of bounds"


def _shown(instance: Any) -> str:
    """A value as a message shows it."""
    text = exact_json_text(instance)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
