from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from runcomfy_codegen.sandbox import Sandbox, VirtualClock
from runcomfy_codegen.sandbox.clock import Seed
from runcomfy_codegen.sandbox.database import Database, DatabaseError

from .conftest import EDIT, INPUTS, MODELS, SEEDANCE, Caller

SERVE = """
import sys
from pathlib import Path
from runcomfy_codegen.sandbox import Sandbox, VirtualClock
sandbox = Sandbox(state=Path(sys.argv[1]))
print(sandbox.url, flush=True)
sandbox.serve()
"""


def test_a_thousand_parallel_jobs_survive_a_kill(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    command = [sys.executable, "-c", SERVE, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        headers = {"Authorization": "Bearer one"}
        limits = httpx.Limits(max_connections=32)
        with (
            httpx.Client(
                base_url=url, headers=headers, limits=limits, timeout=60
            ) as http,
            ThreadPoolExecutor(32) as pool,
        ):

            def submit(at: int) -> str:
                answer = http.post("/v1/models/a/b", json={"prompt": str(at)})
                return str(answer.json()["request_id"])

            accepted = set(pool.map(submit, range(1000)))
        process.send_signal(signal.SIGKILL)
    assert len(accepted) == 1000
    with Sandbox(state=state) as restarted:
        assert {row.request_id for row in restarted.ledger("one")} == accepted
        caller = Caller(restarted.api)
        caller.clock.advance(restarted.clock.now() - caller.clock.now() + 20)
        result = caller.get(f"/v1/requests/{next(iter(accepted))}/result")
        assert result["status"] == "succeeded"


def test_a_restarted_sandbox_goes_on_where_it_stopped(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with Sandbox(MODELS, state=state) as first:
        before = Caller(first.api)
        done, cancelled = before.submit(), before.submit()
        before.send("POST", cancelled["cancel_url"])
    with Sandbox(MODELS, state=state) as second:
        after = Caller(second.api)
        assert (
            after.get(cancelled["status_url"].replace(first.url, ""))["status"]
            == "cancelled"
        )
        after.clock.advance(10)
        result = after.get(f"/v1/requests/{done['request_id']}/result")
        assert result["created_at"] == "2026-01-01T00:00:00.000Z"
        assert result["output"]["image"].startswith(second.url)
        assert after.submit()["request_id"] not in (
            done["request_id"],
            cancelled["request_id"],
        )
        assert after.get("/prod/v2/balance")["balance_usd"] == pytest.approx(99.94)


def test_a_reset_is_remembered_too(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    for _ in range(2):
        with Sandbox(MODELS, state=state) as sandbox:
            assert sandbox.ledger() == []
            Caller(sandbox.api).submit()
            sandbox.reset()


def test_only_the_user_can_read_the_state_and_no_token_is_in_it(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with Sandbox(MODELS, state=state) as sandbox:
        Caller(sandbox.api, token="very-secret-token").submit()
    assert state.stat().st_mode & 0o777 == 0o600
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert INPUTS[EDIT]["prompt"].encode() in content
    assert b"very-secret-token" not in content


def foreign(path: Path) -> None:
    path.write_bytes(b"not a database, " * 100)


def somebody_s(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
    database.close()


def damaged(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO job (request_id, record) VALUES ('x', '{}')")
    database.close()


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (foreign, "not the state of a sandbox"),
        (somebody_s, "holds other tables"),
        (damaged, "is damaged"),
        (newer, "has format 99"),
    ],
)
def test_a_state_that_cannot_be_used_is_reported_and_not_changed(
    tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    state = tmp_path / "state.db"
    Database(state, Seed()).close()
    spoil(state)
    before = state.read_bytes()
    with pytest.raises(DatabaseError, match=says):
        Sandbox(MODELS, state=state)
    assert state.read_bytes() == before


def test_a_state_in_use_in_an_unknown_folder_or_of_another_seed_is_reported(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state.db"
    with (
        Sandbox(MODELS, state=state),
        pytest.raises(DatabaseError, match="in use by another sandbox"),
    ):
        Sandbox(MODELS, state=state)
    with pytest.raises(DatabaseError, match="made with the seed 'runcomfy'"):
        Sandbox(MODELS, state=state, seed="another")
    with pytest.raises(DatabaseError, match="cannot be opened"):
        Sandbox(MODELS, state=tmp_path / "missing" / "state.db")


def test_a_taken_port_leaves_the_state_free(tmp_path: Path, sandbox: Sandbox) -> None:
    state = tmp_path / "state.db"
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Sandbox(MODELS, state=state, port=port)
    with Sandbox(MODELS, state=state) as other:
        assert other.ledger() == []


def test_jobs_of_a_model_that_is_gone_stand_as_they_were(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with Sandbox(MODELS, state=state) as first:
        before = Caller(first.api)
        gone, stays = before.submit(SEEDANCE, duration=3), before.submit(EDIT)
        before.clock.advance(10)
        path = f"/v1/requests/{gone['request_id']}/result"
        output = before.get(path)["output"]
        film = before.send("GET", output["video"])
    with Sandbox({EDIT: MODELS[EDIT]}, state=state) as second:
        after = Caller(second.api)
        after.clock.advance(10)
        again = after.get(path)
        assert again["output"]["video"].endswith("/0.mp4")
        assert after.send("GET", again["output"]["video"]).body == film.body
        answer = after.send("GET", "/sandbox/jobs", x_sandbox_secret=second.secret)
        jobs = answer.json()["jobs"]
        assert [job["model_id"] for job in jobs] == [SEEDANCE, EDIT]
        assert after.get(f"/v1/requests/{stays['request_id']}/result")["output"]


def test_the_journal_goes_on_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with Sandbox(MODELS, state=state) as first:
        Caller(first.api).submit()
        Caller(first.api, token="two").send("GET", "/nowhere")
        before = first.journal()
    with Sandbox(MODELS, state=state) as second:
        assert second.journal() == before
        Caller(second.api).submit()
        assert [entry.number for entry in second.journal()] == [1, 2, 3]
        assert len(second.journal("one")) == 2
        second.reset("one")
    with Sandbox(MODELS, state=state) as third:
        assert [entry.path for entry in third.journal()] == ["/nowhere"]


def test_virtual_time_goes_on_where_it_stood(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    clock = VirtualClock()
    with Sandbox(MODELS, state=state, clock=clock) as first:
        caller = Caller(first.api, clock)
        clock.advance(100)
        url = caller.submit()["status_url"].removeprefix(first.url)
        clock.advance(100)
        assert caller.get(url)["status"] == "completed"
    clock = VirtualClock()
    with Sandbox(MODELS, state=state, clock=clock) as second:
        assert Caller(second.api, clock).get(url)["status"] == "completed"


def test_waiting_for_a_turn_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with Sandbox(MODELS, state=state, workers=1) as first:
        caller = Caller(first.api)
        for _ in range(3):
            caller.submit()
        before = list(first.api.jobs)
    with Sandbox(MODELS, state=state, workers=1) as second:
        assert list(second.api.jobs) == before
        assert before[2].plan.held > 2


SERVE_VIRTUAL = """
import sys
from pathlib import Path
from runcomfy_codegen.sandbox import Sandbox, VirtualClock
with Sandbox(state=Path(sys.argv[1]), clock=VirtualClock()) as sandbox:
    sandbox.clock.advance(1)
    print(sandbox.url, sandbox.secret, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("advanced", ["over the wire", "from python"])
def test_virtual_time_never_runs_backwards_over_a_kill(
    tmp_path: Path, advanced: str
) -> None:
    state = tmp_path / "state.db"
    command = [sys.executable, "-c", SERVE_VIRTUAL, str(state)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url, secret = process.stdout.readline().split()
        if advanced == "over the wire":
            path = f"{url}/sandbox/clock?advance=0.0305"
            headers = {"x-sandbox-secret": secret}
            assert httpx.post(path, headers=headers, trust_env=False).status_code == 200
        process.send_signal(signal.SIGKILL)
    clock = VirtualClock()
    with Sandbox(state=state, clock=clock):
        more = 1.0305 if advanced == "over the wire" else 1.0
        assert clock.now() == pytest.approx(VirtualClock().now() + more, abs=1e-6)


def test_a_job_that_virtual_time_has_finished_stays_finished(tmp_path: Path) -> None:
    state, clock = tmp_path / "state.db", VirtualClock()
    with Sandbox(MODELS, state=state, clock=clock) as first:
        caller = Caller(first.api, clock)
        caller.submit()
        clock.advance(20)
        assert [row.status for row in first.ledger()] == ["completed"]
    clock.advance(5)  # after its end a sandbox keeps nothing
    again = VirtualClock()
    with Sandbox(MODELS, state=state, clock=again) as second:
        assert [row.status for row in second.ledger()] == ["completed"]
        assert again.now() == clock.now() - 5


def test_virtual_time_goes_on_after_what_real_time_has_left(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with Sandbox(MODELS, state=state) as first:
        job = Caller(first.api, VirtualClock(2e9)).submit()
        first.api.journal.clear()
    clock = VirtualClock()
    with Sandbox(MODELS, state=state, clock=clock) as second:
        status = Caller(second.api, clock).get(
            f"/v1/requests/{job['request_id']}/status"
        )
        assert (status["status"], clock.now()) == ("in_queue", 2e9)


def test_a_state_with_a_time_that_is_none_is_damaged(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    Database(state, Seed()).close()
    with sqlite3.connect(state) as database:
        database.execute("UPDATE meta SET now = 'soon'")
    database.close()
    with pytest.raises(DatabaseError, match="is damaged"):
        Sandbox(MODELS, state=state, clock=VirtualClock())
