"""Which fields name media by URL, and of which kind: DESIGN law 5, in its order.

The format says it; where there is none (one published image field has none at all), the
format of the items, the metrics of the rules, the published sample, the name.
"""

from __future__ import annotations

import re

from runcomfy_runtime.rule import Rule

from ..ir.json_text import JsonValue, items, members
from ..ir.model import Array, Media, Nullable, Text, Type, Union
from .combined import branches
from .trail import Trail

_FORMAT = re.compile(r"(image|video|audio)_uris?(_.*)?")
_WORDS = {
    Media.IMAGE: {"image", "images", "img", "photo", "picture", "frame", "mask"},
    Media.VIDEO: {"video", "videos", "clip"},
    Media.AUDIO: {"audio", "audios", "song", "voice"},
}
_ENDINGS = {
    Media.IMAGE: ("jpg", "jpeg", "png", "webp", "gif", "avif", "heic", "bmp", "tiff"),
    Media.VIDEO: ("mp4", "mov", "webm", "mkv", "avi"),
    Media.AUDIO: ("wav", "mp3", "flac", "ogg", "m4a", "opus"),
}
_PIXELS = {"width_pixels", "height_pixels", "megapixels"}


def media_of(
    wire_name: str, schema: dict[str, JsonValue], kind: Type, rules: tuple[Rule, ...]
) -> Media | None:
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


def _from_formats(schema: dict[str, JsonValue]) -> Media | None:
    """The format of a schema, of its items, or of the first alternative that has one."""
    inner = [told for told, _ in branches(schema, Trail(""))]
    own = (schema.get("format"), members(schema.get("items")).get("format"))
    found = (*map(_from_format, own), *map(_from_formats, inner))
    return next((media for media in found if media is not None), None)


def _from_format(published: JsonValue) -> Media | None:
    match = _FORMAT.fullmatch(published) if isinstance(published, str) else None
    return Media(match[1]) if match else None


def _from_rules(
    rules: tuple[Rule, ...], schema: dict[str, JsonValue], wire_name: str
) -> Media | None:
    """A rule on pixels or bytes means media; sample and name tell video from image."""
    if not rules:
        return None
    told = _from_sample(schema) or _from_name(wire_name)
    measured = {
        name for rule in rules if rule.expression for name in rule.expression.names
    }
    if measured & _PIXELS:
        return told if told is Media.VIDEO else Media.IMAGE
    return told


def _from_sample_and_name(schema: dict[str, JsonValue], wire_name: str) -> Media | None:
    """Without format or rules, only a sample that is a media URL, under a media's name."""
    sample, name = _from_sample(schema), _from_name(wire_name)
    if name and re.search(r"(_|^)(url|urls|uri|uris)$", wire_name.lower()):
        return sample or name
    return sample


def _from_sample(schema: dict[str, JsonValue]) -> Media | None:
    published = schema.get("default")
    urls = [published] if isinstance(published, str) else items(published)
    for url in urls:
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            ending = url.partition("?")[0].rpartition(".")[2].lower()
            found = [media for media, endings in _ENDINGS.items() if ending in endings]
            if found:
                return found[0]
    return None


def _from_name(wire_name: str) -> Media | None:
    words = set(re.findall(r"[a-z]+", wire_name.lower()))
    found = [media for media, known in _WORDS.items() if words & known]
    return found[-1] if found else None
