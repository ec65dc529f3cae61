"""The report as SARIF 2.1.0 (OASIS), for code scanning."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ..finding import DiffFinding, DiffVerdict
from ..rules import RULES
from .quote import witness_text
from .report import DiffReport, Locate

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    DiffVerdict.BREAKING: "error",
    DiffVerdict.RISKY: "warning",
    DiffVerdict.COMPATIBLE: "note",
    DiffVerdict.DOCS_ONLY: "note",
}


def sarif(report: DiffReport, locate: Locate, version: str) -> dict[str, Any]:
    """One run with a result for every finding; approved ones are marked as suppressed."""
    results = [
        *(_result(finding, locate) for finding in report.findings),
        *(
            _result(finding, locate)
            | {"suppressions": [{"kind": "external", "status": "accepted"}]}
            for finding in report.approved
        ),
    ]
    driver = {
        "name": "runcomfy-codegen",
        "version": version,
        "rules": [
            _rule(rule.about.id, rule.about.notices, rule.about.why) for rule in RULES
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [
            {
                "executionSuccessful": not report.diagnostics,
                "toolExecutionNotifications": [
                    {
                        "level": "error",
                        "message": {"text": f"{each.file}: {each.message}"},
                    }
                    for each in report.diagnostics
                ],
            }
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str, notices: str, why: str) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": notices},
        "fullDescription": {"text": why},
    }


def _result(finding: DiffFinding, locate: Locate) -> dict[str, Any]:
    witness = witness_text(finding)
    told = [
        f"{finding.model}: {finding.message}.",
        f"Witness: {witness}" if witness else "",
        f"Not decided: {finding.reason}." if finding.reason else "",
        finding.hint,
    ]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": _index(finding.rule),
        "level": _LEVELS[finding.verdict],
        "message": {"text": " ".join(part for part in told if part)},
        "partialFingerprints": {"runcomfyCodegen/v1": finding.fingerprint},
        "properties": {
            "verdict": finding.verdict.value,
            "lens": finding.lens.value,
            "side": finding.side.value,
        },
    }
    return result | {"locations": [_location(finding, locate)]}


def _location(finding: DiffFinding, locate: Locate) -> dict[str, Any]:
    name = f"{finding.model}#{finding.pointer}"
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": name}]}
    found = locate(finding)
    if found is not None:
        region = {"startLine": found.place.line, "startColumn": found.place.column}
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(found.file)},
            "region": region,
        }
    return location


def _index(rule: str) -> int:
    return next(index for index, each in enumerate(RULES) if each.about.id == rule)
