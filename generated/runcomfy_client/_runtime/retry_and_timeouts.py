"""What is retried, every pause, and every default timeout, each with its reason.

What is retried:

- A submit, only if nothing of it was sent or the server answered 429. Any other failure may
  mean that the job was accepted, and a paid request is never sent twice.
- A read of a status or a result, and a cancel: they are free. They are repeated after a lost
  answer and after the statuses that ``error_codes.ERRORS`` marks with ``retry``.
- A download, from where it broke off.

All times are in seconds.
"""

from __future__ import annotations

import math

FOREVER = math.inf
"""The deadline of a call without a timeout."""

# Default timeouts of calls.

DEFAULT_JOB_TIMEOUT = 3600.0
"""``run``, ``map``, ``result`` and ``updates`` wait for an hour: videos take long."""
REQUEST_TIMEOUT = 30.0
"""One request, from connecting to the last byte of its answer; also ``status`` and ``cancel``."""
MAX_RETRY_AFTER = 120.0
"""The longest pause after HTTP 429 that is waited for. A longer one is raised at once."""
SUBMIT_TIMEOUT = MAX_RETRY_AFTER
"""``submit`` may wait for one pause after HTTP 429, and for nothing else that takes longer."""
CLEANUP_TIMEOUT = 5.0
"""Each request after a wait was stopped, and an answer that a cancelled task still awaits.

The user has pressed Ctrl-C and is waiting for the prompt.
"""
CLEANUP_BUDGET = 10.0
"""All requests of a batch after it was stopped, and of a job past its deadline."""
INTERRUPT_HOLD = 5.0
"""How long Ctrl-C is held back for the answer of a paid request, which has the job's id."""
JOURNAL_TIMEOUT = 30.0
"""Waiting for the journal while another process or thread writes to it."""
COMMIT_WINDOW = 0.005
"""An asyncio client with several jobs in flight gathers intents for this long, and syncs them to
disk once. A single job does not wait."""
SHARED_COMMIT_MIN = 5.0
"""An intent whose call has less time left than this is written alone. If the journal is locked,
the intents that are written with it would fail as early as it does."""
DATABASE_CONNECT_TIMEOUT = 10.0
"""Connecting to one host of a journal in PostgreSQL, and noticing that a connection is dead."""
DATABASE_FIRST_CONNECT_BUDGET = 5.0
"""A database that was not reached yet, and does not run: the address is probably wrong."""
DATABASE_RETRY_PAUSE_CAP = 1.0
"""Four times the longest pause before a lost database is tried again."""
SHARED_BATCH_PAUSE = 0.5
"""Between two looks at items of a batch that other processes have."""
SHARED_BATCH_SAME_PAUSE = 0.1
"""Two ends of a pause after HTTP 429 that differ by less are one pause, read twice."""
SMALL_BODY = 256 * 1024
"""A body of so many bytes leaves within its request's timeout; a larger one takes longer."""
LARGE_SUBMIT_TIMEOUT = 900.0
"""The request of a larger body: after a crash, its job can be settled only after that."""
DOWNLOAD_TIMEOUT = 60.0
"""Without a byte of a download. The whole may take as long as it needs: files are large."""
MEDIA_TIMEOUT = 10.0
"""Fetching what a media check needs of one file, redirects included: it delays a submit."""
MEDIA_CONNECT_TIMEOUT = 3.0
"""Connecting to one address of a media host, so that there is time to try the next."""
ADDRESS_TIMEOUT = 3.0
"""Connecting to one address of a server, so that there is time to try the next."""
KEEPALIVE = 5.0
"""An idle connection is closed after this: shorter than the idle timeout of usual servers."""
PAID_KEEPALIVE = 0.05
"""The same for a paid request. If the server closes the connection just then, nobody knows
whether the job was accepted, so only a connection that was busy a moment ago is good enough."""
THREAD_IDLE = 10.0
"""A thread that has nothing to do ends after this."""
FORK_WAIT = 1.0
"""A fork waits so long for other threads to finish writing to the journal."""
LEASE = 8.0
"""An owner of intents that did not renew its lease for so long counts as dead: a batch waits."""
LEASE_RENEWAL = 2.0
"""Between two renewals of a lease: a busy machine may be late three times."""
LEASE_IDLE_ROUNDS = 15
"""Renewals without an open intent after which their thread ends."""
PROGRESS_INTERVAL = 5.0
"""Between two lines about the progress of a batch, where it has no bar."""

