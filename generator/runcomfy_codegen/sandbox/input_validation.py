"""Input validation: JSON first, then the schema that the client checks too."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, Protocol, cast

from jsonschema.exceptions import ValidationError

from runcomfy_runtime.limits.check_values import value_problems
from runcomfy_runtime.limits.compiled import compile_limits
from runcomfy_runtime.limits.stated_limit import Limit
from runcomfy_runtime.media.errors import MediaError, MediaUnknown
from runcomfy_runtime.media.info import MediaInfo
from runcomfy_runtime.media.inspection import InspectedFile, media_problems
from runcomfy_runtime.media.prober import probe
from runcomfy_runtime.media.references import media_references
from runcomfy_runtime.media.rule_check import plausible_kinds, plausible_values
from runcomfy_runtime.report import Problem

from ..dialect.rule_language import MeasuredFile, NotMedia
from ..dialect.validator import validator_class, with_media_rules
from ..ir.as_json import to_json_schema
from ..ir.json_text import is_object, items, members
from ..ir.model import Model
from .http_messages import JSON_TYPE, ApiRequest, Refused, assumed_error
from .input_problems import InputProblem, problems_of

MAX_DEPTH = 64
MAX_TEXT = 8 * 1024 * 1024
"""Bytes of a body that holds no inline media."""
MAX_BODY = 64 * 1024 * 1024
"""Bytes of a body with inline media; RunComfy's own node pack has the same limit."""


class ValidationMode(StrEnum):
    """What happens to an input that breaks the schema."""

    REJECT = "reject"
    WARN = "warn"
    """It is accepted, and ``x-sandbox-warning`` in the answer says what is wrong with it."""
    OFF = "off"


def read_body(request: ApiRequest) -> dict[str, Any]:
    """The body as a JSON object. Raises ``Refused`` for anything else."""
    _check_type(request)
    if len(request.body) > MAX_TEXT and b'"data:' not in request.body:
        raise body_too_large(f"{MAX_TEXT >> 20} MiB without inline media")
    value = _parse(request.body)
    if not is_object(value):
        raise malformed("The body must be a JSON object: the model's input.")
    if _deeper_than(value, MAX_DEPTH):
        raise malformed(f"The body is nested more than {MAX_DEPTH} levels deep.")
    return value


def require_json_type(request: ApiRequest) -> None:
    """Raise ``Refused`` (415) for a body of another type, even if the call has no use for it."""
    if request.body:
        _check_type(request)


def check_size(request: ApiRequest) -> None:
    """Raise ``Refused`` for a body that is too long for any call."""
    if request.discarded or len(request.body) > MAX_BODY:
        raise body_too_large(f"{MAX_BODY >> 20} MiB with inline media")


def _check_type(request: ApiRequest) -> None:
    header = request.header("content-type") or ""
    content_type = header.partition(";")[0].strip().lower()
    if content_type != JSON_TYPE:
        raise assumed_error(
            415, f"The body must be sent as {JSON_TYPE}, not {content_type!r:.80}."
        )


def body_too_large(limit: str) -> Refused:
    """The refusal of a body over the limit."""
    return assumed_error(413, f"The body is too large: at most {limit}.")


def malformed(message: str) -> Refused:
    """The refusal of a body that is not an input at all."""
    return assumed_error(400, message)


_LORA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "properties": {"path": {"type": "string", "minLength": 1}},
        "required": ["path"],
    }
)


