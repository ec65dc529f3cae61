"""What a caller asks for: an input of a class, or a model id and a document."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, cast

from .base_job import OutputReader, untyped_output
from .errors import InputRejected
from .escaping import quoted
from .files import digest, urls
from .json_values import json_problems
from .lifecycle.submit_outcome import PreSubmitTask, Submission
from .protocol import valid_model_id
from .report import Problem, Report
from .wrong_use import (
    is_input,
    is_input_class,
    wrong_model,
    wrong_payload,
)

if TYPE_CHECKING:
    from .limits.stated_limit import Limit
    from .model import ModelInput
    from .rule import Rule

OutputT = TypeVar("OutputT")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


class ChecksOfSubmits(Protocol):
    """The checks of a client: which of them run before a body is paid for."""

    def before_submit(
        self,
        model_id: str,
        rules: Sequence[Rule],
        body: bytes,
        limits: Sequence[Limit] = (),
    ) -> PreSubmitTask | None:
        """The check of a body; None if nothing checks it."""
        ...


class PreparedSubmission(NamedTuple):
    """A submission, and how to read the output of its job."""

    submission: Submission
    reader: OutputReader[Any]


def prepare_submission(
    what: ModelInput[Any] | type[ModelInput[Any]] | str,
    payload: Mapping[str, Any] | None,
    checks: ChecksOfSubmits | None = None,
) -> PreparedSubmission:
    """The submission for the arguments of ``run`` or ``submit``. Its body is serialised once, here.

    Raises ``InputRejected`` if the arguments are invalid.
    """
    if isinstance(what, str):
        submission = untyped_submission(what, payload)
        return PreparedSubmission(_with_check(submission, (), checks), untyped_output)
    if is_input_class(what) and isinstance(payload, Mapping):
        from .model import input_from  # imports pydantic, as the caller has already

        model = cast("type[ModelInput[Any]]", what)
        return prepare_submission(input_from(model, payload), None, checks)
    if not is_input(what):
        raise _rejected(wrong_model(what, payload))
    what = cast("ModelInput[Any]", what)
    if payload is not None:
        raise _rejected(wrong_payload(what, payload))
    try:
        members = what.payload()
    except RecursionError:
        raise InputRejected(Report(json_problems(what)), what.MODEL_ID) from None
    submission = _serialize(what.MODEL_ID, members)
    from .model import schema_problems  # imports pydantic, as the caller has already

    problems = schema_problems(what)
    if problems:
        raise InputRejected(Report(problems), what.MODEL_ID)
    submission = _with_check(submission, what.RULES, checks, what.LIMITS)
    return PreparedSubmission(submission, what.OUTPUT.read)


def untyped_submission(model_id: str, payload: object) -> Submission:
    """The submission of a payload without a class. Raises ``InputRejected``."""
    if not isinstance(payload, Mapping):
        raise _rejected(wrong_payload(model_id, payload), model_id)
    members = dict(cast(Mapping[str, Any], payload))
    return _serialize(_checked_id(model_id), members)


def _with_check(
    submission: Submission,
    rules: Sequence[Rule],
    checks: ChecksOfSubmits | None,
    limits: Sequence[Limit] = (),
) -> Submission:
    """The same, with the check that runs before it is sent."""
    if checks is None:
        return submission
    body = submission.body
    check = checks.before_submit(submission.model_id, rules, body, limits)
    return submission if check is None else submission._replace(check=check)


def _checked_id(model_id: str) -> str:
    if not valid_model_id(model_id):
        raise _rejected(
            f"{quoted(model_id)} is not a model id: model ids look like vendor/model or vendor/family/model"
        )
    return model_id


def _serialize(model_id: str, payload: Mapping[str, Any]) -> Submission:
    problems = json_problems(payload)
    if problems:
        from .plain_values import plain_value  # rarely needed

        payload = cast(Mapping[str, Any], plain_value(payload))
        problems = json_problems(payload)
    if problems:
        raise InputRejected(Report(problems), model_id)
    try:
        body = _ENCODER.encode(payload).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise _rejected(f"the payload is not JSON: {error}", model_id) from None
    echoes = tuple(map(digest, dict.fromkeys(urls(payload))))
    from hashlib import sha256  # OpenSSL behind it is slow to import

    return Submission(
        model_id,
        body,
        sha256(body).hexdigest(),
        os.urandom(16).hex(),
        echoes,
        members=payload,
    )


def _rejected(message: str, model_id: str = "") -> InputRejected:
    problem = Problem(pointer="", code="invalid", message=message)
    return InputRejected(Report((problem,)), model_id)


def output_reader(model: type[ModelInput[Any]] | None) -> tuple[OutputReader[Any], str]:
    """How to read the output of a model class, and the model's id. Without a class, the output is untyped."""
    if model is None:
        return untyped_output, ""
    if not is_input_class(model):
        raise _rejected(
            "give the class of the model's inputs: client.job(token, edit.Input)"
        )
    return model.OUTPUT.read, model.MODEL_ID
