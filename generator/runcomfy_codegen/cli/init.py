"""``init``: write a first configuration, and name the next commands."""

from __future__ import annotations

from pathlib import Path

import click

from ..workspace.new_configuration import NewConfiguration, write_configuration
from .console import command_line, say
from .next_steps import example_run
from .options import SchemasOptions, schemas_options


@click.command("init")
@click.option(
    "--models",
    multiple=True,
    metavar="GLOB",
    default=("*",),
    show_default=True,
    help="The models of the package; * also matches /.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runcomfy_client"),
    show_default=True,
    help="Folder of the generated package.",
)
@schemas_options
def command(where: SchemasOptions, models: tuple[str, ...], output: Path) -> None:
    """Write a configuration, and name the next three commands.

    The configuration goes into pyproject.toml if there is one, else into
    runcomfy-codegen.toml. A configuration that is already there stays as it is.
    """
    schemas = None if where["schemas"] is None else Path(where["schemas"])
    new = NewConfiguration(output=output, models=models, schemas=schemas)
    file = write_configuration(new, where["config"])
    say(f"{file}: written")
    say("next:")
    for line in _next_commands(where["config"]):
        say(f"  {line}")


def _next_commands(config: Path | None) -> tuple[str, str, str]:
    named = [] if config is None else ["--config", str(config)]
    here = SchemasOptions(schemas=None, config=config)
    return (
        command_line("models", *named),
        command_line("generate", *named),
        example_run(here, named) or command_line("check", *named),
    )
