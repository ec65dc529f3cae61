"""Builds a model from the documents of its locales: one structure, texts by locale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..dialect.meta_schema import check_document, check_input_frame
from ..ir.diagnostic import EXHAUSTED, Diagnostic, Severity, too_large
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import NotJson, members
from ..ir.model import MediaKind, Model, Object, Type, Unknown, fields_in
from ..ir.one_way import NOT_SENT, without_marked
from .outputs import opened_output, read_output, stated_kind, without_defaults
from .properties import FieldsReader
from .published_parts import published_parts
from .reader_context import Collector, ReadBefore, SchemaPath
from .structure_and_texts import (
    schema_sha256,
    structure_of,
    with_translations,
    without_texts,
)
from .types import undeclared_required

# A document with one of these errors has no usable input.
_FATAL = frozenset({"input-not-an-object", "malformed-properties"})


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What a model depends on in addition to its documents.

    Without ``whole_check``, only what can stop the model is compared with the dialect.
    ``before`` is what the documents before had; it saves work.
    """

    dialect: Mapping[str, Any]
    locale: str = DEFAULT_LOCALE
    whole_check: bool = True
    before: ReadBefore = field(default_factory=ReadBefore, compare=False, repr=False)


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
    default = DEFAULT_LOCALE if DEFAULT_LOCALE in by_locale else min(by_locale)
    in_turn = [by_locale[default][1], *(document for _, document in by_locale.values())]
    stated = stated_kind(in_turn)
    built = {
        locale: _read(file, document, options, stated)
        for locale, (file, document) in sorted(by_locale.items())
    }
    diagnostics = [
        diagnostic for result in built.values() for diagnostic in result.diagnostics
    ]
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


def build_or_report(
    files: Sequence[tuple[str, Document]], options: BuildOptions
) -> BuiltModel:
    """The same; documents that this process cannot hold are a diagnostic."""
    try:
        return build_model(files, options)
    except EXHAUSTED as error:
        file, document = files[0]
        diagnostic = too_large(error, model=document.model_id, file=file)
        return BuiltModel(None, (diagnostic,))


def same_structure(one: Model, other: Model) -> bool:
    """Whether two models differ only in texts, samples and spelling."""
    # Most models have one locale, and are compared with themselves.
    return one is other or _built(one) == _built(other)


def _built(model: Model) -> tuple[Type, Type, tuple[Unknown, ...]]:
    output = model.published_output or model.output
    return structure_of(model.input), structure_of(output), without_texts(model.unknown)


def _read(
    file: str, document: Document, options: BuildOptions, stated: MediaKind | None
) -> BuiltModel:
    """The model of this one document. ``stated`` is the kind of media that it makes."""
    collector, model = Collector(document, options.before), None
    try:
        reported = _check(document, options)
        model = _model(document, collector, stated)
    except NotJson as error:
        reported, collector = (_not_json(document, error),), Collector(document)
    collector.report_silent(reported)
    diagnostics = tuple(
        diagnostic.about(file=file)
        for diagnostic in (*reported, *collector.diagnostics)
    )
    return BuiltModel(None if _is_fatal(diagnostics) else model, diagnostics)


def _check(document: Document, options: BuildOptions) -> tuple[Diagnostic, ...]:
    """What the meta-schema reports."""
    flawless = options.before.flawless
    if not options.whole_check:
        frame = check_input_frame(document, options.dialect, flawless)
        if not _is_fatal(frame):
            return frame
    return check_document(document, options.dialect, flawless)


def _is_fatal(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(
        diagnostic.code in _FATAL and diagnostic.severity is Severity.ERROR
        for diagnostic in diagnostics
    )


def _model(document: Document, collector: Collector, stated: MediaKind | None) -> Model:
    reader = FieldsReader(collector)
    whole = document.input_schema.value()
    schema = members(without_marked(whole, NOT_SENT))
    path = SchemaPath("/input_schema")
    reader.keep_unsupported(schema, path)
    fields = reader.read(schema, path)
    published = document.output_schema
    input_object = Object(
        fields=fields,
        undeclared_required=undeclared_required(schema),
        left_out=reader.left_out(whole, NOT_SENT, path),
        pointer=path.schema,
    )
    output = read_output(published.value() if published else None, reader)
    unknown = tuple(collector.unknown)
    facts = members(document.facts.value()) if document.facts else {}
    description = document.description or facts.get("description") or ""
    return Model(
        model_id=document.model_id,
        title=document.title,
        description=description if isinstance(description, str) else "",
        locale=document.locale,
        input=input_object,
        output=opened_output(output, stated),
        schema_sha256=schema_sha256(document),
        documents=(),
        kind=str(facts.get("kind", "")),
        unknown=unknown,
        published_output=without_defaults(output),
        published=published_parts(
            document, (*fields_in(input_object), *fields_in(output)), collector
        ),
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
        model_id: build_or_report(groups[model_id], options)
        for model_id in sorted(groups)
    }
    diagnostics = [
        diagnostic for result in built.values() for diagnostic in result.diagnostics
    ]
    models = [result.model for result in built.values() if result.model is not None]
    return BuiltCatalog(
        models=tuple(models),
        diagnostics=tuple(diagnostics),
        failed=tuple(
            model_id for model_id, result in built.items() if result.model is None
        ),
    )
