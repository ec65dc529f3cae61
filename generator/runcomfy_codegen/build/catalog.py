"""All documents of a folder as models, none of which stops another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..ir.diagnostic import Diagnostic
from ..ir.document import Document
from ..ir.model import Model
from .model import Settings, build_model


@dataclass(frozen=True, slots=True)
class Catalog:
    """The models by id, everything noticed, and the ids that could not be built."""

    models: tuple[Model, ...]
    diagnostics: tuple[Diagnostic, ...]
    failed: tuple[str, ...] = ()


def build_catalog(files: Iterable[tuple[str, Document]], settings: Settings) -> Catalog:
    """Build every model of these (file, document) pairs."""
    groups: defaultdict[str, list[tuple[str, Document]]] = defaultdict(list)
    for file, document in files:
        groups[document.model_id].append((file, document))
    built = {
        model_id: build_model(groups[model_id], settings) for model_id in sorted(groups)
    }
    diagnostics = [found for each in built.values() for found in each.diagnostics]
    models = [each.model for each in built.values() if each.model is not None]
    collisions = _collisions(models)
    clashing = {found.model for found in collisions}
    return Catalog(
        models=tuple(model for model in models if model.model_id not in clashing),
        diagnostics=(*diagnostics, *collisions),
        failed=tuple(
            id_ for id_, each in built.items() if each.model is None or id_ in clashing
        ),
    )


def _collisions(models: Sequence[Model]) -> list[Diagnostic]:
    """Models that would be one module; none of them can be generated."""
    modules: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for model in models:
        modules[model.path].append(model.model_id)
    return [
        Diagnostic(
            code="module-collision",
            message=f"{' and '.join(map(repr, ids))} would both be the module {'.'.join(path)}",
            model=model_id,
            hint="choose a module in the configuration:"
            f' [tool.runcomfy-codegen.names."{model_id}"] module = "vendor/other_name"',
        )
        for path, ids in modules.items()
        if len(ids) > 1
        for model_id in ids
    ]
