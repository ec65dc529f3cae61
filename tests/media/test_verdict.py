"""Pass, fail or unknown: exact at every boundary, and never a wrong fail."""

from __future__ import annotations

import importlib
from fractions import Fraction
from typing import Any

import pytest

from media.meter import DATA
from runcomfy_runtime.media.errors import MediaError, MediaUnsupported
from runcomfy_runtime.media.info import Measurement, MediaInfo
from runcomfy_runtime.media.prober import probe
from runcomfy_runtime.media.rule_check import Verdict, check_rule, format_decimal
from runcomfy_runtime.rule import Rule

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


def rule(text: str, message: str = "") -> Rule:
    metric, operator, limit = text.split()
    return Rule(
        pointer="/x", metric=metric, operator=operator, limit=limit, message=message
    )


def picture(
    width: int, height: int, *, size: int | None = 1000, orientation: int = 1
) -> MediaInfo:
    return MediaInfo.picture("png", size, (width, height), orientation=orientation)


def film(*seconds: str, rate: str = "", frames: int | None = None) -> MediaInfo:
    return MediaInfo(
        kind="video",
        format="mp4",
        size=1000,
        shown=(320, 180),
        coded=(320, 180),
        timing=Measurement.of(*map(Fraction, seconds)) if seconds else None,
        rate=Measurement.of(*map(Fraction, rate.split())) if rate else None,
        frames=frames,
    )


def verdict(text: str, media: MediaInfo | MediaError) -> Verdict:
    return check_rule(rule(text), media).verdict


@pytest.mark.parametrize(
    ("operator", "below", "at", "above"),
    [
        ("<", PASS, FAIL, FAIL),
        ("<=", PASS, PASS, FAIL),
        (">", FAIL, FAIL, PASS),
        (">=", FAIL, PASS, PASS),
        ("==", FAIL, PASS, FAIL),
        ("!=", PASS, FAIL, PASS),
    ],
)
def test_every_operator_is_exact_at_its_boundary(
    operator: str, below: Verdict, at: Verdict, above: Verdict
) -> None:
    outcomes = [
        verdict(f"width_pixels {operator} 300", picture(width, 9))
        for width in (299, 300, 301)
    ]
    assert outcomes == [below, at, above]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("rule_299x300.png", "width_pixels > 299", FAIL),
        ("rule_300x300.png", "width_pixels > 299", PASS),
        ("rule_300x300.png", "width_pixels > 300", FAIL),
        ("rule_300x5999.png", "height_pixels < 6000", PASS),
        ("rule_300x5999.png", "height_pixels < 5999", FAIL),
        ("rule_900x300.png", "width/height <= 3", PASS),
        ("rule_900x300.png", "width/height < 3", FAIL),
        ("rule_901x300.png", "width/height <= 3", FAIL),
        ("rule_299x300.png", "file_size_mb <= 0.000091", PASS),
        ("jpeg_orient6.jpg", "width_pixels >= 400", UNKNOWN),
        ("jpeg_orient6.jpg", "width_pixels >= 401", FAIL),
        ("jpeg_orient6.jpg", "width_pixels >= 300", PASS),
        ("jpeg_orient6.jpg", "width/height < 1", UNKNOWN),
        ("jpeg_orient6.jpg", "megapixels == 0.12", PASS),
    ],
)
def test_rules_on_real_pictures_are_judged_at_their_boundaries(
    file: str, text: str, expected: Verdict
) -> None:
    assert verdict(text, probe(DATA / "image" / file)) is expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (14_999_999, PASS),
        (15_000_000, PASS),
        (15_000_001, UNKNOWN),
        (15_728_640, UNKNOWN),
        (15_728_641, FAIL),
    ],
)
def test_between_megabytes_and_mebibytes_nobody_knows(
    size: int, expected: Verdict
) -> None:
    assert verdict("file_size_mb <= 15", picture(9, 9, size=size)) is expected


@pytest.mark.parametrize(
    ("size", "expected"), [(4_699_999, PASS), (4_700_000, UNKNOWN), (4_928_308, FAIL)]
)
def test_a_strict_size_limit_with_a_fraction_is_exact(
    size: int, expected: Verdict
) -> None:
    assert verdict("file_size_mb < 4.7", picture(9, 9, size=size)) is expected


def test_a_ratio_is_compared_as_a_ratio_and_not_as_a_float() -> None:
    assert verdict("width/height >= 0.33", picture(33, 100)) is PASS
    assert verdict("width/height > 0.33", picture(33, 100)) is FAIL
    assert verdict("width/height >= 0.1", picture(1, 10)) is PASS
    assert verdict("width/height <= 0.3333333333333333", picture(1, 3)) is FAIL


def test_both_sides_of_a_ratio_come_from_one_reading() -> None:
    turned = picture(400, 300, orientation=6)
    assert verdict("width/height < 1.4", turned) is PASS
    assert verdict("width/height > 1.4", turned) is FAIL
    check = check_rule(rule("width/height > 1"), turned)
    assert check.verdict is UNKNOWN
    assert check.reason.endswith("0.75 (300×400), 1.333333 (400×300)")


