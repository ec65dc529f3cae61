"""How a command ends: its exit codes."""

from __future__ import annotations

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
