"""One table of facets: each row makes two rules, ``…-narrowed`` and ``…-widened``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...reports.command_report import RuleMetadata
from ...subtype import Answer, No, Unsure
from ..compare.facts import Facet, Side, ValuesChanged
from ..finding import DiffVerdict, Witness
from ..rule import (
    READ_BY_OLD_CLASSES,
    DiffRule,
    Judge,
    RuleResult,
    is_worth_reporting,
    reason_of,
    verdict_of,
    witness_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetTexts:
    """What the two rules about a facet say.

    ``wide`` and ``narrow`` are an example: schemas of one property that accept more and
    fewer values. The messages are followed by the facet before and after.
    """

    facet: Facet
    narrowed: str
    why: str
    advice: str
    narrowed_message: str
    widened: str
    widened_message: str
    property_name: str
    wide: str
    narrow: str

    def example(self, schema: str) -> str:
        """An input with the property of the example (JSON)."""
        return f'{{"properties": {{"{self.property_name}": {schema}}}}}'


WHY_WIDENED = (
    "Callers may send more values than before, which breaks no caller. For an output "
    "it is the other way round: old callers receive values that they do not know."
)
ADVICE_WIDENED = (
    "Callers that pass on what they receive must handle the new values. Where they "
    "cannot, read `.raw`."
)

FACETS = (
    FacetTexts(
        facet=Facet.TYPE,
        narrowed="Values of the old type are no longer accepted.",
        why="Calls that send values of the old type fail.",
        advice="Send values of the new type.",
        narrowed_message="values of the old type are no longer accepted",
        widened="Values of another type are also accepted.",
        widened_message="values of another type are also accepted",
        property_name="scale",
        wide='{"type": "number"}',
        narrow='{"type": "integer"}',
    ),
    FacetTexts(
        facet=Facet.NULL,
        narrowed="Null is no longer accepted.",
        why="Calls that send null fail. All spellings of nullable count as the same.",
        advice="Leave the field out instead of sending null.",
        narrowed_message="null is no longer accepted",
        widened="Null is also accepted.",
        widened_message="null is also accepted",
        property_name="mask",
        wide='{"type": ["string", "null"]}',
        narrow='{"type": "string"}',
    ),
    FacetTexts(
        facet=Facet.CHOICES,
        narrowed="Fewer values can be chosen.",
        why=(
            "Calls that send a removed value fail, and the generated `Literal` no "
            "longer has it."
        ),
        advice="Choose another value in the calls that send a removed one.",
        narrowed_message="fewer values can be chosen",
        widened="More values can be chosen.",
        widened_message="more values can be chosen",
        property_name="resolution",
        wide='{"type": "string", "enum": ["480p", "720p", "1080p"]}',
        narrow='{"type": "string", "enum": ["720p", "1080p"]}',
    ),
    FacetTexts(
        facet=Facet.RANGE,
        narrowed="The allowed number range got smaller.",
        why="Numbers near the old limit are no longer accepted.",
        advice="Keep the numbers that calls send within the new limits.",
        narrowed_message="the allowed number range got smaller",
        widened="The allowed number range got larger.",
        widened_message="the allowed number range got larger",
        property_name="steps",
        wide='{"type": "integer", "minimum": 1, "maximum": 50}',
        narrow='{"type": "integer", "minimum": 1, "maximum": 30}',
    ),
    FacetTexts(
        facet=Facet.STEP,
        narrowed="Numbers must be multiples of a new step.",
        why="Numbers between the steps are no longer accepted.",
        advice="Round the numbers that calls send to the step.",
        narrowed_message="numbers between the steps are no longer accepted",
        widened="Numbers between the old steps are also accepted.",
        widened_message="numbers between the old steps are also accepted",
        property_name="width",
        wide='{"type": "integer"}',
        narrow='{"type": "integer", "multipleOf": 64}',
    ),
    FacetTexts(
        facet=Facet.LENGTH,
        narrowed="The allowed range of text lengths got smaller.",
        why=(
            "Texts that are too long or too short for the new limits are no longer "
            "accepted."
        ),
        advice="Shorten or lengthen the texts that calls send.",
        narrowed_message="the allowed range of text lengths got smaller",
        widened="The allowed range of text lengths got larger.",
        widened_message="the allowed range of text lengths got larger",
        property_name="prompt",
        wide='{"type": "string", "maxLength": 2000}',
        narrow='{"type": "string", "maxLength": 800}',
    ),
    FacetTexts(
        facet=Facet.PATTERN,
        narrowed="Texts must match a new pattern.",
        why="Texts that do not match the pattern are no longer accepted.",
        advice="Match the texts against the pattern before you send them.",
        narrowed_message="texts must match a new pattern",
        widened="Texts need not match the old pattern any more.",
        widened_message="texts that do not match the old pattern are also accepted",
        property_name="color",
        wide='{"type": "string"}',
        narrow='{"type": "string", "pattern": "^#[0-9a-f]{6}$"}',
    ),
    FacetTexts(
        facet=Facet.FORMAT,
        narrowed="Texts must have a format, or another format than before.",
        why=(
            "Schemas do not say whether a server checks formats, so this change is "
            "never called harmless."
        ),
        advice="Send texts in the published format.",
        narrowed_message="texts may need another format",
        widened="Texts need no format any more, or another format than before.",
        widened_message="texts may have another format",
        property_name="source",
        wide='{"type": "string"}',
        narrow='{"type": "string", "format": "uri"}',
    ),
    FacetTexts(
        facet=Facet.COUNT,
        narrowed="The allowed range of list lengths got smaller.",
        why=(
            "Lists that are too long or too short for the new limits are no longer "
            "accepted."
        ),
        advice="Send lists of an allowed length.",
        narrowed_message="the allowed range of list lengths got smaller",
        widened="The allowed range of list lengths got larger.",
        widened_message="the allowed range of list lengths got larger",
        property_name="image_urls",
        wide='{"type": "array", "items": {"type": "string"}, "maxItems": 10}',
        narrow='{"type": "array", "items": {"type": "string"}, "maxItems": 6}',
    ),
    FacetTexts(
        facet=Facet.REPEATS,
        narrowed="Lists may no longer contain the same value twice.",
        why="Lists with repeated values are no longer accepted.",
        advice="Remove repeated values from the lists before you send them.",
        narrowed_message="items may no longer repeat",
        widened="Lists may contain the same value twice.",
        widened_message="items may repeat",
        property_name="tags",
        wide='{"type": "array", "items": {"type": "string"}}',
        narrow='{"type": "array", "items": {"type": "string"}, "uniqueItems": true}',
    ),
    FacetTexts(
        facet=Facet.MEMBERS,
        narrowed="Fewer nested objects are accepted.",
        why=(
            "Some nested objects that the old schema accepted are no longer accepted, "
            "for example because a member is required now."
        ),
        advice="Give nested objects the members that the new schema requires.",
        narrowed_message="fewer nested objects are accepted",
        widened="More nested objects are accepted.",
        widened_message="more nested objects are accepted",
        property_name="lora",
        wide='{"type": "object", "properties": {"path": {"type": "string"}}}',
        narrow=(
            '{"type": "object", "properties": {"path": {"type": "string"}}, '
            '"required": ["path"]}'
        ),
    ),
    FacetTexts(
        facet=Facet.ALTERNATIVES,
        narrowed="The alternatives of a field accept fewer values.",
        why=(
            "Some values that one of the old alternatives accepted match none of the "
            "new ones."
        ),
        advice="Send values that match one of the new alternatives.",
        narrowed_message="the alternatives accept fewer values",
        widened="The alternatives of a field accept more values.",
        widened_message="the alternatives accept more values",
        property_name="size",
        wide='{"type": ["string", "integer"], "maxLength": 9}',
        narrow='{"type": ["string", "integer"], "maxLength": 4}',
    ),
)


def _narrowed_rule(texts: FacetTexts) -> DiffRule:
    metadata = RuleMetadata(
        id=f"{texts.facet.value}-narrowed",
        summary=texts.narrowed,
        why=texts.why,
        before=texts.example(texts.wide),
        after=texts.example(texts.narrow),
        advice=texts.advice,
    )
    judge = _narrowed(texts.facet, texts.narrowed_message)
    return DiffRule(metadata=metadata, fact_type=ValuesChanged, judge=judge)


def _widened_rule(texts: FacetTexts) -> DiffRule:
    metadata = RuleMetadata(
        id=f"{texts.facet.value}-widened",
        summary=texts.widened,
        why=WHY_WIDENED,
        before=texts.example(texts.narrow),
        after=texts.example(texts.wide),
        advice=ADVICE_WIDENED,
    )
    judge = _widened(texts.facet, texts.widened_message)
    return DiffRule(metadata=metadata, fact_type=ValuesChanged, judge=judge)


def _narrowed(facet: Facet, message: str) -> Judge[ValuesChanged]:
    """Judges values that are no longer accepted. Callers may send them: a problem for inputs."""

    def judge(fact: ValuesChanged) -> Iterator[RuleResult]:
        if fact.facet is facet:
            change = (
                f"without {fact.removed}" if fact.removed else _change_in_words(fact)
            )
            text = f"{_about(fact, message, fact.old_in_new)}: {change}"
            yield from _judged(fact, fact.old_in_new, fact.new_in_old, Side.INPUT, text)

    return judge


def _widened(facet: Facet, message: str) -> Judge[ValuesChanged]:
    """Judges values that are accepted now. Servers may send them: a problem for outputs."""

    def judge(fact: ValuesChanged) -> Iterator[RuleResult]:
        if fact.facet is facet:
            change = f"also {fact.added}" if fact.added else _change_in_words(fact)
            text = f"{_about(fact, message, fact.new_in_old)}: {change}"
            results = _judged(fact, fact.new_in_old, fact.old_in_new, Side.OUTPUT, text)
            yield from (_as_read(judgement, fact.readable) for judgement in results)

    return judge


def _about(fact: ValuesChanged, message: str, answer: Answer) -> str:
    """The message, which claims nothing if the answer is open.

    What a stated limit requires between fields is about whole inputs.
    """
    if isinstance(answer, Unsure):
        return f"the {fact.facet.value.replace('-', ' ')} changed"
    whole = fact.location.pointer == "/input_schema"
    return message.replace("nested objects", "inputs") if whole else message


def _judged(
    fact: ValuesChanged, answer: Answer, mirror: Answer, hurt: Side, message: str
) -> Iterator[RuleResult]:
    hurts = fact.location.side is hurt
    if is_worth_reporting(answer, mirror, hurts):
        yield RuleResult(
            location=fact.location,
            verdict=verdict_of(answer, hurts=hurts),
            message=message,
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(answer),
            reason=reason_of(answer),
        )


def _as_read(judgement: RuleResult, read: Answer | None) -> RuleResult:
    """New values of an output break callers only if the generated class cannot parse them."""
    if judgement.verdict is not DiffVerdict.BREAKING or read is None:
        return judgement
    if isinstance(read, No):
        return replace(judgement, witness=Witness(read.witness))
    return replace(judgement, verdict=DiffVerdict.RISKY, reason=READ_BY_OLD_CLASSES)


def _change_in_words(fact: ValuesChanged) -> str:
    return f"{fact.old} → {fact.new}" if fact.old and fact.new else fact.old or fact.new


RULES = tuple(
    rule(texts) for texts in FACETS for rule in (_narrowed_rule, _widened_rule)
)
