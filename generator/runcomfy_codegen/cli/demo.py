"""``demo``: import, generate, run and reject on real schemas, in under a minute, offline."""

from __future__ import annotations

import base64
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .. import resources
from ..errors import OperationError
from ..sandbox.sample_media import png
from ..targets.python.package import PACKAGE
from ..workspace.configuration import Config
from ..workspace.import_documents import read_content, store_documents
from ..workspace.local_sandbox import open_sandbox
from ..workspace.project import Project, check_empty
from ..workspace.validate import (
    TemporaryClient,
    generate_into,
    import_client,
    importable,
)
from .console import (
    command_line,
    print_diagnostics,
    print_wrapped,
    terminal_safe,
)
from .next_steps import example_run
from .options import SchemasOptions, schemas_options
from .progress_bars import job_progress
from .show import print_model

MODEL = "bytedance/dreamina-4-0/edit"
_SHOWN_LINES = 24


@click.command("demo")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Keep everything in this folder."
)
@schemas_options
def command(where: SchemasOptions, output: Path | None) -> None:
    """Show the tool on real schemas: import, generate, run, reject.

    Uses the published pages that ship with the tool, and a sandbox on this machine. Needs no
    key and no network, and leaves nothing behind unless --output is given.
    """
    if output is not None:
        check_empty(output)
    with tempfile.TemporaryDirectory(prefix="runcomfy-demo-") as temporary:
        _run_demo(output or Path(temporary), kept=output is not None)
    where_kept = "" if output is None else f"Everything is in {output}. "
    click.echo()
    following = example_run(where) or command_line("--help")
    click.secho(terminal_safe(f"{where_kept}Next: {following}"), bold=True)


def _run_demo(folder: Path, *, kept: bool) -> None:
    project = Project(replace(Config(), schemas=folder / "schemas"))
    _import_pages(project)
    catalog = project.catalog()
    model = next(model for model in catalog.models if model.model_id == MODEL)
    _title(2, f"The fields and rules of {MODEL}")
    names = catalog.names[MODEL]
    print_model(model, names)
    _title(3, "A typed client is generated")
    generate_into(project, catalog, folder / PACKAGE)
    _show_module(folder / PACKAGE / "models" / Path(*names.module).with_suffix(".py"))
    models = {model.model_id: model for model in catalog.models}
    with importable(folder), open_sandbox(project, models) as served:
        generated = import_client(names)
        settings = {"base_url": served.url, "token": served.token}
        with generated.client.RunComfy(**settings) as client:
            _run_job(generated, client, folder / "out", served.url, kept=kept)
        _reject_input(generated)


def _import_pages(project: Project) -> None:
    pages = resources.demo_pages()
    _title(1, f"{len(pages)} published API pages are imported, as crawled")
    sources = [
        (str(page), read_content(str(page), page.read_bytes())) for page in pages
    ]
    result = store_documents(project, sources)
    print_diagnostics(result.diagnostics)
    for document in result.documents:
        click.echo(f"  {document.model_id} ({document.locale})")


def _show_module(path: Path) -> None:
    from rich.syntax import Syntax

    lines = path.read_text("utf-8").splitlines()
    start = next(
        index for index, line in enumerate(lines) if "(ModelInput[Output]" in line
    )
    code = "\n".join(lines[start : start + _SHOWN_LINES])
    print_wrapped(Syntax(code, "python", theme="ansi_dark", background_color="default"))
    click.echo(f"  … {len(lines)} lines in all")


def _run_job(
    generated: TemporaryClient, client: Any, folder: Path, url: str, *, kept: bool
) -> None:
    _title(4, f"{MODEL} runs, against a sandbox at {url}")
    with job_progress(MODEL) as report_progress:
        result = client.run(
            generated.module.Input(**_good()), on_update=report_progress
        )
    for path in result.download(folder):
        shown_path = path if kept else path.name
        click.echo(f"  downloaded {shown_path}, {path.stat().st_size} bytes")


def _reject_input(generated: TemporaryClient) -> None:
    _title(5, "A wrong input is rejected before you pay for a job")
    try:
        generated.module.Input(**_wrong())
    except generated.client.InputRejected as rejected:
        for problem in rejected.report.problems:
            click.echo(
                f"  {terminal_safe(problem.pointer)}: {terminal_safe(problem.message)}"
            )
        return
    raise OperationError(
        "the wrong input was accepted; this is a bug in runcomfy-codegen"
    )


def _good() -> dict[str, Any]:
    """An input with an inline image, so that its rules can be checked offline."""
    image = base64.b64encode(png(640, 480, 0.6)).decode("ascii")
    return {
        "image_urls": [f"data:image/png;base64,{image}"],
        "prompt": "A beautiful girl is sitting on the boat",
        "width_height": "2048x2048(1:1)",
    }


def _wrong() -> dict[str, Any]:
    return {**_good(), "image_urls": [], "scale": 1.5, "widht_height": "1:1"}


def _title(number: int, text: str) -> None:
    click.secho(f"\n{number}. {text}", bold=True)
