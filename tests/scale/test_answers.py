"""The kept answers are those of datamodel-code-generator, and every published shape has one."""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import pydantic
import pytest
from jsonschema import Draft202012Validator
from pydantic import ConfigDict, TypeAdapter, ValidationError

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import build_catalog
from runcomfy_codegen.ir.as_json import to_json_schema
from runcomfy_codegen.ir.model import (
    Anything,
    Array,
    Boolean,
    Choice,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
    types_in,
)
from runcomfy_codegen.store.schemas_folder import read_all
from runcomfy_codegen.targets.line_layout import format_code
from runcomfy_codegen.targets.python import datamodel_codegen, datamodel_codegen_answers
from runcomfy_codegen.targets.python.annotations import (
    Annotator,
    question_schema,
)
from runcomfy_codegen.targets.python.datamodel_codegen import ask_library
from runcomfy_codegen.targets.python.expressions import annotation_text
from runcomfy_codegen.targets.python.model_names import is_class
from runcomfy_runtime import constraint
from support.built_models import SETTINGS

DOC = '"""Answers of one release of datamodel-code-generator, by shape. Written by a test."""'
HALF = Decimal("0.5")
CHOICES: tuple[list[Any], ...] = (["a"], [7], [True], [0.5], [{}])


def kinds() -> Iterator[Type]:
    """A type of every shape that a model of the dialect can well have."""
    yield from (
        Anything(),
        Boolean(),
        Nullable(Boolean()),
        Object(extra=Boolean()),
    )
    yield from (Choice((Value.of(values[0]),)) for values in CHOICES)
    yield from (Union((Boolean(),) * number) for number in range(1, 7))
    for low, high in product((None, 1), repeat=2):
        yield Array(items=Boolean(), min_items=low, max_items=high)
        for pattern in (None, "a"):
            yield Text(min_length=low, max_length=high, pattern=pattern)
    names = (
        "minimum",
        "maximum",
        "multiple_of",
        "exclusive_minimum",
        "exclusive_maximum",
    )
    for values in product((None, HALF), repeat=len(names)):
        bounds: dict[str, Any] = dict(zip(names, values, strict=True))
        yield Numeric(integral=False, **bounds)
        if not (values[3] or values[4]):
            yield Numeric(
                integral=True, **{name: value and 1 for name, value in bounds.items()}
            )


def kept_module() -> str:
    """The module of answers as the library gives them now."""
    shapes = dict.fromkeys(json.dumps(question_schema(kind)) for kind in kinds())
    answer = dict(sorted(ask_library(shapes).items()))
    release = version("datamodel-code-generator")
    lines = f"{DOC}\n\nRELEASE = {release!r}\nANSWERS = {answer!r}\n"
    return format_code(lines)


def test_the_kept_answers_are_what_the_library_says(
    golden: Callable[[Path, str], None], request: pytest.FixtureRequest
) -> None:
    update = request.config.getoption("--update-golden")
    if (
        version("datamodel-code-generator") == datamodel_codegen_answers.RELEASE
        or update
    ):
        golden(Path(datamodel_codegen_answers.__file__), kept_module())
    else:
        # Another release is asked itself: none of what is kept may be heard.
        shapes = [json.dumps(question_schema(kind)) for kind in kinds()]
        assert datamodel_codegen.annotations_of(shapes) == ask_library(
            dict.fromkeys(shapes)
        )


VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, 2, 7, -1, 0.5, 0.75, 1.5, "", "a", "b", "ab", "a" * 3),
    *([], [True], [True, False], [1], {}, {"x": True}, {"x": 1}),
)


@pytest.mark.parametrize("release", [datamodel_codegen_answers.RELEASE, "another"])
def test_whatever_release_answers_a_type_takes_what_its_schema_takes(
    release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Under any release but the one whose answers are kept, the library itself is asked.
    monkeypatch.setattr(datamodel_codegen, "RELEASE", release)
    every = list(kinds())
    annotator = Annotator(every)
    known = {**vars(typing), **vars(constraint), "Field": pydantic.Field}
    for kind in every:
        annotation = eval(annotation_text(annotator.of(kind)), known)
        adapter = TypeAdapter(annotation, config=ConfigDict(strict=True))
        schema = Draft202012Validator(to_json_schema(kind))
        for value in VALUES:
            assert _taken(adapter, value) is schema.is_valid(value), (kind, value)


def _taken(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("release", [datamodel_codegen_answers.RELEASE, "another"])
def test_what_is_kept_is_heard_only_under_the_release_that_gave_it(
    release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datamodel_codegen, "RELEASE", release)
    monkeypatch.setattr(
        datamodel_codegen, "ask_library", lambda shapes: dict.fromkeys(shapes, "asked")
    )
    answer = datamodel_codegen.annotations_of(datamodel_codegen_answers.ANSWERS)
    if release == version("datamodel-code-generator"):
        assert answer == datamodel_codegen_answers.ANSWERS
    else:
        assert {*answer.values()} == {"asked"}


def test_every_shape_of_the_shipped_schemas_has_a_kept_answer() -> None:
    catalog = build_catalog(read_all(resources.schemas()).documents, SETTINGS)
    shapes = {
        json.dumps(question_schema(kind))
        for model in catalog.models
        for top in (model.input, model.output)
        for kind in types_in(top)
        if not is_class(kind)
    }
    assert shapes <= datamodel_codegen_answers.ANSWERS.keys()
    assert len(shapes) > 10
