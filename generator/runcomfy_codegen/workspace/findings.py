"""The findings of lint and of diff, for a project. Nothing is printed."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from runcomfy_runtime.did_you_mean import did_you_mean

from .. import resources
from ..diff.approvals import Approval, ApprovalError, apply_approvals, read_approvals
from ..diff.report import DiffReport
from ..diff.rules import diff
from ..disk.read_file import SETTINGS_CAP, read_file
from ..errors import UsageError
from ..ir.diagnostic import Diagnostic
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import JsonValue, items, members
from ..lint import RULES, is_selected, lint
from ..store.document_file import document_path
from ..store.schemas_folder import document_paths, read_one
from .comparison import compare_sides, pointer_in_document
from .project import Project, ids_matching
from .results import DiffResult, LintResult
from .revision import default_head, overrides_at, resolve_base, resolve_side

BUILT = (
    "broken-document", "duplicate-key", "impossible-enum", "locale-structure", "loose-pattern-escape",
    "module-collision", "name-collision", "not-json", "required-without-property", "too-large", "slow-pattern",
    "unknown-rule", "unreadable-pattern", "unreadable-rule", "unsendable-name", "unused-name",
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
    diagnostics = (*catalog.diagnostics, *_located(lint(catalog.models), project))
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


# Comparing two sides of the schemas: folders or git revisions, with approved findings.


APPROVALS = Path("runcomfy-approvals.toml")
"""The file of approved findings that is read if it exists."""


def diff_schemas(
    project: Project,
    base: str,
    head: str | None = None,
    *,
    merge_base: bool = False,
    approvals: Path | None = None,
) -> DiffResult:
    """Read, build and compare both sides. Raises ``CodegenError``.

    Without ``head``, the new side is the work tree. ``merge_base`` compares with the last
    commit that both sides have in common.
    """
    approved = _read_approvals(approvals)
    old = resolve_base(base, project, _revision(base, head) if merge_base else None)
    new = resolve_side(head, project) if head else default_head(old, project)
    overrides = (overrides_at(old, project), overrides_at(new, project))
    sides = compare_sides(old, new, project.build_options, overrides)
    # The last day of an approval is the same everywhere: that of UTC.
    today = datetime.now(UTC).date()
    findings = diff(sides.old, sides.new, sides.outputs, sides.texts, sides.surfaces)
    judged = apply_approvals(approved, findings, today, sides.failed)
    report = DiffReport(
        base=base,
        head=head or "work tree",
        findings=judged.open,
        approved=judged.approved,
        stale=judged.stale,
        diagnostics=sides.diagnostics,
    )
    return DiffResult(report=report, locate=sides.locate, diagnostics=sides.diagnostics)


def _revision(base: str, head: str | None) -> str:
    """The git revision of the new side."""
    if Path(base).is_dir() or (head and Path(head).is_dir()):
        raise UsageError("`merge_base=True` needs git revisions, not folders")
    return head.partition(":")[0] if head else "HEAD"


def _read_approvals(file: Path | None) -> tuple[Approval, ...]:
    """The approvals in a file, or in the usual one if it exists. Raises ``UsageError``."""
    if file is None and not os.path.lexists(APPROVALS):
        return ()
    chosen = file or APPROVALS
    try:
        return read_approvals(
            tomllib.loads(read_file(chosen, SETTINGS_CAP).decode("utf-8"))
        )
    except OSError as error:
        raise UsageError(f"{chosen}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{chosen}: not TOML: {error}") from None
    except ApprovalError as error:
        raise UsageError(f"{chosen}: {error}") from None
