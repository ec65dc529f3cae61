"""The files of a result: every URL in the output, in document order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias, cast
from urllib.parse import urlsplit

from .media.format_table import BY_EXTENSION, KINDS

FileKind: TypeAlias = Literal["image", "video", "audio", "other"]


class File(NamedTuple):
    """One output file. ``pointer`` is the JSON pointer of its URL in the output."""

    url: str
    kind: FileKind
    pointer: str

    def __repr__(self) -> str:
        """Without the query of the URL: it may contain a signature."""
        path, mark, _ = self.url.partition("?")
        shown = path + (mark and "?…")
        return f"File(url={shown!r}, kind={self.kind!r}, pointer={self.pointer!r})"


_SCHEMES = ("https://", "http://")


def files(output: object, echoes: Iterable[str] = ()) -> tuple[File, ...]:
    """Each file once, without the URLs of the input, which are known by their digests."""
    known = frozenset(echoes)
    by_url: dict[str, File] = {}
    for pointer, text in _texts(output, ""):
        if (
            is_url(text)
            and text not in by_url
            and not (known and digest(text) in known)
        ):
            by_url[text] = File(text, _kind(pointer, text), pointer)
    return tuple(by_url.values())


_NOT_OUTPUT = frozenset(("input", "status_url", "result_url", "cancel_url"))


def result_files(
    content: Mapping[str, object], echoes: Iterable[str] = ()
) -> tuple[File, ...]:
    """The files of a result: those of its output, or of the whole if it has none.

    Without an output, a pointer is one into the whole.
    """
    output = content.get("output")
    if output is None:
        output = {key: content[key] for key in content if key not in _NOT_OUTPUT}
    return files(output, echoes)


def is_url(text: str) -> bool:
    """Whether a text is the URL of a file."""
    return text[:4].lower() == "http" and text[:8].lower().startswith(_SCHEMES)


def urls(value: object) -> Iterator[str]:
    """Every URL in a JSON value."""
    return (text for _, text in _texts(value, "") if is_url(text))


def digest(url: str) -> str:
    """A short digest that identifies a URL without showing it."""
    from hashlib import sha256  # OpenSSL behind it is slow to import

    return sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _texts(value: object, pointer: str) -> Iterator[tuple[str, str]]:
    """Every string in a JSON value with its pointer, in document order, at any depth."""
    waiting: list[tuple[str, object]] = [(pointer, value)]
    while waiting:
        here, item = waiting.pop()
        if isinstance(item, str):
            yield here, item
        elif isinstance(item, dict):
            members = cast(dict[str, object], item)
            waiting += [
                (f"{here}/{_escaped(str(name))}", members[name])
                for name in reversed(members)
            ]
        elif isinstance(item, list):
            items = cast(list[object], item)
            waiting += [(f"{here}/{i}", items[i]) for i in reversed(range(len(items)))]


def _escaped(name: str) -> str:
    return name if name.isidentifier() else name.replace("~", "~0").replace("/", "~1")


def _kind(pointer: str, url: str) -> FileKind:
    """The kind by the extension of the URL's path, else by the names in the pointer."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    row = BY_EXTENSION.get(path.rpartition(".")[2].lower())
    if row is not None:
        return row.kind
    steps = pointer.lower().split("/")
    for step in reversed(steps):
        for word in KINDS:
            if word in step:
                return word
    return "other"
