"""A judgement about a change, as every report tells it."""

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
    """What a change does to callers, the worst first."""

    BREAKING = "breaking"
    RISKY = "risky"
    COMPATIBLE = "compatible"
    DOCS_ONLY = "docs-only"

    def reaches(self, threshold: DiffVerdict) -> bool:
        """Whether this is as bad as the threshold, or worse."""
        order = list(DiffVerdict)
        return order.index(self) <= order.index(threshold)


class Lens(StrEnum):
    """Who notices: the server and its messages, or the Python code of a caller."""

    WIRE = "wire"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Witness:
    """A value at the finding's place that shows the difference."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffFinding:
    """One judgement.

    ``pointer`` is a JSON pointer into the published document; ``old`` and ``new`` are the
    changed part in words, ``identity`` is it free of words, ``reason`` says why a change could not be judged, ``hint`` what a
    caller can do.
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
        """An identity free of wording, locale, line numbers and witnesses."""
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
        """The shape of ``--format json``; what is not known is left out."""
        told: dict[str, Any] = {
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
            told["witness"] = json_value(self.witness.value)
        optional = {
            "old": self.old,
            "new": self.new,
            "reason": self.reason,
            "hint": self.hint,
        }
        return told | {name: text for name, text in optional.items() if text}


# Which part of a version a change of schemas asks for (semver.org, items 6 to 8).


MAJOR, MINOR, PATCH, NONE = "major", "minor", "patch", "none"

_ASKED = {
    DiffVerdict.BREAKING: MAJOR,
    DiffVerdict.RISKY: MINOR,
    DiffVerdict.COMPATIBLE: MINOR,
    DiffVerdict.DOCS_ONLY: PATCH,
}


def version_bump(findings: Iterable[DiffFinding]) -> str:
    """The bump of a generated client; approved findings ask for it like any other.

    What is only risky asks for a minor version: it is listed, and nobody knows that it
    breaks a caller.
    """
    asked = {_ASKED[finding.verdict] for finding in findings}
    return next((level for level in (MAJOR, MINOR, PATCH) if level in asked), NONE)
