"""The command line: one file a command. The only room that prints, asks, writes or exits.

A command's module is loaded when the command is called, so that ``--help`` costs no more
than click itself.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from .. import __version__
from ..errors import CodegenError, UsageError
from .console import (
    EXIT_INCOMPLETE,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    CommandStopped,
    printable,
)

COMMANDS = {
    "import": (
        "importing",
        "Read published API pages and catalog entries into schemas/.",
    ),
    "pull": ("pull", "Read the live catalog into schemas/."),
    "lint": ("lint", "Say what is wrong or contradictory in the schemas."),
    "show": ("show", "Print what the tool understood of a model."),
    "generate": ("generate", "Write a typed client package from the schemas."),
    "check": ("check", "Say whether the generated package is what the schemas say."),
    "diff": ("diff", "Say what a change of schemas does to callers."),
    "validate": ("validate", "Check an input document before anything is paid."),
    "run": ("run", "Run a model: submit, follow, download."),
    "status": ("jobs:status", "Tell the state of a job."),
    "result": ("jobs:result", "Wait for a job, and download its files."),
    "cancel": ("jobs:cancel", "Cancel a job that is still queued."),
    "jobs": ("jobs:jobs", "List the jobs of a journal, those that got lost included."),
    "sandbox": ("sandbox", "Serve the whole API on this machine, from the schemas."),
    "demo": ("demo", "Tell the whole story on real schemas, without key or network."),
}
"""Every command: the module that holds it (and its name there), and its line in the help."""


class Commands(click.Group):
    """The commands, each loaded when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of a user's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        file, _, attribute = COMMANDS[cmd_name][0].partition(":")
        module = importlib.import_module(f".{file}", __name__)
        command: click.Command = getattr(module, attribute or "command")
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the list of commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="runcomfy-codegen")
def command() -> None:
    """Typed Python clients from RunComfy's published model schemas.

    Exit codes: 0 fine; 1 an error in a document, or stale output; 2 wrong usage; 3 could
    not complete; 130 interrupted.
    """


def main() -> None:
    """Run the command line and exit. No traceback reaches a user."""
    _take_terminations()
    try:
        code: object = command.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort as abort:
        # What was going on tells what became of it: a job may be running, and paid for.
        for note in getattr(abort.__cause__, "__notes__", ()):
            click.echo(printable(note), err=True)
        _fail("interrupted", EXIT_INTERRUPTED)
    except CommandStopped as stopped:
        _fail(str(stopped), stopped.exit_code)
    except UsageError as error:
        _fail(str(error), EXIT_USAGE)
    except CodegenError as error:
        _fail(str(error), EXIT_INCOMPLETE)
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does; nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}")
    except Exception as error:
        if os.environ.get("RUNCOMFY_CODEGEN_TRACEBACK"):
            raise
        _fail(
            f"{type(error).__name__}: {error}\n"
            "This is a defect of runcomfy-codegen; RUNCOMFY_CODEGEN_TRACEBACK=1 shows where."
        )


def _take_terminations() -> None:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does: what was begun is cleaned up."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # One that is ignored, as nohup asks for, stays so.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, interrupt)


def _fail(message: str, code: int = EXIT_INCOMPLETE) -> NoReturn:
    click.echo(f"error: {printable(message)}", err=True)
    sys.exit(code)
