"""``lint [MODEL…]``: what is wrong or contradictory in the published schemas."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

import click

from .. import __version__, resources
from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import JsonValue, items, members
from ..ir.model import Model
from ..lint.report import github, sarif
from ..lint.rules import RULES
from ..lint.run import chosen, lint
from ..store.path import document_path
from ..store.schemas import read_one
from .comparison import in_document
from .failure import EXIT_FINDING, usage
from .project import Project, project_options, select
from .report import print_diagnostics, print_json
from .text import shown

BUILT = (
    "broken-document", "duplicate-key", "impossible-enum", "locale-structure",
    "module-collision", "name-collision", "not-json", "required-without-property",
    "unknown-rule", "unreadable-pattern", "unreadable-rule", "unused-name",
)  # fmt: skip
"""The codes of what building notices, beside those of the dialect's meta-schema."""


@click.command("lint")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--select", "selected", multiple=True, metavar="CODE", help="Only these.")
@click.option("--ignore", multiple=True, metavar="CODE", help="All but these.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="Exit with 1 for diagnostics as bad as this, or worse.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
)
@project_options
def command(
    project: Project,
    models: tuple[str, ...],
    selected: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    form: str,
) -> None:
    """Say what is wrong or contradictory in the published schemas.

    MODEL is an id, or a glob over whole ids. CODE is a code or a glob over codes, or
    several of them with commas between.
    """
    selected, ignore = _listed(selected), _listed(ignore)
    catalog = project.catalog()
    _refuse_misspelled((*selected, *ignore), catalog.diagnostics)
    wanted = _wanted(catalog.models, catalog.failed, models)
    noticed = (*catalog.diagnostics, *_placed(lint(catalog.models), project))
    found = [
        each
        for each in noticed
        if (wanted is None or each.model in wanted)
        and chosen(each.code, select=selected, ignore=ignore)
    ]
    _print(found, form, project)
    if _fails(found, fail_on):
        raise SystemExit(EXIT_FINDING)


def _listed(told: Iterable[str]) -> tuple[str, ...]:
    """Codes given one by one, or several with commas between them."""
    words = (word.strip() for each in told for word in each.split(","))
    return tuple(word for word in words if word)


def _refuse_misspelled(patterns: Iterable[str], found: Iterable[Diagnostic]) -> None:
    """A code that can never be told would make a gate that always passes."""
    own = (rule.about.code for rule in RULES)
    known = {*own, *BUILT, *_codes(resources.dialect()), *(each.code for each in found)}
    for pattern in patterns:
        if not any(fnmatchcase(code, pattern) for code in known):
            near = get_close_matches(pattern, known, n=1)
            hint = f"; perhaps {near[0]!r} is meant" if near else ""
            raise usage(f"no code matches {pattern!r}{hint}")


def _codes(schema: JsonValue) -> Iterator[str]:
    """Every code that the meta-schema can report."""
    for name, inner in members(schema).items():
        if name == "x-diagnostics":
            yield from (str(report["code"]) for report in members(inner).values())
        else:
            yield from _codes(inner)
    for inner in items(schema):
        yield from _codes(inner)


def _wanted(
    models: Iterable[Model], failed: Sequence[str], patterns: Sequence[str]
) -> set[str] | None:
    """The ids asked for, those that could not be built among them; None for all."""
    if not patterns:
        return None
    broken = {name for name in failed if name in patterns}
    rest = [pattern for pattern in patterns if pattern not in broken]
    return broken | {model.model_id for model in select(models, rest, ())}


def _placed(found: Iterable[Diagnostic], project: Project) -> list[Diagnostic]:
    """Diagnostics with the file and the place of what they are about."""
    documents: dict[str, tuple[str, Document] | None] = {}
    told: list[Diagnostic] = []
    for each in found:
        if each.model not in documents:
            documents[each.model] = _document(each.model, project)
        known = documents[each.model]
        if known is not None:
            file, document = known
            place = document.place(in_document(each.pointer, document))
            each = replace(each, file=file, place=place)
        told.append(each)
    return told


def _document(model_id: str, project: Project) -> tuple[str, Document] | None:
    """The document whose structure counts: ``en``, else the first by name."""
    folder = document_path(model_id, DEFAULT_LOCALE).parent
    names = sorted(
        path.stem for path in (project.config.schemas / folder).glob("*.json")
    )
    for locale in sorted(names, key=lambda name: name != DEFAULT_LOCALE):
        document = read_one(project.config.schemas, model_id, locale)
        if document is not None:
            return document_path(model_id, locale).as_posix(), document
    return None


def _print(found: Sequence[Diagnostic], form: str, project: Project) -> None:
    root = project.config.schemas.as_posix()
    match form:
        case "json":
            below = [replace(each, file=f"{root}/{each.file}") for each in found]
            print_json({"diagnostics": [each.printed() for each in below]})
        case "sarif":
            click.echo(json.dumps(sarif(found, root, __version__), indent=2))
        case "github":
            for line in github(found, root):
                click.echo(shown(line))
        case _:
            print_diagnostics(found)


def _fails(found: Iterable[Diagnostic], fail_on: str) -> bool:
    if fail_on == "never":
        return False
    order = list(Severity)
    worst = order.index(Severity(fail_on))
    return any(order.index(each.severity) <= worst for each in found)
