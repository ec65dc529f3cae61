"""A finding: what one rule says about one change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..ir.as_json import to_json_schema
from ..ir.exact import json_value
from ..ir.model import Array, Choice, Field, Nullable, Object, Text, Type, Union, Value
from .compare.facts import Facet, Side


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


# Types and facets spelled in one way: what fingerprints are made of.


_KEYWORDS: dict[Facet, tuple[str, ...]] = {
    Facet.RANGE: ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    Facet.STEP: ("multipleOf",),
    Facet.LENGTH: ("minLength", "maxLength"),
    Facet.PATTERN: ("pattern",),
    Facet.COUNT: ("minItems", "maxItems"),
    Facet.REPEATS: ("uniqueItems",),
}


def facet_identity(kind: Type, facet: Facet) -> str:
    """One facet of a type; the other facets do not matter."""
    match facet, kind:
        case Facet.NULL, _:
            return str(isinstance(kind, Nullable))
        case Facet.FORMAT, Text() | Array():
            return kind.format or ""
        case _:
            schema = to_json_schema(kind)
            keywords = _KEYWORDS.get(facet)
            if keywords is None or "type" not in schema:
                return type_identity(kind)
            return _text({key: schema[key] for key in keywords if key in schema})


def type_identity(kind: Type) -> str:
    """A type in normal form; the order of choices and of alternatives does not matter."""
    return _text(_normalized(kind))


def field_identity(field: Field) -> str:
    """What a field accepts: its type, its rules, and its unsupported keywords."""
    return _text(_normalized_field(field))


def _normalized(kind: Type) -> dict[str, object]:
    """Everything that the IR knows about a type, without texts and names of classes."""
    normalized: dict[str, object] = {"kind": type(kind).__name__}
    match kind:
        case Choice(values=values):
            normalized["values"] = sorted(value.text for value in values)
        case Object(fields=fields, extra=extra, undeclared_required=demanded):
            normalized["fields"] = sorted(
                (_normalized_field(field) for field in fields), key=_text
            )
            normalized["extra"] = None if extra is None else _normalized(extra)
            normalized["demanded"] = sorted(demanded)
        case Union(options=options):
            normalized["options"] = sorted(map(_normalized, options), key=_text)
        case Nullable(inner=inner):
            normalized["inner"] = _normalized(inner)
        case Array(items=items, format=form):
            normalized["items"] = _normalized(items)
            normalized["format"] = form
            normalized["schema"] = _facets(kind)
        case Text(format=form):
            normalized["format"] = form
            normalized["schema"] = to_json_schema(kind)
        case _:
            normalized["schema"] = to_json_schema(kind)
    return normalized


def _facets(kind: Array) -> dict[str, object]:
    keywords = ("minItems", "maxItems", "uniqueItems")
    return {
        key: value for key, value in to_json_schema(kind).items() if key in keywords
    }


def _normalized_field(field: Field) -> dict[str, object]:
    return {
        "name": field.wire_name,
        "required": field.required,
        "type": _normalized(field.type),
        "rules": sorted(f"{rule.pointer} {rule.condition}" for rule in field.rules),
        "unknown": sorted((each.keyword, each.value.text) for each in field.unknown),
    }


def value_identity(value: Value | None) -> str:
    """A published value."""
    return "" if value is None else value.text


def _text(schema: object) -> str:
    return json.dumps(schema, sort_keys=True, ensure_ascii=True)
