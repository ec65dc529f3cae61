"""The units that descriptions write, and what they are in the units of rules."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple


class UnitMeaning(NamedTuple):
    """What a unit measures, and how many of the rule language's unit it is."""

    family: str
    factor: Fraction = Fraction(1)


_KIBI = Fraction(1, 2**10)
UNITS: Mapping[str, UnitMeaning] = MappingProxyType(
    {
        "ms": UnitMeaning("seconds", Fraction(1, 1000)),
        "s": UnitMeaning("seconds"),
        "min": UnitMeaning("seconds", Fraction(60)),
        "h": UnitMeaning("seconds", Fraction(3600)),
        "B": UnitMeaning("mebibytes", Fraction(1, 2**20)),
        "KB": UnitMeaning("megabytes", Fraction(1, 1000)),
        "MB": UnitMeaning("megabytes"),
        "M": UnitMeaning("letter"),
        # A gigabyte may be 1024 megabytes; the larger one refuses less.
        "GB": UnitMeaning("megabytes", Fraction(1024)),
        "KiB": UnitMeaning("mebibytes", _KIBI),
        "MiB": UnitMeaning("mebibytes"),
        "GiB": UnitMeaning("mebibytes", Fraction(2**10)),
        "px": UnitMeaning("pixels"),
        "MP": UnitMeaning("megapixels"),
        "fps": UnitMeaning("fps"),
        "frame": UnitMeaning("frames"),
        "character": UnitMeaning("characters"),
        "word": UnitMeaning("unmeasured"),
    }
)
"""Every unit by the meaning that the lexicon gives it."""
