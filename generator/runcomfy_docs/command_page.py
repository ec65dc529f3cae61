"""The reference of the command line, made from click's commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from runcomfy_codegen.cli import command
from runcomfy_codegen.reports.published_text import in_page

from .page_text import bullets, code, fence, page

_HELP = "--help"


def command_page() -> str:
    """The page as Markdown."""
    root = click.Context(command, info_name="runcomfy-codegen")
    return page(
        "# The command line",
        "Every command with its options, as `--help` prints them."
        " [In the terminal](../terminal.md) shows how to use them,"
        " and lists the exit codes.",
        *(part for each in _commands(root) for part in _section(each)),
    )


def _commands(parent: click.Context) -> Iterator[click.Context]:
    """A context for each command, those of a group after it."""
    group = parent.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(parent):
        found = group.get_command(parent, name)
        assert found is not None
        context = click.Context(found, info_name=name, parent=parent)
        yield context
        yield from _commands(context)


def _section(context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path.removeprefix('runcomfy-codegen ')}"
    usage = " ".join(context.command.collect_usage_pieces(context))
    yield fence("text", f"{context.command_path} {usage}")
    yield from _help(context.command.help or "")
    options = [
        each.get_help_record(context) for each in context.command.get_params(context)
    ]
    yield bullets(
        f"{code(names)}: {in_page(text)}"
        for names, text in filter(None, options)
        if _HELP not in names
    )


def _help(text: str) -> Iterator[str]:
    """The paragraphs of a help text; one that click must not wrap is shown unchanged."""
    for part in inspect.cleandoc(text).split("\n\n"):
        if part.startswith("\b"):
            yield fence("text", part.removeprefix("\b\n"))
        else:
            yield in_page(" ".join(part.split()))
