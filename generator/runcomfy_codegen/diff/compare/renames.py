"""What went under one name and came under another: at most one partner for each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from ...ir.model import Field, Model

Item = TypeVar("Item")

_MIN_SHARED_FIELDS = 0.9
_MIN_NAME_SIMILARITY = 0.5
_SAME_DESCRIPTION = 0.8


def renamed_models(
    gone: Mapping[str, Model], came: Mapping[str, Model]
) -> dict[str, str]:
    """New id by old id, for models that take nearly the same under similar names."""
    numbers: dict[Field, int] = {}

    def numbered(model: Model) -> frozenset[int]:
        # Thousands of models meet here; numbers are compared faster than fields.
        bare = map(_without_texts, model.input.fields)
        return frozenset(numbers.setdefault(each, len(numbers)) for each in bare)

    old = {name: numbered(model) for name, model in gone.items()}
    new = {name: numbered(model) for name, model in came.items()}
    return _best_pairs(old, new, _model_similarity)


def renamed_fields(
    gone: Mapping[str, Field], came: Mapping[str, Field]
) -> dict[str, str]:
    """New wire name by old one, for fields of one type with similar names or one text."""
    return _best_pairs(gone, came, _field_similarity)


def _best_pairs(
    gone: Mapping[str, Item],
    came: Mapping[str, Item],
    likeness: Callable[[str, Item, str, Item], float],
) -> dict[str, str]:
    """The best partners first; ties go by name, so that the order of files is nothing."""
    scored = sorted(
        (-score, old, new)
        for old in gone
        for new in came
        if (score := likeness(old, gone[old], new, came[new])) > 0
    )
    found: dict[str, str] = {}
    for _, old, new in scored:
        if old not in found and new not in found.values():
            found[old] = new
    return found


def _model_similarity(
    old: str, mine: frozenset[int], new: str, theirs: frozenset[int]
) -> float:
    """How alike two models are, 0 if they are two."""
    if not mine or len(mine & theirs) < _MIN_SHARED_FIELDS * len(mine | theirs):
        return 0.0
    return _name_similarity(old, new, _MIN_NAME_SIMILARITY)


def _field_similarity(old: str, one: Field, new: str, other: Field) -> float:
    if (one.type, one.media, one.required) != (other.type, other.media, other.required):
        return 0.0
    told = one.description != "" and one.description == other.description
    return max(
        _name_similarity(old, new, _MIN_NAME_SIMILARITY),
        _SAME_DESCRIPTION if told else 0.0,
    )


def _name_similarity(one: str, other: str, least: float) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= least else 0.0


def _without_texts(field: Field) -> Field:
    """A field without its texts and samples."""
    return replace(field, title="", description="", sample=None, rules=(), unknown=())
