"""``anyOf``, ``oneOf`` and ``allOf`` of a single schema; ``enum`` and ``const``."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal

from runcomfy_runtime.exact_numbers import json_identity

from ..dialect.validator import validator_class
from ..ir.as_json import to_json_schema
from ..ir.diagnostic import Severity
from ..ir.exact import equality_key
from ..ir.json_text import JsonValue, items, members
from ..ir.model import NOTHING, NULL, Choice, Type, Value, has_null
from .intersection import Intersection, is_disjoint
from .reader_context import Collector, SchemaPath
from .unions import as_integer, have_disjoint_words, make_nullable, union_of


def combined_schemas(
    schema: dict[str, JsonValue],
) -> list[tuple[str, list[JsonValue]]]:
    """Every combining keyword of a schema, and its schemas."""
    combined = [
        (keyword, items(schema[keyword]))
        for keyword in ("anyOf", "oneOf")
        if schema.get(keyword) is not None
    ]
    single = items(schema.get("allOf"))
    return [*combined, ("allOf", single)] if len(single) == 1 else combined


def schema_alternatives(
    schema: dict[str, JsonValue], path: SchemaPath
) -> list[tuple[dict[str, JsonValue], SchemaPath]]:
    """The alternatives of a schema by its first combining keyword, except null."""
    first = combined_schemas(schema)[:1]
    return [
        alternative
        for keyword, options in first
        for alternative in alternatives_of(keyword, options, path)
    ]


def alternatives_of(
    keyword: str, options: list[JsonValue], path: SchemaPath
) -> list[tuple[dict[str, JsonValue], SchemaPath]]:
    """The schemas of a combining keyword with their paths, except null."""
    return [
        (members(option), path.option(keyword, index))
        for index, option in enumerate(options)
        if not _is_null(members(option))
    ]


def with_sole_alternative(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The schema completed by the keywords of its only alternative other than null."""
    others = schema_alternatives(schema, SchemaPath(""))
    return (
        {**with_sole_alternative(others[0][0]), **schema}
        if len(others) == 1
        else schema
    )


def _is_null(schema: dict[str, JsonValue]) -> bool:
    if schema.get("type") in ("null", ["null"]):
        return True
    return schema.get("enum") == [None] or ("const", None) in schema.items()


_NO_VALUE = "no value is valid here: ask the publisher what is meant"


def report_impossible(keyword: str, path: SchemaPath, collector: Collector) -> None:
    """Report a schema that accepts nothing because of this keyword."""
    collector.report(
        "impossible-combination",
        f"no value fits both {keyword!r} and the rest of the schema",
        path.keyword(keyword),
        _NO_VALUE,
        Severity.ERROR,
    )


def restrict_to_options(
    kind: Type,
    keyword: str,
    options: Sequence[Type],
    path: SchemaPath,
    collector: Collector,
) -> tuple[Type, bool]:
    """The values of a type that fit the options too, and whether no other values are accepted."""
    pointer = path.keyword(keyword)
    exact = True
    if keyword == "oneOf" and not _exclude_each_other(kind, options):
        exact = False
        collector.report(
            "overlapping-options",
            "a value may fit two schemas of 'oneOf', which JSON Schema refuses",
            pointer,
            "such a value is accepted here; use 'anyOf', or schemas that exclude each other",
        )
    intersection = Intersection()
    common = intersection.of(kind, union_of(options))
    if common == NOTHING:
        # What accepts nothing itself is already reported.
        if kind != NOTHING and any(option != NOTHING for option in options):
            report_impossible(keyword, path, collector)
        return NOTHING, exact
    for reason in dict.fromkeys(intersection.wider):
        exact = False
        collector.report(
            "unread-combination",
            f"{keyword!r} and the rest of the schema are not checked together: {reason}",
            pointer,
            "values are accepted that fit only one of them",
        )
    return common, exact


def _exclude_each_other(kind: Type, options: Sequence[Type]) -> bool:
    if have_disjoint_words(options):
        return True
    return is_disjoint([Intersection().of(kind, option) for option in options])


# ``enum`` and ``const``.


def apply_choices(
    schema: dict[str, JsonValue],
    kind: Type,
    path: SchemaPath,
    collector: Collector,
    *,
    nullable: bool,
) -> Type:
    """The type with ``enum`` and ``const`` applied, or null if it is nullable.

    Values that the rest of the schema refuses are removed and reported. If no value is left,
    the type accepts nothing.
    """
    for keyword, published in (
        ("enum", items(schema.get("enum"))),
        ("const", [schema["const"]] if "const" in schema else []),
    ):
        if published:
            pointer = path.keyword(keyword)
            kind, nullable = _narrowed(kind, published, pointer, collector, nullable)
    return make_nullable(kind) if nullable else kind


def _narrowed(
    kind: Type,
    published: list[JsonValue],
    pointer: str,
    collector: Collector,
    nullable: bool,
) -> tuple[Type, bool]:
    """The type restricted to the published values, and whether null is one of them.

    A null in ``enum`` makes any type nullable: the dialect uses it that way.
    """
    keyword = pointer.rpartition("/")[2]
    null = None in published and (keyword == "enum" or nullable or has_null(kind))
    values = _distinct(
        as_integer(value, kind) for value in published if value is not None or not null
    )
    validator = validator_class()(to_json_schema(kind, exact=True))
    valid = [value for value in values if validator.is_valid(value.exact())]
    possible = list(filter(_sendable, valid))
    if len(possible) < len(values):
        _report(len(values) - len(possible), len(values), pointer, collector, null)
    if possible:
        return Choice(tuple(possible)), null
    if valid and not null:
        # A server may accept what no client can send.
        collector.keep(keyword, pointer, published)
        return kind, nullable
    return (NULL if null else NOTHING), False


def _report(
    refused: int, number: int, pointer: str, collector: Collector, null: bool
) -> None:
    keyword = pointer.rpartition("/")[2]
    impossible = refused == number and not null
    collector.report(
        "impossible-enum",
        f"{refused} of {number} values of {keyword!r} are refused"
        " by the rest of the schema",
        pointer,
        (
            _NO_VALUE
            if impossible
            else "they are removed, because no input could use them"
        ),
        Severity.ERROR if impossible else Severity.WARNING,
    )


def _sendable(value: Value) -> bool:
    """Whether Python has this value, and JSON can hold it.

    Half a surrogate pair is not text (RFC 8259, section 8.2), and inside a list or an object
    a fraction with more digits than a double is not a float.
    """
    try:
        json.dumps(value.load(), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    exact = value.exact()
    return isinstance(exact, Decimal) or (
        json_identity(value.load()) == json_identity(exact)
    )


def _distinct(values: Iterable[JsonValue]) -> list[Value]:
    """The values without repetitions, by JSON equality of exact values: no digit is lost."""
    distinct: dict[Hashable, Value] = {}
    for value in map(Value.of, values):
        distinct.setdefault(equality_key(value.exact()), value)
    return list(distinct.values())
