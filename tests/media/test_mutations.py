"""Damaged files: whatever was done to them, an answer or a MediaError, for bounded work.

Work is counted in wants and bytes, so that a slow machine fails nothing.
``MEDIA_MUTATIONS`` in the environment sets how many cases are tried; ``make test-long``
sets it to 300,000.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.meter import DATA, Meter
from runcomfy_runtime.media.errors import MediaError
from runcomfy_runtime.media.parser import Budget

CASES = int(os.environ.get("MEDIA_MUTATIONS", "20000"))
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


def cases() -> Iterator[tuple[Path, int, bytes]]:
    """Seeded cases, evenly over the files."""
    contents = [path.read_bytes() for path in FILES]
    tails = [
        content[-8192:] if len(content) > 8192 else content for content in contents
    ]
    for seed in range(CASES):
        chance = random.Random(seed)
        index = seed % len(FILES)
        whole = contents[index]
        if chance.random() < 0.3 and len(whole) > 8192:
            # what stands at the end of a file, as an index does, is damaged as often
            yield FILES[index], seed, whole[:-8192] + mutate(tails[index], chance)
        else:
            yield FILES[index], seed, mutate(whole, chance)


def test_a_damaged_file_gives_an_answer_or_a_media_error_for_bounded_work() -> None:
    answers = errors = 0
    for path, seed, content in cases():
        meter = Meter(content)
        try:
            info = meter.measure(budget=BUDGET)
        except MediaError as error:
            errors += 1
            assert str(error)
            assert str(error).isprintable(), (path.name, seed)
        except Exception as error:
            pytest.fail(f"{path.name}, seed {seed}: {error!r}")
        else:
            answers += 1
            for width, height in info.extents:
                assert 0 < width < 1 << 32, (path.name, seed)
                assert 0 < height < 1 << 32, (path.name, seed)
            assert info.timing is None or info.timing.value >= 0, (path.name, seed)
        assert len(meter.wants) <= BUDGET.steps + 20, (path.name, seed)
    assert answers > CASES // 10
    assert errors > CASES // 10


def test_random_bytes_behind_any_beginning_are_no_trap() -> None:
    beginnings = [path.read_bytes()[:32] for path in FILES]
    for seed in range(CASES // 20):
        chance = random.Random(-1 - seed)
        content = chance.choice(beginnings)[: chance.randint(0, 32)] + chance.randbytes(
            600
        )
        meter = Meter(content)
        try:
            assert meter.measure(budget=BUDGET).kind in ("image", "video", "audio")
        except MediaError as error:
            assert str(error).isprintable()
        assert len(meter.wants) < 5_000
