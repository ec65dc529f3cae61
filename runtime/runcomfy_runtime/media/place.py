"""The places in a payload that media rules speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ..rule import Rule

_NEEDS_ALL = frozenset({"duration_seconds", "fps", "frames"})


@dataclass(frozen=True, slots=True)
class Place:
    """One text in a payload that rules speak of, and those rules."""

    pointer: str
    source: str
    rules: tuple[Rule, ...]

    @property
    def thorough(self) -> bool:
        """Whether a rule asks for what only reading the whole file can tell."""
        parsed = [rule.expression for rule in self.rules]
        return any(_NEEDS_ALL & set(each.names) for each in parsed if each is not None)

    @property
    def kind(self) -> str:
        """What the media must be; empty if that is not known, or the rules disagree."""
        kinds = {rule.kind for rule in self.rules}
        return kinds.pop() if len(kinds) == 1 else ""


def places(rules: Iterable[Rule], payload: Mapping[str, Any]) -> tuple[Place, ...]:
    """Every text in a payload that rules speak of, in the order of the rules."""
    grouped: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        for found in _texts(payload, rule.pointer.split("/")[1:], ""):
            grouped.setdefault(found, []).append(rule)
    return tuple(Place(*found, tuple(group)) for found, group in grouped.items())


def _texts(value: Any, tokens: list[str], pointer: str) -> Iterator[tuple[str, str]]:
    """Every text at a pointer in which ``*`` stands for all items, or all members."""
    if not tokens:
        if isinstance(value, str):
            yield pointer, value
        return
    step, *rest = tokens
    for name, inner in _below(value, step):
        yield from _texts(inner, rest, f"{pointer}/{name}")


def _below(value: Any, step: str) -> Iterator[tuple[int | str, Any]]:
    """The values that a step leads to, each with its own step."""
    if isinstance(value, Mapping):
        for name, member in cast(Mapping[object, Any], value).items():
            here = str(name).replace("~", "~0").replace("/", "~1")
            if step in ("*", here):
                yield here, member
    elif step == "*" and isinstance(value, (list, tuple)):
        yield from enumerate(cast(Sequence[Any], value))
