"""What ``lint`` reports about the schemas of a project. Nothing is printed."""

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
from ..limits.judge import CODES as LIMIT_CODES
from ..lint import RULES, is_selected, lint
from ..store.document_file import document_path
from ..store.schemas_folder import document_paths, read_one
from .comparison import pointer_in_document
from .limits_of_models import limit_conflicts
from .project import Project, ids_matching
from .results import LintResult

BUILT = (
    "broken-document", "duplicate-key", "impossible-combination", "impossible-enum", "left-out-everywhere", "left-out-field", "locale-structure",
    "loose-pattern-escape", "module-collision", "name-collision", "not-json", "overlapping-options",
    "required-without-property", "too-large", "slow-pattern", "unchecked-keyword", "unknown-rule",
    "unread-combination", "unreadable-pattern", "unreadable-rule", "unsendable-name", "unused-name",
)  # fmt: skip
"""The codes that building reports, in addition to those of the dialect's meta-schema."""


def lint_schemas(
    project: Project,
    models: Sequence[str] = (),
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> LintResult:
    """The diagnostics of these models, or of all. Raises ``UsageError``.

    ``select`` and ``ignore`` are codes, or globs over codes.
    """
    catalog = project.catalog()
    _check_codes((*select, *ignore), catalog.diagnostics)
    wanted = ids_matching(catalog, models)
    conflicts = limit_conflicts(catalog.models, project.limits)
    diagnostics = (
        *catalog.diagnostics,
        *conflicts,
        *_located(lint(catalog.models), project),
    )
    return LintResult(
        schemas=project.config.schemas,
        diagnostics=tuple(
            diagnostic
            for diagnostic in diagnostics
            if (wanted is None or diagnostic.model in wanted)
            and is_selected(diagnostic.code, select=select, ignore=ignore)
        ),
    )


def _check_codes(patterns: Iterable[str], diagnostics: Iterable[Diagnostic]) -> None:
    """Reject codes that do not exist: a CI check with a misspelled code would always pass."""
    own = (rule.id for rule in RULES)
    known = {
        *own,
        *BUILT,
        *_codes(resources.dialect()),
        *LIMIT_CODES,
        *(diagnostic.code for diagnostic in diagnostics),
    }
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


def _located(
    diagnostics: Iterable[Diagnostic], project: Project
) -> Iterator[Diagnostic]:
    """The diagnostics with the file and the position of what they are about."""
    documents: dict[str, tuple[str, Document] | None] = {}
    for diagnostic in diagnostics:
        if diagnostic.model not in documents:
            documents[diagnostic.model] = _document(diagnostic.model, project)
        known = documents[diagnostic.model]
        if known is None:
            yield diagnostic
            continue
        file, document = known
        place = document.place(pointer_in_document(diagnostic.pointer, document))
        yield replace(diagnostic, file=file, place=place)


def _document(model_id: str, project: Project) -> tuple[str, Document] | None:
    """The document that gives a model its structure: ``en``, else the first by name."""
    paths = document_paths(project.config.schemas, model_id)
    names = [path.stem for path in paths]
    for locale in sorted(names, key=lambda name: name != DEFAULT_LOCALE):
        document = read_one(project.config.schemas, model_id, locale)
        if document is not None:
            return document_path(model_id, locale).as_posix(), document
    return None


"""The file of approved findings that is read if it exists."""
