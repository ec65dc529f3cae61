"""All models of one side against those of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...ir.model import Field, Model, Unknown, walk
from .fact import (
    Fact,
    ModelAdded,
    ModelRemoved,
    ModelRenamed,
    Place,
    Side,
    TextsChanged,
)
from .fields import field_facts, unknown_facts
from .pairing import renamed_models


def compare(old: Iterable[Model], new: Iterable[Model]) -> Iterator[Fact]:
    """Every fact, model by model in the order of their ids."""
    before = {model.model_id: model for model in old}
    after = {model.model_id: model for model in new}
    gone = {name: model for name, model in before.items() if name not in after}
    came = {name: model for name, model in after.items() if name not in before}
    renamed = renamed_models(gone, came)
    for name in sorted(before.keys() | after.keys()):
        if name in renamed:
            other = came[renamed[name]]
            yield ModelRenamed(Place(name), before[name], other)
            yield from model_facts(before[name], replace(other, model_id=name))
        elif name in gone:
            yield ModelRemoved(Place(name), before[name])
        elif name not in before:
            if name not in renamed.values():
                yield ModelAdded(Place(name), after[name])
        elif before[name] != after[name]:
            yield from model_facts(before[name], after[name])


def model_facts(old: Model, new: Model) -> Iterator[Fact]:
    """Everything that changed in one model."""
    place = Place(new.model_id, Side.INPUT, "/input_schema")
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
        yield TextsChanged(replace(place, pointer=""), texts)
    yield from field_facts(old.input, new.input, place)
    yield from unknown_facts(_own_unknown(old), _own_unknown(new), place)
    output = Place(new.model_id, Side.OUTPUT, "/output_schema")
    yield from field_facts(old.output, new.output, output)


def _own_unknown(model: Model) -> tuple[Unknown, ...]:
    """What is not understood of the schema as a whole, beside what its fields tell."""
    told = {each.pointer for field in _fields(model) for each in field.unknown}
    return tuple(each for each in model.unknown if each.pointer not in told)


def _fields(model: Model) -> tuple[Field, ...]:
    return (*walk(model.input), *walk(model.output))
