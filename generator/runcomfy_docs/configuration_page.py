"""The reference of the configuration, made from the table of its keys."""

from __future__ import annotations

from runcomfy_codegen.workspace.configuration import KEYS, OWN_FILE, TABLE, ConfigKey

from .page_text import bullets, page


def configuration_page() -> str:
    """The page as Markdown."""
    return page(
        "# Configuration",
        f"The settings of a project are in `{OWN_FILE}`, or in the table"
        f" `[tool.{TABLE}]` of `pyproject.toml`. `runcomfy-codegen init` writes the first one, and"
        " `generate --save` adds the options of a call. Without a configuration, every key has its"
        " default. Options on the command line replace the configuration.",
        "Paths start in the folder of the file. An unknown key is an error that names the key that"
        " was probably meant.",
        *(_section(key) for key in KEYS),
    )


def _section(key: ConfigKey) -> str:
    facts = [
        f"Type: {key.type}",
        f"Default: {key.default}",
    ]
    if key.of_client:
        facts.append("Also in `[clients.NAME]`")
    return f"## `{key.name}`\n\n{key.meaning}\n\n{bullets(facts)}"
