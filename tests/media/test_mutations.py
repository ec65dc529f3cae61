"""Damaged files: whatever was done to them, an answer or a MediaError, for bounded work.

Work is counted in wants and bytes, so that a slow machine fails nothing.
20,000 cases by default, 300,000 with ``--long``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.meter import DATA, Meter
from runcomfy_runtime.media.errors import MediaError
from runcomfy_runtime.media.info import MediaInfo
from runcomfy_runtime.media.parser import Budget

FILES = [
    path
    for folder in ("image", "video", "audio", "more", "hostile")
    for path in sorted((DATA / folder).iterdir())
]
BUDGET = Budget(steps=20_000, bytes=16 << 20)
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
def count(request: pytest.FixtureRequest) -> int:
    """How many damaged files to try."""
    return 300_000 if request.config.getoption("--long", default=False) else 20_000


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


def outcome(meter: Meter, budget: Budget) -> MediaInfo | MediaError:
    try:
        return meter.measure(budget=budget)
    except MediaError as error:
        return error


def test_a_damaged_file_gives_an_answer_or_a_media_error_for_bounded_work(
    count: int,
) -> None:
    answers = errors = 0
    for path, seed, content in cases(count):
        meter, case = Meter(content), f"{path.name}, seed {seed}"
        try:
            found = outcome(meter, BUDGET)
        except Exception as error:
            pytest.fail(f"{case}: {error!r}")
        if isinstance(found, MediaError):
            errors += 1
            assert str(found), case
            assert str(found).isprintable(), case
        else:
            answers += 1
            assert all(
                0 < side < 1 << 32 for extent in found.extents for side in extent
            ), case
            assert found.timing is None or found.timing.value >= 0, case
        assert len(meter.wants) <= BUDGET.steps + 20, case
    assert answers > count // 10
    assert errors > count // 10


def test_random_bytes_behind_any_beginning_are_no_trap(count: int) -> None:
    beginnings = [path.read_bytes()[:32] for path in FILES]
    for seed in range(count // 20):
        chance = random.Random(-1 - seed)
        content = chance.choice(beginnings)[: chance.randint(0, 32)] + chance.randbytes(
            600
        )
        meter = Meter(content)
        found = outcome(meter, BUDGET)
        text = str(found) if isinstance(found, MediaError) else found.format
        assert text.isprintable(), seed
        assert len(meter.wants) < 5_000, seed
