"""What a user needs is importable from the package: nobody needs ``_runtime``."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import runcomfy_runtime
from runcomfy_codegen.targets.python.exports import EXPORTS
from runcomfy_runtime.errors import RunComfyError
from runcomfy_runtime.media.errors import MediaError

ROOT = Path(__file__).parents[2]
RUNTIME = Path(str(runcomfy_runtime.__file__)).parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = {export.name for export in EXPORTS}
CLIENT_PAGE = ROOT / "docs" / "client.md"

# Raised inside the runtime only: a check of media turns it into a problem of the input.
INTERNAL_ERRORS = {MediaError}
# What the runtime hands to itself; no user writes or reads it.
INTERNAL_TYPES = {
    # how a client is put together
    *("AsyncDriver", "Driver", "BatchItems", "JobHandle", "OutputReader", "Token"),
    *("BaseJob", "BaseResult"),
    # what a journal stores, and what a rule measures
    *("Accepted", "Ended", "Intent", "OutcomeUnknown", "Paused", "Sending"),
    *("MetricExpression", "Operator", "Answer"),
}


def exported(name: str, module: str) -> Any:
    return getattr(
        importlib.import_module(f"{runcomfy_runtime.__name__}.{module}"), name
    )


@cache
def modules() -> list[ModuleType]:
    names = (
        path.relative_to(RUNTIME).with_suffix("") for path in RUNTIME.rglob("*.py")
    )
    return [
        importlib.import_module(".".join((runcomfy_runtime.__name__, *name.parts)))
        for name in sorted(names)
        if name.name != "__init__"
    ]


def test_every_export_exists() -> None:
    for export in EXPORTS:
        assert exported(export.name, export.module) is not None


def raised_classes() -> Iterator[tuple[str, type[RunComfyError]]]:
    """Every class of ours that a module names after ``raise`` or builds to be raised."""
    for module in modules():
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rpartition(".")[2]
                value = getattr(module, name, None)
                owner = getattr(module, ast.unparse(node.func).partition(".")[0], None)
                value = value or getattr(owner, name, None)
                if inspect.isclass(value) and issubclass(value, RunComfyError):
                    yield f"{module.__name__}:{node.lineno}", value


def test_every_exception_that_is_raised_can_be_caught_by_its_name() -> None:
    raised = dict(map(reversed, raised_classes()))
    assert len(raised) > 20
    for kind, where in raised.items():
        public = [base for base in kind.__mro__ if base.__name__ in NAMES]
        internal = INTERNAL_ERRORS & set(kind.__mro__)
        # `RunComfyError` alone says nothing: there must be a more exact name.
        assert (
            internal or kind is RunComfyError or public[0] is not RunComfyError
        ), f"{where} raises {kind.__name__}, which has no public name"


def runtime_classes(annotation: object, seen: set[int]) -> Iterator[type]:
    """The classes of the runtime in an annotation."""
    if id(annotation) in seen:
        return
    seen.add(id(annotation))
    if isinstance(annotation, list):
        for part in annotation:
            yield from runtime_classes(part, seen)
    if inspect.isclass(annotation) and annotation.__module__.startswith(
        runcomfy_runtime.__name__
    ):
        yield annotation
    origin = typing.get_origin(annotation)
    if origin is not None:
        yield from runtime_classes(origin, seen)
    for part in typing.get_args(annotation):
        yield from runtime_classes(part, seen)


def public_annotations(kind: type) -> Iterator[tuple[str, object]]:
    """What the public members of a class take and return."""
    everything = {
        name: value for module in modules() for name, value in vars(module).items()
    }
    for name, member in inspect.getmembers(kind):
        if name.startswith("_") and name != "__init__":
            continue
        functions = (
            [*typing.get_overloads(member)] if inspect.isfunction(member) else []
        )
        functions += [member.fget if isinstance(member, property) else member]
        for function in functions:
            if not inspect.isfunction(function):
                continue
            try:
                hints = typing.get_type_hints(function, localns=everything)
            except (TypeError, NameError):
                continue
            for hint in hints.values():
                yield f"{kind.__name__}.{name}", hint


def test_every_class_in_a_public_signature_has_a_public_name() -> None:
    reached = {
        found.__name__: where
        for export in EXPORTS
        if inspect.isclass(kind := exported(export.name, export.module))
        for where, hint in public_annotations(kind)
        for found in runtime_classes(hint, set())
    }
    unnamed = reached.keys() - NAMES - INTERNAL_TYPES
    assert {name: reached[name] for name in unnamed} == {}
    assert len(reached) > 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_needs_the_runtime(page: Path) -> None:
    assert "_runtime" not in page.read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_class_that_a_page_names_is_public(page: Path) -> None:
    known = {
        name
        for module in modules()
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__.startswith("runcomfy_runtime")
    }
    text = page.read_text("utf-8")
    named = set(re.findall(r"`([A-Z][A-Za-z]+)(?:\(…?\))?`", text))
    for block in re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module == "runcomfy_client":
                named |= {alias.name for alias in node.names}
                known |= {alias.name for alias in node.names}
    assert (named & known) - OF_THE_GENERATOR <= NAMES


OF_THE_GENERATOR = {"DatabaseAddress", "SqliteJournal", "PostgresJournal"}


def test_the_page_of_the_client_lists_every_name() -> None:
    table = CLIENT_PAGE.read_text("utf-8").partition("## All names")[2]
    assert set(re.findall(r"`([A-Za-z]+)`", table)) == NAMES


def test_every_option_of_the_client_is_on_its_page() -> None:
    text = CLIENT_PAGE.read_text("utf-8")
    for method in ("__init__", "run", "map"):
        client = exported("RunComfy", "client")
        options = inspect.signature(getattr(client, method)).parameters.values()
        for option in options:
            if option.kind is option.KEYWORD_ONLY and option.name != "judges":
                assert f"{option.name}=" in text, f"{method}({option.name}=)"
