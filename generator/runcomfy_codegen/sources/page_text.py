"""A page as running text that knows the position in the source of every character."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from ..ir.diagnostic import Position
from ..ir.json_text import JsonText, KnownPosition


@dataclass(frozen=True, slots=True)
class Caption:
    """The title and the description of a page; empty if the page has no text for them."""

    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The text of a page, its form (``page-text`` or ``page-html``) and declared language.

    ``marks`` are offsets of the text with known positions in the source, in order; later
    positions are counted from them. ``heading`` is the text of the first heading element,
    ``head`` the metadata for browsers and search engines.
    """

    text: str
    form: str
    lang: str = ""
    marks: tuple[KnownPosition, ...] = ()
    heading: str = ""
    head: Caption = Caption()

    def place(self, offset: int) -> Position:
        """The position in the source of the character at ``offset``."""
        return self._whole().at(offset)

    def json(self, start: int, end: int) -> JsonText:
        """A slice of the text as JSON that knows its position."""
        return self._whole().part(start, end)

    def _whole(self) -> JsonText:
        return JsonText(self.text, marks=self.marks)


# Building running text from markup.


_NO_BREAK = "\u00a0"
_RUN = re.compile(r"[ \t\r\n\f]+|[^ \t\r\n\f]+")
"""White space of HTML, or the text between it (HTML standard, "ASCII whitespace").
Other blanks, such as U+3000 and U+00A0, are part of the text."""

_STRING_OR_BLANK = re.compile(rf'"(?:[^"\\\n]|\\.)*"?|{_NO_BREAK}')


@dataclass(slots=True)
class TextBuilder:
    """Text with ``marks``, the positions in ``source`` of all its pieces.

    ``starts`` are the offsets of the lines of the source.
    """

    source: str
    parts: list[str] = field(default_factory=list[str])
    marks: list[KnownPosition] = field(default_factory=list[KnownPosition])
    starts: list[int] = field(init=False)
    _length: int = 0
    _at_line_start: bool = True
    _code_begins: int = 0
    _codes: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def __post_init__(self) -> None:
        breaks = (match.end() for match in re.finditer("\n", self.source))
        self.starts = [0, *breaks]

    def write(self, offset: int, text: str, *, verbatim: bool) -> None:
        """Add text from ``offset`` of the source.

        Outside of code, white space becomes one blank, and no blank begins a line.
        """
        if verbatim:
            self._add(offset, text)
            return
        for run in _RUN.finditer(text):
            blank = run[0][0] in " \t\r\n\f"
            if not blank:
                self._add(offset + run.start(), run[0])
            elif not self._at_line_start:
                self._add(offset + run.start(), " ")

    def end_line(self) -> None:
        """Begin a new line, unless the current one is empty."""
        if not self._at_line_start:
            self._append("\n")

    def begin_code(self) -> None:
        """The following text is code."""
        self._code_begins = self._length

    def end_code(self) -> None:
        """The code ends here."""
        self._codes.append((self._code_begins, self._length))

    def text(self) -> str:
        """The whole text. In code, non-breaking blanks outside of strings become plain blanks.

        Editors and content systems write indentation as ``&nbsp;``, which JSON does not allow.
        """
        whole, done = "".join(self.parts), 0
        pieces: list[str] = []
        for begin, end in self._codes:
            pieces += (
                whole[done:begin],
                _STRING_OR_BLANK.sub(_plain, whole[begin:end]),
            )
            done = end
        return "".join((*pieces, whole[done:]))

    def _add(self, offset: int, text: str) -> None:
        if text:
            line = bisect_right(self.starts, offset)
            place = Position(line, offset - self.starts[line - 1] + 1)
            self.marks.append((self._length, place))
            self._append(text)

    def _append(self, text: str) -> None:
        self.parts.append(text)
        self._length += len(text)
        self._at_line_start = text.endswith("\n")


def _plain(match: re.Match[str]) -> str:
    return " " if match[0] == _NO_BREAK else match[0]
