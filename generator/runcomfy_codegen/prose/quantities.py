"""Numbers with their bounds and units: ``up to 30 s``, ``2-15s each``, ``10MB以下``.

One pass over a clause: what is before a number says how it bounds, what is after it says what
it counts. Nothing here knows the field; ``measures`` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from runcomfy_runtime.metrics_and_operators import OPERATORS

from .lexemes import Lexeme
from .sentences import Clause
from .word_tags import Tag

_KEEPS_BOUND = (
    *(
        Tag.FILLER,
        Tag.SUBJECT,
        Tag.SIDE,
        Tag.MARK,
        Tag.MUST,
        Tag.EACH,
        Tag.TOTAL,
        Tag.NOUN,
    ),
    *(Tag.ACCEPT, Tag.USABLE, Tag.AND, Tag.OR, Tag.UNIT, Tag.WITH, Tag.TO),
)
_KEEPS_NOT = (*_KEEPS_BOUND, Tag.GIVEN, Tag.COMBINE, Tag.REQUIRED)
_ADJECTIVES = frozenset(
    [
        "reference",
        "input",
        "source",
        "additional",
        "optional",
        "style",
        "different",
        "initial",
        "keyframe",
        "other",
        "unique",
        "separate",
        "distinct",
        "image",
        "video",
        "audio",
        "individual",
        "subject",
        "character",
        "text",
        "guide",
        "conditioning",
    ]
)
_MAY_FOLLOW = frozenset(["inclusive", "long", "total", "where", "characters"])


@dataclass(frozen=True, slots=True)
class Bound:
    """One end: an operator, the number, and the unit that is written after this number."""

    operator: str
    number: Lexeme
    unit: Lexeme | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range of a clause.

    ``unit`` counts both ends unless an end has its own. ``nouns`` are the things that are
    counted. ``stranger`` is an unknown word where the unit should be. ``first`` and
    ``last`` are the first and last word of it.
    """

    bounds: tuple[Bound, ...]
    first: Lexeme
    last: Lexeme
    unit: Lexeme | None = None
    script: str = ""
    nouns: tuple[Lexeme, ...] = ()
    stranger: Lexeme | None = None
    compares: bool = False
    """Whether the bound is only a comparison, such as "longer than"."""

    @property
    def bounded(self) -> bool:
        """Whether the words say how the numbers bound."""
        return all(bound.operator for bound in self.bounds)


@dataclass(slots=True)
class _Before:
    """What was read before a number."""

    operator: str = ""
    first: Lexeme | None = None
    denied: bool = False
    between: Lexeme | None = None
    compares: bool = False
    strangers: int = 0
    nouns: list[Lexeme] = field(default_factory=list[Lexeme])

    def read(self, word: Lexeme) -> None:
        """Take one word into account."""
        match word.kind:
            case Tag.BOUND:
                self._bound(word)
            case Tag.NOT:
                self.denied, self.first = True, word
            case Tag.BETWEEN:
                self.between = word
                self.first = self.first or word
            case Tag.SUBJECT | Tag.SIDE | Tag.EACH | Tag.TOTAL:
                self.first = self.first or word
            case _ if word.kind in (_KEEPS_NOT if self.denied else _KEEPS_BOUND):
                pass
            case _:
                self._stranger(word)

    def _bound(self, word: Lexeme) -> None:
        row = OPERATORS[word.meaning]
        only_compares = word.written.isalpha() or " " in word.written
        self.compares = only_compares and row.end == "lower" and not row.equal
        self.operator = row.negated.symbol if self.denied else row.symbol
        self.compares = self.compares and not self.denied
        self.first = self.first or word
        self.denied = False
        self.strangers = 0

    def _stranger(self, word: Lexeme) -> None:
        self.strangers += 1
        named = self.first is not None and self.first.written.startswith(
            ("max", "min", "limit", "макс", "мин")
        )
        if not named or self.strangers > 2 or word.kind is not Tag.WORD:
            self.operator, self.first, self.between = "", None, None
            self.denied, self.compares = False, False


def quantities(clause: Clause) -> Iterator[Quantity]:
    """Every number of a clause with its bounds, in the order of the text."""
    before = _Before()
    index = 0
    while index < len(clause):
        word = clause[index]
        if word.kind in (Tag.NUMBER, Tag.DIMENSIONS):
            quantity, index = _quantity(clause, index, before)
            yield quantity
            before = _Before()
        else:
            starts_range = word.written == "до" and _is_number(clause, index + 1)
            before.read(_up_to(word) if starts_range else word)
            index += 1


