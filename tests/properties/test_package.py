"""A client package is code of ours alone, whatever its folder is called."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

import pytest

from runcomfy_codegen.targets.python.package import PACKAGE, PYTHON
from runcomfy_codegen.targets.target import Overrides, RenderContext
from support.built_models import TEMPLATES, model_of, properties

MODEL = model_of(properties(prompt={"type": "string"}))


def top_of(name: str) -> ast.Module:
    named = PYTHON.name_models([MODEL], Overrides())
    files = PYTHON.render(named, RenderContext(TEMPLATES, {}, package=name))
    return ast.parse(files[PurePosixPath("__init__.py")])


@pytest.mark.parametrize(
    "name", ['a"""\nraise SystemExit\n"""', "my-client", "{{ 7*7 }}", "", "\\"]
)
def test_a_folder_that_cannot_be_imported_does_not_name_the_package(name: str) -> None:
    docstring = ast.get_docstring(top_of(name))
    assert docstring is not None
    assert f"from {PACKAGE} import RunComfy" in docstring
    assert ast.dump(top_of(name)) == ast.dump(top_of(PACKAGE))


def test_the_package_shows_how_it_is_imported() -> None:
    docstring = ast.get_docstring(top_of("acme_models"))
    assert docstring is not None
    assert "from acme_models import RunComfy" in docstring
    assert "from acme_models.models.vendor.family import model" in docstring
