"""The journal in PostgreSQL: fit databases alone, lost connections, and what is read again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client_config import open_journal
from runcomfy_runtime.job_handle import JobHandle
from runcomfy_runtime.lifecycle.steps import Accepted, Ended, Intent, OutcomeUnknown
from runcomfy_runtime.postgres import claims as postgres_claims
from runcomfy_runtime.postgres import connection as postgres_connection
from runcomfy_runtime.postgres import journal as postgres_journal
from runcomfy_runtime.postgres.journal import PostgresJournal
from runcomfy_runtime.testing import FakeQueue
from runtime.specimen import good
from support.cutting_proxy import CuttingProxy
from support.postgres import PASSWORD, USER, PostgresServer, free_port

HANDLE = JobHandle(request_id="r1", model_id="v/m", base_url="https://h")


def intent(reference: str = "one", **more: Any) -> Intent:
    return Intent(reference, "v/m", "0", 1.0, **more)


def opened(url: str) -> PostgresJournal:
    journal = open_journal(url)
    assert isinstance(journal, PostgresJournal)
    return journal


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.new_schema()


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[CuttingProxy]:
    with CuttingProxy(postgres.port) as running:
        yield running


def through(proxy: CuttingProxy, postgres: PostgresServer, url: str) -> str:
    return url.replace(f":{postgres.port}/", f":{proxy.port}/")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("entry", ["Intent", "Accepted", "Ended", "settle"])
def test_a_connection_that_is_lost_at_a_commit_is_made_good(
    postgres: PostgresServer, proxy: CuttingProxy, url: str, moment: str, entry: str
) -> None:
    words = {"Intent": b"INSERT", "Accepted": b"INSERT", "Ended": b"UPDATE"}
    cut: list[bytes] = []

    def arm() -> None:
        def once(content: bytes) -> str:
            if words.get(entry, b"settled_at = ") in content and not cut:
                cut.append(content)
                return moment
            return ""

        proxy.cut = once

    with opened(through(proxy, postgres, url)) as journal:
        journal.entries()
        steps: list[Any] = [intent(), Accepted("one", HANDLE)]
        steps.append(Ended("one", "r1", "succeeded"))
        if entry == "settle":
            steps = [intent()]
        for step in steps:
            if type(step).__name__ == entry:
                arm()
            journal.note(step)
        if entry == "settle":
            journal._leases.close()
            postgres.execute(_ended(url))
            arm()
            journal.settle("one", None)
        (found,) = journal.entries()
        assert cut
        assert found.state == ("not accepted" if entry == "settle" else "succeeded")


def _ended(url: str) -> str:
    schema = url.rpartition("%3D")[2]
    return f"UPDATE {schema}.runcomfy_job SET lease_until = 0, submit_timeout = 0"


def test_what_another_client_wrote_meanwhile_is_not_taken_for_the_own_commit(
    postgres: PostgresServer, proxy: CuttingProxy, url: str
) -> None:
    with opened(url) as other, opened(through(proxy, postgres, url)) as journal:
        journal.entries()
        first = [True]

        def cut(content: bytes) -> str:
            if b"INSERT" in content and first:
                first.clear()
                other.note(intent())
                return "before"
            return ""

        proxy.cut = cut
        with pytest.raises(errors.JournalError, match="not submitted twice"):
            journal.note(intent())
        (entry,) = other.unknown()
        assert entry.owner == other.owner


def test_a_lost_database_stops_the_submits_before_anything_is_paid(
    postgres: PostgresServer,
    proxy: CuttingProxy,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_connection, "JOURNAL_TIMEOUT", 0.5)
    queue = FakeQueue()
    with queue.client(journal=through(proxy, postgres, url)) as client:
        running = client.submit("v/m", {"n": 1})
        proxy.down = True
        with pytest.raises(errors.JournalError, match="nothing is submitted"):
            client.run("v/m", {"n": 2})
        assert len(queue.jobs) == 1
        assert running.result().request_id == "fake-1"  # its end cannot be recorded
        proxy.down = False
        assert [job.request_id for job in client.journal.pending()] == ["fake-1"]
        client.run("v/m", {"n": 3})
        assert list(client.journal.unknown()) == []


def test_a_batch_whose_database_is_lost_names_the_jobs_under_way(
    postgres: PostgresServer,
    proxy: CuttingProxy,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_claims, "LEASE", 2.0)
    monkeypatch.setattr(postgres_journal, "LEASE", 2.0)
    queue = FakeQueue()
    inputs = [good(tags=[number]) for number in range(9)]
    with queue.client(journal=through(proxy, postgres, url)) as client:
        options: Any = {"return_exceptions": True, "on_stop": "detach"}
        batch = client.map(inputs, name="books", concurrency=3, **options)
        next(batch)
        monkeypatch.setattr(postgres_connection, "JOURNAL_TIMEOUT", 0.3)
        submitted = len(queue.jobs)
        proxy.down = True
        with pytest.raises(errors.JournalError, match="nothing is submitted") as caught:
            list(batch)
        assert len(queue.jobs) == submitted
        notes = "".join(caught.value.__notes__)
        assert sum(job.request_id in notes for job in queue.jobs.values()) >= 1
        assert "Its token: " in notes
        proxy.down = False
        assert list(client.journal.unknown()) == []
    with queue.client(journal=url) as client:
        # The first result may come again: that it was handed out could not be written.
        assert len(list(client.map(inputs, name="books"))) in (8, 9)
    assert len(queue.jobs) == 9


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_name_that_no_database_can_hold_is_refused(url: str, name: str) -> None:
    queue = FakeQueue()
    with queue.client(journal=url) as client:
        with pytest.raises(errors.JournalError, match="cannot be used"):
            list(client.map([good()], name=name))
    assert queue.requests == []


def test_a_database_that_is_frozen_is_given_up_in_time(
    url: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(url) as journal:
        journal.entries()
        monkeypatch.setattr(postgres_connection, "JOURNAL_TIMEOUT", 0.5)
        held = postgres.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'runcomfy journal'"
        )
        for (pid,) in held:
            subprocess.run(["kill", "-STOP", str(pid)], check=True)
        try:
            began = time.monotonic()
            with pytest.raises(errors.JournalError, match="in time"):
                journal.note(intent())
            assert time.monotonic() - began < 5
        finally:
            for (pid,) in held:
                subprocess.run(["kill", "-CONT", str(pid)], check=True)


def test_a_commit_that_no_standby_confirms_stops_the_submit(
    postgres: PostgresServer, url: str
) -> None:
    queue = FakeQueue()
    with queue.client(journal=url) as client:
        client.run("v/m", {})
        postgres.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        postgres.execute("SELECT pg_reload_conf()")
        try:
            limit = time.monotonic() + 20
            while postgres.execute("SHOW synchronous_standby_names") != [("nobody",)]:
                assert time.monotonic() < limit
            journal: Any = client._driver.config.journal
            with pytest.raises(errors.JournalError, match="nothing is submitted"):
                journal.note(intent(timeout=0.5))
        finally:
            postgres.execute("ALTER SYSTEM RESET synchronous_standby_names")
            postgres.execute("SELECT pg_reload_conf()")
        client.run("v/m", {})
        assert list(client.journal.unknown()) == []  # nobody sent it
    assert len(queue.jobs) == 2


def test_a_wait_for_a_lock_ends_in_time(url: str) -> None:
    import psycopg

    with opened(url) as journal:
        journal.note(intent())
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE runcomfy_job")
            began = time.monotonic()
            with pytest.raises(errors.JournalError, match="statement timeout"):
                journal.note(intent("two", timeout=0.3))
            assert time.monotonic() - began < 5
            other.rollback()
        journal.note(intent("two"))


def test_a_server_that_restarts_is_waited_for(
    postgres: PostgresServer, url: str
) -> None:
    with opened(url) as journal:
        journal.note(intent())
        postgres.stop(signal.SIGQUIT)
        thread = threading.Timer(0.5, postgres.start)
        thread.start()
        journal.note(Accepted("one", HANDLE))
        thread.join()
        assert [entry.request_id for entry in journal.pending()] == ["r1"]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("ALTER DATABASE {name} SET synchronous_commit = off", "synchronous_commit = off"),
        ("ALTER DATABASE {name} SET default_transaction_read_only = on", "read-only"),
        ("CREATE TABLE runcomfy_journal AS SELECT 99 AS version", "a newer client wrote it"),
        ("CREATE TABLE runcomfy_journal (version integer)", "version -1"),
    ],
)  # fmt: skip
def test_a_database_that_is_not_fit_is_refused(
    postgres: PostgresServer, statement: str, reason: str
) -> None:
    url = postgres.new_database()
    name = url.rpartition("/")[2]
    postgres.execute(statement.format(name=name), name)
    queue = FakeQueue()
    with queue.client(journal=url) as client:
        with pytest.raises(errors.JournalError, match=reason) as caught:
            client.run("v/m", {})
    assert queue.requests == []
    assert "s3cret" not in str(caught.value)


def test_commits_that_stop_waiting_for_the_disk_stop_the_submits(
    postgres: PostgresServer, url: str
) -> None:
    with opened(url + "%20-csynchronous_commit%3Doff") as journal:
        with pytest.raises(errors.JournalError, match="synchronous_commit = off"):
            journal.note(intent())
    with opened(url) as journal:
        journal.entries()
        with journal.database._connection(time.monotonic() + 9) as connection:
            connection.execute("SET synchronous_commit = off")
        with pytest.raises(errors.JournalError, match="synchronous_commit = off"):
            journal.note(intent())
        assert journal.entries() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"user": "nobody_here"}, "no password supplied|authentication failed"),
        ({"database": "nothing_here"}, "does not exist"),
    ],
)
def test_a_wrong_login_or_database_is_said_at_once(
    postgres: PostgresServer, change: dict[str, str], reason: str
) -> None:
    url = postgres.url(
        change.get("database", "postgres"), user=change.get("user", USER)
    )
    began = time.monotonic()
    with opened(url) as journal, pytest.raises(errors.JournalError, match=reason):
        journal.entries()
    assert time.monotonic() - began < 4


def test_a_user_without_rights_is_told_which_it_needs(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    name = url.rpartition("/")[2]
    postgres.execute("DROP ROLE IF EXISTS guest")
    postgres.execute("CREATE ROLE guest LOGIN PASSWORD 'guest-pw'")
    guest = f"postgresql://guest:guest-pw@127.0.0.1:{postgres.port}/{name}"
    with opened(guest) as journal:
        with pytest.raises(errors.JournalError, match="grant it CREATE"):
            journal.note(intent())
    with opened(url) as owner:
        owner.note(intent())
    with opened(guest) as journal:
        with pytest.raises(
            errors.JournalError, match="SELECT, INSERT, UPDATE and DELETE"
        ):
            journal.note(intent())
    for right in (
        "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES",
        "USAGE ON ALL SEQUENCES",
    ):
        postgres.execute(f"GRANT {right} IN SCHEMA public TO guest", name)
    with opened(guest) as journal:
        journal.note(intent("two"))


OPENER = """
import sys
from runcomfy_runtime.client_config import open_journal
print(len(open_journal(sys.argv[1]).entries()))
"""


def test_many_processes_create_one_journal(url: str) -> None:
    command = [sys.executable, "-c", OPENER, url]
    opening = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    counts = {process.communicate(timeout=60)[0].strip() for process in opening}
    assert counts == {b"0"}


def test_leases_are_by_the_clock_of_the_database(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(url) as owner, opened(url) as other:
        now = time.time()
        for skew in (-86400, 86400):
            monkeypatch.setattr(time, "time", lambda skew=skew: now + skew)
            owner.note(intent(str(skew), submit_timeout=30.0))
        assert [entry.owner_alive for entry in other.unknown()] == [True, True]
        monkeypatch.undo()


def test_a_submit_begins_only_while_more_of_its_lease_is_left_than_it_may_take(
    url: str,
) -> None:
    queue = FakeQueue()
    with queue.client(journal=url) as client:
        journal: Any = client._driver.config.journal
        real, left = journal.note_many, []

        def note_many(entries: Any) -> Any:
            failures = real(entries)
            if any(isinstance(entry, Intent) for entry in entries):
                left.append(journal.lease_left(entries[0].reference))
                if len(left) == 1:  # as if the process had been stopped for 20 seconds
                    journal._lease_ends[entries[0].reference] -= 20
            return failures

        journal.note_many = note_many
        client.run("v/m", {}, timeout=600)
        assert len(left) == 2
        assert 37 < left[0] <= 38  # the request's 30 s, and the lease
        assert len(queue.jobs) == 1
        assert [entry.state for entry in client.journal.entries()] == ["succeeded"]


def test_a_settlement_waits_for_the_lease_and_for_the_timeout_of_the_request(
    postgres: PostgresServer, url: str
) -> None:
    schema = url.rpartition("%3D")[2]
    with opened(url) as owner, opened(url) as other:
        owner.note(intent(submit_timeout=30.0))
        owner._leases.close()
        for seconds, settled in ((38, False), (15, False), (16, True)):
            postgres.execute(
                f"UPDATE {schema}.runcomfy_job SET lease_until = lease_until - {seconds}"
            )
            if settled:
                other.settle("one", None)
            else:
                with pytest.raises(errors.JournalError, match="was a moment ago"):
                    other.settle("one", None)
        owner.note(Accepted("one", HANDLE))  # a late id is noted even so
        assert [entry.request_id for entry in other.pending()] == ["r1"]


@pytest.fixture
def bouncer(postgres: PostgresServer, url: str) -> Iterator[str]:
    """The journal's address at a PgBouncer that pools transactions over two connections."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not installed: apt-get install pgbouncer")
    folder = postgres.folder
    schema, port = url.rpartition("%3D")[2], free_port()
    settings = f"""
[databases]
{schema} = host=127.0.0.1 port={postgres.port} dbname=postgres connect_query='SET search_path = {schema}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = plain
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 2
unix_socket_dir =
"""
    (folder / "users.txt").write_text(f'"{USER}" "{PASSWORD}"\n')
    (folder / "bouncer.ini").write_text(settings)
    process = postgres.begin([program, str(folder / "bouncer.ini")])
    try:
        limit = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            assert time.monotonic() < limit
            time.sleep(0.05)
        yield postgres.url(schema).replace(f":{postgres.port}/", f":{port}/")
    finally:
        process.kill()
        process.wait()


