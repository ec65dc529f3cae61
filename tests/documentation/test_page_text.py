"""Published text is inert in a page, whatever it holds: the renderer finds no syntax in it."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from runcomfy_codegen.reports.published_text import in_page
from runcomfy_docs.page_text import bullets, code, fence, paragraphs
from support.examples import examples
from support.pages import ROOT, blocks_in

SYNTAX = [
    *(
        "<b>",
        "</p>",
        "&amp;",
        "&#60;",
        "**",
        "__",
        "`",
        "```",
        "~~~",
        "* ",
        "- ",
        "1. ",
        "10. ",
    ),
    *(
        "# ",
        "===",
        "---",
        "> ",
        "| a |",
        "    ",
        "\t",
        "[a](b)",
        "![a](b)",
        "[a]: b",
        "{: #x }",
    ),
    *(
        "<!--",
        "-->",
        "\\",
        "\n",
        "\n\n",
        "\r",
        ":::",
        "!!! note",
        "https://a.b",
        "<a@b.c>",
    ),
    *(
        "--8<--",
        "{{ a }}",
        "$x$",
        ":smile:",
        "[^1]",
        "*[a]: b",
        '=== "tab"',
        "\u202e",
        "\x02",
    ),
]
TEXTS = st.lists(st.sampled_from(SYNTAX) | st.text(max_size=3), max_size=12).map(
    "".join
)


@cache
def renderer() -> Markdown:
    """Python-Markdown with the extensions of the site."""
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    chosen: dict[str, dict[str, Any]] = {}
    for each in settings["markdown_extensions"]:
        chosen |= each if isinstance(each, dict) else {each: {}}
    return Markdown(extensions=list(chosen), extension_configs=chosen)


def rendered(text: str) -> str:
    """The HTML of a page."""
    return renderer().reset().convert(text)


def shown(html: str) -> str:
    return " ".join(unescape(re.sub("<[^<>]*>", " ", html)).split())


def printable(text: str) -> str:
    """The text on one line, with escapes in place of what is not printable."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


@given(TEXTS)
@examples(80)
def test_a_text_is_itself_and_nothing_else(text: str) -> None:
    for markdown, tags in (
        (paragraphs(text), {"p", "br"}),
        (bullets([in_page(text)]), {"ul", "li"}),
        (f"before {code(text)} after", {"p", "code"}),
    ):
        html = rendered(markdown)
        assert {*re.findall("<([a-z0-9]+)", html)} <= tags
        words = shown(html).removeprefix("before").removesuffix("after")
        assert words.split() == printable(text).split()


@given(TEXTS)
@examples(50)
def test_a_block_of_code_ends_where_it_should(text: str) -> None:
    lines = re.sub("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "", text).strip()
    page = f"{fence('text', lines)}\n\nafter"
    [block] = blocks_in(page)
    assert block.code.rstrip() == lines.rstrip()
    assert rendered(page).rstrip().endswith("<p>after</p>")
