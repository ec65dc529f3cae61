"""Another output is a module and a row of the table: no other place knows it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any

import pytest

from runcomfy_codegen import api, targets
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.targets.json_document import name_documents
from runcomfy_codegen.targets.target import (
    Files,
    Kept,
    Layout,
    ModelFiles,
    Named,
    Overrides,
    RenderContext,
    Target,
)
from support.command_line import Shell


class PagesTarget:
    """A page of Markdown for each model, without templates."""

    name = "pages"
    templates = ()

    def name_models(self, models: Iterable[Model], overrides: Overrides) -> Named:
        return name_documents(models)

    def render(self, named: Named, context: RenderContext) -> Files:
        for model in named.models:
            context.report(model.model_id)
        return {page(named, model): f"# {model.model_id}\n" for model in named.models}

    def layout(self, named: Named, kept: Kept) -> Layout:
        files = {
            model.model_id: ModelFiles((page(named, model),)) for model in named.models
        }
        return Layout(files, moves_kept=False)

    def template_context(self, named: Named, model_id: str) -> dict[str, Any]:
        return {}


def page(named: Named, model: Model) -> PurePosixPath:
    return PurePosixPath(*named.names[model.model_id].module).with_suffix(".md")


@pytest.fixture
def pages(project: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A project in a tool that has this output too."""
    target: Target = PagesTarget()
    module = ModuleType("pages")
    module.__dict__["PAGES"] = target
    monkeypatch.setitem(sys.modules, f"{targets.__name__}.pages", module)
    monkeypatch.setitem(targets._PLACES, "pages", ("pages", "PAGES"))
    return project


def test_it_is_generated_checked_and_brought_up_to_date(pages: Shell) -> None:
    call = {"schemas": pages.folder / "schemas", "output": pages.folder / "out"}
    assert api.generate(**call, target="pages").ok
    file = call["output"] / "acme/singer.md"
    assert file.read_text("utf-8") == "# acme/singer\n"
    assert api.check(**call).ok
    file.write_text("# edited\n", "utf-8")
    [package] = api.check(**call).packages
    assert [stale.file.name for stale in package.stale] == ["singer.md"]
    assert api.generate(**call, force=True).ok
    assert api.check(**call).ok


def test_a_misspelt_output_suggests_it(pages: Shell) -> None:
    with pytest.raises(api.UsageError, match="did you mean 'pages'"):
        api.generate(schemas=pages.folder / "schemas", target="page")
