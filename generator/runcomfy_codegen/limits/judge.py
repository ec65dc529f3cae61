"""Which limits of a file apply to a model: stale, malformed and impossible ones do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from runcomfy_runtime.did_you_mean import did_you_mean_or_list
from runcomfy_runtime.limits import rule_grammar
from runcomfy_runtime.limits.rule_grammar import FormatRule, parse_rule
from runcomfy_runtime.limits.stated_limit import Limit

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import Document
from ..ir.model import (
    Anything,
    Array,
    Choice,
    Field,
    Model,
    Numeric,
    Text,
    Type,
    types_in,
)
from .limits_file import MALFORMED, LimitEntry, LimitsFile
from .published_words import (
    contains_quote,
    default_locale,
    descriptions,
    field_at,
    pointer_steps,
)

STALE = "stated-limit-stale"
CONTRADICTORY = "stated-limit-contradictory"
IMPOSSIBLE = "stated-limit-impossible"
REDUNDANT = "stated-limit-redundant"
CODES = (CONTRADICTORY, IMPOSSIBLE, MALFORMED, REDUNDANT, STALE)
"""The code of every diagnostic about limits."""


@dataclass(frozen=True, slots=True)
class JudgedLimits:
    """The limits that apply to a model, the entries they are from, and all diagnostics."""

    limits: tuple[Limit, ...] = ()
    entries: tuple[LimitEntry, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def judge_limits(
    file: LimitsFile, model: Model, documents: Iterable[Document], *, own: bool = True
) -> JudgedLimits:
    """The limits of a file that apply to a model with these documents.

    In a file that is not the project's ``own``, a field that the model lacks makes a limit
    stale: the file was written for another version of the schema.
    """
    by_locale = {document.locale: document for document in documents}
    kept: list[LimitEntry] = []
    diagnostics = list(file.diagnostics)
    for entry in file.entries:
        problems = list(_problems(entry.limit, model, by_locale))
        if not problems:
            kept.append(replace(entry, limit=_dated(entry.limit, by_locale)))
        for problem in problems:
            stale = problem.code == STALE or not own
            diagnostics.append(
                file.diagnostic(
                    STALE if stale else problem.code,
                    problem.message,
                    entry.line,
                    severity=Severity.WARNING if stale else Severity.ERROR,
                    hint=problem.hint,
                )
            )
    return JudgedLimits(
        tuple(entry.limit for entry in kept), tuple(kept), tuple(diagnostics)
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    code: str
    message: str
    hint: str = ""


def _problems(
    limit: Limit, model: Model, documents: Mapping[str, Document]
) -> Iterator[_Problem]:
    """Why a limit does not apply: it is malformed for this model, or else it is stale."""
    malformed = list(_malformed(limit, model))
    yield from malformed or _stale(limit, documents)


def _dated(limit: Limit, documents: Mapping[str, Document]) -> Limit:
    """A limit with the locale of its words, and the day on which they were read."""
    locale = limit.locale or default_locale(documents)
    return replace(
        limit, locale=locale, published=documents[locale].provenance.retrieved
    )


def _stale(limit: Limit, documents: Mapping[str, Document]) -> Iterator[_Problem]:
    locale = limit.locale or default_locale(documents)
    if locale not in documents:
        message = f"there is no description in {locale!r}"
        yield _Problem(STALE, message, did_you_mean_or_list(locale, documents)[2:])
        return
    texts = [
        text
        for pointer in limit.fields
        for text in descriptions(documents[locale], pointer)
    ]
    if not any(contains_quote(text, limit.quote) for text in texts):
        fields = ", ".join(limit.fields)
        message = f"the description of {fields} ({locale}) no longer says {limit.quote!r:.300}"
        yield _Problem(STALE, message, _STALE_HINT)


_STALE_HINT = (
    "read the description again: correct the words and the limit, or remove the entry;"
    " until then the limit refuses nothing"
)


def _malformed(limit: Limit, model: Model) -> Iterator[_Problem]:
    """What a limit says that this model cannot have."""
    known = [field.wire_name for field in model.input.fields]
    for pointer in limit.fields:
        field = field_at(model.input, pointer_steps(pointer))
        if field is None:
            hint = did_you_mean_or_list(pointer, ["/" + name for name in known])
            message = f"{pointer!r} is not a field of the model"
            yield _Problem(MALFORMED, message, hint[2:])
            continue
        for rule in limit.rules:
            message = _misplaced(rule, field)
            if message:
                yield _Problem(MALFORMED, f"{rule!r}: {pointer} {message}")


def _misplaced(rule: str, field: Field) -> str:
    """Why a rule can never say anything about a field; empty if it can."""
    parsed = parse_rule(rule)
    kinds = list(types_in(field.type))
    if any(isinstance(kind, Anything) for kind in kinds):
        return ""
    if isinstance(parsed, FormatRule) or parsed.measure.of_files:
        return "" if any(_accepts(kind, str) for kind in kinds) else "takes no file"
    match parsed.measure.name:
        case rule_grammar.COUNT:
            is_list = any(isinstance(kind, Array) for kind in kinds)
            return "" if is_list else "is not a list"
        case rule_grammar.CHARACTERS:
            return "" if any(_accepts(kind, str) for kind in kinds) else "is not text"
        case rule_grammar.VALUE:
            numeric = any(_accepts(kind, int) for kind in kinds)
            return "" if numeric else "is not a number"
        case _:
            return ""


def _accepts(kind: Type, wanted: type[str] | type[int]) -> bool:
    """Whether a type accepts texts, or numbers."""
    if isinstance(kind, Choice):
        values = (value.exact() for value in kind.values)
        return any(
            isinstance(value, wanted | Decimal if wanted is int else wanted)
            and not isinstance(value, bool)
            for value in values
        )
    return isinstance(kind, Text if wanted is str else Numeric)
