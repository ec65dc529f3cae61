"""Reading and building two sides, as the input of the diff."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ..build.build_model import (
    BuildOptions,
    BuiltCatalog,
    build_catalog,
    build_model,
    same_structure,
)
from ..build.structure_and_texts import texts_of
from ..diff.compare.outputs import PublishedOutputs
from ..diff.compare.published import PublishedTexts, TextsByModel, TextsByPointer
from ..diff.compare.source import NO_SURFACES, Surfaces
from ..diff.finding import DiffFinding
from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import NotJson, members
from ..ir.model import Model, Object
from ..ir.surface import CodeNames
from ..reports.command_report import FileLocation
from ..targets.target import Named, Overrides
from .limits_of_models import with_limits
from .limits_of_sides import NO_LIMITS, SideLimits
from .loaded_side import LoadedSide
from .named_catalog import named_catalog


@dataclass(frozen=True, slots=True)
class BuiltSide:
    """The changed models of one side, and what only their documents contain."""

    models: tuple[Model, ...]
    failed: tuple[str, ...]
    names: Mapping[str, CodeNames]
    outputs: Mapping[str, Object]
    texts: TextsByModel
    drifted: frozenset[tuple[str, str]]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def named(self) -> Named:
        """The models and what the Python client calls them."""
        return Named(self.models, self.names)

    def without(self, model_ids: Collection[str]) -> BuiltSide:
        """The side without models that the other side could not build."""
        models = (model for model in self.models if model.model_id not in model_ids)
        return replace(self, models=tuple(models))


NO_CHANGES = BuiltSide((), (), {}, {}, {}, frozenset(), ())
"""A side without changed models: nothing is built, and no target is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The changed models of both sides, ready for the diff.

    ``failed`` are the models that cannot be compared.
    """

    old: tuple[Model, ...]
    new: tuple[Model, ...]
    outputs: PublishedOutputs
    texts: PublishedTexts
    surfaces: Surfaces
    diagnostics: tuple[Diagnostic, ...]
    sides: tuple[LoadedSide, LoadedSide]
    failed: frozenset[str]

    def locate(self, finding: DiffFinding) -> FileLocation | None:
        """The file and position of a finding on the new side, or else on the old side."""
        for read in reversed(self.sides):
            locales = read.documents.get(finding.model)
            if locales:
                file, document = _first(locales)
                place = document.place(pointer_in_document(finding.pointer, document))
                return FileLocation(str(PurePosixPath(read.name, file)), place)
        return None


def compare_sides(
    sides: tuple[LoadedSide, LoadedSide],
    changed: Collection[str],
    options: BuildOptions,
    overrides: tuple[Overrides, Overrides],
    limits: tuple[SideLimits, SideLimits] = (NO_LIMITS, NO_LIMITS),
) -> Comparison:
    """Build the models that changed.

    ``overrides`` are the names that the user configured on each side, ``limits`` the stated
    limits of each. A model that one side
    cannot build is left out on both: it would look removed.
    """
    old, new = sides
    wanted = {*changed} - old.broken - new.broken
    before, after = (
        _built(side, wanted, options, chosen, stated) if wanted else NO_CHANGES
        for side, chosen, stated in zip((old, new), overrides, limits, strict=True)
    )
    failed = {*before.failed, *after.failed}
    before, after = before.without(failed), after.without(failed)
    drifted = tuple(
        model_id
        for model_id in sorted(after.drifted)
        if model_id not in before.drifted or _rebuilt(model_id, (old, new), options)
    )
    return Comparison(
        old=before.models,
        new=after.models,
        outputs=PublishedOutputs(before.outputs, after.outputs),
        texts=PublishedTexts(before.texts, after.texts, drifted),
        surfaces=_surfaces(before, after) if wanted else NO_SURFACES,
        diagnostics=(
            *(problem for side in (old, new) for problem in side.diagnostics),
            *(problem for side in (before, after) for problem in side.diagnostics),
        ),
        sides=sides,
        failed=frozenset(failed | old.broken | new.broken),
    )


def changed_models(
    old: LoadedSide, new: LoadedSide, before: Overrides, after: Overrides
) -> set[str]:
    """The models whose documents, or whose configured names, changed."""
    readable_on_one_side = old.broken ^ new.broken
    return {*readable_on_one_side} | {
        model_id
        for model_id in old.documents.keys() | new.documents.keys()
        if old.documents.get(model_id) != new.documents.get(model_id)
        or before.models.get(model_id) != after.models.get(model_id)
    }


def _rebuilt(
    drifted: tuple[str, str],
    sides: tuple[LoadedSide, LoadedSide],
    options: BuildOptions,
) -> bool:
    """Whether a language that drifted on both sides now has another structure."""
    model_id, locale = drifted
    files = [side.documents[model_id][locale] for side in sides]
    if files[0][1] == files[1][1]:
        return False
    old, new = (build_model([file], options).model for file in files)
    return old is None or new is None or not same_structure(old, new)


def _built(
    side: LoadedSide,
    wanted: Collection[str],
    options: BuildOptions,
    overrides: Overrides,
    stated: SideLimits,
) -> BuiltSide:
    chosen = {name: side.documents[name] for name in wanted if name in side.documents}
    files = [pair for locales in chosen.values() for pair in locales.values()]
    built = with_limits(build_catalog(files, options), files, stated)
    catalog = _named(built, files, overrides)
    documents = {model.model_id: chosen[model.model_id] for model in catalog.models}
    return BuiltSide(
        models=catalog.models,
        failed=catalog.failed,
        names=catalog.names,
        outputs={
            model.model_id: model.published_output
            for model in catalog.models
            if model.published_output is not None
        },
        texts={
            model_id: {
                locale: _texts(document) for locale, (_, document) in locales.items()
            }
            for model_id, locales in documents.items()
        },
        drifted=_drifted(catalog, documents),
        diagnostics=tuple(
            problem.about(file=side.name)
            for problem in catalog.diagnostics
            if problem.model in catalog.failed and problem.severity is Severity.ERROR
        ),
    )


def _drifted(
    catalog: Named, documents: Mapping[str, Mapping[str, tuple[str, Document]]]
) -> frozenset[tuple[str, str]]:
    """The models, and their languages, whose structure is another one."""
    locale_of = {
        file: document.locale
        for pairs in documents.values()
        for file, document in pairs.values()
    }
    return frozenset(
        (diagnostic.model, locale_of[diagnostic.file])
        for diagnostic in catalog.diagnostics
        if diagnostic.code == "locale-structure" and diagnostic.file in locale_of
    )


def _named(
    built: BuiltCatalog, files: list[tuple[str, Document]], overrides: Overrides
) -> Named:
    from ..targets.python.package import PYTHON

    return named_catalog(built, files, PYTHON, overrides)


def _surfaces(before: BuiltSide, after: BuiltSide) -> Surfaces:
    from ..targets.python.surface import surfaces_of

    return Surfaces(*surfaces_of(before.named, after.named))


def _texts(document: Document) -> TextsByPointer:
    """The texts of a document; empty if it is unreadable, which the build reports."""
    try:
        return texts_of(document)
    except NotJson:
        return {}


def _first(locales: Mapping[str, tuple[str, Document]]) -> tuple[str, Document]:
    """The document that gives the model its structure."""
    return locales[DEFAULT_LOCALE if DEFAULT_LOCALE in locales else min(locales)]


def pointer_in_document(pointer: str, document: Document) -> str:
    """The pointer in this document: pages wrap the output schema in ``output``."""
    head, schema, rest = pointer.partition("/output_schema")
    published = document.output_schema
    if head or not schema or published is None or rest.startswith("/output/"):
        return pointer
    output = members(published.value())
    wrapped = "properties" not in output and "output" in output
    return f"/output_schema/output{rest}" if wrapped else pointer