@pytest.mark.parametrize(
    ("media", "text", "expected"),
    [
        (film("10"), "duration_seconds <= 10", PASS),
        (film("10"), "duration_seconds < 10", UNKNOWN),
        (film("10", "10.023"), "duration_seconds <= 10", UNKNOWN),
        (film("10.09"), "duration_seconds <= 10", UNKNOWN),
        (film("10.1"), "duration_seconds <= 10", UNKNOWN),
        (film("10.101"), "duration_seconds <= 10", FAIL),
        (film("10.15", rate="5"), "duration_seconds <= 10", UNKNOWN),
        (film("2.7", "4"), "duration_seconds <= 3", UNKNOWN),
        (film("2.7", "4"), "duration_seconds <= 4", PASS),
        (film("2.7", "4"), "duration_seconds <= 2", FAIL),
        (film("2"), "duration_seconds >= 2", PASS),
        (film("1.95"), "duration_seconds >= 2", UNKNOWN),
        (film("1.8"), "duration_seconds >= 2", FAIL),
        (film("5"), "duration_seconds == 5", PASS),
        (film("5"), "duration_seconds == 6", FAIL),
        (film("5", "7"), "duration_seconds == 6", UNKNOWN),
        (film("5", "7"), "duration_seconds != 6", UNKNOWN),
        (film("5"), "duration_seconds != 6", PASS),
        (film(), "duration_seconds <= 10", UNKNOWN),
        (film(rate="25"), "fps <= 25", PASS),
        (film(rate="30000/1001"), "fps < 30", PASS),
        (film(rate="30000/1001"), "fps <= 29.97", FAIL),
        (film(rate="24 20 30"), "fps >= 24", UNKNOWN),
        (film(), "fps >= 8", UNKNOWN),
        (film("4", rate="25"), "duration_seconds*fps <= 100", PASS),
        (film(frames=100), "frames <= 100", PASS),
        (film(frames=100), "frames < 100", FAIL),
        (film(), "frames < 100", UNKNOWN),
    ],
)
def test_durations_and_rates_are_judged_with_their_bounds(
    media: MediaInfo, text: str, expected: Verdict
) -> None:
    assert verdict(text, media) is expected


def test_a_product_of_metrics_needs_no_code_of_its_own() -> None:
    assert verdict("width_pixels*height_pixels <= 12", picture(4, 3)) is PASS
    assert verdict("height/width < 0.75", picture(4, 3)) is FAIL
    assert verdict("file_size_mb/megapixels < 83.4", picture(4, 3)) is PASS


def test_a_division_by_zero_is_unknown() -> None:
    assert verdict("width/duration_seconds < 3", film("0")) is UNKNOWN
    assert verdict("width/frames < 3", film(frames=0)) is UNKNOWN


@pytest.mark.parametrize(
    "broken",
    [
        Rule(pointer="/x", metric="audio_channels", operator="<", limit="3"),
        Rule(pointer="/x", metric="width_pixels", operator="~", limit="3"),
        Rule(pointer="/x", metric="width_pixels", operator="<", limit="many"),
    ],
)
def test_a_rule_that_is_not_understood_is_unknown_and_says_so(broken: Rule) -> None:
    check = check_rule(broken, picture(9, 9))
    assert check.verdict is UNKNOWN
    assert "not understood" in check.reason


@pytest.mark.parametrize(
    "text", ["file_size_mb < 1", "width_pixels < 3", "width/height < 1"]
)
@pytest.mark.parametrize(
    "error", [MediaUnsupported("a TGA picture"), MediaError("broken")]
)
def test_what_could_not_be_measured_is_unknown_never_failed(
    text: str, error: MediaError
) -> None:
    check = check_rule(rule(text), error)
    assert (check.verdict, check.reason) == (UNKNOWN, str(error))


def test_pixels_of_a_sound_and_the_size_of_an_endless_stream_are_unknown() -> None:
    sound = MediaInfo(kind="audio", format="mp3", size=None)
    check = check_rule(rule("width/height < 3"), sound)
    assert check.verdict is UNKNOWN
    assert "width_pixels, height_pixels could not be measured" in check.reason
    assert verdict("file_size_mb < 3", sound) is UNKNOWN


def test_a_check_carries_the_value_its_unit_and_where_it_was_found() -> None:
    check = check_rule(
        rule("width_pixels > 299"), probe(DATA / "image/rule_299x300.png")
    )
    assert (check.verdict, check.actual, check.unit) == (FAIL, "299", "px")
    assert check.evidence == ("IHDR at byte 8",)
    ratio = check_rule(rule("width/height < 1"), picture(4, 3))
    assert (ratio.actual, ratio.unit) == ("1.333333", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "0.333333"),
        (Fraction(300), "300"),
        (Fraction(10**9), "1000000000"),
        (Fraction(10**30), "1" + "0" * 30),
        (Fraction(91, 10**6), "0.000091"),
        (Fraction(299_999, 100_000), "2.99999"),
        (Fraction(0), "0"),
    ],
)
def test_numbers_are_written_for_people(value: Fraction, text: str) -> None:
    assert format_decimal(value) == text


def test_the_names_of_an_earlier_version_are_the_same_things() -> None:
    media: Any = importlib.import_module("runcomfy_runtime.media")
    assert media.judge is check_rule
    assert media.Check is media.RuleCheck
