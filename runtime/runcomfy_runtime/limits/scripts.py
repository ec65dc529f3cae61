"""How many characters of a text belong to a script (the Script property of Unicode 17)."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

SCRIPTS: Mapping[str, str] = MappingProxyType(
    {
        "han": "2e80-2e99 2e9b-2ef3 2f00-2fd5 3005 3007 3021-3029 3038-303b 3400-4dbf "
        "4e00-9fff f900-fa6d fa70-fad9 16fe2-16fe3 16ff0-16ff6 20000-2a6df 2a700-2b81d "
        "2b820-2cead 2ceb0-2ebe0 2ebf0-2ee5d 2f800-2fa1d 30000-3134a 31350-33479",
        "hiragana": "3041-3096 309d-309f 1b001-1b11f 1b132 1b150-1b152 1f200",
        "katakana": "30a1-30fa 30fd-30ff 31f0-31ff 32d0-32fe 3300-3357 ff66-ff6f "
        "ff71-ff9d 1aff0-1aff3 1aff5-1affb 1affd-1affe 1b000 1b120-1b122 1b155 "
        "1b164-1b167",
        "hangul": "1100-11ff 302e-302f 3131-318e 3200-321e 3260-327e a960-a97c ac00-d7a3 "
        "d7b0-d7c6 d7cb-d7fb ffa0-ffbe ffc2-ffc7 ffca-ffcf ffd2-ffd7 ffda-ffdc",
        "latin": "41-5a 61-7a aa ba c0-d6 d8-f6 f8-2b8 2e0-2e4 1d00-1d25 1d2c-1d5c "
        "1d62-1d65 1d6b-1d77 1d79-1dbe 1e00-1eff 2071 207f 2090-209c 212a-212b 2132 214e "
        "2160-2188 2c60-2c7f a722-a787 a78b-a7dc a7f1-a7ff ab30-ab5a ab5c-ab64 ab66-ab69 "
        "fb00-fb06 ff21-ff3a ff41-ff5a 10780-10785 10787-107b0 107b2-107ba 1df00-1df1e "
        "1df25-1df2a",
        "cyrillic": "400-484 487-52f 1c80-1c8a 1d2b 1d78 2de0-2dff a640-a69f fe2e-fe2f "
        "1e030-1e06d 1e08f",
    }
)
"""The code points of each script, as ranges in hexadecimal."""

_ASCII_LETTERS = string.ascii_letters.encode()


def count_in_script(text: str, script: str) -> int:
    """The number of characters of a text that belong to a script."""
    if text.isascii():
        if script != "latin":
            return 0
        return len(text) - len(text.encode().translate(None, _ASCII_LETTERS))
    blocks = _blocks(script)
    high = text.encode("utf-16-le", "surrogatepass")[1::2]
    if not blocks.whole or high.translate(None, _PLANES) != high:
        return len(text) - len(_pattern(_ranges(script), "+").sub("", text))
    # Whole blocks are counted by one byte of each character, the rest one by one.
    inside = len(high) - len(high.translate(None, blocks.whole))
    return inside + len(blocks.rest.findall(text))


_PLANES = bytes(range(0xD8, 0xE0))
"""The first byte of the characters of which UTF-16 needs two."""


class _Blocks(NamedTuple):
    """The blocks of 256 characters that a script has alone, by their first byte, and the rest."""

    whole: bytes
    rest: re.Pattern[str]


@cache
def _blocks(script: str) -> _Blocks:
    low = [(first, last) for first, last in _ranges(script) if last < 0x10000]
    whole = {
        block
        for block in range(256)
        if any(a <= block << 8 and block << 8 | 255 <= b for a, b in low)
    }
    rest = [
        (max(first, block << 8), min(last, block << 8 | 255))
        for first, last in low
        for block in range(first >> 8, (last >> 8) + 1)
        if block not in whole
    ]
    return _Blocks(bytes(sorted(whole)), _pattern(tuple(rest)))


@cache
def _ranges(script: str) -> tuple[tuple[int, int], ...]:
    parts = (part.partition("-") for part in SCRIPTS[script].split())
    return tuple((int(first, 16), int(last or first, 16)) for first, _, last in parts)


@cache
def _pattern(ranges: tuple[tuple[int, int], ...], times: str = "") -> re.Pattern[str]:
    inside = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    return re.compile(f"[{inside}]{times}")