# Default timeouts of the tool and its sandbox.

CATALOG_TIMEOUT = 60.0
"""One page of the live catalog: 500 models with their schemas are megabytes."""
SOURCE_TIMEOUT = 30.0
"""A page to import: connecting, and after that its whole content."""
SCHEMAS_LOCK_TIMEOUT = 10.0
"""Waiting for another process that writes the same folder of schemas, limits or settings."""
STATE_FILE_TIMEOUT = 0.1
"""Waiting for the state file of a sandbox: only another sandbox that has it can lock it."""
SERVER_STOP_TIMEOUT = 2
"""Open connections of a sandbox that stops. The server takes whole seconds only."""
RESET_PAUSE = 0.02
"""Before a sandbox resets a connection, so that the kernel sends what was written."""

# How long something is tried again.

CONNECT_RETRY_BUDGET = 15.0
"""A submit to a server that cannot be reached: a restart is bridged, an outage is reported."""
FIRST_CONTACT_TRIES = 4
"""A command whose server was not reached yet: about three seconds, then the cause is printed. A
server that answered this command once may restart, and is tried as long as by any program."""
READ_RETRY_BUDGET = 120.0
"""Reading a status without one good answer. The job continues and can be resumed."""
OTHER_JOB_READS = 4
"""Reads that are answered about another job: a cache that mixes answers rarely does so twice."""
ODD_RESULT_READS = 5
"""Reads of a result without an output, of a job that is completed: it may come a moment later."""
NOT_FOUND_GRACE = 10.0
"""After a submit, "not found" may mean that the job has not reached every server yet."""
CATALOG_TRIES = 5
"""Tries of one page of the live catalog."""
DOWNLOAD_TRIES = 5
"""Tries of a download that bring little; one that makes good progress starts the count again."""

# Pauses.

_FIRST_PAUSE = 0.5
BACKOFF_CAP = 8.0
"""The longest pause before a cancel or a download is tried again."""
READ_BACKOFF_CAP = 5.0
"""The same for a read: as long as the longest pause between two polls."""
CONNECT_BACKOFF_CAP = 4.0
"""The same for an unreachable server: several tries fit into ``CONNECT_RETRY_BUDGET``."""
RATE_LIMIT_BACKOFF_CAP = 30.0
"""The same for HTTP 429 without ``Retry-After``, twice as long in the end."""

_MIN_POLL_PAUSE, _MAX_POLL_PAUSE, _POLL_SHARE, _JITTER = 0.4, 5.0, 0.08, 0.15
_MIN_HINT, _MAX_HINT = 0.25, 60.0


def poll_pause(elapsed: float, hint: float | None, chance: float) -> float:
    """The pause until the next status read: the server's hint, else 8 % of the elapsed time.

    It is within 0.4 to 5 s, plus or minus 15 % so that many clients do not ask at once. The
    end of a job of ten seconds is seen half a second late after 19 reads, of one of five
    minutes 2.6 s late after 89.
    """
    if hint is not None:
        return clamp_poll_hint(hint)
    pause = min(max(elapsed * _POLL_SHARE, _MIN_POLL_PAUSE), _MAX_POLL_PAUSE)
    return pause * (1 + _JITTER * (2 * chance - 1))


def clamp_poll_hint(hint: float) -> float:
    """The server's hint for a read, at least a quarter of a second and at most a minute."""
    return min(max(hint, _MIN_HINT), _MAX_HINT)


def backoff(attempt: int, chance: float, cap: float = BACKOFF_CAP) -> float:
    """The pause before the next try: doubles from half a second, random in its upper half."""
    longest = min(_FIRST_PAUSE * 2.0 ** min(attempt, 16), cap)
    return longest * (0.5 + 0.5 * chance)


def submit_timeout(deadline: float, now: float, size: int) -> float:
    """How long the request of a submit may take, with a body of this size."""
    longest = REQUEST_TIMEOUT if size <= SMALL_BODY else LARGE_SUBMIT_TIMEOUT
    return request_timeout(deadline, now, longest)


def request_timeout(
    deadline: float, now: float, longest: float = REQUEST_TIMEOUT
) -> float:
    """The timeout of one request before a deadline, at least a second."""
    left = deadline - now
    if left >= longest:
        return longest if longest > 1.0 else 1.0
    return left if left > 1.0 else 1.0
