"""A document after the check of its schema, and what of it the other checks can still judge."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .errors import InputRejected
from .json_values import json_problems
from .limits import applied as stated
from .report import Problem, Report
from .wrong_use import is_input, is_input_class, wrong_model, wrong_payload

if TYPE_CHECKING:
    from .limits.stated_limit import Limit
    from .model import ModelInput
    from .rule import Rule


class CheckedDocument(NamedTuple):
    """A document after the check of its schema: what the other checks need."""

    problems: tuple[Problem, ...]
    rules: Sequence[Rule]
    payload: Mapping[str, Any]
    """Without values that violate the schema."""
    limits: Sequence[Limit] = ()
    """Without those between fields of which one violates the schema."""


def check_schema(
    what: ModelInput[Any] | type[ModelInput[Any]] | str,
    document: object,
    locale: str | None,
) -> CheckedDocument:
    """Check the schema. An untyped document has no schema and no rules."""
    if isinstance(what, str):
        return _untyped(what, document)
    if not is_input(what) and not is_input_class(what):
        raise _rejected(wrong_model(what, document, "validate"))
    if is_input(what) and document is not None:
        raise _rejected(wrong_payload(what, document, "validate"))
    return _typed(what, document, tuple(rule.in_locale(locale) for rule in what.RULES))


def _untyped(model_id: str, document: object) -> CheckedDocument:
    from .submission import untyped_submission

    try:
        body = untyped_submission(model_id, document).body
    except InputRejected as rejected:
        return CheckedDocument(rejected.problems, (), {})
    return CheckedDocument((), (), json.loads(body))


def _typed(
    what: ModelInput[Any] | type[ModelInput[Any]],
    document: object,
    rules: tuple[Rule, ...],
) -> CheckedDocument:
    # these import pydantic, which the caller has already imported
    from .model import schema_problems, schema_report
    from .payload import input_members
    from .plain_values import plain_value
    from .problems import without_invalid_values
    from .shape import shape_of

    if isinstance(what, type):
        model, document = what, plain_value(document)
        outside_json = json_problems(document, with_paths=True)
        problems = schema_report(what, document).problems
        if not problems and not outside_json:
            document = input_members(what.model_validate(document))
    else:
        model, outside_json = type(what), json_problems(what, with_paths=True)
        problems = () if outside_json else schema_problems(what)
        document = {} if outside_json else input_members(what)
    problems = _with_others(problems, outside_json)
    if not problems:
        return CheckedDocument(
            (), rules, cast(Mapping[str, Any], document), what.LIMITS
        )
    invalid = {problem.pointer for problem in problems}
    wire, depth = shape_of(model).wire, stated.depth_of(what.LIMITS)
    kept = without_invalid_values(document, wire, invalid, what.RULES, depth)
    return CheckedDocument(
        problems, rules, kept, stated.decidable(what.LIMITS, invalid)
    )


def _rejected(message: str) -> InputRejected:
    return InputRejected(
        Report((Problem(pointer="", code="invalid", message=message),))
    )


def _with_others(
    problems: tuple[Problem, ...], others: tuple[Problem, ...]
) -> tuple[Problem, ...]:
    """The problems, and the others at places that are neither reported nor inside reported ones."""
    reported = tuple(f"{problem.pointer}/" for problem in problems)
    return (
        *problems,
        *(
            problem
            for problem in others
            if not f"{problem.pointer}/".startswith(reported)
        ),
    )
