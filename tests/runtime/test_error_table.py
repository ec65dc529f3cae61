"""Every error of the API is one row: its code, HTTP status, exception, hint, and retry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import runcomfy_codegen
import runcomfy_runtime
from runcomfy_runtime import errors, protocol, responses
from runcomfy_runtime.transport import Response

ROOTS = [
    Path(str(module.__file__)).parent for module in (runcomfy_codegen, runcomfy_runtime)
]
ROWS = pytest.mark.parametrize("row", protocol.ERRORS, ids=lambda row: row.name)


@ROWS
def test_the_client_raises_what_the_row_says(row: protocol.ErrorCode) -> None:
    content = {"error_code": row.code, "error_message": "why"} if row.code else {}
    details = responses.read_error(Response(row.http_status), content, 0.0)
    assert details is not None
    error = responses.api_error("reading", details, errors.SubmitRefused)
    assert type(error) is (row.exception or errors.SubmitRefused)
    assert error.http_status == row.http_status
    assert row.hint in str(error)


@ROWS
def test_a_row_states_its_retry_and_its_doubt(row: protocol.ErrorCode) -> None:
    if not row.code:
        assert protocol.is_temporary(row.http_status) == row.retry
        assert protocol.is_ambiguous(row.http_status) == row.ambiguous


def test_rows_are_distinct() -> None:
    keys = [
        (row.code, row.http_status if not row.code else 0) for row in protocol.ERRORS
    ]
    assert len(set(keys)) == len(keys)


def test_no_other_file_of_the_product_states_a_code() -> None:
    codes = re.compile("|".join(map(str, protocol.ERROR_CODES)))
    stated = {
        path.name
        for root in ROOTS
        for path in root.rglob("*.py")
        if codes.search(re.sub(r'""".*?"""', "", path.read_text("utf-8"), flags=re.S))
    }
    assert stated <= {"protocol.py"}
