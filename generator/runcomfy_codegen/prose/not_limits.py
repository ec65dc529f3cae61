"""Quantities that are no limits: advice, examples, conditions, words about something else."""

from __future__ import annotations

from ..ir.model import Choice
from .quantities import Quantity, left_denied
from .sentences import Clause, Sentence, has
from .subject import Subject
from .word_tags import Tag

_AUXILIARY = ("will", "are", "is", "may", "can", "be", "get", "gets")
_TIPS = (
    "use",
    "try",
    "choose",
    "start",
    "set",
    "increase",
    "decrease",
    "lower",
    "higher",
)
ADVICE = "advice"
ABOUT_OUTPUT = "these words are about something else than what is sent"
CONDITIONAL = "the words depend on a condition"


def why_no_limit(
    quantity: Quantity, sentence: Sentence, clause: Clause, subject: Subject
) -> str | None:
    """Why a quantity is not a limit: empty if it is one, None if no one needs to look at it."""
    digits = quantity.bounds[0].number.written[0].isdigit()
    measured = quantity.unit is not None and digits
    if sentence.has(Tag.PRICE) or not (quantity.bounded or measured):
        return None
    if isinstance(subject.type, Choice) and quantity.unit is None:
        return None
    own = subject.is_number or (subject.is_text and _counts_characters(quantity))
    if sentence.has(Tag.OUTPUT) and not own:
        return ABOUT_OUTPUT if quantity.bounded else None
    if _is_advice(quantity, sentence, clause) or _is_tip(sentence, subject):
        return ADVICE
    if has(clause, Tag.EXAMPLE) or _is_part(quantity, clause):
        return "an example, or a part" if quantity.bounded else None
    if has(clause, Tag.STEP) or any(row.written.endswith("%") for row in clause):
        return "a rule cannot say this"
    if has(clause, Tag.IF, Tag.WITHOUT) or sentence.begins_with_condition:
        return CONDITIONAL
    if _is_for_variant(clause) or {"which", "them"} & {row.written for row in clause}:
        return CONDITIONAL
    if _says_what_happens(quantity, sentence, clause):
        return "the words say what happens to such a file"
    if left_denied(clause) and not sentence.has(Tag.REFUSED):
        return "the words deny something"
    if quantity.compares and not sentence.has(Tag.MUST):
        return "the words only compare"
    return ""


def _counts_characters(quantity: Quantity) -> bool:
    return quantity.script != "" or (
        quantity.unit is not None and quantity.unit.meaning == "character"
    )


def _is_advice(quantity: Quantity, sentence: Sentence, clause: Clause) -> bool:
    # Files that are scaled or cut are still counted.
    cut = (sentence.cut and not quantity.nouns) or sentence.has(Tag.CUT)
    if sentence.begins_with_advice or sentence.ignored or cut:
        return True
    return has(clause, Tag.ADVICE, Tag.ABOUT)


def _is_for_variant(clause: Clause) -> bool:
    """Whether a clause is about one mode, model or plan: ``for the turbo model``."""
    for index, word in enumerate(clause):
        if word.written in ("for", "in", "on", "with", "at") and any(
            later.kind in (Tag.VARIANT, Tag.STRANGE)
            for later in clause[index + 1 : index + 4]
        ):
            return True
    return False


def _says_what_happens(quantity: Quantity, sentence: Sentence, clause: Clause) -> bool:
    """``Audio under 30 seconds will be looped`` and ``up to 240 frames are used``."""
    after = clause[clause.index(quantity.last) + 1 :]
    verbs = [row for row in after if row.written not in _AUXILIARY]
    if sentence.has(Tag.REFUSED) or not after or after[0].written not in _AUXILIARY:
        return False
    if quantity.bounds[0].operator in ("<", ">"):
        return True
    allows = after[0].written in ("can", "may") and has(verbs[:1], Tag.GIVEN)
    fits = allows or has(verbs[:1], Tag.USABLE, Tag.REQUIRED, Tag.ACCEPT)
    return bool(verbs) and not fits


def _is_part(quantity: Quantity, clause: Clause) -> bool:
    """Whether the number counts a part: ``the first 5 seconds``, ``3 of the 10 styles``."""
    place = clause.index(quantity.bounds[0].number)
    if place > 0 and clause[place - 1].kind is Tag.PART:
        return True
    after = clause[clause.index(quantity.last) + 1 :]
    bare = quantity.unit is None and not quantity.nouns
    return bare and bool(after) and after[0].written == "of"


def _is_tip(sentence: Sentence, subject: Subject) -> bool:
    """``Use values below 0.3 for subtle edits`` is a tip for a number."""
    first = sentence.words[0].written
    return subject.is_number and first in _TIPS and not sentence.has(Tag.MUST, Tag.ONLY)
