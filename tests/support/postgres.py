"""A PostgreSQL server for the tests: in a temporary folder, on loopback, ended by its process id.

It needs Debian's package ``postgresql``, or ``initdb`` and ``postgres`` on the path. PostgreSQL
refuses to run as root, so root starts it as the user postgres or nobody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PASSWORD = "s3cret-p@ss/word"
ENCODED_PASSWORD = "s3cret-p%40ss%2Fword"
USER = "batch"


def programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``; None if they are not installed."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin")]
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    usable = (each for each in folders if (each / "postgres").exists())
    newest = sorted(usable, key=lambda each: each.parent.name)
    return newest[-1] if newest else None


def missing() -> str:
    """Why there can be no server here; empty if there can."""
    if programs() is None:
        return "PostgreSQL is not installed: apt-get install postgresql"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed: pip install 'psycopg[binary]'"
    if os.getuid() == 0 and _account() is None:
        return (
            "PostgreSQL does not run as root, and there is no user postgres or nobody"
        )
    return ""


def _account() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


class PostgresServer:
    """One server. ``settings`` are those of postgresql.conf.

    With ``primary`` it is a hot standby of that server, which runs.
    """

    def __init__(self, primary: PostgresServer | None = None, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rc-pg-"))
        self.port = free_port()
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        account = _account() if os.getuid() == 0 else None
        self._as: dict[str, Any] = {}
        if account is not None:
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as = {
                "user": account.pw_uid,
                "group": account.pw_gid,
                "extra_groups": [],
            }
        if primary is None:
            self._create()
        else:
            options = ["--checkpoint=fast", "--no-sync", "--write-recovery-conf"]
            address = f"--dbname={primary.url('postgres')}"
            self.run("pg_basebackup", f"--pgdata={self.data}", address, *options)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _create(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        options = ["--auth=scram-sha-256", f"--username={USER}", "--no-sync"]
        options += [f"--pwfile={secret}", "--no-locale", "--encoding=UTF8"]
        self.run("initdb", f"--pgdata={self.data}", *options)

    def store(self, name: str, content: bytes) -> None:
        """Put a file into the folder of its data, readable for the server alone."""
        path = self.data / name
        path.write_bytes(content)
        path.chmod(0o600)
        if self._as:
            os.chown(path, self._as["user"], self._as["group"])

    def run(self, program: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        """Run one of PostgreSQL's programs as the server's user."""
        folder = programs()
        assert folder is not None
        return subprocess.run(
            [folder / program, *options],
            cwd=self.folder,
            capture_output=True,
            check=True,
            timeout=60,
            **self._as,
        )

    def begin(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Begin another program as the server's user."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, **self._as
            )

    def start(self) -> PostgresServer:
        folder = programs()
        assert folder is not None
        settings: Mapping[str, str] = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "max_connections": "60",
            "shared_buffers": "16MB",
            **self._settings,
        }
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        self._process = self.begin(
            [str(folder / "postgres"), "-D", str(self.data), *options]
        )
        self._wait()
        return self

    def _wait(self) -> None:
        import psycopg

        limit = time.monotonic() + 60
        while True:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "log").read_text()
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < limit, (self.folder / "log").read_text()
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT is a fast shutdown, SIGQUIT an immediate one, like a crash."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(timeout=60)

    def restart(self, how: signal.Signals = signal.SIGQUIT) -> None:
        self.stop(how)
        self.start()

    def promote(self) -> None:
        """Make a standby the primary."""
        self.run("pg_ctl", "promote", f"--pgdata={self.data}")

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu_seconds(self) -> float:
        """CPU of the server and of all of its processes, those that have ended included."""
        assert self._process is not None
        main = self._process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        ticks = sum(_ticks(pid) for pid in [str(main), *children])
        return ticks / os.sysconf("SC_CLK_TCK")

    def url(self, database: str, *, user: str = USER, options: str = "") -> str:
        password = f":{ENCODED_PASSWORD}" if user == USER else ""
        query = f"?{options}" if options else ""
        return f"postgresql://{user}{password}@127.0.0.1:{self.port}/{database}{query}"

    def execute(self, text: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement, outside of a transaction."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    def new_schema(self) -> str:
        """The URL of a new, empty place for tables: a schema is quicker than a database."""
        name = f"s{os.urandom(6).hex()}"
        self.execute(f"CREATE SCHEMA {name}")
        return self.url("postgres", options=f"options=-csearch_path%3D{name}")

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"d{os.urandom(6).hex()}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)


def _ticks(pid: str) -> int:
    """The CPU of a process and of its children that have ended, in ticks of the system."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return sum(map(int, fields[11:15]))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
