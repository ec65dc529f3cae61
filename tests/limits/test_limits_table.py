"""docs/limits-table.md: which stated limits are enforced, and which are left to a person."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen import api
from runcomfy_codegen.ir.model import Model, fields_in
from runcomfy_runtime.limits.stated_limit import Limit

ROOT = Path(__file__).parents[2]
LEFT: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("left_to_a_person.toml").read_text("utf-8")
)["left"]

# The kind of a rule by what it measures; the first that fits counts.
RULES = {
    "format": "format of a file",
    "total_count": "number of files over several fields",
    "total_": "total over the files of a list",
    "duration_seconds": "duration of a file",
    "file_size_": "size of a file in bytes",
    "characters(": "length of a text, by script",
    "characters": "length of a text",
    "count": "number of items",
    "value": "range of a number",
    "": "pixels, ratio, megapixels, frame rate",
}
ORDER = (
    *RULES.values(),
    "conditional number of items",
    "at least one of several fields",
    "cannot be combined",
    "required by another field",
    "references in the prompt",
    "language of a text",
    "advice",
)
INTRODUCTION = """\
# Limits that descriptions state: what is enforced

This page is made from `limits/` and from `tests/limits/left_to_a_person.toml`. Do not edit it;
run `pytest tests/limits --update-golden` to update it.

Of the {models} stored models, {limited} state limits in {fields} fields that neither their schema
nor their published rules have. A field counts once for each kind. "Left" are words that `limits/`
does not enforce; the second table says why.

| kind | fields found | enforced | left |
|---|---|---|---|
"""


@cache
def models() -> Mapping[str, Model]:
    catalog = api.load(schemas=ROOT / "schemas", limits=ROOT / "limits")
    return catalog.by_id


def kinds(limit: Limit) -> Iterator[str]:
    for rule in limit.rules:
        yield next(kind for start, kind in RULES.items() if rule.startswith(start))
    if limit.require is None:
        return
    require: Mapping[str, Any] = limit.require
    then = require.get("then", {})
    counts = [
        keyword
        for members in then.get("properties", {}).values()
        for keyword in members
        if keyword in ("minItems", "maxItems")
    ]
    if "not" in require:
        yield "cannot be combined"
    elif "anyOf" in require:
        yield "at least one of several fields"
    elif counts and limit.fields[0].strip("/") in then["properties"]:
        yield "conditional number of items"
    else:
        yield "required by another field"


def enforced() -> set[tuple[str, str, str]]:
    """(kind, model, pointer) of every field that a limit is about."""
    return {
        (kind, model.model_id, pointer)
        for model in models().values()
        for limit in model.limits
        for kind in kinds(limit)
        for pointer in limit.fields
    }


def page() -> str:
    facts = enforced()
    left = {
        (row["kind"], model_id, f"/{name}")
        for row in LEFT
        for model_id, name, _ in row["words"]
    }
    done, undone = (Counter(kind for kind, *_ in found) for found in (facts, left))
    text = INTRODUCTION.format(
        models=len(models()),
        limited=len({model_id for _, model_id, _ in facts}),
        fields=len({(model_id, pointer) for _, model_id, pointer in facts}),
    )
    for kind in ORDER:
        total = done[kind] + undone[kind]
        text += f"| {kind} | {total} | {done[kind]} | {undone[kind]} |\n"
    text += (
        "\n## Left to a person\n\n| model | field | words | why |\n|---|---|---|---|\n"
    )
    for row in LEFT:
        for model_id, name, quote in row["words"]:
            why = f"{row['kind']}: {row['why']}"
            text += f"| {model_id} | `{name}` | {quote} | {why} |\n"
    return text


def test_the_page_is_what_limits_and_the_left_words_say(
    golden: Callable[[Path, str], None],
) -> None:
    golden(ROOT / "docs" / "limits-table.md", page())


@pytest.mark.parametrize(
    ("model_id", "name", "quote"), [words for row in LEFT for words in row["words"]]
)
def test_left_words_are_in_the_description(
    model_id: str, name: str, quote: str
) -> None:
    texts = [
        " ".join(field.description.split())
        for field in fields_in(models()[model_id].input)
        if field.wire_name == name
    ]
    assert any(quote in text for text in texts)


def test_every_kind_is_in_the_table() -> None:
    assert {row["kind"] for row in LEFT} | {kind for kind, *_ in enforced()} <= {*ORDER}
