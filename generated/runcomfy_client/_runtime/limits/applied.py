"""Which limits apply to a document, and what needs no file; the rest is loaded when needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..report import Problem
    from .stated_limit import Limit


def value_problems(
    limits: Sequence[Limit], payload: Mapping[str, Any]
) -> list[Problem]:
    """The problems with limits that need no file."""
    if not limits:
        return []
    from .check_values import value_problems as problems
    from .compiled import compile_limits

    return problems(compile_limits(limits), payload)


def are_about_files(limits: Sequence[Limit]) -> bool:
    """Whether a file must be measured to decide some of the limits."""
    if not limits:
        return False
    from .compiled import compile_limits

    return compile_limits(limits).about_files


def depth_of(limits: Sequence[Limit]) -> int:
    """How deep a document is looked at to decide limits, items of lists included."""
    return max(
        (field.count("/") + 1 for limit in limits for field in limit.fields), default=0
    )


def decidable(limits: Sequence[Limit], invalid: Collection[str]) -> tuple[Limit, ...]:
    """The limits that can be decided although the values at some pointers are invalid.

    An invalid value counts as not given, which would break what is required of it.
    """
    return tuple(limit for limit in limits if _is_decidable(limit, invalid))


def _is_decidable(limit: Limit, invalid: Collection[str]) -> bool:
    if "" in invalid:
        return False
    if limit.require is None and not any("total_" in rule for rule in limit.rules):
        return True
    fields = [f"{field}/" for field in limit.fields]
    return not any(
        f"{pointer}/".startswith(field) or field.startswith(f"{pointer}/")
        for pointer in invalid
        for field in fields
    )
