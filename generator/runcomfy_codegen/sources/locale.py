"""Detects the language of a page, and writes locales in their canonical form."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLocale:
    """A locale that the site publishes pages in, and the clues by which one is recognised.

    ``opening`` begins the first sentence of an API page, ``schema_title`` is the published
    title of the input schema, ``contents`` are headings of a table of contents (both in
    lower case), ``aliases`` other tags for the locale.
    """

    tag: str
    opening: str
    schema_title: str = ""
    contents: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


EXAMPLE_LOCALES = "en, ru or zh-CN"
"""Locales as a hint shows them."""
LOCALES = (
    SiteLocale(
        tag="de",
        opening="Nutzen Sie die RunComfy-API",
        contents=("inhalt", "inhaltsverzeichnis"),
    ),
    SiteLocale(
        tag="en",
        opening="Use RunComfy's API to run",
        schema_title="input schema",
        contents=("contents", "table of contents", "on this page"),
    ),
    SiteLocale(
        tag="es",
        opening="Usa la API de RunComfy",
        schema_title="esquema de entrada",
        contents=("contenido", "contenidos", "índice", "tabla de contenidos"),
    ),
    SiteLocale(
        tag="fr",
        opening="Utilisez l'API RunComfy",
        contents=("sommaire", "table des matières"),
    ),
    SiteLocale(
        tag="it",
        opening="Usa l'API RunComfy",
        schema_title="schema di input",
        contents=("indice", "contenuti", "sommario"),
    ),
    SiteLocale(
        tag="ja",
        opening="RunComfy の API で",
        schema_title="入力スキーマ",
        contents=("目次",),
    ),
    SiteLocale(tag="ko", opening="RunComfy API로", contents=("목차",)),
    SiteLocale(
        tag="pt",
        opening="Use a API RunComfy",
        schema_title="esquema de entrada",
        contents=("conteúdo", "sumário", "índice"),
    ),
    SiteLocale(
        tag="ru",
        opening="Используйте API RunComfy",
        schema_title="схема входа",
        contents=("содержание", "оглавление"),
    ),
    SiteLocale(
        tag="zh-CN",
        opening="使用 RunComfy 的 API 运行",
        schema_title="输入结构",
        contents=("目录",),
        aliases=("zh", "zh-Hans", "zh-Hans-CN"),
    ),
    SiteLocale(
        tag="zh-TW",
        opening="使用 RunComfy 的 API 執行",
        schema_title="輸入結構",
        contents=("目錄",),
        aliases=("zh-Hant", "zh-Hant-TW"),
    ),
)
"""Every locale of the site. Another one is one more row. The site names Chinese by region;
browsers and editors often name it by script."""

CONTENTS = frozenset(heading for row in LOCALES for heading in row.contents)
"""The headings of a table of contents in all languages of the site, in lower case."""

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?")
_FIRST_SEGMENT = re.compile(r"https?://[^/]*/([^/?#]*)", re.IGNORECASE)
_SUFFIX = re.compile(r"\.([A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?)\.[A-Za-z]+$")
_LANGUAGES = frozenset(row.tag.partition("-")[0] for row in LOCALES)
_BY_ALIAS = {alias: row.tag for row in LOCALES for alias in row.aliases}


def canonical_locale(tag: str) -> str | None:
    """A language tag in its usual case, ``zh-CN`` (RFC 5646, section 2.1.1); None if invalid."""
    tag = tag.strip().replace("_", "-")
    if not _TAG.fullmatch(tag):
        return None
    language, *rest = tag.split("-")
    parts = [part.title() if len(part) == 4 else part.upper() for part in rest]
    written = "-".join([language.lower(), *parts])
    return _BY_ALIAS.get(written, written)


def locale_of(*, lang: str, name: str, schema_title: str, text: str) -> str | None:
    """The locale of a page, by its strongest clue; None if there is no clue.

    ``lang`` is the attribute in the HTML, ``name`` the URL or file name, ``schema_title``
    the title of the input schema, ``text`` the page. A title that is a raw translation key
    (``modelApiDoc_navInputSchema``, seen on broken pages) is not a clue.
    """
    title = schema_title.strip().lower()
    titled = [row.tag for row in LOCALES if title and row.schema_title == title]
    return (
        canonical_locale(lang)
        or _in_url(name)
        or (titled[0] if len(titled) == 1 else None)
        or _in_file_name(name)
        or _in_text(text)
        # Two languages share this title: the weakest clue.
        or next(iter(titled), None)
    )


def _published(tag: str) -> str | None:
    """The locale of a tag, if it is a language of the site: ``/ai/`` in a URL is not Akan."""
    locale = canonical_locale(tag)
    return (
        locale
        if locale is not None and locale.partition("-")[0] in _LANGUAGES
        else None
    )


def _in_url(name: str) -> str | None:
    match = _FIRST_SEGMENT.match(name)
    return _published(match[1]) if match else None


def _in_file_name(name: str) -> str | None:
    match = _SUFFIX.search(name)
    return _published(match[1]) if match else None


def _in_text(text: str) -> str | None:
    text = text.replace("’", "'")
    return next((row.tag for row in LOCALES if row.opening in text), None)
