"""Rules about the message of a media rule: does it say what the rule does?

Messages are compared with rules, and never decide anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from runcomfy_runtime.metrics_and_operators import METRICS, Unit
from runcomfy_runtime.rule import Rule as MediaRule

from ..ir.diagnostic import Severity
from ..ir.model import Field
from .prose_rules import stated_numbers
from .rule import each_field, each_media_rule, lint_rule

_INCLUSIVE = re.compile(
    r"≤|≥|<=|>=|\bat (least|most)\b|\bup to\b|\b(not|n't) exceed\b|\bwithin\b|\bmaximum\b"
    r"|\bminimum\b|\bor (smaller|larger|less|more|shorter|longer)\b"
    r"|не менее|не более|не должн\w+ превышать"
    r"|以上|以下|不超过|至少|至多",
    re.IGNORECASE,
)
_EXCLUSIVE = re.compile(
    r"\b(less|smaller|lower|shorter|fewer|greater|larger|more|higher|longer) than\b"
    r"|\bmust exceed\b|\b(under|below|above|over) \d|меньше|больше|小于|大于|未満|超える",
    re.IGNORECASE,
)


_NOT = r"\b(?:not|n't|never|no)\s+(?:be\s+)?"
_LESS = r"(?:less|smaller|lower|shorter|fewer|under|below)"
_MORE = r"(?:greater|larger|bigger|more|higher|longer|over|above)"
_NEGATED = re.compile(rf"{_NOT}(?:{_LESS}|{_MORE}) than\b", re.IGNORECASE)
_UPPER = re.compile(
    rf"{_NOT}{_MORE}\b|{_NOT}exceed|\bat most\b|\bup to\b|\bmax(?:imum)?\b|≤|<"
    rf"|(?<!not )(?<!not be )(?<!no )\b{_LESS} than\b"
    r"|\bor (?:smaller|less|shorter)\b|не более|не должн\w+ превышать|不超过|至多|以下",
    re.IGNORECASE,
)
_LOWER = re.compile(
    rf"{_NOT}{_LESS}\b|\bat least\b|\bmin(?:imum)?\b|≥|>|\bmust exceed\b"
    rf"|(?<!not )(?<!not be )(?<!no )\b{_MORE} than\b"
    r"|\bor (?:larger|more|longer)\b|не менее|至少|以上",
    re.IGNORECASE,
)

_OTHER_WORDS = {
    name: re.compile(row.other_words, re.IGNORECASE)
    for name, row in METRICS.items()
    if row.other_words
}


@lint_rule(
    "message-against-direction",
    Severity.WARNING,
    summary=(
        "A media rule is a lower limit and its message states an upper limit, or the "
        "reverse."
    ),
    why=(
        "The rule refuses files that the message allows, and allows files that the "
        "message excludes."
    ),
    before=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>=", "validation_value": 320, '
        '"validation_error": "The width must be at most 320 pixels."}]}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 320, '
        '"validation_error": "The width must be at most 320 pixels."}]}}'
    ),
    advice="The rule decides. Ask the publisher which of the two is meant.",
)
@each_media_rule
def message_against_direction(rule: MediaRule) -> str:
    """A rule on a single measure whose message clearly states the opposite limit."""
    stated = _stated_direction(rule.message)
    actual = rule.comparison.end if rule.comparison else ""
    single = rule.expression is not None and len(rule.expression.names) == 1
    if single and stated and actual and stated != actual:
        return (
            f"{rule.condition!r} is a limit at the {actual} end, and its message at "
            f"the {stated}: {rule.message!r}"
        )
    return ""


@lint_rule(
    "message-against-limit",
    Severity.WARNING,
    summary="The message of a media rule names numbers, but not the limit of the rule.",
    why=(
        "A caller who trusts the message sends files that are refused, or does not "
        "send files that are fine."
    ),
    before=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "file_size_mb<=", "validation_value": 15, '
        '"validation_error": "Each file must be at most 10 MB."}]}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "file_size_mb<=", "validation_value": 15, '
        '"validation_error": "Each file must be at most 15 MB."}]}}'
    ),
    advice="The rule decides. Tell the publisher that the message is wrong.",
)
@each_media_rule
def message_against_limit(rule: MediaRule) -> str:
    """A rule whose message names only other numbers."""
    stated = stated_numbers(rule.message)
    if rule.checkable and stated and rule.threshold not in stated:
        return f"{rule.condition!r}, but its message says {rule.message!r}"
    return ""


@lint_rule(
    "message-against-metric",
    Severity.WARNING,
    summary=(
        "The message of a media rule is about another measure than the rule, or uses "
        "another unit."
    ),
    why=(
        "A caller who trusts the message changes the wrong property of the file, or "
        "changes it too much."
    ),
    before=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>=", "validation_value": 320, '
        '"validation_error": "The height must be at least 320 pixels."}]}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>=", "validation_value": 320, '
        '"validation_error": "The width must be at least 320 pixels."}]}}'
    ),
    advice="The rule decides. Tell the publisher that the message is wrong.",
)
@each_media_rule
def message_against_metric(rule: MediaRule) -> str:
    """A rule whose message names another measure, and not its own."""
    other_words, text = _OTHER_WORDS.get(rule.metric), rule.message.lower()
    if other_words is None or METRICS[rule.metric].word in text:
        return ""
    if other_words.search(text):
        return (
            f"{rule.condition!r}, and its message is about something else: "
            f"{rule.message!r}"
        )
    return ""


@lint_rule(
    "message-against-operator",
    Severity.WARNING,
    summary=(
        "The message of a media rule includes the limit itself and its operator "
        "excludes it, or the reverse."
    ),
    why=(
        "A caller who trusts the message sends a file exactly at the limit, and it is "
        "refused. The rule decides; the message is only quoted."
    ),
    before=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>", "validation_value": 320, '
        '"validation_error": "The width must be at least 320 pixels."}]}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels>=", "validation_value": 320, '
        '"validation_error": "The width must be at least 320 pixels."}]}}'
    ),
    advice="Keep away from the limit itself, and tell the publisher.",
)
@each_media_rule
def message_against_operator(rule: MediaRule) -> str:
    """A rule whose message clearly states the other kind of bound."""
    stated = _stated_inclusiveness(rule.message)
    actual = _inclusiveness(rule)
    if stated and actual and stated != actual:
        return (
            f"{rule.condition!r} is {actual}, and its message is {stated}: "
            f"{rule.message!r}"
        )
    return ""


def _inclusiveness(rule: MediaRule) -> str:
    """Whether the limit itself is allowed; empty if the rule limits no end."""
    if rule.comparison is None or not rule.comparison.end:
        return ""
    return "inclusive" if rule.comparison.equal else "exclusive"


def _stated_direction(text: str) -> str:
    """``upper`` or ``lower`` if a text states one kind of limit and not the other."""
    upper, lower = _UPPER.search(text), _LOWER.search(text)
    if upper and not lower:
        return "upper"
    return "lower" if lower and not upper else ""


def _stated_inclusiveness(text: str) -> str:
    """``inclusive`` or ``exclusive`` if a text clearly says so, else an empty text."""
    if _NEGATED.search(text):
        return "inclusive"
    inclusive, exclusive = _INCLUSIVE.search(text), _EXCLUSIVE.search(text)
    if inclusive and not exclusive:
        return "inclusive"
    return "exclusive" if exclusive and not inclusive else ""


_ALL, _SEEN, _MOVING = "audio image video", "image video", "audio video"
_KINDS: Mapping[Unit, str] = {
    Unit.MEGABYTES: _ALL,
    Unit.MEBIBYTES: _ALL,
    Unit.PIXELS: _SEEN,
    Unit.MEGAPIXELS: _SEEN,
    Unit.SECONDS: _MOVING,
    Unit.PER_SECOND: "video",
    Unit.COUNT: "video",
}
"""The kinds of media that a quantity with this unit can be measured of."""


@lint_rule(
    "metric-of-another-kind",
    Severity.WARNING,
    summary="A media rule measures what files of the field's kind do not have.",
    why="No file can be checked with the rule: a sound has no width, a picture no duration.",
    before=(
        '{"audio_url": {"type": "string", "format": "audio_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 4096, '
        '"validation_error": ""}]}}'
    ),
    after=(
        '{"image_url": {"type": "string", "format": "image_uri", "validations": '
        '[{"validation_rule": "width_pixels<=", "validation_value": 4096, '
        '"validation_error": ""}]}}'
    ),
    advice="Tell the publisher: the rule or the format of the field is wrong.",
)
@each_field
def metric_of_another_kind(field: Field, _: str) -> Iterator[tuple[str, str]]:
    """A rule with a metric that the kind of the field cannot have."""
    if field.media is None:
        return
    for pointer, rule in zip(field.rule_pointers, field.rules, strict=True):
        names = rule.expression.names if rule.expression else ()
        for name in names:
            kinds = _KINDS[METRICS[name].unit].split()
            if field.media.value not in kinds:
                yield pointer, (
                    f"{rule.condition!r}: {field.media.value} files have no {name};"
                    f" only {' and '.join(kinds)} files do"
                )
                break


RULES = (
    message_against_direction,
    message_against_limit,
    message_against_metric,
    message_against_operator,
    metric_of_another_kind,
)
