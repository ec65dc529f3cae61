"""A published API page as HTML, reduced to the text that a reader sees."""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.builder import ParserRejectedMarkup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from ..ir.diagnostic import Place
from .page_text import PageText

_UNSEEN = frozenset(
    {"head", "script", "style", "noscript", "template", "svg", "canvas"}
    | {"button", "select", "input", "iframe", "object"}
)
_LINES = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "details", "div"}
    | {"dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2"}
    | {"h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p"}
    | {"pre", "section", "summary", "table", "tr", "ul"}
)
_AS_WRITTEN = frozenset({"pre", "code", "textarea"})
_GUTTER = re.compile(r"line-?number", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


class MarkupError(ValueError):
    """The markup is too broken to be parsed."""


def html_text(source: str) -> PageText:
    """Reduce HTML to running text, code word for word. Raises ``MarkupError``.

    Scripts are left out: they repeat the page's data in other shapes. Places are exact
    at the beginning of an element; behind a closing tag or an entity the line is right
    as long as the text keeps the line breaks of the source, the column is near.
    """
    soup = _parsed(source)
    flow = _Flow(source)
    _walk(soup, flow)
    root = soup.find("html")
    lang = root.get("lang") if isinstance(root, Tag) else None
    return PageText(
        text="".join(flow.parts),
        form="page-html",
        lang=lang if isinstance(lang, str) else "",
        marks=tuple(flow.marks),
    )


def _parsed(source: str) -> BeautifulSoup:
    with warnings.catch_warnings():
        # A page that begins as XHTML is still read as a browser reads it.
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        try:
            return BeautifulSoup(source, "html.parser")
        except (ParserRejectedMarkup, AssertionError) as error:
            raise MarkupError(str(error)) from None


@dataclass(slots=True)
class _Flow:
    """Text as it grows, with the places of its pieces."""

    source: str
    parts: list[str] = field(default_factory=list[str])
    marks: list[tuple[int, Place]] = field(default_factory=lambda: [(0, Place())])
    length: int = 0
    fresh: bool = True
    opened: Place | None = None
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        breaks = (found.end() for found in re.finditer("\n", self.source))
        self.starts = [0, *breaks]

    def open(self, tag: Tag) -> None:
        """Remember where the content of an element begins."""
        if tag.sourceline is not None and tag.sourcepos is not None:
            offset = self.starts[tag.sourceline - 1] + tag.sourcepos
            end = self.source.find(">", offset) + 1
            line = bisect_right(self.starts, end)
            self.opened = Place(line, end - self.starts[line - 1] + 1)

    def write(self, text: str, *, as_written: bool) -> None:
        """Add text; outside of code, white space is one blank, and none begins a line."""
        if not as_written:
            text = _BLANKS.sub(" ", text)
            text = text.lstrip() if self.fresh else text
        if not text:
            return
        if self.opened is not None:
            self.marks.append((self.length, self.opened))
            self.opened = None
        self._add(text)

    def end_line(self) -> None:
        """Begin a new line, unless one has just begun."""
        if not self.fresh:
            self._add("\n")

    def _add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
        self.fresh = text.endswith("\n")


@dataclass(frozen=True, slots=True)
class _EndOfLine:
    """Stands behind the children of an element that is a line of its own."""


def _walk(soup: BeautifulSoup, flow: _Flow) -> None:
    """Visit the tree without recursion: saved pages can be nested very deeply."""
    pending: list[tuple[PageElement | _EndOfLine, bool]] = [(soup, False)]
    while pending:
        node, as_written = pending.pop()
        if isinstance(node, _EndOfLine):
            flow.end_line()
        elif isinstance(node, Tag):
            pending.extend(_entered(node, as_written, flow))
        elif isinstance(node, PreformattedString):
            continue  # a comment, or the document type
        elif isinstance(node, NavigableString):
            flow.write(str(node), as_written=as_written)


def _entered(
    tag: Tag, as_written: bool, flow: _Flow
) -> list[tuple[PageElement | _EndOfLine, bool]]:
    """What is to be visited below an element, the last first."""
    if tag.name in _UNSEEN or _is_gutter(tag):
        return []
    is_line = tag.name in _LINES
    if is_line:
        flow.end_line()
    flow.open(tag)
    inner = as_written or tag.name in _AS_WRITTEN
    below = [(child, inner) for child in reversed(tag.contents)]
    return [(_EndOfLine(), False), *below] if is_line else [*below]


def _is_gutter(tag: Tag) -> bool:
    """The line numbers that highlighters print beside code."""
    classes = tag.get("class")
    return classes is not None and any(_GUTTER.search(name) for name in classes)
