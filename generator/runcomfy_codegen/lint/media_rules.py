"""Rules about media fields and the media rules on them."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.diagnostic import Severity
from ..ir.model import Field, Text, types_in
from ..subtype import Yes
from ..subtype.media_rules import rule_set, rules_imply
from .rule import each_field, lint_rule, rule_groups


@lint_rule(
    "contradictory-rules",
    Severity.ERROR,
    summary=(
        "The media rules of a field contradict each other: no file can pass all of "
        "them."
    ),
    why="Every call fails, or the server does not do what it publishes.",
    before=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>", "validation_value": 4096, '
        '"validation_error": ""}, {"validation_rule": "width_pixels<", '
        '"validation_value": 4097, "validation_error": ""}]}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>", "validation_value": 300, '
        '"validation_error": ""}, {"validation_rule": "width_pixels<", '
        '"validation_value": 4097, "validation_error": ""}]}}'
    ),
    advice="Ask the publisher which of the rules is meant.",
)
@each_field
def contradictory_rules(field: Field, _: str) -> Iterator[tuple[str, str]]:
    """A field whose rules no file can pass."""
    for rules in rule_groups(field):
        if rule_set(rules.values()).empty:
            conditions = ", ".join(rule.condition for rule in rules.values())
            message = f"no file can pass all rules of {field.wire_name!r}: {conditions}"
            yield next(iter(rules)).rpartition("/")[0], message


@lint_rule(
    "redundant-rule",
    Severity.WARNING,
    summary=(
        "A media rule follows from the other rules of its field, or from what can be "
        "measured at all."
    ),
    why=(
        "A rule without effect is usually a mistake: another limit or operator was "
        "meant."
    ),
    before=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 4096, '
        '"validation_error": ""}, {"validation_rule": "width_pixels<", '
        '"validation_value": 5000, "validation_error": ""}]}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 4096, '
        '"validation_error": ""}]}}'
    ),
    advice="Ask the publisher whether another limit was meant.",
)
@each_field
def redundant_rule(field: Field, _: str) -> Iterator[tuple[str, str]]:
    """A rule that can be left out; of two equal rules, the second."""
    for rules in rule_groups(field):
        if rule_set(rules.values()).empty:
            continue
        kept = dict(rules)
        for pointer in reversed([*rules]):
            rest = [rule for other, rule in kept.items() if other != pointer]
            rule = rules[pointer]
            if rule.checkable and isinstance(rules_imply(rest, [rule]), Yes):
                del kept[pointer]
                message = f"{rule.condition!r} follows from the other rules"
                yield pointer, message


@lint_rule(
    "media-without-format",
    Severity.INFO,
    summary=(
        "A field expects a media URL, but has no format. Only its rules, its sample "
        "or its name show it."
    ),
    why="Tools that rely on the format do not recognise the field.",
    before=(
        '{"image_url": {"type": "string", "validations": [{"validation_rule": '
        '"width_pixels<=", "validation_value": 4096, "validation_error": ""}]}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 4096, '
        '"validation_error": ""}]}}'
    ),
    advice="Nothing needs to be done here: this tool treats the field as media.",
)
@each_field
def media_without_format(field: Field, pointer: str) -> Iterator[tuple[str, str]]:
    """A media field whose texts have no format."""
    texts = (kind for kind in types_in(field.type) if isinstance(kind, Text))
    if field.media is not None and not any(text.format for text in texts):
        media = field.media.value
        yield pointer, f"{field.wire_name!r} names {media} files, but has no format"


RULES = (contradictory_rules, redundant_rule, media_without_format)
