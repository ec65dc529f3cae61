"""Attaches stated limits to the models that a catalog was built of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from runcomfy_runtime.limits.stated_limit import Limit

from ..build.build_model import BuiltCatalog
from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import Document
from ..ir.model import Model
from ..limits.conflicts import conflicts
from ..limits.judge import STALE, judge_limits
from ..limits.limits_file import LimitsFile
from ..limits.limits_folders import LimitsFolders


class LimitsReader(Protocol):
    """Where the limits of models are read."""

    def read(self, model_id: str) -> LimitsFile | None:
        """The limits of a model; None if it has none."""
        ...

    def owns(self, file: LimitsFile) -> bool:
        """Whether a file is one of the project's own."""
        ...


def with_limits(
    built: BuiltCatalog,
    documents: Iterable[tuple[str, Document]],
    folders: LimitsReader,
) -> BuiltCatalog:
    """The catalog with the limits that apply to its models, and diagnostics about the rest."""
    by_model: defaultdict[str, list[Document]] = defaultdict(list)
    for _, document in documents:
        by_model[document.model_id].append(document)
    models: list[Model] = []
    about_limits: list[Diagnostic] = []
    for model in built.models:
        file = folders.read(model.model_id)
        if file is not None:
            own = folders.owns(file)
            judged = judge_limits(file, model, by_model[model.model_id], own=own)
            about_limits += judged.diagnostics
            model = replace(model, limits=judged.limits)
        models.append(model)
    diagnostics = _by_model((*built.diagnostics, *about_limits))
    return replace(built, models=tuple(models), diagnostics=diagnostics)


def limit_conflicts(
    models: Iterable[Model], folders: LimitsFolders
) -> list[Diagnostic]:
    """The limits of models that nothing can keep, or that the schema implies."""
    diagnostics: list[Diagnostic] = []
    for model in models:
        file = folders.read(model.model_id) if model.limits else None
        if file is not None:
            applied = {_identity(limit) for limit in model.limits}
            entries = [e for e in file.entries if _identity(e.limit) in applied]
            diagnostics += conflicts(file, model, entries)
    return diagnostics


def limits_of_no_model(
    folders: LimitsFolders, model_ids: Iterable[str]
) -> list[Diagnostic]:
    """A diagnostic for each own file of limits of these models, which the schemas lack."""
    return [
        LimitsFile(model_id, folders.own_file(model_id)).diagnostic(
            STALE,
            f"the schemas have no model {model_id!r}",
            1,
            severity=Severity.WARNING,
            hint="remove the file, or import the model",
        )
        for model_id in model_ids
    ]


def _identity(limit: Limit) -> tuple[object, ...]:
    """What a limit of a file and the same limit of a model have in common."""
    return limit.fields, limit.quote, limit.condition


def _by_model(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.model))
