"""Reading a source of published text: a file, standard input, or an https URL."""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import SourceUnreadable, UsageError

MOST_BYTES = 64 * 1024 * 1024
"""A catalog of thousands of models has a few megabytes; more is not a catalog."""
_SECONDS = 30.0


class ServerUnreachable(SourceUnreadable):
    """A server is unreachable, or closed the connection before it answered."""


def read_source(source: str) -> tuple[str, bytes]:
    """The name of a source in reports, and its bytes. Raises ``CodegenError``."""
    if source == "-":
        return "<stdin>", sys.stdin.buffer.read(MOST_BYTES)
    if "://" in source:
        return source, fetched(source)
    return source, _file(Path(source))


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; give the files in it") from None


def fetched(url: str) -> bytes:
    """The content at an https URL. Redirects are not followed. Raises ``CodegenError``."""
    import httpx

    if not url.startswith("https://"):
        raise UsageError(f"{url}: only https URLs are allowed")
    chunks: list[bytes] = []
    try:
        with httpx.stream(
            "GET", url, timeout=_SECONDS, follow_redirects=False
        ) as response:
            if response.status_code != 200:
                raise SourceUnreadable(
                    f"{url}: the server answered {response.status_code}"
                )
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                if sum(map(len, chunks)) > MOST_BYTES:
                    raise SourceUnreadable(
                        f"{url}: more than {MOST_BYTES // 2**20} MiB"
                    )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServerUnreachable(f"{url}: {error or type(error).__name__}") from None
    return b"".join(chunks)
