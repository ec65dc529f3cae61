"""``show MODEL``: print the fields and rules of a model, as text or JSON."""

from __future__ import annotations

import click

from ..ir.as_json import model_as_json, to_json_schema, type_word
from ..ir.model import Field, Model
from ..ir.surface import CodeNames
from ..targets.target import Named
from ..workspace.project import open_project, select
from .completion import complete_models
from .console import print_diagnostics, print_json, print_wrapped, say, terminal_safe
from .options import (
    ProjectOptions,
    format_option,
    locale_option,
    project_options,
    shipped_schemas_allowed,
)

_LONGEST = 46


@click.command("show")
@click.argument("model_id", metavar="MODEL", shell_complete=complete_models)
@locale_option
@format_option
@project_options
@shipped_schemas_allowed
def command(
    where: ProjectOptions, model_id: str, locale: str | None, form: str
) -> None:
    """Print the fields, rules and stated limits of a model.

    MODEL is an id, or a glob over whole ids: then JSON is an object with a list of "models".
    """
    project = open_project(**where).in_locale(locale)
    if not any(character in model_id for character in "*?["):
        model, catalog = project.model(model_id)
        _show(model, catalog, form)
        return
    catalog = project.catalog()
    models = select(catalog.models, [model_id], ())
    if form == "json":
        shown = [
            model_as_json(model, catalog.names[model.model_id]) for model in models
        ]
        print_json({"models": shown})
        return
    for number, model in enumerate(models):
        if number:
            click.echo()
        _show(model, catalog, form)


def _show(model: Model, catalog: Named, form: str) -> None:
    names = catalog.names[model.model_id]
    if form == "json":
        print_json(model_as_json(model, names))
        return
    print_diagnostics(
        diagnostic
        for diagnostic in catalog.diagnostics
        if diagnostic.model == model.model_id
    )
    print_model(model, names)


def print_model(model: Model, names: CodeNames) -> None:
    """Print the fields as a table, and the rules and stated limits below."""
    from rich.table import Table
    from rich.text import Text

    click.secho(terminal_safe(f"{model.model_id}  {model.title}"), bold=True)
    table = Table(box=None, header_style="dim")
    for heading in ("field", "type", "", "server default", "published as"):
        table.add_column(heading)
    for field in model.input.fields:
        table.add_row(*(Text(terminal_safe(cell)) for cell in _row(field, names)))
    print_wrapped(table)
    for rule in model.rules:
        condition = f"{rule.pointer}: {rule.metric} {rule.operator} {rule.limit}"
        say(f"  {condition}  ({rule.message})")
    for limit in model.limits:
        level = " (warning)" if limit.level == "warn" else ""
        stated = f"{', '.join(limit.fields)}: {limit.condition}{level}"
        say(f'  {stated}  (stated: "{limit.quote}")')


def _row(field: Field, names: CodeNames) -> tuple[str, ...]:
    name = names.fields[field.wire_name]
    kind = _kind(field)
    values = to_json_schema(field.type).get("enum")
    choices = ", ".join(map(str, values)) if values else ""
    return (
        name,
        _short(f"{kind}: {choices}" if choices else kind),
        "required" if field.required else "",
        _short("" if field.default is None else field.default.text),
        "" if field.wire_name == name else field.wire_name,
    )


def _kind(field: Field) -> str:
    """What a field accepts: ``image``, ``several images``, or the JSON type."""
    word = type_word(field.type)
    if field.media is None:
        return word
    return (
        f"several {field.media.value}s"
        if word.startswith("array")
        else field.media.value
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
