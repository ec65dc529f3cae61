"""What the media tests share: a certificate authority, and a fetch that trusts it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
import trustme

from runcomfy_runtime.media.fetch.async_client import fetch_async
from runcomfy_runtime.media.fetch.client import fetch
from runcomfy_runtime.media.fetch.guard import Guard, address_refusal
from runcomfy_runtime.media.fetch.policy import FetchPolicy
from runcomfy_runtime.media.info import MediaInfo
from support.file_server import PRIVATE, PUBLIC


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the tests."""

    root: trustme.CA

    def server(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.root.issue_cert(*names).configure_cert(context)
        return context

    def client(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.root.configure_trust(context)
        return context


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority(trustme.CA())


def refusal_but_public(address: str) -> str | None:
    """The real table, but for the one loopback address that plays the internet."""
    return None if address == PUBLIC else address_refusal(address)


@dataclass
class Names:
    """A resolver of the tests: each lookup of a name takes its next answer."""

    answers: dict[str, list[list[str]]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        turns = self.answers.get(host)
        if turns is None:
            raise OSError(f"no such name: {host}")
        return turns.pop(0) if len(turns) > 1 else turns[0]


@dataclass
class Fetch:
    """Fetches as the product does, over the tests' names, authority and address table."""

    context: ssl.SSLContext
    blocking: bool
    policy: FetchPolicy = field(default_factory=lambda: FetchPolicy(seconds=30))
    names: Names = field(
        default_factory=lambda: Names(
            {
                "a.test": [[PUBLIC]],
                "b.test": [[PUBLIC]],
                "private.test": [[PRIVATE]],
                "mixed.test": [[PUBLIC, PRIVATE]],
                "rebinding.test": [[PUBLIC], [PRIVATE]],
            }
        )
    )

    def __call__(self, url: str, *ports: int, thorough: bool = False) -> MediaInfo:
        policy = replace(self.policy, ports=frozenset(ports) | self.policy.ports)
        guard = Guard(policy, lookup=self.names, refusal=refusal_but_public)
        if self.blocking:
            return fetch(
                url, policy, thorough=thorough, guard=guard, context=self.context
            )
        return asyncio.run(
            fetch_async(
                url, policy, thorough=thorough, guard=guard, context=self.context
            )
        )


@pytest.fixture(params=["blocking", "async"])
def get(request: pytest.FixtureRequest, authority: Authority) -> Fetch:
    """One fetch for every test of fetching, once blocking and once on an event loop."""
    return Fetch(authority.client(), blocking=request.param == "blocking")


MakeContext = Callable[..., ssl.SSLContext]


@pytest.fixture
def tls(authority: Authority) -> ssl.SSLContext:
    """The context of a server that may call itself a.test or b.test."""
    return authority.server("a.test", "b.test", "rebinding.test", "mixed.test")
