"""Sums over files: what is certain although a file is not measured, and where the problem is."""

from __future__ import annotations

import pytest

from limits import media_samples as sample
from limits.limited_model import limit, model_with
from runcomfy_runtime.limits.stated_limit import Limit
from runcomfy_runtime.report import Problem
from runcomfy_runtime.testing import FakeQueue

NO_MEDIA = "data:application/octet-stream;base64,AAAA"


def problems(stated: Limit, **given: object) -> list[Problem]:
    model = model_with(stated)
    with FakeQueue().client(media_checks="warn") as client:
        return list(client.validate(model, given))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("total_duration_seconds >= 12", []),
        ("total_duration_seconds > 11", []),
        ("total_duration_seconds >= 13", ["unknown"]),
        ("total_duration_seconds <= 12", ["unknown"]),
        ("total_duration_seconds < 11", ["fail"]),
        ("total_duration_seconds == 11", ["fail"]),
        ("total_duration_seconds != 11", ["unknown"]),
    ],
)
def test_a_file_that_is_not_measured_only_adds(rule: str, expected: list[str]) -> None:
    stated = limit("/videos", "/video", rule=rule)
    found = problems(stated, videos=[sample.sound(4), NO_MEDIA], video=sample.sound(8))
    assert [each.verdict for each in found] == expected


def test_a_sum_is_a_problem_of_the_first_given_field() -> None:
    stated = limit("/images", "/videos", "/video", rule="total_duration_seconds <= 5")
    [found] = problems(
        stated, images=[], videos=[sample.sound(4)], video=sample.sound(8)
    )
    assert (found.pointer, found.verdict) == ("/videos", "fail")


def test_a_number_that_breaks_a_limit_by_little_is_not_rounded() -> None:
    [found] = problems(limit("/strength", rule="value <= 0.3"), strength=0.1 + 0.2)
    assert found.message.startswith("value is 0.30000000000000004;")
