"""The results of a batch: they name their input; length, progress, and pairs."""

from __future__ import annotations

import asyncio
import builtins
import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from runcomfy_runtime import progress
from runcomfy_runtime.errors import BadSetting, InputRejected, JobFailed
from runcomfy_runtime.testing import FakeQueue
from runtime.specimen import Input, good

BOTH = pytest.mark.parametrize("asynchronous", [False, True])


def mapped(
    queue: FakeQueue, inputs: Any, asynchronous: bool, **options: Any
) -> list[Any]:
    if not asynchronous:
        with queue.client() as client:
            return list(client.map(inputs, **options))

    async def main() -> list[Any]:
        async with queue.async_client() as client:
            return [one async for one in client.map(inputs, **options)]

    return asyncio.run(main())


def queue_of_uneven_jobs() -> FakeQueue:
    queue = FakeQueue()
    queue.answer("vendor/slow", output={}, running=60.0)
    queue.answer("vendor/broken", error="no")
    return queue


@BOTH
def test_each_outcome_names_its_input_also_unordered(asynchronous: bool) -> None:
    pairs: list[Any] = [
        ("vendor/slow", {"prompt": "a"}),
        ("vendor/fast", {"prompt": "b"}),
        ("vendor/broken", {"prompt": "c"}),
        ("vendor/fast", {"prompt": float("nan")}),
        good(prompt="d"),
        (Input, good(prompt="e").payload()),
    ]
    outcomes = mapped(
        queue_of_uneven_jobs(),
        pairs,
        asynchronous,
        ordered=False,
        return_exceptions=True,
    )
    assert outcomes[-1].index == 0
    assert sorted(outcome.index for outcome in outcomes) == [0, 1, 2, 3, 4, 5]
    assert all(outcome.input is pairs[outcome.index] for outcome in outcomes)
    kinds = {outcome.index: type(outcome) for outcome in outcomes}
    assert (kinds[2], kinds[3]) == (JobFailed, InputRejected)


@BOTH
def test_an_error_of_the_callers_own_names_its_input_too(asynchronous: bool) -> None:
    def broken(status: object) -> None:
        raise OSError("a bucket is missing")

    pairs = [("vendor/fast", {"n": number}) for number in range(3)]
    options = {"return_exceptions": True, "on_update": broken, "ordered": False}
    errors = mapped(FakeQueue(), pairs, asynchronous, **options)
    assert all(isinstance(error, OSError) for error in errors)
    assert sorted(error.index for error in errors) == [0, 1, 2]
    assert all(error.input is pairs[error.index] for error in errors)


@BOTH
def test_a_result_of_one_run_has_no_index(asynchronous: bool) -> None:
    with FakeQueue().client() as client:
        result = client.run("vendor/model", {})
    assert (result.index, result.input) == (None, None)


def test_a_class_and_a_mapping_are_an_input() -> None:
    queue = FakeQueue()
    with queue.client() as client:
        client.run(Input, good().payload())
        client.submit(Input, good().payload())
        with pytest.raises(InputRejected, match="prompt"):
            client.run(Input, {**good().payload(), "prompt": 5})
        with pytest.raises(InputRejected, match="is a class"):
            client.run(Input)  # type: ignore[call-overload]  # pyright: ignore
    assert {job.model_id for job in queue.jobs.values()} == {Input.MODEL_ID}
    assert len(queue.jobs) == 2


def test_the_length_is_known_of_a_list() -> None:
    with FakeQueue().client() as client:
        batch = client.map([good(), good(prompt="b")])
        assert len(batch) == 2
        assert repr(batch) == "<Batch 0 of 2 done, 0 running>"
        assert len(list(batch)) == 2
        assert "2 of 2 done" in batch._repr_html_()
        lazy = client.map(iter([good()]))
        assert bool(lazy)
        with pytest.raises(TypeError, match="map was given an iterator"):
            len(lazy)
        assert len(list(lazy)) == 1
        assert "1 done" in repr(lazy)


@BOTH
def test_a_function_gets_the_progress(asynchronous: bool) -> None:
    seen: list[tuple[int, int | None]] = []

    def count(done: int, total: int | None) -> None:
        seen.append((done, total))
        raise ValueError("a mistake here stops nothing")

    inputs = [good(prompt=str(number)) for number in range(3)]
    assert len(mapped(FakeQueue(), inputs, asynchronous, progress=count)) == 3
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.fixture(params=["rich", "tqdm", ""])
def installed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which library for bars there is."""
    name: str = request.param
    if name:
        pytest.importorskip(name, reason=f"{name} is not installed")
    original = importlib.util.find_spec
    monkeypatch.setattr(
        progress,
        "find_spec",
        lambda wanted: original(wanted) if wanted == name else None,
    )
    return name


@BOTH
def test_a_bar_shows_how_many_are_done_and_failed(
    installed: str, asynchronous: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    inputs = [
        ("vendor/fast", {"n": 1}),
        ("vendor/broken", {}),
        ("vendor/fast", {"n": 2}),
    ]
    options = {"return_exceptions": True, "progress": True}
    assert len(mapped(queue_of_uneven_jobs(), inputs, asynchronous, **options)) == 3
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "3" in printed.err
    assert "1 failed" in printed.err


def test_an_iterator_shows_how_many_are_done(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "find_spec", lambda name: None)

    def inputs() -> Iterator[Input]:
        yield good()

    assert len(mapped(FakeQueue(), inputs(), False, progress=True)) == 1
    assert "1 of ?" in capfd.readouterr().err


def test_a_batch_that_is_left_early_closes_its_bar(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with FakeQueue().client() as client:
        with client.map(
            [good(), good(prompt="b")], progress=True, concurrency=1
        ) as batch:
            for _ in batch:
                break
    builtins.print()
    assert "1" in capfd.readouterr().err


def test_a_wrong_progress_is_refused() -> None:
    with (
        FakeQueue().client() as client,
        pytest.raises(BadSetting, match="progress is True"),
    ):
        client.map([good()], progress="bar")  # type: ignore[call-overload]  # pyright: ignore


def test_a_notebook_without_widgets_gets_lines(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    monkeypatch.setattr(
        progress, "find_spec", lambda name: name != "ipywidgets" or None
    )
    assert len(mapped(FakeQueue(), [good()], False, progress=True)) == 1
    assert capfd.readouterr().err == "runcomfy jobs: 1 of 1\n"
