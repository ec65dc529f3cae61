"""Projects with stated limits, made by tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runcomfy_codegen.limits.limits_folders import limits_path
from runcomfy_codegen.store.document_file import document_path

MODEL = "acme/painter"


def write_project(
    folder: Path,
    properties: dict[str, Any],
    limits: str | None = None,
    *,
    model_id: str = MODEL,
    locales: dict[str, dict[str, Any]] | None = None,
    required: tuple[str, ...] = (),
) -> Path:
    """Write a model with these properties, and its limits without the line of the id.

    ``locales`` are the properties in further languages. Returns the schemas folder.
    """
    for locale, shown in {"en": properties, **(locales or {})}.items():
        path = folder / "schemas" / document_path(model_id, locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        schema = {"type": "object", "properties": shown, "required": list(required)}
        stored = {
            "model_id": model_id,
            "locale": locale,
            "input_schema": schema,
            "provenance": {
                "source": "test.json",
                "form": "catalog",
                "retrieved": "2026-11-20",
                "sha256": "0" * 64,
            },
        }
        path.write_text(json.dumps(stored, ensure_ascii=False), "utf-8")
    if limits is not None:
        write_limits(folder / "limits", limits, model_id=model_id)
    return folder / "schemas"


def write_limits(folder: Path, limits: str, *, model_id: str = MODEL) -> Path:
    """Write a file of limits, with the line of the id above it."""
    file = folder / limits_path(model_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"model_id = {json.dumps(model_id)}\n{limits}", "utf-8")
    return file


def entry(
    fields: str | list[str],
    quote: str,
    condition: str | list[str],
    more: str = "",
) -> str:
    """One entry; ``condition`` is a rule, a list of rules, or a line of ``require``."""
    pointers = json.dumps([fields] if isinstance(fields, str) else fields)
    line = f"rule = {json.dumps(condition)}"
    if isinstance(condition, str) and condition.startswith("require"):
        line = condition
    return (
        f"[[limit]]\nfields = {pointers}\nquote = {json.dumps(quote)}\n{line}\n{more}\n"
    )
