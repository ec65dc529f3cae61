"""What notebooks, rich and print show of results, jobs, reports, batches and states."""

from __future__ import annotations

import asyncio
import io
import traceback
from html.parser import HTMLParser
from typing import Any

import pytest
import rich.console

from runcomfy_runtime import errors
from runcomfy_runtime.protocol import Status, read_status
from runcomfy_runtime.report import Problem, Report
from runcomfy_runtime.testing import FakeQueue
from runcomfy_runtime.transport import Response

HOST = "https://files.runcomfy.net"
HOSTILE = "<script>alert(1)</script>[red]\x1b[31m"
OUTPUT = {
    "images": [f"{HOST}/a.png?signature=s&x=1", f"{HOST}/b'\"><i>.jpg"],
    "video": f"{HOST}/c.mp4",
    "audio": f"{HOST}/d.mp3",
    "other": f"{HOST}/e.bin",
}


class Tags(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def sources(self, tag: str) -> list[str | None]:
        return [attributes.get("src") for name, attributes in self.tags if name == tag]


def html(value: Any) -> Tags:
    page: str = value._repr_html_()
    assert "<script" not in page
    assert "\x1b" not in page
    return Tags(page)


def shown_by_rich(value: object) -> str:
    console = rich.console.Console(file=io.StringIO(), width=200, color_system=None)
    console.print(value)
    text = console.file.getvalue()  # type: ignore[attr-defined]  # pyright: ignore
    assert "\x1b" not in text
    return str(text)


def result_of(output: object, model_id: str = "vendor/model") -> Any:
    queue = FakeQueue()
    queue.answer("*", output=output)
    with queue.client() as client:
        return client.run(model_id, {"prompt": "p"})


def test_a_result_shows_its_files() -> None:
    page = html(result_of(OUTPUT))
    assert page.sources("img") == OUTPUT["images"]
    assert page.sources("video") == [OUTPUT["video"]]
    assert page.sources("audio") == [OUTPUT["audio"]]
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert OUTPUT["other"] in links
    assert "signature" not in page.text
    assert {tag for tag, _ in page.tags} <= {"div", "b", "a", "img", "video", "audio"}


def test_many_files_are_shown_as_links_after_the_first() -> None:
    urls = [f"{HOST}/{number}.png" for number in range(50)]
    page = html(result_of({"images": urls}))
    assert page.sources("img") == urls[:12]
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == urls


def test_a_result_without_files_shows_its_json() -> None:
    page = html(result_of({"text": HOSTILE}))
    assert "<script>" in page.text
    assert "pre" in {tag for tag, _ in page.tags}
    assert html(result_of({"image": "javascript:alert(1)"})).sources("img") == []


def test_plain_reprs_are_short_and_name_no_signature() -> None:
    result = result_of({"images": [f"{HOST}/{n}.png?s=secret" for n in range(50)]})
    assert len(repr(result)) < 300
    assert "and 47 more" in repr(result)
    assert "secret" not in repr(result) + shown_by_rich(result)
    report = Report(
        tuple(
            Problem(pointer=f"/{n}", code="type", message="m" * 500) for n in range(50)
        )
    )
    assert len(repr(report)) < 200
    assert "50 wrong, 0 unknown" in repr(report)
    assert repr(Report()) == "<Report: no problems>"


def test_a_report_is_a_table() -> None:
    problem = Problem(
        pointer="/prompt", code="maxLength", message=HOSTILE, limit=5, actual=9
    )
    page = html(Report((problem,)))
    assert page.text.count("/prompt") == 1
    assert "<script>" in page.text
    for text in ("/prompt", "[red]", "5", "9"):
        assert text in shown_by_rich(Report((problem,)))
    assert "no problems" in html(Report()).text
    assert "no problems" in shown_by_rich(Report())


def test_on_update_print_prints_one_readable_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with FakeQueue().client() as client:
        result = client.run("vendor/model", {}, on_update=print)
    job = result.request_id
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        f"{job}: in_queue",
        f"{job}: in_progress",
        f"{job}: completed",
    ]


def test_a_status_is_one_line_whatever_its_word() -> None:
    state = read_status("r1", {"status": f"a\n{HOSTILE}", "queue_position": 2})
    assert state is not None
    for text in (str(state), repr(state)):
        assert "\n" not in text
        assert "\x1b" not in text
        assert text.rstrip(">").endswith("position 2")
    assert html(state).text.startswith("job r1")
    assert "queue_position=2" in shown_by_rich(state)
    assert state == Status(*state)


def test_a_job_shows_what_was_seen_last_and_sends_nothing() -> None:
    queue = FakeQueue()
    with queue.client() as client:
        job = client.submit("vendor/model", {})
        sent = len(queue.requests)
        assert "last seen" not in html(job).text
        job.status()
        assert "in_queue" in html(job).text
        assert "in_queue" in repr(job)
        assert "in_queue" in shown_by_rich(job)
    assert len(queue.requests) == sent + 1


def test_tracebacks_of_our_errors_end_in_the_call() -> None:
    queue = FakeQueue()
    queue.answer("vendor/broken", error="out of memory")

    async def main() -> None:
        async with queue.async_client() as client:
            await client.run("vendor/broken", {})

    def late() -> None:
        with queue.client() as client:
            client.run("vendor/model", {}, timeout=0.5)

    def refused() -> None:
        queue.fault("submit", Response(500, body=b"oops"))
        with queue.client() as client:
            client.submit("vendor/model", {})

    for call, kind in (
        (lambda: queue.client().run("vendor/broken", {}), errors.JobFailed),
        (lambda: asyncio.run(main()), errors.JobFailed),
        (late, errors.JobTimeout),
        (refused, errors.SubmitOutcomeUnknown),
    ):
        with pytest.raises(kind) as raised:
            call()
        frames = traceback.extract_tb(raised.value.__traceback__)
        inside = [frame for frame in frames if "runcomfy_runtime" in frame.filename]
        assert len(inside) <= 2
        text = "".join(traceback.format_exception(raised.value))
        assert "During handling" not in text


def test_a_mistake_of_the_caller_keeps_its_traceback() -> None:
    def broken(status: Status) -> None:
        raise KeyError("mine")

    with FakeQueue().client() as client, pytest.raises(KeyError) as raised:
        client.run("vendor/model", {}, on_update=broken)
    assert any(
        frame.name == "broken"
        for frame in traceback.extract_tb(raised.value.__traceback__)
    )
