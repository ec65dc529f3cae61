"""How long the diff takes: ``python benchmarks/diff.py``, from the checkout's root.

The first figures are in-process, on models that are built: the published catalog against
itself, and each model against itself with one bound or limit changed. The last ones are the
whole command, from a cold start: with the schemas of ``HEAD`` read from git, and on a catalog
of 1,000 models where an edit changed one bound in each of them. The aim of that one is 3 s. It
took 6.5 s of CPU; a profile predicted 3.3 s if repeated properties are read once, and if only
what can stop a model is compared with the dialect. Measured: 2.7 s.
"""

from __future__ import annotations

import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from grown import grow

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import BuildOptions, build_catalog
from runcomfy_codegen.diff.compare.source import Surfaces
from runcomfy_codegen.diff.rules import diff
from runcomfy_codegen.ir.model import Array, Field, Model, Numeric, Text, Type
from runcomfy_codegen.store.schemas_folder import read_all
from runcomfy_codegen.targets.python.package import PYTHON
from runcomfy_codegen.targets.python.surface import surfaces_of
from runcomfy_codegen.targets.target import Named, Names, Overrides

ROUNDS = 5


def models() -> tuple[Model, ...]:
    """The published catalog."""
    stored = read_all(resources.schemas())
    settings = BuildOptions(dialect=resources.dialect())
    return build_catalog(stored.documents, settings).models


def mutants(model: Model) -> Iterator[Model]:
    """The model with every field changed that can be, one at a time."""
    for index, field in enumerate(model.input.fields):
        changed = changed_field(field)
        if changed != field:
            fields = list(model.input.fields)
            fields[index] = changed
            yield replace(model, input=replace(model.input, fields=tuple(fields)))


def changed_field(field: Field) -> Field:
    """The field with other bounds, and with other limits on its media."""
    rules = tuple(replace(rule, limit="2") for rule in field.rules)
    return replace(field, type=changed_type(field.type), rules=rules)


def changed_type(kind: Type) -> Type:
    """The type with one bound more."""
    match kind:
        case Text():
            return replace(kind, max_length=7)
        case Numeric():
            return replace(kind, maximum=7)
        case Array():
            return replace(kind, max_items=2)
        case _:
            return kind


def compare(old: Sequence[Model], new: Sequence[Model], names: Names) -> object:
    """The findings of both lenses."""
    sides = (Named(tuple(models), names) for models in (old, new))
    return diff(old, new, surfaces=Surfaces(*surfaces_of(*sides)))


def median(work: Callable[[], object]) -> float:
    """The median time of a call, in seconds."""
    times: list[float] = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def command(*sides: object, folder: Path = Path(__file__).parents[1]) -> None:
    """The command with these sides."""
    tool = (sys.executable, "-m", "runcomfy_codegen", "diff", "--fail-on", "never")
    words = [*tool, *map(str, sides)]
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def cpu_of_children() -> float:
    """The CPU time of all programs that were run, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def widespread(folder: Path) -> None:
    """Two folders of 1,000 models: ``old``, and ``new`` with one bound changed in each."""
    grow(folder / "old", 1_000)
    shutil.copytree(folder / "old", folder / "new")
    for file in (folder / "new").rglob("*.json"):
        text = file.read_text("utf-8")
        bound = re.compile(r'("(?:maxLength|maximum|maxItems)": )\d+')
        changed = bound.sub(r"\g<1>7", text, count=1)
        if changed == text:
            new = '"type": "string", "maxLength": 7'
            changed = text.replace('"type": "string"', new, 1)
        file.write_text(changed, "utf-8")


def main() -> None:
    """Print the table."""
    catalog = models()
    names = PYTHON.name_models(catalog, Overrides()).names
    pairs = [(model, mutant) for model in catalog for mutant in mutants(model)]
    times = sorted(median(partial(compare, [old], [new], names)) for old, new in pairs)
    silent = median(lambda: compare(catalog, catalog, names))
    cold = median(lambda: command("HEAD"))
    with TemporaryDirectory() as name:
        widespread(Path(name))
        before = cpu_of_children()
        wide = median(lambda: command("old", "new", folder=Path(name)))
        work = (cpu_of_children() - before) / ROUNDS
    print(f"{len(catalog)} models against themselves    {silent * 1e3:8.2f} ms")
    print(
        f"one changed field, median of {len(pairs):4}  {statistics.median(times) * 1e3:8.2f} ms"
    )
    print(f"one changed field, slowest         {times[-1] * 1e3:8.2f} ms")
    print(f"the command from git, cold         {cold * 1e3:8.0f} ms")
    print(f"1,000 models, a bound in each      {wide * 1e3:8.0f} ms")
    print(f"  of which CPU                     {work * 1e3:8.0f} ms")


if __name__ == "__main__":
    main()
