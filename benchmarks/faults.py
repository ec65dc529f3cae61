"""What a fault costs with each client: submits on the wire, and what the caller gets.

    python benchmarks/faults.py            # print the table of the README
    python benchmarks/faults.py --write    # put it into the README

fal-client, replicate and openai take part where they are installed, each with its defaults and
each against its own ``lifecycle_stub.py`` on loopback. A column is left out if its client is not
installed; ``--write`` needs them all. It takes about a minute: one of them tries for as long.
"""

from __future__ import annotations

import importlib.metadata
import json
import multiprocessing
import os
import platform
import re
import signal
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from lifecycle_clients import Client, installed, server

README = Path(__file__).parent.parent / "README.md"
OURS, BY_HAND = "runcomfy_runtime", "by hand with httpx"
_START, _END = "<!-- benchmarks/faults.py -->\n", "<!-- end of the table -->"


class Row(NamedTuple):
    """A fault, and how it is measured."""

    text: str
    fault: str
    may_be_accepted: bool = False
    """Whether a second submit may be a second bill."""
    patience: float = 15.0
    interrupted: bool = False
    """Whether Ctrl-C ends the wait."""


ROWS = (
    Row("the answer to a submit is lost", "lost answer", True),
    Row("it is lost every time", "lost answers", True, patience=90.0),
    Row("it breaks off in the middle", "half an answer", True),
    Row("a submit gets HTTP 500 twice", "500", True),
    Row("a submit gets HTTP 409 twice", "409", True),
    Row("a submit gets HTTP 429, retry after 2 s", "429 with 2 s"),
    Row("a submit gets HTTP 429, retry after an hour", "429 with an hour"),
    Row("two reads of the status lose their connection", "lost status"),
    Row("two reads of the status get HTTP 503", "status 503"),
    Row("the status is a word that nobody documents", "unknown status"),
    Row("Ctrl-C while the job is queued", "queued", interrupted=True),
)


def table(rows: Sequence[Row] = ROWS, only: Sequence[str] = ()) -> list[list[str]]:
    """The rows of the table, its head first. ``only`` names the clients that take part."""
    with server() as url:
        found = [client.name for client in installed(url)]
    names = [name for name in found if name != BY_HAND and (not only or name in only)]
    with ThreadPoolExecutor(max(len(names), 1)) as threads:
        columns = list(threads.map(lambda name: _column(name, rows), names))
    heads = ["this client" if name == OURS else _with_version(name) for name in names]
    cells = zip(*columns, strict=True)
    body = [[row.text, *line] for row, line in zip(rows, cells, strict=True)]
    return [["what goes wrong", *heads], *body]


def _with_version(name: str) -> str:
    return f"{name} {importlib.metadata.version(name)}"


def _column(name: str, rows: Sequence[Row]) -> list[str]:
    with server() as url:
        return [_cell(url, name, row) for row in rows]


def _cell(url: str, name: str, row: Row) -> str:
    fault = urllib.parse.quote(row.fault)
    urllib.request.urlopen(f"{url}/fault/{fault}", data=b"").close()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_attempt, args=(url, name, theirs), daemon=True
    )
    process.start()
    if row.interrupted:
        _interrupt(url, process)
    waited = f"no end in {row.patience:.0f} s"
    ended = ours.recv() if ours.poll(row.patience) else waited
    process.kill()
    process.join()
    counts = _counts(url)
    if row.interrupted:
        return "the job is cancelled" if counts["cancel"] else "the job goes on"
    return f"{_submits(row, counts)}, {ended}"


def _submits(row: Row, counts: dict[str, Any]) -> str:
    count = counts["submit"]
    text = f"{count} submit{'s' * (count != 1)}"
    if count == 1:
        return text
    if row.may_be_accepted:
        return f"**{text}**"
    return f"{text}, {counts['pause']:.1f} s apart"


def _interrupt(url: str, process: Any) -> None:
    """Press Ctrl-C when the client waits for its job."""
    late = time.monotonic() + 20
    while _counts(url)["status"] < 2 and time.monotonic() < late:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)


def _counts(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/counts") as answer:
        counts: dict[str, Any] = json.load(answer)
    return counts


def _attempt(url: str, name: str, report: Any) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    client: Client = next(client for client in installed(url) if client.name == name)
    try:
        client.cycle()
        report.send("result")
    except BaseException as error:
        named = getattr(error, "request_id", None) or getattr(error, "job", None)
        kind = f"`{type(error).__name__}`"
        report.send(f"{kind} with the job" if named else kind)


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """The table, and what it was measured with."""
    head, *rows = ("| " + " | ".join(line) + " |" for line in lines)
    rule = "|---" * len(lines[0]) + "|"
    return "\n".join((head, rule, *rows)) + "\n"


def in_readme() -> list[list[str]]:
    """The table that is in the README, its head first."""
    text = README.read_text("utf-8")
    between = text[text.index(_START) + len(_START) : text.index(_END)]
    lines = [line for line in between.splitlines() if not re.fullmatch(r"[|-]+", line)]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in lines
        if line.strip()
    ]


def main(arguments: list[str]) -> None:
    """Print the table, or write it."""
    lines = table()
    text = markdown(lines)
    print(text)
    print(f"Python {platform.python_version()}, {platform.system()}")
    if "--write" not in arguments:
        return
    if len(lines[0]) < 5:
        raise SystemExit("not written: install the other clients first")
    readme = README.read_text("utf-8")
    head, _, rest = readme.partition(_START)
    tail = rest.partition(_END)[2]
    README.write_text(f"{head}{_START}{text}{_END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
