"""Checks the stated limits of a project's models, and the files that belong to no model."""

from __future__ import annotations

from collections.abc import Sequence

from .limits_of_models import limit_conflicts
from .project import Project, ids_matching
from .results import LimitsResult


def check_limits(project: Project, models: Sequence[str] = ()) -> LimitsResult:
    """Check every file of limits that applies to these models, or to all.

    A file for a model that the schemas do not have is stale as a whole.
    """
    catalog = project.built_catalog()
    wanted = ids_matching(catalog, models)
    found = [each for each in catalog.diagnostics if each.code.startswith(_PREFIX)]
    found += limit_conflicts(catalog.models, project.limits)
    found.sort(key=lambda each: (each.model, each.place))
    if wanted is not None:
        found = [each for each in found if each.model in wanted]
    checked = [
        model for model in catalog.models if wanted is None or model.model_id in wanted
    ]
    return LimitsResult(
        limits=project.config.limits_folder,
        diagnostics=tuple(found),
        files=sum(project.limits.read(m.model_id) is not None for m in checked),
        applied=sum(len(model.limits) for model in checked),
    )


_PREFIX = "stated-limit-"
