from __future__ import annotations

from decimal import Decimal

import pytest

from runcomfy_codegen.sandbox.api import Api
from runcomfy_codegen.sandbox.settings import SandboxSettings

from .conftest import EDIT, MODELS, MUSIC, ODD, SEEDANCE, Caller

ENTRY = {
    "model_id": MUSIC,
    "display_name": "ACE-Step",
    "kind": "workflow",
    "categories": ["music"],
    "base_price_usd": 0.5,
    "price_unit": "output",
    "input_schema": {"type": "object", "x": "as published"},
}
STORED = ENTRY | {"provenance": {"publisher": "somebody"}, "output_type": "AUDIO"}


@pytest.fixture
def caller() -> Caller:
    return Caller(
        Api(MODELS, SandboxSettings(base_url="http://localhost:8000"), {MUSIC: STORED})
    )


def ids(caller: Caller, query: str) -> list[str]:
    return [entry["model_id"] for entry in caller.get(f"/v1/models?{query}")["models"]]


def test_the_catalog_lists_every_model_once_by_id(caller: Caller) -> None:
    listed = caller.get("/v1/models")
    assert [entry["model_id"] for entry in listed["models"]] == sorted(MODELS)
    assert listed["total"] == len(MODELS)


def test_schemas_come_only_when_asked_for(caller: Caller) -> None:
    plain = caller.get("/v1/models")["models"]
    full = caller.get("/v1/models?include_schema=true")["models"]
    assert all("input_schema" not in entry for entry in plain)
    assert all(entry["input_schema"]["type"] == "object" for entry in full)


def test_pages_of_the_catalog_do_not_overlap(caller: Caller) -> None:
    pages = [ids(caller, f"limit=2&offset={offset}") for offset in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [model_id for page in pages for model_id in page] == sorted(MODELS)
    assert caller.get("/v1/models?limit=2&offset=100") == {
        "models": [],
        "total": len(MODELS),
        "limit": 2,
        "offset": 100,
    }


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=501", "limit=x", "offset=-1", "limit=1e3", "limit=²"],
)
def test_a_page_that_cannot_be_is_refused(caller: Caller, query: str) -> None:
    answer = caller.send("GET", f"/v1/models?{query}")
    assert answer.status == 400
    assert "must be a whole number" in answer.json()["error_message"]


def test_search_ignores_case_and_looks_at_ids_names_and_descriptions(
    caller: Caller,
) -> None:
    assert ids(caller, "search=DREAMINA-4") == [EDIT]
    assert ids(caller, "search=ace-STEP") == [MUSIC]
    assert ids(caller, "search=made+by+hand") == sorted(MODELS)
    assert ids(caller, "search=nothing") == []


def test_kind_and_category_narrow_the_list(caller: Caller) -> None:
    assert ids(caller, "kind=workflow") == [MUSIC]
    assert ids(caller, "category=music") == [MUSIC]
    assert SEEDANCE in ids(caller, "category=image-to-video")
    assert caller.get("/v1/models/categories") == {
        "categories": ["image-to-image", "image-to-video", "music", "text-to-image"]
    }


def test_one_entry_tells_inputs_and_schema(caller: Caller) -> None:
    entry = caller.get(f"/v1/models/{EDIT}")
    assert entry["inputs"] == ["image_urls", "prompt", "width×height"]
    assert entry["required_inputs"] == ["image_urls", "prompt"]
    assert entry["input_schema"]["properties"]["prompt"] == {
        "type": "string",
        "maxLength": 800,
    }


def test_published_facts_win_over_ours(caller: Caller) -> None:
    entry = caller.get(f"/v1/models/{MUSIC}")
    assert {name: entry[name] for name in ENTRY} == ENTRY
    assert "provenance" not in entry


def test_a_published_price_is_what_a_job_costs(caller: Caller) -> None:
    assert caller.finish(MUSIC)["cost"] == 0.5
    assert caller.finish(SEEDANCE, duration=4)["cost"] == pytest.approx(0.2)
    assert caller.finish(ODD, num_images=3)["cost"] == pytest.approx(0.09)


def test_the_catalog_needs_a_token_as_everything_does(caller: Caller) -> None:
    for path in ("/v1/models", f"/v1/models/{EDIT}", "/v1/models/categories"):
        answer = caller.send("GET", path, authorization="")
        assert (answer.status, answer.json()["error_code"]) == (400, 400004)


def test_a_misspelt_id_gets_a_suggestion(caller: Caller) -> None:
    answer = caller.send("GET", "/v1/models/bytedance/dreamina-4-0/edits")
    assert f"did you mean '{EDIT}'?" in answer.json()["error_message"]


def test_stored_facts_may_hold_exact_decimals_and_nulls() -> None:
    facts = {"base_price_usd": Decimal("0.035"), "categories": None, "kind": None}
    entries = {ODD: facts}
    caller = Caller(
        Api(MODELS, SandboxSettings(base_url="http://localhost:8000"), entries)
    )
    entry = caller.get("/v1/models/kling/kling-video%20o3/4K.5/text-to-image")
    assert (entry["base_price_usd"], entry["kind"]) == (0.035, "model")
    assert caller.finish(ODD)["cost"] == 0.035


def test_a_parameter_without_a_value_is_as_if_it_were_not_there(
    caller: Caller,
) -> None:
    everything = caller.get("/v1/models")
    for name in ("kind", "category", "search", "limit", "offset", "include_schema"):
        assert caller.get(f"/v1/models?{name}=") == everything
