"""The models of a catalog with the names that a target gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..ir.diagnostic import Diagnostic
from ..ir.document import Document

if TYPE_CHECKING:
    from ..build.build_model import BuiltCatalog
    from ..targets.target import Named, Overrides, Target

Documents = Iterable[tuple[str, Document]]
"""Documents with the names of their files."""


def named_catalog(
    built: BuiltCatalog, documents: Documents, target: Target, overrides: Overrides
) -> Named:
    """The models that the target can render, and every diagnostic, model by model.

    ``failed`` are the models that could not be built, and those whose names collide.
    """
    named = target.name_models(built.models, overrides)
    diagnostics = built.diagnostics
    if named.diagnostics:
        locales = {model.model_id: model.locale for model in built.models}
        places = {
            document.model_id: (file, document)
            for file, document in documents
            if locales.get(document.model_id) == document.locale
        }
        placed = [_placed(collision, places) for collision in named.diagnostics]
        diagnostics = _by_model(diagnostics, placed)
    failed = (*built.failed, *named.failed)
    return replace(named, diagnostics=diagnostics, failed=failed)


def _by_model(
    built: Iterable[Diagnostic], collisions: Sequence[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """All diagnostics in the order of the models.

    What is about no single place, such as two models with one module, comes last.
    """
    whole = [diagnostic for diagnostic in collisions if not diagnostic.pointer]
    inside = [diagnostic for diagnostic in collisions if diagnostic.pointer]
    ordered = sorted((*built, *inside), key=lambda diagnostic: diagnostic.model)
    return (*ordered, *whole)


def _placed(
    diagnostic: Diagnostic, documents: Mapping[str, tuple[str, Document]]
) -> Diagnostic:
    """A diagnostic about a place in a document, with the file and the line."""
    if not diagnostic.pointer or diagnostic.model not in documents:
        return diagnostic
    file, document = documents[diagnostic.model]
    return replace(diagnostic, file=file, place=document.place(diagnostic.pointer))
