"""Bad input, case by case: each folder has a source and the diagnostics that it must produce."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runcomfy_codegen.ir.diagnostic import Diagnostic, Severity
from runcomfy_codegen.sources.read import read_documents

CASES = Path(__file__).parents[1] / "bad_input"
Golden = Callable[[Path, str], None]

# The documents that a case produces despite its defect; every other case produces none.
STILL_READ = {
    "catalog_with_bad_entries": ["vendor/good", "vendor/title"],
    "page_of_raw_translation_keys": ["vendor/model"],
    "page_with_broken_example": ["vendor/model"],
    "page_with_two_input_schemas": ["vendor/model"],
    "page_without_output_schema": ["vendor/model"],
}


def line(it: Diagnostic) -> str:
    where = f"{it.file}:{it.place.line}:{it.place.column}"
    return f"{it.severity} {it.code} {where} {it.pointer or '-'} {it.message} — {it.hint}\n"


@pytest.fixture(params=sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def case(request: pytest.FixtureRequest) -> Path:
    return CASES / str(request.param)


def test_bad_input_gives_these_diagnostics_and_nothing_half(
    case: Path, golden: Golden
) -> None:
    diagnostics: list[Diagnostic] = []
    models: list[str] = []
    for source in sorted(path for path in case.iterdir() if path.is_file()):
        reading = read_documents(
            source.read_bytes(), name=source.name, retrieved="2026-01-31"
        )
        diagnostics += reading.diagnostics
        models += [document.model_id for document in reading.documents]
    golden(case / "expected" / "diagnostics.txt", "".join(map(line, diagnostics)))
    assert models == STILL_READ.get(case.name, [])
    assert diagnostics
    if not models and case.name != "catalog_empty":
        assert any(it.severity is Severity.ERROR for it in diagnostics)


def test_every_diagnostic_says_what_to_do(case: Path) -> None:
    for source in sorted(path for path in case.iterdir() if path.is_file()):
        for it in read_documents(
            source.read_bytes(), name=source.name, retrieved="2026-01-31"
        ).diagnostics:
            assert it.hint
            assert len(line(it).splitlines()) == 1
            assert it.message
            assert it.file == source.name
