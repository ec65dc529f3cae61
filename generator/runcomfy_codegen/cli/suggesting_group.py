"""A group of commands that suggests a command for a mistyped one."""

from __future__ import annotations

import click

from runcomfy_runtime.did_you_mean import did_you_mean

_OTHER_WORDS = {
    "build": "generate",
    "codegen": "generate",
    "config": "init",
    "create": "init",
    "download": "result",
    "gen": "generate",
    "info": "show",
    "list": "models",
    "ls": "models",
    "new": "init",
    "search": "models",
    "serve": "sandbox",
    "server": "sandbox",
    "start": "sandbox",
    "submit": "run",
    "update": "pull",
    "verify": "check",
    "wait": "result",
    "wallet": "balance",
}
"""What other tools call a command of this one."""
_OPTIONS = ("help", "version")
"""Options that other tools have as commands."""


class SuggestingGroup(click.Group):
    """A group whose error for an unknown command says which one was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of these arguments. Raises ``click.UsageError``."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            ctx.fail(f"there is no command {name!r}{self._hint(ctx, name)}")
        return super().resolve_command(ctx, args)

    def _hint(self, ctx: click.Context, name: str) -> str:
        known = self.list_commands(ctx)
        if name.lower() in _OPTIONS:
            return f"; did you mean '--{name.lower()}'?"
        other = _OTHER_WORDS.get(name.lower())
        if other in known:
            return f"; did you mean {other!r}?"
        return did_you_mean(name.lower(), known, count=2) or (
            f"; `{ctx.command_path} --help` lists them"
        )
