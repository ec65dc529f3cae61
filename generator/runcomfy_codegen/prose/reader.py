"""Reads the descriptions of a model: the one entrance of this room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from runcomfy_runtime.metrics_and_operators import OPERATORS

from ..ir.model import Model
from .already_stated import is_stated
from .condition_context import ConditionContext
from .conditions import condition_limits
from .draft import Draft, Level, Reading, Unread
from .formats import format_limits
from .measures import Surroundings, UnreadableMeasure, rules, surroundings
from .not_limits import why_no_limit
from .quantities import Quantity, quantities
from .references import FieldIndex
from .sentences import Clause, Sentence, has, sentences
from .subject import Subject, subjects
from .word_edges import whole_words
from .word_tags import Tag

_LONGEST = 5_000
"""The longest description that is read, in characters."""
_MOST_WORDS = 400
"""The longest sentence that is read, in words and signs."""
_NUMBERED = re.compile(r"(?:image|video|audio|character|element|figure)\d+")


def draft_limits(model: Model) -> Reading:
    """The drafts and the unread words of every description of a model's input."""
    fields = subjects(model.input)
    drafts: dict[tuple[frozenset[str], str], Draft] = {}
    unread: list[Unread] = []
    members = FieldIndex([row for row in fields if row.top_level])
    for subject in fields:
        reading = read_field(subject, members)
        for draft in reading.drafts:
            drafts.setdefault(_identity(draft), draft)
        unread += reading.unread
    return Reading(tuple(drafts.values()), tuple(unread))


def _identity(draft: Draft) -> tuple[frozenset[str], str]:
    """Equal for drafts that demand the same, as two descriptions may."""
    return frozenset(draft.fields), draft.condition


def read_field(subject: Subject, members: FieldIndex) -> Reading:
    """The drafts and the unread words of one description; ``members`` are the fields of the input.

    What the schema or a published rule states is in neither.
    """
    drafts: list[Draft] = []
    unread: list[Unread] = []
    description = subject.field.description
    if len(description) > _LONGEST:
        return Reading(unread=(_too_long(subject, description),))
    for sentence in sentences(description):
        if len(sentence.words) > _MOST_WORDS:
            unread.append(_too_long(subject, sentence.quote))
            continue
        for item in _of_sentence(sentence, ConditionContext(subject, members)):
            if isinstance(item, Draft):
                drafts.append(item)
            else:
                unread.append(item)
    kept: list[Draft] = []
    for draft in drafts:
        if is_stated(draft, (subject, *members.fields)):
            continue
        reason = _contradicted(draft, drafts, subject)
        if reason:
            unread.append(Unread(subject.pointer, draft.quote, reason))
        else:
            kept.append(draft)
    return Reading(tuple(kept), tuple(dict.fromkeys(unread)))


def stated_ranges(
    subject: Subject,
) -> tuple[tuple[str, tuple[Fraction, Fraction]], ...]:
    """The words of each range that a description states as a limit, and its two numbers."""
    description = subject.field.description
    if len(description) > _LONGEST or not re.search(r"\d", description):
        return ()
    return tuple(
        (sentence.text_between(found.first.start, found.last.end), ends)
        for sentence in sentences(description)
        if len(sentence.words) <= _MOST_WORDS
        for clause in sentence.clauses
        for found in quantities(clause)
        if (ends := _plain_ends(found)) is not None
        and not _describes_another(found, clause)
        and why_no_limit(found, sentence, clause, subject) == ""
    )


def _describes_another(found: Quantity, clause: Clause) -> bool:
    """Whether a range says what something else is like: ``videos of 5 to 30 seconds``."""
    place = clause.index(found.first)
    return place > 0 and clause[place - 1].written == "of"


def _plain_ends(found: Quantity) -> tuple[Fraction, Fraction] | None:
    """The ends of a range of plain numbers."""
    numbers = [bound.number for bound in found.bounds]
    if not found.bounded or [bound.operator for bound in found.bounds] != [">=", "<="]:
        return None
    if found.nouns or any(number.kind is not Tag.NUMBER for number in numbers):
        return None
    if any(mark in number.written for number in numbers for mark in ":/"):
        return None
    low, high = (number.numbers[0] for number in numbers)
    return low, high


def _too_long(subject: Subject, text: str) -> Unread:
    quote = " ".join(whole_words(text, 0, 80).split())
    return Unread(subject.pointer, quote, "a text this long is not read")


def _contradicted(draft: Draft, drafts: Sequence[Draft], subject: Subject) -> str:
    """Why other words of the same description put a draft in doubt; empty if none do."""
    if not _fits_examples(draft, subject):
        return "another number of the description is outside of this range"
    others = {rule for other in drafts for rule in other.rules} - set(draft.rules)
    heads = {_head(rule) for rule in draft.rules}
    if any(_head(rule) in heads for rule in others):
        return "the description has several numbers for this"
    return ""


