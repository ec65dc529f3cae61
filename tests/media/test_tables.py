"""The tables of formats, kinds, metrics and operators: a row is complete, and documented."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

import runcomfy_runtime.media.formats as formats
from runcomfy_codegen.ir.model import MediaKind
from runcomfy_runtime.media import sniff
from runcomfy_runtime.media.format_table import FORMATS, KINDS, Kind
from runcomfy_runtime.metrics_and_operators import (
    METRICS,
    OPERATORS,
    SPELLINGS,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "media.md").read_text("utf-8")
PARSERS = {path.stem for path in Path(formats.__path__[0]).glob("*.py")}
SHARED = {"__init__", "bmff", "bmff_tracks", "matroska_elements"}


def test_every_parser_has_a_row_and_every_row_its_parser() -> None:
    named = {row.parser for row in FORMATS.values() if row.parser}
    assert named == PARSERS - SHARED
    for name in named:
        assert callable(sniff._parser(name))


@pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)
def test_a_format_is_complete_and_documented(row: sniff.Format) -> None:
    assert row.kind in KINDS
    assert row.media_type.startswith(f"{row.kind}/")
    assert row.extensions
    assert bool(row.parser) == bool(row.shortest), "the bytes that its parser needs"
    [line] = re.findall(r"^Formats that are read: (.*?)\.\n", PAGE, re.M | re.S)
    if row.parser:
        assert f"`{row.name}`" in line, "docs/media.md lists the formats"


def test_no_two_formats_share_an_extension_or_first_bytes() -> None:
    extensions = [each for row in FORMATS.values() for each in row.extensions]
    assert len(extensions) == len(set(extensions))
    starts = {(start, row.parser) for row in FORMATS.values() for start in row.starts}
    assert not any(
        late.startswith(early) for (early, _), (late, _) in pairwise(sorted(starts))
    )


def test_every_kind_is_complete_and_the_ir_has_the_same() -> None:
    assert set(KINDS) == set(get_args(Kind)) == set(MediaKind)
    for kind, row in KINDS.items():
        assert any(
            row.extension in each.extensions and each.kind == kind
            for each in FORMATS.values()
        )
        assert kind in row.words


def test_every_metric_is_complete_and_documented() -> None:
    for name, row in METRICS.items():
        assert row.name == name
        assert bool(row.word) == bool(row.other_words)
        assert f"`{name}`" in PAGE, "docs/media.md lists the metrics"


def test_every_operator_is_consistent_and_documented() -> None:
    low, limit, high = Fraction(1, 3), Fraction(1, 2), Fraction(2, 3)
    [line] = re.findall(r"^Operators: (.*?)\.\n", PAGE, re.M | re.S)
    for row in OPERATORS.values():
        for value in (low, limit, high):
            inverse = row.swapped.accepts(1 / value, 1 / limit)
            assert row.accepts(value, limit) == inverse
            assert row.accepts(value, limit) != row.negated.accepts(value, limit)
        for spelling in (row.symbol, *row.spellings):
            assert SPELLINGS[spelling] == row.symbol
            assert f"`{spelling}`" in line, "docs/media.md lists the operators"
