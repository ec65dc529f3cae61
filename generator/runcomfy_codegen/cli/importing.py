"""``import SOURCE…``: published pages and catalog entries into the folder of schemas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from ..build.import_plan import ImportChange, ImportPlan
from ..reports.command_report import CommandReport, TextLine
from ..store.document_file import document_path
from ..workspace.import_documents import ImportedDocuments, import_sources
from ..workspace.project import Project
from .console import EXIT_FINDING, has_error, print_report
from .options import project_options, report_format_option


@click.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--locale", help="Language of the texts, where the page does not say it.")
@report_format_option("import")
@project_options
def command(
    project: Project, sources: tuple[str, ...], locale: str | None, form: str
) -> None:
    """Read published API pages and catalog entries into schemas/.

    A SOURCE is a file, - for standard input, or an https URL; it holds an API page (text
    or HTML) or catalog entries (JSON: one, a list, or {"models": [...]}). Every document
    is stored word for word, one file per model and locale.
    """
    imported = import_sources(project, sources, locale)
    report = CommandReport(
        command="import",
        document=printed_import(imported),
        diagnostics=imported.diagnostics,
        text=tuple(arrival_lines(project, imported.arrivals)),
    )
    print_report(report, form)
    if has_error(imported.diagnostics):
        raise SystemExit(EXIT_FINDING)


def printed_import(imported: ImportedDocuments) -> dict[str, Any]:
    """The shape of ``--format json``."""
    return {
        "documents": [
            {
                "model": each.document.model_id,
                "locale": each.document.locale,
                "title": each.document.title,
                "file": each.file,
                "stored": document_path(
                    each.document.model_id, each.document.locale
                ).as_posix(),
                "change": each.change.value,
            }
            for each in imported.arrivals.accepted
        ],
        "diagnostics": [each.printed() for each in imported.diagnostics],
    }


def arrival_lines(project: Project, arrivals: ImportPlan) -> Iterator[TextLine]:
    """A line for each document that changed, and how many there are of each kind."""
    for each in arrivals.accepted:
        if each.change is not ImportChange.UNCHANGED:
            document = f"{each.document.model_id} ({each.document.locale})"
            yield TextLine(f"{each.change.value:<18} {document}")
    counts = Counter(each.change for each in arrivals.accepted)
    changes = ", ".join(
        f"{counts[change]} {change.value}" for change in ImportChange if counts[change]
    )
    yield TextLine(f"{project.config.schemas}: {changes or 'nothing stored'}")
