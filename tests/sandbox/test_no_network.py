"""The sandbox contacts only this machine, and fetches no URL of an input."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from runcomfy_codegen.sandbox import Sandbox
from support.shipped_models import documents, models

from .conftest import EDIT, INPUTS, MODELS, SEEDANCE


class Bait:
    """A listening socket that counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/boat.jpg"

    def visitors(self) -> int:
        try:
            self._socket.accept()[0].close()
        except TimeoutError:
            return 0
        return 1

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def bait() -> Iterator[Bait]:
    with closing(Bait()) as listening:
        yield listening


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that this process connects to or looks up, from any thread."""
    contacted: list[Any] = []
    lock = threading.Lock()

    def noting(name: str) -> None:
        plain = getattr(socket.socket, name)

        def recorded(self: socket.socket, address: Any) -> Any:
            with lock:
                contacted.append(address)
            return plain(self, address)

        monkeypatch.setattr(socket.socket, name, recorded)

    for name in ("connect", "connect_ex"):
        noting(name)
    look_up = socket.getaddrinfo

    def looked_up(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        contacted.append((host, port))
        return look_up(host, port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return contacted


def test_what_an_input_names_is_never_fetched(bait: Bait, dialled: list[Any]) -> None:
    with Sandbox(MODELS, drive="polls", polls=(0, 0)) as sandbox:
        headers = {"Authorization": "Bearer one"}
        with httpx.Client(
            base_url=sandbox.url, headers=headers, trust_env=False
        ) as http:
            for model_id, changed in (
                (EDIT, {"image_urls": [bait.url]}),
                (SEEDANCE, {"first_frame_image_url": bait.url}),
            ):
                document = INPUTS[model_id] | changed
                path = f"/v1/models/{model_id}"
                accepted = http.post(path, json=document).json()
                (url,) = http.get(accepted["result_url"]).json()["output"].values()
                assert http.get(url).status_code == 200
            assert http.get("/openapi.json").status_code == 200
            assert http.get("/").status_code == 200
    assert {host for host, _, *_ in dialled} == {"127.0.0.1"}
    ports = {port for _, port, *_ in dialled if port is not None}
    assert ports == {int(sandbox.url.rpartition(":")[2])}
    assert bait.visitors() == 0


def test_the_published_examples_run_without_a_look_at_their_urls(
    dialled: list[Any],
) -> None:
    with Sandbox(models(), drive="polls", polls=(0, 0)) as sandbox:
        headers = {"Authorization": "Bearer one"}
        with httpx.Client(
            base_url=sandbox.url, headers=headers, trust_env=False
        ) as http:
            examples = [each for each in documents() if each.example]
            for each in examples:
                assert each.example is not None
                path = f"/v1/models/{each.model_id}"
                accepted = http.post(path, json=each.example.value()).json()
                result = http.get(accepted["result_url"]).json()
                assert result["status"] == "succeeded"
    assert len(examples) == 5
    assert {host for host, _, *_ in dialled} == {"127.0.0.1"}
