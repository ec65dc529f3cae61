"""One file of stated limits: its TOML as frozen values with lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast, get_args

from runcomfy_codegen.limits.require_subset import malformed_parts
from runcomfy_runtime.did_you_mean import did_you_mean_or_list
from runcomfy_runtime.limits.rule_grammar import MalformedRule, parse_rule
from runcomfy_runtime.limits.stated_limit import Level, Limit

from ..ir.diagnostic import Diagnostic, Position
from ..ir.toml_text import NotToml, parse_toml

MALFORMED = "stated-limit-malformed"
"""The code of a diagnostic about an entry or a file that is not in the language of limits."""


@dataclass(frozen=True, slots=True)
class LimitEntry:
    """One ``[[limit]]`` of a file, and the line where it begins."""

    limit: Limit
    line: int


@dataclass(frozen=True, slots=True)
class LimitsFile:
    """The limits of one model. ``file`` is the path as messages show it.

    Entries that are malformed are left out; the diagnostics are about them.
    """

    model_id: str
    file: str
    entries: tuple[LimitEntry, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def diagnostic(self, code: str, message: str, line: int, **more: Any) -> Diagnostic:
        """A diagnostic about a line of the file."""
        return Diagnostic(
            code=code,
            message=message,
            model=self.model_id,
            file=self.file,
            place=Position(line),
            **more,
        )


def unread_limits(model_id: str, file: str, reason: str) -> LimitsFile:
    """A file of limits that is not read, with the reason as its diagnostic."""
    return _failed(LimitsFile(model_id, file), reason, 1)


def read_limits(content: bytes, model_id: str, file: str) -> LimitsFile:
    """Read a file of limits. Never raises: the diagnostics say what is malformed."""
    empty = LimitsFile(model_id, file)
    try:
        whole = parse_toml(content, Decimal)
    except NotToml as error:
        return _failed(empty, str(error), error.line)
    return _read_table(whole, content.decode("utf-8").replace("\r\n", "\n"), empty)


def _failed(file: LimitsFile, message: str, line: int) -> LimitsFile:
    diagnostic = file.diagnostic(MALFORMED, message, line)
    return LimitsFile(file.model_id, file.file, (), (diagnostic,))


_TOP_KEYS = ("model_id", "limit")


def _read_table(whole: dict[str, Any], text: str, file: LimitsFile) -> LimitsFile:
    diagnostics: list[Diagnostic] = []
    entries: list[LimitEntry] = []
    for key in sorted(whole.keys() - set(_TOP_KEYS)):
        hint = did_you_mean_or_list(key, _TOP_KEYS)
        diagnostics.append(file.diagnostic(MALFORMED, f"unknown key {key!r}{hint}", 1))
    if whole.get("model_id") != file.model_id:
        named = whole.get("model_id")
        message = (
            f"'model_id' is {named!r:.200}, but the path is that of {file.model_id!r}"
            if "model_id" in whole
            else f"'model_id' is missing; the path is that of {file.model_id!r}"
        )
        hint = f'write `model_id = "{file.model_id}"`, or move the file'
        # Its entries may be about another model, so none of them applies.
        diagnostics.append(file.diagnostic(MALFORMED, message, 1, hint=hint))
        whole = {}
    tables = whole.get("limit", [])
    if not isinstance(tables, list):
        message = "'limit' must be a list of tables"
        diagnostics.append(
            file.diagnostic(MALFORMED, message, 1, hint="write `[[limit]]`")
        )
        tables = []
    lines = entry_lines(text, len(cast(list[object], tables)))
    for table, line in zip(cast(list[object], tables), lines, strict=True):
        try:
            entries.append(LimitEntry(_limit(table), line))
        except _MalformedEntry as error:
            diagnostics += [
                file.diagnostic(MALFORMED, message, line, hint=hint)
                for message, hint in error.problems
            ]
    return LimitsFile(file.model_id, file.file, tuple(entries), tuple(diagnostics))


# One entry.


class _MalformedEntry(ValueError):
    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(problems)
        self.problems = problems
        """Messages with their hints."""


_ENTRY_KEYS = ("fields", "quote", "locale", "level", "rule", "require")


def _limit(table: object) -> Limit:
    """The limit of one entry. Raises ``_MalformedEntry`` with everything that is wrong."""
    if not isinstance(table, dict):
        raise _MalformedEntry([("a limit must be a table", "write `[[limit]]`")])
    entry = cast(dict[str, Any], table)
    problems = list(_malformed_keys(entry))
    fields, rules = _texts(entry.get("fields")), _texts(entry.get("rule"))
    problems += _malformed_conditions(entry, fields, rules)
    if problems:
        raise _MalformedEntry(problems)
    return Limit(
        fields=fields,
        rules=tuple(parse_rule(rule).text for rule in rules),
        require=entry.get("require"),
        quote=entry["quote"],
        locale=entry.get("locale", ""),
        level=entry.get("level", "error"),
    )


def _texts(value: object) -> tuple[str, ...]:
    """A text or a list of texts as a tuple; empty if it is neither."""
    listed = cast(list[object], value) if isinstance(value, list) else [value]
    return tuple(text for text in listed if isinstance(text, str))


def _malformed_keys(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in sorted(entry.keys() - set(_ENTRY_KEYS)):
        yield f"unknown key {key!r}{did_you_mean_or_list(key, _ENTRY_KEYS)}", ""
    yield from _malformed_fields(entry.get("fields"))
    quote = entry.get("quote")
    if not isinstance(quote, str) or not any(map(str.isalnum, quote)):
        message = "'quote' must be the published words that state the limit"
        yield message, "copy them from the description of one of the fields"
    if not isinstance(entry.get("locale", "en"), str) or entry.get("locale") == "":
        yield "'locale' must be a language, such as \"en\"", ""
    levels = get_args(Level)
    if entry.get("level", "error") not in levels:
        named = entry["level"]
        yield f"'level' must be {' or '.join(map(repr, levels))}, not {named!r:.80}", ""
    given = [key for key in ("rule", "require") if key in entry]
    if len(given) != 1:
        message = "has both 'rule' and 'require'" if given else "has no condition"
        yield f"the limit {message}", "give one of 'rule' and 'require'"


def _malformed_fields(fields: object) -> Iterator[tuple[str, str]]:
    texts = _texts(fields)
    if (
        not isinstance(fields, list)
        or not texts
        or len(texts) < len(cast(list[object], fields))
    ):
        yield "'fields' must be a list of JSON pointers", 'write `fields = ["/name"]`'
    for field in texts:
        if not field.startswith("/") or len(field) < 2:
            hint = "write a JSON pointer, such as `/video_url`"
            yield f"the field {field!r:.200} is not a pointer", hint
    for field in dict.fromkeys(texts):
        if texts.count(field) > 1:
            yield f"the field {field!r:.200} is named twice", ""


def _malformed_conditions(
    entry: dict[str, Any], fields: tuple[str, ...], rules: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    if "require" in entry:
        names = frozenset(name_of(field) for field in fields)
        for part in malformed_parts(entry["require"], names):
            where = ".".join(("require", *part.keys))
            yield f"{where} {part.message}", ""
    if "rule" not in entry:
        return
    rule = entry["rule"]
    whole = cast(list[object], rule) if isinstance(rule, list) else [rule]
    if not whole or len(rules) < len(whole):
        yield "'rule' must be a text, or a list of texts", ""
    for text in rules:
        try:
            parse_rule(text)
        except MalformedRule as error:
            yield error.message, error.hint


def name_of(pointer: str) -> str:
    """The wire name of a top-level field; empty for any other."""
    token = pointer[1:]
    return "" if "/" in token else token.replace("~1", "/").replace("~0", "~")


# Lines: the parser of the standard library gives none.


_HEADER = re.compile(r"\s*\[\[\s*(?:limit|\"limit\"|'limit')\s*\]\]")
_MOST_LINES = 2_000
"""The most lines of a file for which entries without a header are looked for."""


def entry_lines(text: str, count: int) -> list[int]:
    """The line on which each ``[[limit]]`` begins; entries may have other spellings."""
    lines = text.split("\n")
    headers = [
        number for number, line in enumerate(lines, start=1) if _HEADER.match(line)
    ]
    if len(headers) == count:
        return headers
    numbers: list[int] = []
    for number in range(1, min(len(lines), _MOST_LINES) + 1):
        known = _entries_in("\n".join(lines[:number]))
        numbers += [number] * (known - len(numbers))
    return (numbers + [1] * count)[:count]


def _entries_in(text: str) -> int:
    """How many entries the beginning of a file has; 0 if it ends inside of one."""
    for rest in ("", "]", "}", "}]"):
        try:
            tables = parse_toml(text + rest, Decimal).get("limit")
        except NotToml:
            continue
        return len(cast(list[object], tables)) if isinstance(tables, list) else 0
    return 0
