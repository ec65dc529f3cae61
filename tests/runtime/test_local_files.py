"""Local files of an input: refused, sent inline, or hosted; never a text, never sent twice."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import Field, TypeAdapter

from runcomfy_runtime.constraint import Pattern, UniqueItems
from runcomfy_runtime.errors import BadSetting, InputRejected, NotSent
from runcomfy_runtime.media.data_uri import inline
from runcomfy_runtime.media_fields import ImageUrl, ImageUrls
from runcomfy_runtime.model import ModelInput, ModelPart
from runcomfy_runtime.rule import Rule
from runcomfy_runtime.testing import FakeQueue

BOAT = Path(__file__).parents[2] / "docs" / "boat.png"
RULES = (Rule("/image_urls/*", "width_pixels", "<=", "64", "At most 64 pixels."),)


class Lora(ModelPart):
    picture: ImageUrl


class Input(ModelInput[Any], frozen=True):
    MODEL_ID = "vendor/files"

    image_urls: Annotated[ImageUrls, Field(min_length=1, max_length=3), UniqueItems()]
    mask: Annotated[ImageUrl, Pattern("^https://"), Field(max_length=40)] | None = None
    prompt: str | None = None
    loras: list[Lora] | None = None


class Measured(Input, frozen=True):
    RULES: ClassVar[tuple[Rule, ...]] = RULES


@pytest.fixture
def boat(tmp_path: Path) -> Path:
    copy = tmp_path / "boat.png"
    copy.write_bytes(BOAT.read_bytes())
    return copy


def body(queue: FakeQueue) -> dict[str, Any]:
    [sent] = [request for request in queue.requests if request.method == "POST"]
    made: dict[str, Any] = json.loads(sent.body or b"")
    return made


def hosted(path: Path) -> str:
    return f"https://files.example.com/{path.name}"


def files(folder: Path, count: int) -> list[Path]:
    """So many pictures."""
    paths = [folder / f"{number}.png" for number in range(count)]
    for path in paths:
        path.write_bytes(BOAT.read_bytes())
    return paths


BOTH = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


def test_a_path_is_refused_until_the_user_allows_it(boat: Path) -> None:
    queue = FakeQueue()
    given = Input(image_urls=[boat, "https://h/a.png"], loras=[Lora(picture=boat)])
    with queue.client() as client:
        for call in (client.run, client.submit):
            with pytest.raises(InputRejected) as rejected:
                call(given)
        report = client.validate(given)
    pointers = ["/image_urls/0", "/loras/0/picture"]
    assert [problem.pointer for problem in rejected.value.problems] == pointers
    assert [problem.pointer for problem in report.failed] == pointers
    for words in ("inline(path)", 'RunComfy(local_files="inline")', "RunComfy(host=…)"):
        assert words in str(rejected.value)
    assert queue.requests == []


def test_inline_sends_the_content(boat: Path) -> None:
    queue = FakeQueue()
    given = Input(image_urls=(boat, "https://h/a.png"), mask=boat, prompt=str(boat))
    with queue.client(local_files="inline") as client:
        assert client.validate(given).ok
        client.run(given)
    assert body(queue) == {
        "image_urls": [inline(boat), "https://h/a.png"],
        "mask": inline(boat),
        "prompt": str(boat),
    }


def test_a_host_gets_the_path_once_and_returns_a_url(boat: Path) -> None:
    queue = FakeQueue()
    asked: list[Path] = []

    def host(path: Path) -> str:
        asked.append(path)
        return hosted(path)

    given = Input(image_urls=[boat], loras=[Lora(picture=boat)])
    with queue.client(host=host) as client:
        client.run(given)
    assert asked == [boat]
    url = hosted(boat)
    assert body(queue) == {"image_urls": [url], "loras": [{"picture": url}]}


def test_the_asyncio_client_takes_functions_and_coroutine_functions(boat: Path) -> None:
    async def slow(path: Path) -> str:
        await asyncio.sleep(0)
        return hosted(path)

    class Hosting:
        async def __call__(self, path: Path) -> str:
            return hosted(path)

    async def main(**settings: Any) -> dict[str, Any]:
        queue = FakeQueue()
        async with queue.async_client(**settings) as client:
            await client.run(Input(image_urls=[boat]))
        return body(queue)

    for host in (hosted, slow, Hosting()):
        assert asyncio.run(main(host=host)) == {"image_urls": [hosted(boat)]}
    sent = asyncio.run(main(local_files="inline"))
    assert sent == {"image_urls": [inline(boat)]}


@pytest.mark.parametrize(
    "returned", ["http://h/a.png", "boat.png", "", "https://", None, b"https://h/a"]
)
def test_a_host_that_returns_no_https_url_is_an_error(
    boat: Path, returned: Any
) -> None:
    queue = FakeQueue()
    with queue.client(host=lambda path: returned) as client:
        with pytest.raises(BadSetting, match="must return an https URL"):
            client.run(Input(image_urls=[boat]))
    assert queue.requests == []


def test_a_host_that_fails_says_so_and_nothing_is_sent(boat: Path) -> None:
    def broken(path: Path) -> str:
        raise OSError("no bucket")

    async def main() -> None:
        async with queue.async_client(host=broken) as client:
            await client.run(Input(image_urls=[boat]))

    queue = FakeQueue()
    for call in (
        lambda: queue.client(host=broken).run(Input(image_urls=[boat])),
        lambda: asyncio.run(main()),
    ):
        with pytest.raises(OSError, match="no bucket") as raised:
            call()
        assert "nothing is billed" in raised.value.__notes__[0]
    assert queue.requests == []


def hosting(
    queue: FakeQueue, given: Any, host: Callable[[Path], Any], asynchronous: bool
) -> None:
    """Run an input with a client that hosts files."""
    if not asynchronous:
        with queue.client(host=host) as client:
            client.run(given)
        return

    async def main() -> None:
        async with queue.async_client(host=host) as client:
            await client.run(given)

    asyncio.run(main())


@BOTH
def test_files_of_one_input_are_hosted_side_by_side(
    tmp_path: Path, asynchronous: bool
) -> None:
    paths = files(tmp_path, 3)
    all_called = threading.Barrier(3, timeout=30)

    def host(path: Path) -> str:
        all_called.wait()
        return hosted(path)

    queue = FakeQueue()
    hosting(queue, Input(image_urls=paths), host, asynchronous)
    assert body(queue) == {"image_urls": [hosted(path) for path in paths]}


def test_a_coroutine_function_hosts_them_side_by_side(tmp_path: Path) -> None:
    paths = files(tmp_path, 3)
    called: list[Path] = []

    async def host(path: Path) -> str:
        called.append(path)
        while len(called) < 3:
            await asyncio.sleep(0.001)
        return hosted(path)

    queue = FakeQueue()
    hosting(queue, Input(image_urls=paths), host, asynchronous=True)
    assert body(queue) == {"image_urls": [hosted(path) for path in paths]}


@BOTH
def test_one_file_that_cannot_be_hosted_stops_the_others(
    tmp_path: Path, asynchronous: bool
) -> None:
    called: list[Path] = []
    failed = threading.Event()

    def host(path: Path) -> str:
        called.append(path)
        if path.name == "1.png":
            failed.set()
            raise OSError("no bucket")
        assert failed.wait(30)
        time.sleep(0.2)
        return hosted(path)

    queue = FakeQueue()
    given = Input(
        image_urls=["https://h/a"],
        loras=[Lora(picture=path) for path in files(tmp_path, 20)],
    )
    with pytest.raises(OSError, match="no bucket") as raised:
        hosting(queue, given, host, asynchronous)
    assert "1.png" in raised.value.__notes__[0]
    assert len(called) < 20
    assert queue.requests == []


@BOTH
def test_no_file_is_hosted_if_one_is_missing(
    boat: Path, tmp_path: Path, asynchronous: bool
) -> None:
    called: list[Path] = []
    given = Input(image_urls=[boat, tmp_path / "none.png"])
    with pytest.raises(InputRejected, match="none.png"):
        hosting(FakeQueue(), given, called.append, asynchronous)
    assert called == []


def test_a_coroutine_function_is_not_for_the_blocking_client(boat: Path) -> None:
    async def slow(path: Path) -> str:
        return hosted(path)

    with FakeQueue().client(host=slow) as client:
        with pytest.raises(BadSetting, match="only AsyncRunComfy takes"):
            client.run(Input(image_urls=[boat]))


@pytest.mark.parametrize("settings", [{"local_files": "inline"}, {"host": hosted}])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    queue = FakeQueue()
    empty = tmp_path / "empty.png"
    empty.touch()
    with queue.client(**settings) as client:
        for path in (tmp_path / "none.png", tmp_path, empty):
            with pytest.raises(InputRejected) as rejected:
                client.run(Input(image_urls=["https://h/a.png", path]))
            [problem] = rejected.value.problems
            assert problem.pointer == "/image_urls/1"
            assert str(path) in problem.message
    assert queue.requests == []


def test_media_rules_are_checked_before_a_file_leaves_the_machine(boat: Path) -> None:
    queue = FakeQueue()
    asked: list[Path] = []
    settings = {"media_checks": "warn", "host": lambda path: asked.append(path)}
    given = Measured(image_urls=[boat])
    with queue.client(**settings) as client:
        with pytest.raises(InputRejected, match="At most 64 pixels"):
            client.run(given)
        [problem] = client.validate(given).failed
        assert (problem.pointer, problem.code) == ("/image_urls/0", "width_pixels")
    with queue.client(media_checks="warn", local_files="inline") as client:
        with pytest.raises(InputRejected, match="At most 64 pixels"):
            client.submit(given)
    assert (queue.requests, asked) == ([], [])


def test_a_check_of_the_caller_sees_the_path(boat: Path) -> None:
    seen: list[object] = []

    def check(rules: object, payload: Any) -> list[Any]:
        seen.append(payload["image_urls"][0])
        return []

    with FakeQueue().client(checks=[check], local_files="inline") as client:
        client.submit(Input(image_urls=[boat]))
    assert seen == [boat]


def test_hosting_counts_as_time_of_the_call(boat: Path) -> None:
    queue = FakeQueue()

    def slow(path: Path) -> str:
        queue.clock.advance(30)
        return hosted(path)

    with queue.client(host=slow) as client, pytest.raises(NotSent, match="hosting"):
        client.run(Input(image_urls=[boat]), timeout=20)
    assert queue.requests == []


def test_a_text_is_never_a_file(boat: Path) -> None:
    queue = FakeQueue()
    document = json.dumps({"image_urls": [str(boat)]})
    with queue.client(local_files="inline") as client:
        client.run(Input.model_validate_json(document))
    assert body(queue) == {"image_urls": [str(boat)]}
    with pytest.raises(InputRejected, match="must match the pattern"):
        Input(image_urls=["https://h/a"], mask=str(boat))
    with pytest.raises(InputRejected):
        Input(image_urls=[boat], prompt=boat)  # type: ignore[arg-type]  # pyright: ignore


def test_a_path_in_an_untyped_payload_is_refused(boat: Path) -> None:
    with FakeQueue().client(local_files="inline") as client:
        with pytest.raises(InputRejected, match=r"give inline\(path\)"):
            client.run("vendor/files", {"image_urls": [boat]})


def test_an_input_with_a_path_has_no_payload_and_a_readable_repr(boat: Path) -> None:
    given = Input(image_urls=[boat])
    with pytest.raises(InputRejected, match="the payload is JSON"):
        given.payload()
    assert "boat.png" in repr(given)
    assert given == Input(image_urls=[Path(boat)])
    assert len({given, Input(image_urls=[Path(boat)])}) == 1
    assert given.model_copy().extended(new=1) != given


def test_a_local_file_is_never_written_to_json_as_its_path(boat: Path) -> None:
    part = Lora(picture=boat)
    given = Input(image_urls=["https://h/a.png"], mask=boat, loras=[part])
    for dump in (
        given.model_dump_json,
        lambda: given.model_dump(mode="json"),
        part.model_dump_json,
    ):
        with pytest.raises(
            InputRejected, match=r"boat.png.* is a local file"
        ) as raised:
            dump()
    assert raised.value.problems[0].pointer == "/picture"
    adapter = TypeAdapter(list[Input])  # what frameworks use
    with pytest.raises(ValueError, match="is a local file"):
        adapter.dump_json([given])
    with pytest.raises(ValueError, match="is a local file"):
        adapter.dump_python([given], mode="json")
    assert given.model_dump()["mask"] is boat
    written = given.model_dump_json(include={"image_urls"})
    assert written == '{"image_urls":["https://h/a.png"]}'
    inside: list[Any] = []
    inside.append(inside)
    circular = Input.model_construct(image_urls=inside)
    with pytest.raises(ValueError, match="Circular"):
        circular.model_dump_json()


def test_the_schema_does_not_mention_files() -> None:
    for mode in ("validation", "serialization"):
        text = json.dumps(Input.model_json_schema(mode=mode))  # type: ignore[arg-type]  # pyright: ignore
        assert "path" not in text.replace("picture", "").lower()


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"local_files": "inlin"}, "did you mean 'inline'"),
        ({"host": "https://h"}, "host is a function"),
        ({"host": hosted, "local_files": "inline"}, "not both"),
    ],
)
def test_wrong_settings_say_what_to_give(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(BadSetting, match=text):
        FakeQueue().client(**settings)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_named_batch_knows_a_file_by_its_content(
    boat: Path, tmp_path: Path, asynchronous: bool
) -> None:
    """Mapped again from another place and with another host, no job is paid for twice."""
    queue = FakeQueue()

    def run(path: Path, place: str) -> list[Any]:
        settings = {
            "journal": tmp_path / "jobs.db",
            "host": lambda path: f"https://{place}/{path.name}",
        }
        inputs = [Input(image_urls=[path]), Input(image_urls=["https://h/a.png"])]
        if not asynchronous:
            with queue.client(**settings) as client:
                return list(client.map(inputs, name="boats"))

        async def main() -> list[Any]:
            async with queue.async_client(**settings) as client:
                return [one async for one in client.map(inputs, name="boats")]

        return asyncio.run(main())

    first = run(boat, "one.example")
    elsewhere = tmp_path / "again.png"
    elsewhere.write_bytes(boat.read_bytes())
    second = run(elsewhere, "two.example")
    assert [one.request_id for one in first] == [one.request_id for one in second]
    assert len(queue.jobs) == 2
    elsewhere.write_bytes(boat.read_bytes() + b"\0")
    run(elsewhere, "two.example")
    assert len(queue.jobs) == 3


def test_a_file_that_is_gone_fails_its_input_alone(boat: Path, tmp_path: Path) -> None:
    queue = FakeQueue()
    inputs = [Input(image_urls=[tmp_path / "none.png"]), Input(image_urls=[boat])]
    with queue.client(journal=tmp_path / "j.db", local_files="inline") as client:
        gone, result = client.map(inputs, name="boats", return_exceptions=True)
    assert isinstance(gone, InputRejected)
    assert not isinstance(result, Exception)
    assert len(queue.jobs) == 1
