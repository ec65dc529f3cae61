"""Decides what an import stores: compares the documents with each other and with the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..ir.diagnostic import Diagnostic
from ..ir.document import Document
from ..ir.model import Model
from .build_model import BuildOptions, build_or_report, same_structure


class ImportChange(StrEnum):
    """How storing a document changes the store."""

    NEW = "new"
    UNCHANGED = "unchanged"
    TEXTS = "texts changed"
    STRUCTURE = "structure changed"


@dataclass(frozen=True, slots=True)
class PlannedImport:
    """A document to store, its source, and what storing changes."""

    file: str
    document: Document
    change: ImportChange


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The documents to store, all diagnostics, and the model of each (file, document)."""

    accepted: tuple[PlannedImport, ...]
    diagnostics: tuple[Diagnostic, ...]
    models: tuple[tuple[str, Document, Model], ...] = ()


def plan_import(
    files: Sequence[tuple[str, Document]],
    stored: Callable[[str, str], Document | None],
    options: BuildOptions,
) -> ImportPlan:
    """Decide about every (file, document) pair; ``stored`` looks up a model id and a locale.

    Two documents for one model and locale must have the same structure. Otherwise neither
    is accepted, because it is unclear which one is meant.
    """
    groups: defaultdict[tuple[str, str], list[tuple[str, Document]]] = defaultdict(list)
    for file, document in files:
        groups[document.model_id, document.locale].append((file, document))
    accepted: list[PlannedImport] = []
    diagnostics: list[Diagnostic] = []
    models: list[tuple[str, Document, Model]] = []
    for key, group in groups.items():
        for file, document in group:
            built = build_or_report([(file, document)], options)
            diagnostics += built.diagnostics
            if built.model is not None:
                models.append((file, document, built.model))
        contradicting = [
            pair for pair in group[1:] if not _equivalent(group[0][1], pair[1], options)
        ]
        if contradicting:
            diagnostics += _contradictions(group[0], contradicting)
            continue
        # Of several equivalent documents, the last one has the newest texts.
        file, document = group[-1]
        accepted.append(
            PlannedImport(file, document, _change(stored(*key), document, options))
        )
    return ImportPlan(tuple(accepted), tuple(diagnostics), tuple(models))


def _change(
    previous: Document | None, document: Document, options: BuildOptions
) -> ImportChange:
    if previous is None:
        return ImportChange.NEW
    if _words(previous) == _words(document):
        return ImportChange.UNCHANGED
    return (
        ImportChange.TEXTS
        if _equivalent(previous, document, options)
        else ImportChange.STRUCTURE
    )


def _words(document: Document) -> tuple[object, ...]:
    """The whole content of a document, without its provenance."""
    parts = ((name, text.text) for name, text in document.texts())
    return (document.title, document.description, document.curl, *parts)


def _equivalent(first: Document, second: Document, options: BuildOptions) -> bool:
    """Whether two models have the same structure; compares bytes if one cannot be built."""
    models = [
        build_or_report([("", document)], options).model for document in (first, second)
    ]
    if models[0] is None or models[1] is None:
        return _texts(first) == _texts(second)
    return same_structure(models[0], models[1])


def _texts(document: Document) -> tuple[str, ...]:
    return tuple(text.text for _, text in document.texts())


def _contradictions(
    first: tuple[str, Document], contradicting: Iterable[tuple[str, Document]]
) -> list[Diagnostic]:
    return [
        Diagnostic(
            code="contradicting-sources",
            message=f"{document.model_id!r} in {document.locale!r} has another structure here"
            f" than in {first[0]}; neither is stored",
            model=document.model_id,
            file=file,
            pointer="/input_schema",
            place=document.place("/input_schema"),
            hint="import only the one that is meant",
        )
        for file, document in contradicting
    ]
