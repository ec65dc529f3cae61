"""Whether the words of a limit are in a description."""

from __future__ import annotations

import pytest

from runcomfy_codegen.limits.published_words import contains_quote


@pytest.mark.parametrize(
    ("description", "quote"),
    [
        ("Up to 10 files", "Up to 10"),
        ("Max  10\n\tMB.", "Max 10 MB"),
        ("Max 10 MB", " Max 10\n MB "),
        ("e\u0301tat", "\u00e9tat"),
        ("No 10. No 1", "No 1"),
        ("Bytes: 5.", "5"),
        ("大小最大10MB。支持", "大小最大10MB"),
        ("a\u00a0b", "a b"),
    ],
)
def test_words_that_are_there(description: str, quote: str) -> None:
    assert contains_quote(description, quote)


@pytest.mark.parametrize(
    ("description", "quote"),
    [
        ("Up to 10 files", "Up to 1"),
        ("Up to 10 files", "p to 10"),
        ("Up to 2.5", "Up to 2"),
        ("Up to 2.5", "Up to 2."),
        ("Up to 1,000", "Up to 1"),
        ("1,000 files", "000 files"),
        ("is 2.5 MB", ".5 MB"),
        ("Up to 10 files", "up to 10"),
        ("最大十五张", "最大十五"),
        ("cafe\u0301s", "cafe\u0301"),
        ("anything", "..."),
    ],
)
def test_words_that_are_not_there_or_cut(description: str, quote: str) -> None:
    assert not contains_quote(description, quote)
