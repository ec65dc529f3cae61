"""A fuzzer against the sandbox: it must hold what its own OpenAPI document says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runcomfy_codegen.sandbox import Sandbox
from support.shipped_models import models

from .conftest import EDIT

BESIDE_PYTHON = Path(sys.executable).with_name("schemathesis")
FUZZER = str(BESIDE_PYTHON) if BESIDE_PYTHON.exists() else shutil.which("schemathesis")
MUSIC = "acestep-ai/ace-step-1.5/text-to-audio"
FILM = "wan-ai/wan-2.7/image-to-video"
# The API tells of a bad token with HTTP 400, where the fuzzer insists on 401.
NOT_CHECKED = "ignored_auth,missing_required_header"


@pytest.mark.skipif(FUZZER is None, reason="schemathesis is not installed")
@pytest.mark.parametrize(
    ("ids", "only"),
    [((EDIT, MUSIC, FILM), []), ((), ["--include-path", "/v1/models/{model_id}"])],
    ids=["published", "any"],
)
def test_a_fuzzer_finds_no_answer_that_the_document_does_not_know(
    tmp_path: Path, ids: tuple[str, ...], only: list[str]
) -> None:
    assert FUZZER is not None
    few = {model_id: models()[model_id] for model_id in ids}
    with Sandbox(few or None, balance=1e9) as sandbox:
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
                "2",
                "--generation-deterministic",
                *only,
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout
        actions = {entry.action for entry in sandbox.journal()}
    everything = {"submit", "status", "result", "cancel", "list", "balance", "file"}
    assert ({"submit", "model"} if only else everything) <= actions
