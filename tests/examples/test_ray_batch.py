"""The example of Ray: two nodes on this machine, one table, every file saved and paid once."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.sandbox import Sandbox
from runcomfy_runtime.client import RunComfy
from support.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
ON_TWO_NODES = """
import os, runpy, sys
import ray
from ray.cluster_utils import Cluster
example, *tables, folder = sys.argv[1:]
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
cluster.add_node(num_cpus=1)
os.environ["RAY_ADDRESS"] = cluster.address
try:
    for table in tables:
        sys.argv = [example, table, folder, "--actors", "2"]
        try:
            runpy.run_path(example, run_name="__main__")
        except SystemExit as ended:
            assert not ended.code, ended.code
        ray.shutdown()
finally:
    cluster.shutdown()
"""


def on_two_nodes(*words: Any, **variables: str) -> str:
    """What the example prints. Its processes end with the test."""
    process = subprocess.Popen(
        [sys.executable, "-c", ON_TWO_NODES, *words],
        env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, problems = process.communicate(timeout=150)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, problems[-3000:]
    return output


@pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="Ray is not installed: pip install ray",
)
def test_a_table_is_worked_on_by_two_nodes_and_goes_on_when_it_grows(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    tables = [tmp_path / "first.csv", tmp_path / "grown.csv"]
    for table, count in zip(tables, (9, 12), strict=True):
        prompts = "\n".join(f"A boat in harbour {number}" for number in range(count))
        table.write_text(f"prompt\n{prompts}\n")
    url = postgres.new_schema()
    with Sandbox(speed=1e6) as sandbox:
        output = on_two_nodes(
            *(ROOT / "examples/ray_batch.py", *tables, tmp_path / "out"),
            RUNCOMFY_TOKEN=sandbox.token,
            RUNCOMFY_BASE_URL=sandbox.url,
            RUNCOMFY_JOURNAL=url,
            PYTHONPATH=os.pathsep.join(
                [str(ROOT / "generated"), str(ROOT / "runtime")]
            ),
        )
        assert output.count("an actor has ended") == 4
        assert "9 succeeded" in output
        assert "12 succeeded" in output
        bill = sandbox.ledger()
        assert len(bill) == 12
        assert not any(row.repeats for row in bill)
        with RunComfy(journal=url, token=sandbox.token, base_url=sandbox.url) as client:
            assert client.batch("ray-batch").counts() == {"succeeded": 12}
    saved = {file.name[:36] for file in (tmp_path / "out").iterdir()}
    assert saved == {row.request_id for row in bill}


@pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="Ray is not installed: pip install ray",
)
def test_a_table_with_a_row_that_is_no_input_ends_before_anything_is_paid(
    tmp_path: Path,
) -> None:
    table = tmp_path / "table.csv"
    table.write_text("prompt,colour\nA boat,\n,blue\n")
    done = subprocess.run(
        [sys.executable, ROOT / "examples/ray_batch.py", table, tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT / "generated")},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1
    assert "row 2 is no input" in done.stderr
    assert "Traceback" not in done.stderr
