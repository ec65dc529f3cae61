"""The media prober next to the libraries that do the same: right answers, time, bytes.

``python benchmarks/media.py`` compares whatever of imagesize, Pillow and PyAV can be
imported; none of them is needed. Every reader gets the same file objects in the same run,
turn by turn, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import importlib
import io
import json
import random
import statistics
import sys
import tempfile
import threading
import timeit
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from runcomfy_runtime.media import FetchPolicy, MediaError, probe

DATA = Path(__file__).resolve().parent.parent / "tests" / "media" / "data"
ROUNDS, REPEATS = 10, 50
GIGABYTE = 1 << 30
FIRST = 16 << 10
_NOT_BY_PATH = ("… headers only", "PyAV")  # twice the same; for films


@dataclass(frozen=True)
class Answer:
    """What a reader says: pixels as displayed, and seconds."""

    extent: tuple[int, int] | None = None
    seconds: float | None = None


Reader = Callable[[Any], Answer]
"""Reads a binary file object, or the file at a path."""


class Metered(io.BytesIO):
    """A file that notes which bytes were read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.spans: list[tuple[int, int]] = []

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and note it."""
        start = self.tell()
        data = super().read(size)
        self.spans.append((start, start + len(data)))
        return data

    def readinto(self, buffer: Any, /) -> int:
        """Read, and note it."""
        start = self.tell()
        count = super().readinto(buffer)
        self.spans.append((start, start + count))
        return count

    @property
    def distinct(self) -> int:
        """How many different bytes were read."""
        total = end = 0
        for start, stop in sorted(self.spans):
            total += max(0, stop - max(start, end))
            end = max(end, stop)
        return total


def ours(stream: Any) -> Answer:
    """The prober of this project."""
    info = probe(stream)
    return Answer(info.shown, info.duration)


def headers_only(stream: Any) -> Answer:
    """The same as for a URL: no fact that only the whole file can tell."""
    info = probe(stream, thorough=False)
    return Answer(info.shown, info.duration)


def with_imagesize() -> Reader:
    """The smallest pure Python reader of picture sizes."""
    library = importlib.import_module("imagesize")

    def read(stream: Any) -> Answer:
        width, height = library.get(stream)
        if width < 0:
            raise ValueError("not read")
        return Answer((width, height))

    return read


def with_pillow() -> Reader:
    """The imaging library; it does not apply the orientation of a JPEG."""
    library = importlib.import_module("PIL.Image")

    def read(stream: Any) -> Answer:
        with library.open(stream) as picture:
            return Answer(picture.size)

    return read


def with_pyav() -> Reader:
    """FFmpeg's libraries."""
    library = importlib.import_module("av")

    def read(stream: Any) -> Answer:
        with library.open(stream) as container:
            pictures = container.streams.video
            extent = (pictures[0].width, pictures[0].height) if pictures else None
            length = container.duration
            return Answer(extent, length and length / 1_000_000)

    return read


def readers() -> dict[str, Reader]:
    """Whatever can be imported."""
    found: dict[str, Reader] = {"this prober": ours, "… headers only": headers_only}
    makers = {"imagesize": with_imagesize, "Pillow": with_pillow, "PyAV": with_pyav}
    for name, make in makers.items():
        try:
            found[name] = make()
        except ImportError:
            print(f"{name}: not installed, left out", file=sys.stderr)
    return found


def right(entry: dict[str, Any], answer: Answer) -> bool:
    """Whether an answer is what is known of a file."""
    if entry["kind"] != "audio" and answer.extent != (entry["width"], entry["height"]):
        return False
    truth = entry.get("duration") if entry["kind"] != "image" else None
    return truth is None or (
        answer.seconds is not None and abs(answer.seconds - truth) <= 0.05
    )


def attempt(read: Reader, content: bytes) -> tuple[Answer | None, int]:
    """A reader's answer, None if it has none, and the bytes that it looked at."""
    stream = Metered(content)
    try:
        answer: Answer | None = read(stream)
    except Exception:  # whatever the libraries raise for what they do not read
        answer = None
    return answer, stream.distinct


def times(candidates: dict[str, Reader], given: Callable[[], Any]) -> dict[str, float]:
    """The best of some rounds in µs. Who comes first changes: it warms nobody's caches."""
    best = {name: float("inf") for name in candidates}
    for turn in range(ROUNDS):
        for name in random.Random(turn).sample(sorted(candidates), len(candidates)):
            call = partial(measure_once, candidates[name], given)
            taken = timeit.timeit(call, number=REPEATS) / REPEATS * 1e6
            best[name] = min(best[name], taken)
    return best


def measure_once(read: Reader, given: Callable[[], Any]) -> None:
    """One new file object, or the path again: one answer."""
    read(given())


