"""The output of a job: kind of media, file names, the files themselves, and serving them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from types import MappingProxyType
from typing import Any, TypeAlias

from runcomfy_runtime.media.format_table import BY_EXTENSION, KINDS

from ..ir.model import Array, MediaKind, Model, Nullable, Type, Union
from .clock import Seed
from .http_messages import ApiRequest, ApiResponse, file_response
from .output_shape import OutputShape, effective_values, output_shape
from .sample_film import mp4
from .sample_media import jpeg, mp3, ogg, png, wav, webp

# Words of model ids for audio, besides the kinds of the table.
_TO_KIND = re.compile(rf"to-({'|'.join(KINDS)}|music|speech|sound)")
# Words of model ids that name the kind of output; the first match decides.
_ID_WORDS: tuple[tuple[MediaKind, frozenset[str]], ...] = (
    (
        MediaKind.AUDIO,
        frozenset({"audio", "music", "speech", "tts", "voice", "song", "sound"}),
    ),
    (
        MediaKind.VIDEO,
        frozenset(
            {"video", "lipsync", "extend", "transition", "animate", "frame", "motion"}
        ),
    ),
    (MediaKind.IMAGE, frozenset({"image", "images", "edit", "upscale", "inpaint"})),
)
_FIELD_WORDS: tuple[tuple[MediaKind, frozenset[str]], ...] = (
    (MediaKind.AUDIO, frozenset({"lyrics", "bpm", "music_length"})),
    (
        MediaKind.VIDEO,
        frozenset({"duration", "fps", "num_frames", "first_frame_image_url"}),
    ),
)
_PITCHES = (220, 262, 330, 392, 440, 523)  # hertz

Suffix: TypeAlias = str
"""The extension of an output file: a key of ``FILE_WRITERS``."""


@dataclass(frozen=True, slots=True)
class JobOutput:
    """The output of one job, before it has URLs."""

    kind: MediaKind
    shape: OutputShape
    key: str
    listed: bool
    suffix: Suffix

    def __post_init__(self) -> None:
        """A state file may name an extension that no writer has."""
        if self.suffix not in FILE_WRITERS:
            raise ValueError(f"{self.suffix!r} is not an extension of an output file")

    @property
    def names(self) -> tuple[str, ...]:
        """The file names, in order."""
        return tuple(f"{number}.{self.suffix}" for number in range(self.shape.count))

    def value(self, urls: tuple[str, ...]) -> dict[str, Any]:
        """The ``output`` member of the result."""
        return {self.key: list(urls) if self.listed else urls[0]}


def output_kind(
    model: Model, entry: Mapping[str, Any] = MappingProxyType({})
) -> MediaKind:
    """The kind of media that a model makes.

    A catalog entry may say so; else the id does ("text-to-video"), else the input's fields.
    """
    published = str(entry.get("output_type", "")).lower()
    if published in tuple(MediaKind):
        return MediaKind(published)
    kinds = _TO_KIND.findall(model.model_id.lower())
    if kinds:
        return MediaKind(kinds[-1]) if kinds[-1] in KINDS else MediaKind.AUDIO
    words = frozenset(re.split(r"[^a-z0-9]+", model.model_id.lower().partition("/")[2]))
    fields = frozenset(field.wire_name for field in model.input.fields)
    return _named(_ID_WORDS, words) or _named(_FIELD_WORDS, fields) or MediaKind.IMAGE


def plan_output(
    model: Model, kind: MediaKind, document: Mapping[str, Any]
) -> JobOutput:
    """The output that the input asks for."""
    values = effective_values(model, document)
    shape = output_shape(model.model_id, kind, values)
    key, listed = _output_field(model, kind, many=shape.count > 1)
    return JobOutput(kind, shape, key, listed, _suffix(kind, values))


FileWriter: TypeAlias = Callable[[OutputShape, float, Random], bytes]
"""Makes a file: from the shape, a hue, and further draws."""


def _picture(encode: Callable[[int, int, float], bytes]) -> FileWriter:
    return lambda shape, hue, _: encode(shape.width, shape.height, hue)


FILE_WRITERS: Mapping[Suffix, FileWriter] = {
    "png": _picture(png),
    "jpg": _picture(jpeg),
    "webp": _picture(webp),
    "mp4": lambda shape, hue, _: mp4(shape.width, shape.height, shape.seconds, hue),
    "wav": lambda shape, _, draws: wav(shape.seconds, draws.choice(_PITCHES)),
    "mp3": lambda shape, _hue, _draws: mp3(shape.seconds),
    "ogg": lambda shape, _hue, _draws: ogg(shape.seconds),
}
"""Every format of an output file, by its extension. The first of a kind is the default."""


@lru_cache(maxsize=8)
def render_file(output: JobOutput, seed: Seed, request_id: str, number: int) -> bytes:
    """The bytes of one file; the same for the same seed, request and number.

    The last few are kept, because clients download large files in parts.
    """
    draws = seed.draws("output", request_id, number)
    hue = draws.random()
    return FILE_WRITERS[output.suffix](output.shape, hue, draws)


def _suffix(kind: MediaKind, values: Mapping[str, Any]) -> Suffix:
    """The format that ``output_format`` begins with, else the default."""
    suffixes: list[Suffix] = [
        suffix for suffix in FILE_WRITERS if BY_EXTENSION[suffix].kind == kind
    ]
    choice = str(values.get("output_format", "")).lower()
    for suffix in suffixes:
        if choice.startswith((suffix, BY_EXTENSION[suffix].name)):
            return suffix
    return suffixes[0]


def _named(
    table: tuple[tuple[MediaKind, frozenset[str]], ...], words: frozenset[str]
) -> MediaKind | None:
    return next((media for media, names in table if names & words), None)


def _output_field(model: Model, kind: MediaKind, *, many: bool) -> tuple[str, bool]:
    # The published output schema has image, video, images and videos, but not audio.
    one, several = kind.value, f"{kind.value}s"
    declared = {field.wire_name: field.type for field in model.output.fields}
    if many and (several in declared or one not in declared):
        return several, True
    for name in (one, several):
        if name in declared:
            return name, many or _prefers_list(declared[name])
    return one, many


def _prefers_list(kind: Type) -> bool:
    # A widened output field is one URL or several; the published form is its first option.
    match kind:
        case Nullable(inner=inner):
            return _prefers_list(inner)
        case Union(options=(first, *_)):
            return _prefers_list(first)
        case _:
            return isinstance(kind, Array)


_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def serve_file(
    request: ApiRequest, body: bytes, content_type: str, name: str
) -> ApiResponse:
    """A file as a storage host serves it: strong ETag, conditions, ranges (RFC 9110, 13 and 14)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = (
        ("etag", etag),
        ("accept-ranges", "bytes"),
        ("content-disposition", f'inline; filename="{name}"'),
    )
    if _matches(request.header("if-none-match"), etag):
        return file_response(b"", content_type, *headers, status=304)
    range_header = request.header("range")
    if range_header is None or request.header("if-range") not in (None, etag):
        return file_response(body, content_type, *headers)
    return _part(range_header, body, content_type, headers)


def _matches(condition: str | None, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (condition or "").split(",")]
    return etag in tags or "*" in tags


def _part(
    range_header: str,
    body: bytes,
    content_type: str,
    headers: tuple[tuple[str, str], ...],
) -> ApiResponse:
    match = _RANGE.fullmatch(range_header.strip())
    if match is None or not _valid(match[1], match[2]):
        # A malformed range, or several of them, may be ignored (section 14.2).
        return file_response(body, content_type, *headers)
    total = len(body)
    first, last = _bounds(match[1], match[2], total)
    if first > last:
        extent = ("content-range", f"bytes */{total}")
        return file_response(b"", content_type, *headers, extent, status=416)
    extent = ("content-range", f"bytes {first}-{last}/{total}")
    return file_response(
        body[first : last + 1], content_type, *headers, extent, status=206
    )


def _valid(first: str, last: str) -> bool:
    return bool(first or last) and not (first and last and int(last) < int(first))


def _bounds(first: str, last: str, total: int) -> tuple[int, int]:
    """The first and the last byte; if no byte is in range, the first is after the last."""
    if not first:
        return max(0, total - int(last)), total - 1
    return int(first), min(int(last), total - 1) if last else total - 1
