"""Rules and limits in a module: read back as they were given, in black's layout."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.targets.line_layout import format_code
from runcomfy_runtime.limits.stated_limit import Limit, limits_read_on
from runcomfy_runtime.rule import Rule, rules_for
from support.built_models import model_of, rendered
from support.examples import examples
from support.random_schemas import texts

IMAGE = {"type": "string", "format": "image_uri"}
PART = {"type": "object", "required": ["image"], "properties": {"image": IMAGE}}
MODEL = model_of(
    {
        "type": "object",
        "properties": {
            "image": IMAGE,
            "images": {"type": "array", "items": IMAGE},
            "layers": {"type": "array", "items": PART},
        },
    }
)
LOCALES = st.sampled_from(("en", "ru", "zh-CN"))
REQUIRE = st.sampled_from(
    (
        {"not": {"required": ["image", "images"]}},
        {"anyOf": [{"required": ["image"]}, {"required": ["images"]}]},
    )
)
CONDITIONS = st.sampled_from(
    ("format in [jpeg, png]", "width/height <= 2.5:1", "total_duration_seconds <= 9")
)
LIMITS = st.builds(
    Limit,
    fields=st.lists(
        st.sampled_from(("/image", "/images")), min_size=1, unique=True
    ).map(tuple),
    rules=st.lists(CONDITIONS, min_size=1, max_size=2).map(tuple),
    require=st.none() | REQUIRE,
    quote=texts,
    locale=LOCALES,
    level=st.sampled_from(("error", "warn")),
    published=st.sampled_from(("2026-11-21", "2026-11-22", "")),
).map(lambda limit: replace(limit, rules=() if limit.require else limit.rules))
RULES = st.builds(
    Rule,
    pointer=st.just(""),
    metric=st.sampled_from(("width_pixels", "width/height", "", "odd metric")) | texts,
    operator=st.sampled_from(("<", ">=", "?", "")),
    limit=st.sampled_from(("4096", "0.33", "", "about 3")) | texts,
    message=texts,
    translations=st.lists(st.tuples(LOCALES, texts), max_size=2).map(tuple),
)


def with_rules(model: Model, rules: list[Rule]) -> Model:
    """The model with these rules on each of its media."""
    fields = tuple(
        replace(field, rules=tuple(replace(rule, pointer=place) for rule in rules))
        for field, place in zip(
            model.input.fields, ("/image", "/images/*", "/layers/*/image"), strict=True
        )
    )
    return replace(model, input=replace(model.input, fields=fields))


def values_in(source: str) -> dict[str, Any]:
    """What a module calls its rules and its limits."""
    names: dict[str, Any] = {
        function.__name__: function
        for function in (Limit, Rule, limits_read_on, rules_for)
    }
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name("RULES" | "LIMITS")]):
                exec(ast.unparse(statement), names)
            case _:
                continue
    return names


@examples(15)
@given(st.lists(RULES, max_size=3), st.lists(LIMITS, max_size=3))
def test_rules_and_limits_are_read_back_as_they_were_given(
    rules: list[Rule], limits: list[Limit]
) -> None:
    model = replace(with_rules(MODEL, rules), limits=tuple(limits))
    [source] = rendered([model]).values()
    assert format_code(source) == source
    found = values_in(source)
    given = [rule for field in model.input.fields for rule in field.rules]
    assert [replace(rule, kind="") for rule in found["RULES"]] == given
    assert by_field(found.get("LIMITS", ())) == by_field(limits)


def by_field(limits: Iterable[Limit]) -> list[Limit]:
    """Limits as they are checked: those of each value once for each field.

    The default language is not written.
    """
    plain = [
        replace(limit, locale="" if limit.locale == "en" else limit.locale)
        for limit in limits
    ]
    return [
        replace(limit, fields=fields)
        for limit in plain
        for fields in (
            [limit.fields]
            if limit.require or "total_" in " ".join(limit.rules)
            else [(field,) for field in limit.fields]
        )
    ]
