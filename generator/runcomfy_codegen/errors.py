"""What the tool raises, and how a command ends: what happened, and what to do about it.

The command line exits with 2 for a ``UsageError`` and with 3 for every other
``CodegenError``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .ir.diagnostic import Diagnostic


class CodegenError(Exception):
    """No answer could be given, and nothing was written.

    ``diagnostics`` are what was noticed in the schemas before the error.
    """

    diagnostics: tuple[Diagnostic, ...] = ()


class UsageError(CodegenError, ValueError):
    """The call is wrong; another one would work."""


class OperationError(CodegenError):
    """The call is right and could not be completed."""


class ConfigError(UsageError):
    """The configuration cannot be used; the message says where and why."""


class NoSchemas(UsageError):
    """There is no folder of schemas where the configuration or the call says."""


class UnknownModel(UsageError):
    """There is no model with this id, or none that matches this pattern."""


class SourceUnreadable(OperationError):
    """A published text could not be downloaded."""


class ServerUnreachable(SourceUnreadable):
    """A server is unreachable, or closed the connection before it answered."""


class FolderBusy(OperationError):
    """Another process is writing the folder."""


class FolderConflict(OperationError):
    """Files are in the way that the tool must not replace.

    ``conflicts`` says for each file, by its path below the folder, why: it was edited by
    hand, or the lock file does not name it. ``diff`` shows the edits of the first files.
    """

    def __init__(
        self,
        message: str,
        conflicts: Mapping[PurePosixPath, Literal["edited", "foreign"]],
        diff: tuple[str, ...] = (),
    ) -> None:
        """Keep the files next to the message."""
        super().__init__(message)
        self.conflicts = conflicts
        self.diff = diff


# How a command ends: its exit codes.


EXIT_FINDING = 1
"""An error diagnostic, a finding, or stale output."""
EXIT_USAGE = 2
"""Another call would work."""
EXIT_INCOMPLETE = 3
"""The command could not complete."""
EXIT_INTERRUPTED = 130
"""Stopped by Ctrl-C: 128 plus the number of the signal, as in a shell."""
EXIT_TERMINATED = 143
"""Stopped by SIGTERM."""


class CommandStopped(Exception):
    """A signal stopped the command while it followed a job."""

    def __init__(self, message: str, exit_code: int) -> None:
        """Say what happens to the job, and which signal it was."""
        super().__init__(message)
        self.exit_code = exit_code
