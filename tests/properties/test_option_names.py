"""Names of classes in a union: they say what is inside, and never hang on positions."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import PurePosixPath
from typing import Any

import pytest

from runcomfy_codegen.build.reader_context import option_words
from runcomfy_codegen.diff.finding import DiffVerdict
from runcomfy_codegen.package.changelog import renamed
from runcomfy_codegen.package.lock_entry import LockEntry
from runcomfy_codegen.targets.python.model_names import (
    given_names,
    name_models,
    names_of,
)
from runcomfy_codegen.targets.target import Overrides
from runcomfy_runtime.limits.stated_limit import Limit
from support.built_models import compared, executed, model_of, properties, rendered

Schema = dict[str, Any]
TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def part(*required: str, **members: Schema) -> Schema:
    return {"type": "object", "properties": members, "required": [*required]}


def tagged(word: str) -> Schema:
    return part("kind", kind={"const": word}, size=NUMBER)


URL, PATH = part("url", url=TEXT, scale=NUMBER), part("path", path=TEXT)
OPEN, OTHER = part(t=TEXT), part(u=TEXT)
WORDS = [
    (URL, "url"),
    (PATH, "path"),
    (OPEN, "t"),
    (tagged("box"), "box"),
    (part("b", "a", a=NUMBER, b=TEXT), "a_number_b"),
    (part(v={"enum": ["one"]}, w=TEXT), "one"),
    ({"type": "array", "items": URL}, "url"),
    ({"type": "object", "additionalProperties": PATH}, "path"),
    ({"type": "object", "additionalProperties": False}, ""),
    (TEXT, ""),
]


def classes(*options: Schema, field: str = "f") -> dict[str, str]:
    """The names of the classes, by the text of their schema."""
    model = model_of(properties(**{field: {"anyOf": [*options]}}))
    places = given_names(model, names_of(model, Overrides()))["classes"]
    return dict(places)


@pytest.mark.parametrize(("schema", "word"), WORDS)
def test_a_word_says_what_is_inside(schema: Schema, word: str) -> None:
    assert option_words([schema]) == [word]


def test_members_that_come_or_change_places_rename_no_class() -> None:
    options = [URL, PATH, OPEN, tagged("box"), {"type": "array", "items": OTHER}, TEXT]
    before = classes(*options)
    assert len(set(before.values())) == 5
    for order in permutations(options):
        assert classes(*order) == before
    for more in (tagged("ring"), part("w", w=TEXT), part(v=NUMBER), NUMBER):
        for place in range(len(options)):
            after = classes(*options[:place], more, *options[place:])
            assert before.items() <= after.items()


NESTED = {"anyOf": [part(x=TEXT), part(y=TEXT)]}
WAYS = [
    [URL, {"type": "array", "items": URL}, {"type": "object", "additionalProperties": URL}],
    [{"type": "array", "items": part()}, part(), {"type": "array", "items": OPEN}],
    [NESTED, {"anyOf": [part(x=NUMBER), part(y=TEXT)]}, URL],
    [part("a_b", a_b=TEXT), part("a b", **{"a b": TEXT}), part("aB", aB=TEXT)],
]  # fmt: skip


@pytest.mark.parametrize("options", WAYS)
def test_names_differ_and_hang_on_no_order(options: list[Schema]) -> None:
    named = [model_of(properties(f={"anyOf": [*o]})) for o in permutations(options)]
    assert all(name_models([each], Overrides()).diagnostics == () for each in named)
    assert len({frozenset(classes(*o).values()) for o in permutations(options)}) == 1


def test_an_optional_member_or_another_text_renames_no_class() -> None:
    for schema in (URL, tagged("box")):
        wider = {**schema["properties"], "more": {**TEXT, "description": "M."}}
        described = {**schema, "title": "T", "properties": wider}
        assert [*classes(described).values()] == [*classes(schema).values()]


def test_schemas_with_the_same_members_have_names_of_their_own() -> None:
    short, long = (part("url", url={**TEXT, "maxLength": n}) for n in (5, 9))
    same = {**short, "description": "Again."}
    for options in (
        (short, long),
        (short, same),
        (short, long, same),
        (part(), part()),
    ):
        module = executed(model_of(properties(f={"anyOf": [*options]})))
        assert len(set(classes(*options).values())) == len(
            [each for each in options if each["properties"]]
        )
        assert module.Input(f={"url": "a"}).payload() == {"f": {"url": "a"}}
    assert set(classes(short, long)) == set(classes(long, short))
    wide = part("url", url=TEXT, width=NUMBER), part("url", url=TEXT, length=NUMBER)
    assert option_words([*wide]) == ["url_width_number", "length_number_url"]


@pytest.mark.parametrize("word", ["描述", "a b/c", "1", "…", "A" * 90])
def test_any_published_word_gives_a_class(word: str) -> None:
    options = part(word, **{word: TEXT}), tagged(word)
    module = executed(model_of(properties(f={"anyOf": [*options]})))
    given = {word: "a"}
    assert module.Input(f=given).payload() == {"f": given}


def test_the_diff_of_a_union_that_grew_tells_of_no_class() -> None:
    models = [
        model_of(properties(f={"anyOf": options}))
        for options in ([URL, PATH], [tagged("box"), PATH, URL])
    ]
    (found,) = compared(models[:1], models[1:])
    assert (found.verdict, found.rule) == (
        DiffVerdict.COMPATIBLE,
        "alternatives-widened",
    )


def test_stated_limits_of_members_inside_a_field_called_options_are_documented() -> (
    None
):
    inner = part(text=TEXT)
    model = model_of(
        properties(
            options=inner, either={"anyOf": [{"type": "array", "items": inner}, TEXT]}
        )
    )
    pointers = ("/options/text", "/either/*/text")
    limits = tuple(
        Limit((pointer,), (f"characters <= {number}",), quote="words")
        for number, pointer in enumerate(pointers, 20)
    )
    (source,) = rendered([replace(model, limits=limits)]).values()
    for number in (20, 21):
        assert f"Stated limit: characters <= {number}." in source


def test_generate_tells_of_classes_that_earlier_releases_counted() -> None:
    """The lock of an earlier release has the position of a schema, which says nothing now."""
    after = {"classes": classes(URL, PATH, field="shape")}
    before = {"classes": {"input/shape|0": "ShapeOption0Part", "input/shape|1": "ShapeOption1Part"}}  # fmt: skip
    old, new = (LockEntry((PurePosixPath("m.py"),), names=each) for each in (before, after))  # fmt: skip
    assert {*renamed(old, new)} == {
        *(f"ShapeOption{number}Part -> shape" for number in range(2)),
        *(f"shape -> {name}" for name in after["classes"].values()),
    }
    reordered = {"classes": classes(PATH, URL, field="shape")}
    same = replace(new, names=reordered, documents={"en": "other"})
    assert [*renamed(new, same)] == []
