"""The journal of a client: its entries, what it must be able to do, and its jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from typing import Literal, NamedTuple, Protocol, Self, runtime_checkable

from .errors import JournalError
from .job_handle import JobHandle
from .lifecycle.steps import Accepted, Ended, Intent, OutcomeUnknown, Paused, Sending
from .retry_and_timeouts import SHARED_COMMIT_MIN


class JournalEntry(NamedTuple):
    """One job, or the intent to submit one."""

    reference: str
    model_id: str
    payload_sha256: str
    meant_at: float
    """Seconds since 1970."""
    request_id: str
    """Empty while it is not known whether the server accepted."""
    token: str
    state: str
    """How it ended: a published status word or ``not accepted``; empty if it has not."""
    ended_at: float | None
    batch: str = ""
    """The name of its batch; empty if it has none."""
    base_url: str = ""
    owner: str = ""
    """Who submits it: host, process id and a random part. Host and id are for the reader."""
    owner_alive: bool = False
    """Whether the owner still waits for the answer: it has renewed its lease."""

    @property
    def unknown(self) -> bool:
        """Whether it was about to be sent, and its outcome is unknown, perhaps only so far."""
        return not self.request_id and not self.state

    @property
    def pending(self) -> bool:
        """Whether it was accepted and was not seen to end."""
        return bool(self.request_id) and not self.state

    @property
    def word(self) -> str:
        """Its state in one word: how it ended, else pending, submitting or unknown."""
        if self.unknown:
            return "submitting" if self.owner_alive else "unknown"
        return self.state or "pending"


class IntentExists(JournalError):
    """The journal has this reference already, from this process or another one."""

    @classmethod
    def in_journal(cls, reference: str, journal: object) -> Self:
        """The error for a reference and the path or address of its journal."""
        return cls(
            f"the journal {journal} already has a job {reference!r}, from this "
            "process or another: it is not submitted twice"
        )


Entry = Intent | Sending | Accepted | Ended | OutcomeUnknown | Paused


class Journal(Protocol):
    """What a client needs from a journal: ``SqliteJournal`` and ``PostgresJournal`` are shipped."""

    def note(self, entry: Entry) -> None:
        """Store this, and return when an intent is on disk. Raises ``JournalError``."""
        ...

    def settle(self, reference: str, handle: JobHandle | None) -> None:
        """Decide an unknown intent: it became this job, or with None it was not accepted."""
        ...

    def find(self, reference: str) -> JournalEntry | None:
        """The entry under a reference, if there is one."""
        ...

    def pending(self) -> Sequence[JournalEntry]:
        """Jobs that were accepted and have not ended."""
        ...

    def unknown(self) -> Sequence[JournalEntry]:
        """Intents whose outcome is unknown."""
        ...

    def entries(self, limit: int = 100) -> Sequence[JournalEntry]:
        """The latest entries, newest first."""
        ...

    def close(self) -> None:
        """Close the file or connection."""
        ...


@runtime_checkable
class GroupingJournal(Protocol):
    """A journal that can write several entries with one sync to disk."""

    def note_many(self, entries: Sequence[Entry]) -> list[JournalError | None]:
        """Store all of these. Returns for each why it was not stored, or None."""
        ...


@runtime_checkable
class LeasingJournal(Protocol):
    """A journal whose intents are owned for a limited time, because other processes see them."""

    def owns(self, reference: str, seconds: float) -> bool:
        """Whether this process may still send an intent's request, which takes so long."""
        ...


@runtime_checkable
class TimeLimitedJournal(Protocol):
    """A journal that can be looked into within a time limit."""

    def find_within(self, reference: str, seconds: float) -> JournalEntry | None:
        """Do the same as ``find``. Raises ``JournalError`` when the time is over."""
        ...


Closing = Literal["handed", "unknown", "retry"]
"""Why an item of a shared batch is not claimed again: it was returned to a caller, its outcome
is unknown until a person settles it, or only a later run tries it again."""


class ClaimAnswer(NamedTuple):
    """What a process has claimed of the items that it asked for."""

    claimed: Mapping[str, JournalEntry | None]
    """By reference, what the journal knows about the job."""
    done: tuple[str, ...]
    """References that nobody needs to claim again."""
    free: tuple[str, ...]
    """References that nobody has: there was no room, or all processes have as many as allowed."""
    undecided: bool
    """Whether some of the others may become free, because their process may be dead."""


class Claims(Protocol):
    """A process among those that work on a batch."""

    def begin(self, model_id: str, base_url: str) -> None:
        """Join the batch, or create it. Raises ``BadSetting`` for another model or server."""
        ...

    def claim(
        self, fresh: Sequence[tuple[str, int]], waiting: Iterable[str], room: int
    ) -> ClaimAnswer:
        """Claim at most ``room`` items, of new ones and of those that were not free before."""
        ...

    def close(self, reference: str, closing: Closing) -> None:
        """Record the outcome of a claimed item. It is written with the next claim."""
        ...

    def end(self, timeout: float) -> int:
        """Give back what was not closed, and leave. Returns how many items are unknown."""
        ...

    def abandon(self) -> None:
        """Renew the claims no more, without I/O."""
        ...


