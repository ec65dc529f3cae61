"""A sandbox with very many jobs: bounded memory, steady speed, and a bill by reference."""

from __future__ import annotations

import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import httpx
import pytest

from runcomfy_codegen.sandbox import Sandbox, job_repository
from runcomfy_codegen.sandbox.http_messages import ApiRequest
from runcomfy_runtime.client import RunComfy

MODEL = "vendor/family/model"


def submit(sandbox: Sandbox, document: Any) -> str:
    """Submit without a socket; the request id."""
    request = ApiRequest(
        method="POST",
        path=f"/v1/models/{MODEL}",
        query="",
        headers=(
            ("host", sandbox.url.partition("//")[2]),
            ("authorization", f"Bearer {sandbox.token}"),
            ("content-type", "application/json"),
        ),
        body=json.dumps(document).encode(),
    )
    answer = sandbox.api.handle(request, sandbox.clock.now())
    assert answer.status == 200, answer.body
    return str(answer.json()["request_id"])


@pytest.mark.parametrize("workers", [0, 4])
def test_a_hundred_thousand_jobs_fit(long_run: bool, workers: int) -> None:
    count = 100_000 if long_run else 1_500
    tracemalloc.start()
    try:
        sandbox = Sandbox(speed=1e9, balance=1e9, workers=workers)
        took = []
        for part in range(3):
            began = time.process_time()
            for number in range(count // 3):
                submit(sandbox, {"prompt": "x" * 100, "n": part * count + number})
            took.append(time.process_time() - began)
        memory, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        sandbox._opened.close()
    assert len(sandbox.ledger()) == count // 3 * 3
    assert memory / count < 6000
    assert took[2] < 3 * took[0] + 1


def test_inputs_are_forgotten_when_they_fill_the_memory_and_jobs_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(job_repository, "LARGEST_BODIES", 10_000)
    with Sandbox(balance=1e9) as sandbox:
        for number in range(30):
            submit(sandbox, {"file": "x" * 1000, "n": number})
        kept = [job for job in sandbox.api.jobs if len(job.body) > 2]
        assert sum(len(job.body) for job in kept) <= 10_000
        assert len(kept) >= 8
        assert len(sandbox.ledger()) == 30
        again = submit(sandbox, {"file": "x" * 1000, "n": 0})
        (row,) = [row for row in sandbox.ledger() if row.repeats]
        assert row.request_id == again


def test_the_bill_is_read_by_the_references_of_a_batch(tmp_path: Path) -> None:
    with Sandbox(speed=1e6, balance=1e9) as sandbox:
        with RunComfy(
            token=sandbox.token, base_url=sandbox.url, journal=tmp_path / "jobs.db"
        ) as client:
            documents = [{"n": 1, "size": 3.0, "a": "b"}, {"n": 2, "prompt": "é"}]
            for number, document in enumerate(documents):
                made = client.run(MODEL, document)
                sha = _identity(document)
                reference = f"books/of/many/{MODEL}/{sha}/1"
                (row,) = sandbox.ledger(reference=reference)
                assert row.request_id == made.request_id
                assert sandbox.ledger(reference=made.request_id) == [row]
                assert sandbox.ledger("another-token", reference=reference) == []
                assert len(sandbox.ledger()) == number + 1
            client.run(
                MODEL, {"a": "b", "size": 3, "n": 1}
            )  # the same, spelled otherwise
        sha = _identity(documents[0])
        rows = sandbox.ledger(reference=f"x/{MODEL}/{sha}/1")
        assert [row.repeats for row in rows] == [None, rows[0].request_id]
        for nothing in ("", "x", f"{MODEL}/{'0' * 64}/1", f"other/{sha}/1"):
            assert sandbox.ledger(reference=nothing) == []
        answer = httpx.get(
            f"{sandbox.url}/sandbox/ledger",
            params={"reference": f"x/{MODEL}/{sha}/1", "limit": 1},
            headers={"x-sandbox-secret": sandbox.secret},
        ).json()
        assert (len(answer["rows"]), answer["total"]) == (1, 2)


def _identity(document: Any) -> str:
    from runcomfy_runtime.job_identity import job_identity

    return job_identity(document)
