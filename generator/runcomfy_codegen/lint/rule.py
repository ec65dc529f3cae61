"""What a lint rule is: texts that explain it, and a check of models or their fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from runcomfy_runtime.rule import Rule as MediaRule

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.json_text import pointer_token
from ..ir.model import Array, Field, Model, Nullable, Object, Type, Union
from ..reports.command_report import RuleMetadata


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One finding of a rule, at a JSON pointer into the document of a model."""

    model_id: str
    pointer: str
    message: str


CheckModels: TypeAlias = Callable[[Sequence[Model]], Iterator[LintFinding]]
CheckField: TypeAlias = Callable[[Field, str], Iterator[tuple[str, str]]]
"""Checks a field at a pointer; returns the pointer and the message of each finding."""
CheckMediaRule: TypeAlias = Callable[[MediaRule], str]
"""Checks one media rule; returns the message of a finding, or an empty text."""


@dataclass(frozen=True, slots=True)
class LintRule:
    """One rule: its texts, how bad its findings are, and its check.

    ``before`` and ``after`` in the texts are JSON texts of the properties of an input.
    """

    metadata: RuleMetadata
    severity: Severity
    check: CheckModels

    @property
    def id(self) -> str:
        """The code of the rule in diagnostics."""
        return self.metadata.id

    def diagnostics(self, models: Sequence[Model]) -> Iterator[Diagnostic]:
        """The findings of the rule. The caller adds the file and the position."""
        for finding in self.check(models):
            yield Diagnostic(
                code=self.id,
                message=finding.message,
                severity=self.severity,
                model=finding.model_id,
                pointer=finding.pointer,
                hint=self.metadata.advice,
            )


def lint_rule(
    rule_id: str,
    severity: Severity,
    *,
    summary: str,
    why: str,
    before: str,
    after: str,
    advice: str,
) -> Callable[[CheckModels], LintRule]:
    """Makes a rule from a function that checks all models."""
    metadata = RuleMetadata(
        id=rule_id, summary=summary, why=why, before=before, after=after, advice=advice
    )
    return lambda check: LintRule(metadata, severity, check)


def each_field(check: CheckField) -> CheckModels:
    """Checks every field of the input and the published output of every model."""

    def check_models(models: Sequence[Model]) -> Iterator[LintFinding]:
        for model in models:
            for field, field_pointer in fields_with_pointers(model):
                for pointer, message in check(field, field_pointer):
                    yield LintFinding(model.model_id, pointer, message)

    return check_models


def each_media_rule(check: CheckMediaRule) -> CheckModels:
    """Checks every media rule of every field."""

    def check_field(field: Field, _: str) -> Iterator[tuple[str, str]]:
        for pointer, rule in zip(field.rule_pointers, field.rules, strict=True):
            message = check(rule)
            if message:
                yield pointer, message

    return each_field(check_field)


def fields_with_pointers(model: Model) -> Iterator[tuple[Field, str]]:
    """Every field with the JSON pointer of its schema, parents before their children.

    These are the fields of the input and of the published output.
    """
    yield from _fields_below(model.input, "/input_schema")
    if model.published_output is not None:
        yield from _fields_below(model.published_output, "/output_schema")


def rule_groups(field: Field) -> Iterator[dict[str, MediaRule]]:
    """The media rules of a field by their pointers in the document, a group for each target."""
    placed_rules = list(zip(field.rule_pointers, field.rules, strict=True))
    for target in dict.fromkeys(rule.pointer for rule in field.rules):
        yield {
            pointer: rule for pointer, rule in placed_rules if rule.pointer == target
        }


def _fields_below(kind: Type, pointer: str) -> Iterator[tuple[Field, str]]:
    match kind:
        case Object(fields=fields, extra=extra):
            for field in fields:
                here = f"{pointer}/properties/{pointer_token(field.wire_name)}"
                yield field, here
                yield from _fields_below(field.type, here)
            if extra is not None:
                yield from _fields_below(extra, f"{pointer}/additionalProperties")
        case Array(items=items):
            yield from _fields_below(items, f"{pointer}/items")
        case Nullable(inner=inner):
            yield from _fields_below(inner, pointer)
        case Union(options=options):
            for option in options:
                yield from _fields_below(option, pointer)
        case _:
            pass
