"""Diagnostics as workflow commands and as SARIF 2.1.0."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from ..ir.diagnostic import Diagnostic, Severity
from .rules import RULES

SHOWN = 10
"""Annotations of one level that GitHub shows for a step."""

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}
_LEVELS = _COMMANDS | {Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def github(found: Sequence[Diagnostic], root: str) -> Iterator[str]:
    """One workflow command a line: the first of each level, and how many more there are."""
    for severity, command in _COMMANDS.items():
        told = [each for each in found if each.severity is severity]
        for each in told[:SHOWN]:
            file = _property(_file(each, root))
            where = f"file={file},line={each.place.line},col={each.place.column}"
            text = f"{each.model}: {each.message}\n{each.hint}"
            yield f"::{command} {where},title={_property(each.code)}::{_text(text)}"
        if len(told) > SHOWN:
            yield f"::notice::{len(told) - SHOWN} more of severity {severity.value}"


def sarif(found: Iterable[Diagnostic], root: str, version: str) -> dict[str, Any]:
    """One run with a result for every diagnostic."""
    told = list(found)
    known = {rule.about.code: rule.about.notices for rule in RULES}
    codes = sorted({*known, *(each.code for each in told)})
    rules = [_rule(code, known.get(code, "")) for code in codes]
    driver = {"name": "runcomfy-codegen", "version": version, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes.index(each.code), root) for each in told],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, notices: str) -> dict[str, Any]:
    return {"id": code} | ({"shortDescription": {"text": notices}} if notices else {})


def _result(each: Diagnostic, index: int, root: str) -> dict[str, Any]:
    identity = "\n".join((each.code, each.model, each.pointer))
    region = {"startLine": each.place.line, "startColumn": each.place.column}
    place = {"artifactLocation": {"uri": quote(_file(each, root))}, "region": region}
    name = {"fullyQualifiedName": f"{each.model}#{each.pointer}"}
    return {
        "ruleId": each.code,
        "ruleIndex": index,
        "level": _LEVELS[each.severity],
        "message": {"text": f"{each.model}: {each.message}. {each.hint}".strip()},
        "locations": [{"physicalLocation": place, "logicalLocations": [name]}],
        "partialFingerprints": {
            "runcomfyCodegen/v1": hashlib.sha256(identity.encode()).hexdigest()[:16]
        },
    }


def _file(each: Diagnostic, root: str) -> str:
    return str(PurePosixPath(root, each.file))


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
