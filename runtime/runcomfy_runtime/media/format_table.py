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


_BOXES = 48  # the shortest file of boxes, or of AVI's lists, that shows anything

_IMAGE: Kind = "image"
_VIDEO: Kind = "video"
_AUDIO: Kind = "audio"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0")
_HEIC = (
    b"heic",
    b"heix",
    b"heim",
    b"heis",
    b"hevc",
    b"hevx",
    b"mif1",
    b"msf1",
    b"miaf",
)
_MOV = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_EBML = (b"\x1aE\xdf\xa3",)

# JPEG needs SOI and a frame header as far as its size, TIFF a directory of two entries, and
# Ogg a page with the shortest of the known headers.
_FORMATS = (
    Format("jpeg", _IMAGE, ("jpg", "jpeg"), "image/jpeg", "jpeg", 11, (b"\xff\xd8",)),
    Format(
        "png",
        _IMAGE,
        ("png",),
        "image/png",
        "png",
        24,
        (b"\x89PNG\r\n\x1a\n",),
        animated=True,
    ),
    Format(
        "gif",
        _IMAGE,
        ("gif",),
        "image/gif",
        "gif",
        10,
        (b"GIF87a", b"GIF89a"),
        animated=True,
    ),
    Format(
        "webp",
        _IMAGE,
        ("webp",),
        "image/webp",
        "webp",
        25,
        riff_form=b"WEBP",
        animated=True,
    ),
    Format(
        "avif",
        _IMAGE,
        ("avif",),
        "image/avif",
        "heif",
        _BOXES,
        brands=(b"avif", b"avis"),
        animated=True,
    ),
    Format(
        "heic",
        _IMAGE,
        ("heic", "heif"),
        "image/heic",
        "heif",
        _BOXES,
        brands=_HEIC,
        animated=True,
    ),
    Format("bmp", _IMAGE, ("bmp",), "image/bmp", "bmp", 22, (b"BM",)),
    Format("tiff", _IMAGE, ("tiff", "tif"), "image/tiff", "tiff", 34, _TIFF),
    Format("ico", _IMAGE, ("ico",), "image/x-icon", "ico", 22, (b"\0\0\x01\0",)),
    Format("mp4", _VIDEO, ("mp4", "m4v"), "video/mp4", "mp4", _BOXES),
    Format("mov", _VIDEO, ("mov",), "video/quicktime", "mp4", _BOXES, boxes=_MOV),
    Format("webm", _VIDEO, ("webm",), "video/webm", "matroska", 32, _EBML),
    Format("mkv", _VIDEO, ("mkv",), "video/x-matroska", "matroska", 32, _EBML),
    Format(
        "avi", _VIDEO, ("avi",), "video/x-msvideo", "avi", _BOXES, riff_form=b"AVI "
    ),
    Format("mp3", _AUDIO, ("mp3",), "audio/mpeg", "mp3", 4, (b"ID3",)),
    Format("wav", _AUDIO, ("wav",), "audio/wav", "wav", 36, riff_form=b"WAVE"),
    Format("flac", _AUDIO, ("flac",), "audio/flac", "flac", 26, (b"fLaC",)),
    Format("ogg", _AUDIO, ("ogg", "opus"), "audio/ogg", "ogg", 46, (b"OggS\0",)),
    Format("m4a", _AUDIO, ("m4a",), "audio/mp4", "mp4", _BOXES),
    Format("aac", _AUDIO, ("aac",), "audio/aac"),
)
FORMATS: Mapping[str, Format] = MappingProxyType({row.name: row for row in _FORMATS})
"""Every format by its name."""
BY_EXTENSION: Mapping[str, Format] = MappingProxyType(
    {extension: row for row in _FORMATS for extension in row.extensions}
)
"""Every format by each extension of its files, in lower case and without the dot."""
