"""What it costs to make an input: one field of each kind that the runtime checks itself.

``python benchmarks/validation.py`` prints the time of an input with one field, less that of
an input without it. Set ``PYTHONPATH`` to another release of the runtime to compare.
"""

from __future__ import annotations

import timeit
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from runcomfy_runtime.model import ModelInput, ModelOutput, ModelPart

ROUNDS, NUMBER = 400, 200


class Part(ModelPart):
    """An object inside the input."""

    path: str
    scale: float | None = None


class Input(ModelInput[ModelOutput], frozen=True):
    """An input with a field of each kind."""

    MODEL_ID: ClassVar[str] = "vendor/benchmark"
    prompt: str
    number: Annotated[float, Field(ge=1.0, le=50.0)] | None = None
    step: Annotated[float, Field(ge=0.0, le=20.0, multiple_of=0.5)] | None = None
    seed: Annotated[int, Field(ge=0, le=2147483647)] | None = None
    duration: Literal[4, 5, 6, 7, 8] | None = None
    ratio: Literal["16:9", "9:16"] | None = None
    part: Part | None = None


BASE, ALL = "an input with one text", "an input with all of them"
CASES: dict[str, dict[str, Any]] = {
    "a number with bounds": {"number": 2.5},
    "a whole number in a number field": {"number": 2},
    "a number with a step": {"step": 2.5},
    "an integer with bounds": {"seed": 4},
    "a choice of integers": {"duration": 5},
    "a choice of texts": {"ratio": "16:9"},
    "an object": {"part": {"path": "a", "scale": 0.5}},
}


def measured() -> dict[str, float]:
    """The fastest round of each input, in microseconds.

    They take turns in short rounds: a busy machine only adds to the time of some.
    """
    every = {key: value for fields in CASES.values() for key, value in fields.items()}
    inputs: dict[str, dict[str, Any]] = {BASE: {}, **CASES, ALL: every}
    best = dict.fromkeys(inputs, float("inf"))
    for _ in range(ROUNDS):
        for name, fields in inputs.items():
            seconds = timeit.timeit(partial(Input, prompt="a", **fields), number=NUMBER)
            best[name] = min(best[name], seconds / NUMBER * 1e6)
    return best


def main() -> None:
    """Print the table."""
    best = measured()
    for name, time in best.items():
        text = name if name in (BASE, ALL) else f"+ {name}"
        cost = time if name in (BASE, ALL) else time - best[BASE]
        print(f"{text:36}{cost:8.2f} µs")


if __name__ == "__main__":
    main()
