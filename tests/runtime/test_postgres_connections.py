"""Connections to the journal in PostgreSQL: TLS, too few of them, and databases that change."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from runcomfy_runtime import async_batch, batch, errors
from runcomfy_runtime.client_config import open_journal
from runcomfy_runtime.job_handle import JobHandle
from runcomfy_runtime.lifecycle import steps
from runcomfy_runtime.lifecycle.steps import Accepted, Ended, Intent
from runcomfy_runtime.postgres import connection as postgres_connection
from runcomfy_runtime.postgres import schema as postgres_schema
from runcomfy_runtime.postgres.journal import PostgresJournal
from runcomfy_runtime.testing import FakeQueue
from runtime.specimen import good
from support.cutting_proxy import CuttingProxy
from support.postgres import PostgresServer, free_port

SECRET = "hunter-22"
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


def set_for_all(postgres: PostgresServer, **settings: str) -> None:
    """Change settings of the running server, and wait until they hold. Empty is the default."""
    for name, value in settings.items():
        postgres.execute(
            f"ALTER SYSTEM SET {name} = '{value}'"
            if value
            else f"ALTER SYSTEM RESET {name}"
        )
    postgres.execute("SELECT pg_reload_conf()")
    limit = time.monotonic() + 20
    for name, value in settings.items():
        while value and postgres.execute(f"SHOW {name}") != [(value,)]:
            assert time.monotonic() < limit
            time.sleep(0.02)


@pytest.fixture
def encrypted(postgres: PostgresServer, tmp_path: Path) -> Iterator[Path]:
    """The server with a certificate for the name db.test; the folder of two authorities."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "right.pem")
    trustme.CA().cert_pem.write_to_path(tmp_path / "wrong.pem")
    mine = authority.issue_cert("db.test")
    for name, pem in (
        ("server.crt", mine.cert_chain_pems[0]),
        ("server.key", mine.private_key_pem),
    ):
        postgres.store(name, pem.bytes())
    set_for_all(postgres, ssl="on")
    yield tmp_path
    set_for_all(postgres, ssl="off")
    set_for_all(postgres, ssl="")


def with_tls(url: str, folder: Path, mode: str, authority: str, host: str) -> str:
    path = str(folder / authority).replace("/", "%2F").replace(" ", "%20")
    url = url.replace("@127.0.0.1:", f"@{host}:")
    return f"{url}&hostaddr=127.0.0.1&sslmode={mode}&sslrootcert={path}"


def test_tls_is_by_the_url(encrypted: Path, url: str) -> None:
    right = with_tls(url, encrypted, "verify-full", "right.pem", "db.test")
    queue = FakeQueue()
    with queue.client(journal=right) as client:
        client.run("v/m", {})
        journal: Any = client._driver.config.journal
        with journal.database._connection(time.monotonic() + 9) as connection:
            assert connection.pgconn.ssl_in_use
        assert len(client.journal.entries()) == 1
    assert len(queue.jobs) == 1


@pytest.mark.parametrize(
    ("mode", "authority", "host", "reason"),
    [
        ("verify-full", "wrong.pem", "db.test", "certificate verify failed"),
        ("verify-ca", "wrong.pem", "db.test", "certificate verify failed"),
        ("verify-full", "right.pem", "other.test", "does not match host name"),
        ("verify-full", "none.pem", "db.test", "does not exist"),
    ],
)
def test_a_server_that_cannot_prove_its_name_gets_no_password(
    encrypted: Path, url: str, mode: str, authority: str, host: str, reason: str
) -> None:
    queue = FakeQueue()
    began = time.monotonic()
    with queue.client(
        journal=with_tls(url, encrypted, mode, authority, host)
    ) as client:
        with pytest.raises(errors.JournalError, match=reason) as caught:
            client.run("v/m", {})
    assert time.monotonic() - began < 4
    assert "s3cret" not in str(caught.value)
    assert queue.requests == []


