"""Builds a model from the documents of its locales: one structure, texts by locale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..dialect.meta_schema import check_document
from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import NotJson, members
from ..ir.model import Model, Object, Type, Unknown, fields_in
from .naming import Overrides
from .properties import FieldsReader, opened_output, read_output, without_defaults
from .published_parts import published_parts
from .reader_context import Collector, SchemaPath
from .structure_and_texts import (
    schema_sha256,
    structure_of,
    with_translations,
    without_texts,
)
from .types import undeclared_required

# A document with one of these errors has no usable input, or two fields with one name.
_FATAL = frozenset({"input-not-an-object", "malformed-properties", "name-collision"})


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What a model depends on in addition to its documents."""

    dialect: Mapping[str, Any]
    locale: str = DEFAULT_LOCALE
    overrides: Overrides = Overrides()


@dataclass(frozen=True, slots=True)
class BuiltModel:
    """A model, if it could be built, and all diagnostics."""

    model: Model | None
    diagnostics: tuple[Diagnostic, ...] = ()


def build_model(
    files: Sequence[tuple[str, Document]], options: BuildOptions
) -> BuiltModel:
    """The model of these (file, document) pairs, which are in different locales.

    The structure is that of the default locale (``en``, else the first by name). The texts
    are those of the chosen locale, if the model has it and its structure is the same.
    """
    by_locale = {document.locale: (file, document) for file, document in sorted(files)}
    built = {locale: _read(*by_locale[locale], options) for locale in sorted(by_locale)}
    diagnostics = [
        diagnostic for result in built.values() for diagnostic in result.diagnostics
    ]
    default = DEFAULT_LOCALE if DEFAULT_LOCALE in built else min(built)
    model = built[default].model
    if model is None:
        return BuiltModel(None, tuple(diagnostics))
    models = {
        locale: result.model
        for locale, result in built.items()
        if result.model is not None
    }
    for locale, other in models.items():
        if not same_structure(model, other):
            diagnostics.append(_drifted(*by_locale[locale], default))
    chosen = models.get(options.locale, model)
    shown = chosen if same_structure(model, chosen) else model
    hashes = tuple((locale, models[locale].schema_sha256) for locale in sorted(models))
    same = {
        locale: models[locale]
        for locale in sorted(models)
        if same_structure(shown, models[locale])
    }
    model = with_translations(replace(shown, documents=hashes), same)
    return BuiltModel(model, tuple(diagnostics))


def same_structure(one: Model, other: Model) -> bool:
    """Whether two models differ only in texts, samples and spelling."""
    return _built(one) == _built(other)


def _built(model: Model) -> tuple[Type, Type, tuple[Unknown, ...]]:
    output = model.published_output or model.output
    return structure_of(model.input), structure_of(output), without_texts(model.unknown)


def _read(file: str, document: Document, options: BuildOptions) -> BuiltModel:
    """The model of this one document."""
    try:
        reported = list(check_document(document, options.dialect))
        collector = Collector(document)
        model = _model(document, collector, options)
    except NotJson as error:
        reported, collector, model = (
            [_not_json(document, error)],
            Collector(document),
            None,
        )
    diagnostics = [
        diagnostic.about(file=file)
        for diagnostic in (*reported, *collector.diagnostics)
    ]
    if any(
        diagnostic.code in _FATAL and diagnostic.severity is Severity.ERROR
        for diagnostic in diagnostics
    ):
        model = None
    return BuiltModel(model, tuple(diagnostics))


