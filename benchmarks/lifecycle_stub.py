"""A small queue API on loopback, in its own process, that speaks for four clients and breaks
off where it is asked to. Prints its port; ``POST /fault/<name>`` sets a fault and zeroes the
counts, ``GET /counts`` reports how many submits, status reads and cancels came, and the seconds between
the first two submits.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

FAULTS = {
    # name: (kind of request, how often, what happens)
    "none": ("", 0, ""),
    "lost answer": ("submit", 1, "close"),
    "lost answers": ("submit", 99, "close"),
    "half an answer": ("submit", 1, "half"),
    "500": ("submit", 2, "500"),
    "503": ("submit", 2, "503"),
    "409": ("submit", 2, "409"),
    "429 with 2 s": ("submit", 1, "429:2"),
    "429 with an hour": ("submit", 99, "429:3600"),
    "lost status": ("status", 2, "close"),
    "status 503": ("status", 2, "503"),
    "unknown status": ("status", 2, "odd"),
    "queued": ("status", 9999, "queued"),
}

_URLS = ("status", "result", "cancel")
_SUBMITS = re.compile(r"/v1/models/|/fal/|/videos$|/predictions$")


class Stub:
    """What the server counts and does next."""

    def __init__(self) -> None:
        self.fault = FAULTS["none"]
        self.counts = {"submit": 0, "status": 0, "cancel": 0}
        self.submits: list[float] = []
        self.port = 0

    def reply(self, method: str, path: str) -> tuple[str, dict[str, Any] | None]:
        """What to do, and the document to answer with."""
        if path.startswith("/fault/"):
            self.fault = FAULTS[path.removeprefix("/fault/").replace("%20", " ")]
            self.counts, self.submits = dict.fromkeys(self.counts, 0), []
            return "", {}
        if path == "/counts":
            pause = self.submits[1] - self.submits[0] if self.submits[1:] else 0.0
            return "", {**self.counts, "pause": pause}
        kind = "submit" if method == "POST" and _SUBMITS.search(path) else "status"
        kind = "cancel" if path.endswith("/cancel") else kind
        self.counts[kind] += 1
        if kind == "submit":
            self.submits.append(time.monotonic())
        wanted, left, action = self.fault
        if wanted == kind and left > 0 and not path.endswith("/result"):
            self.fault = (wanted, left - 1, action)
            return action, self.document(path, kind)
        return "", self.document(path, kind)

    def document(self, path: str, kind: str) -> dict[str, Any]:
        """The answer, in the words of the client that asks."""
        here = f"http://127.0.0.1:{self.port}"
        if path.startswith("/fal/"):
            job = f"{here}/fal/vendor/model/requests/r1"
            if kind == "submit":
                urls = {name: f"{job}/{name}" for name in ("status", "cancel")}
                return {
                    "request_id": "r1",
                    "response_url": job,
                    "status_url": urls["status"],
                    "cancel_url": urls["cancel"],
                }
            return {"status": "COMPLETED", "logs": [], "images": []}
        if path.endswith("/predictions") or "/predictions/" in path:
            return _prediction(here, "starting" if kind == "submit" else "succeeded")
        if "/videos" in path:
            word = "queued" if kind == "submit" else "completed"
            return {"id": "r1", "object": "video", "status": word, "model": "m"}
        if kind == "submit":
            job = f"{here}/v1/requests/r1"
            urls = {f"{name}_url": f"{job}/{name}" for name in _URLS}
            return {"request_id": "r1", **urls}
        return {"request_id": "r1", "status": "completed", "output": {"image": here}}


def _prediction(here: str, word: str) -> dict[str, Any]:
    return {
        "id": "r1",
        "model": "vendor/model",
        "version": "1",
        "status": word,
        "input": {},
        "output": "done",
        "logs": "",
        "created_at": "2025-01-01T00:00:00Z",
        "urls": {
            "get": f"{here}/v1/predictions/r1",
            "cancel": f"{here}/v1/predictions/r1/cancel",
        },
    }


def _queued(document: dict[str, Any]) -> str:
    """The word for a queued job of the client that reads ``document``."""
    words = {"COMPLETED": "IN_QUEUE", "succeeded": "starting"}
    if document.get("object") == "video":
        return "queued"
    return words.get(document["status"], "in_queue")


async def _serve(
    stub: Stub, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, path, _ = head.split(" ", 2)
            length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
            if length:
                await reader.readexactly(int(length[1]))
            action, document = stub.reply(method, path)
            if not _answer(writer, action, document):
                return
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _answer(writer: asyncio.StreamWriter, action: str, document: Any) -> bool:
    """Answer, and say whether the connection is kept."""
    if action == "close":
        return False
    status, extra = 200, ""
    if action == "odd":
        document = {**document, "status": "warming_up"}
    elif action == "queued":
        document = {**document, "status": _queued(document)}
    elif action.partition(":")[0].isdecimal():
        status, document = int(action.partition(":")[0]), {"detail": "injected"}
        if ":" in action:
            extra = f"Retry-After: {action.partition(':')[2]}\r\n"
    body = json.dumps(document).encode()
    head = (
        f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{extra}\r\n"
    )
    writer.write(head.encode() + (body[: len(body) // 2] if action == "half" else body))
    return action != "half"


async def main() -> None:
    """Serve until killed."""
    stub = Stub()
    server = await asyncio.start_server(lambda r, w: _serve(stub, r, w), "127.0.0.1", 0)
    stub.port = server.sockets[0].getsockname()[1]
    print(stub.port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
