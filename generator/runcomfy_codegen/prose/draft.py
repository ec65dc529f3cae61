"""What the reader makes of a description: drafts, advice, and words for a person to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

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
        return json.dumps(self.require, sort_keys=True)


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
