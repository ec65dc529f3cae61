"""Comparing limits that are written in different ways."""

from __future__ import annotations

import json
from typing import Any, cast


def canonical(require: Any) -> Any:
    """A fragment in which the order of alternatives and of names has no meaning."""
    if isinstance(require, dict):
        members = cast("dict[str, Any]", require)
        return {key: canonical(value) for key, value in sorted(members.items())}
    if isinstance(require, list):
        items = cast("list[Any]", require)
        return sorted(map(canonical, items), key=json.dumps)
    return require
