"""Small changes of the published schemas: every one of them is a case of the diff."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from runcomfy_codegen.ir.model import Model
from support.built_models import model_of

Schema = dict[str, Any]
SCHEMAS = Path(__file__).parents[2] / "schemas"
PER_MUTATION = 6
"""So many fields, of models spread over the catalog, meet each mutation."""


@dataclass(frozen=True)
class Case:
    """One mutation of one field of one published model."""

    model: str
    field: str
    mutation: str
    before: Any
    after: Any

    @property
    def id(self) -> str:
        return f"{self.mutation}: {self.model} {self.field}"

    @cached_property
    def old(self) -> Model:
        return model_of(self.before, self.model)

    @cached_property
    def new(self) -> Model:
        return model_of(self.after, self.model)


def changed(**keywords: Any) -> Callable[[Schema], Schema]:
    """The property with other keywords; None takes one away."""

    def change(told: Schema) -> Schema:
        merged = {**told, **keywords}
        return {name: value for name, value in merged.items() if value is not None}

    return change


def numeric(told: Schema) -> bool:
    return told.get("type") in ("integer", "number", "float") and "enum" not in told


def text(told: Schema) -> bool:
    return told.get("type") == "string" and "enum" not in told


def prose(told: Schema) -> bool:
    return text(told) and "format" not in told and "validations" not in told


def moved(keyword: str, by: int) -> Callable[[Schema], Schema]:
    return lambda told: {**told, keyword: told[keyword] + by}


def respelled(told: Schema) -> Schema:
    kept = {name: value for name, value in told.items() if name != "maximum"}
    return {**kept, "exclusiveMaximum": told["maximum"] + 1}


def limits(change: Callable[[Schema], Schema | None]) -> Callable[[Schema], Schema]:
    def apply(told: Schema) -> Schema:
        rules = [change(dict(rule)) for rule in told["validations"]]
        return {**told, "validations": [rule for rule in rules if rule is not None]}

    return apply


def scaled(factor: float) -> Callable[[Schema], Schema | None]:
    def change(rule: Schema) -> Schema:
        upper = "<" in rule["validation_rule"] or "≤" in rule["validation_rule"]
        limit = float(rule["validation_value"])
        scale = factor if upper else 1 / factor
        return {**rule, "validation_value": round(limit * scale, 4)}

    return change


def only(metric: str, change: Callable[[Schema], Schema | None]) -> Any:
    return limits(
        lambda rule: change(rule) if metric in rule["validation_rule"] else rule
    )


def pixels_exclusive(rule: Schema) -> Schema:
    if rule["validation_rule"] != "width_pixels<=":
        return rule
    value = rule["validation_value"] + 1
    return {**rule, "validation_rule": "width_pixels <", "validation_value": value}


def with_rule(rule: str, value: Any) -> Callable[[Schema], Schema]:
    added = {
        "validation_rule": rule,
        "validation_value": value,
        "validation_error": "no",
    }
    return lambda told: {**told, "validations": [*told.get("validations", []), added]}


def has(*names: str) -> Callable[[Schema], bool]:
    return lambda told: all(name in told for name in names)


def whole_range(told: Schema) -> bool:
    return numeric(told) and told.get("type") == "integer" and "maximum" in told


def several(told: Schema) -> bool:
    return len(told.get("enum", ())) > 1


def image(told: Schema) -> bool:
    return str(told.get("format", "")).startswith("image_uri")


def many(told: Schema) -> bool:
    return told.get("type") == "array"


def bounded(told: Schema) -> bool:
    return numeric(told) and {"minimum", "maximum"} <= told.keys()


PROPERTY: dict[str, tuple[Callable[[Schema], bool], Callable[[Schema], Schema]]] = {
    "maximum lowered": (bounded, moved("maximum", -1)),
    "maximum raised": (bounded, moved("maximum", 1)),
    "maximum dropped": (bounded, changed(maximum=None)),
    "maximum respelled": (whole_range, respelled),
    "minimum raised": (bounded, moved("minimum", 1)),
    "minimum dropped": (bounded, changed(minimum=None)),
    "both bounds moved": (bounded, lambda t: moved("maximum", 1)(moved("minimum", 1)(t))),
    "maximum added": (lambda t: numeric(t) and "maximum" not in t, changed(maximum=7)),
    "step added": (bounded, changed(multipleOf=2)),
    "fractional bound": (whole_range, lambda t: {**t, "maximum": t["maximum"] + 0.5}),
    "first choice dropped": (several, lambda t: {**t, "enum": t["enum"][1:], "default": None}),
    "choice added": (
        several,
        lambda t: {**t, "enum": [*t["enum"], 97 if t["type"] == "integer" else "new"]},
    ),
    "choices reversed": (several, lambda t: {**t, "enum": t["enum"][::-1]}),
    "choices repeated": (several, lambda t: {**t, "enum": [*t["enum"], t["enum"][0]]}),
    "choices opened": (several, changed(enum=None)),
    "choices introduced": (prose, changed(enum=["one", "two"])),
    "constant": (prose, changed(const="one")),
    "length limited": (prose, changed(maxLength=40)),
    "length lowered": (has("maxLength"), moved("maxLength", -1)),
    "length raised": (has("maxLength"), moved("maxLength", 1)),
    "length dropped": (has("maxLength"), changed(maxLength=None)),
    "empty refused": (prose, changed(minLength=1)),
    "pattern added": (prose, changed(pattern="^[a-z]+$")),
    "format added": (prose, changed(format="uri")),
    "format dropped": (has("format"), changed(format=None)),
    "image became video": (image, lambda t: {**t, "format": t["format"].replace("image", "video")}),
    "fewer items": (has("maxItems"), moved("maxItems", -1)),
    "more items": (has("maxItems"), moved("maxItems", 1)),
    "items unlimited": (has("maxItems"), changed(maxItems=None)),
    "two items at least": (many, changed(minItems=2)),
    "no repetition": (many, changed(uniqueItems=True)),
    "items limited": (many, changed(items={"type": "string", "maxLength": 200})),
    "integer to number": (lambda t: numeric(t) and t["type"] == "integer", changed(type="number")),
    "number to integer": (lambda t: numeric(t) and t["type"] != "integer", changed(type="integer")),
    "text to integer": (prose, changed(type="integer", default=None, maxLength=None)),
    "text or integer": (prose, changed(type=["string", "integer"])),
    "null accepted": (prose, changed(type=["string", "null"])),
    "boolean to text": (lambda t: t.get("type") == "boolean", changed(type="string")),
    "object": (prose, changed(type="object", properties={"a": {"type": "string"}}, default=None)),
    "default changed": (lambda t: numeric(t) and "default" in t, changed(default=3)),
    "description changed": (has("description"), changed(description="Another text.")),
    "foreign keyword": (prose, changed(contentEncoding="base64")),
    "recursive reference": (prose, changed(type=None, **{"$ref": "#/properties/prompt"})),
    "limits halved": (has("validations"), limits(scaled(0.5))),
    "limits doubled": (has("validations"), limits(scaled(2))),
    "pixels respelled": (has("validations"), limits(pixels_exclusive)),
    "rules dropped": (has("validations"), changed(validations=None)),
    "ratio narrowed": (has("validations"), only("width/height", scaled(0.8))),
    "size limited": (image, with_rule("file_size_mb<=", "3")),
    "ratio limited": (image, with_rule("width/height≤", 2.5)),
    "unknown metric": (image, with_rule("bit_depth<=", 8)),
    "implied rule": (has("validations"), with_rule("width_pixels>", 0)),
    "message changed": (has("validations"), limits(lambda r: {**r, "validation_error": "no"})),
}  # fmt: skip


def required(schema: Schema, name: str) -> Schema:
    return {**schema, "required": [*schema.get("required", []), name]}


def not_required(schema: Schema, name: str) -> Schema:
    return {**schema, "required": [each for each in schema["required"] if each != name]}


def removed(schema: Schema, name: str) -> Schema:
    kept = {key: item for key, item in schema["properties"].items() if key != name}
    return {**not_required({"required": [], **schema}, name), "properties": kept}


def renamed(schema: Schema, name: str) -> Schema:
    answer = {
        f"{key}_new" if key == name else key: each
        for key, each in schema["properties"].items()
    }
    asked = [f"{key}_new" if key == name else key for key in schema.get("required", [])]
    return {**schema, "properties": answer, "required": asked}


def added(schema: Schema, name: str) -> Schema:
    return {
        **schema,
        "properties": {**schema["properties"], "zeal": {"type": "integer"}},
    }


def demanded(schema: Schema, name: str) -> Schema:
    return required(added(schema, name), "zeal")


def is_required(schema: Schema, name: str) -> bool:
    return name in schema.get("required", [])


def is_optional(schema: Schema, name: str) -> bool:
    return not is_required(schema, name)


def is_first(schema: Schema, name: str) -> bool:
    return next(iter(schema["properties"])) == name


OBJECT: dict[
    str, tuple[Callable[[Schema, str], bool], Callable[[Schema, str], Schema]]
] = {
    "became required": (is_optional, required),
    "became optional": (is_required, not_required),
    "optional removed": (is_optional, removed),
    "required removed": (is_required, removed),
    "optional renamed": (is_optional, renamed),
    "required renamed": (is_required, renamed),
    "optional added": (is_first, added),
    "required added": (is_first, demanded),
}


@cache
def schemas() -> dict[str, Schema]:
    """The published input schemas: one a model, in the locale whose structure counts."""
    found: dict[str, Schema] = {}
    for path in sorted(SCHEMAS.rglob("*.json"), key=lambda p: (p.name != "en.json", p)):
        if path.name != "dialect.schema.json":
            answer = json.loads(path.read_text("utf-8"))
            found.setdefault(answer["model_id"], answer["input_schema"])
    return dict(sorted(found.items()))


def cases() -> list[Case]:
    """Every mutation on a few fields, which lie as far apart as the catalog allows."""
    chosen: list[Case] = []
    for mutation in (*PROPERTY, *OBJECT):
        possible = list(_possible(mutation))
        stride = max(1, len(possible) // PER_MUTATION)
        chosen += possible[::stride][:PER_MUTATION]
    return chosen


def _possible(mutation: str) -> Iterator[Case]:
    for model, schema in schemas().items():
        for name, item in schema["properties"].items():
            after = _mutated(mutation, schema, name, item)
            if after is not None:
                yield Case(model, name, mutation, schema, after)


def _mutated(mutation: str, schema: Schema, name: str, told: Schema) -> Schema | None:
    if mutation in OBJECT:
        fits, change = OBJECT[mutation]
        return change(schema, name) if fits(schema, name) else None
    suits, alter = PROPERTY[mutation]
    if not suits(told):
        return None
    after = copy.deepcopy(schema)
    after["properties"][name] = {
        key: value for key, value in alter(told).items() if value is not None
    }
    return after
