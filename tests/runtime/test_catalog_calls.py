"""The catalog and the wallet: typed, read again when that can help, as the sandbox serves them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from runcomfy_codegen.api import load
from runcomfy_codegen.sandbox import Sandbox
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.catalog import Balance, ModelFacts
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.errors import (
    AuthError,
    InputRejected,
    NotFound,
    NotSent,
    ServerError,
    UnreadableAnswer,
)
from runcomfy_runtime.protocol import DEFAULT_BASE_URL
from runcomfy_runtime.testing import VirtualClock
from runcomfy_runtime.transport import Lost, Outcome, Reached, Request, Response

ROOT = Path(__file__).parents[2]
EDIT = "bytedance/dreamina-4-0/edit"
ENTRY = {
    "model_id": "vendor/model",
    "display_name": "A model",
    "categories": ["image", 5],
    "kind": "model",
    "base_price_usd": 0.04,
    "price_unit": "output",
    "input_schema": {"type": "object"},
    "new_member": [1],
}


def answer(content: object, status: int = 200, **headers: str) -> Response:
    return Response(status, headers, json.dumps(content).encode())


class Scripted:
    """Answers in turn, for both clients; then the last one again."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.requests: list[Request] = []

    def send(self, request: Request) -> Outcome:
        self.requests.append(request)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]

    @property
    def queries(self) -> list[dict[str, list[str]]]:
        return [parse_qs(urlsplit(request.url).query) for request in self.requests]


class Asynchronous:
    def __init__(self, scripted: Scripted) -> None:
        self._scripted = scripted

    async def send(self, request: Request) -> Outcome:
        return self._scripted.send(request)


def called(
    scripted: Scripted, asynchronous: bool, name: str, *arguments: Any, **options: Any
) -> Any:
    settings: dict[str, Any] = {"token": "secret-token", "clock": VirtualClock()}
    settings["base_url"] = options.pop("base_url", DEFAULT_BASE_URL)
    if not asynchronous:
        with RunComfy(transport=scripted, **settings) as client:
            return getattr(client, name)(*arguments, **options)

    async def main() -> Any:
        transport = Asynchronous(scripted)
        async with AsyncRunComfy(transport=transport, **settings) as client:
            return await getattr(client, name)(*arguments, **options)

    return asyncio.run(main())


BOTH = pytest.mark.parametrize("asynchronous", [False, True])


@BOTH
def test_models_are_read_page_by_page(asynchronous: bool) -> None:
    pages = [
        answer({"models": [{"model_id": f"v/{n}"} for n in range(500)], "total": 501}),
        answer({"models": [{"model_id": "v/500"}, "no entry"], "total": 501}),
    ]
    scripted = Scripted(*pages)
    models = called(scripted, asynchronous, "models", search="a b&c", category="image")
    assert [model.model_id for model in models] == [f"v/{n}" for n in range(501)]
    assert scripted.queries == [
        {
            "search": ["a b&c"],
            "category": ["image"],
            "limit": ["500"],
            "offset": [offset],
        }
        for offset in ("0", "500")
    ]


@BOTH
def test_a_catalog_that_never_ends_ends(asynchronous: bool) -> None:
    scripted = Scripted(
        answer({"models": [{"model_id": "v/1"}], "total": 9}),
        answer({"models": [], "total": 9}),
    )
    assert len(called(scripted, asynchronous, "models")) == 1
    many = Scripted(answer({"models": [{"model_id": "v/1"}] * 3, "total": 10**9}))
    assert len(called(many, asynchronous, "models", limit=2)) == 2
    assert many.queries[0]["limit"] == ["2"]


@BOTH
def test_a_model_has_its_price_and_its_schema(asynchronous: bool) -> None:
    facts = called(Scripted(answer(ENTRY)), asynchronous, "model", "vendor/model")
    assert (facts.name, facts.categories) == ("A model", ("image",))
    assert (facts.price_usd, facts.price_unit) == (0.04, "output")
    assert facts.input_schema == {"type": "object"}
    assert facts.raw == ENTRY
    assert "new_member" not in repr(facts)


def test_what_is_not_published_is_none() -> None:
    facts = ModelFacts.of({"model_id": "v/m", "base_price_usd": "free", "inputs": None})
    assert (facts.price_usd, facts.input_schema, facts.inputs) == (None, None, ())


