"""The queue API as tables: status words, paths, variables. The sandbox reads them too.

Sources: the published API pages of the models (statuses, paths), and RunComfy's own clients
(result words, cancel outcomes). Error codes are in ``error_codes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast
from urllib.parse import quote

from .escaping import printable

DEFAULT_BASE_URL = "https://model-api.runcomfy.net"
SERVERLESS_HOSTS = ("api.runcomfy.net",)
"""Hosts of the serverless API, another product with other paths."""
TOKEN_VARIABLES = (
    *("RUNCOMFY_TOKEN", "RUNCOMFY_API_TOKEN"),
    *("RUNCOMFY_API_KEY", "YOUR_API_TOKEN"),
)
"""Environment variables that may hold the token, in the order in which they are read."""
BASE_URL_VARIABLE = "RUNCOMFY_BASE_URL"
BASE_URL_VARIABLES = (BASE_URL_VARIABLE, "RUNCOMFY_MODEL_API_BASE")
"""Environment variables that may hold the base URL, in the order in which they are read."""


class StatusWord:
    """The published words for the status of a job, as an answer spells them."""

    IN_QUEUE: Final = "in_queue"
    IN_PROGRESS: Final = "in_progress"
    COMPLETED: Final = "completed"
    CANCELLED: Final = "cancelled"
    SUCCEEDED: Final = "succeeded"
    FAILED: Final = "failed"


class Phase(StrEnum):
    """What a published status word means for a client that waits."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def terminal(self) -> bool:
        """Whether the job has ended. An unknown status word never ends a wait."""
        return self in _TERMINAL


# Constants, because Python 3.11 looks a member of an enum up as slowly as it calls a function.
_TERMINAL = (Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELLED)
_UNKNOWN = Phase.UNKNOWN
PHASES: Mapping[str, Phase] = MappingProxyType(
    {
        # published: /status says the first four, /result also the next two
        StatusWord.IN_QUEUE: Phase.QUEUED,
        StatusWord.IN_PROGRESS: Phase.RUNNING,
        StatusWord.COMPLETED: Phase.SUCCEEDED,
        StatusWord.CANCELLED: Phase.CANCELLED,
        StatusWord.SUCCEEDED: Phase.SUCCEEDED,
        StatusWord.FAILED: Phase.FAILED,
        # tolerated: read by RunComfy's own clients, never seen in an answer
        "queued": Phase.QUEUED,
        "pending": Phase.QUEUED,
        "waiting": Phase.QUEUED,
        "starting": Phase.RUNNING,
        "processing": Phase.RUNNING,
        "running": Phase.RUNNING,
        "success": Phase.SUCCEEDED,
        "error": Phase.FAILED,
        "canceled": Phase.CANCELLED,
    }
)
"""Every status word that is understood, both vocabularies together."""


def phase(word: object) -> Phase:
    """What a status word means; ``UNKNOWN`` for words that are not in the table."""
    return PHASES.get(word.lower(), _UNKNOWN) if isinstance(word, str) else _UNKNOWN


class CancelOutcome(StrEnum):
    """The outcome of a cancel. A job in progress cannot be cancelled."""

    CANCELLED = "cancelled"
    NOT_CANCELLABLE = "not_cancellable"
    REQUESTED = "requested"
    """The server took the request, and does not state the outcome."""


STATED_OUTCOMES = (CancelOutcome.CANCELLED, CancelOutcome.NOT_CANCELLABLE)
"""The outcomes that ``POST …/cancel`` answers with."""


# Half of a surrogate pair is not a character and cannot be part of a URL.
_SEGMENT = re.compile(r"[^\x00-\x1f\x7f/\\?#\ud800-\udfff]+")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def valid_model_id(model_id: str) -> bool:
    """Whether an id can be part of a path: two or more segments, none empty, ``.`` or ``..``.

    A segment has at most 80 bytes, so that it is a file name on every disk when encoded.
    """
    segments = model_id.split("/")
    return len(segments) >= 2 and all(
        _SEGMENT.fullmatch(segment)
        and segment not in (".", "..")
        and len(segment.encode()) <= 80
        for segment in segments
    )


def valid_request_id(request_id: str) -> bool:
    """Whether the API could have issued this id."""
    return _REQUEST_ID.fullmatch(request_id) is not None


@lru_cache(maxsize=1024)
def _segment(request_id: str) -> str:
    return request_id if valid_request_id(request_id) else quote(request_id, safe="")


@lru_cache(maxsize=1024)
def submit_path(model_id: str) -> str:
    """``POST`` to this path starts a job. The model id is percent-encoded except its slashes."""
    return f"/v1/models/{quote(model_id, safe='/')}"


