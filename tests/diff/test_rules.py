"""The rules: every one of them has an example, a section of the page, and facts of its own."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.diff import rules
from runcomfy_codegen.diff.compare import facts
from runcomfy_codegen.diff.compare.facts import Facet, Fact, Side
from runcomfy_codegen.diff.compare.published import PublishedTexts
from runcomfy_codegen.diff.finding import DiffFinding, DiffVerdict
from runcomfy_codegen.diff.rule import DiffRule
from runcomfy_codegen.diff.rules import diff
from runcomfy_codegen.diff.rules.facets import FACETS
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.targets.python.names import ChosenNames
from runcomfy_codegen.targets.target import Overrides
from support.built_models import compared, model_of

RULES = {rule.id: rule for rule in rules.RULES}


def example(rule: DiffRule, text: str, model_id: str) -> list[Model]:
    """The model of an example's schema; on the output side as it stands, not opened."""
    if not text:
        return []
    schema: dict[str, Any] = {"type": "object", **json.loads(text)}
    model = model_of(schema, model_id)
    if rule.example_side is Side.OUTPUT:
        return [
            replace(model_of({"type": "object", "properties": {}}), output=model.input)
        ]
    return [model]


def of_example(rule: DiffRule) -> tuple[DiffFinding, ...]:
    """What the diff says of an example; some rules are about more than schemas."""
    if rule.id == "locale-drifted":
        return diff([], [], texts=PublishedTexts({}, {}, (("acme/model", "de"),)))
    if rule.id == "name-changed":
        (model,) = example(rule, rule.metadata.before, "acme/model")
        chosen = {"acme/model": ChosenNames(fields={"seed": "start"})}
        return compared([model], [model], overrides=(Overrides(), Overrides(chosen)))
    renamed = "acme/model-2" if rule.id == "model-renamed" else "acme/model"
    return compared(
        example(rule, rule.metadata.before, "acme/model"),
        example(rule, rule.metadata.after, renamed),
    )


def test_every_topic_gives_its_rules_and_no_id_is_there_twice() -> None:
    topics = [
        importlib.import_module(f"{rules.__name__}.{module.name}")
        for module in pkgutil.iter_modules(rules.__path__)
    ]
    of_topics = [rule for topic in topics for rule in topic.RULES]
    assert sorted(rule.id for rule in of_topics) == [rule.id for rule in rules.RULES]
    assert len(RULES) == len(rules.RULES) == 51


def test_every_kind_of_fact_is_some_rules_business() -> None:
    judged = {rule.fact_type for rule in rules.RULES}
    kinds = (kind for kind in vars(facts).values() if isinstance(kind, type))
    assert judged == {kind for kind in kinds if issubclass(kind, Fact)} - {Fact}


def test_every_facet_is_a_row_of_the_table() -> None:
    assert {row.facet for row in FACETS} == set(Facet)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_its_own_example(rule: DiffRule) -> None:
    assert rule.id in {each.rule for each in of_example(rule)}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_an_example_shows_what_its_rule_is_about(rule: DiffRule) -> None:
    """What an example shows beside its rule, a reader can explain: the other lens."""
    allowed = {
        "media-kind-changed": {"text-format-narrowed"},
        "annotation-narrowed": {"choices-narrowed"},
        "annotation-widened": {"type-widened"},
        "choices-narrowed": {"annotation-narrowed"},
        "type-narrowed": {"annotation-narrowed"},
        "object-members-narrowed": {"annotation-narrowed"},
        "class-removed": {"object-members-widened"},
    }
    others = {each.rule for each in of_example(rule)} - {rule.id}
    assert others == allowed.get(rule.id, set())


def test_every_facet_has_a_rule_for_either_direction() -> None:
    narrowed = {
        name.removesuffix("-narrowed") for name in RULES if name.endswith("-narrowed")
    }
    widened = {
        name.removesuffix("-widened") for name in RULES if name.endswith("-widened")
    }
    assert narrowed == widened


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_what_hurts_says_what_to_do(rule: DiffRule) -> None:
    for each in of_example(rule):
        assert bool(each.hint) is each.verdict.reaches(DiffVerdict.RISKY)
        if each.verdict is DiffVerdict.RISKY:
            assert each.reason


def test_the_page_of_the_rules_is_what_the_rules_say(
    golden: Callable[[Path, str], None],
) -> None:
    golden(
        Path(__file__).parents[2] / "docs" / "rules" / "diff.md",
        rules.rules_page(),
    )
