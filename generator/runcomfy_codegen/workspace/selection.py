"""Which models a diff judges: those that the configuration of either side selects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from runcomfy_runtime.did_you_mean import did_you_mean

from ..errors import UnknownModel
from ..ir.diagnostic import EXHAUSTED
from ..ir.document import Document
from ..ir.json_text import NotJson, members
from ..store.schemas_folder import CatalogFacts, catalog_facts, matches_kind
from .configuration import Config
from .loaded_side import LoadedSide
from .project import EVERY


@dataclass(frozen=True, slots=True)
class DiffSelection:
    """The models to judge.

    ``dropped`` are still published and no longer selected, ``taken_up`` were published
    before and are selected only now.
    """

    judged: frozenset[str]
    dropped: frozenset[str] = frozenset()
    taken_up: frozenset[str] = frozenset()

    @property
    def compared(self) -> frozenset[str]:
        """The judged models that both sides select, or only one publishes."""
        return self.judged - self.dropped - self.taken_up


def select_for_diff(
    sides: tuple[LoadedSide, LoadedSide],
    configs: tuple[Config | None, Config | None],
    models: Sequence[str] = (),
    *,
    all_models: bool = False,
) -> DiffSelection:
    """The models that a diff of these sides judges.

    ``models`` are globs that replace the configurations, and ``all_models`` judges every
    model. A side without a configuration follows the other one. Raises ``UnknownModel`` for
    a glob that matches no model of either side.
    """
    old, new = (side.model_ids for side in sides)
    if models:
        return DiffSelection(_matching(old | new, models))
    before, after = configs[0] or configs[1], configs[1] or configs[0]
    if all_models or before is None or after is None:
        return DiffSelection(old | new)
    selected_before = _selected(sides[0], before)
    selected_after = _selected(sides[1], after)
    return DiffSelection(
        judged=selected_before | selected_after,
        dropped=(selected_before - selected_after) & new,
        taken_up=(selected_after - selected_before) & old,
    )


def _matching(model_ids: Iterable[str], globs: Iterable[str]) -> frozenset[str]:
    every = sorted(model_ids)
    matches: set[str] = set()
    for glob in globs:
        hits = {id_ for id_ in every if fnmatchcase(id_, glob)}
        if not hits and glob != EVERY:
            hint = did_you_mean(glob, every, count=3, cutoff=0.5)
            raise UnknownModel(f"no model of either side matches {glob!r}{hint}")
        matches |= hits
    return frozenset(matches)


def _selected(side: LoadedSide, config: Config) -> frozenset[str]:
    """The models of a side that one of the clients of a configuration contains."""
    clients = [*config.clients.values()] or [config]
    return frozenset(
        id_
        for id_ in side.model_ids
        if any(_selects(client, id_, side) for client in clients)
    )


def _selects(client: Config, model_id: str, side: LoadedSide) -> bool:
    def matches(globs: Iterable[str]) -> bool:
        return any(fnmatchcase(model_id, glob) for glob in globs)

    if not matches(client.models) or matches(client.exclude):
        return False
    if not client.kinds and not client.categories:
        return True
    return matches_kind(_facts(model_id, side), client.kinds, client.categories)


def _facts(model_id: str, side: LoadedSide) -> CatalogFacts | None:
    """The facts of a model; None if a document that may have them is broken."""
    documents: Mapping[str, tuple[str, Document]] = side.documents.get(model_id, {})
    for _, (_, document) in sorted(documents.items()):
        if document.facts is None:
            continue
        try:
            facts = members(document.facts.value())
        except (NotJson, *EXHAUSTED):
            return None
        if facts:
            return catalog_facts(facts)
    return None if model_id in side.broken else CatalogFacts()
