"""Where a journal is: a file or a database; what is wrong about an address; no password shown."""

from __future__ import annotations

import pickle
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.journal_address import (
    LIBPQ_WORDS,
    SECRET_WORDS,
    DatabaseAddress,
    read_address,
)

SECRET = "hunter-22"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"postgresql://me:{SECRET}@h:5432/db?sslmode=require", "postgresql://me@h:5432/db"),
        (f"postgres://me:{SECRET}@h/db", "postgresql://me@h/db"),
        (f"POSTGRESQL://me:{SECRET}@h/db", "postgresql://me@h/db"),
        (f" postgresql://me:{SECRET}@h/db\n", "postgresql://me@h/db"),
        ("postgresql://me:hunter%2D22@[::1]:5432/db", "postgresql://me@[::1]:5432/db"),
        (f"postgresql://me:{SECRET}@a:1,b:2/db", "postgresql://me@a:1,b:2/db"),
        (f"postgresql:///db?host=/tmp&user=me&password={SECRET}", "postgresql://me@/tmp/db"),
        (f"host=h port=5432 user=me password={SECRET} dbname=db", "postgresql://me@h:5432/db"),
        (rf"host = h password = 'it\'s {SECRET}' dbname=db", "postgresql://h/db"),
        (f"password={SECRET}", "postgresql:///"),
        (f"service=books password='{SECRET}'", "postgresql:///"),
        (f"password=first-{SECRET} password={SECRET} dbname=db", "postgresql:///db"),
        (f"postgresql://me:{SECRET}@h/db?ssl=true", "postgresql://me@h/db"),
        (f"postgresql://me@h/db?oauth_client_secret={SECRET}", "postgresql://me@h/db"),
        ("postgresql://me:%68unter-22@h/db", "postgresql://me@h/db"),
    ],
)  # fmt: skip
def test_an_address_of_a_database_prints_without_its_password(
    text: str, shown: str
) -> None:
    address = read_address(text)
    assert isinstance(address, DatabaseAddress)
    assert address.shown == shown
    assert "hunter" not in repr(address)
    password = f"it's {SECRET}" if "it" in text else SECRET
    assert address.redacted(f"FATAL: no {password} here") == "FATAL: no [password] here"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(address)


def test_every_spelling_of_a_password_is_replaced() -> None:
    address = read_address("postgresql://me:%70w+%31-long@h/db?sslpassword=k+y%2Blong")
    assert isinstance(address, DatabaseAddress)
    spellings = ("pw+1-long", "%70w+%31-long", "k+y+long", "k+y%2Blong")
    for spelling in spellings:
        assert address.redacted(f"no {spelling}!") == "no [password]!"


def test_every_option_of_libpq_is_known() -> None:
    psycopg = pytest.importorskip("psycopg")
    defaults = psycopg.pq.Conninfo.get_defaults()
    assert {option.keyword.decode() for option in defaults} <= LIBPQ_WORDS
    secret = {option.keyword.decode() for option in defaults if option.dispchar == b"*"}
    assert secret <= set(SECRET_WORDS)


@pytest.mark.parametrize(
    "text", ["jobs.db", "a=b.db", "/srv/x/jobs.db", "C:\\jobs.db", "C:/jobs.db", "./host=x", "./me:x@y.db", "/a/10:30/b@c.db"]
)  # fmt: skip
def test_any_other_text_is_the_path_of_a_file(text: str) -> None:
    assert read_address(text) == Path(text)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("postgresql://me:hun/ter-22@h/db", "must be encoded"),
        ("postgresql://me:hun@ter-22@h/db", "must be encoded"),
        ("postgresql://me:hun#ter-22@h/db", "must be encoded"),
        ("postgresql://me:hun?ter-22@h/db", "must be encoded"),
        ("postgresql://me:hun ter-22@h/db", "must be encoded"),
        ("postgresql://me:hunter%zz@h/db", "two hexadecimal digits"),
        ("postgresql://me:hunter-22:h/db", "not a number"),
        ("postgresql://me:hunter-22", "an @ is missing"),
        ("postgresql://me:hunter-22@h:99999/db", "not a number"),
        ("postgresql://me@h/db?pasword=hunter-22", "not one of libpq's"),
        ("postgresql://me@h/db?hunter-22", "not NAME=VALUE"),
        ("postgresql:/me:hunter-22@h/db", "only one slash"),
        (Path("postgresql://me:hunter-22@h/db"), "only one slash"),
        ("mysql://me:hunter-22@h/db", "not supported"),
        ("postgresql+psycopg://me:hunter-22@h/db", "not supported"),
        ("https://me:hunter-22@h/db", "not supported"),
        ("host=h password=hun ter-22", "not one"),
        ("dbname=postgresql://me:hunter-22@h/db", "an address itself"),
        (
            "postgresql://h/x?dbname=postgresql%3A%2F%2Fme%3Ahunter-22%40h",
            "an address itself",
        ),
        ("postgresql://h/postgresql%3A%2F%2Fme%3Ahunter-22%40h", "an address itself"),
        ("postgresql://me@h/db?sslmode=a=hunter-22", "not NAME=VALUE"),
        ("jdbc:postgresql://me:hunter-22@h/db", "does not begin with"),
        ("me:hunter-22@h/db", "does not begin with"),
        ("postgresql:me:hunter-22@h/db", "does not begin with"),
        ("postgres;//me:hun/ter-22@h/db", "does not begin with"),
        ("//me:hunter-22@h/db", "does not begin with"),
        ("  ", "is empty"),
    ],
)
def test_an_address_that_cannot_be_used_says_why_and_not_what(
    given: Any, reason: str
) -> None:
    with pytest.raises(errors.BadSetting, match=reason) as caught:
        read_address(given)
    assert "hunter" not in str(caught.value)
    assert "ter-22" not in str(caught.value)


def test_without_its_driver_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(errors.NotConfigured, match="pip install") as caught:
        RunComfy(journal=f"postgresql://me:{SECRET}@h/db")
    assert SECRET not in str(caught.value)


def test_no_error_shows_the_password_even_with_the_locals_of_its_frames() -> None:
    pytest.importorskip("psycopg")
    client = RunComfy(token="t", journal=f"postgresql://me:{SECRET}@127.0.0.1:1/db")
    client._driver.config.journal.database.reached = False  # type: ignore[union-attr]
    with pytest.raises(errors.JournalError, match="me@127.0.0.1:1/db") as caught:
        client.run("v/m", {}, timeout=0.5)
    error: BaseException | None = caught.value
    while error is not None:
        lines = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert SECRET not in "".join(lines.format())
        assert SECRET not in repr(vars(error))
        error = error.__context__
    assert SECRET not in repr(client)
    assert SECRET not in repr(client._driver.config.journal)
