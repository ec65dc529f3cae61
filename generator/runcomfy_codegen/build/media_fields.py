"""Which fields name media, of which kind, and the media rules that they publish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from runcomfy_runtime.rule import Rule

from ..dialect.rule_language import UNSUPPORTED_OPERATOR, parse_rule
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
)
from .combined import alternatives
from .reader_context import Collector, SchemaPath

_FORMAT = re.compile(r"(image|video|audio)_uris?(_.*)?")
_WORDS = {
    MediaKind.IMAGE: {"image", "images", "img", "photo", "picture", "frame", "mask"},
    MediaKind.VIDEO: {"video", "videos", "clip"},
    MediaKind.AUDIO: {"audio", "audios", "song", "voice"},
}
_ENDINGS = {
    MediaKind.IMAGE: (
        "jpg",
        "jpeg",
        "png",
        "webp",
        "gif",
        "avif",
        "heic",
        "bmp",
        "tiff",
    ),
    MediaKind.VIDEO: ("mp4", "mov", "webm", "mkv", "avi"),
    MediaKind.AUDIO: ("wav", "mp3", "flac", "ogg", "m4a", "opus"),
}
_PIXELS = {"width_pixels", "height_pixels", "megapixels"}


def media_kind_of(
    wire_name: str, schema: dict[str, JsonValue], kind: Type, rules: tuple[Rule, ...]
) -> MediaKind | None:
    """The kind of media a field names; None if it is no media."""
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
    """The format of a schema, of its items, or of the first alternative that has one."""
    inner = [told for told, _ in alternatives(schema, SchemaPath(""))]
    own = (schema.get("format"), members(schema.get("items")).get("format"))
    found = (*map(_from_format, own), *map(_from_formats, inner))
    return next((media for media in found if media is not None), None)


def _from_format(published: JsonValue) -> MediaKind | None:
    match = _FORMAT.fullmatch(published) if isinstance(published, str) else None
    return MediaKind(match[1]) if match else None


def _from_rules(
    rules: tuple[Rule, ...], schema: dict[str, JsonValue], wire_name: str
) -> MediaKind | None:
    """A rule on pixels or bytes means media; sample and name tell video from image."""
    if not rules:
        return None
    told = _from_sample(schema) or _from_name(wire_name)
    measured = {
        name for rule in rules if rule.expression for name in rule.expression.names
    }
    if measured & _PIXELS:
        return told if told is MediaKind.VIDEO else MediaKind.IMAGE
    return told


def _from_sample_and_name(
    schema: dict[str, JsonValue], wire_name: str
) -> MediaKind | None:
    """Without format or rules, only a sample that is a media URL, under a media's name."""
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
            found = [media for media, endings in _ENDINGS.items() if ending in endings]
            if found:
                return found[0]
    return None


def _from_name(wire_name: str) -> MediaKind | None:
    words = set(re.findall(r"[a-z]+", wire_name.lower()))
    found = [media for media, known in _WORDS.items() if words & known]
    return found[-1] if found else None


# The ``validations`` of a property as rules. A rule is kept whatever becomes of it.


PlacedRule = tuple[Rule, str]
"""A rule, and its pointer in the document."""


def media_rules_of(
    schema: dict[str, JsonValue], trail: SchemaPath, kind: Type, findings: Collector
) -> tuple[PlacedRule, ...]:
    """The rules of one property, in their order: its own, then those further inside.

    On an array a rule holds for each item, whether it stands beside ``items`` or inside.
    """
    bare = kind.inner if isinstance(kind, Nullable) else kind
    target = trail.items().payload if isinstance(bare, Array) else trail.payload
    return (
        *_own(schema, trail, target, findings),
        *_inner(schema, trail, bare, findings),
    )


def _own(
    schema: dict[str, JsonValue], trail: SchemaPath, target: str, findings: Collector
) -> Iterator[PlacedRule]:
    told = schema.get("validations")
    if told is not None and not is_array(told):
        findings.keep("validations", trail.keyword("validations"), told)
    for index, published in enumerate(items(told)):
        pointer = f"{trail.schema}/validations/{index}"
        yield _rule(members(published), pointer, target, findings), pointer


def _inner(
    schema: dict[str, JsonValue], trail: SchemaPath, bare: Type, findings: Collector
) -> tuple[PlacedRule, ...]:
    """The rules of items, of the values of a map, and of alternatives."""
    extra = schema.get("additionalProperties")
    match bare:
        case Array() if "items" in schema:
            inner = members(schema["items"])
            return media_rules_of(inner, trail.items(), bare.items, findings)
        case Object(extra=values) if values is not None and is_object(extra):
            return media_rules_of(extra, trail.values(), values, findings)
        case _:
            return _of_branches(schema, trail, bare, findings)


def _of_branches(
    schema: dict[str, JsonValue], trail: SchemaPath, bare: Type, findings: Collector
) -> tuple[PlacedRule, ...]:
    """The rules of the alternatives, if each of their targets belongs to one of them.

    One URL or a list of them is told apart by the payload; two kinds of one URL are not,
    and their rules are kept unread.
    """
    told = alternatives(schema, trail)
    kinds = bare.options if isinstance(bare, Union) else (bare,) * len(told)
    found = [
        media_rules_of(published, here, kind, findings)
        for (published, here), kind in zip(told, kinds, strict=False)
    ]
    if len(told) == 1 or _told_apart(kinds):
        return tuple(each for rules in found for each in rules)
    for (published, here), rules in zip(told, found, strict=False):
        if rules:
            keyword = "validations"
            findings.keep(keyword, here.keyword(keyword), published.get(keyword))
    return ()


def _told_apart(kinds: Sequence[Type]) -> bool:
    """Whether each text or list of a payload can only be of one alternative."""
    sorts = [
        "texts" if isinstance(kind, Text | Choice | Anything) else type(kind).__name__
        for kind in kinds
    ]
    return len(set(sorts)) == len(sorts)


def _rule(
    published: dict[str, JsonValue], pointer: str, target: str, findings: Collector
) -> Rule:
    text = published.get("validation_rule")
    read = parse_rule(
        text if isinstance(text, str) else "", published.get("validation_value")
    )
    message = published.get("validation_error")
    if read.trouble:
        findings.report(
            (
                "unreadable-rule"
                if read.operator == UNSUPPORTED_OPERATOR
                else "unknown-rule"
            ),
            f"{read.trouble}; the rule is kept and reported as unchecked",
            pointer,
            "a newer release of runcomfy-codegen may know it; nothing is refused because of it",
        )
        findings.keep("validations", pointer, published)
    return Rule(
        pointer=target,
        metric=read.metric,
        operator=read.operator,
        limit=read.limit,
        message=message if isinstance(message, str) else "",
    )
