"""A page as running text, every character of which knows its place in the source."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.diagnostic import Place
from ..ir.json_text import JsonText, Mark


@dataclass(frozen=True, slots=True)
class Caption:
    """What a page is called, as far as something told: its title and its description."""

    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The text of a page, its form (``page-text`` or ``page-html``) and declared language.

    ``marks`` are offsets of the text whose place in the source is known, in order; places
    behind one are counted from it. ``heading`` is what the page shows in its first heading
    element, ``head`` what it tells browsers and search engines.
    """

    text: str
    form: str
    lang: str = ""
    marks: tuple[Mark, ...] = ()
    heading: str = ""
    head: Caption = Caption()

    def place(self, offset: int) -> Place:
        """Where the character at ``offset`` stands in the source."""
        return self._whole().at(offset)

    def json(self, start: int, end: int) -> JsonText:
        """A slice of the text as JSON that knows where it stands."""
        return self._whole().part(start, end)

    def _whole(self) -> JsonText:
        return JsonText(self.text, marks=self.marks)
