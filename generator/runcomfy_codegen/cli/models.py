"""``models [SEARCH]``: which models there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ..ir.diagnostic import Diagnostic
from ..workspace.model_listing import (
    ListedModel,
    ModelSearch,
    listed_model,
    stored_models,
)
from ..workspace.project import open_project
from .completion import complete_models
from .console import print_diagnostics, print_json, say, terminal_safe
from .followed_job import connected
from .options import (
    SchemasOptions,
    format_option,
    schemas_options,
    shipped_schemas_allowed,
)


@click.command("models")
@click.argument("search", nargs=-1, metavar="[SEARCH]", shell_complete=complete_models)
@click.option("--kind", default="", help="Only models of this kind.")
@click.option("--category", default="", help="Only models of this category.")
@click.option(
    "--live",
    is_flag=True,
    help="Ask the server; needs a token. Shows published prices.",
)
@format_option
@schemas_options
def command(
    where: SchemasOptions,
    search: tuple[str, ...],
    kind: str,
    category: str,
    live: bool,
    form: str,
) -> None:
    """List the models, or search them.

    SEARCH is a text in the id, the title or the description, or a glob over whole ids.
    Shows a price only if the catalog publishes it.
    """
    models = _live_models() if live else _stored_models(where=where)
    matches = ModelSearch(" ".join(search), kind, category).of(models)
    if form == "json":
        print_json({"models": [_as_json(model) for model in matches]})
        return
    _print_table(matches)
    say(f"{len(matches)} of {len(models)} models", on_stderr=True)


@shipped_schemas_allowed
def _stored_models(where: SchemasOptions) -> list[ListedModel]:
    diagnostics: list[Diagnostic] = []
    models = stored_models(open_project(**where), diagnostics.append)
    print_diagnostics(diagnostics)
    return models


def _live_models() -> list[ListedModel]:
    """The catalog of the server, whole: a glob and a hint need every id."""
    with connected() as client:
        facts = client.models()
    return [listed_model({**entry.raw}, entry.description) for entry in facts]


def _as_json(model: ListedModel) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "model_id": model.model_id,
        "title": model.title,
        "kind": model.kind,
        "categories": list(model.categories),
    }
    if model.price_usd is not None:
        fields |= {"base_price_usd": model.price_usd, "price_unit": model.price_unit}
    return fields


def _print_table(models: Sequence[ListedModel]) -> None:
    """A line for each model; a column that no model fills is left out."""
    rows = [
        (model.model_id, ", ".join(model.categories), model.kind, model.price)
        for model in models
    ]
    cells = [[terminal_safe(cell) for cell in row] for row in rows]
    widths = [max(map(len, column), default=0) for column in zip(*cells, strict=True)]
    for row in cells:
        pairs = zip(row, widths, strict=True)
        click.echo(
            "  ".join(cell.ljust(width) for cell, width in pairs if width).rstrip()
        )
