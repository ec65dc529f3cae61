"""The rules of stated limits: what the grammar has, and what a message says about the rest."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from runcomfy_runtime.limits.rule_grammar import (
    FormatRule,
    MalformedRule,
    MeasureRule,
    parse_rule,
)
from runcomfy_runtime.limits.scripts import SCRIPTS, count_in_script


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("duration_seconds<=10", "duration_seconds <= 10"),
        ("  count  ≤  3 ", "count <= 3"),
        ("total_count = 2", "total_count == 2"),
        ("value ≠ 0.5", "value != 0.5"),
        ("characters(not han) <= 5000", "characters(not han) <= 5000"),
        ("width / height >= 1:2.5", "width/height >= 1:2.5"),
        ("width*height*frames < 1", "width*height*frames < 1"),
        ("format in [ jpeg,png , ]", "format in [jpeg, png]"),
        ("value >= -1", "value >= -1"),
    ],
)
def test_a_rule_has_one_spelling(text: str, same: str) -> None:
    assert parse_rule(text).text == same
    assert parse_rule(same) == parse_rule(text)


def test_a_ratio_is_exact() -> None:
    rule = parse_rule("width/height >= 1:3")
    assert isinstance(rule, MeasureRule)
    assert rule.threshold == Fraction(1, 3)


def test_formats_are_those_of_the_prober() -> None:
    rule = parse_rule("format in [jpeg, png, webp]")
    assert rule == FormatRule(("jpeg", "png", "webp"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("duration_seconds <= 30s", "the name of the metric says the unit"),
        ("file_size_mb <= 10MB", "the name of the metric says the unit"),
        ("file_size_mb <= 10 MiB", "the name of the metric says the unit"),
        ("value <= 1e3", "no exponent"),
        ("value <= 1,000", "no thousands mark"),
        ("value <= .5", "decimal number"),
        ("value <=", "decimal number"),
        ("format in [jpg]", "`jpeg`"),
        ("format in [PNG]", "`png`"),
        ("format in [opus]", "`ogg`"),
        ("format in []", "no name"),
        ("format in [jpeg,,png]", "no name"),
        ("format == jpeg", "measure 'format'"),
        ("count <= 3:4", "not a quotient"),
        ("width/height <= 1:0", "divides by zero"),
        ("duration <= 3", "duration_seconds"),
        ("characters(greek) < 3", "hangul"),
        ("2 <= count", "measure '2'"),
        ("count", "not understood"),
        ("", "not understood"),
    ],
)
def test_a_malformed_rule_says_what_to_write(text: str, says: str) -> None:
    with pytest.raises(MalformedRule) as caught:
        parse_rule(text)
    assert says in f"{caught.value.message} {caught.value.hint}"


def test_counting_by_blocks_is_counting_one_by_one() -> None:
    draw = random.Random(7)
    for script, ranges in SCRIPTS.items():
        pairs = [(part.split("-") * 2)[:2] for part in ranges.split()]
        known = [(int(first, 16), int(last, 16)) for first, last in pairs]
        edges = [end + step for pair in known for end in pair for step in (-1, 0, 1)]
        for _ in range(200):
            text = "".join(map(chr, draw.choices([*edges, 0x20, 0x61], k=6)))
            expected = sum(any(a <= ord(c) <= b for a, b in known) for c in text)
            assert count_in_script(text, script) == expected


@pytest.mark.parametrize(
    ("text", "script", "count"),
    [
        ("漢字 and かな", "han", 2),
        ("漢字 and かな", "hiragana", 2),
        ("カタカナ", "katakana", 4),
        ("한국어 text", "hangul", 3),
        ("plain", "latin", 5),
        ("plain, 漢字é", "latin", 6),
        ("Привет, мир", "cyrillic", 9),
        ("𠮷野家", "han", 3),
        ("plain", "han", 0),
    ],
)
def test_characters_of_a_script(text: str, script: str, count: int) -> None:
    assert count_in_script(text, script) == count
