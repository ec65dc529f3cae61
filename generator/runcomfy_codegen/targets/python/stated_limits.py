"""Stated limits in generated modules: as values, and as a line in the docstring of a field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from runcomfy_runtime.limits.stated_limit import Limit

from ...ir.document import DEFAULT_LOCALE
from ..source_text import literal


def limit_call(limit: Limit) -> str:
    """The Python expression of a limit."""
    arguments = [_texts(limit.fields)]
    if limit.require is None:
        arguments.append(_texts(limit.rules))
    else:
        arguments.append(f"require={literal(dict(limit.require))}")
    named = {
        "quote": limit.quote,
        "locale": "" if limit.locale == DEFAULT_LOCALE else limit.locale,
        "level": "" if limit.level == "error" else limit.level,
        "published": limit.published,
    }
    arguments += [f"{name}={literal(text)}" for name, text in named.items() if text]
    return f"Limit({', '.join(arguments)})"


def _texts(texts: Iterable[str]) -> str:
    listed = list(map(literal, texts))
    # A comma at the end would make black give each text a line of its own.
    return f"({listed[0]},)" if len(listed) == 1 else f"({', '.join(listed)})"


def stated_limits(limits: Iterable[Limit]) -> dict[str, tuple[str, ...]]:
    """What the docstring of each field says about its limits, by the pointer of the field."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for limit in limits:
        for field in limit.fields:
            lines[field].append(_line(limit, field))
    return {field: tuple(texts) for field, texts in lines.items()}


def _line(limit: Limit, field: str) -> str:
    others = [other.lstrip("/") for other in limit.fields if other != field]
    together = limit.require is not None or any(
        "total_" in rule for rule in limit.rules
    )
    with_others = f", with {', '.join(others)}" if others and together else ""
    warning = " (a warning)" if limit.level == "warn" else ""
    condition = f'"{limit.quote}"' if limit.require is not None else limit.condition
    return f"Stated limit{with_others}{warning}: {condition}."
