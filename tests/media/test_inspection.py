"""All media rules of a payload: which files, each once, every problem at once."""

from __future__ import annotations

import asyncio
import base64
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from media import specimens as made
from media.meter import DATA
from media.test_client import picture
from runcomfy_runtime.media import FetchPolicy, probe, probe_async
from runcomfy_runtime.media.inspection import Inspector
from runcomfy_runtime.media.references import media_references
from runcomfy_runtime.report import Problem
from runcomfy_runtime.rule import Rule
from support.file_server import PRIVATE, HttpRequest, Send, serve_file, serving

SMALL, LARGE = "rule_299x300.png", "rule_900x300.png"


def rule(
    pointer: str, metric: str, operator: str, limit: str, message: str = ""
) -> Rule:
    return Rule(
        pointer=pointer, metric=metric, operator=operator, limit=limit, message=message
    )


RULES = (
    rule("/images/*", "width_pixels", ">", "299", "Ширина должна быть не менее 300"),
    rule("/images/*", "width/height", "<", "3", "within 3:1"),
    rule("/film", "duration_seconds", "<=", "3"),
)
INSPECTOR = Inspector(folder=DATA)


@pytest.fixture(params=["blocking", "async"])
def problems(request: pytest.FixtureRequest) -> Any:
    def check(
        payload: dict[str, Any], inspector: Inspector = INSPECTOR
    ) -> list[Problem]:
        if request.param == "blocking":
            return inspector(RULES, payload)
        return asyncio.run(inspector.check(RULES, payload))

    return check


def inline(name: str) -> str:
    content = base64.b64encode((DATA / name).read_bytes()).decode()
    return f"data:application/octet-stream;base64,{content}"


def test_good_media_have_no_problems(problems: Any) -> None:
    payload = {"images": ["image/rule_300x300.png"], "film": "video/mp4_sar.mp4"}
    assert problems(payload) == []


def test_all_problems_of_all_files_come_at_once_in_the_published_words(
    problems: Any,
) -> None:
    names = [f"image/{SMALL}", "image/rule_300x300.png", f"image/{LARGE}"]
    found = problems({"images": names, "film": "video/mp4_faststart.mp4"})
    assert found == [
        Problem(
            pointer="/images/0",
            code="width_pixels",
            message="Ширина должна быть не менее 300",
            limit="299",
            actual="299",
            rule="width_pixels > 299",
            evidence=("IHDR at byte 8",),
        ),
        Problem(
            pointer="/images/2",
            code="width/height",
            message="within 3:1",
            limit="3",
            actual="3",
            rule="width/height < 3",
            evidence=("IHDR at byte 8",),
        ),
        Problem(
            pointer="/film",
            code="duration_seconds",
            message="duration_seconds must be <= 3",
            limit="3",
            actual="4",
            rule="duration_seconds <= 3",
            evidence=("moov at byte 32",),
        ),
    ]


def test_one_missing_and_one_broken_item_leave_the_others_checked(
    problems: Any,
) -> None:
    names = [
        inline("image/rule_300x300.png"),
        "none.png",
        inline("hostile/html_as.jpg"),
        inline(f"image/{SMALL}"),
    ]
    found = problems({"images": names})
    assert [(each.pointer, each.code, each.verdict) for each in found] == [
        ("/images/1", "media", "fail"),
        ("/images/2", "media", "fail"),
        ("/images/3", "width_pixels", "fail"),
    ]
    assert "HTML page" in found[1].message
    assert "width_pixels > 299, width/height < 3" in found[1].message


def test_what_depends_on_the_reader_is_unknown_with_its_reason(problems: Any) -> None:
    [found] = problems({"film": "video/mp4_editlist.mp4"})
    assert (found.verdict, found.actual) == ("unknown", "2.7")
    assert "2.7 to 4.02322" in found.message


def test_a_format_that_is_not_read_is_unknown(problems: Any) -> None:
    [found] = problems({"images": ["image/tga.tga"]})
    assert (found.verdict, found.code) == ("unknown", "media")


def test_paths_are_files_only_where_a_folder_is_given(problems: Any) -> None:
    [found] = problems({"images": [f"image/{SMALL}"]}, Inspector())
    assert (found.verdict, found.actual) == ("fail", "unreadable")
    assert "names a file on this machine: give an https URL" in found.message


def test_what_is_absent_or_no_text_is_somebody_elses_problem(problems: Any) -> None:
    assert problems({}) == []
    assert problems({"images": None, "film": 5}) == []
    assert problems({"images": {"0": 5}, "film": ["x"]}) == []


def test_a_source_that_stands_twice_is_measured_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "twice.png"
    path.write_bytes((DATA / f"image/{SMALL}").read_bytes())
    findings = Inspector(folder=tmp_path).inspect(RULES, {"images": ["twice.png"] * 3})
    assert [finding.reference.pointer for finding in findings] == [
        f"/images/{at}" for at in range(3)
    ]
    assert findings[0].outcome is findings[1].outcome is findings[2].outcome


def test_pointers_reach_into_objects_and_escaped_names() -> None:
    rules = (
        rule("/a~1b/*/url", "width_pixels", "<", "9"),
        rule("", "width_pixels", "<", "9"),
    )
    found = media_references(
        rules, {"a/b": [{"url": "x"}, {"other": "y"}, {"url": "z"}]}
    )
    assert [(place.pointer, place.source) for place in found] == [
        ("/a~1b/0/url", "x"),
        ("/a~1b/2/url", "z"),
    ]


