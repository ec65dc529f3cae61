"""A finding: what one rule says about one change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..ir.exact import json_value
from .compare.facts import Side


class DiffVerdict(StrEnum):
    """What a change means for callers, the worst first."""

    BREAKING = "breaking"
    RISKY = "risky"
    COMPATIBLE = "compatible"
    DOCS_ONLY = "docs-only"

    def reaches(self, threshold: DiffVerdict) -> bool:
        """Whether this is as bad as the threshold, or worse."""
        order = list(DiffVerdict)
        return order.index(self) <= order.index(threshold)


class Lens(StrEnum):
    """Who is affected: messages to and from the server, or the Python code of a caller."""

    WIRE = "wire"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Witness:
    """A value at the pointer of the finding that shows the difference."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffFinding:
    """One finding.

    ``pointer`` is a JSON pointer into the published document. ``old`` and ``new`` are the
    changed part in words, ``identity`` is the same without wording. ``reason`` says why a
    change could not be decided, ``hint`` what a caller can do.
    """

    rule: str
    model: str
    side: Side
    lens: Lens
    pointer: str
    verdict: DiffVerdict
    message: str
    old: str = ""
    new: str = ""
    identity: tuple[str, str] = ("", "")
    witness: Witness | None = None
    reason: str = ""
    hint: str = ""

    @property
    def fingerprint(self) -> str:
        """An identity that does not depend on wording, locale, line numbers or witnesses."""
        parts = (
            self.rule,
            self.model,
            self.side.value,
            self.lens.value,
            self.pointer,
            *self.identity,
        )
        text = json.dumps(parts, ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """The shape of ``--format json``; empty members are left out."""
        document: dict[str, Any] = {
            "rule": self.rule,
            "model": self.model,
            "side": self.side.value,
            "lens": self.lens.value,
            "pointer": self.pointer,
            "verdict": self.verdict.value,
            "message": self.message,
            "fingerprint": self.fingerprint,
        }
        if self.witness is not None:
            document["witness"] = json_value(self.witness.value)
        optional = {
            "old": self.old,
            "new": self.new,
            "reason": self.reason,
            "hint": self.hint,
        }
        return document | {name: text for name, text in optional.items() if text}


# The version bump that findings ask for (semver.org, items 6 to 8).


MAJOR, MINOR, PATCH, NONE = "major", "minor", "patch", "none"

_BUMPS = {
    DiffVerdict.BREAKING: MAJOR,
    DiffVerdict.RISKY: MINOR,
    DiffVerdict.COMPATIBLE: MINOR,
    DiffVerdict.DOCS_ONLY: PATCH,
}


def version_bump(findings: Iterable[DiffFinding]) -> str:
    """The bump for the generated client; approved findings count like all others.

    Risky findings ask for a minor version: it is not known that they break a caller.
    """
    bumps = {_BUMPS[finding.verdict] for finding in findings}
    return next((level for level in (MAJOR, MINOR, PATCH) if level in bumps), NONE)