def _model(document: Document, collector: Collector, options: BuildOptions) -> Model:
    named: set[str] = set()

    def name_of(wire: str) -> str:
        named.add(wire)
        return options.overrides.field_name(document.model_id, wire)

    reader = FieldsReader(collector, name_of)
    schema = members(document.input_schema.value())
    path = SchemaPath("/input_schema")
    reader.keep_unstated(schema, path)
    fields = reader.read(schema, path)
    published = document.output_schema
    input_object = Object(
        name="Input", fields=fields, demanded=undeclared_required(schema)
    )
    output = read_output(published.value() if published else None, reader)
    _report_unused(options.overrides, named, collector)
    unknown = tuple(collector.unknown)
    facts = members(document.facts.value()) if document.facts else {}
    description = document.description or facts.get("description") or ""
    return Model(
        model_id=document.model_id,
        path=options.overrides.module_path(document.model_id),
        title=document.title,
        description=description if isinstance(description, str) else "",
        locale=document.locale,
        input=input_object,
        output=opened_output(output),
        schema_sha256=schema_sha256(document),
        documents=(),
        kind=str(facts.get("kind", "")),
        unknown=unknown,
        published_output=without_defaults(output),
        published=published_parts(
            document, (*fields_in(input_object), *fields_in(output)), unknown
        ),
    )


def _report_unused(
    overrides: Overrides, named: Collection[str], collector: Collector
) -> None:
    """Report names that the user chose for fields that the model does not have."""
    chosen = overrides.of(collector.document.model_id).fields
    for wire in sorted(chosen.keys() - {*named}):
        collector.report(
            "unused-name",
            f"the configuration has the name {chosen[wire]!r} for {wire!r}, but there"
            " is no such property",
            "/input_schema",
            "spell the property as the schema does, or remove the name",
        )


def _drifted(file: str, document: Document, default: str) -> Diagnostic:
    return Diagnostic(
        code="locale-structure",
        message=f"the schema in {document.locale!r} has another structure than in {default!r}",
        severity=Severity.WARNING,
        model=document.model_id,
        file=file,
        pointer="/input_schema",
        place=document.place("/input_schema"),
        hint=f"the structure of {default!r} is used; import the page in {document.locale!r} again",
    )


def _not_json(document: Document, error: NotJson) -> Diagnostic:
    return Diagnostic(
        code="not-json",
        message=error.message,
        model=document.model_id,
        place=error.place,
        hint="import the model again",
    )


# All models of a folder. An error in one model does not stop the others.


@dataclass(frozen=True, slots=True)
class BuiltCatalog:
    """The models by id, all diagnostics, and the ids that could not be built."""

    models: tuple[Model, ...]
    diagnostics: tuple[Diagnostic, ...]
    failed: tuple[str, ...] = ()


def build_catalog(
    files: Iterable[tuple[str, Document]], options: BuildOptions
) -> BuiltCatalog:
    """Build every model of these (file, document) pairs."""
    groups: defaultdict[str, list[tuple[str, Document]]] = defaultdict(list)
    for file, document in files:
        groups[document.model_id].append((file, document))
    built = {
        model_id: build_model(groups[model_id], options) for model_id in sorted(groups)
    }
    diagnostics = [
        diagnostic for result in built.values() for diagnostic in result.diagnostics
    ]
    models = [result.model for result in built.values() if result.model is not None]
    collisions = _collisions(models)
    colliding = {diagnostic.model for diagnostic in collisions}
    return BuiltCatalog(
        models=tuple(model for model in models if model.model_id not in colliding),
        diagnostics=(*diagnostics, *collisions),
        failed=tuple(
            model_id
            for model_id, result in built.items()
            if result.model is None or model_id in colliding
        ),
    )


def _collisions(models: Sequence[Model]) -> list[Diagnostic]:
    """Report models that would be the same module; none of them can be generated."""
    modules: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for model in models:
        modules[model.path].append(model.model_id)
    return [
        Diagnostic(
            code="module-collision",
            message=f"{' and '.join(map(repr, ids))} would be the same module {'.'.join(path)}",
            model=model_id,
            hint="choose a module in the configuration:"
            f' [tool.runcomfy-codegen.names."{model_id}"] module = "vendor/other_name"',
        )
        for path, ids in modules.items()
        if len(ids) > 1
        for model_id in ids
    ]