def left_denied(clause: Clause) -> bool:
    """Whether a clause denies something else than a bound."""
    denied = False
    for word in clause:
        if word.kind is Tag.NOT:
            denied = True
        elif word.kind is Tag.BOUND and denied:
            denied = False
        elif denied and word.kind not in _KEEPS_NOT:
            return True
    return denied


def _up_to(word: Lexeme) -> Lexeme:
    """``до 6`` without a number before it: up to 6."""
    return replace(word, kind=Tag.BOUND, meaning="<=")


def _is_number(clause: Clause, index: int) -> bool:
    return index < len(clause) and clause[index].kind in (Tag.NUMBER, Tag.DIMENSIONS)


def _quantity(clause: Clause, index: int, before: _Before) -> tuple[Quantity, int]:
    first = before.first or clause[index]
    number, unit, index = _with_unit(clause, index)
    end = _range_end(clause, index, before.between)
    if end:
        other, other_unit, index = _with_unit(clause, end)
        ends = (
            Bound(">=", number, unit),
            Bound("<=", other, other_unit),
        )
        quantity = Quantity(ends, first, clause[index - 1], other_unit or unit)
        return _after(quantity, clause, index)
    operator = before.operator
    if not operator and before.between is not None and before.between.written == "от":
        operator = ">="
    quantity = Quantity(
        (Bound(operator, number, unit),), first, clause[index - 1], unit
    )
    return _after(replace(quantity, compares=before.compares), clause, index)


def _with_unit(clause: Clause, index: int) -> tuple[Lexeme, Lexeme | None, int]:
    """A number, the unit after it if there is one, and the place behind both."""
    number, index = clause[index], index + 1
    if index < len(clause) and clause[index].written == "]":
        index += 1
    hyphen = index + 1 < len(clause) and clause[index].written == "-"
    if hyphen and clause[index + 1].may_be(Tag.UNIT):
        return number, clause[index + 1].as_kind(Tag.UNIT), index + 2
    if index < len(clause) and clause[index].kind is Tag.UNIT:
        return number, clause[index], index + 1
    return number, None, index


def _range_end(clause: Clause, index: int, between: Lexeme | None) -> int:
    """The index of the second number of a range; 0 without a range."""
    if not _is_number(clause, index + 1):
        return 0
    word = clause[index]
    if word.kind is Tag.TO:
        return index + 1
    joins = word.kind is Tag.AND or (word.kind is Tag.BOUND and word.meaning == "<=")
    return index + 1 if between is not None and joins else 0


def _after(quantity: Quantity, clause: Clause, index: int) -> tuple[Quantity, int]:
    """Reads what follows the numbers: script, things counted, ``or less``."""
    nouns: list[Lexeme] = []
    stranger: Lexeme | None = None
    script = ""
    while index < len(clause):
        word = clause[index]
        if word.kind is Tag.SCRIPT and not nouns:
            script = word.meaning
        elif word.kind is Tag.UNIT or (script and word.may_be(Tag.UNIT)):
            if quantity.unit is None:
                quantity = replace(quantity, unit=word.as_kind(Tag.UNIT))
        elif word.kind is Tag.NOUN and quantity.unit is None:
            nouns.append(word)
        elif not _is_adjective(word):
            if _is_strange(word, quantity, nouns, script):
                stranger = word
            break
        index += 1
    last = clause[index - 1]
    quantity = replace(quantity, script=script, nouns=tuple(nouns), stranger=stranger)
    return _with_after_word(replace(quantity, last=last), clause, index)


def _is_adjective(word: Lexeme) -> bool:
    return word.written in _ADJECTIVES


def _is_strange(
    word: Lexeme, quantity: Quantity, nouns: Sequence[Lexeme], script: str
) -> bool:
    counted = quantity.unit is not None or nouns or script
    unknown = word.kind in (Tag.WORD, Tag.UNIT, Tag.STRANGE)
    return not counted and unknown and word.written not in _MAY_FOLLOW


def _with_after_word(
    quantity: Quantity, clause: Clause, index: int
) -> tuple[Quantity, int]:
    if index < len(clause) and clause[index].kind is Tag.AFTER:
        word = clause[index]
        if len(quantity.bounds) == 1 and not quantity.bounds[0].operator:
            bound = replace(quantity.bounds[0], operator=word.meaning)
            quantity = replace(quantity, bounds=(bound,), last=word)
        index += 1
    while index < len(clause) and clause[index].kind in (Tag.EACH, Tag.TOTAL, Tag.SIDE):
        quantity = replace(quantity, last=clause[index])
        index += 1
    return quantity, index
