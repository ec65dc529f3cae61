"""Fixtures of the runtime's tests: a scripted server, and no RunComfy settings around."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runcomfy_runtime.protocol import BASE_URL_VARIABLE, TOKEN_VARIABLES
from runtime.loopback import Loopback


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        *TOKEN_VARIABLES,
        BASE_URL_VARIABLE,
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running
