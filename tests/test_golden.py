"""Golden cases: every folder below ``golden/`` is a test.

``document.json`` holds one catalog entry or a list of them, ``runcomfy-codegen.toml`` an
optional configuration, ``expected/`` the modules and the diagnostics. ``check.py`` says how
the modules behave, ``typing.py`` what type checkers must accept.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest

from runcomfy_codegen.build.build_model import build_catalog
from runcomfy_codegen.ir.diagnostic import Diagnostic
from runcomfy_codegen.targets.python.package import PYTHON
from runcomfy_codegen.targets.target import Named, Overrides
from runcomfy_codegen.workspace.configuration import OWN_FILE, read_config
from runcomfy_codegen.workspace.named_catalog import named_catalog
from support.built_models import (
    SETTINGS,
    documents,
    rendered_modules,
    write_named_client,
)

CASES = Path(__file__).parent / "golden"
CLIENT = "golden_client"
Golden = Callable[[Path, str], None]


@dataclass(frozen=True)
class Case:
    """One folder of golden files."""

    folder: Path

    @cached_property
    def catalog(self) -> Named:
        text = (self.folder / "document.json").read_bytes().decode()
        files = [("document.json", document) for document in documents(text)]
        overrides = Overrides()
        if (self.folder / OWN_FILE).exists():
            overrides = read_config(self.folder / OWN_FILE).overrides
        return named_catalog(build_catalog(files, SETTINGS), files, PYTHON, overrides)

    @cached_property
    def modules(self) -> dict[PurePosixPath, str]:
        return rendered_modules(self.catalog)

    def expected(self) -> set[PurePosixPath]:
        root = self.folder / "expected"
        return {
            PurePosixPath(path.relative_to(root).as_posix())
            for path in root.rglob("*.py")
        }


ALL = [Case(path.parent) for path in sorted(CASES.glob("*/document.json"))]


@pytest.fixture(params=ALL, ids=lambda case: case.folder.name)
def case(request: pytest.FixtureRequest) -> Case:
    case: Case = request.param
    return case


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One client package with the models of all cases."""
    folder = tmp_path_factory.mktemp("golden") / CLIENT
    models = tuple(model for case in ALL for model in case.catalog.models)
    names = {id_: name for case in ALL for id_, name in case.catalog.names.items()}
    write_named_client(folder, Named(models, names))
    return folder


def line(it: Diagnostic) -> str:
    where = f"{it.place.line}:{it.place.column}"
    text = (
        f"{it.severity} {it.code} {where} {it.pointer or '-'} {it.message} | {it.hint}"
    )
    return json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"') + "\n"


def test_a_document_becomes_exactly_these_modules(case: Case, golden: Golden) -> None:
    for path, text in case.modules.items():
        golden(case.folder / "expected" / path, text)
    assert case.expected() == set(case.modules)


def test_a_document_gives_exactly_these_diagnostics(case: Case, golden: Golden) -> None:
    text = "".join(map(line, case.catalog.diagnostics))
    file = case.folder / "expected" / "diagnostics.txt"
    if text or file.exists():
        golden(file, text)


def test_a_module_is_the_same_whatever_models_stand_beside_it(
    case: Case, client: Path
) -> None:
    for path, text in case.modules.items():
        assert (client / path).read_bytes().decode() == text


def test_the_generated_modules_behave_as_their_case_says(
    case: Case, client: Path
) -> None:
    if str(client.parent) not in sys.path:
        sys.path.insert(0, str(client.parent))
    models = {
        model_id: importlib.import_module(f"{client.name}.models.{names.dotted}")
        for model_id, names in case.catalog.names.items()
    }
    assert all(model_id == module.MODEL_ID for model_id, module in models.items())
    check = case.folder / "check.py"
    if check.exists():
        names = {"models": models, "model": _only(models), "pytest": pytest}
        exec(compile(check.read_text("utf-8"), str(check), "exec"), names)


def _only(models: dict[str, ModuleType]) -> ModuleType | None:
    return next(iter(models.values())) if len(models) == 1 else None


def test_every_case_says_how_its_modules_behave() -> None:
    silent = [
        case.folder.name
        for case in ALL
        if case.catalog.models and not (case.folder / "check.py").exists()
    ]
    assert silent == []


@pytest.fixture(scope="module")
def typed(client: Path) -> Path:
    """The client, with the snippets of all cases next to it."""
    for case in ALL:
        snippet = case.folder / "typing.py"
        if snippet.exists():
            copy = client.parent / f"typing_{case.folder.name}.py"
            copy.write_bytes(snippet.read_bytes())
    return client


def test_mypy_accepts_all_modules_and_snippets(typed: Path) -> None:
    snippets = [path.name for path in sorted(typed.parent.glob("typing_*.py"))]
    # The runtime has checks of its own.
    options = ("--strict", "--follow-imports=silent", "--cache-dir=.mypy_cache")
    ran = _checked(typed, "mypy", *options, f"{CLIENT}/models", *snippets)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "no issues found" in ran.stdout


def test_pyright_accepts_all_modules_and_snippets(typed: Path) -> None:
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "ignore": [f"{CLIENT}/_runtime"],
        "exclude": [f"{CLIENT}/_runtime"],
    }
    (typed.parent / "pyrightconfig.json").write_text(json.dumps(settings))
    ran = _checked(typed, "pyright", "--pythonpath", sys.executable)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 errors, 0 warnings" in ran.stdout


def _checked(
    client: Path, tool: str, *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", tool, *options],
        cwd=client.parent,
        capture_output=True,
        text=True,
        check=False,
    )
