"""Checking an input document with the generated client of its model."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from runcomfy_runtime.media.inspection import InspectedFile, Inspector
from runcomfy_runtime.report import Problem, Report
from runcomfy_runtime.rule import Rule

from ..errors import UsageError
from ..ir.json_text import JsonText, is_object
from .project import Project
from .temporary_client import temporary_client


def validate_document(
    project: Project,
    model_id: str,
    document: dict[str, Any],
    folder: Path,
    locale: str | None,
) -> tuple[Report, tuple[InspectedFile, ...]]:
    """The report of the generated client, and the media files that were measured."""
    model, _ = project.model(model_id)
    inspector = Inspector(folder=folder)
    measured: list[InspectedFile] = []

    def look(rules: Sequence[Rule], payload: Mapping[str, Any]) -> list[Problem]:
        # Copy the rules: the class of the temporary client is deleted with its package.
        ours = [Rule(**asdict(rule)) for rule in rules]
        measured.extend(inspector.inspect(ours, payload))
        return [problem for finding in measured for problem in finding.problems()]

    with (
        temporary_client(project, model) as bench,
        bench.client.RunComfy(media_checks="off", judges=[look]) as client,
    ):
        report: Report = client.validate(bench.module.Input, document, locale=locale)
    return report, tuple(measured)


def read_document(file: str) -> dict[str, Any]:
    """The JSON object in a file, or on standard input for ``-``. Raises ``UsageError``."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        document: Any = json.loads(text)
    except FileNotFoundError:
        raise UsageError(f"{file}: no such file") from None
    except IsADirectoryError:
        raise UsageError(f"{file} is a folder") from None
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}"
        ) from None
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise UsageError(f"{file}: not JSON: {error}") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    for pointer in JsonText(text).duplicates():
        raise UsageError(
            f"{file}: {pointer} is there twice; JSON readers disagree about which one counts"
        )
    if not is_object(document):
        raise UsageError(f"{file}: the input of a model is a JSON object")
    return document