@pytest.mark.parametrize("one", [picture(9), picture(10)])
def test_one_file_or_several_is_told_apart_by_the_payload(one: str) -> None:
    """``anyOf`` of a URL and a list of them: the rules of each stand at its own pointer."""
    rules = (
        rule("/x", "width_pixels", ">", "9", "of one"),
        rule("/x/*", "width_pixels", ">", "9", "of each"),
    )
    fails = one == picture(9)
    alone = Inspector()(rules, {"x": one})
    listed = Inspector()(rules, {"x": [picture(10), one]})
    assert [(each.pointer, each.message) for each in (*alone, *listed)] == [
        ("/x", "of one"),
        ("/x/1", "of each"),
    ] * fails
    assert Inspector()(rules, {"x": None}) == []


def test_a_rule_of_a_map_holds_for_each_of_its_members() -> None:
    by_name = (rule("/x/*/url", "width_pixels", ">", "9", "too narrow"),)
    payload = {"x": {"a/b": {"url": picture(9)}, "c": {"url": picture(10)}, "d": {}}}
    [found] = Inspector()(by_name, payload)
    assert (found.pointer, found.message) == ("/x/a~1b/url", "too narrow")


SHORT_SIDE = "The shortest side must be at least 320 pixels."
WITHIN = "The ratio of long side to short side must be within 3:1."
LONG_TO_SHORT = "The ratio of long side to short side must be greater than 0.33."
THIRDS = "The input image aspect ratio must be within [1/3, 3]."
SIXTEENTHS = "The aspect ratio range should be 1:16 to 16:1."
NOT_ABOVE = (
    "Ширина и высота загруженного изображения не должны превышать 6000 пикселей."
)
NOT_BELOW = (
    "Ширина и высота загруженного изображения не должны быть менее 300 пикселей."
)
COMMAS = "Соотношение сторон должно быть от 0,4 до 2,5."


@pytest.mark.parametrize(
    ("metric", "operator", "limit", "message", "extent", "fails"),
    [
        ("width_pixels", ">", "320", SHORT_SIDE, (320, 400), True),
        ("width/height", "<", "3", WITHIN, (900, 300), True),
        ("width/height", ">", "0.33", LONG_TO_SHORT, (33, 100), True),
        ("width/height", ">=", "0.33", THIRDS, (331, 1000), False),
        ("width/height", ">", "0.0625", SIXTEENTHS, (10, 160), True),
        ("width_pixels", "<", "6000", NOT_ABOVE, (6000, 5000), True),
        ("height_pixels", ">", "300", NOT_BELOW, (400, 300), True),
        ("width/height", ">", "0.4", COMMAS, (400, 1000), True),
    ],
)
def test_where_a_published_rule_and_its_message_disagree_the_rule_decides(
    metric: str,
    operator: str,
    limit: str,
    message: str,
    extent: tuple[int, int],
    fails: bool,
) -> None:
    uri = "data:image/png;base64," + base64.b64encode(made.png(*extent)).decode()
    found = Inspector()([rule("/x", metric, operator, limit, message)], {"x": uri})
    assert [(each.verdict, each.message) for each in found] == [
        ("fail", message)
    ] * fails


class Crowd:
    """A server's behaviour that answers nobody before ``size`` requests are waiting."""

    def __init__(self, content: bytes, size: int) -> None:
        self._serve = serve_file(content)
        self._lock = threading.Lock()
        self._meeting = threading.Barrier(size, timeout=30)
        self._inside = 0
        self.most = 0

    def __call__(self, request: HttpRequest, send: Send) -> None:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        self._meeting.wait()  # raises if the others do not come
        time.sleep(0.02)  # for one too many to show itself
        with self._lock:  # before the answer, after which the next one may come
            self._inside -= 1
        self._serve(request, send)


def test_several_files_are_fetched_together_but_not_all_and_each_once(
    problems: Any,
) -> None:
    crowd = Crowd((DATA / f"image/{SMALL}").read_bytes(), 3)
    with serving(crowd, None, PRIVATE) as server:
        origin = f"{PRIVATE}:{server.port}"
        inspector = Inspector(
            policy=FetchPolicy(private=frozenset({origin})), at_once=3
        )
        urls = [f"http://{origin}/{number % 6}" for number in range(12)]
        found = problems({"images": urls}, inspector)
    assert len(found) == 12
    assert sorted(request.path for request in server.requests) == [
        f"/{n}" for n in range(6)
    ]
    assert all(each.verdict == "fail" for each in found)  # measured, so served
    assert crowd.most == 3


@pytest.mark.parametrize("way", ["blocking", "async"])
def test_a_url_can_be_measured_like_a_file(way: str) -> None:
    path = DATA / "image/jpeg_orient6.jpg"
    with serving(serve_file(path.read_bytes()), None, PRIVATE) as server:
        origin = f"{PRIVATE}:{server.port}"
        policy = FetchPolicy(private=frozenset({origin}))
        if way == "blocking":
            info = probe(f"http://{origin}/x", kind="image", policy=policy)
        else:
            info = asyncio.run(probe_async(f"http://{origin}/x", policy=policy))
    assert (info.shown, info.size) == (probe(path).shown, path.stat().st_size)


def test_content_at_hand_can_be_measured_without_blocking_a_loop() -> None:
    path = DATA / "image/jpeg_orient6.jpg"
    assert asyncio.run(probe_async(path, kind="image")) == probe(path)
