"""The rule about limits that only a description states, and numbers in published messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from ..ir.diagnostic import Severity
from ..ir.model import Model
from ..prose.already_stated import is_limited
from ..prose.reader import read_field
from ..prose.references import FieldIndex
from ..prose.subject import subjects
from .range_rules import other_range
from .rule import LintFinding, lint_rule

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
"""A number in prose, with separators of thousands or a decimal comma."""

_RATIO = re.compile(rf"({NUMBER})\s*[:/]\s*({NUMBER})")
_PLAIN = re.compile(NUMBER)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


@lint_rule(
    "prose-limit",
    Severity.INFO,
    summary="A description states a limit that no rule, bound or stated limit has.",
    why="The client cannot check the limit before a job is paid for.",
    before=(
        '{"image_url": {"type": "string", "format": "image_uri", "description": '
        '"Up to 30MB."}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "description": '
        '"Up to 30MB.", "validations": [{"validation_rule": "file_size_mb<=", '
        '"validation_value": 30, "validation_error": ""}]}}'
    ),
    advice=(
        "Review what `runcomfy-codegen limits suggest` drafts for it, and put it into "
        "limits/; tell the publisher that a rule is missing."
    ),
)
def prose_limit(models: Sequence[Model]) -> Iterator[LintFinding]:
    """A limit that the reader of descriptions drafts and nothing else states."""
    for model in models:
        fields = subjects(model.input)
        members = FieldIndex([field for field in fields if field.top_level])
        for field in fields:
            # A range that the schema contradicts is reported as such.
            contradicted, _ = other_range(field.field)
            for draft in read_field(field, members).drafts:
                if draft.quote != contradicted and not is_limited(draft, model.limits):
                    yield LintFinding(
                        model.model_id,
                        f"{_in_document(field.pointer)}/description",
                        f"{field.field.wire_name!r}: no rule, bound or limit states "
                        f"{draft.quote!r}",
                    )


def _in_document(pointer: str) -> str:
    """The pointer of a field's schema in the document."""
    first, *rest = pointer.split("/")[1:]
    steps = ("/items" if step == "*" else f"/properties/{step}" for step in rest)
    return f"/input_schema/properties/{first}{''.join(steps)}"


def stated_numbers(text: str) -> set[Fraction]:
    """Every number in a text; for a ratio its quotient, its inverse and its terms."""
    numbers = {
        value for number in _PLAIN.findall(text) for value in possible_values(number)
    }
    for one, other in _RATIO.findall(text):
        upper, lower = possible_values(one)[0], possible_values(other)[0]
        if upper and lower:
            numbers |= {upper / lower, lower / upper}
    return numbers


def possible_values(number: str) -> list[Fraction]:
    """What a number in prose can mean: ``4,096`` is 4096, or 4.096 with a decimal comma."""
    if _THOUSANDS.fullmatch(number):
        decimal = number.count(",") == 1 and "." not in number
        texts = [number.replace(",", "")] + [number.replace(",", ".")] * decimal
        return [Fraction(text) for text in texts]
    return [Fraction(number.replace(",", "."))]


RULES = (prose_limit,)
