"""The locales of a model: one structure, texts by locale, and a warning if they differ."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.build.build_model import build_model
from runcomfy_codegen.ir.diagnostic import Severity
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.ir.json_text import JsonText
from runcomfy_codegen.store.schemas_folder import read_all
from support.built_models import SETTINGS, documents, executed, properties, rendered

SHIPPED = Path(__file__).parents[2] / "schemas"
TEXTS = {
    "en": ("Width", "At most 6000 pixels.", "https://x/en.jpg"),
    "ru": ("Ширина", "Не более 6000 пикселей.", "https://x/ru.jpg"),
    "zh-CN": ("宽度", "最多 6000 像素。", "https://x/zh.jpg"),
}


def told_in(locale: str, **changed: Any) -> Document:
    """One model in a locale: the texts and samples differ, nothing else does."""
    title, message, sample = TEXTS[locale]
    image = {
        "type": "string",
        "title": title,
        "description": title,
        "default": sample,
        "format": "image_uri",
        "validations": [
            {
                "validation_rule": (
                    "width_pixels≤" if locale == "ru" else "width_pixels<="
                ),
                "validation_value": "6000" if locale == "ru" else 6000,
                "validation_error": message,
            }
        ],
    }
    schema = properties(image_url=image, **changed)
    entry = {
        "model_id": "acme/model",
        "locale": locale,
        "display_name": title,
        "input_schema": {**schema, "title": title},
    }
    return documents(json.dumps(entry))[0]


def files(*stored: Document) -> list[tuple[str, Document]]:
    return [(f"acme/model/{each.locale}.json", each) for each in stored]


ALL = [told_in(locale) for locale in TEXTS]


@pytest.mark.parametrize("locale", TEXTS)
def test_texts_are_those_of_the_chosen_locale(locale: str) -> None:
    result = build_model(files(*ALL), replace(SETTINGS, locale=locale))
    assert result.diagnostics == ()
    assert result.model is not None
    title, message, sample = TEXTS[locale]
    (field,) = result.model.input.fields
    assert (result.model.locale, result.model.title) == (locale, title)
    assert (field.title, field.rules[0].message) == (title, message)
    assert field.sample is not None
    assert field.sample.load() == sample
    assert [locale for locale, _ in result.model.documents] == sorted(TEXTS)
    shown = dict(result.model.documents)[locale]
    assert result.model.schema_sha256 == shown
    assert title in next(iter(rendered([result.model]).values()))


def test_english_is_shown_unless_another_locale_is_chosen() -> None:
    model = build_model(files(*ALL), SETTINGS).model
    assert model is not None
    assert model.locale == "en"


@pytest.mark.parametrize("wanted", ["en", "de"])
def test_without_english_the_first_locale_by_name_is_shown(wanted: str) -> None:
    stored = files(told_in("zh-CN"), told_in("ru"))
    model = build_model(stored, replace(SETTINGS, locale=wanted)).model
    assert model is not None
    assert model.locale == "ru"


def test_a_locale_that_is_built_differently_is_told_and_not_shown() -> None:
    drifted = told_in("ru", extra={"type": "integer"})
    settings = replace(SETTINGS, locale="ru")
    result = build_model(files(told_in("en"), drifted), settings)
    (diagnostic,) = result.diagnostics
    assert (diagnostic.code, diagnostic.severity) == (
        "locale-structure",
        Severity.WARNING,
    )
    assert diagnostic.file == "acme/model/ru.json"
    assert result.model is not None
    assert result.model.locale == "en"
    assert [field.wire_name for field in result.model.input.fields] == ["image_url"]


@pytest.mark.parametrize(
    ("en", "ru"),
    [
        ({"type": "integer"}, {"type": "number"}),
        ({"type": "integer", "maximum": 5}, {"type": "integer", "maximum": 6}),
        ({"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["а"]}),
        ({"type": "integer", "default": 1}, {"type": "integer", "default": 2}),
        (
            {"type": "string", "validations": []},
            {"type": "string", "validations": [{}]},
        ),
    ],
)
def test_what_is_no_text_must_be_the_same_in_every_locale(en: Any, ru: Any) -> None:
    result = build_model(
        files(told_in("en", extra=en), told_in("ru", extra=ru)), SETTINGS
    )
    assert "locale-structure" in {it.code for it in result.diagnostics}


def test_a_locale_that_cannot_be_built_stops_no_other() -> None:
    broken = replace(told_in("ru"), input_schema=JsonText("[]"))
    result = build_model(files(told_in("en"), broken), SETTINGS)
    assert result.model is not None
    assert [locale for locale, _ in result.model.documents] == ["en"]
    assert [it.code for it in result.diagnostics] == ["input-not-an-object"]


def test_the_shipped_model_of_three_locales_has_one_structure() -> None:
    model_id = "bytedance/dreamina-3-0/pro/image-to-video"
    stored = [
        pair for pair in read_all(SHIPPED).documents if pair[1].model_id == model_id
    ]
    locales = {document.locale for _, document in stored}
    assert {"ja", "ru", "zh-CN"} <= locales
    shapes = set()
    for locale in sorted(locales):
        result = build_model(stored, replace(SETTINGS, locale=locale))
        assert "locale-structure" not in {it.code for it in result.diagnostics}
        assert result.model is not None
        assert result.model.locale == locale
        fields = executed(result.model).Input.model_fields
        shapes.add(
            repr([(name, repr(each.annotation)) for name, each in fields.items()])
        )
    assert len(shapes) == 1
