"""The layout of generated code: black's, with black's own settings."""

from __future__ import annotations

from .literal import WIDTH


def laid_out(source: str) -> str:
    """The source as black would leave it. Raises ``black.InvalidInput`` for no Python."""
    # Imported here: only commands that render need it, and it takes a tenth of a second.
    from black import format_str
    from black.mode import Mode, TargetVersion

    mode = Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return format_str(source, mode=mode)
