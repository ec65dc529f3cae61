"""What the catalog says of models beside their schemas: their kind and categories."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..ir.json_text import items, members
from .path import document_path


@dataclass(frozen=True, slots=True)
class Facts:
    """The kind and the categories of a model, as far as one of its documents tells them."""

    kind: str = ""
    categories: tuple[str, ...] = ()


def facts_of(root: Path, model_ids: Iterable[str]) -> dict[str, Facts]:
    """The facts of each of these models; nothing of a document that cannot be read."""
    return {model_id: _facts(root, model_id) for model_id in model_ids}


def of_kind(facts: Facts, kinds: Collection[str], categories: Collection[str]) -> bool:
    """Whether a model is of one of the kinds and in one of the categories, if any are named."""
    return (not kinds or facts.kind in kinds) and (
        not categories or any(each in categories for each in facts.categories)
    )


def _facts(root: Path, model_id: str) -> Facts:
    for path in sorted((root / document_path(model_id, "en")).parent.glob("*.json")):
        try:
            told = members(members(json.loads(path.read_bytes())).get("facts"))
        except ValueError:
            continue
        if told:
            categories = tuple(map(str, items(told.get("categories"))))
            return Facts(str(told.get("kind", "")), categories)
    return Facts()
