"""Every error of the API is one row: its code, HTTP status, exception, hint, and retry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import runcomfy_codegen
import runcomfy_runtime
from runcomfy_runtime import error_codes, errors, protocol, responses
from runcomfy_runtime.transport import Response

ROOTS = [
    Path(str(module.__file__)).parent for module in (runcomfy_codegen, runcomfy_runtime)
]
ROWS = pytest.mark.parametrize("row", error_codes.ERRORS, ids=lambda row: row.name)


@ROWS
def test_the_client_raises_what_the_row_says(row: error_codes.ErrorCode) -> None:
    content = {"error_code": row.code, "error_message": "why"} if row.code else {}
    details = responses.read_error(Response(row.http_status), content, 0.0)
    assert details is not None
    error = responses.api_error("reading", details, errors.SubmitRefused)
    assert type(error) is (row.exception or errors.SubmitRefused)
    assert error.http_status == row.http_status
    assert row.hint in str(error)


@ROWS
def test_a_row_states_its_retry_and_its_doubt(row: error_codes.ErrorCode) -> None:
    if not row.code:
        assert error_codes.is_temporary(row.http_status) == row.retry
        assert error_codes.is_ambiguous(row.http_status) == row.ambiguous


def test_rows_are_distinct() -> None:
    keys = [
        (row.code, row.http_status if not row.code else 0) for row in error_codes.ERRORS
    ]
    assert len(set(keys)) == len(keys)


def test_no_other_file_of_the_product_states_a_code() -> None:
    # The codes of the table, and every number that looks like one.
    assert files_stating(r"\b4[0-9]{2}00[0-9]\b") <= {"error_codes.py"}


def test_no_other_file_of_the_product_states_a_status_word() -> None:
    words = {word for name, word in vars(protocol.StatusWord).items() if name.isupper()}
    words.add(protocol.CancelOutcome.NOT_CANCELLABLE)
    # `StopOutcome` in run.py has a value that is spelled like a status word.
    allowed = {"protocol.py", "run.py"}
    assert files_stating(rf"""["'`]({'|'.join(sorted(words))})["'`]""") <= allowed


def files_stating(pattern: str) -> set[str]:
    """The files of the product with a match outside their docstrings."""
    return {
        path.name
        for root in ROOTS
        for path in (*root.rglob("*.py"), *root.rglob("*.html"))
        if re.search(
            pattern,
            re.sub(r'""".*?"""', "", path.read_text("utf-8"), flags=re.S),
        )
    }
