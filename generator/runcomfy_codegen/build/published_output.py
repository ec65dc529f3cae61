"""The output of a model as it is published, before it is opened for reading."""

from __future__ import annotations

from dataclasses import replace

from ..ir.document import Document
from ..ir.json_text import NotJson
from ..ir.model import Field, Object
from .fields import FieldsReader
from .finding import Findings
from .model import Settings
from .output import read_output


def published_output(document: Document, settings: Settings) -> Object:
    """What the server says that it returns; the generic output if it says nothing.

    Generated classes read more than this (see ``opened``). Who compares what servers send
    needs both. What reading it notices, building the model tells.
    """
    reader = FieldsReader(
        Findings(document),
        lambda wire: settings.overrides.field_name(document.model_id, wire),
    )
    published = document.output_schema
    try:
        output = read_output(published.value() if published else None, reader)
    except NotJson:
        output = read_output(None, reader)
    return replace(output, fields=tuple(map(_without_values, output.fields)))


def _without_values(field: Field) -> Field:
    """Nothing is left to a server's default in what the server itself sends."""
    return replace(field, default=None, sample=None)
