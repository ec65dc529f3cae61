"""``pull --page-locale``: texts of the pages that the site publishes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runcomfy_codegen import resources
from runcomfy_codegen.errors import CodegenError, ServerUnreachable
from runcomfy_codegen.sandbox import Sandbox
from runcomfy_codegen.workspace import pull
from runcomfy_codegen.workspace.live_catalog import CatalogPage
from runcomfy_codegen.workspace.pull import (
    ModelPage,
    pages_of,
    parse_locales,
    read_model_page,
    read_pages,
)
from support.built_models import model_of
from support.command_line import Answer, Shell, entry

SEEDANCE = "bytedance/seedance-v1.5-pro/image-to-video"
RUSSIAN = "https://www.runcomfy.com/ru/models/bytedance/seedance-1-5/pro/api"
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"prompt": {}}}


def catalog(*entries: dict[str, Any]) -> CatalogPage:
    content = json.dumps({"models": entries, "total": len(entries)}).encode()
    ids = tuple(each["model_id"] for each in entries)
    return CatalogPage("https://api.example/v1/models", content, ids, len(ids))


def addresses(entry: dict[str, Any], *locales: str) -> list[str]:
    return [page.url for page in pages_of([catalog(entry)], locales)]


def page_text() -> bytes:
    (file,) = (path for path in resources.demo_pages() if "seedance" in path.name)
    return file.read_bytes()


def test_a_page_lies_where_the_catalog_says_that_the_model_has_its_own() -> None:
    place = "https://www.runcomfy.com/models/bytedance/seedance-1-5/pro"
    answer = {"model_id": SEEDANCE, "model_url": place}
    assert addresses(answer, "ru") == [RUSSIAN]
    assert addresses(answer, "en", "zh-CN") == [
        f"{place}/api",
        place.replace("/models/", "/zh-CN/models/") + "/api",
    ]


def test_without_an_address_the_id_is_one() -> None:
    assert addresses({"model_id": "bytedance/dreamina-4-0/edit"}, "de") == [
        "https://www.runcomfy.com/de/models/bytedance/dreamina-4-0/edit/api"
    ]


@pytest.mark.parametrize(
    "stated",
    [
        "http://www.runcomfy.com/models/a/b",
        "https://evil.example/models/a/b",
        "https://www.runcomfy.com.evil.example/models/a/b",
        "https://www.runcomfy.com@evil.example/models/a/b",
        "https://www.runcomfy.com/models/../../etc",
        "https://[/models/a",
        "file:///models/a/b",
        7,
    ],
)
def test_an_address_elsewhere_is_not_believed(stated: object) -> None:
    entry = {"model_id": "acme/m", "model_url": stated}
    assert addresses(entry, "ru") == ["https://www.runcomfy.com/ru/models/acme/m/api"]


def test_languages_are_read_once_each_and_what_is_none_is_refused() -> None:
    assert parse_locales("ru, ja,ru,zh_cn") == ["ru", "ja", "zh-CN"]
    assert parse_locales("") == []
    with pytest.raises(CodegenError, match=r"'\.\./x' is not a language"):
        parse_locales("../x")


def test_a_page_gives_the_texts_of_its_language() -> None:
    reading = read_model_page(
        ModelPage(SEEDANCE, "ru", RUSSIAN), lambda url: page_text()
    )
    (document,) = reading.documents
    assert (document.model_id, document.locale) == (SEEDANCE, "ru")
    assert document.provenance.source == RUSSIAN


def test_a_page_of_another_model_gives_nothing() -> None:
    reading = read_model_page(
        ModelPage("acme/m", "ru", RUSSIAN), lambda url: page_text()
    )
    assert not reading.documents
    (found,) = reading.diagnostics
    assert (found.code, found.model) == ("page-of-another-model", "acme/m")
    assert SEEDANCE in found.message


def test_a_site_that_does_not_answer_is_not_asked_for_every_page() -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        raise ServerUnreachable(f"{url}: timed out")

    pages = [ModelPage(f"acme/{number}", "ru", str(number)) for number in range(40)]
    readings = [reading for _, reading in read_pages(pages, fetch)]
    assert len(asked) == 5
    assert all(len(reading.diagnostics) == 1 for reading in readings)
    assert len(readings) == 40


def _pull(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, fetch: Any, *arguments: str
) -> Answer:
    """``pull`` in this process, where the site can be stood in for."""
    monkeypatch.setattr(pull, "fetched", fetch)
    place = "https://www.runcomfy.com/models/bytedance/seedance-1-5/pro"
    entries = {SEEDANCE: {**entry(SEEDANCE), "model_url": place}}
    with Sandbox({SEEDANCE: model_of(SCHEMA, SEEDANCE)}, entries=entries) as served:
        environment = {"RUNCOMFY_BASE_URL": served.url, "RUNCOMFY_TOKEN": "a-token"}
        return shell("pull", *arguments, environment=environment)


def test_a_pull_stores_the_pages_beside_the_catalog(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return page_text()

    answer = _pull(shell, monkeypatch, fetch, "--page-locale", "ru")
    assert answer.code == 0, answer.err
    assert asked == [RUSSIAN]
    stored = {name for name in shell.files("schemas") if SEEDANCE in name}
    assert stored == {f"{SEEDANCE}/en.json", f"{SEEDANCE}/ru.json"}


def test_a_page_that_fails_is_told_and_the_catalog_is_stored(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(url: str) -> bytes:
        raise CodegenError(f"{url}: the server answered 503")

    answer = _pull(shell, monkeypatch, fetch, SEEDANCE, "--page-locale", "ru,ja")
    assert answer.code == 0
    assert answer.err.count("page-unreachable") == 2
    assert "the server answered 503" in answer.err
    assert set(shell.files("schemas")) == {f"{SEEDANCE}/en.json"}


def test_a_language_that_is_none_is_refused_before_anything_is_read(
    shell: Shell,
) -> None:
    environment = {"RUNCOMFY_BASE_URL": "http://127.0.0.1:9", "RUNCOMFY_TOKEN": "t"}
    answer = shell("pull", "--page-locale", "klingon", environment=environment)
    assert (answer.code, shell.files("schemas")) == (2, {})
    assert "'klingon' is not a language" in answer.err
