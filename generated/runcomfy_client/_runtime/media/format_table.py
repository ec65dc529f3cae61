"""The one table of media kinds and formats: names, extensions, media types, first bytes.

A new format is its parser in ``formats/`` and one row here. Sniffing, ``MediaInfo.format``,
the kinds and names of downloaded files, data URIs and the sandbox's outputs read these rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["image", "video", "audio"]
_MEBIBYTE = 1024 * 1024


class KindOfMedia(NamedTuple):
    """What all formats of a kind have in common.

    ``phrase`` names one file of it. ``extension`` is for files whose URL has none of a known
    format. ``inline_limit`` is the most bytes that RunComfy's own clients send inline.
    ``words`` in the name of a field say that it takes this kind.
    """

    phrase: str
    extension: str
    inline_limit: int
    words: frozenset[str]


KINDS: Mapping[Kind, KindOfMedia] = MappingProxyType(
    {
        "image": KindOfMedia(
            phrase="an image",
            extension="png",
            inline_limit=6 * _MEBIBYTE,
            words=frozenset(
                ("image", "images", "img", "photo", "picture", "frame", "mask")
            ),
        ),
        "video": KindOfMedia(
            phrase="a video",
            extension="mp4",
            inline_limit=32 * _MEBIBYTE,
            words=frozenset(("video", "videos", "clip")),
        ),
        "audio": KindOfMedia(
            phrase="a sound",
            extension="mp3",
            inline_limit=16 * _MEBIBYTE,
            words=frozenset(("audio", "audios", "song", "voice")),
        ),
    }
)
"""Every kind of media, by the word that schemas and rules use."""

URI_FORMAT = re.compile(rf"(?P<kind>{'|'.join(KINDS)})_uri(?P<several>s)?(_.*)?")
"""The ``format`` of a field that names media: ``image_uri``, or ``image_uris`` of an array."""


class Format(NamedTuple):
    """One format. ``name`` is ``MediaInfo.format``, the first extension is the usual one.

    ``parser`` is a module in ``formats/``; a format without one is recognised by its
    extension alone. ``shortest`` is the number of bytes without which no reader can tell what
    the content shows or plays. The other fields say how content begins: with one of
    ``starts``, as a RIFF file of a form, with an ``ftyp`` box of one of ``brands``, or with
    one of ``boxes``. A file of any other brand is an MP4, and MP3 has no fixed first bytes.
    ``animated`` formats of images may have several frames.
    """

    name: str
    kind: Kind
    extensions: tuple[str, ...]
    media_type: str
    parser: str = ""
    shortest: int = 0
    starts: tuple[bytes, ...] = ()
    riff_form: bytes = b""
    brands: tuple[bytes, ...] = ()
    boxes: tuple[bytes, ...] = ()
    animated: bool = False


_BOX_HEADERS = 48  # the shortest file of boxes, or of AVI's lists, that shows anything

_FORMATS = (
    Format(
        name="jpeg",
        kind="image",
        extensions=("jpg", "jpeg"),
        media_type="image/jpeg",
        parser="jpeg",
        shortest=11,  # SOI, and a frame header as far as its size
        starts=(b"\xff\xd8",),
    ),
    Format(
        name="png",
        kind="image",
        extensions=("png",),
        media_type="image/png",
        parser="png",
        shortest=24,
        starts=(b"\x89PNG\r\n\x1a\n",),
        animated=True,
    ),
    Format(
        name="gif",
        kind="image",
        extensions=("gif",),
        media_type="image/gif",
        parser="gif",
        shortest=10,
        starts=(b"GIF87a", b"GIF89a"),
        animated=True,
    ),
    Format(
        name="webp",
        kind="image",
        extensions=("webp",),
        media_type="image/webp",
        parser="webp",
        shortest=25,
        riff_form=b"WEBP",
        animated=True,
    ),
    Format(
        name="avif",
        kind="image",
        extensions=("avif",),
        media_type="image/avif",
        parser="heif",
        shortest=_BOX_HEADERS,
        brands=(b"avif", b"avis"),
        animated=True,
    ),
    Format(
        name="heic",
        kind="image",
        extensions=("heic", "heif"),
        media_type="image/heic",
        parser="heif",
        shortest=_BOX_HEADERS,
        brands=(
            *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"),
            *(b"mif1", b"msf1", b"miaf"),
        ),
        animated=True,
    ),
    Format(
        name="bmp",
        kind="image",
        extensions=("bmp",),
        media_type="image/bmp",
        parser="bmp",
        shortest=22,
        starts=(b"BM",),
    ),
    Format(
        name="tiff",
        kind="image",
        extensions=("tiff", "tif"),
        media_type="image/tiff",
        parser="tiff",
        shortest=34,  # a directory of two entries
        starts=(b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"),
    ),
    Format(
        name="ico",
        kind="image",
        extensions=("ico",),
        media_type="image/x-icon",
        parser="ico",
        shortest=22,
        starts=(b"\0\0\x01\0",),
    ),
    Format(
        name="mp4",
        kind="video",
        extensions=("mp4", "m4v"),
        media_type="video/mp4",
        parser="mp4",
        shortest=_BOX_HEADERS,
    ),
    Format(
        name="mov",
        kind="video",
        extensions=("mov",),
        media_type="video/quicktime",
        parser="mp4",
        shortest=_BOX_HEADERS,
        boxes=(b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"),
    ),
    Format(
        name="webm",
        kind="video",
        extensions=("webm",),
        media_type="video/webm",
        parser="matroska",
        shortest=32,
        starts=(b"\x1aE\xdf\xa3",),
    ),
    Format(
        name="mkv",
        kind="video",
        extensions=("mkv",),
        media_type="video/x-matroska",
        parser="matroska",
        shortest=32,
        starts=(b"\x1aE\xdf\xa3",),
    ),
    Format(
        name="avi",
        kind="video",
        extensions=("avi",),
        media_type="video/x-msvideo",
        parser="avi",
        shortest=_BOX_HEADERS,
        riff_form=b"AVI ",
    ),
    Format(
        name="mp3",
        kind="audio",
        extensions=("mp3",),
        media_type="audio/mpeg",
        parser="mp3",
        shortest=4,
        starts=(b"ID3",),
    ),
    Format(
        name="wav",
        kind="audio",
        extensions=("wav",),
        media_type="audio/wav",
        parser="wav",
        shortest=36,
        riff_form=b"WAVE",
    ),
    Format(
        name="flac",
        kind="audio",
        extensions=("flac",),
        media_type="audio/flac",
        parser="flac",
        shortest=26,
        starts=(b"fLaC",),
    ),
    Format(
        name="ogg",
        kind="audio",
        extensions=("ogg", "opus"),
        media_type="audio/ogg",
        parser="ogg",
        shortest=46,  # a page with the shortest of the headers that are known
        starts=(b"OggS\0",),
    ),
    Format(
        name="m4a",
        kind="audio",
        extensions=("m4a",),
        media_type="audio/mp4",
        parser="mp4",
        shortest=_BOX_HEADERS,
    ),
    Format(name="aac", kind="audio", extensions=("aac",), media_type="audio/aac"),
)
FORMATS: Mapping[str, Format] = MappingProxyType({row.name: row for row in _FORMATS})
"""Every format by its name."""
BY_EXTENSION: Mapping[str, Format] = MappingProxyType(
    {extension: row for row in _FORMATS for extension in row.extensions}
)
"""Every format by each extension of its files, in lower case and without the dot."""
