"""The clients that are compared, each behind the same call, and the server that they call."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Cycle = Callable[[], Any]


class Client(NamedTuple):
    """One client: ``cycle`` submits, follows and reads the result; ``module`` is imported."""

    name: str
    module: str
    cycle: Cycle


@contextmanager
def server() -> Iterator[str]:
    """The stub, in its own process."""
    script = Path(__file__).with_name("lifecycle_stub.py")
    process = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _ours(url: str) -> Cycle:
    from runcomfy_runtime.client import RunComfy

    client = RunComfy(token="benchmark-token", base_url=url)
    return lambda: client.run(
        "vendor/model", {"prompt": "a boat", "seed": 1}, timeout=30
    )


def _by_hand(url: str) -> Cycle:
    import httpx

    client = httpx.Client(headers={"Authorization": "Bearer benchmark-token"})

    def cycle() -> Any:
        body = {"prompt": "a boat", "seed": 1}
        job = client.post(f"{url}/v1/models/vendor/model", json=body).json()[
            "request_id"
        ]
        word = client.get(f"{url}/v1/requests/{job}/status").json()["status"]
        assert word == "completed"
        return client.get(f"{url}/v1/requests/{job}/result").json()["output"]

    return cycle


def _fal(url: str) -> Cycle:
    fal = importlib.import_module("fal_client")
    inner = importlib.import_module("fal_client.client")
    inner.QUEUE_URL_FORMAT = f"{url}/fal/"  # type: ignore[attr-defined]
    client = fal.SyncClient(key="benchmark-token")
    return lambda: client.submit("vendor/model", {"prompt": "a boat", "seed": 1}).get()


def _replicate(url: str) -> Cycle:
    replicate = importlib.import_module("replicate")
    client = replicate.Client(api_token="benchmark-token", base_url=url)

    def cycle() -> Any:
        prediction = client.predictions.create("1", {"prompt": "a boat", "seed": 1})
        client.poll_interval = 0.01
        prediction.wait()
        return prediction.output

    return cycle


def _openai(url: str) -> Cycle:
    openai = importlib.import_module("openai")
    client = openai.OpenAI(api_key="benchmark-token", base_url=f"{url}/openai")

    def cycle() -> Any:
        video = client.videos.create(prompt="a boat", model="sora-2")
        return client.videos.poll(video.id, poll_interval_ms=10)

    return cycle


_MAKERS = (
    ("by hand with httpx", "httpx", _by_hand),
    ("runcomfy_runtime", "runcomfy_runtime.client", _ours),
    ("fal-client", "fal_client", _fal),
    ("replicate", "replicate", _replicate),
    ("openai", "openai", _openai),
)


def installed(url: str) -> list[Client]:
    """The clients that can be imported here."""
    found, lacking = list[Client](), list[str]()
    for name, module, make in _MAKERS:
        try:
            found.append(Client(name, module, make(url)))
        except ImportError:
            lacking.append(name)
    if lacking:
        _tell(tuple(lacking))
    return found


@cache
def _tell(lacking: tuple[str, ...]) -> None:
    """Say, once, how the others come in, without touching this environment."""
    names = " ".join(lacking)
    print(f"(not installed, so not compared: {', '.join(lacking)}; to have them apart:")
    print(f"   {sys.executable} -m pip install --target peers {names}")
    print(f"   PYTHONPATH=peers {sys.executable} {sys.argv[0]})\n", flush=True)
