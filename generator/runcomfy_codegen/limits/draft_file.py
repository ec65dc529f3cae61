"""Drafts as the text of a file of limits: TOML that a person reviews."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from ..ir.toml_text import toml_string
from ..prose.draft import Draft, Unread
from .limits_folders import limits_path

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def draft_file(
    model_id: str,
    drafts: Sequence[Draft],
    unread: Sequence[Unread],
    locale: str = "",
) -> str:
    """The text of a file with these drafts; what is not drafted follows as comments.

    ``locale`` is written into each limit if its words are not in the default language.
    """
    lines = [f"# limits/{limits_path(model_id)}: drafts, to be reviewed by a person"]
    lines.append(f"model_id = {_text(model_id)}")
    for draft in drafts:
        lines += ["", "[[limit]]", *_entry(draft, locale)]
    lines += [""] * bool(unread)
    for item in unread:
        words = f"{_text(item.pointer)}: {_text(item.quote)}"
        lines.append(f"# read this yourself: {words} ({item.reason})")
    return "\n".join(lines) + "\n"


def _entry(draft: Draft, locale: str) -> Iterator[str]:
    yield f"fields = {_value(list(draft.fields))}"
    yield f"quote = {_text(draft.quote)}"
    if locale:
        yield f"locale = {_text(locale)}"
    if draft.level != "error":
        yield f"level = {_text(draft.level)}"
    if draft.require is None:
        rules: str | list[str] = list(draft.rules)
        yield f"rule = {_value(rules[0] if len(rules) == 1 else rules)}"
    else:
        yield from _dotted("require", dict(draft.require))


def _dotted(path: str, table: Mapping[str, Any]) -> Iterator[str]:
    """The members of a table as dotted keys, one on each line."""
    for name, value in table.items():
        key = f"{path}.{_key(name)}"
        inner = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        if inner:
            yield from _dotted(key, inner)
        else:
            yield f"{key} = {_value(cast('object', value))}"


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case list():
            return f"[{', '.join(map(_value, cast('list[object]', value)))}]"
        case dict():
            members = cast("dict[str, object]", value).items()
            inside = ", ".join(
                f"{_key(name)} = {_value(item)}" for name, item in members
            )
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            return str(value)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    """A TOML string on one line; also in comments, which may have no control characters."""
    return toml_string(text.encode("utf-8", "replace").decode("utf-8"))
