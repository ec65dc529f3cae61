"""The arguments MODEL and INPUT of ``run`` and ``validate``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from runcomfy_runtime.report import Report

from ..errors import UnknownModel
from ..ir.model import Model
from ..workspace.input_arguments import InputArguments, read_input
from ..workspace.project import Project
from .completion import complete_fields, complete_models
from .console import say

_METAVAR = "[KEY=VALUE | KEY:=JSON | KEY=@PATH | FILE]..."


class InputCommand(click.Command):
    """A command that takes fields. A field that is written as an option gets a hint."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments. Raises ``click.UsageError``."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name = error.option_name.lstrip("-").replace("-", "_")
            hint = f"A field is given without dashes: {name}=…"
            raise click.UsageError(f"{error.format_message()} {hint}", ctx) from None


def model_and_input(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the arguments ``model_id`` and ``arguments``."""
    given = click.argument(
        "arguments", nargs=-1, metavar=_METAVAR, shell_complete=complete_fields
    )
    model = click.argument("model_id", metavar="MODEL", shell_complete=complete_models)
    return model(given(function))


def read_call(
    project: Project, model_id: str, arguments: Sequence[str]
) -> tuple[Model, InputArguments]:
    """The model and its input. Raises ``UsageError``, also for swapped arguments."""
    try:
        model, catalog = project.model(model_id)
    except UnknownModel as error:
        swapped = [argument for argument in arguments if not os.path.lexists(argument)]
        if os.path.isfile(model_id) and swapped:  # noqa: PTH113
            raise UnknownModel(
                f"{model_id!r} is a file, not a model; the model comes first:"
                f" {swapped[0]} {model_id}"
            ) from None
        raise error from None
    return model, read_input(model, catalog.names[model_id], arguments)


def print_json_hint(report: Report, typed: Iterable[str]) -> None:
    """Say how to give a value that is not text, if one that was typed has the wrong type."""
    wrong = {
        problem.pointer[1:]
        for problem in report.failed
        if problem.code == "type" and "object" in str(problem.limit)
    }
    for name in sorted(wrong.intersection(typed)):
        say(f"hint: {name}:=JSON gives a value that is not text", on_stderr=True)
