"""The messages of media rules in every language that a model was published in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from runcomfy_runtime.rule import Rule

from ..ir.model import Field, Model, Object
from .rebuild import rebuilt


def translated(model: Model, told: Mapping[str, Model]) -> Model:
    """The model; a rule whose message differs between its locales has all of them.

    ``told`` is the model in each locale, all of one structure: their rules pair off in order.
    """
    columns = [other.rules for other in told.values()]
    known: dict[Rule, Rule] = {}
    for rule, *same in zip(model.rules, *columns, strict=True):
        messages = {
            locale: each.message for locale, each in zip(told, same, strict=True)
        }
        if len({rule.message, *messages.values()}) > 1:
            known[rule] = replace(rule, translations=tuple(messages.items()))

    def change(field: Field) -> Field:
        return replace(
            field, rules=tuple(known.get(each, each) for each in field.rules)
        )

    if not known:
        return model
    return replace(model, input=cast(Object, rebuilt(model.input, change)))
