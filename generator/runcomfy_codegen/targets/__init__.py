"""IR in, ``{path: text}`` out: one module or folder for each kind of output.

Nothing in this room touches a disk. A new output is a target here, a line in the table, and
a folder of templates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from .target import Target

DEFAULT_TARGET = "python"
"""What is generated if neither the configuration nor the call says."""
_PLACES = {
    "python": ("python.package", "PYTHON"),
    "openapi": ("openapi", "OPENAPI"),
    "json-schema": ("json_schema", "JSON_SCHEMA"),
}


class _Targets(Mapping[str, "Target"]):
    """The targets by name; each is imported on first use, because a command needs one."""

    def __getitem__(self, name: str) -> Target:
        module, value = _PLACES[name]
        return cast("Target", getattr(import_module(f".{module}", __name__), value))

    def __contains__(self, name: object) -> bool:
        # The method of Mapping asks __getitem__, which would import the target.
        return name in _PLACES

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


TARGETS: Mapping[str, Target] = _Targets()
"""Every kind of output, by the name that the configuration and ``--target`` use."""
