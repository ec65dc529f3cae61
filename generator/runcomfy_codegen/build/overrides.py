"""Names that the user chose, where the published ones collide or displease."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field

from .naming import RESERVED, field_name, is_device, module_path


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen names of one model: its module (``vendor/model``) and single fields."""

    module: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Overrides:
    """The override table of the configuration, by model id."""

    models: Mapping[str, Chosen] = field(default_factory=dict[str, Chosen])

    def of(self, model_id: str) -> Chosen:
        """What is chosen for a model."""
        return self.models.get(model_id, Chosen())

    def module_path(self, model_id: str) -> tuple[str, ...]:
        """Packages and module of a model."""
        chosen = self.of(model_id).module
        return tuple(chosen.split("/")) if chosen else module_path(model_id)

    def field_name(self, model_id: str, wire_name: str) -> str:
        """The name of a field, wherever in the model it stands."""
        chosen = self.of(model_id).fields.get(wire_name)
        return chosen or field_name(wire_name)


def usable(name: str, *, as_file: bool = False) -> bool:
    """Whether a chosen name can be a field of generated code, or a module of it."""
    return (
        not (as_file and is_device(name))
        and name.isascii()
        and name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        # Upper case is for the names around the fields: `Literal`, `MODEL_ID`.
        and name == name.lower()
        and name not in RESERVED
    )
