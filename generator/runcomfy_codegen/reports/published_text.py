"""Published text in reports: readers see it, and no program obeys it.

A description can hold a newline and a workflow command, an escape sequence, a mention, a
link or HTML. There is one function for each format; nothing else in reports escapes text.
"""

from __future__ import annotations

import re
import string

from ..ir.json_text import with_escaped_surrogates

# A CI runner obeys `##[command]` anywhere in a line (Azure: `##vso[command]`), and
# `::command::` at the start of a line, after white space.
_BRACKET_COMMAND = re.compile(r"##(\w*)\[")
_COLON_COMMAND = re.compile(r"^( *)::")
_NOT_ASCII_OR_CONTROL = re.compile(r"[^\n -~]")
_LINK = re.compile(r"\[([^\]]*)\]\(")

# Words and numbers have no meaning in Markdown. Seven letters or more from a to f could be
# the hash of a commit, which GitHub links.
_WORD = re.compile(
    r"(?:(?![a-f]{7,40}\b)[A-Za-z]+|\d{1,6}(?:\.\d{1,6})?)[.,;:]?", re.ASCII
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_BACKTICKS = re.compile(r"`+")

_ENTITIES = {
    ord(sign): f"&#{ord(sign)};" for sign in string.punctuation if sign not in "-.,/"
}
_ITEM = re.compile(r"^(\d*)([-.])")
"""What begins an item of a list, or a rule."""


def terminal_safe(text: str) -> str:
    """The text on one line, for a terminal or a log.

    Line ends, control characters and direction marks become escapes, and workflow commands
    lose their brackets or their first colon.
    """
    shown = text if text.isprintable() else "".join(map(_escaped, text))
    return without_colon_command(_BRACKET_COMMAND.sub(r"##\1\\x5b", shown))


def without_colon_command(line: str) -> str:
    """A printable line that starts no workflow command, however it came to start there."""
    return _COLON_COMMAND.sub(r"\1\\x3a:", line)


def terminal_safe_lines(text: str) -> str:
    """A message of several lines, each of them printable."""
    return "\n".join(map(terminal_safe, text.split("\n")))


def _escaped(character: str) -> str:
    return character if character.isprintable() else repr(character)[1:-1]


def in_json(document: str) -> str:
    """A JSON document with escapes in place of commands and of what is not printable."""
    shown = _BRACKET_COMMAND.sub(r"##\1\\u005b", with_escaped_surrogates(document))
    return _NOT_ASCII_OR_CONTROL.sub(_json_escape, shown)


def _json_escape(match: re.Match[str]) -> str:
    character = match.group()
    if character.isprintable():
        return character
    units = character.encode("utf-16-be")
    pairs = (units[index : index + 2].hex() for index in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs)


def in_workflow_command(text: str) -> str:
    """One line of the message of a workflow command, as the runner decodes it."""
    return terminal_safe(text).replace("%", "%25")


def in_sarif(text: str) -> str:
    """A message of SARIF without embedded links (SARIF 2.1.0, 3.11.6)."""
    return _LINK.sub(r"\\[\1](", text)


def in_markdown(text: str) -> str:
    """The text as GitHub shows it: words, and a code span around everything else.

    GitHub looks for mentions, links and issues in the rendered page, where escapes and
    entities are gone. It does not look in code.
    """
    words = terminal_safe(text).split(" ")
    odd = [index for index, word in enumerate(words) if not _WORD.fullmatch(word)]
    if not odd or words == [""]:
        return " ".join(words)
    first, last = odd[0], odd[-1] + 1
    code = _code_span(" ".join(words[first:last]) or " ")
    return " ".join((*words[:first], code, *words[last:]))


def in_table_cell(text: str) -> str:
    """The same in a cell of a table, which a vertical bar would end.

    Renderers disagree about a bar after a backslash, so that one becomes an escape.
    """
    shown = in_markdown(text).replace("\\|", "\\\\x7c")
    return shown.replace("|", "\\|")


def in_page(text: str) -> str:
    """The text on one line in the Markdown of a web page, where nothing is fetched or made a link.

    Punctuation becomes entities: whatever reads the Markdown finds no syntax in it, and
    whatever reads the HTML finds no tag. Line ends are blanks.
    """
    shown = "".join(map(_escaped, " ".join(text.split())))
    return _ITEM.sub(_item_entity, shown.translate(_ENTITIES))


def _item_entity(match: re.Match[str]) -> str:
    return f"{match[1]}&#{ord(match[2])};"


def _code_span(text: str) -> str:
    text = _TAG.sub(r"\\x3c", text)
    fence = "`" * (max(map(len, _BACKTICKS.findall(text)), default=0) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"