@BOTH
@pytest.mark.parametrize(
    ("content", "balance"),
    [
        (
            {"balance_usd": 1.5, "balance_microdollars": 1500001, "currency": "USD"},
            Balance(1.5, 1_500_001),
        ),
        ({"balance_usd": 0}, Balance(0.0, 0)),
        ({"balance_usd": -0.25}, Balance(-0.25, -250_000)),
        ({"balance_microdollars": 2_000_000}, Balance(2.0, 2_000_000)),
    ],
)
def test_the_balance_may_be_zero_or_negative(
    content: Mapping[str, object], balance: Balance, asynchronous: bool
) -> None:
    scripted = Scripted(answer(content))
    assert called(scripted, asynchronous, "balance") == balance
    [request] = scripted.requests
    assert request.url == "https://api.runcomfy.net/prod/v2/balance"
    assert request.token is not None


def test_the_balance_of_another_server_is_asked_there() -> None:
    scripted = Scripted(answer({"balance_usd": 1}))
    called(scripted, False, "balance", base_url="http://127.0.0.1:9")
    assert scripted.requests[0].url == "http://127.0.0.1:9/prod/v2/balance"


TROUBLE: list[Outcome] = [
    Lost(Reached.NOTHING_SENT, "refused"),
    Lost(Reached.SENT, "cut"),
    answer({"error": "busy"}, 503),
    answer({"error": "slow down"}, 429, **{"retry-after": "2"}),
    Response(200, {}, b"<html>a page"),
    Response(200, {}, b'{"balance_'),
]


@BOTH
@pytest.mark.parametrize("outcome", TROUBLE)
def test_a_read_that_fails_is_repeated(outcome: Outcome, asynchronous: bool) -> None:
    scripted = Scripted(outcome, outcome, answer({"balance_usd": 1}))
    assert called(scripted, asynchronous, "balance").usd == 1.0
    assert len(scripted.requests) == 3


@BOTH
@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (answer({"error_code": 400004, "error_message": "who?"}, 400), AuthError),
        (answer({"error_code": 400004, "error_message": "who?"}), AuthError),
        (answer({"error_code": 400001, "error_message": "no such"}, 400), NotFound),
        (Response(404, {}, b"<html>"), NotFound),
        (answer({"model_id": "vendor/other"}), UnreadableAnswer),
    ],
)
def test_what_cannot_get_better_is_raised_at_once(
    outcome: Outcome, error: type[Exception], asynchronous: bool
) -> None:
    scripted = Scripted(outcome)
    with pytest.raises(error) as raised:
        called(scripted, asynchronous, "model", "vendor/model")
    assert len(scripted.requests) == 1
    assert "secret-token" not in str(raised.value)


@BOTH
@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (Lost(Reached.NOTHING_SENT, "refused"), NotSent),
        (answer({"error": "busy"}, 503), ServerError),
        (Response(200, {}, b"<html>"), UnreadableAnswer),
    ],
)
def test_a_read_that_stays_without_answer_ends(
    outcome: Outcome, error: type[Exception], asynchronous: bool
) -> None:
    scripted = Scripted(outcome)
    with pytest.raises(error):
        called(scripted, asynchronous, "models", timeout=20)
    assert 2 < len(scripted.requests) < 50
    with pytest.raises(NotSent, match="no time left"):
        called(scripted, asynchronous, "models", timeout=0)


def test_a_wrong_id_is_refused_before_anything_is_sent() -> None:
    scripted = Scripted(answer(ENTRY))
    for wrong in ("model", "vendor/../x", 5, None):
        with pytest.raises(InputRejected, match="is not a model id"):
            called(scripted, False, "model", wrong)
    assert scripted.requests == []


def test_an_answer_that_states_no_balance_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswer):
        called(Scripted(answer({"balance_usd": "much"})), False, "balance")
    with pytest.raises(UnreadableAnswer):
        called(Scripted(answer({"data": []})), False, "models")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    catalog = load("bytedance/*", "google/*", schemas=str(ROOT / "schemas")).by_id
    with Sandbox(catalog, balance=2.5) as served:
        yield served


@BOTH
def test_the_sandbox_serves_what_they_ask(sandbox: Sandbox, asynchronous: bool) -> None:
    async def main() -> tuple[Any, ...]:
        async with AsyncRunComfy(token="t", base_url=sandbox.url) as client:
            return (
                await client.models(search="DREAMINA"),
                await client.models(category="image-to-image", limit=2),
                await client.model(EDIT),
                await client.balance(),
            )

    if asynchronous:
        found, images, edit, balance = asyncio.run(main())
    else:
        with RunComfy(token="t", base_url=sandbox.url) as client:
            found = client.models(search="DREAMINA")
            images = client.models(category="image-to-image", limit=2)
            edit, balance = client.model(EDIT), client.balance()
    assert EDIT in [model.model_id for model in found]
    assert all("dreamina" in model.model_id for model in found)
    assert len(images) == 2
    assert found[0].input_schema is None
    assert edit.input_schema is not None
    assert "image_urls" in edit.required_inputs
    assert balance == Balance(2.5, 2_500_000)
