"""How a command ends when it cannot do what it was asked."""

from __future__ import annotations

EXIT_FINDING = 1
"""An error diagnostic, a finding, or stale output."""
EXIT_USAGE = 2
"""The call's words are wrong."""
EXIT_INCOMPLETE = 3
"""The command could not complete."""
EXIT_INTERRUPTED = 130
"""Stopped by Ctrl-C: 128 and the number of the signal, as shells have it."""
EXIT_TERMINATED = 143
"""Stopped by SIGTERM."""


class Failure(Exception):
    """Ends the command with a message and an exit code; nothing was changed."""

    def __init__(self, message: str, exit_code: int = EXIT_INCOMPLETE) -> None:
        """Say what went wrong and what to do about it."""
        super().__init__(message)
        self.exit_code = exit_code


def usage(message: str) -> Failure:
    """A failure that another call would not have."""
    return Failure(message, EXIT_USAGE)
