"""``limits suggest`` and ``limits check``: drafts for a person, and what is wrong with limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from runcomfy_runtime.retry_and_timeouts import SCHEMAS_LOCK_TIMEOUT

from ..disk.atomic_write import FolderChanges, apply_changes
from ..disk.folder_lock import lock_folder
from ..ir.document import DEFAULT_LOCALE
from ..ir.model import Model
from ..limits.draft_file import draft_file
from ..limits.limits_folders import limits_path
from ..prose.draft import Draft
from ..prose.reader import draft_limits
from .limits_of_models import limit_conflicts
from .project import Project, ids_matching
from .results import LimitsResult, SuggestedLimits, SuggestResult


def suggest_limits(
    project: Project, models: Sequence[str] = (), write: Path | None = None
) -> SuggestResult:
    """Draft limits for these models, or for all. With ``write``, store them as files.

    A file that exists is kept: it may be reviewed already. The diagnostics are about models
    that cannot be built.
    """
    catalog = project.built_catalog()
    wanted = ids_matching(catalog, models)
    suggested = tuple(_suggested(catalog.models, wanted))
    written: list[Path] = []
    kept: list[Path] = []
    if write is not None:
        files = {
            limits_path(suggestion.model_id): suggestion
            for suggestion in suggested
            if suggestion.drafts
        }
        with lock_folder(write, SCHEMAS_LOCK_TIMEOUT):
            new = [path for path in files if not (write / path).exists()]
            content = {path: files[path].text.encode() for path in new}
            apply_changes(write, FolderChanges(write=content))
        kept = [write / path for path in files if path not in new]
        written = [write / path for path in new]
    failed = {*catalog.failed} if wanted is None else {*catalog.failed} & wanted
    return SuggestResult(
        suggested=suggested,
        written=tuple(written),
        kept=tuple(kept),
        diagnostics=tuple(row for row in catalog.diagnostics if row.model in failed),
    )


def _suggested(
    models: Sequence[Model], wanted: set[str] | None
) -> Iterator[SuggestedLimits]:
    for model in models:
        if wanted is not None and model.model_id not in wanted:
            continue
        reading = draft_limits(model)
        text = draft_file(
            model.model_id, reading.drafts, reading.unread, _other_locale(model)
        )
        yield SuggestedLimits(
            model_id=model.model_id,
            drafts=reading.drafts,
            unread=reading.unread,
            text=text,
        )


def _other_locale(model: Model) -> str:
    """The locale of the texts, if it is not the one that limits have by default."""
    locales = [locale for locale, _ in model.documents]
    default = DEFAULT_LOCALE if DEFAULT_LOCALE in locales else min(locales, default="")
    return "" if model.locale == default else model.locale


def result_json(result: SuggestResult) -> dict[str, list[dict[str, Any]]]:
    """The result as JSON: every draft with the names of the file, and the unread words."""
    return {
        "limits": [
            _draft_json(suggestion.model_id, draft)
            for suggestion in result.suggested
            for draft in suggestion.drafts
        ],
        "unread": [
            {
                "model": suggestion.model_id,
                "pointer": item.pointer,
                "quote": item.quote,
                "reason": item.reason,
            }
            for suggestion in result.suggested
            for item in suggestion.unread
        ],
    }


def _draft_json(model_id: str, draft: Draft) -> dict[str, Any]:
    condition = (
        {"rule": list(draft.rules)} if draft.rules else {"require": draft.require}
    )
    return {
        "model": model_id,
        "fields": list(draft.fields),
        "quote": draft.quote,
        "level": draft.level,
        **condition,
    }


def check_limits(project: Project, models: Sequence[str] = ()) -> LimitsResult:
    """Check every file of limits that applies to these models, or to all.

    A file for a model that the schemas do not have is stale as a whole.
    """
    catalog = project.built_catalog()
    wanted = ids_matching(catalog, models)
    diagnostics = [
        diagnostic
        for diagnostic in catalog.diagnostics
        if diagnostic.code.startswith(_PREFIX)
    ]
    diagnostics += limit_conflicts(catalog.models, project.limits)
    diagnostics.sort(key=lambda diagnostic: (diagnostic.model, diagnostic.place))
    if wanted is not None:
        diagnostics = [
            diagnostic for diagnostic in diagnostics if diagnostic.model in wanted
        ]
    checked = [
        model for model in catalog.models if wanted is None or model.model_id in wanted
    ]
    return LimitsResult(
        limits=project.config.limits_folder,
        diagnostics=tuple(diagnostics),
        files=sum(project.limits.read(m.model_id) is not None for m in checked),
        applied=sum(len(model.limits) for model in checked),
    )


_PREFIX = "stated-limit-"
