"""docs/errors.md: written from the table, and every example is about what there is."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.error_codes import ERRORS
from runcomfy_runtime.report import Report
from support.errors_page import ENTRIES, ErrorEntry, errors_page, example

EACH = pytest.mark.parametrize(
    "entry", ENTRIES, ids=lambda entry: entry.exception.__name__
)


def test_the_page_is_what_the_table_says(golden: Callable[[Path, str], None]) -> None:
    golden(Path(__file__).parents[2] / "docs" / "errors.md", errors_page())


def test_every_exception_has_its_section_in_the_order_of_the_module() -> None:
    raised = [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, errors.RunComfyError)
    ]
    assert [entry.exception for entry in ENTRIES] == raised


def test_every_error_code_is_on_the_page() -> None:
    page = errors_page()
    for row in ERRORS:
        if row.exception is not None:
            assert (str(row.code) if row.code else f"HTTP {row.http_status}") in page


@EACH
def test_an_example_catches_its_error_and_reads_what_it_has(entry: ErrorEntry) -> None:
    """The example runs, with a call that raises the error and a client that does nothing."""
    kind: Any = entry.exception
    argument: Any = Report(()) if kind is errors.InputRejected else "why"
    error = kind(argument)
    job = type("Job", (), {"request_id": "r", "model_id": "m", "token": lambda _: "t"})
    if entry.billed == "as may_be_billed says":
        error.of(job())
    calls: list[str] = []

    class Anything:
        def __getattr__(self, name: str) -> Any:
            return self

        def __call__(self, *_: Any, **__: Any) -> Any:
            calls.append("call")
            if len(calls) == 1:
                raise error
            return self

    given = {"client": Anything(), "RunComfy": Anything(), "time": Anything()}
    code = compile(ast.parse(example(entry)), "docs/errors.md", "exec")
    names = {**vars(errors), **given, "edit": None, "print": lambda *_, **__: ()}
    exec(code, names)
    assert calls


@EACH
def test_the_page_says_the_truth_about_the_bill(entry: ErrorEntry) -> None:
    kind: Any = entry.exception
    error = kind(Report(()) if kind is errors.InputRejected else "why")
    assert error.may_be_billed is (kind is errors.SubmitOutcomeUnknown)
    assert (entry.billed == "no") <= (not error.may_be_billed)
