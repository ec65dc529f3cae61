"""A stated limit, as ``limits/<model path>.toml`` and the generated modules state it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Level: TypeAlias = Literal["error", "warn"]
"""What happens to an input that breaks the limit: it is refused, or only reported."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that a published description states.

    ``fields`` are JSON pointers to properties of the input schema: ``/list`` means each item
    of it, ``/list/*/image`` a member of each item. ``rules`` are conditions such as
    ``duration_seconds <= 10``; all of them must hold. ``require`` is a fragment of JSON Schema
    about the members that are given; a limit has either. ``quote`` are the published words,
    ``locale`` is the language that they are in (empty: the model's default one), ``published`` the day on which the
    description was read.
    """

    fields: tuple[str, ...]
    rules: tuple[str, ...] = ()
    require: Mapping[str, Any] | None = field(default=None, hash=False)
    quote: str = ""
    locale: str = ""
    level: Level = "error"
    published: str = ""

    @property
    def condition(self) -> str:
        """The limit on one line: its rules, or the JSON of what it requires."""
        if self.require is None:
            return ", ".join(self.rules)
        import json

        return json.dumps(self.require, ensure_ascii=False, default=str)
