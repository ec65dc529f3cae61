"""What stated limits cost: a document, a text by the character, and the import of a model.

``python benchmarks/limits.py`` prints the shipped models with most limits between fields, and
limits on texts of several kinds. No file is measured: see ``benchmarks/media.py``.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import timeit
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from runcomfy_codegen import api
from runcomfy_codegen.ir.model import Model
from runcomfy_runtime.limits.check_values import value_problems
from runcomfy_runtime.limits.compiled import compile_limits
from runcomfy_runtime.limits.stated_limit import Limit

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, NUMBER = 30, 200
TARGET = 10.0
PER_CHARACTER = 40.0


def best(call: Callable[[], object]) -> float:
    """The fastest round in microseconds."""
    rounds = timeit.repeat(call, number=NUMBER, repeat=ROUNDS)
    return min(rounds) / NUMBER * 1e6


def documents(model: Model) -> dict[str, Any]:
    """A document that keeps the limits and gives as many of their fields as it can."""
    names = {field[1:].split("/")[0] for each in model.limits for field in each.fields}
    types = {field.wire_name: type(field.type).__name__ for field in model.input.fields}
    values: dict[str, Any] = {
        "Array": ["https://example.com/a", "https://example.com/b"],
        "Numeric": 3,
        "Boolean": True,
    }
    document = {name: values.get(types[name], "a text") for name in sorted(names)}
    compiled = compile_limits(model.limits)
    while problems := value_problems(compiled, document):
        del document[problems[0].pointer.split("/")[1]]
    return document


def between_fields() -> None:
    """Print the cost of all limits of a model that need no file."""
    catalog = api.load(schemas=ROOT / "schemas", limits=ROOT / "limits")
    rows: list[tuple[float, int, str]] = []
    for model in catalog.models:
        compiled = compile_limits(model.limits)
        if compiled.values:
            call = partial(value_problems, compiled, documents(model))
            rows.append((best(call), len(compiled.values), model.model_id))
    print(f"limits that need no file, a document (target: {TARGET:g} µs)")
    for cost, count, model_id in sorted(rows, reverse=True)[:5]:
        print(f"  {cost:6.2f} µs  {count:2} limits  {model_id}")
    middle = statistics.median(cost for cost, _, _ in rows)
    print(f"  {middle:6.2f} µs  median of {len(rows)} models")


TEXTS = {
    "ASCII, longer than the limit": "a plain sentence, " * 400,
    "shorter than the limit": "短い文。" * 10,
    "Chinese, longer": "请把这张照片改成水彩画，保持人物的脸不变。" * 250,
    "Chinese and Latin in turn, longer": "字a" * 2500,
}


def texts() -> None:
    """Print the cost of a limit on the characters of one script."""
    compiled = compile_limits((Limit(("/prompt",), ("characters(han) <= 2500",)),))
    print(f"characters(han) (target: 1 µs, or {PER_CHARACTER:g} ns a character)")
    for name, text in TEXTS.items():
        cost = best(partial(value_problems, compiled, {"prompt": text}))
        each = cost / len(text) * 1000
        print(f"  {cost:8.2f} µs  {each:6.1f} ns a character  {name}")


def imports() -> None:
    """Print what importing a model with limits takes, next to one without."""
    for name in (
        "kling.kling_video_o3.standard.reference_to_video",
        "google.nano_banana_2_lite.text_to_image",
    ):
        code = f"import runcomfy_client.models.{name}"
        call = [sys.executable, "-c", code]
        run = partial(subprocess.run, call, check=True, cwd=ROOT / "generated")
        taken = timeit.repeat(run, number=1, repeat=10)
        print(f"import of {name}: {min(taken) * 1000:.0f} ms")


def main() -> None:
    """Print the tables."""
    between_fields()
    texts()
    imports()


if __name__ == "__main__":
    main()
