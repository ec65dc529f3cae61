"""What the reader makes of a description: drafts, advice, and words for a person to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

Level: TypeAlias = Literal["error", "warn"]


@dataclass(frozen=True, slots=True)
class Draft:
    """One limit that a description states, for a person to review.

    ``fields`` are JSON pointers to fields of the input. ``rules`` are conditions such as
    ``duration_seconds <= 10``; ``require`` is a fragment of JSON Schema. A draft has either.
    """

    fields: tuple[str, ...]
    quote: str
    rules: tuple[str, ...] = ()
    require: Mapping[str, Any] | None = field(default=None, hash=False)
    level: Level = "error"

    @property
    def condition(self) -> str:
        """What the limit demands, as one text: equal texts are equal limits."""
        if self.require is None:
            return ", ".join(self.rules)
        return condition_text(self.require)


def condition_text(require: Mapping[str, Any]) -> str:
    """A fragment as one text; the order of members, alternatives and names has no meaning."""
    return json.dumps(_in_order(require), default=str)


def _in_order(value: object) -> object:
    match value:
        case Mapping():
            members = cast("Mapping[str, object]", value)
            return {name: _in_order(inner) for name, inner in sorted(members.items())}
        case list():
            items = map(_in_order, cast("list[object]", value))
            return sorted(items, key=lambda item: json.dumps(item, default=str))
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that may state a limit and are not drafted, and why."""

    pointer: str
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read: of one description, or of all of a model."""

    drafts: tuple[Draft, ...] = ()
    unread: tuple[Unread, ...] = ()
