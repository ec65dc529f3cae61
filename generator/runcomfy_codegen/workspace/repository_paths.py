"""Paths of files as a page of the repository names them: from its root, not from here.

GitHub puts annotations and code scanning results on files by these paths. A command runs in
any folder of the repository, as the working directory of a job in a monorepo.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from ..reports.command_report import CommandReport, FileLocation


def from_repository_root(report: CommandReport) -> CommandReport:
    """The report with the paths of its files from the root of the repository."""
    root = _root(Path.cwd())
    return replace(
        report,
        entries=tuple(
            replace(entry, location=_relocated(entry.location, root))
            for entry in report.entries
        ),
        notices=tuple(
            replace(notice, file=_path(notice.file, root)) for notice in report.notices
        ),
    )


def _relocated(location: FileLocation | None, root: Path) -> FileLocation | None:
    if location is None:
        return None
    return location._replace(file=_path(location.file, root))


def _path(file: str, root: Path) -> str:
    """The path from the root; an absolute one for a file outside, and nothing for no file."""
    if not file:
        return file
    # Not resolved: the repository has links as they are.
    whole = Path(os.path.normpath(Path.cwd() / file))
    below = whole.relative_to(root) if whole.is_relative_to(root) else whole
    return below.as_posix()


def _root(folder: Path) -> Path:
    """The folder around this one that has ``.git``; this one if there is none."""
    around = (folder, *folder.parents)
    return next((each for each in around if (each / ".git").exists()), folder)
