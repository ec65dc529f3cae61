"""The page of the client's exceptions, written from their table and the API's error codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from runcomfy_runtime import errors
from runcomfy_runtime.error_codes import ERRORS
from runcomfy_runtime.protocol import StatusWord

Billed = Literal["no", "maybe", "as may_be_billed says"]


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """What a caller needs to know of one exception."""

    exception: type[errors.RunComfyError]
    raised: str
    billed: Billed
    remedy: str
    handler: str
    """The line after ``except … as error``."""
    call: str = "client.run(edit)"


_READ: Final = "as may_be_billed says"
_AGAIN = "client.job(error.job.token()).result()"

ENTRIES = (
    ErrorEntry(
        errors.RunComfyError,
        "The base of all the others. Catch it to catch everything that this package raises.",
        _READ,
        "Look at `error.job`: if it is set, the job was accepted, and its token resumes it.",
        "print(error.request_id, error.may_be_billed)",
    ),
    ErrorEntry(
        errors.InputRejected,
        "The input does not fit the model's schema, its media rules, a stated limit or one of "
        "your own checks.",
        "no",
        "Correct the input: each problem has its place, rule, limit and measured value.",
        "print(*error.problems, sep='\\n')",
    ),
    ErrorEntry(
        errors.NotConfigured,
        "A setting is missing, or a job or result that was unpickled has no client.",
        "no",
        "Give the client what the message names.",
        "print(error)",
    ),
    ErrorEntry(
        errors.MissingToken,
        "There is no API token in `token=` or in the environment.",
        "no",
        "Set one of the variables that the message names.",
        "print(error)",
    ),
    ErrorEntry(
        errors.BadSetting,
        "A setting or option cannot be used: a base URL, a timeout, a proxy, an empty token.",
        "no",
        "Correct the setting that the message names.",
        "print(error)",
        "RunComfy(base_url='http://example.org')",
    ),
    ErrorEntry(
        errors.BadJobToken,
        "A text is not a job token, or it is damaged, or of another model or server.",
        "no",
        "Take the token that `job.token()` gave, whole, or the request id.",
        "print(error)",
        "client.job('not/a/token')",
    ),
    ErrorEntry(
        errors.ApiError,
        "The server answered with an error that has no class of its own.",
        _READ,
        "Read `http_status`, `code` and `text`, which are the server's.",
        "print(error.http_status, error.code, error.text)",
    ),
    ErrorEntry(
        errors.AuthError,
        "The token is wrong, expired or revoked.",
        _READ,
        "Make a new token. A job that was accepted before continues.",
        "print(error.text)",
    ),
    ErrorEntry(
        errors.NoBalance,
        "The account has no money left.",
        _READ,
        "Top up, then submit again.",
        "print(error.text)",
    ),
    ErrorEntry(
        errors.PermissionDenied,
        "The token may not use this model or see this job.",
        _READ,
        "Use the token of the account that the job belongs to.",
        "print(error.text)",
    ),
    ErrorEntry(
        errors.NotFound,
        "There is no such model or job, or the job is too old.",
        _READ,
        "Check the model id; a job that is gone cannot be read any more.",
        "print(error.request_id)",
    ),
    ErrorEntry(
        errors.RateLimited,
        "Too many requests, and the pause that the server asks for is too long to wait for.",
        _READ,
        "Wait `retry_after` seconds, then submit again.",
        "time.sleep(error.retry_after or 60)",
    ),
    ErrorEntry(
        errors.ServerError,
        "The server is in trouble. Reads are repeated first.",
        _READ,
        "Try later. If `error.job` is set, resume the job and do not submit again.",
        "print(error.http_status)",
    ),
    ErrorEntry(
        errors.SubmitRefused,
        "The server refused the job, for example because of a value that no rule states.",
        "no",
        "Correct the input by the server's text.",
        "print(error.text)",
    ),
    ErrorEntry(
        errors.UnreadableAnswer,
        "An answer is not what the protocol promises, or is about another job.",
        _READ,
        "Resume the job: it continues.",
        _AGAIN,
    ),
    ErrorEntry(
        errors.NotSent,
        "The server could not be reached, and no byte of the request was sent.",
        "no",
        "Check the network, then submit again.",
        "client.run(edit)",
    ),
    ErrorEntry(
        errors.SubmitOutcomeUnknown,
        "A paid request left this machine, and no answer says whether it was accepted.",
        "maybe",
        "Look at your requests on RunComfy before you submit again. With a journal, record "
        "what you saw with `client.journal.settle(reference, …)`.",
        "print(error.sent_at, error.payload_sha256, error.reference)",
    ),
    ErrorEntry(
        errors.JobFailed,
        "The job ran and failed: `/status` or `/result` says so.",
        "maybe",
        "Read `error.error`, the server's value. Change the input if it is about the input.",
        "print(error.code, error.error)",
    ),
    ErrorEntry(
        errors.JobCancelled,
        "The job was cancelled before it ran.",
        "no",
        "Submit again if you still want the result.",
        "print(error.last_status)",
    ),
    ErrorEntry(
        errors.JobTimeout,
        "The job did not end in time. `outcome` says in which state it was left.",
        _READ,
        f"Resume the job, unless `outcome` is `{StatusWord.CANCELLED}`.",
        _AGAIN,
    ),
    ErrorEntry(
        errors.PollInterrupted,
        "The state of the job could not be read for two minutes.",
        _READ,
        "Resume the job: it continues.",
        _AGAIN,
    ),
    ErrorEntry(
        errors.DownloadError,
        "An output file could not be fetched whole, is on a host that is not allowed, or is not "
        "a file but a web page.",
        _READ,
        "Download again: what was received is kept, and the job is not paid for again.",
        _AGAIN + ".download('out')",
        "client.run(edit).download('out')",
    ),
    ErrorEntry(
        errors.JournalError,
        "The journal cannot be read or written in time, or an entry cannot be settled. A job that "
        "cannot be recorded is not submitted.",
        "no",
        "Free the disk, or give another path. Jobs of a batch that ran already go on: the notes of "
        "the error have their tokens.",
        "print(error)",
    ),
)
"""Every exception of the client, in the order of its module."""

_BILLED = {
    "no": "No.",
    "maybe": "Yes, it may be.",
    _READ: "`error.may_be_billed` says so: only if the job was accepted.",
}


def errors_page() -> str:
    """The page as Markdown."""
    return "\n".join([*_INTRODUCTION, *(line for e in ENTRIES for line in _section(e))])


def example(entry: ErrorEntry) -> str:
    """The example of an exception, as Python."""
    return (
        f"try:\n    {entry.call}\n"
        f"except {entry.exception.__name__} as error:\n    {entry.handler}"
    )


def _section(entry: ErrorEntry) -> Iterator[str]:
    name, base = entry.exception.__name__, entry.exception.__bases__[0].__name__
    yield from (f"## {name}", "")
    if base != "Exception":
        yield from (f"A kind of `{base}`.", "")
    yield f"- **Raised when:** {entry.raised}"
    codes = list(_codes(entry.exception))
    if codes:
        yield f"- **Answers of the server:** {', '.join(codes)}."
    yield f"- **May it be billed?** {_BILLED[entry.billed]}"
    yield f"- **What to do:** {entry.remedy}"
    yield from ("", "```python", *example(entry).splitlines(), "```", "")


def _codes(exception: type[errors.RunComfyError]) -> Iterator[str]:
    for row in ERRORS:
        if row.exception is exception:
            code = f"`error_code` {row.code} {row.name}, " if row.code else ""
            yield f"{code}HTTP {row.http_status}"


_INTRODUCTION = (
    "# Errors",
    "",
    "Every exception of the client: what raises it, whether it may be billed, what to do. This",
    "page is written from the error table; a test keeps it true. All are importable from",
    "`runcomfy_client`. In the examples `client` is a `RunComfy`, and `edit` is an `Input`.",
    "",
    "Every error after a job was accepted carries `job`, `request_id`, `last_status` and",
    "`may_be_billed`. All can be pickled.",
    "",
)