def _of_sentence(
    sentence: Sentence, context: ConditionContext
) -> Iterator[Draft | Unread]:
    if _refers_to_inputs(sentence):
        reason = "how the prompt refers to files cannot be a limit"
        yield Unread(context.subject.pointer, sentence.quote, reason)
    conditions = list(condition_limits(sentence, context))
    yield from conditions
    yield from format_limits(sentence, context.subject)
    taken = [item.quote for item in conditions]
    around = Surroundings()
    previous: Quantity | None = None
    for index, clause in enumerate(sentence.clauses):
        around = surroundings(clause, around)
        if any(sentence.quote_of(clause) in words for words in taken):
            continue
        if _has_alternative(sentence.clauses[index + 1 :]):
            if any(row.bounded for row in quantities(clause)):
                quote = sentence.quote_of(clause)
                yield Unread(
                    context.subject.pointer, quote, "one of several alternatives"
                )
            continue
        for quantity in _with_shared_units(list(quantities(clause))):
            quantity = _continued(quantity, previous, clause, around)
            yield from _of_quantity(quantity, sentence, clause, around, context.subject)
            previous = quantity


def _has_alternative(later: Sequence[Clause]) -> bool:
    """Whether the next clause is another choice: ``max 4 images, or 2 and a video``."""
    if not later or later[0][0].kind is not Tag.OR:
        return False
    conditional = has(later[0], Tag.IF, Tag.WITHOUT, Tag.WITH)
    return not conditional and has(later[0], Tag.NUMBER)


def _refers_to_inputs(sentence: Sentence) -> bool:
    """Whether a sentence names inputs as a prompt does: ``@Audio1``, ``Image 1``."""
    pairs = zip(sentence.words, sentence.words[1:], strict=False)
    return any(
        word.written.startswith("@") or _NUMBERED.fullmatch(word.written) is not None
        for word in sentence.words
    ) or any(
        first.kind is Tag.NOUN
        and second.kind is Tag.NUMBER
        and second.written.isdigit()
        and sentence.text[first.start : first.end].istitle()
        for first, second in pairs
    )


def _with_shared_units(listed: Sequence[Quantity]) -> Iterator[Quantity]:
    """``at least 3 and at most 2000 characters``: a unit counts for the bound before it too."""
    for index, quantity in enumerate(listed):
        after = listed[index + 1] if index + 1 < len(listed) else None
        bare = quantity.unit is None and quantity.last is quantity.bounds[-1].number
        both = after is not None and quantity.bounded and after.bounded
        if after is not None and bare and both and after.unit is not None:
            quantity = replace(quantity, unit=after.unit, stranger=None)
        yield quantity


def _continued(
    quantity: Quantity, previous: Quantity | None, clause: Clause, around: Surroundings
) -> Quantity:
    """A number that takes its bound from the one before it: ``up to 30s, 10MB``."""
    if previous is None or quantity.bounded or len(quantity.bounds) != 1:
        return quantity
    if quantity.unit is None and not quantity.script:
        return quantity
    place = clause.index(quantity.bounds[0].number)
    joins = place == 0 or clause[place - 1].kind in (Tag.AND, Tag.OR, Tag.MARK)
    operator = previous.bounds[-1].operator
    if not joins or operator not in ("<=", "<"):
        return quantity
    operator = "<=" if around.total else operator
    bound = replace(quantity.bounds[0], operator=operator)
    return replace(quantity, bounds=(bound,), first=previous.first)


def _of_quantity(
    quantity: Quantity,
    sentence: Sentence,
    clause: Clause,
    around: Surroundings,
    subject: Subject,
) -> Iterator[Draft | Unread]:
    first, last = quantity.first.start, quantity.last.end
    if _is_refused(quantity, sentence):
        quantity = _turned(quantity)
    reason = why_no_limit(quantity, sentence, clause, subject)
    if reason is None:
        return
    quote = sentence.text_between(first, last)
    if reason:
        yield Unread(subject.pointer, quote, reason)
        return
    try:
        written = rules(quantity, around, subject)
    except UnreadableMeasure as error:
        yield Unread(subject.pointer, quote, str(error))
        return
    if written:
        keep = sentence.has(Tag.KEEP) and not sentence.has(Tag.MUST)
        level: Level = "warn" if keep else "error"
        yield Draft((subject.pointer,), quote, written, level=level)


def _is_refused(quantity: Quantity, sentence: Sentence) -> bool:
    """Whether the words say what is rejected: ``Videos longer than 10 s will be rejected``."""
    compares = all(bound.operator in ("<", ">") for bound in quantity.bounds)
    return compares and quantity.bounded and sentence.has(Tag.REFUSED)


def _turned(quantity: Quantity) -> Quantity:
    bounds = tuple(
        replace(bound, operator=OPERATORS[bound.operator].negated.symbol)
        for bound in quantity.bounds
    )
    return replace(quantity, bounds=bounds, compares=False)


def _head(rule: str) -> str:
    """What a rule is about: measure and operator, or the format."""
    return "format" if rule.startswith("format") else rule.rpartition(" ")[0]


def _fits_examples(draft: Draft, subject: Subject) -> bool:
    """Whether all numbers of a number's description and its default keep its range."""
    if not subject.is_number or draft.require is not None:
        return True
    described = [
        word.numbers[0]
        for sentence in sentences(subject.field.description)
        for word in sentence.words
        if word.kind is Tag.NUMBER
    ]
    default = subject.field.default.exact() if subject.field.default else None
    if isinstance(default, (int, Decimal)) and not isinstance(default, bool):
        described.append(Fraction(default))
    for rule in draft.rules:
        _, symbol, limit = rule.split(" ")
        if not all(
            OPERATORS[symbol].accepts(number, Fraction(limit))
            for number in described
            if number != Fraction(limit)
        ):
            return False
    return True
