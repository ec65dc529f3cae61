"""How long the sandbox takes: ``python benchmarks/sandbox.py``.

Each line is the median of many rounds, with the slowest of a hundred beside it. A round is
submit, status and result of one job, each with an answer that was read.
"""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from runcomfy_codegen.ir.model import Anything, Array, Field, Model, Object, Text
from runcomfy_codegen.sandbox import Api, Sandbox, Settings, VirtualClock
from runcomfy_codegen.sandbox.clock import Seed
from runcomfy_codegen.sandbox.database import Database
from runcomfy_codegen.sandbox.http_messages import ApiRequest
from runcomfy_codegen.sandbox.sample_film import mp4
from runcomfy_codegen.sandbox.sample_media import png

MODEL_ID = "bytedance/dreamina-4-0/edit"
INPUT = {"image_urls": ["https://example.com/boat.jpg"], "prompt": "A girl on a boat"}
BODY = json.dumps(INPUT).encode()
HEADERS = {"Authorization": "Bearer x", "Content-Type": "application/json"}


def model() -> Model:
    """A model like the published one."""
    prompt, images = Text(max_length=800), Array(
        items=Text(), min_items=1, max_items=10
    )
    return Model(
        model_id=MODEL_ID,
        title="Dreamina 4.0 Edit",
        description="",
        locale="en",
        input=Object(
            fields=(
                Field(
                    wire_name="image_urls",
                    type=images,
                    required=True,
                ),
                Field(wire_name="prompt", type=prompt, required=True),
            ),
        ),
        output=Object(extra=Anything()),
        schema_sha256="",
        documents=(),
    )


def in_process(api: Api) -> Callable[[], None]:
    """A round without a socket."""
    clock = VirtualClock()
    headers = (
        ("host", "localhost"),
        *((name.lower(), text) for name, text in HEADERS.items()),
    )

    def send(method: str, path: str, body: bytes = b"") -> dict[str, str]:
        request = ApiRequest(method=method, path=path, headers=headers, body=body)
        return dict(api.handle(request, clock.now()).json())

    def once() -> None:
        accepted = send("POST", f"/v1/models/{MODEL_ID}", BODY)
        clock.advance(10)
        send("GET", f"/v1/requests/{accepted['request_id']}/status")
        send("GET", f"/v1/requests/{accepted['request_id']}/result")

    return once


def serve(ready: Connection) -> None:
    """Serve in a process of its own, as the command does."""
    sandbox = Sandbox({MODEL_ID: model()}, balance=1e9)
    ready.send(sandbox.url)
    sandbox.serve()


@contextmanager
def served() -> Generator[str]:
    """The URL of a sandbox that runs beside this process."""
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield str(ours.recv())
    finally:
        process.terminate()
        process.join()


def over_a_socket(url: str) -> Callable[[], None]:
    """A round over one connection that is kept open."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)

    def send(method: str, path: str, body: bytes | None = None) -> dict[str, str]:
        connection.request(method, path, body, HEADERS)
        return dict(json.load(connection.getresponse()))

    def once() -> None:
        accepted = send("POST", f"/v1/models/{MODEL_ID}", BODY)
        send("GET", f"/v1/requests/{accepted['request_id']}/status")
        send("GET", f"/v1/requests/{accepted['request_id']}/result")

    return once


def measure(what: str, once: Callable[[], object], rounds: int = 500) -> None:
    """Print the median of some rounds, and the 99th percentile, in milliseconds."""
    for _ in range(20):
        once()
    took: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        once()
        took.append((time.perf_counter() - begun) * 1000)
    slow = statistics.quantiles(took, n=100)[98]
    print(f"{what:<58} {statistics.median(took):8.3f} ms {slow:8.3f} ms")


def parallel(url: str, jobs: int, connections: int) -> None:
    """Print how long many submits from many connections take together."""
    address = urlsplit(url)

    def share(number: int) -> list[str]:
        connection = http.client.HTTPConnection(address.hostname or "", address.port)
        ids: list[str] = []
        for _ in range(number):
            connection.request("POST", f"/v1/models/{MODEL_ID}", BODY, HEADERS)
            ids.append(json.load(connection.getresponse())["request_id"])
        connection.close()
        return ids

    begun = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        ids = [
            each
            for share_ in pool.map(share, [jobs // connections] * connections)
            for each in share_
        ]
    took = (time.perf_counter() - begun) * 1000
    assert len(set(ids)) == len(ids)
    print(f"{len(ids)} submits from {connections} connections{'':<28} {took:8.0f} ms")


def main() -> None:
    """Print the table."""
    models = {MODEL_ID: model()}
    settings = Settings(base_url="http://localhost", balance=1e9)
    print(f"{'':<58} {'median':>11} {'99 of 100':>11}")
    measure("one job in process", in_process(Api(models, settings)))
    with TemporaryDirectory() as folder:
        archive = Database(Path(folder) / "state.db", Seed())
        measure(
            "one job in process, kept on disk",
            in_process(Api(models, settings, {}, archive)),
        )
        archive.close()
    with served() as url:
        measure("one job over a socket", over_a_socket(url))
        parallel(url, 1024, 32)
    measure("a picture of 1024 by 1024", lambda: png(1024, 1024, 0.5), 100)
    measure("a picture of 6198 by 2656", lambda: png(6198, 2656, 0.5), 20)
    measure("a film of 5 seconds, 1280 by 720", lambda: mp4(1280, 720, 5, 0.5), 100)


if __name__ == "__main__":
    main()
