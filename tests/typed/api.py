"""What the types of a generated client promise. Checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_type

from runcomfy_client import (
    AsyncJob,
    AsyncResult,
    AsyncRunComfy,
    InputRejected,
    Job,
    Report,
    Result,
    Rule,
    RunComfy,
    inline,
)
from runcomfy_client.models.blackforestlabs.flux_3 import extend_video
from runcomfy_client.models.blackforestlabs.flux_3.extend_video import draft
from runcomfy_client.models.bytedance.dreamina_4_0 import edit


def inputs_are_checked() -> edit.Input:
    edit.Input(prompt="no images")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    edit.Input(
        image_urls=["https://example.com/a.jpg"],
        prompt="a",
        width_height="1:1",  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    )
    return edit.Input(
        image_urls=["https://example.com/a.jpg", inline("b.png")],
        prompt="a",
        width_height="2048x2048(1:1)",
        scale=1,
        force_single=None,
    )


def results_are_typed(client: RunComfy, given: edit.Input) -> None:
    result = client.run(given, timeout=60, on_update=print)
    assert_type(result, Result[edit.Output])
    assert_type(result.output.images, list[str] | str | None)
    assert_type(result.cost, float | None)
    assert_type(client.submit(given), Job[edit.Output])
    assert_type(client.job("token", edit.Input), Job[edit.Output])
    assert_type(client.run("vendor/model", {"prompt": "a"}), Result[dict[str, Any]])
    assert_type(next(client.batch("b", edit.Input).results()), Result[edit.Output])
    assert_type(client.batch("b").jobs(), list[Job[dict[str, Any]]])
    assert_type(client.validate(given, locale="ru"), Report)
    assert_type(client.validate(edit.Input, {"prompt": 1}), Report)


def batches_are_typed(
    client: RunComfy, given: Iterator[edit.Input], rows: list[dict[str, Any]]
) -> None:
    assert_type(next(client.map(given)), Result[edit.Output])
    assert_type(next(client.map(rows_of(rows))), Result[edit.Output])
    assert_type(next(client.map([(edit.Input, rows[0])])), Result[edit.Output])
    assert_type(next(client.map([("a/b", rows[0])])), Result[dict[str, Any]])
    for outcome in client.map(rows_of(rows), return_exceptions=True):
        assert_type(outcome, Result[edit.Output] | Exception)


def rows_of(
    rows: list[dict[str, Any]],
) -> Iterator[tuple[type[edit.Input], dict[str, Any]]]:
    return ((edit.Input, row) for row in rows)


async def the_async_client_is_typed_alike(
    client: AsyncRunComfy, given: edit.Input
) -> None:
    assert_type(await client.run(given), AsyncResult[edit.Output])
    assert_type(await client.submit(given), AsyncJob[edit.Output])
    assert_type(await client.batch("b").counts(), dict[str, int])
    async for read in client.batch("b", edit.Input).results():
        assert_type(read, AsyncResult[edit.Output])
    assert_type(await client.validate(given, locale="ru"), Report)
    assert_type(await client.validate(edit.Input, {"prompt": 1}), Report)


def modules_have_their_names(rejected: InputRejected) -> None:
    names: list[str] = [edit.MODEL_ID, extend_video.MODEL_ID, draft.MODEL_ID]
    assert names
    assert_type(edit.RULES, tuple[Rule, ...])
    assert_type(given_payload(), dict[str, Any])
    assert_type(rejected.report, Report)


def given_payload() -> dict[str, Any]:
    return inputs_are_checked().payload()
