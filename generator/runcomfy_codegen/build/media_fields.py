"""Which fields name media, of which kind, and the media rules that they publish.

The kind is stated by the format. Without a format (one published image field has none),
it comes from the format of the items, the metrics of the rules, the published sample, or
the name, in this order (law 5 of the design).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from runcomfy_runtime.media.format_table import BY_EXTENSION, KINDS
from runcomfy_runtime.metrics_and_operators import METRICS
from runcomfy_runtime.rule import Rule

from ..dialect.rule_language import UNSUPPORTED_OPERATOR, media_kind, parse_rule
from ..ir.json_text import JsonValue, is_array, is_object, items, members
from ..ir.model import (
    Anything,
    Array,
    Choice,
    MediaKind,
    Nullable,
    Object,
    Text,
    Type,
    Union,
    without_null,
)
from .combined import alternatives_of, combined_schemas, schema_alternatives
from .reader_context import Collector, SchemaPath

_PICTURE_METRICS = {name for name, row in METRICS.items() if row.unit.of_picture}


def media_kind_of(
    wire_name: str, schema: dict[str, JsonValue], kind: Type, rules: tuple[Rule, ...]
) -> MediaKind | None:
    """The kind of media that a field names; None if it does not name media."""
    if not _names_media(kind):
        return None
    return (
        _from_formats(schema)
        or _from_rules(rules, schema, wire_name)
        or _from_sample_and_name(schema, wire_name)
    )


def _names_media(kind: Type) -> bool:
    match kind:
        case Text():
            return True
        case Array(items=inner) | Nullable(inner=inner):
            return _names_media(inner)
        case Union(options=options):
            return all(map(_names_media, options))
        case _:
            return False


def _from_formats(schema: dict[str, JsonValue]) -> MediaKind | None:
    """The kind in the format of a schema, its items, or the first alternative with one."""
    inside = [
        alternative for alternative, _ in schema_alternatives(schema, SchemaPath(""))
    ]
    own = (schema.get("format"), members(schema.get("items")).get("format"))
    kinds = (*map(_from_format, own), *map(_from_formats, inside))
    return next((kind for kind in kinds if kind is not None), None)


def _from_format(published: JsonValue) -> MediaKind | None:
    kind = media_kind(published)
    return MediaKind(kind) if kind else None


def _from_rules(
    rules: tuple[Rule, ...], schema: dict[str, JsonValue], wire_name: str
) -> MediaKind | None:
    """A rule on pixels or bytes implies media; sample and name distinguish video from image."""
    if not rules:
        return None
    guess = _from_sample(schema) or _from_name(wire_name)
    measured = {
        name for rule in rules if rule.expression for name in rule.expression.names
    }
    if measured & _PICTURE_METRICS:
        return guess if guess is MediaKind.VIDEO else MediaKind.IMAGE
    return guess


def _from_sample_and_name(
    schema: dict[str, JsonValue], wire_name: str
) -> MediaKind | None:
    """Without format and rules: the sample is a media URL, or the name says media and URL."""
    sample, name = _from_sample(schema), _from_name(wire_name)
    if name and re.search(r"(_|^)(url|urls|uri|uris)$", wire_name.lower()):
        return sample or name
    return sample


def _from_sample(schema: dict[str, JsonValue]) -> MediaKind | None:
    published = schema.get("default")
    urls = [published] if isinstance(published, str) else items(published)
    for url in urls:
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            ending = url.partition("?")[0].rpartition(".")[2].lower()
            if ending in BY_EXTENSION:
                return MediaKind(BY_EXTENSION[ending].kind)
    return None


def _from_name(wire_name: str) -> MediaKind | None:
    words = set(re.findall(r"[a-z]+", wire_name.lower()))
    matches = [kind for kind, row in KINDS.items() if words & row.words]
    return MediaKind(matches[-1]) if matches else None


# The ``validations`` of a property as rules. A rule is kept even if it is not understood.


PlacedRule = tuple[Rule, str]
"""A rule, and its pointer in the document."""


def media_rules_of(
    schema: dict[str, JsonValue], path: SchemaPath, kind: Type, collector: Collector
) -> tuple[PlacedRule, ...]:
    """The rules of one property in order: its own, then those of the schemas inside.

    On an array a rule applies to each item, whether it is next to ``items`` or inside.
    """
    not_null = without_null(kind)
    target = path.items().payload if isinstance(not_null, Array) else path.payload
    return (
        *_own(schema, path, target, collector),
        *_inner(schema, path, not_null, collector),
    )


def _own(
    schema: dict[str, JsonValue], path: SchemaPath, target: str, collector: Collector
) -> Iterator[PlacedRule]:
    published = schema.get("validations")
    if published is not None and not is_array(published):
        collector.keep("validations", path.keyword("validations"), published)
    for index, rule in enumerate(items(published)):
        pointer = f"{path.schema}/validations/{index}"
        yield _rule(members(rule), pointer, target, collector), pointer


def _inner(
    schema: dict[str, JsonValue], path: SchemaPath, not_null: Type, collector: Collector
) -> tuple[PlacedRule, ...]:
    """The rules of items, of the values of a map, and of alternatives."""
    extra = schema.get("additionalProperties")
    match not_null:
        case Array() if "items" in schema:
            inner = members(schema["items"])
            rules = media_rules_of(inner, path.items(), not_null.items, collector)
        case Object(extra=values) if values is not None and is_object(extra):
            rules = media_rules_of(extra, path.values(), values, collector)
        case _:
            rules = ()
    return (*rules, *_of_alternatives(schema, path, not_null, collector))


def _of_alternatives(
    schema: dict[str, JsonValue], path: SchemaPath, not_null: Type, collector: Collector
) -> tuple[PlacedRule, ...]:
    """The rules of the alternatives, if a value can only belong to one alternative.

    One URL and a list of URLs can be distinguished in the payload. Two kinds of URL cannot,
    and their rules are kept as unsupported.
    """
    return tuple(
        rule
        for keyword, published in combined_schemas(schema)
        for rule in _of_options(
            alternatives_of(keyword, published, path), not_null, collector
        )
    )


def _of_options(
    options: Sequence[tuple[dict[str, JsonValue], SchemaPath]],
    not_null: Type,
    collector: Collector,
) -> tuple[PlacedRule, ...]:
    if len(options) == 1:
        ((published, here),) = options
        return media_rules_of(published, here, not_null, collector)
    kinds = not_null.options if isinstance(not_null, Union) else (not_null,)
    # Fewer kinds: several options are one type, or some of them accept no value.
    aligned = kinds if len(kinds) == len(options) else (not_null,) * len(options)
    rules_by_option = [
        media_rules_of(published, here, kind, collector)
        for (published, here), kind in zip(options, aligned, strict=True)
    ]
    if _distinguishable(aligned):
        return tuple(rule for rules in rules_by_option for rule in rules)
    for (published, here), rules in zip(options, rules_by_option, strict=True):
        if rules:
            _keep_unsupported(published, here, collector)
    return ()


def _keep_unsupported(
    published: dict[str, JsonValue], here: SchemaPath, collector: Collector
) -> None:
    keyword = "validations"
    collector.keep(keyword, here.keyword(keyword), published.get(keyword))


def _distinguishable(kinds: Sequence[Type]) -> bool:
    """Whether each text or list of a payload can belong to one alternative only."""
    sorts = [
        "texts" if isinstance(kind, Text | Choice | Anything) else type(kind).__name__
        for kind in kinds
    ]
    return len(set(sorts)) == len(sorts)


def _rule(
    published: dict[str, JsonValue], pointer: str, target: str, collector: Collector
) -> Rule:
    text = published.get("validation_rule")
    read = parse_rule(
        text if isinstance(text, str) else "", published.get("validation_value")
    )
    message = published.get("validation_error")
    if read.problem:
        collector.report(
            (
                "unreadable-rule"
                if read.operator == UNSUPPORTED_OPERATOR
                else "unknown-rule"
            ),
            f"{read.problem}; the rule is kept but not checked",
            pointer,
            "a newer release of runcomfy-codegen may support it; it refuses no input",
        )
        collector.keep("validations", pointer, published)
    return Rule(
        pointer=target,
        metric=read.metric,
        operator=read.operator,
        limit=read.limit,
        message=message if isinstance(message, str) else "",
    )
