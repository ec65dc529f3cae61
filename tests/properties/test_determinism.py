"""The pipeline is a function: the same bytes again, in any order, under any hash seed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from runcomfy_codegen.build.build_model import build_catalog
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.ir.json_text import JsonText
from runcomfy_codegen.store.schemas_folder import read_all
from support.built_models import (
    SETTINGS,
    built,
    document,
    model_of,
    properties,
    rendered,
)
from support.examples import examples
from support.random_schemas import inputs

SHIPPED = Path(__file__).parents[2] / "schemas"
EVERY_NINTH = read_all(SHIPPED).documents[::9]


def digest(documents: list[tuple[str, Document]]) -> str:
    """One hash over all modules and all diagnostics of these documents."""
    catalog = build_catalog(documents, SETTINGS)
    files = rendered(catalog.models)
    diagnostics = [it.printed() for it in catalog.diagnostics]
    whole = repr((sorted(files.items()), diagnostics)).encode()
    return hashlib.sha256(whole).hexdigest()


def shuffled(value: Any, rng: random.Random, *, ordered: bool = False) -> Any:
    """The same JSON with the members of its objects in another order, fields excepted."""
    if isinstance(value, list):
        return [shuffled(item, rng) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    if not ordered:
        rng.shuffle(names)
    return {
        name: shuffled(value[name], rng, ordered=name == "properties" and not ordered)
        for name in names
    }


def respelled(document: Document, rng: random.Random) -> Document:
    """The same document with other white space, escapes and key order."""

    def respell(text: JsonText) -> JsonText:
        value = shuffled(json.loads(text.text), rng)
        return JsonText(json.dumps(value, indent=3, ensure_ascii=rng.random() < 0.5))

    output = document.output_schema
    return replace(
        document,
        input_schema=respell(document.input_schema),
        output_schema=None if output is None else respell(output),
    )


def test_running_again_gives_the_same_bytes() -> None:
    assert digest(list(EVERY_NINTH)) == digest(list(EVERY_NINTH))


def test_the_order_of_documents_changes_nothing() -> None:
    assert digest(list(EVERY_NINTH)) == digest(list(reversed(EVERY_NINTH)))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_keys_and_white_space_change_no_module(seed: int) -> None:
    rng = random.Random(seed)
    others = [(file, respelled(document, rng)) for file, document in EVERY_NINTH]
    assert [one.input_schema for _, one in others] != [
        one.input_schema for _, one in EVERY_NINTH
    ]
    models = [build_catalog(each, SETTINGS).models for each in (EVERY_NINTH, others)]
    assert rendered(models[0]) == rendered(models[1])


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_seed_of_hashes_changes_nothing(seed: str) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:];"
        "from test_determinism import EVERY_NINTH, digest;"
        "print(digest(list(EVERY_NINTH)))"
    )
    here = Path(__file__).parent
    ran = subprocess.run(
        [sys.executable, "-c", code, str(here), str(here.parent)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == digest(list(EVERY_NINTH)), ran.stderr


@examples(25)
@given(inputs)
def test_any_input_is_rendered_the_same_twice(input_: Any) -> None:
    models = [built(input_).model for _ in range(2)]
    if models[0] is not None and models[1] is not None:
        assert rendered([models[0]]) == rendered([models[1]])


@pytest.mark.parametrize("bounds", [(1, 1.0), (0, -0.0), (True, 1)])
def test_a_model_is_rendered_the_same_beside_any_other(bounds: tuple[Any, Any]) -> None:
    models = [
        model_of(
            properties(
                number={"type": "number", "minimum": bound},
                chosen={"enum": [bound, "x"]},
                only={"const": bound},
            ),
            f"acme/model{index}",
        )
        for index, bound in enumerate(bounds)
    ]
    together = rendered(models)
    alone = rendered(models[:1]) | rendered(models[1:])
    assert together == alone
    assert rendered(models[::-1]) == alone


def test_fields_stand_in_their_published_order() -> None:
    names = ["zebra", "apple", "mango", "_a", "10"]
    model = model_of(properties(**{name: {"type": "string"} for name in names}))
    assert [field.wire_name for field in model.input.fields] == names
    (text,) = rendered([model]).values()
    assert text.index(" zebra:") < text.index(" apple:") < text.index(" mango:")


def test_another_order_of_properties_is_another_module() -> None:
    one = document(properties(a={"type": "string"}, b={"type": "string"}))
    other = document(properties(b={"type": "string"}, a={"type": "string"}))
    assert digest([("test.json", one)]) != digest([("test.json", other)])
