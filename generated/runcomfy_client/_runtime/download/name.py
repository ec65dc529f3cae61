"""Names for downloaded files: made here, from nothing that a server could choose."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..files import File

_IMAGES = ("png", "jpg", "jpeg", "webp", "gif", "avif", "heic", "bmp", "tiff")
_VIDEOS = ("mp4", "mov", "webm", "mkv", "m4v", "avi")
_SOUNDS = ("mp3", "wav", "flac", "ogg", "m4a", "aac", "opus")
_OTHERS = ("glb", "obj", "ply", "zip", "json", "txt")
_EXTENSIONS = frozenset((*_IMAGES, *_VIDEOS, *_SOUNDS, *_OTHERS))
_FALLBACK = {"image": "png", "video": "mp4", "audio": "mp3"}


def file_name(request_id: str, index: int, file: File) -> str:
    """``<request id>-<n>.<extension>``: the id is checked, the extension is one of a list."""
    return f"{request_id}-{index + 1}.{extension(file)}"


def extension(file: File) -> str:
    """The extension in the URL's path if it is a known one, else that of the kind of file."""
    ending = _path(file.url).rpartition(".")[2].lower()
    if ending in _EXTENSIONS:
        return ending
    return _FALLBACK.get(file.kind, "bin")


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
