"""Stated limits in the client: what is refused, with which words, and what never is."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from limits import media_samples as sample
from limits.limited_model import limit, model_with
from runcomfy_runtime import errors
from runcomfy_runtime.limits.stated_limit import Limit
from runcomfy_runtime.media import inspection
from runcomfy_runtime.report import Problem
from runcomfy_runtime.rule import Rule
from runcomfy_runtime.testing import FakeQueue


def problems(
    stated: Limit, settings: dict[str, Any] | None = None, **given: Any
) -> list[Problem]:
    """What ``validate`` says of an input of a model with one limit, typed and as a document."""
    model = model_with(stated)
    with FakeQueue().client(**{"media_checks": "warn", **(settings or {})}) as client:
        typed = client.validate(model(**given))
        raw = client.validate(model, given)
    assert typed == raw
    return list(typed)


def verdict(stated: Limit, **given: Any) -> str:
    """``pass``, ``fail`` or ``unknown``."""
    found = problems(stated, **given)
    assert len(found) <= 1
    assert all(each.origin == "limit" for each in found)
    return found[0].verdict if found else "pass"


NOT_GIVEN = (None, "", [])


@pytest.mark.parametrize(
    ("rule", "kept", "broken"),
    [
        ("duration_seconds <= 10", 10.0, 10.3),
        ("duration_seconds < 10", 9.8, 10.3),
        ("duration_seconds >= 2", 2.0, 1.8),
    ],
)
def test_the_duration_of_a_sound_and_of_a_film(
    rule: str, kept: float, broken: float
) -> None:
    stated = limit("/video", rule=rule)
    for made in (sample.sound, sample.clip):
        assert verdict(stated, video=made(kept)) == "pass"
        assert verdict(stated, video=made(broken)) == "fail"


def test_inside_the_slack_of_the_prober_nothing_is_refused() -> None:
    stated = limit("/video", rule="duration_seconds <= 10")
    assert verdict(stated, video=sample.sound(10.05)) == "unknown"
    # A frame of half a second is more slack than a tenth.
    assert verdict(stated, video=sample.clip(10.5, frame=500)) == "unknown"
    assert verdict(stated, video=sample.clip(11.5, frame=500)) == "fail"


MB, MIB = 10**6, 2**20


@pytest.mark.parametrize(
    ("rule", "size", "expected"),
    [
        ("file_size_mb <= 0.01", 10_000, "pass"),
        ("file_size_mb <= 0.01", 10_001, "unknown"),
        ("file_size_mb <= 0.01", 10_485, "unknown"),
        ("file_size_mb <= 0.01", 10_486, "fail"),
        ("file_size_mib <= 0.01", 10_485, "pass"),
        ("file_size_mib <= 0.01", 10_486, "fail"),
    ],
)
def test_megabytes_are_either_kind_and_mebibytes_are_one(
    rule: str, size: int, expected: str
) -> None:
    assert (
        verdict(limit("/image", rule=rule), image=sample.picture(8, 8, size=size))
        == expected
    )


@pytest.mark.parametrize(
    ("rule", "kept", "broken"),
    [
        ("width_pixels <= 100", (100, 999), (101, 5)),
        ("height >= 100", (5, 100), (999, 99)),
        ("short_side_pixels >= 256", (256, 300), (300, 255)),
        ("long_side_pixels <= 256", (256, 20), (20, 257)),
        ("megapixels <= 0.01", (100, 100), (100, 101)),
        ("width/height >= 1:2.5", (40, 100), (39, 100)),
        ("width/height <= 2.5", (250, 100), (251, 100)),
        ("width*height <= 10000", (100, 100), (101, 100)),
    ],
)
def test_pixels(rule: str, kept: tuple[int, int], broken: tuple[int, int]) -> None:
    stated = limit("/image", rule=rule)
    assert verdict(stated, image=sample.picture(*kept)) == "pass"
    assert verdict(stated, image=sample.picture(*broken)) == "fail"


def test_each_file_of_a_list_and_below_objects() -> None:
    stated = limit("/images", rule="width_pixels <= 100")
    found = problems(stated, images=[sample.picture(100, 1), sample.picture(101, 1)])
    assert [each.pointer for each in found] == ["/images/1"]
    inner = limit("/layers/*/image", rule="width_pixels <= 100")
    layers = [{"image": sample.picture(101, 1)}, {}, {"image": sample.picture(1, 1)}]
    assert [each.pointer for each in problems(inner, layers=layers)] == [
        "/layers/0/image"
    ]


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        ("format in [jpeg, png]", sample.picture(8, 8), "pass"),
        ("format in [jpeg, png]", sample.jpeg(8, 8), "pass"),
        ("format in [jpeg, png]", sample.gif(8, 8), "fail"),
        ("format in [mp4]", sample.clip(2), "pass"),
        ("format in [mp4]", sample.clip(2, brand=b"qt  "), "unknown"),
        ("format in [mov]", sample.clip(2), "unknown"),
        ("format in [mp4]", sample.clip(2, brand=b"M4A "), "unknown"),
        ("format in [m4a]", sample.clip(2), "unknown"),
        ("format in [webm]", sample.clip(2), "fail"),
        ("format in [wav, mp3]", sample.sound(1), "pass"),
        ("format in [wav, mp3]", sample.uri(b"\1\2\3\4" * 99), "unknown"),
        ("format in [wav, mp3]", "https://127.0.0.1/sound.wav", "unknown"),
        ("format in [jpeg, png]", sample.uri(b"%PDF-1.7 " * 9), "fail"),
    ],
)  # fmt: skip
def test_the_content_decides_the_format(rule: str, given: str, expected: str) -> None:
    assert verdict(limit("/video", rule=rule), video=given) == expected


@pytest.mark.parametrize(
    ("rule", "kept", "broken"),
    [
        ("count <= 2", {"images": ["a", "b"]}, {"images": ["a", "b", "c"]}),
        ("count >= 2", {"images": ["a", "b"]}, {"images": ["a"]}),
        ("total_count <= 3", {"images": ["a", "b"], "videos": ["c"]}, {"images": ["a", "b"], "videos": ["c", "d"]}),
        ("total_count <= 1", {"videos": ["c"]}, {"images": ["a"], "videos": ["c"]}),
    ],
)  # fmt: skip
def test_counts(rule: str, kept: dict[str, Any], broken: dict[str, Any]) -> None:
    stated = limit("/images", "/videos", rule=rule)
    assert verdict(stated, **kept) == "pass"
    assert verdict(stated, **broken) == "fail"
    for nothing in ({}, {"images": []}, {"images": None, "videos": []}):
        assert verdict(stated, **nothing) == "pass"


@pytest.mark.parametrize(
    ("rule", "kept", "broken"),
    [
        ("characters <= 3", "𠮷𠮷𠮷", "abcd"),
        ("characters >= 3", "abc", "ab"),
        ("characters(han) <= 2", "漢字 and more", "漢字漢"),
        ("characters(not han) <= 2", "漢字漢ab", "漢abc"),
    ],
)
def test_characters(rule: str, kept: str, broken: str) -> None:
    stated = limit("/prompt", rule=rule)
    assert verdict(stated, prompt=kept) == "pass"
    assert verdict(stated, prompt=broken) == "fail"
    assert verdict(stated, prompt="") == "pass"


def test_numbers_are_exact_decimals() -> None:
    stated = limit("/strength", rule="value <= 0.3")
    assert verdict(stated, strength=0.3) == "pass"
    assert verdict(stated, strength=0.1 + 0.2) == "fail"
    seeds = limit("/seed", rule="value <= 2147483647")
    assert verdict(seeds, seed=2147483647) == "pass"
    assert verdict(seeds, seed=2147483648) == "fail"


def test_all_rules_of_a_list_must_hold() -> None:
    stated = limit("/seed", rule=("value >= 1", "value <= 3"))
    assert [verdict(stated, seed=seed) for seed in (0, 1, 3, 4)] == [
        "fail",
        "pass",
        "pass",
        "fail",
    ]


def test_a_sum_over_files_is_an_interval() -> None:
    stated = limit("/videos", "/images", rule="total_duration_seconds <= 15")
    unmeasured = "https://127.0.0.1/clip.mp4"
    two, eight = sample.sound(2), sample.sound(8)
    assert verdict(stated, videos=[two, eight], images=[two]) == "pass"
    assert verdict(stated, videos=[eight], images=[eight]) == "fail"
    assert verdict(stated, videos=[sample.sound(15.05)]) == "unknown"

    def certain(*files: str) -> list[str]:
        return [
            each.verdict
            for each in problems(stated, videos=list(files))
            if each.code != "media"
        ]

    assert certain(two, unmeasured) == ["unknown"]
    assert certain(eight, eight, unmeasured) == ["fail"]
    least = limit("/videos", rule="total_duration_seconds >= 10")
    assert verdict(least, videos=[two]) == "fail"
    found = problems(least, videos=[two, unmeasured])
    assert {each.verdict for each in found} == {"unknown"}


def test_a_sum_of_sizes_is_of_either_megabyte() -> None:
    stated = limit("/images", rule="total_size_mb <= 0.02")
    ten, more = sample.picture(1, 1, size=10_000), sample.picture(1, 1, size=10_990)
    assert verdict(stated, images=[ten, ten]) == "pass"
    assert verdict(stated, images=[ten, more]) == "fail"
    assert verdict(stated, images=[ten, sample.picture(1, 1, size=10_900)]) == "unknown"


ONE_OF = limit(
    "/image",
    "/video",
    require={"anyOf": [{"required": ["image"]}, {"required": ["video"]}]},
)
NOT_BOTH = limit("/image", "/video", require={"not": {"required": ["image", "video"]}})
FEWER = limit(
    "/images",
    "/video",
    require={
        "if": {"required": ["video"]},
        "then": {"properties": {"images": {"maxItems": 1}}},
    },
)
ONLY_AT = limit(
    "/video", "/quality", require={"if": {"required": ["video"]}, "then": {"required": ["quality"], "properties": {"quality": {"const": "480p"}}}}
)  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "kept", "broken", "says"),
    [
        (ONE_OF, {"image": "a"}, {"prompt": "x"}, "none of image, video is given"),
        (ONE_OF, {"video": "a"}, {"image": "", "video": None}, "none of image, video is given"),
        (NOT_BOTH, {"image": "a", "video": ""}, {"image": "a", "video": "b"}, "image is given, video is given"),
        (FEWER, {"images": ["a", "b"]}, {"images": ["a", "b"], "video": "v"}, "images has 2 items, video is given"),
        (ONLY_AT, {"video": "v", "quality": "480p"}, {"video": "v", "quality": "720p"}, 'quality is "720p"'),
        (ONLY_AT, {"quality": "720p"}, {"video": "v"}, "quality is not given"),
    ],
)  # fmt: skip
def test_what_fields_require_of_each_other(
    stated: Limit, kept: dict[str, Any], broken: dict[str, Any], says: str
) -> None:
    assert verdict(stated, **kept) == "pass"
    [found] = problems(stated, **broken)
    assert (found.verdict, found.code, found.origin) == ("fail", "require", "limit")
    assert says in found.message
    given = [field for field in stated.fields if broken.get(field[1:]) not in NOT_GIVEN]
    assert found.pointer == (given or stated.fields)[0]


def test_the_message_says_whose_words_these_are() -> None:
    stated = limit("/video", rule="duration_seconds <= 10")
    [found] = problems(stated, video=sample.sound(12.4))
    assert found.message == (
        'duration is 12.4 s; the description says: "…between 2 and 10 seconds"'
    )
    assert (found.origin, found.quote, found.pointer) == (
        "limit",
        stated.quote,
        "/video",
    )
    assert (found.limit, found.actual, found.rule) == (
        "10",
        "12.4",
        "duration_seconds <= 10",
    )


def test_a_refusal_names_the_day_and_the_switch() -> None:
    queue = FakeQueue()
    model = model_with(limit("/seed", rule="value <= 3"))
    with queue.client() as client, pytest.raises(errors.InputRejected) as caught:
        client.run(model(seed=4))
    text = str(caught.value)
    assert 'value is 4; the description says: "…between 2 and 10 seconds"' in text
    assert "2026-11-20" in text
    assert 'stated_limits="warn"' in text
    assert queue.requests == []


def test_both_clients_and_batches_refuse() -> None:
    queue = FakeQueue()
    model = model_with(limit("/seed", rule="value <= 3"))

    async def main() -> None:
        with pytest.raises(errors.InputRejected):
            await queue.async_client().submit(model(seed=4))
        assert not (await queue.async_client().validate(model(seed=4))).ok

    asyncio.run(main())
    assert queue.requests == []


def test_limits_can_warn_or_be_off(caplog: pytest.LogCaptureFixture) -> None:
    model = model_with(limit("/seed", rule="value <= 3"))
    for switch, logged in (("warn", True), ("off", False)):
        queue = FakeQueue()
        caplog.clear()
        with queue.client(stated_limits=switch) as client:
            client.run(model(seed=4))
            report = client.validate(model(seed=4))
        assert queue.requests
        assert ("value is 4" in caplog.text) is logged
        assert report.ok
        assert [each.level for each in report] == ["warn"] * logged
    with pytest.raises(errors.BadSetting, match="stated_limits"):
        FakeQueue().client(stated_limits="of")


def test_a_limit_of_level_warn_never_refuses(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    model = model_with(limit("/seed", rule="value <= 3", level="warn"))
    for settings in ({}, {"media_checks": "strict"}):
        with FakeQueue().client(**settings) as client:
            client.run(model(seed=4))
            report = client.validate(model(seed=4))
        assert report.ok
        assert [(each.level, each.verdict) for each in report] == [("warn", "unknown")]
    assert "value is 4" in caplog.text


def test_media_checks_off_turn_limits_on_files_off() -> None:
    files = limit("/video", rule="duration_seconds <= 10")
    together = limit("/videos", rule="total_duration_seconds <= 10")
    off = {"media_checks": "off"}
    assert problems(files, off, video=sample.sound(12)) == []
    assert problems(together, off, videos=[sample.sound(12)]) == []
    assert problems(limit("/images", rule="count <= 1"), off, images=["a", "b"])


def test_strict_is_about_published_rules() -> None:
    unmeasured = "https://127.0.0.1/clip.mp4"
    stated = limit("/video", rule="duration_seconds <= 10")
    rule = Rule(pointer="/video", metric="duration_seconds", operator="<=", limit="10")
    queue = FakeQueue()
    with queue.client(media_checks="strict") as client:
        client.run(model_with(stated)(video=unmeasured))
        with pytest.raises(errors.InputRejected):
            client.run(model_with(stated, rules=(rule,))(video=unmeasured))


def test_one_report_of_schema_rules_and_limits() -> None:
    rule = Rule(pointer="/video", metric="duration_seconds", operator="<=", limit="10")
    stated = (
        limit("/seed", rule="value <= 3"),
        limit("/video", rule="duration_seconds <= 11"),
        ONE_OF,
    )
    model = model_with(*stated, rules=(rule,))
    document = {"seed": 4, "video": sample.sound(12), "prompt": 5, "image": 6}
    with FakeQueue().client(media_checks="warn") as client:
        report = client.validate(model, document)
    assert {(each.pointer, each.origin) for each in report} == {
        ("/prompt", "schema"),
        ("/image", "schema"),
        ("/seed", "limit"),
        ("/video", "rule"),
        ("/video", "limit"),
    }


def test_an_invalid_value_breaks_no_limit_between_fields() -> None:
    model = model_with(ONE_OF, limit("/images", rule="count <= 1"))
    with FakeQueue().client() as client:
        report = client.validate(model, {"image": 5, "images": ["a", 3]})
    assert [(each.pointer, each.origin) for each in report] == [
        ("/image", "schema"),
        ("/images/1", "schema"),
        ("/images", "limit"),
    ]


def test_a_file_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    probe = inspection.probe

    def counting(source: Any, **options: Any) -> Any:
        asked.append(source)
        return probe(source, **options)

    monkeypatch.setattr(inspection, "probe", counting)
    stated = (
        limit("/video", rule=("duration_seconds >= 2", "duration_seconds <= 10")),
        limit("/video", rule="format in [wav]"),
        limit("/videos", "/video", rule="total_duration_seconds <= 15"),
    )
    rule = Rule(pointer="/video", metric="file_size_mb", operator="<=", limit="10")
    film = sample.sound(3)
    with FakeQueue().client(media_checks="warn") as client:
        assert client.validate(
            model_with(*stated, rules=(rule,))(video=film, videos=[film])
        ).ok
    assert asked == [film]


def test_limits_between_fields_need_no_file() -> None:
    stated = (ONE_OF, limit("/images", "/videos", rule="total_count <= 12"))
    with FakeQueue().client(media_checks="strict") as client:
        model = model_with(*stated)
        assert client.validate(model(image="https://127.0.0.1/boat.png")).problems == ()
