"""SARIF 2.1.0 (OASIS), the format of code scanning."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .. import __version__
from ..ir.diagnostic import Severity
from .command_report import (
    CommandReport,
    FileLocation,
    ReportEntry,
    RuleMetadata,
)
from .published_text import in_sarif

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def sarif_log(report: CommandReport) -> dict[str, Any]:
    """One run with a result for every entry; approved ones are marked as suppressed."""
    index = {rule.id: number for number, rule in enumerate(report.rules)}
    driver = {
        "name": "runcomfy-codegen",
        "version": __version__,
        "rules": [_rule(rule) for rule in report.rules],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(entry, index[entry.rule]) for entry in report.entries],
    }
    if report.complete is not None:
        run["invocations"] = [_invocation(report)]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _invocation(report: CommandReport) -> dict[str, Any]:
    """Whether the command read everything, and what it could not read."""
    return {
        "executionSuccessful": report.complete,
        "toolExecutionNotifications": [
            *(
                _notification(notice.level, f"{notice.file}: {notice.message}")
                for notice in report.notices
            ),
            *(_notification(remark.level, remark.text) for remark in report.remarks),
        ],
    }


def _rule(rule: RuleMetadata) -> dict[str, Any]:
    descriptions = {"shortDescription": rule.summary, "fullDescription": rule.why}
    return {"id": rule.id} | {
        name: {"text": text} for name, text in descriptions.items() if text
    }


def _result(entry: ReportEntry, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": entry.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[entry.level],
        "message": {"text": in_sarif(_message(entry))},
    }
    members: list[dict[str, Any]] = [
        {"locations": [_location(entry)]},
        {"partialFingerprints": {"runcomfyCodegen/v1": entry.fingerprint}},
    ]
    if entry.properties:
        # Released orders of members stay: stored logs are compared as text.
        members = [members[1], {"properties": dict(entry.properties)}, members[0]]
    for member in members:
        result |= member
    if entry.approved:
        result["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return result


def _message(entry: ReportEntry) -> str:
    sentences = (
        f"{entry.model}: {entry.message}.",
        f"Witness: {entry.witness}" if entry.witness else "",
        f"Not decided: {entry.reason}." if entry.reason else "",
        entry.hint,
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _location(entry: ReportEntry) -> dict[str, Any]:
    name = f"{entry.model}#{entry.pointer}"
    logical = {"logicalLocations": [{"fullyQualifiedName": name}]}
    if entry.location is None:
        return logical
    physical = {"physicalLocation": _physical_location(entry.location)}
    return logical | physical if entry.properties else physical | logical


def _physical_location(location: FileLocation) -> dict[str, Any]:
    position = location.position
    return {
        "artifactLocation": {"uri": quote(location.file)},
        "region": {"startLine": position.line, "startColumn": position.column},
    }


def _notification(level: Severity, text: str) -> dict[str, Any]:
    return {"level": _LEVELS[level], "message": {"text": in_sarif(text)}}