CATALOG_PATH = "/v1/models"
"""``GET`` of this path lists models."""
_WALLET = "https://api.runcomfy.net"
_BALANCE_PATH = "/prod/v2/balance"


def balance_url(base_url: str) -> str:
    """``GET`` of this URL returns the balance. RunComfy's wallet is on a host of its own."""
    wallet = _WALLET if base_url == DEFAULT_BASE_URL else base_url
    return wallet + _BALANCE_PATH


def status_path(request_id: str) -> str:
    """``GET`` of this path returns the state of a job."""
    return f"/v1/requests/{_segment(request_id)}/status"


def result_path(request_id: str) -> str:
    """``GET`` of this path returns the result of a job, or its state if there is no result yet."""
    return f"/v1/requests/{_segment(request_id)}/result"


def cancel_path(request_id: str) -> str:
    """``POST`` to this path cancels a job that is still queued."""
    return f"/v1/requests/{_segment(request_id)}/cancel"


# What the server says about a job: its status, and the outcome of a cancel.


class Status(NamedTuple):
    """The state of a job. ``state`` is the published word, as the server wrote it."""

    request_id: str
    state: str
    phase: Phase
    queue_position: int | None = None
    """How many jobs are ahead of it, while it is queued and if the server says so."""

    @property
    def finished(self) -> bool:
        """Whether the job has ended: succeeded, failed or cancelled."""
        return self.phase.terminal

    def __str__(self) -> str:
        """One line: the job, the published word, and how many jobs are ahead."""
        return f"{self.request_id}: {self._shown()}"

    def __repr__(self) -> str:
        return f"<Status {self.request_id} {self._shown()}>"

    def _repr_html_(self) -> str:
        from .notebook import facts_html

        return facts_html({"job": self.request_id, "state": self._shown()})

    def __rich_repr__(self) -> Iterator[tuple[str, object]]:
        yield from {"job": self.request_id, "state": self.state}.items()
        if self.queue_position is not None:
            yield "queue_position", self.queue_position

    def _shown(self) -> str:
        """The word in which only printable characters are left, and the place in the queue."""
        word = printable(self.state, 80)
        position = self.queue_position
        return word if position is None else f"{word}, position {position}"


class Cancellation(NamedTuple):
    """The outcome of a cancel. Only a queued job can be cancelled."""

    outcome: CancelOutcome
    state: str | None = None
    """The published status word that the server gave with it, if any."""

    @property
    def cancelled(self) -> bool:
        """Whether the job will not run, and is not billed."""
        return self.outcome is CancelOutcome.CANCELLED


ENVELOPES = ("data", "request", "result", "response", "job")
"""Members in which a gateway wraps an answer. An echo of the input is not one of them."""
_STATUS_KEY, _OTHER_STATUS_KEYS = "status", ("state", "task_status")


def unwrap(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer about a job without the envelope that a gateway may put around it."""
    if status_word(content) is not None or content.get("output") is not None:
        return content
    for key in ENVELOPES:
        inner = content.get(key)
        if isinstance(inner, dict):
            members = cast(dict[str, Any], inner)
            if status_word(members) is not None:
                return members
    return content


def result_members(raw: object) -> Mapping[str, Any]:
    """The members of a result without an envelope. A value that is not an object is the output."""
    if isinstance(raw, dict):
        return unwrap(cast(dict[str, Any], raw))
    return {"output": raw}


def status_word(content: Mapping[str, Any]) -> str | None:
    """The status word at the top of an answer; None if it states none."""
    word = content.get(_STATUS_KEY)
    if isinstance(word, str) and word:
        return word
    for key in _OTHER_STATUS_KEYS:
        word = content.get(key)
        if isinstance(word, str) and word:
            return word
    return None


def has_status(content: Mapping[str, Any]) -> bool:
    """Whether an answer states a status, perhaps in an envelope."""
    if status_word(content) is not None:
        return True
    return status_word(unwrap(content)) is not None


def read_status(request_id: str, content: Mapping[str, Any]) -> Status | None:
    """The status in an answer; None if it states none."""
    word = status_word(content)
    if word is None:
        content = unwrap(content)
        word = status_word(content)
        if word is None:
            return None
    stated = content.get("queue_position")
    position = (
        stated if isinstance(stated, int) and not isinstance(stated, bool) else None
    )
    return Status(request_id, word, phase(word), position)


def names_other_job(request_id: str, answer: object) -> bool:
    """Whether an answer is about another job than the one that was asked for."""
    if not isinstance(answer, dict):
        return False
    named: object = answer.get("request_id")  # pyright: ignore
    if named == request_id or named is None:
        return False
    return isinstance(named, str) and named != ""