def compare(kind: str, entries: list[dict[str, Any]], found: dict[str, Reader]) -> None:
    """Print one table."""
    score = dict.fromkeys(found, 0)
    spent: dict[str, list[float]] = {name: [] for name in found}
    touched: dict[str, list[int]] = {name: [] for name in found}
    for entry in entries:
        content = (DATA / entry["file"]).read_bytes()
        answers = {name: attempt(read, content) for name, read in found.items()}
        able = {name: found[name] for name, (answer, _) in answers.items() if answer}
        for name, (answer, distinct) in answers.items():
            if answer is not None:
                score[name] += right(entry, answer)
                touched[name].append(distinct)
        for name, taken in times(able, partial(io.BytesIO, content)).items():
            spent[name].append(taken)
    print(f"\n{kind}: {len(entries)} good files")
    print(f"  {'':16}{'right':>6}{'read':>6}{'median µs':>12}{'median bytes':>14}")
    for name in found:
        if not spent[name]:
            continue
        median, looked_at = statistics.median(spent[name]), statistics.median(
            touched[name]
        )
        row = f"{score[name]:>6}{len(spent[name]):>6}{median:>12.1f}{looked_at:>14.0f}"
        print(f"  {name:16}{row}")


def by_path(entries: list[dict[str, Any]], found: dict[str, Reader]) -> None:
    """Print the time for a picture that is opened by its path, where all have an answer."""
    spent: dict[str, list[float]] = {name: [] for name in found}
    for entry in entries:
        path = DATA / entry["file"]
        if all(attempt(read, path.read_bytes())[0] for read in found.values()):
            for name, taken in times(found, lambda path=path: path).items():
                spent[name].append(taken)
    medians = (
        f"{name} {statistics.median(taken):.1f}" for name, taken in spent.items()
    )
    print(f"\nimages by path, median µs: {', '.join(medians)}")


def first_request(entries: list[dict[str, Any]]) -> None:
    """How many files are answered by the first 16 KiB and the length."""
    answered = total = 0
    for entry in entries:
        stream = Metered((DATA / entry["file"]).read_bytes())
        try:
            probe(stream, thorough=False)
        except MediaError:
            continue
        total += 1
        length = len(stream.getvalue())
        answered += all(end <= FIRST for _, end in stream.spans) or length <= FIRST
    print(
        f"\nanswered by the first request: {answered} of {total} ({answered / total:.0%})"
    )


def profile_jpeg() -> bytes:
    """A picture with half a megabyte of colour profile before its frame header."""
    content = (DATA / "image/jpeg_baseline.jpg").read_bytes()
    part = b"\xff\xe2" + (65_002).to_bytes(2, "big") + b"ICC_PROFILE\0" + bytes(64_988)
    return content[:2] + part * 8 + content[2:]


@contextmanager
def sparse_film() -> Iterator[tuple[str, list[int]]]:
    """An MP4 of 1 GiB with its header at the end, served on loopback; what was sent."""
    content = (DATA / "video/mp4_moov_end.mp4").read_bytes()
    tail = content[content.index(b"moov") - 4 :]
    front = content[:32] + b"\0\0\0\1mdat" + (GIGABYTE + 16).to_bytes(8, "big")
    total = len(front) + GIGABYTE + len(tail)
    sent: list[int] = []
    with tempfile.TemporaryFile() as film:
        film.write(front)
        film.seek(len(front) + GIGABYTE)
        film.write(tail)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                start, end = map(int, self.headers["Range"][6:].split("-"))
                film.seek(start)
                body = film.read(min(end, total - 1) - start + 1)
                self.send_response(206)
                self.send_header(
                    "Content-Range", f"bytes {start}-{start + len(body) - 1}/{total}"
                )
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                sent.append(len(body))

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"127.0.0.1:{server.server_address[1]}", sent
            server.shutdown()


def remote() -> None:
    """Measure the film over HTTP, once warm."""
    with sparse_film() as (origin, sent):
        policy = FetchPolicy(private=frozenset({origin}))
        probe(f"http://{origin}/", policy=policy)
        warm = len(sent)
        start = timeit.default_timer()
        info = probe(f"http://{origin}/", policy=policy)
        taken = timeit.default_timer() - start
    requests = sent[warm:]
    print(
        f"MP4 of 1 GiB over HTTP, header at its end: {info.duration} s read in "
        f"{len(requests)} requests, {sum(requests)} bytes, {taken * 1000:.1f} ms"
    )


def main() -> None:
    """Print the tables."""
    warnings.simplefilter("ignore")
    index: list[dict[str, Any]] = [
        entry
        for name in ("index.json", "more.json")
        for entry in json.loads((DATA / name).read_text())["files"]
    ]
    good = [entry for entry in index if entry["expect"] == "ok"]
    found = readers()
    for kind in ("image", "video", "audio"):
        compare(kind, [entry for entry in good if entry["kind"] == kind], found)
    pictures = [entry for entry in good if entry["kind"] == "image"]
    by_path(pictures, {name: found[name] for name in found if name not in _NOT_BY_PATH})
    first_request([entry for entry in index if entry["expect"].startswith("ok")])
    stream = Metered(profile_jpeg())
    probe(stream)
    print(f"JPEG with 520 KB of profile: {stream.distinct} distinct bytes")
    remote()


if __name__ == "__main__":
    main()
