"""The curl examples of an API page that start a job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from ..ir.json_stop import Stop
from .structure import Slice, decode

_COMMAND = re.compile(r"\bcurl\s+(?=[-\"'h])")
_POST = re.compile(r"(?:--request|-X)[\s=]{0,8}[\"']?POST\b")
# A published id may hold spaces, unencoded, so it ends where the line or the argument does.
_MODEL = re.compile(
    r"https?://[^\s'\"/]+/v1/models/(?P<id>[^\r\n'\"\\]{1,300}?)"
    r"(?=\s{0,8}(?:[\\'\"\r\n]|\s-{1,2}[A-Za-z]|\Z))"
)
_DATA = re.compile(r"(?:--data(?:-raw|-binary)?|--json|-d)[\s=]{1,8}\$?['\"]?\s*\Z")
_CONTINUED = re.compile(r"(?:[^\n]*\\[ \t\r]*\n)*[^\n]*")


@dataclass(frozen=True, slots=True)
class Post:
    """One ``POST …/v1/models/<id>``: where it stands, the id, and its body.

    ``body`` is where the body stops being JSON if it is not, and None if there is none.
    """

    start: int
    end: int
    model_id: str
    body: Slice | Stop | None


def find_posts(text: str) -> list[Post]:
    """Every submit example of a page, in order. Status, result and cancel are not among them."""
    starts = [found.start() for found in _COMMAND.finditer(text)]
    posts: list[Post] = []
    for start, limit in pairwise([*starts, len(text)]):
        inside_body = posts and start < posts[-1].end
        post = None if inside_body else _post(text, start, limit)
        if post is not None:
            posts.append(post)
    return posts


def _post(text: str, start: int, limit: int) -> Post | None:
    """Read the command at ``start``; it ends before ``limit``, its body may be longer."""
    brace = text.find("{", start, limit)
    head = text[start : limit if brace < 0 else brace]
    model = _MODEL.search(head)
    if model is None or not _POST.search(head):
        return None
    # The body is JSON from its brace on; the quotes of the shell around it are no guide,
    # since published prompts hold bare apostrophes.
    body = decode(text, brace) if brace >= 0 and _DATA.search(head) else None
    return Post(
        start, _end(text, start, head, body), unquote(model["id"].strip()), body
    )


def _end(text: str, start: int, head: str, body: Slice | Stop | None) -> int:
    if isinstance(body, Slice):
        return body.end + (text[body.end : body.end + 1] in ("'", '"'))
    if isinstance(body, Stop):
        return body.offset
    lines = _CONTINUED.match(head)
    command = lines[0] if lines else head
    last = command.rpartition("\n")[2]
    # Crawled prose may follow on the same line, right behind the last quoted argument.
    return (
        start + len(command) - (len(last) - last.rindex('"') - 1 if '"' in last else 0)
    )
