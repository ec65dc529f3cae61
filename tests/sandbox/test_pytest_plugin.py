"""The plugin, switched on in a pytest run of its own, as an application has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = '''
import pytest
from runcomfy_runtime.client import RunComfy


def application(prompt):
    """Code of an application: it knows nothing of a sandbox."""
    with RunComfy() as client:
        return client.run("vendor/text-to-image", {"prompt": prompt})


def test_application(runcomfy_sandbox):
    result = application("A cat")
    assert result.files
    assert [entry.action for entry in runcomfy_sandbox.journal(action="submit")] == ["submit"]
    assert len(runcomfy_sandbox.ledger()) == 1


def test_a_sandbox_is_empty_at_the_start_of_each_test(runcomfy_sandbox, runcomfy_client):
    assert runcomfy_sandbox.ledger() == []
    job = runcomfy_client.submit("vendor/text-to-video", {"prompt": "A cat"})
    assert job.result().files


@pytest.mark.usefixtures("runcomfy_sandbox")
def test_failure():
    with pytest.raises(Exception, match="could not finish"):
        application("A cat [sandbox: failed-result]")
'''


def test_an_application_is_tested_against_a_sandbox_it_knows_nothing_of(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_application.py").write_text(TESTS)
    plugin = "runcomfy_codegen.sandbox.pytest_plugin"
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", plugin, "."]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
