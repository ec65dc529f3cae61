"""Damaged files: whatever was done to them, an answer or a MediaError, for bounded work.

Work is counted in wants, requests and bytes, so that a slow machine fails nothing. The
budgets are those of the product, and far larger than what is asserted: that work grows with
the size of a file, since every step leads on. 20,000 cases by default, 300,000 with
``--long``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.meter import DATA, Meter, RemoteMeter
from runcomfy_runtime.media.errors import MediaError
from runcomfy_runtime.media.info import MediaInfo

FILES = [
    path
    for folder in ("image", "video", "audio", "more", "hostile")
    for path in sorted((DATA / folder).iterdir())
]
NUMBERS = (
    0,
    1,
    7,
    8,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
)


def overwrite(content: bytearray, chance: random.Random, near: int) -> None:
    """Put a number that breaks things where a header may lie."""
    at = chance.randrange(near)
    width = chance.choice((1, 2, 4, 8))
    number = chance.choice(NUMBERS) & (1 << 8 * width) - 1
    content[at : at + width] = number.to_bytes(width, chance.choice(("big", "little")))


def mutate(content: bytes, chance: random.Random) -> bytes:
    """A file with a few things wrong, mostly in its headers."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        near = min(len(changed), chance.choice((64, 512, 4096, len(changed))))
        if not near:
            break
        kind = chance.randrange(6)
        at = chance.randrange(near)
        if kind <= 2:
            overwrite(changed, chance, near)
        elif kind == 3:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 4:
            del changed[at : at + chance.choice((1, 4, 100, len(changed)))]
        else:
            end = min(len(changed), at + chance.choice((1, 8, 64)))
            changed[at:at] = changed[at:end]
    return bytes(changed)


@pytest.fixture
def count(long_run: bool) -> int:
    """How many damaged files to try."""
    return 300_000 if long_run else 20_000


def cases(count: int) -> Iterator[tuple[Path, int, bytes]]:
    """Seeded cases, evenly over the files."""
    contents = [path.read_bytes() for path in FILES]
    tails = [
        content[-8192:] if len(content) > 8192 else content for content in contents
    ]
    for seed in range(count):
        chance = random.Random(seed)
        index = seed % len(FILES)
        whole = contents[index]
        if chance.random() < 0.3 and len(whole) > 8192:
            # what stands at the end of a file, as an index does, is damaged as often
            yield FILES[index], seed, whole[:-8192] + mutate(tails[index], chance)
        else:
            yield FILES[index], seed, mutate(whole, chance)


def outcome(meter: Meter | RemoteMeter) -> MediaInfo | MediaError:
    try:
        return meter.measure()
    except MediaError as error:
        return error


def assert_plausible(found: MediaInfo | MediaError) -> None:
    """Whatever is said can be shown, and measures are positive."""
    if isinstance(found, MediaError):
        assert str(found)
        assert str(found).isprintable()
        return
    sides = [side for extent in found.extents for side in extent]
    assert all(0 < side < 1 << 32 for side in sides)
    assert found.timing is None or found.timing.value >= 0


def assert_bounded(meter: Meter) -> None:
    """No part of a format is shorter than four bytes, but for Matroska's, which have two."""
    size = len(meter.content)
    matroska = meter.content.startswith(b"\x1aE\xdf\xa3")
    assert len(meter.wants) <= 64 + size // (2 if matroska else 4)
    assert meter.received <= (16 << 10) + size * (6 if matroska else 3)


def test_a_damaged_file_gives_an_answer_or_a_media_error_for_bounded_work(
    count: int,
) -> None:
    answers = errors = 0
    for path, seed, content in cases(count):
        meter = Meter(content)
        try:
            found = outcome(meter)
            assert_plausible(found)
            assert_bounded(meter)
        except Exception as error:
            pytest.fail(f"{path.name}, seed {seed}: {error!r}")
        answers += isinstance(found, MediaInfo)
        errors += isinstance(found, MediaError)
    assert answers > count // 10
    assert errors > count // 10


def test_a_damaged_remote_file_costs_few_requests_and_no_byte_more_than_twice(
    count: int,
) -> None:
    for path, seed, content in cases(count // 4):
        meter = RemoteMeter(content)
        try:
            assert_plausible(outcome(meter))
            assert len(meter.requests) <= 3 + len(content) // (8 << 10)
            assert meter.received <= 2 * len(content)
        except Exception as error:
            pytest.fail(f"{path.name}, seed {seed}: {error!r}")


@pytest.mark.parametrize("size", [1 << 20, 64 << 20])
@pytest.mark.parametrize("path", FILES[::7], ids=lambda path: path.name)
def test_padding_of_any_length_makes_a_remote_probe_no_dearer(
    path: Path, size: int
) -> None:
    """Where the answer lies behind it, it is not looked for in the padding."""
    content = path.read_bytes()
    meter = RemoteMeter(content + bytes(size))
    assert_plausible(outcome(meter))
    assert len(meter.requests) <= 9
    assert meter.received <= len(content) + (400 << 10)


def test_random_bytes_behind_any_beginning_are_no_trap(count: int) -> None:
    beginnings = [path.read_bytes()[:32] for path in FILES]
    for seed in range(count // 20):
        chance = random.Random(-1 - seed)
        start = chance.choice(beginnings)[: chance.randint(0, 32)]
        meter = Meter(start + chance.randbytes(600))
        assert_plausible(outcome(meter))
        assert_bounded(meter)
