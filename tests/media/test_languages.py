"""Messages of media rules in the language that was asked for, as far as it was published."""

from __future__ import annotations

import asyncio
import json
from typing import ClassVar

import pytest

from media.test_client import Output, picture
from runcomfy_codegen.build.build_model import build_model
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.targets.line_layout import format_code
from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.model import ModelInput
from runcomfy_runtime.rule import Rule
from runcomfy_runtime.testing import FakeQueue
from support.built_models import SETTINGS, documents, executed, properties, rendered

WORDS = {
    "en": "Wider than 14, please.",
    "pt-BR": 'Mais de 14 "pixels".',
    "ru": "Шире 14.",
    "zh-CN": "宽度须大于14。",
    "zh-TW": "寬度須大於14。",
}
RULE = Rule(
    pointer="/image_urls/*",
    metric="width_pixels",
    operator=">",
    limit="14",
    message=WORDS["en"],
    translations=tuple(WORDS.items()),
)


class Input(ModelInput[Output]):
    MODEL_ID: ClassVar[str] = "vendor/model"
    RULES: ClassVar[tuple[Rule, ...]] = (RULE,)
    image_urls: list[str]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (None, "en"),
        ("en", "en"),
        ("ru", "ru"),
        ("RU", "ru"),
        ("ru-RU", "ru"),
        ("ru_RU", "ru"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("zh-TW", "zh-TW"),
        ("zh", "zh-CN"),
        ("zh-HK", "zh-CN"),
        ("ja", "en"),
        ("r", "en"),
        ("", "en"),
    ],
)
def test_the_locale_then_its_language_then_the_packages_own(
    asked: str | None, told: str
) -> None:
    assert RULE.in_locale(asked).message == WORDS[told]


def test_every_call_tells_the_language_of_its_client() -> None:
    narrow = Input(image_urls=[picture(14)])
    with FakeQueue().client(media_checks="warn", locale="ru") as client:
        assert [each.message for each in client.validate(narrow)] == [WORDS["ru"]]
        for call in (
            client.submit,
            client.run,
            lambda given: list(client.map([given])),
        ):
            with pytest.raises(InputRejected, match=WORDS["ru"]):
                call(narrow)


def test_one_check_may_ask_for_another_language() -> None:
    document = {"image_urls": [picture(14)]}
    with FakeQueue().client(media_checks="warn", locale="ru") as client:
        report = client.validate(Input, document, locale="zh")
        assert [each.message for each in report] == [WORDS["zh-CN"]]
        assert client.validate(Input, document).problems[0].message == WORDS["ru"]


def test_the_asyncio_client_speaks_it_too() -> None:
    async def main() -> None:
        client = FakeQueue().async_client(media_checks="warn", locale="ru")
        narrow = Input(image_urls=[picture(14)])
        assert [each.message for each in await client.validate(narrow)] == [WORDS["ru"]]
        other = await client.validate(narrow, locale="pt")
        assert [each.message for each in other] == [WORDS["pt-BR"]]
        with pytest.raises(InputRejected, match=WORDS["ru"]):
            await client.submit(narrow)

    asyncio.run(main())


def nested(message: str, locale: str) -> str:
    """A model in a locale, its rule deep inside; the message is all that differs."""
    rule = {
        "validation_rule": "width_pixels>",
        "validation_value": 14,
        "validation_error": message,
    }
    images = {"type": "array", "items": {"type": "string", "validations": [rule]}}
    several = {"type": "array", "items": {"type": "object", **properties(a=images)}}
    schema = properties(several=several)
    entry = {"model_id": "acme/model", "locale": locale, "input_schema": schema}
    return json.dumps(entry)


def published_in(words: dict[str, str]) -> Model:
    stored = [documents(nested(text, locale))[0] for locale, text in words.items()]
    files = [(f"acme/model/{each.locale}.json", each) for each in stored]
    model = build_model(files, SETTINGS).model
    assert model is not None
    return model


def test_a_generated_module_holds_the_messages_of_every_locale() -> None:
    model = published_in(WORDS)
    [rule] = executed(model).RULES
    assert (rule.pointer, rule.message) == ("/several/*/a/*", WORDS["en"])
    assert dict(rule.translations) == WORDS
    (source,) = rendered([model]).values()
    assert format_code(source) == source


def test_messages_that_are_the_same_everywhere_are_held_once() -> None:
    model = published_in(dict.fromkeys(WORDS, "Wider."))
    assert [rule.translations for rule in model.rules] == [()]
    assert model == published_in(dict.fromkeys(reversed(WORDS), "Wider."))


def test_a_locale_of_another_structure_translates_nothing() -> None:
    words = documents(nested("Wider.", "en"))[0]
    other = documents(nested("Шире.", "ru").replace("14", "15"))[0]
    files = [("en.json", words), ("ru.json", other)]
    model = build_model(files, SETTINGS).model
    assert model is not None
    assert [rule.translations for rule in model.rules] == [()]
