"""Which part of a version a change of schemas asks for (semver.org, items 6 to 8)."""

from __future__ import annotations

from collections.abc import Iterable

from .finding import Finding, Verdict

MAJOR, MINOR, PATCH, NONE = "major", "minor", "patch", "none"

_ASKED = {
    Verdict.BREAKING: MAJOR,
    Verdict.RISKY: MINOR,
    Verdict.COMPATIBLE: MINOR,
    Verdict.DOCS_ONLY: PATCH,
}


def bump(findings: Iterable[Finding]) -> str:
    """The bump of a generated client; approved findings ask for it like any other.

    What is only risky asks for a minor version: it is listed, and nobody knows that it
    breaks a caller.
    """
    asked = {_ASKED[finding.verdict] for finding in findings}
    return next((level for level in (MAJOR, MINOR, PATCH) if level in asked), NONE)