def test_transactions_may_be_pooled(bouncer: str) -> None:
    queue = FakeQueue()
    handed: list[int] = []

    def work() -> None:
        with queue.client(journal=bouncer) as client:
            inputs = [good(tags=[number]) for number in range(30)]
            handed.append(len(list(client.map(inputs, name="books", concurrency=4))))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(handed) == len(queue.jobs) == 30
    with queue.client(journal=bouncer) as client:
        assert client.batch("books").counts() == {"succeeded": 30}


def test_a_forked_child_leaves_the_connections_of_its_parent_alone(url: str) -> None:
    program = """
import os, sys
from runcomfy_runtime.client_config import open_journal
from runcomfy_runtime.lifecycle.steps import Intent
journal = open_journal(sys.argv[1])
journal.note(Intent("parent", "v/m", "0", 1.0))
child = os.fork()
if child == 0:
    journal.note(Intent("child", "v/m", "0", 2.0))
    journal.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
journal.note(Intent("later", "v/m", "0", 3.0))
owners = {entry.owner for entry in journal.entries()}
print([entry.reference for entry in journal.entries()], len(owners))
"""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, url]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "['later', 'child', 'parent'] 2\n"


@pytest.mark.parametrize("late", ["not accepted", "unknown", "accepted", "cancelled"])
def test_what_the_server_runs_late_changes_nothing_of_the_next_attempt(
    postgres: PostgresServer, proxy: CuttingProxy, url: str, late: str
) -> None:
    """Its connection broke, it was run again on another one, and then the server runs it too."""
    import psycopg

    entries: dict[str, Any] = {
        "not accepted": Ended("one", "", "not accepted"),
        "unknown": OutcomeUnknown("one"),
        "accepted": Accepted("one", HANDLE),
        "cancelled": Ended("one", "r1", "cancelled"),
    }
    sent: list[bytes] = []
    with opened(through(proxy, postgres, url)) as journal, opened(url) as other:
        journal.note(intent(submit_timeout=30.0))
        if late == "cancelled":
            journal.note(entries["accepted"])

        def keep(content: bytes) -> str:
            sent.append(content)
            return ""

        proxy.cut = keep
        journal.note(entries[late])
        proxy.cut = lambda _: ""
        if late == "accepted":
            journal.note(entries["cancelled"])
        if late == "unknown":
            other.settle("one", None)
        journal.note(intent(submit_timeout=30.0))
        (message,) = [content for content in sent if b"runcomfy_job" in content]
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(message[5:].rstrip(b"\0"))
        (entry,) = other.entries()
        assert entry.word == "submitting"
        journal.note(Accepted("one", HANDLE._replace(request_id="r2")))
        assert [entry.request_id for entry in other.pending()] == ["r2"]
