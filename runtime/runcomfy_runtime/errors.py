"""Everything that this package raises. No error class is from an HTTP library.

Every error after a job was accepted carries ``job`` (pickle it, or keep its
``token()``), ``request_id``, ``last_status`` and ``may_be_billed``. All of them can be pickled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from .report import Problem, Report


class JobReference(Protocol):
    """The job of an error: enough to resume it."""

    @property
    def request_id(self) -> str:
        """The id that the API gave the job."""
        ...

    @property
    def model_id(self) -> str:
        """The model it runs."""
        ...

    def token(self) -> str:
        """A text from which any process can resume the job."""
        ...


class RunComfyError(Exception):
    """The base of every error here."""

    job: JobReference | None = None
    """The job, once it was accepted."""
    request_id: str | None = None
    """The id of the job, once it was accepted."""
    last_status: str | None = None
    """The last published status word that was seen."""
    may_be_billed: bool = False
    """Whether the call may cost money in spite of the error."""
    index: int | Any = None
    """In a batch, the index of the input that it is about; else None."""
    input: object = None
    """In a batch, the input that it is about."""

    def concerning(self, request_id: str, last_status: str | None = None) -> Self:
        """Set which accepted job this error is about, and return the error."""
        self.request_id = request_id
        self.last_status = last_status or self.last_status
        self.may_be_billed = True
        return self

    def of(self, job: JobReference, last_status: str | None = None) -> Self:
        """Attach the accepted job, unless the error is about another; return the error."""
        if self.request_id is None:
            self.concerning(job.request_id)
        if self.request_id == job.request_id:
            self.job = job
            self.last_status = self.last_status or last_status
        return self


def shorten_traceback(error: BaseException) -> None:
    """Drop the frames inside this package from an error of ours, and what it replaced.

    Its message says what happened. An explicit cause stays. Raise it again with ``raise``.
    """
    if isinstance(error, RunComfyError):
        error.__traceback__ = None
        error.__suppress_context__ = True


def forget_frames(error: BaseException | None) -> None:
    """Drop the frames that an exception went through: their variables hold a secret."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


_LIMITS_HINT = (
    "The descriptions are those of {}. If a limit has changed since then or does not hold,"
    ' RunComfy(stated_limits="warn") only reports stated limits, and "off" ignores them.'
)


class InputRejected(RunComfyError, ValueError):
    """The input does not fit what is published of the model. ``report`` holds every problem."""

    def __init__(self, report: Report, model_id: str = "") -> None:
        super().__init__(report, model_id)
        self.report = report
        self.model_id = model_id

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem of the input."""
        return self.report.problems

    def __str__(self) -> str:
        count = len(self.report.problems)
        head = f"{count} problem{'s' * (count != 1)} in the input"
        lines = [head + (f" of {self.model_id}" if self.model_id else "")]
        whole = "\n  ".join([*lines, *map(str, self.report.problems)])
        days = [
            problem.published
            for problem in self.report.problems
            if problem.origin == "limit"
        ]
        return f"{whole}\n{_LIMITS_HINT.format(max(days) or '?')}" if days else whole


class NotConfigured(RunComfyError):
    """A setting is missing or wrong. Nothing was sent."""


class MissingToken(NotConfigured):
    """There is no API token. The message names the variables that were read."""


class BadSetting(NotConfigured, ValueError):
    """A setting or option that cannot be used, for example a base URL or a timeout."""


class BadJobToken(RunComfyError, ValueError):
    """A text that is not a token of this job: damaged, of another version, model or server."""


class ApiError(RunComfyError):
    """The server answered with an error.

    ``http_status`` and ``code`` are the server's (``code`` is None if the body states none),
    ``text`` is its own message, ``retry_after`` is in seconds.
    """

    def __init__(
        self,
        message: str,
        *,
        http_status: int | None = None,
        code: int | str | None = None,
        text: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.text = text
        self.retry_after = retry_after


class AuthError(ApiError):
    """The token is wrong, expired or revoked (400004, HTTP 401)."""


class NoBalance(ApiError):
    """The account has no money left (400002, HTTP 402)."""


class PermissionDenied(ApiError):
    """The token has no permission, for example for another account's job (403001, HTTP 403)."""


class NotFound(ApiError):
    """There is no such model or job (400001, 404001, HTTP 404 and 410)."""


class RateLimited(ApiError):
    """Too many requests (HTTP 429), and the requested pause is too long to wait for."""


class ServerError(ApiError):
    """The server is in trouble (HTTP 5xx)."""


class SubmitRefused(ApiError):
    """The server refused the job, for example its body (HTTP 400, 422). Nothing is billed."""


class UnreadableAnswer(ApiError):
    """An answer that is not a JSON object, or lacks what the protocol promises."""


class NotSent(RunComfyError, ConnectionError):
    """The server could not be reached. Nothing was sent, so nothing is billed."""


class SubmitOutcomeUnknown(RunComfyError):
    """A paid request left this machine, and it cannot be known whether it was accepted.

    It is never sent again: that could pay twice. ``sent_at`` is in seconds since 1970,
    ``payload_sha256`` identifies the exact body, ``reference`` the intent in the journal. If
    the server accepted but its answer broke off, ``accepted`` is true, and ``request_id`` is
    the id if the received part contains it.
    """

    def __init__(
        self,
        message: str,
        *,
        accepted: bool = False,
        sent_at: float = 0.0,
        payload_sha256: str = "",
        reference: str | None = None,
    ) -> None:
        super().__init__(message)
        self.may_be_billed = True
        self.accepted = accepted
        self.sent_at = sent_at
        self.payload_sha256 = payload_sha256
        self.reference = reference


class JobFailed(RunComfyError):
    """The job ran and failed. ``error`` is the server's value, unchanged."""

    def __init__(
        self, message: str, *, code: object = None, error: object = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.error = error


class JobCancelled(RunComfyError):
    """The job was cancelled before it ran."""


class JobTimeout(RunComfyError, TimeoutError):
    """The job did not end in time.

    ``outcome`` is its last known state: ``cancelled`` (it was still queued and does not run),
    ``still_queued``, ``still_running``, ``ended`` (its status says so, but there was no result
    yet), or ``unknown``.
    """

    def __init__(self, message: str, *, outcome: str = "unknown") -> None:
        super().__init__(message)
        self.outcome = outcome


class PollInterrupted(RunComfyError, ConnectionError):
    """The job's state could not be read for too long. The job itself continues."""


class DownloadError(RunComfyError):
    """An output file could not be fetched whole. ``url`` is the file, without its query."""

    def __init__(self, message: str, *, url: str = "") -> None:
        super().__init__(message)
        self.url = url


class JournalError(RunComfyError):
    """The journal cannot be read or written. A job that cannot be recorded is not submitted."""
