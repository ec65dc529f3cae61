"""Stated limits in the sandbox: decided as the client does, on inline media alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runcomfy_runtime.limits.check_values import value_problems
from runcomfy_runtime.limits.compiled import compile_limits
from runcomfy_runtime.limits.stated_limit import Limit
from runcomfy_runtime.media.errors import MediaError, MediaUnknown
from runcomfy_runtime.media.info import MediaInfo
from runcomfy_runtime.media.inspection import InspectedFile, media_problems
from runcomfy_runtime.media.prober import probe
from runcomfy_runtime.media.references import media_references
from runcomfy_runtime.report import Problem


def broken_limits(
    limits: Sequence[Limit], document: Mapping[str, Any]
) -> Iterator[Problem]:
    """The limits that a document certainly breaks, or breaks with a warning.

    The document fits the schema. URLs are not fetched, so limits on their files are unknown.
    """
    compiled = compile_limits(limits)
    problems = value_problems(compiled, document)
    references = media_references((), document, compiled)
    measured = {source: _measure(source) for source in {r.source for r in references}}
    files = [
        InspectedFile.of(reference, measured[reference.source])
        for reference in references
    ]
    problems += media_problems(files, document, limits)
    for problem in problems:
        if problem.verdict == "fail" or (problem.level == "warn" and problem.actual):
            yield problem


def _measure(source: str | Path) -> MediaInfo | MediaError:
    if isinstance(source, Path) or source[:5].lower() != "data:":
        return MediaUnknown("the sandbox fetches no URL")
    try:
        return probe(source)
    except MediaError as error:
        return error
