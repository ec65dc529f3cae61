"""Which clue to a page's language is believed."""

from __future__ import annotations

import pytest

from runcomfy_codegen.sources.locale import canonical_locale, locale_of
from runcomfy_codegen.sources.read import read_documents
from sources.page_factory import Page, html_page, short_crawl


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("zh-cn", "zh-CN"),
        ("zh_CN", "zh-CN"),
        ("pt-br", "pt-BR"),
        ("zh-hans", "zh-CN"),
        ("zh-Hant", "zh-TW"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("es-419", "es-419"),
    ],
)
def test_a_tag_is_written_in_its_usual_case(tag: str, written: str) -> None:
    assert canonical_locale(tag) == written


@pytest.mark.parametrize(
    "tag", ["", "e", "english", "../x", "en/", "en-", "x-default", "ru\n-x"]
)
def test_what_is_no_tag_is_refused(tag: str) -> None:
    assert canonical_locale(tag) is None


STRONGEST = {
    "lang": "ja",
    "name": "https://www.runcomfy.com/ru/models/a/b/api",
    "schema_title": "输入结构",
    "text": "Nutzen Sie die RunComfy-API, um a/b auszuführen.",
}


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ([], "ja"),
        (["lang"], "ru"),
        (["lang", "name"], "zh-CN"),
        (["lang", "name", "schema_title"], "de"),
        (["lang", "name", "schema_title", "text"], None),
    ],
)
def test_the_strongest_clue_decides(missing: list[str], expected: str | None) -> None:
    assert locale_of(**STRONGEST | dict.fromkeys(missing, "")) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("page.ru.txt", "ru"),
        ("page.zh-CN.txt", "zh-CN"),
        ("page.zh_tw.html", "zh-TW"),
        ("page.txt", None),
        ("jquery.min.html", None),
        ("https://www.runcomfy.com/zh-TW/models/a/b/api", "zh-TW"),
        ("https://www.runcomfy.com/ai/models/a/b/api", None),
        ("https://www.runcomfy.com/models/a/b/api", None),
        ("https://[", None),
    ],
)
def test_a_name_tells_a_locale_only_if_the_site_publishes_in_it(
    name: str, expected: str | None
) -> None:
    assert locale_of(lang="", name=name, schema_title="", text="") == expected


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("Nutzen Sie die RunComfy-API, um a/b auszuführen.", "de"),
        ("Use RunComfy’s API to run a/b.", "en"),
        ("Usa la API de RunComfy para ejecutar a/b.", "es"),
        ("Utilisez l'API RunComfy pour exécuter a/b.", "fr"),
        ("Usa l'API RunComfy per eseguire a/b.", "it"),
        ("RunComfy の API で a/b を実行します。", "ja"),
        ("RunComfy API로 a/b을(를) 실행합니다.", "ko"),
        ("Use a API RunComfy para executar a/b.", "pt"),
        ("Используйте API RunComfy для запуска a/b.", "ru"),
        ("使用 RunComfy 的 API 运行 a/b。", "zh-CN"),
        ("使用 RunComfy 的 API 執行 a/b。", "zh-TW"),
    ],
)
def test_the_opening_of_a_page_tells_its_language(opening: str, expected: str) -> None:
    assert locale_of(lang="", name="<stdin>", schema_title="", text=opening) == expected


def test_a_title_shared_by_two_languages_is_decided_by_the_opening() -> None:
    title = "Esquema de entrada"
    portuguese = "Use a API RunComfy para executar a/b."
    assert locale_of(lang="", name="", schema_title=title, text=portuguese) == "pt"
    assert locale_of(lang="", name="", schema_title=title, text="") == "es"


SCHEMA = {"type": "object", "title": "Схема входа", "properties": {}}


def test_the_locale_that_is_asked_for_overrules_the_page() -> None:
    html = html_page(Page("a/b", SCHEMA, locale="ru"))
    reading = read_documents(
        html, name="page.ru.html", retrieved="2026-01-31", locale="PT_br"
    )
    assert [document.locale for document in reading.documents] == ["pt-BR"]


def test_a_locale_that_is_none_is_an_error_and_nothing_is_read() -> None:
    text = short_crawl(Page("a/b", SCHEMA, locale="ru"))
    reading = read_documents(
        text, name="page.txt", retrieved="2026-01-31", locale="../x"
    )
    assert reading.documents == ()
    (problem,) = reading.diagnostics
    assert (problem.code, problem.message) == (
        "invalid-locale",
        "'../x' is not a locale",
    )
