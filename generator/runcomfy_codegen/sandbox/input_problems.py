"""What is wrong with an input, in words: one problem, and the answer that lists them all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from jsonschema.exceptions import ValidationError

from runcomfy_runtime.error_codes import INVALID_INPUT

from ..ir.json_text import pointer_token
from .http_messages import PROFILE_HEADER, STATED, Refused, coded_error

_LONGEST_VALUE = 200  # characters of a value of the input; it may hold megabytes


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One problem of an input: a JSON pointer, the schema keyword, a sentence.

    For a stated limit, ``quote`` are the words of the description, and ``code`` is the
    measure. One that only warns refuses nothing.
    """

    pointer: str
    code: str
    message: str
    quote: str = ""
    warns: bool = False

    def __str__(self) -> str:
        return f"{self.pointer or 'the input'} {self.message}"

    @property
    def printed(self) -> dict[str, str]:
        """The problem as answers have it; one of a limit says so."""
        members = {"pointer": self.pointer, "code": self.code, "message": self.message}
        return members | (
            {"origin": "limit", "quote": self.quote} if self.quote else {}
        )


def problem_summary(problems: tuple[InputProblem, ...]) -> str:
    """One short line that says where an input breaks the schema, or else the stated limits."""
    places = ", ".join(problem.pointer or "the input" for problem in problems[:3])
    more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    return f"{_verdict(problems)}: {places:.300}{more}."


def _verdict(problems: tuple[InputProblem, ...]) -> str:
    if all(problem.quote for problem in problems):
        return "The input breaks limits that the model's descriptions state"
    return "The input does not fit the model's schema"


def invalid_input(problems: tuple[InputProblem, ...]) -> Refused:
    """The refusal of an input that breaks the schema, with every problem in full.

    The message lists them for people and ``detail`` for programs. A refusal for stated
    limits alone is marked, because it is unknown what the API answers to them.
    """
    detail = [problem.printed for problem in problems]
    message = f"{_verdict(problems)}: {'; '.join(map(str, problems))}."
    refused = coded_error(INVALID_INPUT, message, detail=detail)
    if all(problem.quote for problem in problems):
        return Refused(refused.response.having((PROFILE_HEADER, STATED)))
    return refused


def problems_of(error: ValidationError) -> Iterator[InputProblem]:
    """The problems in one error of the validator, each with its own pointer."""
    at = "".join(f"/{pointer_token(step)}" for step in error.absolute_path)
    problem = partial(InputProblem, code=str(error.validator))
    instance: Any = error.instance
    limit: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "required":
            for name in limit:
                if name not in instance:
                    yield problem(f"{at}/{pointer_token(name)}", message="is required")
        case "additionalProperties":
            for name in instance:
                if name not in schema["properties"]:
                    place = f"{at}/{pointer_token(name)}"
                    yield problem(place, message="is not known to the model")
        case "anyOf":
            yield from _of_alternatives(error, problem(at, message=_no_form(error)))
        case _:
            yield problem(at, message=_sentence(error))


def _of_alternatives(
    error: ValidationError, none_fits: InputProblem
) -> Iterator[InputProblem]:
    """The problems of the one alternative that has the type of the value, if there is one."""
    matching = [errors for errors in _alternatives(error) if not _of_other_type(errors)]
    if len(matching) != 1:
        yield none_fits
        return
    for cause in matching[0]:
        yield from problems_of(cause)


def _alternatives(error: ValidationError) -> list[list[ValidationError]]:
    causes: dict[Any, list[ValidationError]] = {}
    for cause in cast("Iterable[ValidationError]", error.context or ()):
        causes.setdefault(cause.relative_schema_path[0], []).append(cause)
    return list(causes.values())


def _of_other_type(errors: list[ValidationError]) -> bool:
    return any(
        error.validator == "type" and not error.relative_path for error in errors
    )


def _no_form(error: ValidationError) -> str:
    reasons = [
        " and ".join(
            str(problem.message) for cause in causes for problem in problems_of(cause)
        )
        for causes in _alternatives(error)
    ]
    forms = "; ".join(f"({number}) it {text}" for number, text in enumerate(reasons, 1))
    return f"fits none of the allowed forms: is {_shown(error.instance)}: {forms}"


def _sentence(error: ValidationError) -> str:
    limit: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "type":
            return f"must be of type {limit}, is {_shown(value)}"
        case "enum" if not limit:
            return "can have no value: the published schema accepts none"
        case "enum":
            return f"must be one of {_whole(limit)}, is {_shown(value)}"
        case "minLength" | "maxLength":
            return f"breaks {error.validator} {limit}: it has {len(value)} characters"
        case "minItems" | "maxItems":
            return f"breaks {error.validator} {limit}: it has {len(value)} items"
        case "validations":
            return error.message
        case keyword:
            return f"breaks {keyword} {limit}: is {_shown(value)}"


def _whole(value: Any) -> str:
    # A published fraction is a Decimal.
    return json.dumps(value, default=float, ensure_ascii=False)


def _shown(value: Any) -> str:
    # Only the beginning of a long string is formatted: inputs may hold megabytes.
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return f"{_whole(value[:_LONGEST_VALUE])}… ({len(value)} characters)"
    text = _whole(value)
    return text if len(text) <= 2 * _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
