"""Findings that somebody looked at and accepted, with a reason and maybe for a time."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..ir.json_text import is_array, is_object
from ..reports.command_report import ReportEntry
from .finding import DiffFinding

_KEYS = {"fingerprint", "model", "rule", "pointer", "reason", "expires"}


class ApprovalError(ValueError):
    """The approvals cannot be used; the message says which entry and why."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One entry of the file; only fingerprint and expiry decide, the rest is for readers."""

    fingerprint: str
    reason: str
    model: str = ""
    rule: str = ""
    pointer: str = ""
    expires: date | None = None

    def holds(self, today: date) -> bool:
        """Whether the approval still counts, on its last day included."""
        return self.expires is None or today <= self.expires


@dataclass(frozen=True, slots=True)
class SortedFindings:
    """Findings that count, findings that are approved, and entries that approve nothing."""

    open: tuple[DiffFinding, ...]
    approved: tuple[DiffFinding, ...]
    stale: tuple[Approval, ...]


def read_approvals(table: Mapping[str, Any]) -> tuple[Approval, ...]:
    """The entries of a parsed file. Raises ``ApprovalError``."""
    wrong = sorted(table.keys() - {"approved"})
    if wrong:
        raise ApprovalError(
            f"unknown key {wrong[0]!r}; entries are [[approved]] tables"
        )
    entries = table.get("approved", [])
    if not is_array(entries):
        raise ApprovalError("'approved' is not a list of tables; write [[approved]]")
    read = tuple(_read(entry, index) for index, entry in enumerate(entries, 1))
    seen: set[str] = set()
    for each in read:
        if each.fingerprint in seen:
            raise ApprovalError(f"the fingerprint {each.fingerprint!r} is listed twice")
        seen.add(each.fingerprint)
    return read


def apply_approvals(
    approvals: Sequence[Approval],
    findings: Iterable[DiffFinding],
    today: date,
    unread: Collection[str] = (),
) -> SortedFindings:
    """Sort findings by whether an approval that still holds names them.

    Whether one of an ``unread`` model is still needed, nobody knows: it is not stale.
    """
    valid = {each.fingerprint for each in approvals if each.holds(today)}
    told = list(findings)
    used = {each.fingerprint for each in told if each.fingerprint in valid}
    return SortedFindings(
        tuple(each for each in told if each.fingerprint not in valid),
        tuple(each for each in told if each.fingerprint in valid),
        tuple(
            each
            for each in approvals
            if each.fingerprint not in used and each.model not in unread
        ),
    )


def approval_entry(finding: ReportEntry) -> str:
    """The entry that would approve a finding, ready to be pasted (TOML 1.0)."""
    told = {
        "fingerprint": finding.fingerprint,
        "model": finding.model,
        "rule": finding.rule,
        "pointer": finding.pointer,
        "reason": "",
    }
    lines = (f"{key} = {_toml(value)}" for key, value in told.items())
    return "\n".join(("[[approved]]", *lines))


def _toml(text: str) -> str:
    """A JSON string is a TOML basic string, but for the DEL that JSON leaves as it is.

    Half of a surrogate pair is none (TOML 1.0, String); U+FFFD stands for it.
    """
    whole = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def _read(told: Any, index: int) -> Approval:
    if not is_object(told):
        raise ApprovalError(f"entry {index} is not a table")
    wrong = sorted(told.keys() - _KEYS)
    if wrong:
        raise ApprovalError(f"entry {index}: unknown key {wrong[0]!r}")
    for key in ("fingerprint", "reason"):
        if not isinstance(told.get(key), str) or not str(told[key]).strip():
            raise ApprovalError(f"entry {index}: a {key!r} is required")
    expires = told.get("expires")
    if expires is not None and (type(expires) is not date):
        raise ApprovalError(f"entry {index}: 'expires' is a date such as 2027-01-31")
    texts = {key: str(told.get(key, "")) for key in ("model", "rule", "pointer")}
    return Approval(
        str(told["fingerprint"]), str(told["reason"]), **texts, expires=expires
    )
