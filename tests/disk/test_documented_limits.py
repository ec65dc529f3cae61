"""Every cap is documented, with the number that the code has."""

from __future__ import annotations

from pathlib import Path

import pytest

from runcomfy_codegen.disk import read_file
from runcomfy_codegen.ir import json_text, toml_text
from runcomfy_codegen.sandbox import input_validation
from runcomfy_codegen.sources import embedded_json
from runcomfy_codegen.workspace import import_documents
from runcomfy_runtime.http import body
from runcomfy_runtime.media import FetchPolicy
from runcomfy_runtime.retry_and_timeouts import DATABASE_CONNECT_TIMEOUT
from runcomfy_runtime.transport import BODY_LIMIT

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
POLICY = FetchPolicy()
ROWS = [
    ("a source of `import`, an input document", f"{read_file.SOURCE_CAP // MIB} MiB"),
    ("a stored document", f"{read_file.STORED_CAP // MIB} MiB"),
    ("configuration, approvals", f"{read_file.SETTINGS_CAP // MIB} MiB"),
    ("nesting of TOML", f"{toml_text.MAX_DEPTH} levels, {toml_text.MAX_DEPTH} names"),
    (
        "content codings",
        f"{body.CODED_PER_BYTE} compressed bytes for a decoded one,"
        f" and {body.CODED_OVERHEAD // 1024} KiB",
    ),
    ("connecting to a PostgreSQL", f"{DATABASE_CONNECT_TIMEOUT:g} seconds"),
    ("a file of a generated client", f"{read_file.GENERATED_CAP // MIB} MiB"),
    ("a page that `import https", f"{read_file.SOURCE_CAP // MIB} MiB, 30 seconds"),
    ("an answer of the API", f"{BODY_LIMIT // MIB} MiB"),
    ("another `import`", f"{import_documents.LOCK_WAIT:g} seconds"),
    ("nesting of a published", f"{embedded_json.MAX_DEPTH} levels, {json_text.MAX_DEPTH}"),
    ("a request to the sandbox", f"{input_validation.MAX_BODY // MIB} MiB"),
    ("a remote media file", f"{POLICY.seconds:g} seconds, {POLICY.requests} requests"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "limit"), ROWS)
def test_the_table_of_limits_says_what_the_code_does(what: str, limit: str) -> None:
    lines = (ROOT / "SECURITY.md").read_text("utf-8").splitlines()
    [line] = [line for line in lines if line.startswith(f"| {what}")]
    assert limit in line


def test_the_page_about_inputs_has_the_same_caps() -> None:
    page = (ROOT / "docs/inputs.md").read_text("utf-8")
    caps = (
        read_file.SOURCE_CAP,
        read_file.STORED_CAP,
        read_file.SETTINGS_CAP,
        read_file.GENERATED_CAP,
    )
    for cap in caps:
        assert f"{cap // MIB} MiB" in page
