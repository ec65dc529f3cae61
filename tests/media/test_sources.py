"""What nobody could read is refused for certain, and what somebody might is only unknown."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from media.meter import DATA
from runcomfy_runtime.media import MediaError, MediaFault, probe
from runcomfy_runtime.media.inspection import InspectedFile, Inspector
from runcomfy_runtime.media.references import MediaReference
from runcomfy_runtime.report import Problem
from runcomfy_runtime.rule import Rule

RULE = Rule(pointer="/x", metric="width_pixels", operator=">", limit="10")
JPEG = (DATA / "image/jpeg_baseline.jpg").read_bytes()
BARE = base64.b64encode(JPEG).decode()
INLINE = f"data:image/jpeg;base64,{BARE}"


def found(text: str, folder: Path | None = None) -> Problem:
    [problem] = Inspector(folder=folder)([RULE], {"x": text})
    assert problem.code == "media"
    assert "(not checked: width_pixels > 10)" in problem.message
    return problem


NOWHERE = [
    *("", "  \n", "javascript:alert(1)", "file:///etc/passwd", "FILE:/etc/passwd"),
    *("blob:https://a.test/1b9d", "about:blank", "boat.jpg", "images/boat.JPEG"),
    *("a b.png", "/etc/passwd", "/home/me/boat.png", "./boat", "../x/boat.png"),
    *("~/boat.png", "C:\\boats\\boat.png", "c:/boat.png", "\\\\host\\boat.png"),
]


@pytest.mark.parametrize("text", NOWHERE)
def test_what_no_server_can_reach_is_refused(text: str) -> None:
    problem = found(text)
    assert (problem.verdict, problem.actual) == ("fail", "unreadable")
    assert "give an https URL, or the content with inline(path)" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        *("example.com/boat.jpg", "//cdn.test/boat.jpg", "boat", "asset_0123"),
        *("ftp://a.test/boat.jpg", "s3://bucket/boat.jpg", "http://a.test/boat.jpg"),
        *("https://127.0.0.1/boat.jpg", "https://me:pw@a.test/boat.jpg", BARE),
    ],
)
def test_what_a_server_might_reach_or_know_is_only_unknown(text: str) -> None:
    assert found(text).verdict == "unknown"


@pytest.mark.parametrize(
    "uri",
    [
        "data:image/png;base64,@@@@",
        "data:image/png;base64,@@@@iVBO",
        "data:image/png;base64",
        "data:image/png;base64,",
        "data:image/png;base64,A",
        "data:text/html,<html>hi",
        "data:image/png;base64," + base64.b64encode(b"<html>hi").decode() + "?",
    ],
)
def test_a_data_uri_that_holds_no_media_by_any_reading_is_refused(uri: str) -> None:
    assert found(uri).verdict == "fail"


@pytest.mark.parametrize(
    "uri",
    [
        INLINE[:60] + "@" + INLINE[60:],
        INLINE + "#x",
        INLINE[: len(INLINE) // 4 * 4 + len("data:image/jpeg;base64,") % 4 + 1],
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'>é</svg>",
        f"data:image/jpeg;{'x=y;' * 100}base64,{BARE}",
    ],
    ids=["a stray sign", "a fragment", "cut", "letters beyond ASCII", "a long type"],
)
def test_a_data_uri_that_a_forgiving_reader_takes_is_no_failure(uri: str) -> None:
    problems = Inspector()([RULE], {"x": uri})
    assert {each.verdict for each in problems} <= {"unknown"}


@pytest.mark.parametrize("name", ["missing.png", ".", "pipe", "/dev/zero", "", "a\0b"])
def test_a_path_that_is_no_readable_file_is_refused_where_paths_are_allowed(
    tmp_path: Path, name: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    problem = found(name, tmp_path)
    assert (problem.verdict, problem.actual) == ("fail", "unreadable")


def test_a_broken_data_uri_of_any_length_is_judged_by_its_beginning() -> None:
    problem = found("data:image/png;base64," + "@" * 5_000_000)
    assert problem.verdict == "fail"


@pytest.mark.parametrize("fault", MediaFault)
def test_every_file_that_was_not_measured_carries_the_code_of_its_fault(
    fault: MediaFault,
) -> None:
    place = MediaReference("/x", "https://a.test/x", (RULE,))
    [problem] = InspectedFile.of(place, MediaError("so it is", fault)).problems()
    assert (problem.code, problem.actual) == ("media", fault.value)
    assert problem.verdict == "unknown"  # a server may answer others differently


@pytest.mark.parametrize("text", NOWHERE[2:])
def test_the_prober_itself_never_takes_a_text_for_a_path(text: str) -> None:
    with pytest.raises(MediaError) as caught:
        probe(text)
    assert caught.value.fault is MediaFault.REFUSED
