"""Documents that arrive in one import: against each other, and against the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..ir.diagnostic import Diagnostic
from ..ir.document import Document
from .build_model import BuildOptions, build_model, same_structure


class ImportChange(StrEnum):
    """What storing a document would do."""

    NEW = "new"
    UNCHANGED = "unchanged"
    TEXTS = "texts changed"
    STRUCTURE = "structure changed"


@dataclass(frozen=True, slots=True)
class PlannedImport:
    """A document to store, where it came from, and what that changes."""

    file: str
    document: Document
    change: ImportChange


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What to store, and everything that is wrong with what came."""

    accepted: tuple[PlannedImport, ...]
    diagnostics: tuple[Diagnostic, ...]


def plan_import(
    files: Sequence[tuple[str, Document]],
    stored: Callable[[str, str], Document | None],
    settings: BuildOptions,
) -> ImportPlan:
    """Decide about every (file, document); ``stored`` looks up a model id and a locale.

    Two documents for one model and locale must have one structure, else neither is
    accepted: nobody could say which is meant.
    """
    groups: defaultdict[tuple[str, str], list[tuple[str, Document]]] = defaultdict(list)
    for file, document in files:
        groups[document.model_id, document.locale].append((file, document))
    accepted: list[PlannedImport] = []
    diagnostics: list[Diagnostic] = []
    for key, group in groups.items():
        diagnostics += [
            found
            for pair in group
            for found in build_model([pair], settings).diagnostics
        ]
        rivals = [
            pair for pair in group[1:] if not _alike(group[0][1], pair[1], settings)
        ]
        if rivals:
            diagnostics += _contradictions(group[0], rivals)
            continue
        # Of several that are alike, the last one named has the newest texts.
        file, document = group[-1]
        accepted.append(
            PlannedImport(file, document, _change(stored(*key), document, settings))
        )
    return ImportPlan(tuple(accepted), tuple(diagnostics))


def _change(
    previous: Document | None, document: Document, settings: BuildOptions
) -> ImportChange:
    if previous is None:
        return ImportChange.NEW
    if _words(previous) == _words(document):
        return ImportChange.UNCHANGED
    return (
        ImportChange.TEXTS
        if _alike(previous, document, settings)
        else ImportChange.STRUCTURE
    )


def _words(document: Document) -> tuple[object, ...]:
    """Everything that a document says, without where it was found."""
    pieces = ((name, text.text) for name, text in document.texts())
    return (document.title, document.description, document.curl, *pieces)


def _alike(one: Document, other: Document, settings: BuildOptions) -> bool:
    """Whether two documents are built alike; by their bytes, if one cannot be built."""
    models = [
        build_model([("", document)], settings).model for document in (one, other)
    ]
    if models[0] is None or models[1] is None:
        return _texts(one) == _texts(other)
    return same_structure(models[0], models[1])


def _texts(document: Document) -> tuple[str, ...]:
    return tuple(text.text for _, text in document.texts())


def _contradictions(
    first: tuple[str, Document], rivals: Iterable[tuple[str, Document]]
) -> list[Diagnostic]:
    return [
        Diagnostic(
            code="contradicting-sources",
            message=f"{document.model_id!r} in {document.locale!r} is built differently here"
            f" than in {first[0]}; neither is stored",
            model=document.model_id,
            file=file,
            pointer="/input_schema",
            place=document.place("/input_schema"),
            hint="import the one that is meant, alone",
        )
        for file, document in rivals
    ]
