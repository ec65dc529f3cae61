"""The rules about one facet of a type: a row of the table makes two, ``…-narrowed`` and ``…-widened``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...reports.command_report import RuleMetadata
from ...subtype.answer import Answer, No
from ..compare.facts import Facet, Side, ValuesChanged
from ..finding import DiffVerdict, Witness
from ..rule import (
    READ_BY_OLD_CLASSES,
    DiffRule,
    Judge,
    Judgement,
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
    "Callers may send more than before, which breaks nobody. In an output it is the "
    "other way round: old callers meet values that they do not know."
)
ADVICE_WIDENED = (
    "Callers that pass on what they receive must be ready for the new values; read "
    "`.raw` where they are not."
)

FACETS = (
    FacetTexts(
        facet=Facet.TYPE,
        narrowed="Values of the old type are refused.",
        why="Values of the old type are refused.",
        advice="Send values of the new type.",
        narrowed_message="values of the old type are refused now",
        widened="Values of another type are accepted.",
        widened_message="values of another type are accepted",
        property_name="scale",
        wide='{"type": "number"}',
        narrow='{"type": "integer"}',
    ),
    FacetTexts(
        facet=Facet.NULL,
        narrowed="Null is refused where it was a value.",
        why=(
            "Null is refused where it was a value; all spellings of nullable are "
            "one here."
        ),
        advice="Leave the field out instead of sending null.",
        narrowed_message="null is refused now",
        widened="Null is accepted where it was none.",
        widened_message="null is accepted",
        property_name="mask",
        wide='{"type": ["string", "null"]}',
        narrow='{"type": "string"}',
    ),
    FacetTexts(
        facet=Facet.CHOICES,
        narrowed="A value that was one of the choices is refused.",
        why=(
            "A value that was one of the published choices is refused, and the "
            "generated `Literal` no longer has it."
        ),
        advice="Choose another value in the calls that send the old one.",
        narrowed_message="fewer values can be chosen",
        widened="A value is accepted that was none of the choices.",
        widened_message="more values can be chosen",
        property_name="resolution",
        wide='{"type": "string", "enum": ["480p", "720p", "1080p"]}',
        narrow='{"type": "string", "enum": ["720p", "1080p"]}',
    ),
    FacetTexts(
        facet=Facet.RANGE,
        narrowed="Numbers are refused that lay within the bounds.",
        why="Numbers near the old bound are refused.",
        advice="Bring the numbers that calls send within the new bounds.",
        narrowed_message="some numbers are out of bounds now",
        widened="Numbers are accepted that lay out of bounds.",
        widened_message="more numbers are within bounds",
        property_name="steps",
        wide='{"type": "integer", "minimum": 1, "maximum": 50}',
        narrow='{"type": "integer", "minimum": 1, "maximum": 30}',
    ),
    FacetTexts(
        facet=Facet.STEP,
        narrowed="Numbers between the steps are refused.",
        why="Numbers between the steps are refused.",
        advice="Round the numbers that calls send to the step.",
        narrowed_message="numbers between the steps are refused now",
        widened="Numbers between the steps are accepted.",
        widened_message="numbers between the steps are accepted",
        property_name="width",
        wide='{"type": "integer"}',
        narrow='{"type": "integer", "multipleOf": 64}',
    ),
    FacetTexts(
        facet=Facet.LENGTH,
        narrowed="Texts of some lengths are refused that were accepted.",
        why="The server refuses prompts that it took before.",
        advice="Shorten or lengthen the texts that calls send.",
        narrowed_message="texts of some lengths are refused now",
        widened="Texts of more lengths are accepted.",
        widened_message="texts of more lengths are accepted",
        property_name="prompt",
        wide='{"type": "string", "maxLength": 2000}',
        narrow='{"type": "string", "maxLength": 800}',
    ),
    FacetTexts(
        facet=Facet.PATTERN,
        narrowed="Texts are refused that do not match a new pattern.",
        why="A text that does not match is refused.",
        advice="Match the texts against the pattern before they are sent.",
        narrowed_message="texts that do not match are refused now",
        widened="Texts are accepted that a pattern refused.",
        widened_message="texts are accepted that did not match",
        property_name="color",
        wide='{"type": "string"}',
        narrow='{"type": "string", "pattern": "^#[0-9a-f]{6}$"}',
    ),
    FacetTexts(
        facet=Facet.FORMAT,
        narrowed="Texts must be of a format, or of another one.",
        why=(
            "Whether a server asserts a format is not published, so this is never "
            "called harmless."
        ),
        advice="Send texts of the published format.",
        narrowed_message="texts may have to be of another format",
        widened="Texts need not be of a format any more, or of another one.",
        widened_message="texts may be of another format",
        property_name="source",
        wide='{"type": "string"}',
        narrow='{"type": "string", "format": "uri"}',
    ),
    FacetTexts(
        facet=Facet.COUNT,
        narrowed="Lists of some lengths are refused that were accepted.",
        why="Longer or shorter lists are refused.",
        advice="Send lists of the new length.",
        narrowed_message="lists of some lengths are refused now",
        widened="Lists of more lengths are accepted.",
        widened_message="lists of more lengths are accepted",
        property_name="image_urls",
        wide='{"type": "array", "items": {"type": "string"}, "maxItems": 10}',
        narrow='{"type": "array", "items": {"type": "string"}, "maxItems": 6}',
    ),
    FacetTexts(
        facet=Facet.REPEATS,
        narrowed="Lists are refused that hold a value twice.",
        why="A list that holds a value twice is refused.",
        advice="Take repetitions out of the lists before they are sent.",
        narrowed_message="items may not repeat any more",
        widened="Lists may hold a value twice.",
        widened_message="items may repeat",
        property_name="tags",
        wide='{"type": "array", "items": {"type": "string"}}',
        narrow='{"type": "array", "items": {"type": "string"}, "uniqueItems": true}',
    ),
    FacetTexts(
        facet=Facet.MEMBERS,
        narrowed="Nested objects are refused that were accepted.",
        why=(
            "Nested objects are compared as sets: one that the old schema took is "
            "refused."
        ),
        advice="Give nested objects the members that are asked for.",
        narrowed_message="some nested objects are refused now",
        widened="Nested objects are accepted that were refused.",
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
        narrowed="Values are refused that one of several alternatives took.",
        why="A value that one of the alternatives took is refused by all of them.",
        advice="Send values that one of the new alternatives takes.",
        narrowed_message="the alternatives take fewer values",
        widened="Values are accepted that none of the alternatives took.",
        widened_message="the alternatives take more values",
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
    """Values that were accepted and no longer are: callers send them, servers sent them."""

    def judge(fact: ValuesChanged) -> Iterator[Judgement]:
        if fact.facet is facet:
            change = f"without {fact.lost}" if fact.lost else _change_in_words(fact)
            text = f"{message}: {change}"
            yield from _judged(fact, fact.kept, fact.covered, Side.INPUT, text)

    return judge


def _widened(facet: Facet, message: str) -> Judge[ValuesChanged]:
    """Values that are accepted now and were not: harmless to send, maybe not to receive."""

    def judge(fact: ValuesChanged) -> Iterator[Judgement]:
        if fact.facet is facet:
            change = f"also {fact.gained}" if fact.gained else _change_in_words(fact)
            text = f"{message}: {change}"
            found = _judged(fact, fact.covered, fact.kept, Side.OUTPUT, text)
            yield from (_as_read(judgement, fact.read) for judgement in found)

    return judge


def _judged(
    fact: ValuesChanged, answer: Answer, mirror: Answer, hurt: Side, message: str
) -> Iterator[Judgement]:
    hurts = fact.place.side is hurt
    if is_worth_reporting(answer, mirror, hurts):
        yield Judgement(
            place=fact.place,
            verdict=verdict_of(answer, hurts=hurts),
            message=message,
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(answer),
            reason=reason_of(answer),
        )


def _as_read(judgement: Judgement, read: Answer | None) -> Judgement:
    """Values that nobody published break callers if the generated class refuses them."""
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
