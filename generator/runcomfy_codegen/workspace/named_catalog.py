"""The models of a catalog with the names that a target gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..build.build_model import BuiltCatalog
from ..ir.diagnostic import Diagnostic
from ..ir.document import Document
from ..targets.python.names import Overrides
from ..targets.target import Named, Target

Documents = Iterable[tuple[str, Document]]
"""Documents with the names of their files."""


def named_catalog(
    built: BuiltCatalog, documents: Documents, target: Target, overrides: Overrides
) -> Named:
    """The models that the target can render, and every diagnostic, model by model.

    ``failed`` are the models that could not be built, and those whose names collide.
    """
    named = target.name_models(built.models, overrides)
    found = built.diagnostics
    if named.diagnostics:
        locales = {model.model_id: model.locale for model in built.models}
        places = {
            document.model_id: (file, document)
            for file, document in documents
            if locales.get(document.model_id) == document.locale
        }
        placed = (_placed(each, places) for each in named.diagnostics)
        found = tuple(sorted((*found, *placed), key=lambda each: each.model))
    return replace(named, diagnostics=found, failed=(*built.failed, *named.failed))


def _placed(
    diagnostic: Diagnostic, documents: Mapping[str, tuple[str, Document]]
) -> Diagnostic:
    """A diagnostic about a place in a document, with the file and the line."""
    if not diagnostic.pointer or diagnostic.model not in documents:
        return diagnostic
    file, document = documents[diagnostic.model]
    return replace(diagnostic, file=file, place=document.place(diagnostic.pointer))
