"""An output before and after: what is published, and what the old class makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ...ir.model import Model, Object
from ...sets.values.contains import inside
from .annotation import annotation_facts
from .fact import Fact, Place, RequiredChanged, ValuesChanged
from .fields import field_facts
from .reading import read_by


@dataclass(frozen=True, slots=True)
class Outputs:
    """Outputs as either side publishes them, by model id; a model's own is opened."""

    old: Mapping[str, Object]
    new: Mapping[str, Object]

    def of(self, old: Model, new: Model) -> tuple[Object, Object]:
        """What is published of a model; its classes, where a side does not tell."""
        one, other = self.old.get(old.model_id), self.new.get(new.model_id)
        if one is None or other is None:
            return old.output, new.output
        return one, other


AS_READ = Outputs({}, {})
"""Nothing but the models themselves."""


def output_facts(
    old: Model, new: Model, published: tuple[Object, Object], place: Place
) -> Iterator[Fact]:
    """Everything that changed in an output.

    What servers may send is published; what callers wrote code against is the class.
    """
    for fact in field_facts(*published, place):
        match fact:
            case ValuesChanged():
                kind = read_by(old.output, _steps(fact.place, place))
                yield replace(fact, read=inside(fact.alone, kind))
            case RequiredChanged():
                yield replace(fact, asked=_asked(old.output, fact))
            case _:
                yield fact
    yield from annotation_facts(old.output, new.output, place)


def _steps(at: Place, root: Place) -> list[str]:
    return at.pointer.removeprefix(root.pointer).split("/")[1:]


def _asked(output: Object, fact: RequiredChanged) -> bool:
    """Whether the class itself cannot do without the field."""
    wire_name = fact.field.wire_name
    return any(f.required for f in output.fields if f.wire_name == wire_name)
