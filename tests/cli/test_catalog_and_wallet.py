"""``models --live`` and ``balance``: what the server says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runcomfy_codegen.workspace.local_sandbox import open_sandbox
from runcomfy_codegen.workspace.project import open_project
from support.command_line import Shell, entry


@pytest.fixture
def there(project: Shell) -> Iterator[dict[str, str]]:
    """The variables that lead to a server with two models, one with a published price."""
    priced = {**entry("acme/priced"), "base_price_usd": 0.25, "price_unit": "second"}
    project.write("served.json", [priced, entry()])
    assert project("import", "served.json", "--schemas", "served").code == 0
    catalog = open_project(project.folder / "served")
    models = catalog.built_catalog().by_id
    with open_sandbox(catalog, models, balance=12.5) as served:
        yield {"RUNCOMFY_BASE_URL": served.url, "RUNCOMFY_TOKEN": served.token}


def test_the_live_catalog_is_listed_and_searched(
    project: Shell, there: dict[str, str]
) -> None:
    listed = project("models", "--live", "--format", "json", environment=there)
    assert listed.code == 0, listed.err
    by_id = {model["model_id"]: model for model in listed.json["models"]}
    assert list(by_id) == ["acme/painter/text-to-image", "acme/priced"]
    assert by_id["acme/priced"]["base_price_usd"] == 0.25
    # The sandbox bills a price that it assumes: that is not a price of RunComfy.
    assert "base_price_usd" not in by_id["acme/painter/text-to-image"]
    assert (
        "$0.25 / second" in project("models", "pric", "--live", environment=there).out
    )
    wrong = project("models", "acme/pricy", "--live", environment=there)
    assert (wrong.code, "'acme/priced'" in wrong.err) == (2, True)


def test_the_balance_is_printed(project: Shell, there: dict[str, str]) -> None:
    text = project("balance", environment=there)
    assert (text.code, text.out) == (0, "12.50 USD\n"), text.err
    document = project("balance", "--format", "json", environment=there).json
    assert document == {
        "balance_usd": 12.5,
        "balance_microdollars": 12_500_000,
        "currency": "USD",
    }


def test_both_need_a_token(shell: Shell) -> None:
    for call in (("balance",), ("models", "--live")):
        answer = shell(
            *call, environment={"RUNCOMFY_TOKEN": "", "RUNCOMFY_API_KEY": ""}
        )
        assert (answer.code, "no RunComfy API token" in answer.err) == (3, True)
