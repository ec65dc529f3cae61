"""The command line: parses, calls the Python API, prints, and exits.

The module of a command is imported when the command runs, so that ``--help`` costs no more
than click itself.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

import click

from .. import __version__
from ..errors import (
    EXIT_INCOMPLETE,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    CodegenError,
    CommandStopped,
    UsageError,
)
from .suggesting_group import SuggestingGroup

_OPTIONS = {
    "all_models=True": "--all",
    "client=": "--client",
    "force=True": "--force",
    "limits=": "--limits",
    "locale=": "--locale",
    "merge_base=True": "--merge-base",
    "models=": "--models",
    "schemas=": "--schemas",
    "target=": "--target",
}
"""The options that messages of the Python API name, as arguments between backticks."""
COMMANDS = {
    "init": ("init", "Write a configuration, and name the next commands."),
    "import": (
        "importing",
        "Store published API pages and catalog entries in schemas/.",
    ),
    "pull": ("pull", "Download the live catalog into schemas/."),
    "limits": ("limits", "Check the stated limits of models."),
    "lint": ("lint", "Report what is wrong or contradictory in the schemas."),
    "models": ("models", "List the models, or search them."),
    "show": ("show", "Print the fields and rules of a model."),
    "generate": ("generate", "Write a typed client package from the schemas."),
    "check": ("check", "Check that the generated package matches the schemas."),
    "diff": ("diff", "Report what a change of the schemas means for callers."),
    "validate": ("validate", "Check an input document before you pay for a job."),
    "run": ("run", "Run a model: submit, wait, download."),
    "status": ("jobs:status", "Print the state of a job."),
    "result": ("jobs:result", "Wait for a job and download its files."),
    "cancel": ("jobs:cancel", "Cancel a job that is still queued."),
    "jobs": ("jobs:jobs", "List the jobs in a journal, including lost ones."),
    "balance": ("balance", "Print the balance of the account."),
    "sandbox": ("sandbox", "Serve the whole API on this machine, from the schemas."),
    "completion": ("completion", "Print the completion script of a shell."),
    "demo": ("demo", "Import, generate, run and reject on real schemas, offline."),
}
"""Each command with its module (and its name there if not ``command``) and its help line."""


class _OutputClosed(Exception):
    """The reader of the output closed it. Of a ``BrokenPipeError``, click makes exit code 1."""


@contextmanager
def _closed_output_named() -> Generator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _OutputClosed from error


class Commands(SuggestingGroup):
    """The commands; each module is imported when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of a typical workflow."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        file, _, attribute = COMMANDS[cmd_name][0].partition(":")
        module = importlib.import_module(f".{file}", __name__)
        command: click.Command = getattr(module, attribute or "command")
        return command

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Parse the command line; `--help` and `--version` print here."""
        with _closed_output_named():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _closed_output_named():
            return super().invoke(ctx)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="runcomfy-codegen")
def command() -> None:
    """Typed Python clients from RunComfy's published model schemas.

    Exit codes: 0 success; 1 an error in a document, or stale output; 2 wrong usage; 3 could
    not complete; 130 interrupted.
    """


def main() -> None:
    """Run the command line and exit. Users see no traceback."""
    _take_terminations()
    try:
        _run()
    except BrokenPipeError:
        # The reader of the output closed it, like `| head` does; that is fine.
        _write_nowhere()
        sys.exit(0)


def _run() -> NoReturn:
    try:
        code: object = command.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except _OutputClosed as closed:
        raise BrokenPipeError from closed
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort as abort:
        # The notes say what happens to a job that still runs: it may be paid for.
        notes = getattr(abort.__cause__, "__notes__", ())
        _fail("interrupted", EXIT_INTERRUPTED, notes)
    except CommandStopped as stopped:
        _fail(str(stopped), stopped.exit_code)
    except UsageError as error:
        _fail(_with_options(error), EXIT_USAGE)
    except CodegenError as error:
        _fail(_with_options(error), EXIT_INCOMPLETE)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}")
    except Exception as error:
        if os.environ.get("RUNCOMFY_CODEGEN_TRACEBACK"):
            raise
        _fail(
            f"{type(error).__name__}: {error}\n"
            "This is a bug in runcomfy-codegen; RUNCOMFY_CODEGEN_TRACEBACK=1 shows a traceback."
        )


def _write_nowhere() -> None:
    """Take what is still written, so that the interpreter can end in silence."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.__stdout__, sys.__stderr__):
        with suppress(AttributeError, OSError, ValueError):
            os.dup2(nowhere, stream.fileno())  # type: ignore[union-attr]


def _take_terminations() -> None:
    """Let SIGTERM and SIGHUP end a command like Ctrl-C, so that it cleans up."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # A signal that is ignored, for example by nohup, stays ignored.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, interrupt)


def _with_options(error: CodegenError) -> str:
    """A message with options of the command line in place of arguments of the Python API."""
    message = str(error)
    for argument, option in _OPTIONS.items():
        message = message.replace(f"`{argument}`", option)
    return message


def _fail(
    message: str, code: int = EXIT_INCOMPLETE, notes: Iterable[str] = ()
) -> NoReturn:
    # Imported here: --help does not need it.
    from ..reports.published_text import terminal_safe, terminal_safe_lines

    for note in notes:
        click.echo(terminal_safe(note), err=True)
    click.echo(terminal_safe_lines(f"error: {message}"), err=True)
    if _current_folder_is_gone():
        click.echo("the current folder no longer exists; change to another", err=True)
    sys.exit(code)


def _current_folder_is_gone() -> bool:
    try:
        return not os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        return True
