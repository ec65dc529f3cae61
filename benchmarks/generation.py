"""How long generating takes, and what its result costs: ``python benchmarks/generation.py``.

Catalogs of 100, 400 and 1,000 models, grown from the published ones. Beside it, on the same
normalised schemas, datamodel-codegen with its default formatters, which makes only the types.
Whole processes, interpreter start included; each figure is the median of the rounds. All
programs have their modules compiled before, as an installer leaves them.
``check`` and ``lint`` may take 1.2 times what a cold ``generate`` takes. For 1,000 models they
took 1.08 and 0.81 of it before repeated properties were read once, and 0.71 and 0.59 now.
``--models N`` measures one size, ``--openapi-client PROGRAM`` adds openapi-python-client,
which is best installed in an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from grown import grow

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import BuildOptions, build_catalog
from runcomfy_codegen.ir.as_json import to_json_schema
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.store.schemas_folder import read_all

SIZES = (100, 400, 1000)
COLD_ROUNDS, WARM_ROUNDS = 3, 7
TOOL = (sys.executable, "-m", "runcomfy_codegen")
CHANGED = "bytedance/dreamina-4-0/edit"
MODULE = "models.bytedance.dreamina_4_0.edit"


MISSING = (
    "openapi-python-client is not installed, and NOT MEASURED:"
    " install it anywhere, and name it with --openapi-client PROGRAM\n"
)
ENVIRONMENT = {
    **{
        name: told
        for name, told in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE"
    },
    # Not every installer compiles; whoever does not would be measured as slow.
    "PYTHONPYCACHEPREFIX": str(Path(gettempdir()) / "runcomfy-codegen-compiled"),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder with the schemas of so many models."""

    folder: Path
    models: int

    @property
    def schemas(self) -> Path:
        """The published documents."""
        return self.folder / "schemas"

    @property
    def client(self) -> Path:
        """The generated package."""
        return self.folder / "runcomfy_client"

    def generate(self) -> None:
        """Call the command."""
        run([*TOOL, "generate", "--schemas", self.schemas, "--output", self.client])

    def describe(self) -> None:
        """Call the command for JSON Schema."""
        asked = ["--target", "json-schema", "--output", self.folder / "schemas-out"]
        run([*TOOL, "generate", "--schemas", self.schemas, *asked])

    def catalog(self) -> tuple[Model, ...]:
        """The models that the schemas are."""
        stored = read_all(self.schemas).documents
        return build_catalog(stored, BuildOptions(dialect=resources.dialect())).models


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, action="append", metavar="N")
    parser.add_argument(
        "--openapi-client", default=shutil.which("openapi-python-client")
    )
    chosen = parser.parse_args()
    if not chosen.openapi_client:
        print(MISSING)
    print(f"{'':44}" + "".join(f"{size:>9} models" for size in chosen.models or SIZES))
    table: dict[str, list[str]] = {}
    for size in chosen.models or SIZES:
        with TemporaryDirectory() as folder:
            bench = Bench(Path(folder), size)
            grow(bench.schemas, size)
            for name, figure in measured(bench, chosen.openapi_client):
                table.setdefault(name, []).append(figure)
    for name, figures in table.items():
        print(f"{name:44}" + "".join(f"{figure:>16}" for figure in figures))


def measured(bench: Bench, other: str | None) -> Iterable[tuple[str, str]]:
    """Every figure of one size."""
    bench.generate()
    yield "generate, cold", seconds(COLD_ROUNDS, bench.generate, lambda: clear(bench))
    yield from peers(bench)
    yield "generate, one model changed", seconds(
        WARM_ROUNDS, bench.generate, lambda: change(bench)
    )
    yield "generate, nothing changed", seconds(WARM_ROUNDS, bench.generate)
    check = [*TOOL, "check", "--schemas", bench.schemas, "--output", bench.client]
    yield "check", seconds(COLD_ROUNDS, lambda: run(check))
    lint = [*TOOL, "lint", "--schemas", bench.schemas, "--fail-on", "never"]
    yield "lint", seconds(COLD_ROUNDS, lambda: run(lint))
    bench.describe()
    yield "JSON Schema, one model changed", seconds(
        WARM_ROUNDS, bench.describe, lambda: change(bench)
    )
    yield "import of the package", milliseconds("import runcomfy_client", bench.folder)
    one = f"import runcomfy_client.{MODULE}"
    yield "import of one model", milliseconds(one, bench.folder)
    alone = "from pydantic import BaseModel, Field, GetCoreSchemaHandler"
    yield "  of which pydantic alone", milliseconds(alone, bench.folder)
    used = f"{alone}; type('A', (BaseModel,), {{'__module__': 'a'}})"
    yield "  of which pydantic with one class made", milliseconds(used, bench.folder)
    yield "files, lines", size_of(bench.client / "models")
    if other:
        yield from openapi_client(bench, other)


