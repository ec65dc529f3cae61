"""A page as running text, every character of which knows its place in the source."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from ..ir.diagnostic import Place
from ..ir.json_text import JsonText


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The text of a page, its form (``page-text`` or ``page-html``) and declared language.

    ``marks`` are offsets of the text whose place in the source is known, in order, the
    first of them 0; places between two marks are counted from the earlier one.
    """

    text: str
    form: str
    lang: str = ""
    marks: tuple[tuple[int, Place], ...] = ((0, Place()),)

    def place(self, offset: int) -> Place:
        """Where the character at ``offset`` stands in the source."""
        index = bisect_right(self.marks, offset, key=lambda mark: mark[0]) - 1
        start, place = self.marks[index]
        return JsonText(self.text[start:offset], place).at(offset - start)

    def json(self, start: int, end: int) -> JsonText:
        """A slice of the text as JSON that knows where it stands."""
        return JsonText(self.text[start:end], self.place(start))
