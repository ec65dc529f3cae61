"""What every test can use: the command line, golden files, and the settings of a run."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from support import examples as examples  # the profiles of Hypothesis
from support.command_line import Shell, entry
from support.postgres import PostgresServer, missing

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the code gives now into the golden files, instead of comparing",
    )
    parser.addoption(
        "--long",
        action="store_true",
        help="try many more random cases, as `make test-long` does",
    )


def pytest_configure(config: pytest.Config) -> None:
    # A shell that starts the tests in the background has them ignore Ctrl-C, and every
    # process that they start too. The tests of Ctrl-C need it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.load_profile("long" if config.getoption("--long") else "ci")


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether this run tries many more random cases."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def samples(long_run: bool) -> int:
    """How many random values a property is tried on."""
    return 10_000 if long_run else 200


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with a golden file, or rewrite the file."""
    update = bool(request.config.getoption("--update-golden"))

    def check(path: Path, text: str) -> None:
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        assert path.is_file(), f"{path} is missing; pytest --update-golden writes it"
        assert text == path.read_bytes().decode()

    return check


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """The command line in an empty folder."""
    return Shell(tmp_path)


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A folder with two models imported."""
    shell.write(
        "catalog.json", [entry(), entry("acme/singer", text={"type": "string"})]
    )
    answer = shell("import", "catalog.json")
    assert answer.code == 0, answer.err
    return shell


@pytest.fixture(scope="session")
def busy_port() -> Iterator[int]:
    """A port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test run. A test may restart it."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    # A killed server loses nothing that it wrote: only a crash of the machine would.
    server = PostgresServer(fsync="off")
    try:
        yield server.start()
    finally:
        server.remove()
