"""The four example apps, run as their users run them, against the sandbox."""

from __future__ import annotations

import ast
import asyncio
import base64
import csv
import importlib.util
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from runcomfy_client import FakeQueue

from runcomfy_codegen.api import load
from runcomfy_codegen.sandbox import Sandbox
from sandbox.browser import CHROMIUM, browser

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BOAT = f"data:image/png;base64,{base64.b64encode((ROOT / 'docs/boat.png').read_bytes()).decode()}"
MODELS = ("bytedance/dreamina-4-0/edit", "google/nano-banana-2-lite/text-to-image")


@pytest.fixture(scope="module")
def models() -> Any:
    return load(*MODELS, schemas=str(ROOT / "schemas")).by_id


@pytest.fixture
def sandbox(models: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with Sandbox(models, speed=200, balance=1000.0) as served:
        monkeypatch.setenv("RUNCOMFY_BASE_URL", served.url)
        monkeypatch.setenv("RUNCOMFY_TOKEN", served.token)
        paths = [str(ROOT / "generated"), *filter(None, [os.environ.get("PYTHONPATH")])]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
        yield served


def bill(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.ledger(sandbox.token))


def ran(name: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def example(name: str) -> ModuleType:
    """An example as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def needs(*packages: str) -> None:
    for package in packages:
        pytest.importorskip(package, reason=f"{package} is not installed")


# The web app.


@pytest.fixture
def web(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client of the app, which its own server serves."""
    needs("fastapi")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = ["-m", "uvicorn", "fastapi_app:app", "--port", str(port), "--app-dir"]
    server = subprocess.Popen([sys.executable, *command, str(EXAMPLES)])
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
            late = time.monotonic() + 30
            while not answers(client):
                assert time.monotonic() < late
                time.sleep(0.1)
            yield client
    finally:
        server.terminate()
        server.wait(20)


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/openapi.json").is_success
    except httpx.TransportError:
        return False


def test_the_web_app_submits_and_tells_the_state(
    sandbox: Sandbox, web: httpx.Client
) -> None:
    body = {"image_urls": [BOAT], "prompt": "A boat", "width×height": "2048x2048(1:1)"}
    submitted = web.post("/edits", json=body)
    assert submitted.status_code == 202, submitted.text
    token = submitted.json()["token"]
    late = time.monotonic() + 20
    while not (state := web.get(f"/edits/{token}").json())["files"]:
        assert time.monotonic() < late, state
        time.sleep(0.05)
    assert state["state"] == "completed"
    assert all(url.startswith(sandbox.url) for url in state["files"])
    assert len(bill(sandbox)) == 1


def test_the_web_app_refuses_what_the_model_refuses(
    sandbox: Sandbox, web: httpx.Client
) -> None:
    for body in (
        {"prompt": "no picture"},
        {"image_urls": [BOAT], "prompt": "p", "new": 1},
        {"image_urls": BOAT, "prompt": "p"},
    ):
        assert web.post("/edits", json=body).status_code == 422
    # A text never becomes a file of the server, and is not read.
    path = {"image_urls": [str(ROOT / "docs/boat.png")], "prompt": "p"}
    refused = web.post("/edits", json=path)
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "image_urls", "0"]
    assert web.get("/edits/no-such-job").status_code == 404
    assert bill(sandbox) == []


def test_the_web_app_documents_the_model(web: httpx.Client) -> None:
    schemas = web.get("/openapi.json").json()["components"]["schemas"]
    [name] = [name for name in schemas if "Edit" in name]
    assert {"image_urls", "width×height"} <= schemas[name]["properties"].keys()


# The worker.


def states(table: Path) -> list[str]:
    with closing(sqlite3.connect(table)) as opened:
        return [
            state for (state,) in opened.execute("select state from tasks order by id")
        ]


def test_the_worker_pays_for_each_task_once_though_it_is_killed(
    models: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table = tmp_path / "tasks.db"
    with Sandbox(models, speed=4, balance=1000.0) as served:
        monkeypatch.setenv("RUNCOMFY_BASE_URL", served.url)
        monkeypatch.setenv("RUNCOMFY_TOKEN", served.token)
        monkeypatch.setenv("PYTHONPATH", str(ROOT / "generated"))
        # Two tasks are equal: they are two jobs.
        ran("task_queue.py", str(table), "add", *"abcdefg", "a")
        first = subprocess.Popen(
            [sys.executable, str(EXAMPLES / "task_queue.py"), str(table), "work"],
            stdout=subprocess.DEVNULL,
        )
        late = time.monotonic() + 30
        while len(bill(served)) < 8:
            assert time.monotonic() < late
            time.sleep(0.02)
        # Wait until each answer has arrived, so that no task is unknown.
        time.sleep(0.5)
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert "new" in states(table)
        ran("task_queue.py", str(table), "work")
        assert states(table) == ["done"] * 8
        assert len(bill(served)) == 8


def test_the_worker_gives_up_no_job_that_continues(tmp_path: Path) -> None:
    worker = example("task_queue")
    queue = FakeQueue()
    queue.answer(MODELS[1], running=10**6)

    async def outcome(number: int) -> str:
        async with queue.async_client(journal=tmp_path / "jobs.db") as client:
            state, _ = await worker.run(client, number, "a")
            return str(state)

    assert asyncio.run(outcome(1)) == "new"
    [job] = queue.jobs
    queue.clock.sleep(10**6)
    assert asyncio.run(outcome(1)) == "done"
    assert [*queue.jobs] == [job]
    # A job that failed would fail again.
    queue.answer(MODELS[1], error="no")
    assert asyncio.run(outcome(2)) == "failed"


# The table.


def test_a_table_of_200_rows(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = tmp_path / "prompts.csv", tmp_path / "results.csv"
    ratios = ("16:9", "", "1:1", "", "16:10")
    with source.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["prompt", "aspect_ratio"])
        writer.writerows(
            ("" if row == 7 else f"Picture {row}", ratios[row % 5])
            for row in range(200)
        )
    printed = ran("table.py", str(source), str(target))
    wrong = {row for row in range(200) if row % 5 == 4 or row == 7}
    assert f"{200 - len(wrong)} rows done, {len(wrong)} with an error" in printed
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 200
    for number, row in enumerate(rows):
        assert bool(row["error"]) == (number in wrong)
        assert bool(row["files"]) == (number not in wrong)
        assert row["prompt"] == ("" if number == 7 else f"Picture {number}")
    assert "prompt is required" in rows[7]["error"]
    assert "aspect_ratio must be one of" in rows[4]["error"]
    paid = bill(sandbox)
    assert len(paid) == 200 - len(wrong)
    ran("table.py", str(source), str(target))
    assert len(bill(sandbox)) == len(paid)


# The notebook.


NOTEBOOK = EXAMPLES / "notebook.ipynb"


def cells() -> list[str]:
    """The code of the notebook."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code
    # It is kept without outputs.
    assert all(not cell["outputs"] for cell in code)
    assert all(cell["execution_count"] is None for cell in code)
    return ["".join(cell["source"]) for cell in code]


def value_of(cell: str, names: dict[str, Any]) -> Any:
    """Run a cell as a kernel does. Returns the value of its last line."""
    *before, last = ast.parse(cell).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(before, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def assert_shows_all(shown: str, sandbox: Sandbox) -> None:
    assert shown.count("<img ") == 2
    assert "prompt must be a string" in shown
    assert len(bill(sandbox)) == 5


def test_the_cells_of_the_notebook_run_and_show_pictures(sandbox: Sandbox) -> None:
    names: dict[str, Any] = {}
    values = [value_of(cell, names) for cell in cells()]
    balance, *others = values
    assert repr(balance).startswith("Balance(")
    assert_shows_all("".join(value._repr_html_() for value in others), sandbox)
    names["client"].close()


@pytest.fixture
def executed(sandbox: Sandbox, long_run: bool) -> Any:
    if not long_run:
        pytest.skip("starting a kernel takes long: pass --long")
    needs("nbclient", "ipykernel", "nbformat")
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return notebook


def pages(notebook: Any) -> list[str]:
    """The HTML that the cells show."""
    return [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    ]


def test_a_kernel_runs_the_notebook_and_a_browser_shows_it(
    executed: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    shown = "\n".join(pages(executed))
    assert "Balance" in json.dumps(executed)
    assert_shows_all(shown, sandbox)
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: the pictures are not looked at")
    page = tmp_path / "notebook.html"
    page.write_text(f"<!doctype html><meta charset=utf-8>{shown}", "utf-8")
    with browser(tmp_path / "profile") as tab:
        tab.open(page.as_uri())
        tab.until("document.readyState == 'complete' && document.images.length == 2")
        tab.until("[...document.images].every(image => image.complete)")
        sizes = tab.value("[...document.images].map(image => image.naturalWidth)")
        assert all(sizes)
        picture = tab.call("Page.captureScreenshot")["data"]
    (tmp_path / "notebook.png").write_bytes(base64.b64decode(picture))


@pytest.mark.parametrize("name", ["fastapi_app.py", "task_queue.py", "table.py"])
def test_examples_import_the_package_alone(name: str) -> None:
    text = (EXAMPLES / name).read_text("utf-8")
    assert "_runtime" not in text
    assert "runcomfy_codegen" not in text
    compile(text, name, "exec")
