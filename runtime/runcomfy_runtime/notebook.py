"""What notebooks and rich show: pictures, players and links, tables of problems.

Everything that a server or a caller wrote is escaped. Only http(s) URLs become links.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import import_module
from typing import Any, TypeAlias

from .escaping import printable, quoted
from .files import File, is_url

Row: TypeAlias = Sequence[object]
_MOST_SHOWN = 12
_STYLE = "max-width:320px;max-height:320px;margin:4px;vertical-align:top"


def result_html(facts: Mapping[str, object], files: Sequence[File], raw: object) -> str:
    """The files of a result as pictures, players and links; without files, its JSON."""
    shown = "".join(_figure(file) for file in files[:_MOST_SHOWN])
    links = "".join(f"<div>{_link(file)}</div>" for file in files[_MOST_SHOWN:])
    if not files:
        text = json.dumps(raw, ensure_ascii=False, indent=2, default=str)
        shown = f"<pre>{_text(text, 2_000)}</pre>"
    return f"<div>{facts_html(facts)}<div>{shown}</div>{links}</div>"


def _figure(file: File) -> str:
    if not is_url(file.url):
        return ""
    url, label = escape(file.url, quote=True), escape(file.pointer, quote=True)
    match file.kind:
        case "image":
            media = f'<img src="{url}" alt="{label}" style="{_STYLE}">'
            return (
                f'<a href="{url}" target="_blank" rel="noopener noreferrer">{media}</a>'
            )
        case "video":
            media = f'<video src="{url}" controls preload="metadata" style="{_STYLE}"></video>'
        case "audio":
            media = f'<audio src="{url}" controls preload="metadata"></audio>'
        case _:
            media = ""
    return f"<div>{media}<div>{_link(file)}</div></div>"


def _link(file: File) -> str:
    shown = _text(file.url.partition("?")[0], 120)
    if not is_url(file.url):
        return shown
    url = escape(file.url, quote=True)
    return f'<a href="{url}" target="_blank" rel="noopener noreferrer">{shown}</a>'


def facts_html(facts: Mapping[str, object]) -> str:
    """Names and values on one line."""
    parts = (f"<b>{_text(name)}</b> {_text(value)}" for name, value in facts.items())
    return f"<div>{' &nbsp; '.join(parts)}</div>"


def table_html(names: Sequence[str], rows: Iterable[Row]) -> str:
    """A table."""
    head = "".join(f"<th>{_text(name)}</th>" for name in names)
    cells = (
        "".join(f'<td style="text-align:left">{_text(cell)}</td>' for cell in row)
        for row in rows
    )
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: object, limit: int = 300) -> str:
    lines = str("" if value is None else value).splitlines() or [""]
    return "\n".join(escape(printable(line, limit)) for line in lines[:100])


def rich_table(names: Sequence[str], rows: Iterable[Row], title: str = "") -> Any:
    """The same for rich, which calls this. Texts are shown as they are: they are no markup."""
    # Not import statements: a type checker of a project without rich would miss it.
    text = import_module("rich.text").Text
    table = import_module("rich.table").Table(
        title=text(printable(title)) if title else None
    )
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            *(text(printable(str("" if cell is None else cell))) for cell in row)
        )
    return table


PROBLEM_COLUMNS = ("", "place", "problem", "limit", "is")


def problem_rows(problems: Iterable[Any]) -> list[Row]:
    """A row for each ``Problem`` of a report."""
    return [
        (
            "wrong" if problem.verdict == "fail" else "unknown",
            problem.pointer or "(the whole input)",
            problem.message,
            _shown(problem.limit),
            _shown(problem.actual),
        )
        for problem in problems
    ]


def _shown(value: object) -> str:
    return "" if value is None else quoted(value, 60)


FILE_COLUMNS = ("file", "kind", "url")


def file_rows(files: Iterable[File]) -> list[Row]:
    """A row for each file of a result."""
    return [(file.pointer, file.kind, file.url.partition("?")[0]) for file in files]
