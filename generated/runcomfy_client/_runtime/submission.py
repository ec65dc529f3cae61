"""What a caller asks for: an input of a class, or a model id and a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, cast

from .base_job import OutputReader, untyped_output
from .errors import InputRejected
from .escaping import quoted
from .json_values import is_plain, json_problems
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
    from .local_files import LocalFilePolicy
    from .model import ModelInput
    from .rule import Rule

OutputT = TypeVar("OutputT")


class ChecksOfSubmits(Protocol):
    """The checks of a client: which of them run before a body is paid for."""

    @property
    def local_files(self) -> LocalFilePolicy:
        """What happens to the local files of an input."""
        ...

    def before_submit(
        self,
        rules: Sequence[Rule],
        submission: Submission,
        limits: Sequence[Limit] = (),
    ) -> PreSubmitTask | None:
        """The check of a submission; None if nothing checks it."""
        ...


class PreparedSubmission(NamedTuple):
    """A submission, and how to read the output of its job."""

    submission: Submission
    reader: OutputReader[Any]
    given: object = None
    """The input, or a mapping in wire names. In a batch, what the caller gave."""


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
        checked = _with_check(submission, (), checks)
        return PreparedSubmission(checked, untyped_output, submission.members)
    if isinstance(what, type):
        if not is_input_class(what) or not isinstance(payload, Mapping):
            raise _rejected(wrong_model(what, payload))
        from .model import input_from  # imports pydantic, as the caller has already

        return _of_input(input_from(what, payload), checks)
    if not is_input(what):
        raise _rejected(wrong_model(what, payload))
    if payload is not None:
        raise _rejected(wrong_payload(what, payload))
    return _of_input(what, checks)


def _of_input(
    what: ModelInput[Any], checks: ChecksOfSubmits | None
) -> PreparedSubmission:
    # These import pydantic, as the caller has already.
    from .model import schema_problems
    from .payload import has_path, input_members

    try:
        members = input_members(what)
    except RecursionError:
        raise InputRejected(Report(json_problems(what)), what.MODEL_ID) from None
    if not (plain := is_plain(members)) and has_path(members):
        submission = _with_files(what.MODEL_ID, members, checks)
    else:
        submission = _serialize(what.MODEL_ID, members, plain)
    problems = schema_problems(what)
    if problems:
        raise InputRejected(Report(problems), what.MODEL_ID)
    submission = _with_check(submission, what.RULES, checks, what.LIMITS)
    return PreparedSubmission(submission, what.OUTPUT.read, what)


def _with_files(
    model_id: str, members: Mapping[str, Any], checks: ChecksOfSubmits | None
) -> Submission:
    """The submission of an input with local files, whose body is made when it is submitted."""
    from .local_files import LocalFilePolicy, paths_in, with_values

    policy = checks.local_files if checks is not None else LocalFilePolicy()
    problems = policy.problems(members)
    if problems:
        raise InputRejected(Report(problems), model_id)
    names = {path: path.name for _, path in paths_in(members)}
    named = _serialize(model_id, with_values(members, names), False)
    return named._replace(members=members, files=policy.reading(members))


def untyped_submission(model_id: str, payload: object) -> Submission:
    """The submission of a payload without a class. Raises ``InputRejected``."""
    if not isinstance(payload, Mapping):
        raise _rejected(wrong_payload(model_id, payload), model_id)
    members = dict(cast(Mapping[str, Any], payload))
    return _serialize(checked_model_id(model_id), members, is_plain(members))


def _with_check(
    submission: Submission,
    rules: Sequence[Rule],
    checks: ChecksOfSubmits | None,
    limits: Sequence[Limit] = (),
) -> Submission:
    """The same, with the check that runs before it is sent."""
    if checks is None:
        return submission
    check = checks.before_submit(rules, submission, limits)
    return submission if check is None else submission._replace(check=check)


def checked_model_id(model_id: str) -> str:
    """The id, if it can be one. Raises ``InputRejected``."""
    is_text = isinstance(model_id, str)  # pyright: ignore[reportUnnecessaryIsInstance]
    if not is_text or not valid_model_id(model_id):
        raise _rejected(
            f"{quoted(model_id)} is not a model id: model ids look like vendor/model or vendor/family/model"
        )
    return model_id


def _serialize(model_id: str, payload: Mapping[str, Any], plain: bool) -> Submission:
    """The submission of a payload. ``plain``: it was seen to have no problem."""
    if not plain and json_problems(payload):
        from .plain_values import plain_value  # rarely needed

        payload = cast(Mapping[str, Any], plain_value(payload))
        _refuse(json_problems(payload), model_id)
    try:
        return Submission.of(model_id, payload)
    except (TypeError, ValueError, RecursionError) as error:
        _refuse(json_problems(payload), model_id)
        raise _rejected(f"the payload is not JSON: {error}", model_id) from None


def _refuse(problems: tuple[Problem, ...], model_id: str) -> None:
    if problems:
        raise InputRejected(Report(problems), model_id)


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