def with_lora(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an input, with the documented ``lora`` next to the published fields.

    ``{"lora": {"path": "…"}}`` runs a base model with a LoRA that the user has trained. No
    published schema lists it. A schema with a ``lora`` of its own stays unchanged.
    """
    properties = members(schema.get("properties"))
    if "lora" in properties or schema.get("additionalProperties") is not False:
        return schema
    return schema | {"properties": {**properties, "lora": dict(_LORA)}}


class _Validator(Protocol):
    def iter_errors(self, instance: Any) -> Iterable[ValidationError]: ...


class InputSchema:
    """A model's input schema with its media rules and stated limits, compiled at the first use.

    Media rules and limits are checked on inline media. URLs are not fetched.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._validator: _Validator | None = None

    def accepts(self, value: dict[str, Any]) -> bool:
        """Whether nothing refuses the value."""
        return all(problem.warns for problem in self.problems(value))

    def problems(self, value: dict[str, Any]) -> tuple[InputProblem, ...]:
        """Every problem of the value, in the order of the document.

        Limits are checked if the value fits the schema.
        """
        if self._validator is None:
            schema = with_media_rules(
                with_lora(to_json_schema(self._model.input, exact=True)),
                self._model.rules,
            )
            self._validator = cast(
                "_Validator", validator_class(measure_inline)(schema)
            )
        errors = self._validator.iter_errors(value)
        problems = tuple(
            dict.fromkeys(problem for error in errors for problem in problems_of(error))
        )
        if problems or not self._model.limits:
            return problems
        return tuple(
            InputProblem(
                broken.pointer,
                broken.code,
                broken.message,
                broken.quote,
                broken.level == "warn",
            )
            for broken in broken_limits(self._model.limits, value)
        )


def _parse(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8"),
            parse_constant=_not_json,
            parse_float=_finite,
            object_pairs_hook=_once,
        )
    except RecursionError:
        raise malformed(
            f"The body is nested more than {MAX_DEPTH} levels deep."
        ) from None
    except ValueError as error:
        is_long = "integer string" in str(error)
        why = "a number has more than 4,300 digits" if is_long else f"{error!s:.200}"
        raise malformed(f"The body is not JSON: {why}.") from None


def _not_json(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise malformed(f"The number {text:.60} is outside the range of a double.")
    return number


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object has the same member twice")
    return members


def _deeper_than(value: Any, levels: int) -> bool:
    layer: list[Any] = [value]
    for _ in range(levels):
        layer = [child for parent in layer for child in _children(parent)]
        if not layer:
            return False
    return True


def _children(value: Any) -> list[Any]:
    return list(members(value).values()) or items(value)


def measure_inline(text: str) -> MeasuredFile:
    """The metrics of a ``data:`` URI; none for a URL, which the sandbox never fetches.

    Raises ``NotMedia``.
    """
    if text[:5].lower() != "data:":
        return MeasuredFile()
    try:
        media = probe(text)
    except MediaError as error:
        if error.fault.conclusive:
            raise NotMedia(str(error)) from None
        return MeasuredFile()
    return MeasuredFile(tuple(plausible_values(media)), plausible_kinds(media))


def all_texts(value: Any) -> Iterator[str]:
    """Every string of a JSON value, at any depth, in document order; without member names."""
    rest = [value]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            yield value
        rest += reversed(list(members(value).values()) or items(value))


# Stated limits in the sandbox: decided as the client does, on inline media alone.


def broken_limits(
    limits: Sequence[Limit], document: Mapping[str, Any]
) -> Iterator[Problem]:
    """The limits that a document certainly breaks, or breaks with a warning.

    The document fits the schema. URLs are not fetched, so limits on their files are unknown.
    """
    compiled = compile_limits(limits)
    problems = value_problems(compiled, document)
    references = media_references((), document, compiled)
    measured = {source: _measure(source) for source in {r.source for r in references}}
    files = [
        InspectedFile.of(reference, measured[reference.source])
        for reference in references
    ]
    problems += media_problems(files, document, limits)
    for problem in problems:
        if problem.verdict == "fail" or (problem.level == "warn" and problem.actual):
            yield problem


def _measure(source: str | Path) -> MediaInfo | MediaError:
    if isinstance(source, Path) or source[:5].lower() != "data:":
        return MediaUnknown("the sandbox fetches no URL")
    try:
        return probe(source)
    except MediaError as error:
        return error
