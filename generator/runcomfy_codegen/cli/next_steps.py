"""The commands that ``init`` and ``demo`` suggest: they work in the folder of the call."""

from __future__ import annotations

from collections.abc import Sequence

from ..workspace.project import open_project
from ..workspace.shipped_schemas import SHIPPED, has_no_schemas
from .console import command_line
from .options import SchemasOptions

_MODEL = "google/nano-banana-2-lite/text-to-image"
_INPUT = "prompt=A boat"


def example_run(where: SchemasOptions, named: Sequence[str] = ()) -> str | None:
    """A job in the embedded sandbox: free, no key. None if the project lacks its model."""
    from ..store.schemas_folder import stored_ids

    project = open_project(**where)
    if where["schemas"] is None and has_no_schemas(where["config"]):
        project = open_project(SHIPPED, where["config"])
    folder = project.config.schemas
    if not folder.is_dir() or _MODEL not in stored_ids(folder):
        return None
    return command_line("run", _MODEL, _INPUT, "--sandbox", *named)
