"""``import SOURCE…``: store published pages and catalog entries in the schemas folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from .. import api
from ..errors import EXIT_FINDING
from ..reports.command_report import CommandReport, TextLine
from ..workspace.shipped_schemas import has_no_schemas
from .console import print_report
from .options import SchemasOptions, report_format_option, schemas_options

_CHANGES = ("new", "unchanged", "texts changed", "structure changed")


@click.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--locale", help="Language of pages that do not state it.")
@report_format_option("import")
@schemas_options
def command(
    where: SchemasOptions, sources: tuple[str, ...], locale: str | None, form: str
) -> None:
    """Store published API pages and catalog entries in schemas/.

    A SOURCE is a file, an https URL, or - for standard input. It contains an API page (text
    or HTML) or catalog entries (JSON: one entry, a list, or {"models": [...]}). Every
    document is stored word for word, one file per model and locale.
    """
    before = counts_shipped(where)
    result = api.import_sources(*sources, **where, locale=locale)
    report = CommandReport(
        command="import",
        document=as_json(result),
        diagnostics=result.diagnostics,
        text=(*change_lines(result), *new_schemas_lines(where, before=before)),
    )
    print_report(report, form)
    if not result.ok:
        raise SystemExit(EXIT_FINDING)


def new_schemas_lines(where: SchemasOptions, *, before: bool) -> Iterator[TextLine]:
    """Say that the schemas folder is new, and counts from now on.

    ``before`` says that the shipped schemas counted before the call.
    """
    if before and not counts_shipped(where):
        yield TextLine(
            "schemas/ is new: from now on it is what counts, not the schemas that ship with"
            " runcomfy-codegen"
        )


def counts_shipped(where: SchemasOptions) -> bool:
    """Whether commands read the shipped schemas, because there are no others."""
    return where["schemas"] is None and has_no_schemas(where["config"])


def as_json(result: api.ImportResult) -> dict[str, Any]:
    """The shape of ``--format json``."""
    return {
        "documents": [
            {
                "model": document.model_id,
                "locale": document.locale,
                "title": document.title,
                "file": document.source,
                "stored": document.file.relative_to(result.schemas).as_posix(),
                "change": document.change,
            }
            for document in result.documents
        ],
        "diagnostics": [diagnostic.printed() for diagnostic in result.diagnostics],
    }


def change_lines(result: api.ImportResult) -> Iterator[TextLine]:
    """A line for each document that changed, and the number of documents of each kind."""
    for document in result.documents:
        if document.change != "unchanged":
            name = f"{document.model_id} ({document.locale})"
            yield TextLine(f"{document.change:<18} {name}")
    counts = Counter[str](document.change for document in result.documents)
    changes = ", ".join(f"{counts[word]} {word}" for word in _CHANGES if counts[word])
    yield TextLine(f"{result.schemas}: {changes or 'nothing stored'}")
