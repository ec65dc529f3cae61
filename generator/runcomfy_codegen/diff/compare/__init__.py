"""What changed between two sets of models, as facts without a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...ir.model import Field, Model, Unknown, fields_in
from .facts import (
    Fact,
    ModelAdded,
    ModelRemoved,
    ModelRenamed,
    SchemaLocation,
    Side,
    TextsChanged,
)
from .fields import field_facts, renamed_models
from .outputs import (
    NO_PUBLISHED_OUTPUTS,
    PublishedOutputs,
    output_class_facts,
    output_facts,
)
from .published import unknown_facts
from .source import (
    NO_SURFACES,
    SurfacePair,
    Surfaces,
    annotation_facts,
    module_facts,
    name_facts,
    names_changed,
    with_names,
)
from .stated_limits import limit_facts

# All models of one side compared with those of the other.


def compare(
    old: Iterable[Model],
    new: Iterable[Model],
    outputs: PublishedOutputs = NO_PUBLISHED_OUTPUTS,
    surfaces: Surfaces = NO_SURFACES,
) -> Iterator[Fact]:
    """Every fact, model by model in the order of their ids.

    ``outputs`` are the published outputs and ``surfaces`` what code sees of the models, if
    they are known.
    """
    before = {model.model_id: model for model in old}
    after = {model.model_id: model for model in new}
    removed = {name: model for name, model in before.items() if name not in after}
    added = {name: model for name, model in after.items() if name not in before}
    renamed = renamed_models(removed, added)
    for name in sorted(before.keys() | after.keys()):
        if name in renamed:
            other = added[renamed[name]]
            seen = surfaces.of(before[name], other)
            moved = seen is not None and seen[0].names.module != seen[1].names.module
            yield ModelRenamed(SchemaLocation(name), before[name], other, moved)
            yield from model_facts(before[name], other, name, outputs, seen)
        elif name in removed:
            yield ModelRemoved(SchemaLocation(name), before[name])
        elif name not in before:
            if name not in renamed.values():
                yield ModelAdded(SchemaLocation(name), after[name])
        else:
            seen = surfaces.of(before[name], after[name])
            if before[name] != after[name] or names_changed(seen):
                yield from model_facts(before[name], after[name], name, outputs, seen)


def model_facts(
    old: Model,
    new: Model,
    name: str,
    outputs: PublishedOutputs,
    surfaces: SurfacePair | None,
) -> Iterator[Fact]:
    """Everything that changed in one model; ``name`` is the one it is reported under."""
    location = SchemaLocation(name, Side.INPUT, "/input_schema")
    texts = tuple(
        what
        for what, one, other in (
            ("title", old.title, new.title),
            ("description", old.description, new.description),
            ("kind", old.kind, new.kind),
        )
        if one != other
    )
    if texts:
        yield TextsChanged(replace(location, pointer=""), texts)
    yield from with_names(field_facts(old.input, new.input, location), surfaces)
    yield from limit_facts(old, new, location)
    yield from unknown_facts(_own_unknown(old), _own_unknown(new), location)
    output = SchemaLocation(name, Side.OUTPUT, "/output_schema")
    published = outputs.of(old, new)
    changes = (
        *output_facts(old.output, published, output, surfaces),
        *output_class_facts(old.output, new.output, published, output),
    )
    yield from with_names(changes, surfaces)
    if surfaces is not None:
        if old.model_id == new.model_id:
            yield from module_facts(replace(location, pointer=""), surfaces)
        yield from name_facts(old.input, new.input, location, surfaces)
        yield from annotation_facts(old.input, new.input, location, surfaces)
        yield from name_facts(*published, output, surfaces)
        yield from annotation_facts(old.output, new.output, output, surfaces)


def _own_unknown(model: Model) -> tuple[Unknown, ...]:
    """The unsupported keywords of the schema as a whole, without those of its fields."""
    of_fields = {
        keyword.pointer for field in _fields(model) for keyword in field.unknown
    }
    return tuple(
        keyword for keyword in model.unknown if keyword.pointer not in of_fields
    )


def _fields(model: Model) -> tuple[Field, ...]:
    return (*fields_in(model.input), *fields_in(model.output))
