"""The docstring of an input class: title, description, and the defaults of the server.

The runtime reads the line of the defaults for the JSON Schema of the class.
"""

from __future__ import annotations

from collections.abc import Iterable

from .docstrings import default_text
from .names import NamedField, NamedModel


def input_docstring(model: NamedModel) -> str:
    """The docstring of the input class, as paragraphs."""
    paragraphs = (
        model.title or f"What ``{model.model_id}`` takes.",
        model.description,
        _defaults(model.input.fields),
    )
    return "\n\n".join(filter(None, paragraphs))


def part_docstring(fields: Iterable[NamedField], side: str) -> str:
    """The docstring of the class of a nested object in the input or the output."""
    defaults = _defaults(fields) if side == "input" else ""
    return "\n\n".join(filter(None, (f"A part of the {side}.", defaults)))


def _defaults(fields: Iterable[NamedField]) -> str:
    """What the server uses for fields that are not sent, as keyword arguments."""
    texts = ((field.name, default_text(field)) for field in fields)
    line = ", ".join(f"{name}={text}" for name, text in texts if text)
    return f"Server defaults: {line}." if line else ""
