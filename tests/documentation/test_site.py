"""The site is whole: every page, every link, nothing from the network, published text inert."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from runcomfy_codegen.cli import COMMANDS
from runcomfy_codegen.store.schemas_folder import stored_ids
from runcomfy_codegen.targets.python.exports import EXPORTS
from runcomfy_codegen.workspace.configuration import KEYS
from runcomfy_docs.model_pages import page_paths
from runcomfy_docs.site import build_site, write_pages
from runcomfy_docs.source_pages import BrokenPage
from support.pages import ROOT, blocks_in

from .conftest import HOSTILE, MODEL_ID, SCRIPT

_NO_ID = {"", "__skip"}
"""Fragments that need no element: none, and the link of the theme to its content."""
_REFERENCE = re.compile(r"<([a-z]+)\b[^>]*?\b(src|href)=\"([^\"]*)\"")
_LINK = re.compile(r"\b(?:src|href)=\"([^\"]*)\"")
_ID = re.compile(r"\bid=\"([^\"]*)\"")
_ARTICLE = re.compile(r"<article[^>]*>(.*?)</article>", re.DOTALL)
_BLOCK = re.compile(r"<pre.*?</pre>", re.DOTALL)


@cache
def html(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def ids(path: Path) -> frozenset[str]:
    return frozenset(map(unescape, _ID.findall(html(path))))


def site_files(built: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(built / "site"):
        yield from (Path(folder, name) for name in names)


def article(built: Path, page: str) -> str:
    """What a page says, without what the theme puts around it."""
    found = _ARTICLE.search(html(built / "site" / page))
    assert found is not None
    return re.sub(r"<a class=\"headerlink\".*?</a>", "", found[1])


def text_of(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", markup))


def test_every_link_leads_somewhere(built: Path) -> None:
    known = {str(path): path for path in site_files(built)}
    broken: set[str] = set()
    for place, file in known.items():
        if file.suffix != ".html" or file.name == "404.html":
            continue
        for link in {*_LINK.findall(html(file))}:
            target, _, fragment = unescape(link).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            folder = place.rpartition("/")[0]
            path = os.path.normpath(f"{folder}/{unquote(target)}")
            there = known.get(path) if target else file
            is_page = there is not None and there.suffix == ".html"
            named = ids(there) | _NO_ID if there and is_page else {""}
            if there is None or unquote(fragment) not in named:
                broken.add(f"{file.relative_to(built)} → {link}")
    assert broken == set()


def test_nothing_is_fetched_from_the_network(built: Path) -> None:
    for file in site_files(built):
        if file.suffix == ".html":
            fetched = [
                link
                for tag, name, link in _REFERENCE.findall(html(file))
                if re.match(r"(https?:)?//", link) and (name == "src" or tag != "a")
            ]
            assert fetched == [], file
        elif file.suffix == ".css":
            assert not re.search(r"(url\(|@import)[\"' ]*(https?:)?//", html(file))


def test_a_page_reads_here_as_it_does_on_github(built: Path) -> None:
    """Python-Markdown and CommonMark find the same headings, lists, tables and code."""
    reader = MarkdownIt("commonmark").enable("table")
    tags = (
        "h1",
        "h2",
        "h3",
        "h4",
        "li",
        "tr",
        "td",
        "pre",
        "code",
        "strong",
        "ul",
        "ol",
    )
    for path in (built / "pages").rglob("*.md"):
        name = path.relative_to(built / "pages").as_posix()
        if name.startswith("models/"):
            continue
        sides = (
            reader.render(path.read_text("utf-8")),
            article(built, name.replace(".md", ".html")),
        )
        plain = [_BLOCK.sub("<pre>", side) for side in sides]
        here, there = (
            {tag: len(re.findall(rf"<{tag}[ >]", side)) for tag in tags}
            for side in plain
        )
        assert here == there, name


def test_a_link_in_code_is_no_link(checkout: Path) -> None:
    text = "```\n[code](none.md)\n```\n\n`[code](none.md)` [r](../README.md)\n"
    (checkout / "docs" / "page.md").write_text(f"# P\n\n{text}", "utf-8")
    write_pages(checkout, checkout / "build", {})
    shown = (checkout / "build" / "pages" / "page.md").read_text("utf-8")
    assert shown.count("[code](none.md)") == 2
    assert "[r](index.md)" in shown


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "docs/page.md",
            "# P\n\n[gone](gone.md)\n",
            r"docs/page\.md links docs/gone\.md",
        ),
        (
            "docs/page.md",
            "# P\n\n![gone](gone.png)\n",
            r"docs/page\.md links docs/gone\.png",
        ),
        (
            "docs/page.md",
            "<!-- include gone.py -->\n",
            r"docs/page\.md includes gone\.py",
        ),
        ("docs/page.md", "# P\n\n[a](../README.md#gone)\n", "anchor does not exist"),
        ("docs/other.md", "# P\n", r"other\.md is not in the navigation"),
        (
            "mkdocs.yml",
            "nav:\n- A: gone.md\n",
            r"lists gone\.md, and there is no such page",
        ),
        ("mkdocs.yml", "nav: [\n", "is not YAML"),
    ],
)
def test_what_is_broken_is_an_error_that_says_where(
    checkout: Path, file: str, text: str, message: str
) -> None:
    (checkout / file).write_text(text, "utf-8")
    with pytest.raises(BrokenPage, match=message) as raised:
        build_site(write_pages(checkout, checkout / "build", {}))
    assert "Traceback" not in str(raised.value)


def test_examples_are_part_of_their_pages(built: Path) -> None:
    for name, file in (("fastapi", "fastapi_app.py"), ("table", "table.py")):
        shown = (built / "pages" / "how-to" / f"{name}.md").read_text("utf-8")
        assert (ROOT / "examples" / file).read_text("utf-8").strip() in shown
    cells = json.loads((ROOT / "examples" / "notebook.ipynb").read_text("utf-8"))[
        "cells"
    ]
    shown = (built / "pages" / "how-to" / "notebook.md").read_text("utf-8")
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all("".join(cell["source"]).strip() in shown for cell in code)


# The pages that are made.


def test_every_name_of_the_client_is_in_the_reference(built: Path) -> None:
    shown = text_of(article(built, "reference/client.html"))
    listed = text_of(article(built, "errors.html"))
    for export in EXPORTS:
        is_error = export.module == "errors" and export.name != "JobReference"
        assert export.name in (listed if is_error else shown)
    for line in (
        "journal: str | os.PathLike[str] | Journal | None = None",  # of a class
        "timeout: float | None = 3600.0",  # the value of a constant
        "queue_position: int | None = None",  # a field of a named tuple
        "cancel(timeout: float = 30.0) -> Cancellation",
    ):
        assert line in shown
    assert not re.search("= [A-Z]+_[A-Z]+", shown)


def test_every_command_and_every_key_is_in_the_reference(built: Path) -> None:
    shown = article(built, "reference/command-line.html")
    headings = [text_of(each) for each in re.findall(r"<h2.*?</h2>", shown)]
    assert [each for each in headings if each in COMMANDS] == list(COMMANDS)
    assert {"jobs settle", "limits check", "limits suggest"} <= {*headings}
    keys = article(built, "reference/configuration.html")
    headings = [text_of(each) for each in re.findall(r"<h2.*?</h2>", keys)]
    assert headings == [key.name for key in KEYS]


def test_every_model_has_a_page_with_an_example_that_the_shell_can_read(
    built: Path,
) -> None:
    model_ids = stored_ids(ROOT / "schemas")
    assert len(model_ids) > 100
    index = (built / "pages" / "models" / "index.md").read_text("utf-8")
    for model_id, path in page_paths(model_ids).items():
        assert f"({path.relative_to('models')})" in index
        page = (built / "pages" / path).read_text("utf-8")
        program, line = blocks_in(page)
        compile(program.code, model_id, "exec")
        words = shlex.split(line.code)
        assert words[words.index("--url") + 1].endswith(f"/v1/models/{model_id}")
        assert json.loads(words[words.index("--data") + 1])
    assert {*page_paths(model_ids).values()} <= {
        PurePosixPath(path.relative_to(built / "pages").as_posix())
        for path in (built / "pages" / "models").rglob("*.md")
    }


def test_a_page_has_every_language_of_its_model(built: Path) -> None:
    name = "bytedance/dreamina-3-0/pro/image-to-video"
    page = article(built, f"models/{name}.html")
    for locale in ("zh-CN", "ru"):
        text = json.loads(
            (ROOT / "schemas" / name / f"{locale}.json").read_text("utf-8")
        )
        fields = text["input_schema"]["properties"].values()
        described = [
            field["description"] for field in fields if field.get("description")
        ]
        assert described
        for each in described:
            assert "".join(each.split()) in "".join(text_of(page).split())
    assert '<div lang="zh-CN">' in page


def test_models_that_would_share_a_page_get_one_each() -> None:
    paths = page_paths(["a/4K", "a/4k", "a/b c", "a/b"])
    assert len({str(path).lower() for path in paths.values()}) == 4
    assert paths["a/b"] == PurePosixPath("models/a/b.md")
    assert paths["a/4K"] == page_paths(["a/4k", "a/4K"])["a/4K"]


# Published text.


def hostile_page(built: Path) -> Path:
    [path] = (built / "site" / "models" / "evil").rglob("*.html")
    return path


def test_published_text_is_only_text(built: Path) -> None:
    page = html(hostile_page(built))
    assert "stolen" in page
    scripts = re.findall(r"<script\b.*?</script>", page, re.DOTALL)
    assert [each for each in scripts if "stolen" in each] == []
    elements = re.findall(r"<[a-z][^>]*>", page)
    assert [
        each for each in elements if "onerror" in each or "evil.invalid" in each
    ] == []
    assert [each for each in elements if re.search(r"\son\w+=", each)] == []
    shown = " ".join(text_of(page).split())
    for line in HOSTILE.splitlines():
        words = " ".join(line.split()).replace("\u202e", "\\u202e")
        assert words.replace("\x1b", "\\x1b") in shown


def test_published_text_reaches_a_shell_and_a_program_as_a_value(built: Path) -> None:
    [path] = (built / "pages" / "models" / "evil").rglob("*.md")
    program, line = blocks_in(path.read_text("utf-8"))
    compile(program.code, "example", "exec")
    words = shlex.split(line.code)
    body = json.loads(words[words.index("--data") + 1])
    assert {"prompt", f"image {SCRIPT}"} <= body.keys()
    assert MODEL_ID.partition("/")[0] in words[words.index("--url") + 1]
