"""Approvals: findings that a person accepted, with a reason and optionally an expiry date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..ir.json_text import is_array, is_object
from ..ir.toml_text import toml_string
from ..reports.command_report import ReportEntry
from .finding import DiffFinding
from .same_change import approved_changes

_KEYS = {"fingerprint", "model", "rule", "pointer", "reason", "expires"}


class ApprovalError(ValueError):
    """The approvals file is invalid; the message says which entry, and why."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One entry of the file. Fingerprint and expiry decide; the rest is for readers."""

    fingerprint: str
    reason: str
    model: str = ""
    rule: str = ""
    pointer: str = ""
    expires: date | None = None

    def holds(self, today: date) -> bool:
        """Whether the approval still counts; its last day is included."""
        return self.expires is None or today <= self.expires


@dataclass(frozen=True, slots=True)
class SortedFindings:
    """Open findings, approved findings, and entries that match no finding."""

    open: tuple[DiffFinding, ...]
    approved: tuple[DiffFinding, ...]
    stale: tuple[Approval, ...]


def read_approvals(table: Mapping[str, Any]) -> tuple[Approval, ...]:
    """The entries of a parsed file. Raises ``ApprovalError``."""
    unknown_keys = sorted(table.keys() - {"approved"})
    if unknown_keys:
        raise ApprovalError(
            f"unknown key {unknown_keys[0]!r}; entries are [[approved]] tables"
        )
    entries = table.get("approved", [])
    if not is_array(entries):
        raise ApprovalError("'approved' is not a list of tables; write [[approved]]")
    approvals = tuple(_read(entry, index) for index, entry in enumerate(entries, 1))
    seen: set[str] = set()
    for approval in approvals:
        if approval.fingerprint in seen:
            raise ApprovalError(
                f"the fingerprint {approval.fingerprint!r} is listed twice"
            )
        seen.add(approval.fingerprint)
    return approvals


def apply_approvals(
    approvals: Sequence[Approval],
    findings: Iterable[DiffFinding],
    today: date,
    uncompared: Collection[str] = (),
) -> SortedFindings:
    """Sorts findings into open and approved ones.

    An approval for a model that could not be compared is not stale: it may still be needed.
    """
    valid = {item.fingerprint for item in approvals if item.holds(today)}
    all_findings = list(findings)
    used = {item.fingerprint for item in all_findings if item.fingerprint in valid}
    approved = approved_changes(all_findings, lambda each: each.fingerprint in valid)
    sorted_findings = list(zip(all_findings, approved, strict=True))
    return SortedFindings(
        tuple(item for item, is_approved in sorted_findings if not is_approved),
        tuple(item for item, is_approved in sorted_findings if is_approved),
        tuple(
            item
            for item in approvals
            if item.fingerprint not in used and item.model not in uncompared
        ),
    )


def approval_entry(entry: ReportEntry) -> str:
    """The entry that approves a finding, ready to paste (TOML 1.0)."""
    members = {
        "fingerprint": entry.fingerprint,
        "model": entry.model,
        "rule": entry.rule,
        "pointer": entry.pointer,
        "reason": "",
    }
    lines = (f"{key} = {toml_string(value)}" for key, value in members.items())
    return "\n".join(("[[approved]]", *lines))


def _read(table: Any, index: int) -> Approval:
    if not is_object(table):
        raise ApprovalError(f"entry {index} is not a table")
    unknown_keys = sorted(table.keys() - _KEYS)
    if unknown_keys:
        raise ApprovalError(f"entry {index}: unknown key {unknown_keys[0]!r}")
    for key in ("fingerprint", "reason"):
        if not isinstance(table.get(key), str) or not str(table[key]).strip():
            raise ApprovalError(f"entry {index}: a {key!r} is required")
    expires = table.get("expires")
    if expires is not None and (type(expires) is not date):
        raise ApprovalError(f"entry {index}: 'expires' is a date such as 2027-01-31")
    texts = {key: str(table.get(key, "")) for key in ("model", "rule", "pointer")}
    return Approval(
        str(table["fingerprint"]), str(table["reason"]), **texts, expires=expires
    )
