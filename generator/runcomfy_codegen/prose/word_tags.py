"""What a word is in the grammar of limits: its tag."""

from __future__ import annotations

from enum import IntEnum, auto


class Tag(IntEnum):
    """What a word is in the grammar."""

    NUMBER = auto()
    DIMENSIONS = auto()
    """Two numbers with ``x`` between them."""
    UNIT = auto()
    NOUN = auto()
    """Something that a list has several of; the meaning is a kind of media or empty."""
    FORMAT = auto()
    FORMATS = auto()
    """A list of formats."""
    BOUND = auto()
    """Before a number; the meaning is an operator."""
    AFTER = auto()
    """After a number; the meaning is an operator."""
    TO = auto()
    BETWEEN = auto()
    SUBJECT = auto()
    """What is measured."""
    SIDE = auto()
    SCRIPT = auto()
    EACH = auto()
    TOTAL = auto()
    AND = auto()
    OR = auto()
    COMMA = auto()
    BREAK = auto()
    """Ends a clause, but no sentence."""
    STOP = auto()
    OPEN = auto()
    CLOSE = auto()
    MARK = auto()
    """A sign that joins: ``:``, ``/``, ``x``, ``-``."""
    NOT = auto()
    MUST = auto()
    ONLY = auto()
    IF = auto()
    WITHOUT = auto()
    WITH = auto()
    REQUIRED = auto()
    OMITTED = auto()
    GIVEN = auto()
    COMBINE = auto()
    EXCLUSIVE = auto()
    EITHER = auto()
    CONTRARY = auto()
    """``not both``: of two, one at most."""
    USABLE = auto()
    IGNORED = auto()
    ABOUT = auto()
    ADVICE = auto()
    BEST = auto()
    KEEP = auto()
    CUT = auto()
    REFUSED = auto()
    EXAMPLE = auto()
    INCLUDE = auto()
    OUTPUT = auto()
    PRICE = auto()
    PART = auto()
    """``the first`` of something."""
    VARIANT = auto()
    """A model, mode or plan that a limit may be about."""
    STEP = auto()
    ACCEPT = auto()
    FILLER = auto()
    STRANGE = auto()
    """A number that is not a plain one: ``4K``, ``25%``, ``$2``, ``2^31``."""
    WORD = auto()
