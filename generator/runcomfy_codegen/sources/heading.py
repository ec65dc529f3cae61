"""What a page calls its model: the lines around the one that is the model's id."""

from __future__ import annotations

import re

_RAW_KEY = re.compile(r"[a-z][A-Za-z0-9]*_[A-Za-z0-9_]+")
_NUMBERED = re.compile(r"1\.\s")


def heading(text: str, model_id: str) -> tuple[str, str]:
    """Title and description from the text in front of the first example; empty if not there.

    Long crawls hold them, short ones do not. A raw translation key (``modelApiDoc_title``,
    seen on broken pages) is no title.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if model_id not in lines:
        return "", ""
    at = lines.index(model_id)
    title = lines[at - 1] if at > 0 else ""
    return _readable(title), _readable(_description(lines[at + 1 :], model_id))


def _description(lines: list[str], model_id: str) -> str:
    """The line under the id, unless it is what comes next on a page without description.

    That is the table of contents, a heading and a line that begins with "1.", or the
    first sentence, which names the model.
    """
    first, second = [*lines, "", ""][:2]
    contents = _NUMBERED.match(first) or _NUMBERED.match(second)
    return "" if contents or model_id in first else first


def _readable(text: str) -> str:
    return "" if _RAW_KEY.fullmatch(text) else text
