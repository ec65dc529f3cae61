"""What a page calls its model: its first heading, or the lines around the model's id."""

from __future__ import annotations

import re

from .page_text import Caption, PageText

_RAW_KEY = re.compile(
    r"[a-z][A-Za-z0-9]*(?:_[A-Za-z0-9_]+|(?:\.[A-Za-z][A-Za-z0-9]*)+)"
)
_FIRST = re.compile(r"1\.\s")
_SECOND = re.compile(r"(?:^|\D)2\.\s")
_COLON = re.compile(r"\s*[:\uff1a]$")
_SENTENCE = re.compile(r"[.!?。!?…]$")

_CONTENTS = frozenset(
    {"contents", "table of contents", "on this page", "inhalt", "inhaltsverzeichnis"}
    | {"contenido", "contenidos", "índice", "tabla de contenidos", "sommaire"}
    | {"table des matières", "indice", "contenuti", "sommario", "conteúdo", "sumário"}
    | {"содержание", "оглавление", "目录", "目錄", "目次", "목차"}
)
"""The heading of a table of contents in the languages of the site, lower case."""


def caption(page: PageText, end: int, model_id: str) -> Caption:
    """Title and description from the page in front of ``end``, its first example.

    A heading element counts most, then the lines around the id, then what the markup says
    to browsers. A raw translation key (``modelApiDoc_title``, ``modelApiDoc.title``, seen
    on broken pages) is neither title nor description.
    """
    lines = _around(page.text[:end], model_id)
    return Caption(
        title=_readable(page.heading, lines.title, page.head.title),
        description=_readable(lines.description, page.head.description),
    )


def _around(text: str, model_id: str) -> Caption:
    """The lines above and below the id. Long crawls hold them, short ones do not."""
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    if model_id not in lines:
        return Caption()
    at = lines.index(model_id)
    title = lines[at - 1] if at > 0 else ""
    return Caption(title, _description(lines[at + 1 :], model_id))


def _description(lines: list[str], model_id: str) -> str:
    """The line under the id, unless it is what comes next on a page without description.

    That is the table of contents, a numbered heading, or the first sentence, which names
    the model.
    """
    first, second, third = [*lines, "", "", ""][:3]
    if _FIRST.match(first) or _heads_contents(first, second, third):
        return ""
    return "" if model_id in first else first


def _heads_contents(first: str, second: str, third: str) -> bool:
    """Whether a line is the heading of a table of contents: by its words, or its place.

    What is no sentence and stands on a list of sections is one in any language; a single
    numbered line may as well be the first section.
    """
    if not _FIRST.match(second):
        return False
    if _COLON.sub("", first).lower() in _CONTENTS:
        return True
    listed = _SECOND.search(second) or _SECOND.match(third)
    return listed is not None and not _SENTENCE.search(first)


def _readable(*candidates: str) -> str:
    """The first candidate that says something to a reader."""
    return next((it for it in candidates if it and not _RAW_KEY.fullmatch(it)), "")
