"""Rules about fields: defaults, samples, choices, and the media rules on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..ir.diagnostic import Severity
from ..ir.exact import exact_value
from ..ir.model import (
    NOTHING,
    Array,
    Choice,
    Field,
    Model,
    Nullable,
    Text,
    Type,
    Union,
    Value,
    types_in,
)
from ..subtype import Yes
from ..subtype.accepts import accepts, is_empty
from ..subtype.media_rules import rule_set, rules_imply
from .rule import LintFinding, each_field, fields_with_pointers, lint_rule, rule_groups


@lint_rule(
    "impossible-default",
    Severity.WARNING,
    summary="The schema of a field does not accept its published default.",
    why="The server would refuse its own default if a caller sent it.",
    before='{"steps": {"type": "integer", "maximum": 50, "default": 60}}',
    after='{"steps": {"type": "integer", "maximum": 50, "default": 50}}',
    advice="Do not rely on the published default.",
)
@each_field
def impossible_default(field: Field, pointer: str) -> Iterator[tuple[str, str]]:
    """A field that does not accept its default."""
    return _refused(field, "default", field.default, pointer)


@lint_rule(
    "impossible-sample",
    Severity.INFO,
    summary="The schema of a field does not accept its published sample.",
    why="A caller who copies the published example gets an error.",
    before='{"prompt": {"type": "string", "maxLength": 3, "default": "a cat"}}',
    after='{"prompt": {"type": "string", "maxLength": 9, "default": "a cat"}}',
    advice="Do not rely on the published sample.",
)
@each_field
def impossible_sample(field: Field, pointer: str) -> Iterator[tuple[str, str]]:
    """A field that does not accept its sample."""
    return _refused(field, "sample", field.sample, pointer)


def _refused(
    field: Field, what: str, value: Value | None, pointer: str
) -> Iterator[tuple[str, str]]:
    """A value that the field does not accept. An empty text or list means no value."""
    if value is None or value.text in ('""', "[]"):
        return
    if accepts(field.type, exact_value(value)) is False:
        shortened = value.text if len(value.text) <= 60 else f"{value.text[:59]}…"
        message = f"{field.wire_name!r} does not accept its own {what} {shortened}"
        yield f"{pointer}/default", message


@lint_rule(
    "impossible-value",
    Severity.ERROR,
    summary=(
        "The bounds of a field, or of one of its alternatives, contradict each other: "
        "no value meets all of them."
    ),
    why="If the field is required, every call fails.",
    before='{"steps": {"type": "integer", "minimum": 5, "maximum": 4}}',
    after='{"steps": {"type": "integer", "minimum": 4, "maximum": 5}}',
    advice="Ask the publisher which of the bounds is meant.",
)
@each_field
def impossible_value(field: Field, pointer: str) -> Iterator[tuple[str, str]]:
    """A field whose type accepts no value."""
    if field.type == NOTHING:
        # The build reports the keywords that contradict each other.
        return
    if is_empty(field.type):
        yield pointer, f"no value is valid for {field.wire_name!r}"
    elif any(map(is_empty, _alternatives(field.type))):
        yield pointer, f"no value is valid for an alternative of {field.wire_name!r}"


def _alternatives(kind: Type) -> Iterator[Type]:
    """The alternatives of a type and of its items; nested fields are checked themselves."""
    match kind:
        case Union(options=options):
            yield from options
            for option in options:
                yield from _alternatives(option)
        case Nullable(inner=inner):
            yield inner
            yield from _alternatives(inner)
        case Array(items=items):
            yield items
            yield from _alternatives(items)
        case _:
            pass


@lint_rule(
    "enum-case-drift",
    Severity.INFO,
    summary="A choice is spelled in another case in most other places.",
    why=(
        "Values are sent unchanged, and models differ: one accepts `720P`, another "
        "only `720p`."
    ),
    before=(
        '{"resolution": {"type": "string", "enum": ["720P"]}, "size": {"type": '
        '"string", "enum": ["720p"]}, "quality": {"type": "string", "enum": '
        '["720p"]}}'
    ),
    after='{"resolution": {"type": "string", "enum": ["720p"]}}',
    advice="Take the spelling from the generated `Literal` of each model.",
)
def enum_case_drift(models: Sequence[Model]) -> Iterator[LintFinding]:
    """Every choice that most other places spell in another case."""
    places = [
        (model.model_id, pointer, word)
        for model in models
        for field, pointer in fields_with_pointers(model)
        for word in _words(field.type)
    ]
    counts = Counter(word for _, _, word in places)
    # Of spellings that are equally frequent, the one in capitals counts as the rarer.
    rarest_first = sorted(counts, key=lambda word: (counts[word], word))
    usual = {word.casefold(): word for word in rarest_first}
    for model_id, pointer, word in places:
        other = usual[word.casefold()]
        if other != word:
            message = f"{word!r} is spelled {other!r} in {counts[other]} other places"
            yield LintFinding(model_id, f"{pointer}/enum", message)


def _words(kind: Type) -> list[str]:
    """The texts among the choices of a type, in their published order."""
    choices = (inner.values for inner in types_in(kind) if isinstance(inner, Choice))
    values = (value.load() for values in choices for value in values)
    return list(dict.fromkeys(word for word in values if isinstance(word, str)))


# Media fields and the media rules on them.


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


RULES = (
    impossible_default,
    impossible_sample,
    impossible_value,
    enum_case_drift,
    contradictory_rules,
    redundant_rule,
    media_without_format,
)
