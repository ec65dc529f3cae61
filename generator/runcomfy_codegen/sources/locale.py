"""Detects the language of a page, and writes locales in their canonical form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

DEFAULT = "en"

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?")
_FIRST_SEGMENT = re.compile(r"https?://[^/]*/([^/?#]*)", re.IGNORECASE)
_SUFFIX = re.compile(r"\.([A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?)\.[A-Za-z]+$")

_LANGUAGES = frozenset({"de", "en", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh"})
"""The languages of the site. A path or a file name is a locale only in one of these:
``/ai/`` in a URL is not Akan."""

_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "zh": "zh-CN",
        "zh-Hans": "zh-CN",
        "zh-Hans-CN": "zh-CN",
        "zh-Hant": "zh-TW",
        "zh-Hant-TW": "zh-TW",
    }
)
"""The site names Chinese by region; browsers and editors often name it by script."""

_SCHEMA_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "input schema": "en",
        "схема входа": "ru",
        "输入结构": "zh-CN",
        "輸入結構": "zh-TW",
        "入力スキーマ": "ja",
        "schema di input": "it",
    }
)
"""The title of the input schema as the pages publish it, lower case."""

_SHARED_SCHEMA_TITLES: Mapping[str, str] = MappingProxyType(
    {"esquema de entrada": "es"}
)
"""Titles that are the same in two languages (Spanish, Portuguese): the last thing believed."""

_OPENINGS: Mapping[str, str] = MappingProxyType(
    {
        "Nutzen Sie die RunComfy-API": "de",
        "Use RunComfy's API to run": "en",
        "Usa la API de RunComfy": "es",
        "Utilisez l'API RunComfy": "fr",
        "Usa l'API RunComfy": "it",
        "RunComfy の API で": "ja",
        "RunComfy API로": "ko",
        "Use a API RunComfy": "pt",
        "Используйте API RunComfy": "ru",
        "使用 RunComfy 的 API 运行": "zh-CN",
        "使用 RunComfy 的 API 執行": "zh-TW",
    }
)
"""How the first sentence of an API page begins, in every language it was seen in."""


def canonical_locale(tag: str) -> str | None:
    """A language tag in its usual case, ``zh-CN`` (RFC 5646, section 2.1.1); None if invalid."""
    tag = tag.strip().replace("_", "-")
    if not _TAG.fullmatch(tag):
        return None
    language, *rest = tag.split("-")
    parts = [part.title() if len(part) == 4 else part.upper() for part in rest]
    written = "-".join([language.lower(), *parts])
    return _CHINESE.get(written, written)


def locale_of(*, lang: str, name: str, schema_title: str, text: str) -> str | None:
    """The locale of a page, by its strongest clue; None if there is no clue.

    ``lang`` is the attribute in the HTML, ``name`` the URL or file name, ``schema_title``
    the title of the input schema, ``text`` the page. A title that is a raw translation key
    (``modelApiDoc_navInputSchema``, seen on broken pages) is not a clue.
    """
    title = schema_title.strip().lower()
    return (
        canonical_locale(lang)
        or _in_url(name)
        or _SCHEMA_TITLES.get(title)
        or _in_file_name(name)
        or _in_text(text)
        or _SHARED_SCHEMA_TITLES.get(title)
    )


def _published(tag: str) -> str | None:
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
    return next((locale for words, locale in _OPENINGS.items() if words in text), None)