def test_a_server_without_tls_is_refused_if_the_url_asks_for_it(url: str) -> None:
    with opened(f"{url}&sslmode=require") as journal:
        with pytest.raises(errors.JournalError, match="does not support SSL"):
            journal.note(intent())


def test_a_process_gets_on_with_the_one_connection_that_it_may_have(
    postgres: PostgresServer,
) -> None:
    url = postgres.new_database()
    name = url.rpartition("/")[2]
    postgres.execute(
        f"CREATE ROLE {name} LOGIN PASSWORD 'pw-of-one' CONNECTION LIMIT 1"
    )
    postgres.execute(f"GRANT ALL ON SCHEMA public TO {name}", name)
    own = f"postgresql://{name}:pw-of-one@127.0.0.1:{postgres.port}/{name}"
    failures: list[Exception] = []

    def work(journal: PostgresJournal, number: int) -> None:
        try:
            for each in range(5):
                journal.note(intent(f"{number}/{each}"))
        except errors.JournalError as failure:
            failures.append(failure)

    with opened(own) as journal:
        journal.entries()
        threads = [
            threading.Thread(target=work, args=(journal, number)) for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(journal.entries()) == 20
        with opened(own) as second:
            with pytest.raises(errors.JournalError, match="put PgBouncer in front"):
                second.note(intent("other", timeout=0.5))


def test_the_rows_of_a_database_without_an_encoding_are_read_as_text(
    postgres: PostgresServer,
) -> None:
    name = postgres.new_database().rpartition("/")[2]
    postgres.execute(f"DROP DATABASE {name}")
    postgres.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0")
    queue = FakeQueue()
    with queue.client(journal=postgres.url(name)) as client:
        client.run("v/m", {"prompt": "Bücher"})
        (entry,) = client.journal.entries()
    assert (entry.model_id, entry.request_id) == ("v/m", "fake-1")


def test_a_database_that_is_read_only_for_a_while_is_waited_for(
    postgres: PostgresServer, url: str
) -> None:
    with opened(url) as journal:
        journal.note(intent())
        set_for_all(postgres, default_transaction_read_only="on")
        try:
            with pytest.raises(errors.JournalError, match="read-only"):
                journal.note(intent("two", timeout=0.4))
        finally:
            thread = threading.Timer(
                0.5, set_for_all, (postgres,), {"default_transaction_read_only": ""}
            )
            thread.start()
        journal.note(Accepted("one", HANDLE))
        thread.join()
        assert [entry.request_id for entry in journal.pending()] == ["r1"]


FULL = """
CREATE FUNCTION {schema}.no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.request_id <> '' OR NEW.reference = 'two' THEN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
  END IF;
  RETURN NEW; END $$;
CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {schema}.runcomfy_job
  FOR EACH ROW EXECUTE FUNCTION {schema}.no_room();
"""


def test_an_id_that_a_full_disk_refused_is_written_when_there_is_room(
    postgres: PostgresServer, url: str
) -> None:
    schema = url.rpartition("%3D")[2]
    with opened(url) as journal, opened(url) as other:
        journal.note(intent())
        postgres.execute(FULL.format(schema=schema))
        with pytest.raises(
            errors.JournalError, match="the disk of the database is full"
        ):
            journal.note(intent("two"))
        with pytest.raises(errors.JournalError, match="No space left"):
            journal.note(Accepted("one", HANDLE))
        postgres.execute(f"DROP FUNCTION {schema}.no_room CASCADE")
        journal.note(Ended("one", "r1", "succeeded"))
        (entry,) = other.entries()
        assert (entry.request_id, entry.state) == ("r1", "succeeded")
        assert entry.token == HANDLE.token()


def test_an_id_is_written_later_even_if_nothing_else_is(
    postgres: PostgresServer, url: str
) -> None:
    schema = url.rpartition("%3D")[2]
    with opened(url) as journal, opened(url) as other:
        journal.note(intent())
        postgres.execute(FULL.format(schema=schema))
        with pytest.raises(errors.JournalError):
            journal.note(Accepted("one", HANDLE))
        postgres.execute(f"DROP FUNCTION {schema}.no_room CASCADE")
        limit = time.monotonic() + 20
        while not other.pending():
            assert time.monotonic() < limit
            time.sleep(0.05)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_intent_whose_writing_failed_twice_is_not_left_unknown(
    postgres: PostgresServer, url: str, moment: str
) -> None:
    with CuttingProxy(postgres.port) as proxy:
        through = url.replace(f":{postgres.port}/", f":{proxy.port}/")
        with opened(through) as journal:
            journal.entries()
            proxy.cut = lambda content: moment if b"INSERT" in content else ""
            for reference in ("one", "two"):
                with pytest.raises(errors.JournalError):
                    journal.note(intent(reference, timeout=0.2))
            proxy.cut = lambda _: ""
            journal.note(intent("three"))
            assert [entry.reference for entry in journal.unknown()] == ["three"]


def test_tables_that_vanish_are_not_created_again(
    postgres: PostgresServer, url: str
) -> None:
    schema = url.rpartition("%3D")[2]
    with opened(url) as journal:
        journal.note(intent())
        postgres.execute(f"DROP SCHEMA {schema} CASCADE")
        postgres.execute(f"CREATE SCHEMA {schema}")
        journal.database.close()
        with pytest.raises(errors.JournalError, match="were they dropped"):
            journal.note(intent("two"))


def test_a_database_that_was_waited_for_in_vain_is_not_waited_for_again(
    postgres: PostgresServer, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "JOURNAL_TIMEOUT", 1.0)
    with CuttingProxy(postgres.port) as proxy:
        with opened(url.replace(f":{postgres.port}/", f":{proxy.port}/")) as journal:
            journal.note(intent())
            proxy.down = True
            with pytest.raises(errors.JournalError):
                journal.note(intent("two"))
            monkeypatch.setattr(postgres_connection, "JOURNAL_TIMEOUT", 60.0)
            began = time.monotonic()
            for _ in range(5):
                with pytest.raises(errors.JournalError):
                    journal.note(intent("two"))
            assert time.monotonic() - began < 20
            proxy.down = False
            journal.note(intent("two"))
            assert journal.database._given_up is False


def test_an_address_without_a_server_is_not_waited_for_again_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setattr(postgres_connection, "DATABASE_FIRST_CONNECT_BUDGET", 0.3)
    began = time.monotonic()
    url = f"postgresql://me@127.0.0.1:{free_port()}/db"
    with pytest.raises(errors.JournalError, match="refused"):
        with FakeQueue().client(journal=url) as client:
            client.run("v/m", {})
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("side", ["sync", "async"])
def test_a_batch_that_is_left_does_not_wait_for_a_lost_database(
    postgres: PostgresServer, url: str, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its user pressed Ctrl-C, and waits for the prompt."""
    for module in (batch, async_batch, steps):
        monkeypatch.setattr(module, "CLEANUP_TIMEOUT", 0.3)
    queue, inputs = FakeQueue(), [good(tags=[number]) for number in range(3)]
    left: list[float] = []

    def lose() -> None:
        left.append(time.monotonic())
        proxy.down = True
        raise ZeroDivisionError

    def leave() -> None:
        with queue.client(journal=through) as client:
            with client.map(inputs, name="books") as running:
                for _ in running:
                    lose()

    async def leave_async() -> None:
        async with queue.async_client(journal=through) as client:
            async with client.map(inputs, name="books") as running:
                async for _ in running:
                    lose()

    with CuttingProxy(postgres.port) as proxy:
        through = url.replace(f":{postgres.port}/", f":{proxy.port}/")
        with pytest.raises(ZeroDivisionError):
            asyncio.run(leave_async()) if side == "async" else leave()
    assert time.monotonic() - left[0] < 20


def test_ctrl_c_while_connecting_shows_no_password() -> None:
    pytest.importorskip("psycopg")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        timer = threading.Timer(
            0.3, signal.pthread_kill, (threading.get_ident(), signal.SIGINT)
        )
        with opened(f"postgresql://me:{SECRET}@127.0.0.1:{port}/db") as journal:
            timer.start()
            with pytest.raises(KeyboardInterrupt) as caught:
                journal.entries()
    error: BaseException | None = caught.value
    while error is not None:
        lines = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert SECRET not in "".join(lines.format())
        error = error.__context__


@pytest.mark.parametrize(
    "option",
    [
        "connect_timeout=0",
        "connect_timeout=abc",
        "keepalives_idle=abc",
        "sslmode=nonsense",
        "target_session_attrs=nonsense",
        "client_encoding=nonsense",
        "options=-cnonsense%3D1",
        "options=-csearch_path%3Dnowhere",
        "sslrootcert=/nowhere.pem&sslmode=verify-ca",
        "service=nowhere",
        "replication=database",
        "channel_binding=require",
        "require_auth=none",
        "gssencmode=require",
        "password=wrong-hunter-22",
    ],
)
def test_an_option_that_does_not_work_is_a_journal_error_or_does_no_harm(
    postgres: PostgresServer, option: str
) -> None:
    queue = FakeQueue()
    url = postgres.url("postgres", options=option)
    with queue.client(journal=url) as client:
        began = time.monotonic()
        try:
            client.journal.unknown()
        except errors.JournalError as failure:
            assert "hunter" not in str(failure)
            assert "s3cret" not in str(failure)
        assert time.monotonic() - began < 8


def migrations(to: int) -> dict[int, list[str]]:
    known: Any = postgres_schema._MIGRATIONS
    added = {
        step: [f"ALTER TABLE runcomfy_job ADD COLUMN added{step} text DEFAULT ''"]
        for step in range(1, to)
    }
    return {**known, **added}


def of_version(monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    monkeypatch.setattr(postgres_schema, "_MIGRATIONS", migrations(version))
    monkeypatch.setattr(postgres_schema, "VERSION", version)


@pytest.mark.parametrize("rows", [0, 3])
def test_the_tables_of_an_older_client_are_brought_to_this_version(
    url: str, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    with opened(url) as old:
        old.entries()
        for number in range(rows):
            old.note(intent(str(number)))
    of_version(monkeypatch, 3)
    with opened(url) as new:
        assert len(new.entries()) == rows
        new.note(intent("new"))
        (columns,) = new._run(
            "SELECT count(*) FROM information_schema.columns "
            "WHERE column_name LIKE 'added_' AND table_schema = current_schema()"
        ).rows
        assert columns == (2,)
        assert new._run("SELECT version FROM runcomfy_journal").rows == [(3,)]


def test_an_old_client_that_is_running_pays_for_nothing_after_a_migration(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = FakeQueue()
    with queue.client(journal=url) as old:
        old.run("v/m", {})
        with monkeypatch.context() as newer:
            of_version(newer, 2)
            with opened(url) as new:
                new.entries()
        with pytest.raises(errors.JournalError, match="a newer client wrote it"):
            old.run("v/m", {})
    assert len(queue.jobs) == 1


def test_clients_of_two_versions_create_one_journal_at_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one creates the tables while the new one waits for the lock, or is refused."""
    of_version(monkeypatch, 3)
    real = postgres_schema._version

    def version_meanwhile(run: Any, shown: str) -> int:
        found = real(run, shown)
        if found == 0 and not done:
            done.append(True)
            with monkeypatch.context() as older:
                older.setattr(postgres_schema, "_version", real)
                older.setattr(postgres_schema, "VERSION", 1)
                with opened(url) as old:
                    old.entries()
        return found

    done: list[bool] = []
    monkeypatch.setattr(postgres_schema, "_version", version_meanwhile)
    with opened(url) as new:
        assert new.entries() == []
        assert new._run("SELECT version FROM runcomfy_journal").rows == [(3,)]
    assert done
