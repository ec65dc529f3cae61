"""A fuzzer against the sandbox: it must hold what its own OpenAPI document says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runcomfy_codegen.sandbox import Sandbox

from .conftest import EDIT, MODELS, MUSIC

BESIDE_PYTHON = Path(sys.executable).with_name("schemathesis")
FUZZER = str(BESIDE_PYTHON) if BESIDE_PYTHON.exists() else shutil.which("schemathesis")
FEW = {model_id: MODELS[model_id] for model_id in (EDIT, MUSIC)}
# The API tells of a bad token with HTTP 400, where the fuzzer insists on 401.
NOT_CHECKED = "ignored_auth,missing_required_header"


@pytest.mark.skipif(FUZZER is None, reason="schemathesis is not installed")
def test_a_fuzzer_finds_no_answer_that_the_document_does_not_know(
    tmp_path: Path,
) -> None:
    assert FUZZER is not None
    with Sandbox(FEW, balance=1e9) as sandbox:
        done = subprocess.run(
            [
                FUZZER,
                "run",
                f"{sandbox.url}/openapi.json",
                "--header",
                f"Authorization: Bearer {sandbox.token}",
                "--exclude-checks",
                NOT_CHECKED,
                "--max-examples",
                "3",
                "--generation-deterministic",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout
        seen = {entry.action for entry in sandbox.journal()}
    assert {"submit", "status", "result", "cancel", "list", "balance"} <= seen
