"""``import SOURCE…``: published pages and catalog entries into the folder of schemas."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import click

from ..build.arrival import Arrivals, Change, receive
from ..ir.diagnostic import Diagnostic
from ..ir.document import Document
from ..sources.reading import Reading, read
from ..store.path import document_path
from ..store.schemas import read_one, write_all
from .failure import EXIT_FINDING
from .project import Project, project_options
from .report import format_option, has_error, print_diagnostics, print_json
from .source import read_source
from .text import shown


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import took in and what it noticed."""

    arrivals: Arrivals
    diagnostics: tuple[Diagnostic, ...]


@click.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--locale", help="Language of the texts, where the page does not say it.")
@format_option
@project_options
def command(
    project: Project, sources: tuple[str, ...], locale: str | None, form: str
) -> None:
    """Read published API pages and catalog entries into schemas/.

    A SOURCE is a file, - for standard input, or an https URL; it holds an API page (text
    or HTML) or catalog entries (JSON: one, a list, or {"models": [...]}). Every document
    is stored word for word, one file per model and locale.
    """
    imported = take_in(project, sources, locale)
    if form == "json":
        print_json(printed_import(imported))
    else:
        print_diagnostics(imported.diagnostics)
        print_arrivals(project, imported.arrivals)
    if has_error(imported.diagnostics):
        raise SystemExit(EXIT_FINDING)


def take_in(
    project: Project, sources: tuple[str, ...], locale: str | None = None
) -> Imported:
    """Read the sources and store what is accepted. Raises ``Failure`` or ``OSError``."""
    contents = map(read_source, sources)
    return take_readings(
        project,
        [(name, read_content(name, content, locale)) for name, content in contents],
    )


def read_content(name: str, content: bytes, locale: str | None = None) -> Reading:
    """What a source gives that is read today."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return read(content, name=name, retrieved=today, locale=locale)


def take_readings(
    project: Project, readings: Iterable[tuple[str, Reading]]
) -> Imported:
    """Store what is accepted of these sources, by their names. Raises ``OSError``."""
    documents: list[tuple[str, Document]] = []
    diagnostics: list[Diagnostic] = []
    for name, reading in readings:
        documents += [(name, document) for document in reading.documents]
        diagnostics += [each.about(file=name) for each in reading.diagnostics]
    root = project.config.schemas
    arrivals = receive(
        documents,
        lambda model_id, locale: read_one(root, model_id, locale),
        project.settings,
    )
    changed = [
        each for each in arrivals.accepted if each.change is not Change.UNCHANGED
    ]
    write_all(root, [each.document for each in changed])
    return Imported(arrivals, (*diagnostics, *arrivals.diagnostics))


def printed_import(imported: Imported) -> dict[str, Any]:
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


def print_arrivals(project: Project, arrivals: Arrivals) -> None:
    """A line for each document that changed, and how many there are of each kind."""
    for each in arrivals.accepted:
        if each.change is not Change.UNCHANGED:
            click.echo(
                f"{each.change.value:<18} {shown(each.document.model_id)}"
                f" ({each.document.locale})"
            )
    counts = Counter(each.change for each in arrivals.accepted)
    told = ", ".join(
        f"{counts[change]} {change.value}" for change in Change if counts[change]
    )
    click.echo(f"{project.config.schemas}: {told or 'nothing stored'}")