@runtime_checkable
class SharedJournal(Protocol):
    """A journal in which many processes share a batch, and each claims items of it."""

    def claims(self, batch: str, most: int | None = None) -> Claims:
        """This process as one of those. At most ``most`` items are claimed at a time by all."""
        ...

    def paused_until(self, batch: str) -> float:
        """The moment before which nothing of a batch may be submitted, because of HTTP 429.

        It is a time of ``time.monotonic``.
        """
        ...


@runtime_checkable
class ListingJournal(Protocol):
    """A journal that can list one batch without reading all others."""

    def of_batch(self, name: str) -> Sequence[JournalEntry]:
        """The entries of a named batch, oldest first."""
        ...


@runtime_checkable
class PagedJournal(Protocol):
    """A journal that holds more entries than are read at once."""

    def batch_counts(self, batch: str) -> Mapping[str, int]:
        """How many items of a batch are in each state."""
        ...

    def batch_page(self, batch: str, after: str, limit: int) -> list[JournalEntry]:
        """Entries of a batch in the order of their references, from the one after ``after``."""
        ...


_ALL_ENTRIES = 2**31


def entries_of_batch(journal: Journal, batch: str) -> Sequence[JournalEntry]:
    """The entries of a batch, or all entries of a journal that cannot select them."""
    if isinstance(journal, ListingJournal):
        return journal.of_batch(batch)
    return journal.entries(_ALL_ENTRIES)


def batch_counts(journal: Journal, batch: str) -> Mapping[str, int]:
    """How many items of a batch are in each state."""
    if isinstance(journal, PagedJournal):
        return journal.batch_counts(batch)
    own = (entry for entry in entries_of_batch(journal, batch) if entry.batch == batch)
    return dict(sorted(Counter(entry.word for entry in own).items()))


def batch_page(
    journal: Journal, batch: str, after: str, limit: int
) -> list[JournalEntry]:
    """Entries of a batch in the order of their references, from the one after ``after``."""
    if isinstance(journal, PagedJournal):
        return journal.batch_page(batch, after, limit)
    own = (entry for entry in entries_of_batch(journal, batch) if entry.batch == batch)
    rest = (entry for entry in own if entry.reference > after)
    return nsmallest(limit, rest, key=lambda entry: entry.reference)


def find_within(
    journal: Journal, reference: str, seconds: float
) -> JournalEntry | None:
    """The entry under a reference, within a time limit if the journal can keep one."""
    if isinstance(journal, TimeLimitedJournal):
        return journal.find_within(reference, max(seconds, 0.0))
    return journal.find(reference)


def may_share(intent: Intent) -> bool:
    """Whether an intent may be written together with others."""
    return intent.timeout >= SHARED_COMMIT_MIN


class LateEntries:
    """Ids and ends of jobs that a journal could not store: it stores them before its next entries.

    Without its id, no one finds a job again. Without its end, it would seem to go on.
    """

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def __bool__(self) -> bool:
        return bool(self._entries)

    def take(self) -> list[Entry]:
        """The entries to store before all else. ``keep`` must follow."""
        entries, self._entries = self._entries, []
        return entries

    def keep(
        self, entries: Iterable[Entry], failures: Iterable[JournalError | None]
    ) -> None:
        """Keep those among these entries that were not stored."""
        for entry, failure in zip(entries, failures, strict=True):
            ended = isinstance(entry, Ended) and entry.request_id
            if failure is not None and (ended or isinstance(entry, Accepted)):
                self._entries.append(entry)


def note_all(journal: Journal, entries: Sequence[Entry]) -> list[JournalError | None]:
    """Store entries, together if the journal can do that."""
    if len(entries) > 1 and isinstance(journal, GroupingJournal):
        return journal.note_many(entries)
    return [_failure_of(journal, entry) for entry in entries]


def _failure_of(journal: Journal, entry: Entry) -> JournalError | None:
    try:
        journal.note(entry)
    except JournalError as failure:
        return failure
    return None


def not_settled(
    journal: object, reference: str, entry: JournalEntry | None, when: str
) -> JournalError:
    """Why an intent cannot be settled. ``when`` says that its owner is alive, and what to do."""
    if entry is None:
        return JournalError(
            f"the journal {journal} has no entry {reference!r}: nothing to settle"
        )
    if not entry.unknown:
        outcome = entry.request_id or entry.state
        return JournalError(
            f"the outcome of {reference!r} is known ({outcome}): nothing to settle"
        )
    host, _, rest = entry.owner.partition(":")
    return JournalError(
        f"{reference!r} may still be on its way: its owner (process {rest.partition(':')[0]} "
        f"on {host}) {when}"
    )
