"""A vendored client: under any parent package, on a disk that nobody can write, alone."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import BuildOptions, BuiltCatalog, build_catalog
from runcomfy_codegen.sandbox import Sandbox
from runcomfy_codegen.store.schemas_folder import read_all

from .conftest import CHECKOUT, run

MODEL = "bytedance/dreamina-4-0/edit"
MODULE = "models.bytedance.dreamina_4_0"
SELECTED = "bytedance/*"

ORDER = f"""
import importlib, json, sys
package, url, token = sys.argv[1:]
client = importlib.import_module(package)
edit = importlib.import_module(package + ".{MODULE}.edit")
wanted = edit.Input(image_urls=["https://example.com/boat.jpg"], prompt="A boat")
with client.RunComfy(base_url=url, token=token) as queue:
    result = queue.run(wanted)
try:
    edit.Input(image_urls=[], prompt="A boat")
except client.InputRejected as error:
    refused = str(error)
tops = sorted({{name.partition(".")[0] for name in sys.modules}})
print(json.dumps({{"id": result.request_id, "files": len(result.files),
                   "refused": refused, "modules": tops}}))
"""

TYPED = f"""
from app.vendor.runcomfy_client import RunComfy
from app.vendor.runcomfy_client.{MODULE} import edit


def paint(client: RunComfy) -> str:
    result = client.run(edit.Input(image_urls=["https://example.com/a.jpg"], prompt="x"))
    output: edit.Output = result.output
    return f"{{output!r}} {{result.request_id}}"
"""


@pytest.fixture(scope="module")
def catalog() -> BuiltCatalog:
    settings = BuildOptions(dialect=resources.dialect())
    return build_catalog(read_all(CHECKOUT / "schemas").documents, settings)


@pytest.fixture(scope="module")
def sandbox(catalog: BuiltCatalog) -> Iterator[Sandbox]:
    models = {model.model_id: model for model in catalog.models}
    with Sandbox(models, speed=100.0) as served:
        yield served


def generate(output: Path, *arguments: str) -> None:
    schemas = str(CHECKOUT / "schemas")
    tool = [sys.executable, "-m", "runcomfy_codegen", "generate", "--schemas", schemas]
    run([*tool, "--output", output, *arguments], output.parents[-2])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An app with a client in ``app.vendor``, beside a copy of another selection."""
    folder = tmp_path_factory.mktemp("deployed")
    for package in ("app", "app/vendor", "legacy"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
    generate(folder / "app/vendor/runcomfy_client", "--models", SELECTED)
    generate(folder / "legacy/runcomfy_client", "--models", MODEL, "--locale", "ru")
    (folder / "app/painting.py").write_text(TYPED)
    return folder


def test_it_runs_with_only_httpx_and_pydantic(
    app: Path, bare_python: Path, sandbox: Sandbox
) -> None:
    package = "app.vendor.runcomfy_client"
    answer = json.loads(
        run([bare_python, "-c", ORDER, package, sandbox.url, sandbox.token], app)
    )
    assert answer["files"] >= 1
    assert "image_urls" in answer["refused"]
    assert not {"runcomfy_codegen", "runcomfy_runtime", "jinja2"} & {*answer["modules"]}


def test_it_writes_nothing_beside_itself_on_a_disk_that_is_read_only(
    app: Path, bare_python: Path, sandbox: Sandbox
) -> None:
    package = "legacy.runcomfy_client"
    folders = [app / "legacy", *(p for p in (app / "legacy").rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        before = sorted(app.rglob("legacy/**/*.*"))
        command: list[str | Path] = [
            bare_python,
            "-B",
            "-c",
            ORDER,
            package,
            sandbox.url,
            sandbox.token,
        ]
        answer = json.loads(run(command, app))
        assert sorted(app.rglob("legacy/**/*.*")) == before
    finally:
        for folder in folders:
            folder.chmod(stat.S_IRWXU)
    assert answer["files"] >= 1


TWO = f"""
import importlib, sys
url, token = sys.argv[1:]
ours, theirs = (importlib.import_module(name + ".runcomfy_client")
                for name in ("app.vendor", "legacy"))
models = [importlib.import_module(each.__name__ + ".{MODULE}.edit") for each in (ours, theirs)]
assert ours.RunComfy is not theirs.RunComfy
assert ours.InputRejected is not theirs.InputRejected
for client, model in zip((ours, theirs), models):
    wanted = model.Input(image_urls=["https://example.com/boat.jpg"], prompt="A boat")
    with client.RunComfy(base_url=url, token=token) as queue:
        result = queue.run(wanted)
    assert isinstance(result.output, model.Output)
    print(result.request_id)
foreign = {{name for name in sys.modules if name.startswith("runcomfy")}}
assert not foreign, foreign
"""


def test_two_copies_live_in_one_process_and_share_nothing(
    app: Path, bare_python: Path, sandbox: Sandbox
) -> None:
    error = app / "legacy/runcomfy_client/_runtime/errors.py"
    # Another release of the runtime, as an older copy would be.
    error.write_text(
        error.read_text() + '\n\nclass OnlyHere(RunComfyError):\n    """Old."""\n'
    )
    lines = run([bare_python, "-c", TWO, sandbox.url, sandbox.token], app).split()
    assert len(set(lines)) == 2


def test_it_is_clean_under_mypy_strict_in_its_place(
    app: Path, bare_python: Path
) -> None:
    answer = run(
        [
            *(
                sys.executable,
                "-m",
                "mypy",
                "--strict",
                "--python-executable",
                bare_python,
            ),
            *("--cache-dir", app / ".mypy_cache", "app/painting.py", "app/vendor"),
        ],
        app,
    )
    assert "Success" in answer


def test_only_what_was_selected_is_there(app: Path) -> None:
    lock = json.loads(
        (app / "legacy/runcomfy_client/runcomfy-codegen.lock").read_text()
    )
    assert list(lock["models"]) == [MODEL]
    # Other tests import the package, which leaves compiled files in it.
    models = app / "app/vendor/runcomfy_client/models"
    vendors = {path.name for path in models.iterdir()} - {"__pycache__"}
    assert vendors == {"__init__.py", "bytedance"}
