"""A stated limit, as ``limits/<model path>.toml`` and the generated modules state it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Texts: TypeAlias = str | tuple[str, ...]
Row: TypeAlias = tuple[Texts, Texts | Mapping[str, Any], str]
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


def limits_read_on(day: str, *rows: Limit | Row, locale: str = "") -> tuple[Limit, ...]:
    """The limits of a description that was read on a day, in a language.

    A row has the field or fields, the rule or rules or what is required of the fields, and the
    published words.
    """
    return tuple(
        row if isinstance(row, Limit) else _limit(row, day, locale) for row in rows
    )


def _limit(row: Row, day: str, locale: str) -> Limit:
    fields, condition, quote = row
    rules: tuple[str, ...] = ()
    require: Mapping[str, Any] | None = None
    if isinstance(condition, Mapping):
        require = condition
    else:
        rules = _texts(condition)
    return Limit(_texts(fields), rules, require, quote, locale, published=day)


def _texts(texts: Texts) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else texts
