"""Checking an input document with the generated client of its model."""

from __future__ import annotations

import importlib
import json
import re
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from math import isinf
from pathlib import Path
from typing import Any

from runcomfy_runtime.media.inspection import (
    InspectedFile,
    Inspector,
    media_problems,
)
from runcomfy_runtime.report import Problem, Report
from runcomfy_runtime.rule import Rule

from ..disk.read_file import SOURCE_CAP, NotReadable, read_named_file
from ..errors import UsageError
from ..ir.json_text import JsonText, is_object
from ..ir.model import Model
from ..ir.surface import CodeNames
from ..package.folder import hashes_of, lock_of, plan_for_folder, write_package
from ..targets.python.package import PACKAGE, PYTHON
from ..targets.target import Named
from .project import Project
from .render_context import render_package


def validate_document(
    project: Project,
    model_id: str,
    document: dict[str, Any],
    folder: Path,
    locale: str | None,
) -> tuple[Report, tuple[InspectedFile, ...]]:
    """The report of the generated client, and the media files that were measured."""
    model, _ = project.model(model_id)
    inspector = Inspector(folder=folder)
    measured: list[InspectedFile] = []

    def look(rules: Sequence[Rule], payload: Mapping[str, Any]) -> list[Problem]:
        # Copy the rules: the class of the temporary client is deleted with its package.
        ours = [Rule(**asdict(rule)) for rule in rules]
        measured.extend(inspector.inspect(ours, payload, model.limits))
        return media_problems(measured, payload, model.limits)

    with (
        temporary_client(project, model) as temporary,
        temporary.client.RunComfy(media_checks="off", judges=[look]) as client,
    ):
        report: Report = client.validate(
            temporary.module.Input, document, locale=locale
        )
    return report, tuple(measured)


def read_document(file: str) -> dict[str, Any]:
    """The JSON object in a file, or on standard input for ``-``. Raises ``UsageError``."""
    text, document = _parsed(file)
    for pointer in JsonText(text).duplicates():
        raise UsageError(
            f"{file}: {pointer} is there twice; JSON readers disagree about which one counts"
        )
    if not is_object(document):
        raise UsageError(f"{file}: the input of a model is a JSON object")
    return document


def given_number(text: str) -> float | Decimal:
    """A number with a fraction or an exponent. One that no double is near is kept exactly."""
    near = float(text)
    is_lost = isinf(near) or (near == 0 and bool(_NOT_ZERO.match(text)))
    try:
        return Decimal(text) if is_lost else near
    except ArithmeticError:  # The exponent has 19 digits.
        return near


_TOO_LONG = "a number has more than 4,300 digits, and no field takes one"
_NOT_ZERO = re.compile(r"[-0.]*[1-9]")


def _parsed(file: str) -> tuple[str, Any]:
    """The text of a file, and its JSON value."""
    try:
        text = read_named_file(file, SOURCE_CAP).decode("utf-8-sig")
        return text, json.loads(text, parse_float=given_number)
    except FileNotFoundError:
        raise UsageError(f"{file}: no such file") from None
    except NotReadable as error:
        raise UsageError(f"{file} {error.reason}") from None
    except json.JSONDecodeError as error:
        if not error.doc.strip():
            raise UsageError(
                f"{file} is empty; the input of a model is a JSON object, such as {{}}"
            ) from None
        raise UsageError(
            f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}"
        ) from None
    except (RecursionError, MemoryError):
        raise UsageError(
            f"{file}: nested too deep, or too large for the memory"
        ) from None
    except (UnicodeDecodeError, ValueError) as error:
        why = _TOO_LONG if "integer string" in str(error) else f"not JSON: {error}"
        raise UsageError(f"{file}: {why}") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None


# A client that exists for one command: generated, imported, and deleted.
#
# ``validate`` and ``run`` use the same module as a user's program, so that both report the
# same problems.


@dataclass(frozen=True, slots=True)
class TemporaryClient:
    """A generated client, imported: its package, and the module of one model."""

    client: Any
    module: Any


@contextmanager
def temporary_client(project: Project, model: Model) -> Generator[TemporaryClient]:
    """An imported client of one model. It is deleted at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="runcomfy-") as folder:
        named = PYTHON.name_models([model], project.config.overrides)
        generate_into(project, named, Path(folder) / PACKAGE)
        with importable(Path(folder)):
            yield import_client(named.names[model.model_id])


def generate_into(project: Project, named: Named, folder: Path) -> None:
    """Write the Python client of a catalog to a folder."""
    python = replace(project, config=replace(project.config, target=PYTHON.name))
    wanted = render_package(python, named, folder)
    lock = lock_of(folder)
    hashes = hashes_of(folder, lock.paths)
    write_package(folder, plan_for_folder(folder, wanted, lock, (), hashes))


def import_client(names: CodeNames) -> TemporaryClient:
    """Import the generated client and the module of a model. It must be on the path."""
    name = f"{PACKAGE}.models.{names.dotted}"
    return TemporaryClient(
        importlib.import_module(PACKAGE), importlib.import_module(name)
    )


@contextmanager
def importable(folder: Path) -> Generator[None]:
    """Make packages in a folder importable, ahead of others with the same name."""
    before = {name: sys.modules.pop(name) for name in _loaded()}
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in _loaded():
            del sys.modules[name]
        sys.modules.update(before)


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == PACKAGE]
