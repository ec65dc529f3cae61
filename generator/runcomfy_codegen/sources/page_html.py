"""A published API page as HTML, converted to the text that a reader sees.

It uses the parser of the standard library, which reports the position of each piece of
text. The trees of other libraries have positions for elements only.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from ..ir.diagnostic import Position
from .origin import Origin, SourceItem
from .page import read_page
from .page_text import Caption, PageText, TextBuilder

_HIDDEN_ELEMENTS = frozenset(
    {"title", "script", "style", "noscript", "template", "svg", "canvas"}
    | {"button", "select", "iframe", "object"}
)
_BLOCK_ELEMENTS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "details", "div"}
    | {"dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2"}
    | {"h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p"}
    | {"pre", "section", "summary", "table", "tr", "ul"}
)
_VOID_ELEMENTS = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"}
    | {"source", "track", "wbr"}
)
"""Elements without content and end tag (HTML standard, "Void elements")."""

_VERBATIM_ELEMENTS = frozenset({"pre", "code", "textarea"})
_LINE_NUMBERS = re.compile(r"line-?number", re.IGNORECASE)
# As the standard library's html.unescape finds them (HTML standard, "Character references").
_ENTITY = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")
_HTML = re.compile(r"\s*<(?:!doctype|!--|\?xml|[a-z])", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z/!?]")
_SITE_SUFFIX = re.compile(r"(?:^|\s*[|–—-]\s*)RunComfy$")

_Attributes = Sequence[tuple[str, str | None]]


def is_html(text: str, origin: Origin) -> bool:
    """Whether a source begins as HTML does."""
    return _HTML.match(text) is not None


def read_html_page(text: str, origin: Origin) -> Iterator[SourceItem]:
    """The document of an API page in HTML, and diagnostics about it."""
    try:
        page = html_to_text(text)
    except MarkupError as error:
        yield origin.diagnostic(
            "not-html",
            f"not HTML: {error}",
            place=Position(),
            hint="save the page again",
        )
    else:
        yield from read_page(page, origin)


class MarkupError(ValueError):
    """The markup is too broken for the parser."""


def html_to_text(source: str) -> PageText:
    """Convert HTML to running text; code stays verbatim. Raises ``MarkupError``.

    Scripts are left out, because they repeat the data of the page in other forms. The text
    knows the exact position of every character in the source.
    """
    reader = _PageParser(source)
    try:
        reader.feed(source[: _end_of_markup(source)])
        reader.close()
    except AssertionError as error:
        raise MarkupError(str(error)) from None
    return PageText(
        text=reader.builder.text(),
        form="page-html",
        lang=reader.lang,
        marks=tuple(reader.builder.marks),
        heading=_one_line(reader.heading),
        head=Caption(
            _SITE_SUFFIX.sub("", _one_line(reader.title)), _one_line(reader.description)
        ),
    )


def _end_of_markup(source: str) -> int:
    """The offset of a tag that never ends: browsers show nothing from there on (HTML standard,
    "eof-in-tag"). The parser would search for its end again at every ``<``.
    """
    tag = _TAG.search(source, source.rfind(">") + 1)
    return tag.start() if tag else len(source)


@dataclass(frozen=True, slots=True)
class _Element:
    """An open element: how its text is treated, and where that text begins."""

    name: str
    hidden: bool = False
    verbatim: bool = False
    is_page_title: bool = False
    begin: int = 0


class _PageParser(HTMLParser):
    """Tracks the open elements, and passes on the text in them that is visible."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = TextBuilder(source)
        self.lang = self.title = self.heading = self.description = ""
        self._open = [_Element("")]
        self._names = Counter[str]()

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        """Enter an element; leave it at once if it has no content."""
        around = self._open[-1]
        if tag in _BLOCK_ELEMENTS and not around.hidden:
            self.builder.end_line()
        if tag == "meta":
            self._meta(dict(attrs))
        if tag == "html" and not self.lang:
            self.lang = dict(attrs).get("lang") or ""
        if tag in _VOID_ELEMENTS:
            return
        verbatim = around.verbatim or tag in _VERBATIM_ELEMENTS
        if verbatim and not around.verbatim:
            self.builder.begin_code()
        self._names[tag] += 1
        self._open.append(
            _Element(
                tag,
                hidden=around.hidden
                or tag in _HIDDEN_ELEMENTS
                or _is_line_numbers(attrs),
                verbatim=verbatim,
                is_page_title=tag == "title" and not around.hidden and not self.title,
                begin=len(self.builder.parts),
            )
        )

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and unclosed elements inside it."""
        while self._names[tag]:
            left = self._open.pop()
            self._names[left.name] -= 1
            self._leave(left)
            if left.name == tag:
                return

    def handle_data(self, data: str) -> None:
        """Add text, in which entities are already characters."""
        inside = self._open[-1]
        if inside.is_page_title:
            self.title += data
        if inside.hidden:
            return
        line, column = self.getpos()
        for offset, text in self._pieces(self.builder.starts[line - 1] + column, data):
            self.builder.write(offset, text, verbatim=inside.verbatim)

    def close(self) -> None:
        """Process the rest, and leave all elements."""
        super().close()
        while len(self._open) > 1:
            self._leave(self._open.pop())

    def _pieces(self, offset: int, data: str) -> Iterator[tuple[int, str]]:
        """Text from ``offset`` of the source, split at every entity."""
        source, done = self.builder.source, 0
        end = source.find("<", offset + 1)
        for entity in _ENTITY.finditer(source, offset, end if end > 0 else len(source)):
            plain = source[offset : entity.start()]
            if done + len(plain) >= len(data):
                break
            meaning = html.unescape(entity[0])
            yield from ((offset, plain), (entity.start(), meaning))
            done += len(plain) + len(meaning)
            offset = entity.end()
        yield offset, data[done:]

    def _leave(self, element: _Element) -> None:
        if element.name in _BLOCK_ELEMENTS and not element.hidden:
            self.builder.end_line()
        if element.verbatim and not self._open[-1].verbatim:
            self.builder.end_code()
        if element.name == "h1" and not self.heading.strip():
            self.heading = "".join(self.builder.parts[element.begin :])

    def _meta(self, attributes: dict[str, str | None]) -> None:
        if (attributes.get("name") or "").lower() == "description":
            self.description = self.description or attributes.get("content") or ""


def _is_line_numbers(attributes: _Attributes) -> bool:
    """Whether an element has the line numbers that highlighters print next to code."""
    return any(
        name == "class" and _LINE_NUMBERS.search(value or "")
        for name, value in attributes
    )


def _one_line(text: str) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text).strip()
