"""Local media files of an input: sent inside the request, as data URIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.media.data_uri import inline
from runcomfy_runtime.media.errors import MediaError
from runcomfy_runtime.media.references import resolve_source
from runcomfy_runtime.report import Problem, Report

from ..ir.json_text import is_array, is_object
from ..ir.model import Array, Field, Model, Nullable, Object, Type, Union


def inline_local_files(
    model: Model, document: Mapping[str, Any], folder: Path
) -> tuple[dict[str, Any], Report]:
    """The document with the content of its local files, and why a file cannot be sent.

    A local file is a path in a media field; it starts in ``folder``, like for ``validate``.
    """
    files = _LocalFiles(folder)
    whole = files.members(model.input, document, "")
    return whole, Report(tuple(files.problems))


@dataclass(slots=True)
class _LocalFiles:
    """Reads the local files of one document."""

    folder: Path
    problems: list[Problem] = field(default_factory=list[Problem])

    def members(
        self, kind: Object, value: Mapping[str, Any], pointer: str
    ) -> dict[str, Any]:
        """The members of an object, with the content of their files."""
        fields = {field.wire_name: field for field in kind.fields}
        return {
            name: (
                self.value(fields[name], fields[name].type, member, _at(pointer, name))
                if name in fields
                else member
            )
            for name, member in value.items()
        }

    def value(self, known: Field, kind: Type, value: Any, pointer: str) -> Any:
        """The value of a field, or of a part of it."""
        if isinstance(kind, Nullable):
            return self.value(known, kind.inner, value, pointer)
        if is_array(value):
            items = _items(kind)
            return [
                self.value(known, items, item, f"{pointer}/{place}")
                for place, item in enumerate(value)
            ]
        if is_object(value) and isinstance(kind, Object):
            return self.members(kind, value, pointer)
        if known.media is not None and isinstance(value, str):
            return self.content(value, pointer)
        return value

    def content(self, text: str, pointer: str) -> str:
        """The content of a local file as a data URI; any other text as it is."""
        try:
            source = resolve_source(text, self.folder)
            return inline(source) if isinstance(source, Path) else text
        except MediaError:
            return text  # Checking the input reports it.
        except InputRejected as rejected:
            self.problems += [
                Problem(pointer=pointer, code="media", message=problem.message)
                for problem in rejected.report.problems
            ]
            return text


def _at(pointer: str, name: str) -> str:
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def _items(kind: Type) -> Type:
    options = kind.options if isinstance(kind, Union) else (kind,)
    return next((option.items for option in options if isinstance(option, Array)), kind)
