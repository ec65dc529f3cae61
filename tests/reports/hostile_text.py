"""Published texts that try to command a CI runner, a terminal, or a page of GitHub."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

PIECES = (
    "\n::add-mask::FORGED",
    "\r\n::stop-commands::FORGED",
    "\n  ::set-output name=bump::FORGED",
    "::group::FORGED",
    "\u2028::error file=FORGED::x",
    "\x85::debug::FORGED",
    "##[set-output name=bump]FORGED",
    "##vso[task.setvariable]FORGED",
    "####[[group]",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x00\x7f\x9b\u202e\ufeff\U000e0041",
    "\ud800",
    "@octocat @org/team",
    "https://evil.example/x?a=b",
    "www.evil.example",
    "me@evil.example",
    "evil.example",
    "#12 GH-12 org/repo#12 0123456789abcdef0123456789abcdef01234567 deadbeef",
    "<img src=https://evil.example/a.png>",
    "<script>alert(1)</script>",
    "</details><h1>",
    "<!-- runcomfy-codegen diff -->",
    "![x](https://evil.example/a.png)",
    "[x](https://evil.example) [x][y]\n\n[y]: https://evil.example",
    "<https://evil.example>",
    "`code` ``two``",
    "`",
    "```\nfence\n```",
    "|",
    "\\|",
    "\\\\|",
    "\\",
    "**b** _i_ ~s~ $x$ :smile:",
    "&#64;octocat &lt;img&gt; &amp;",
    "%0A::error::FORGED %25",
    "\n# heading\n- list\n> quote\n---\n",
    " lead ",
    "a plain word, 3.5",
)


def hostile(chance: random.Random) -> str:
    """A text of a few of these pieces."""
    return "".join(chance.choices(PIECES, k=chance.randint(1, 3)))


def entries(chance: random.Random) -> list[dict[str, Any]]:
    """Catalog entries with such a text in every place that has one."""
    return [_entry(chance, f"acme/model-{number}") for number in range(3)]


def _entry(chance: random.Random, model_id: str) -> dict[str, Any]:
    def text() -> str:
        return hostile(chance)

    rule = {
        "validation_rule": chance.choice(["width_pixels<=", "width_pixels<=" + text()]),
        "validation_value": chance.randint(10, 90),
        "validation_error": text(),
    }
    number = {"type": "integer", "maximum": chance.randint(1, 99), "default": text()}
    properties: dict[str, Any] = {
        text(): {"type": chance.choice(["string", "integer"]), "description": text()},
        text(): {"type": "string", "enum": [text(), text()], "title": text()},
        "mode": {
            "type": "string",
            "enum": ["a", text(), text()],
            "description": text(),
        },
        "steps": {**number, "description": "max 3 " + text()},
        "image_url": {"type": "string", "format": "image_uri", "validations": [rule]},
        "shape": {"type": "string", text(): text(), "pattern": text(), "const": text()},
        "word": {
            "type": "string",
            "maxLength": chance.randint(1, 9),
            "default": text(),
        },
        "part": {"type": "object", "properties": {text(): {"format": text()}}},
    }
    for name in chance.sample([*properties], k=chance.randint(0, 3)):
        del properties[name]
    names = [*properties, text()]
    return {
        "model_id": model_id,
        "display_name": text(),
        "description": text(),
        "kind": text(),
        "categories": [text()],
        "input_schema": {
            "type": "object",
            "properties": properties,
            "required": chance.sample(names, k=2),
        },
    }


# What a reader of the output may not see.

_COMMAND = re.compile(r"\s*::")
_OWN_COMMAND = re.compile(
    r"::(?:error|warning|notice) ?(?:(?:file|line|col|title)=(?!FORGED)[^,:]*,?)*::"
)


def problems(text: str, *, form: str = "text") -> Iterator[str]:
    """The lines of an output that a runner or a terminal would obey."""
    for line in re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text):
        if re.search(r"##\w*\[", line):
            yield f"bracket command: {line!r}"
        own = form == "github" and _OWN_COMMAND.match(line)
        if _COMMAND.match(line) and not own:
            yield f"colon command: {line!r}"
        if form == "github" and line and not own:
            yield f"no annotation: {line!r}"
    for character in text:
        if character != "\n" and not character.isprintable():
            yield f"raw {character!r}"
    if form in ("json", "sarif") and text:
        json.loads(text)


_RENDERER = MarkdownIt("gfm-like")
_OWN_HTML = re.compile(
    r"<!-- runcomfy-codegen [a-z]+ -->|<details><summary>[\w ]+</summary>|</details>"
)
_PINGS = re.compile(r"@|#\d|GH-\d|://|www\.|\b[0-9a-f]{7,40}\b|<|&")


def markdown_problems(text: str) -> Iterator[str]:
    """What a page of GitHub would render, load or ping beyond texts and tables."""
    for token in _RENDERER.parse(text):
        if token.type == "html_block" and not _OWN_HTML.fullmatch(
            token.content.strip()
        ):
            yield f"html: {token.content!r}"
        if token.type in ("fence", "code_block", "blockquote_open", "hr"):
            yield f"block: {token.type}"
        for inner in token.children or ():
            yield from _inline_problems(inner)


def _inline_problems(token: Token) -> Iterator[str]:
    if token.type not in (
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "softbreak",
    ):
        yield f"{token.type}: {token.content or token.attrs!r}"
    if token.type == "text" and _PINGS.search(token.content):
        yield f"pings: {token.content!r}"
