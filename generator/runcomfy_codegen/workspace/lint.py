"""What is wrong or contradictory in the schemas of a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from runcomfy_runtime.did_you_mean import did_you_mean

from .. import resources
from ..errors import UsageError
from ..ir.diagnostic import Diagnostic
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import JsonValue, items, members
from ..ir.model import Model
from ..lint.run import RULES
from ..store.document_file import document_path
from ..store.schemas_folder import read_one
from .comparison import pointer_in_document
from .project import Project, select

BUILT = (
    "broken-document", "duplicate-key", "impossible-enum", "locale-structure",
    "module-collision", "name-collision", "not-json", "required-without-property",
    "unknown-rule", "unreadable-pattern", "unreadable-rule", "unused-name",
)  # fmt: skip
"""The codes of what building notices, beside those of the dialect's meta-schema."""


def refuse_misspelled(patterns: Iterable[str], found: Iterable[Diagnostic]) -> None:
    """A code that can never be told would make a gate that always passes."""
    own = (rule.id for rule in RULES)
    known = {*own, *BUILT, *_codes(resources.dialect()), *(each.code for each in found)}
    for pattern in patterns:
        if not any(fnmatchcase(code, pattern) for code in known):
            hint = did_you_mean(pattern, known)
            raise UsageError(f"no code matches {pattern!r}{hint}")


def _codes(schema: JsonValue) -> Iterator[str]:
    """Every code that the meta-schema can report."""
    for name, inner in members(schema).items():
        if name == "x-diagnostics":
            yield from (str(report["code"]) for report in members(inner).values())
        else:
            yield from _codes(inner)
    for inner in items(schema):
        yield from _codes(inner)


def wanted_ids(
    models: Iterable[Model], failed: Sequence[str], patterns: Sequence[str]
) -> set[str] | None:
    """The ids asked for, those that could not be built among them; None for all."""
    if not patterns:
        return None
    broken = {name for name in failed if name in patterns}
    rest = [pattern for pattern in patterns if pattern not in broken]
    return broken | {model.model_id for model in select(models, rest, ())}


def placed(found: Iterable[Diagnostic], project: Project) -> list[Diagnostic]:
    """Diagnostics with the file and the place of what they are about."""
    documents: dict[str, tuple[str, Document] | None] = {}
    told: list[Diagnostic] = []
    for each in found:
        if each.model not in documents:
            documents[each.model] = _document(each.model, project)
        known = documents[each.model]
        if known is not None:
            file, document = known
            place = document.place(pointer_in_document(each.pointer, document))
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
