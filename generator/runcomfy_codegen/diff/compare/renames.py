"""Renames: a removed name and an added one that mean the same; each has one partner at most."""

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
    removed: Mapping[str, Model], added: Mapping[str, Model]
) -> dict[str, str]:
    """New id by old id, for models with nearly the same inputs and similar names."""
    numbers: dict[Field, int] = {}

    def numbered(model: Model) -> frozenset[int]:
        # There may be thousands of models, and numbers compare faster than fields.
        bare = map(_without_texts, model.input.fields)
        return frozenset(numbers.setdefault(field, len(numbers)) for field in bare)

    old = {name: numbered(model) for name, model in removed.items()}
    new = {name: numbered(model) for name, model in added.items()}
    return _best_pairs(old, new, _model_similarity)


def renamed_fields(
    removed: Mapping[str, Field], added: Mapping[str, Field]
) -> dict[str, str]:
    """New name by old name, for fields of one type with similar names or one description."""
    return _best_pairs(removed, added, _field_similarity)


def _best_pairs(
    removed: Mapping[str, Item],
    added: Mapping[str, Item],
    similarity: Callable[[str, Item, str, Item], float],
) -> dict[str, str]:
    """The best partners first; equal scores go by name, never by the order of files."""
    scored = sorted(
        (-score, old, new)
        for old in removed
        for new in added
        if (score := similarity(old, removed[old], new, added[new])) > 0
    )
    pairs: dict[str, str] = {}
    for _, old, new in scored:
        if old not in pairs and new not in pairs.values():
            pairs[old] = new
    return pairs


def _model_similarity(
    old: str, old_fields: frozenset[int], new: str, new_fields: frozenset[int]
) -> float:
    """How similar two models are; 0 if they are different models."""
    if not old_fields or len(old_fields & new_fields) < _MIN_SHARED_FIELDS * len(
        old_fields | new_fields
    ):
        return 0.0
    return _name_similarity(old, new, _MIN_NAME_SIMILARITY)


def _field_similarity(old: str, one: Field, new: str, other: Field) -> float:
    if (one.type, one.media, one.required) != (other.type, other.media, other.required):
        return 0.0
    same_description = one.description != "" and one.description == other.description
    return max(
        _name_similarity(old, new, _MIN_NAME_SIMILARITY),
        _SAME_DESCRIPTION if same_description else 0.0,
    )


def _name_similarity(one: str, other: str, minimum: float) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < minimum or matcher.quick_ratio() < minimum:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= minimum else 0.0


def _without_texts(field: Field) -> Field:
    """A field without its texts and samples."""
    return replace(field, title="", description="", sample=None, rules=(), unknown=())