def peers(bench: Bench) -> Iterable[tuple[str, str]]:
    """datamodel-codegen on one document of all models, and on a document each."""
    schemas = normalised(bench.catalog())
    whole = bench.folder / "whole.json"
    whole.write_text(json.dumps({"$defs": schemas}))
    each = bench.folder / "each"
    each.mkdir()
    for name, schema in schemas.items():
        (each / f"{name}.json").write_text(json.dumps(schema))
    command = [
        *(sys.executable, "-W", "ignore", "-m", "datamodel_code_generator"),
        *("--input-file-type", "jsonschema"),
        *("--output-model-type", "pydantic_v2.BaseModel"),
    ]
    one = [*command, "--input", whole, "--output", bench.folder / "whole.py"]
    rounds = COLD_ROUNDS if bench.models <= min(SIZES) else 1
    yield "datamodel-codegen, one document", seconds(rounds, lambda: run(one))
    if bench.models <= min(SIZES):
        many = [*command, "--input", each, "--output", bench.folder / "whole"]
        yield "datamodel-codegen, a document each", seconds(
            COLD_ROUNDS, lambda: run(many)
        )
    else:
        yield "datamodel-codegen, a document each", "-"


def normalised(models: Iterable[Model]) -> dict[str, dict[str, Any]]:
    """Inputs and outputs as standard JSON Schema, by class name."""
    return {
        re.sub(r"\W", "", model.model_id.title()) + side: to_json_schema(kind)
        for model in models
        for side, kind in (("Input", model.input), ("Output", model.output))
    }


def openapi_client(bench: Bench, program: str) -> Iterable[tuple[str, str]]:
    """openapi-python-client on our OpenAPI of the same models."""
    documents, target = bench.folder / "documents", bench.folder / "other"
    written = ["--schemas", bench.schemas, "--output", documents]
    run([*TOOL, "generate", *written, "--target", "openapi"])
    told = documents / "openapi.json"
    command = [
        program,
        "generate",
        "--path",
        told,
        "--output-path",
        target,
        "--meta",
        "none",
    ]
    yield "openapi-python-client, cold", seconds(
        1, lambda: run(command), lambda: shutil.rmtree(target, ignore_errors=True)
    )
    yield "  its files, lines", size_of(target)
    one = f"import other.api.default.{MODULE.removeprefix('models.').replace('.', '_')}"
    yield "  its import of one model", milliseconds(one, bench.folder)


def change(bench: Bench) -> None:
    """Change one bound of one model's schema."""
    file = bench.schemas / CHANGED / "ru.json"
    text = file.read_text("utf-8")
    now = 800 if "801" in text else 801
    file.write_text(
        text.replace(f'"maxLength": {1601 - now}', f'"maxLength": {now}'), "utf-8"
    )


def clear(bench: Bench) -> None:
    """Take the generated client away."""
    shutil.rmtree(bench.client, ignore_errors=True)


def seconds(
    rounds: int,
    action: Callable[[], object],
    before: Callable[[], object] = lambda: None,
) -> str:
    """The median duration of an action, in seconds."""
    took: list[float] = []
    for _ in range(rounds):
        before()
        begun = time.perf_counter()
        action()
        took.append(time.perf_counter() - begun)
    return f"{statistics.median(took):.2f} s"


def milliseconds(statement: str, folder: Path) -> str:
    """The median duration of an import in a fresh interpreter, its start not included.

    From bytecode, as of an installed package: the first run writes it, and does not count.
    """
    program = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    command = [sys.executable, "-c", program]
    cached = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    run(command, folder, cached)
    took = [float(run(command, folder, cached)) for _ in range(2 * WARM_ROUNDS)]
    return f"{1000 * statistics.median(took):.0f} ms"


def size_of(folder: Path) -> str:
    """The number of Python files below a folder, and of their lines."""
    files = list(folder.rglob("*.py"))
    lines = sum(len(path.read_bytes().splitlines()) for path in files)
    return f"{len(files):,} / {lines:,}"


def run(
    command: Iterable[object],
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """What a program prints. It must succeed."""
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
