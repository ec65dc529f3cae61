"""``completion SHELL``, and what it completes: commands, model ids, field names."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from ..errors import CodegenError
from ..ir.as_json import to_json_schema
from ..ir.json_text import items
from ..ir.model import Boolean, Field, without_null
from ..workspace.project import Project, open_project
from ..workspace.shipped_schemas import SHIPPED, has_no_schemas
from .options import SchemasOptions, schemas_options

_PROGRAM, _VARIABLE = "runcomfy-codegen", "_RUNCOMFY_CODEGEN_COMPLETE"
# A field name ends with `=`: the value follows without a space. fish knows that by itself.
_ADD_WITHOUT_SPACE = {
    "bash": (
        "COMPREPLY+=($value)",
        "COMPREPLY+=($value)\n            [[ $value != *= ]] || compopt -o nospace",
    ),
    "zsh": (
        "compadd -U -V unsorted -a completions",
        "local -a fields; fields=(${(M)completions:#*=})\n"
        "        compadd -S '' -U -V unsorted -a fields\n"
        "        completions=(${completions:#*=})\n"
        "        compadd -U -V unsorted -a completions",
    ),
}


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@schemas_options
@click.pass_context
def command(context: click.Context, where: SchemasOptions, shell: str) -> None:
    """Print the script that completes commands, model ids and field names in a shell.

    \b
    bash: eval "$(runcomfy-codegen completion bash)"              in ~/.bashrc
    zsh:  eval "$(runcomfy-codegen completion zsh)"               in ~/.zshrc
    fish: runcomfy-codegen completion fish | source               in ~/.config/fish/config.fish
    """
    completion = get_completion_class(shell)
    assert completion is not None
    root = context.find_root().command
    script = completion(root, {}, _PROGRAM, _VARIABLE).source()
    if shell in _ADD_WITHOUT_SPACE:
        script = script.replace(*_ADD_WITHOUT_SPACE[shell])
    click.echo(script)


def complete_models(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The model ids that begin with a text."""
    from ..store.schemas_folder import stored_ids

    try:
        ids = stored_ids(_project(ctx).config.schemas)
    except (CodegenError, OSError):
        return []
    return [CompletionItem(id_) for id_ in sorted(ids) if id_.startswith(incomplete)]


def complete_fields(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The fields of the model as ``name=``, the values of a choice, or else a file."""
    try:
        model, _ = _project(ctx).model(str(ctx.params.get("model_id", "")))
    except (CodegenError, OSError):
        return []
    words = [
        word
        for field in model.input.fields
        for word in _words(field, incomplete)
        if word.startswith(incomplete)
    ]
    return [CompletionItem(word) for word in words] or [
        CompletionItem(incomplete, type="file")
    ]


def _words(field: Field, incomplete: str) -> list[str]:
    start = f"{field.wire_name}="
    if not incomplete.startswith(start):
        return [start]
    return [f"{start}{value}" for value in _values(field)]


def _values(field: Field) -> list[str]:
    kind = without_null(field.type)
    if isinstance(kind, Boolean):
        return ["true", "false"]
    return [str(value) for value in items(to_json_schema(kind).get("enum"))]


def _project(ctx: click.Context) -> Project:
    """The project of the command line that is being completed."""
    options: dict[str, Any] = ctx.params
    schemas, config = options.get("schemas"), options.get("config")
    if schemas is None and has_no_schemas(config):
        schemas = SHIPPED
    return open_project(schemas, config)
