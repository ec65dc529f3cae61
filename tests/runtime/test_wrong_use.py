"""Wrong use gets an error of ours, which shows what to write."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime.errors import BadJobToken, BadSetting, InputRejected
from runcomfy_runtime.media.data_uri import inline
from runcomfy_runtime.testing import FakeQueue
from runtime import specimen
from runtime.specimen import Input, good

DOCUMENT = {"prompt": "p"}
SHOWN = "specimen.Input(image_urls=…, prompt=…, nothing=…)"
MODEL_FIRST = 'the model id comes first: client.{}("vendor/model", {{…}})'

ARGUMENTS: list[tuple[tuple[Any, ...], str]] = [
    ((specimen,), f"specimen is a module: give an input, {SHOWN}"),
    ((specimen, DOCUMENT), f"specimen is a module: give an input, {SHOWN}"),
    ((DOCUMENT,), "a mapping does not say which model"),
    ((DOCUMENT, "vendor/model"), "the model id comes first"),
    ((DOCUMENT, Input), "the class comes first"),
    (("vendor/model",), "the payload is missing"),
    (("vendor/model", good()), "an Input says itself which model it is for"),
    (("a prompt", DOCUMENT), "is not a model id"),
    (("vendor/model", "a prompt"), 'give the payload as a mapping, not "a prompt"'),
    (("a prompt", "vendor/model"), "the model id comes first"),
    ((good(), DOCUMENT), "an Input already contains its payload"),
    ((good(), 60), "give a number of seconds by name: timeout=60"),
    (([good()],), "client.map"),
    ((None,), "give an Input of a generated module"),
    ((5,), "give an Input of a generated module"),
    ((object,), "give an Input of a generated module"),
    ((Input.OUTPUT, DOCUMENT), "the class Output is no model: give an Input"),
]


@pytest.mark.parametrize(("arguments", "text"), ARGUMENTS)
def test_run_and_submit_say_what_to_write(
    arguments: tuple[Any, ...], text: str
) -> None:
    queue = FakeQueue()
    with queue.client() as client:
        for call in (client.run, client.submit):
            with pytest.raises(InputRejected, match=re.escape(text)):
                call(*arguments)

    async def main() -> None:
        async with queue.async_client() as client:
            with pytest.raises(InputRejected, match=re.escape(text)):
                await client.run(*arguments)

    asyncio.run(main())
    assert queue.requests == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [row for row in ARGUMENTS if not isinstance(row[0][0], str)],
)
def test_validate_says_it_too(arguments: tuple[Any, ...], text: str) -> None:
    with FakeQueue().client() as client:
        with pytest.raises(InputRejected, match=re.escape(text)):
            client.validate(*arguments)


def test_a_class_in_place_of_an_input_shows_the_call() -> None:
    with FakeQueue().client() as client:
        with pytest.raises(
            InputRejected, match=re.escape(f"is a class: give an input, {SHOWN}")
        ):
            client.run(Input)  # type: ignore[call-overload]  # pyright: ignore
        job = client.submit("vendor/model", {})
        with pytest.raises(InputRejected, match=r"result\(\) waits for it"):
            client.run(job)  # type: ignore[call-overload]  # pyright: ignore


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        (good(), "use client.run for this one"),
        (Input, SHOWN),
        (specimen, "specimen is a module"),
        ({"prompt": "p"}, "in a list"),
        ("vendor/model", "in a list"),
        (None, "not None"),
        (5, "not 5"),
    ],
)
def test_map_takes_many_inputs(inputs: Any, text: str) -> None:
    queue = FakeQueue()
    with queue.client() as client, pytest.raises(BadSetting, match=re.escape(text)):
        client.map(inputs)
    assert queue.requests == []


def test_a_job_is_resumed_by_its_token() -> None:
    with FakeQueue().client() as client:
        job = client.submit("vendor/model", {})
        for token, text in (
            (job, "give its token()"),
            (Input, "the token comes first"),
            (None, "is a string, and this is a NoneType"),
        ):
            with pytest.raises(BadJobToken, match=re.escape(text)):
                client.job(token)  # type: ignore[call-overload]  # pyright: ignore
        with pytest.raises(
            InputRejected, match=re.escape("client.job(token, edit.Input)")
        ):
            client.job(job.token(), good())  # type: ignore[call-overload]  # pyright: ignore


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (lambda folder: "nope.png", '"nope.png" does not exist in "{folder}"'),
        (lambda folder: "boot.png", "did you mean 'boat.png'?"),
        (lambda folder: folder / "boot.png", "did you mean 'boat.png'?"),
        (lambda folder: folder, "is a folder"),
        (lambda folder: "https://host/boat.png", "is a URL: give it to the field"),
        (lambda folder: "data:image/png;base64,AAAA", "is a URL: give it to the field"),
        (lambda folder: b"\x89PNG", "is not a path"),
        (lambda folder: None, "is not a path"),
        (lambda folder: ["boat.png"], "is not a path"),
    ],
)
def test_inline_says_what_is_wrong(
    path: Callable[[Path], Any],
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "boat.png").write_bytes(b"\x89PNG")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputRejected) as rejected:
        inline(path(tmp_path))
    assert text.format(folder=tmp_path) in str(rejected.value)
