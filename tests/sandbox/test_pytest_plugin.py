"""The plugin, switched on in a pytest run of its own, as an application has it."""

from __future__ import annotations

import os
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


GENERATED = """
from runcomfy_runtime.client import RunComfy as _RunComfy


class RunComfy(_RunComfy):
    generated = True
"""
WITH_A_GENERATED_CLIENT = """
def test_the_client_is_the_generated_one(runcomfy_client):
    assert runcomfy_client.generated
    assert runcomfy_client.run("vendor/text-to-image", {"prompt": "A cat"}).files
"""
WITHOUT_ONE = """
def test_the_client_is_the_runtime_s(runcomfy_client):
    assert type(runcomfy_client).__module__ == "runcomfy_runtime.client"
"""


def passing_run(folder: Path, tests: str) -> str:
    """What pytest prints of these tests, which pass."""
    (folder / "test_application.py").write_text(tests)
    plugin = "runcomfy_codegen.sandbox.pytest_plugin"
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", plugin, "."]
    elsewhere = {
        name: text for name, text in os.environ.items() if name != "PYTHONPATH"
    }
    done = subprocess.run(
        command, cwd=folder, env=elsewhere, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_application_is_tested_against_a_sandbox_it_knows_nothing_of(
    tmp_path: Path,
) -> None:
    assert "3 passed" in passing_run(tmp_path, TESTS)


def test_the_client_of_the_fixture_is_the_generated_one_if_there_is_one(
    tmp_path: Path,
) -> None:
    assert "1 passed" in passing_run(tmp_path, WITHOUT_ONE)
    (tmp_path / "runcomfy_client").mkdir()
    (tmp_path / "runcomfy_client" / "__init__.py").write_text(GENERATED)
    assert "1 passed" in passing_run(tmp_path, WITH_A_GENERATED_CLIENT)
