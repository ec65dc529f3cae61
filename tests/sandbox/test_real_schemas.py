"""The published models, all of them, in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.ir.json_text import items
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.sandbox import Api
from runcomfy_codegen.sandbox.output_files import FILE_WRITERS, output_kind
from runcomfy_codegen.sandbox.settings import settings_from_options
from runcomfy_runtime.media.format_table import BY_EXTENSION
from support import shipped_models as published

from .conftest import Caller


@pytest.fixture(scope="module")
def documents() -> Sequence[Document]:
    return published.documents()


@pytest.fixture(scope="module")
def models() -> Mapping[str, Model]:
    return published.models()


def test_the_id_says_the_kind_of_output_as_published(
    documents: Sequence[Document], models: Mapping[str, Model]
) -> None:
    published = {
        document.model_id: document.facts.value()["output_type"].lower()
        for document in documents
        if document.facts is not None and "output_type" in document.facts.value()
    }
    assert len(published) > 100
    assert {
        model_id: output_kind(models[model_id]).value for model_id in published
    } == published


def test_the_example_of_every_page_is_an_input_and_runs(
    documents: Sequence[Document], models: Mapping[str, Model]
) -> None:
    caller = Caller(Api(models, settings_from_options("http://localhost:8000", "", {})))
    examples = [
        (each.model_id, each.example.value()) for each in documents if each.example
    ]
    assert len(examples) == 5
    for model_id, document in examples:
        accepted = caller.send("POST", f"/v1/models/{model_id}", document)
        assert accepted.status == 200, accepted.body
        caller.clock.advance(10)
        assert caller.get(accepted.json()["result_url"])["status"] == "succeeded"


def test_every_published_model_hands_out_a_file_of_its_kind(
    models: Mapping[str, Model],
) -> None:
    options = settings_from_options(
        "http://localhost:8000", "", {"validation": "off", "balance": 1e6}
    )
    caller = Caller(Api(models, options))
    accepted = {
        model_id: caller.send("POST", f"/v1/models/{model_id}", {}).json()["result_url"]
        for model_id in models
    }
    caller.clock.advance(10)
    for model_id, url in accepted.items():
        (value,) = caller.get(url)["output"].values()
        file = (items(value) or [value])[0]
        answer = caller.send("GET", str(file))
        types = {BY_EXTENSION[suffix].media_type for suffix in FILE_WRITERS}
        assert answer.header("content-type") in types
        assert str(answer.header("content-type")).startswith(
            output_kind(models[model_id]).value
        )
        assert 500 < len(answer.body) < 1_000_000
