"""What a caller asks for: an input of a class, or a model id and a document."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from .base_job import OutputReader, untyped_output
from .errors import InputRejected
from .escaping import quoted
from .files import digest, urls
from .lifecycle.submit_outcome import Submission
from .protocol import valid_model_id
from .report import Problem, Report

if TYPE_CHECKING:
    from .input_checks import InputChecks
    from .model import ModelInput

OutputT = TypeVar("OutputT")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


class PreparedSubmission(NamedTuple):
    """A submission, and how to read the output of its job."""

    submission: Submission
    reader: OutputReader[Any]


def prepare_submission(
    what: ModelInput[Any] | str,
    payload: Mapping[str, Any] | None,
    checks: InputChecks | None = None,
) -> PreparedSubmission:
    """The submission for the arguments of ``run`` or ``submit``. Its body is serialised once, here.

    Raises ``InputRejected`` if the arguments are invalid.
    """
    if isinstance(what, str):
        if not isinstance(payload, Mapping):
            raise _rejected(f"give the payload as a mapping, not {payload!r:.80}", what)
        return PreparedSubmission(
            _serialize(_checked_id(what), dict(payload)), untyped_output
        )
    if isinstance(what, type) or not hasattr(what, "MODEL_ID"):
        raise _rejected(
            f"give an Input of a generated module, or a model id and a mapping, not {what!r:.80}"
        )
    if payload is not None:
        raise _rejected(
            "an Input already contains its payload: do not give another one"
        )
    submission = _serialize(what.MODEL_ID, what.payload())
    if checks is not None:
        submission = submission._replace(check=checks.before_submit(what))
    return PreparedSubmission(submission, what.OUTPUT.read)


def _checked_id(model_id: str) -> str:
    if not valid_model_id(model_id):
        raise _rejected(
            f"{quoted(model_id)} is not a model id: model ids look like vendor/model or vendor/family/model"
        )
    return model_id


def _serialize(model_id: str, payload: Mapping[str, Any]) -> Submission:
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
    )


def _rejected(message: str, model_id: str = "") -> InputRejected:
    problem = Problem(pointer="", code="invalid", message=message)
    return InputRejected(Report((problem,)), model_id)


def output_reader(model: type[ModelInput[Any]] | None) -> tuple[OutputReader[Any], str]:
    """How to read the output of a model class, and the model's id. Without a class, the output is untyped."""
    if model is None:
        return untyped_output, ""
    return model.OUTPUT.read, model.MODEL_ID
