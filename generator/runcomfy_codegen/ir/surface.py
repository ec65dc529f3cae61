"""What callers of generated code see of a model: its names, and what a type checker accepts.

A target makes these values for its language. ``show`` prints the names, and ``diff`` compares
two surfaces, so that neither needs to know a language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .model import Type


@dataclass(frozen=True, slots=True)
class CodeNames:
    """The names that generated code has for a model.

    ``fields`` are by published name: a field has the same name everywhere in the model. ``classes`` are by the pointer of the object's schema.
    """

    module: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    classes: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def dotted(self) -> str:
        """The names of the packages and the module, with dots between them."""
        return ".".join(self.module)


@dataclass(frozen=True, slots=True)
class FieldSurface:
    """A field of an input or output as a type checker sees it.

    ``accepted`` is the type where the field must be given, ``optional`` where it may be left
    out. ``classes`` are the classes that the type is made of, by name, each with the
    published names of its members. ``invariant`` says that the type holds a list or a map,
    for which a checker demands the very same type.
    """

    accepted: Type
    optional: Type
    classes: Mapping[str, frozenset[str]] = field(
        default_factory=dict[str, frozenset[str]]
    )
    invariant: bool = False


@dataclass(frozen=True, slots=True)
class Surface:
    """A model as callers see it, for a comparison with another version of it.

    ``reads`` is what the class of the output reads, which is more than a checker accepts.
    ``fields`` are by pointer (``/input_schema/properties/seed``); one that is the same in the
    other version may be left out.
    """

    names: CodeNames
    reads: Type
    fields: Mapping[str, FieldSurface] = field(default_factory=dict[str, FieldSurface])
