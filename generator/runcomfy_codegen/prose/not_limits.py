"""Quantities that are no limits: advice, examples, conditions, words about something else."""

from __future__ import annotations

from ..ir.model import Choice
from .quantities import Quantity, left_denied
from .sentences import Clause, Sentence, has
from .subject import Subject
from .word_kinds import Is

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
    found: Quantity, sentence: Sentence, clause: Clause, subject: Subject
) -> str | None:
    """Why a quantity is not a limit: empty if it is one, None if no one needs to look at it."""
    digits = found.bounds[0].number.written[0].isdigit()
    measured = found.unit is not None and digits
    if sentence.has(Is.PRICE) or not (found.bounded or measured):
        return None
    if isinstance(subject.type, Choice) and found.unit is None:
        return None
    own = subject.is_number or (subject.is_text and _counts_characters(found))
    if sentence.has(Is.OUTPUT) and not own:
        return ABOUT_OUTPUT if found.bounded else None
    if _is_advice(found, sentence, clause) or _is_tip(sentence, subject):
        return ADVICE
    if has(clause, Is.EXAMPLE) or _is_part(found, clause):
        return "an example, or a part" if found.bounded else None
    if has(clause, Is.STEP) or any(row.written.endswith("%") for row in clause):
        return "a rule cannot say this"
    if has(clause, Is.IF, Is.WITHOUT) or sentence.begins_with_condition:
        return CONDITIONAL
    if _is_for_variant(clause) or {"which", "them"} & {row.written for row in clause}:
        return CONDITIONAL
    if _says_what_happens(found, sentence, clause):
        return "the words say what happens to such a file"
    if left_denied(clause) and not sentence.has(Is.REFUSED):
        return "the words deny something"
    if found.compares and not sentence.has(Is.MUST):
        return "the words only compare"
    return ""


def _counts_characters(found: Quantity) -> bool:
    return found.script != "" or (
        found.unit is not None and found.unit.meaning == "character"
    )


def _is_advice(found: Quantity, sentence: Sentence, clause: Clause) -> bool:
    # Files that are scaled or cut are still counted.
    cut = (sentence.cut and not found.nouns) or sentence.has(Is.CUT)
    if sentence.begins_with_advice or sentence.ignored or cut:
        return True
    return has(clause, Is.ADVICE, Is.ABOUT)


def _is_for_variant(clause: Clause) -> bool:
    """Whether a clause is about one mode, model or plan: ``for the turbo model``."""
    for index, word in enumerate(clause):
        if word.written in ("for", "in", "on", "with", "at") and any(
            later.kind in (Is.VARIANT, Is.STRANGE)
            for later in clause[index + 1 : index + 4]
        ):
            return True
    return False


def _says_what_happens(found: Quantity, sentence: Sentence, clause: Clause) -> bool:
    """``Audio under 30 seconds will be looped`` and ``up to 240 frames are used``."""
    after = clause[clause.index(found.last) + 1 :]
    verbs = [row for row in after if row.written not in _AUXILIARY]
    if sentence.has(Is.REFUSED) or not after or after[0].written not in _AUXILIARY:
        return False
    if found.bounds[0].operator in ("<", ">"):
        return True
    allows = after[0].written in ("can", "may") and has(verbs[:1], Is.GIVEN)
    fits = allows or has(verbs[:1], Is.USABLE, Is.REQUIRED, Is.ACCEPT)
    return bool(verbs) and not fits


def _is_part(found: Quantity, clause: Clause) -> bool:
    """Whether the number counts a part: ``the first 5 seconds``, ``3 of the 10 styles``."""
    place = clause.index(found.bounds[0].number)
    if place > 0 and clause[place - 1].kind is Is.PART:
        return True
    after = clause[clause.index(found.last) + 1 :]
    bare = found.unit is None and not found.nouns
    return bare and bool(after) and after[0].written == "of"


def _is_tip(sentence: Sentence, subject: Subject) -> bool:
    """``Use values below 0.3 for subtle edits`` is a tip for a number."""
    first = sentence.words[0].written
    return subject.is_number and first in _TIPS and not sentence.has(Is.MUST, Is.ONLY)
