"""The curl lines of the published pages run as they stand, but for host, token and request id."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import resources
from typing import Any

import httpx
import pytest

from runcomfy_codegen.sandbox import Sandbox
from runcomfy_runtime.protocol import DEFAULT_BASE_URL
from support.shipped_models import models

PAGES = sorted(
    page.name
    for page in (resources.files("runcomfy_codegen") / "demo_pages").iterdir()
    if page.name.endswith(".txt")
)
_SUBMIT = re.compile(
    r"curl --request POST.*?--data '(\{.*?^\s*\})'", re.DOTALL | re.MULTILINE
)
_ABOUT = r"curl --request \w+ \\\s+--url \S+/{} \\\s+--header \"[^\"]*\""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of the published models, as the command serves them."""
    with Sandbox(models(), speed=50) as served:
        yield served


needs_curl = pytest.mark.skipif(
    shutil.which("curl") is None, reason="curl is not installed"
)


def page(name: str) -> str:
    return (resources.files("runcomfy_codegen") / "demo_pages" / name).read_text(
        "utf-8"
    )


def about(name: str, action: str) -> str:
    match = re.search(_ABOUT.format(action), page(name))
    assert match is not None
    return match[0]


def shell(line: str, sandbox: Sandbox, request_id: str = "") -> Any:
    """Run a published line in a shell, with nothing but these three replaced."""
    line = line.replace(DEFAULT_BASE_URL, sandbox.url)
    line = line.replace("<token>", sandbox.token).replace("{request_id}", request_id)
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, check=True, timeout=20
    )
    return json.loads(done.stdout)


def submit(name: str, sandbox: Sandbox, http: httpx.Client) -> str:
    match = _SUBMIT.search(page(name))
    assert match is not None
    line, body = match[0], match[1]
    if "'" not in body:
        return str(shell(line, sandbox)["request_id"])
    # One page says "girl's" inside the shell's single quotes, so no shell can run that line:
    # its body, which is good JSON, is sent as it stands.
    url = re.search(r"--url (\S+)", line)
    assert url is not None
    answer = http.post(
        url[1].replace(DEFAULT_BASE_URL, sandbox.url),
        content=body.encode(),
        headers={"Content-Type": "application/json"},
    )
    return str(answer.json()["request_id"])


def test_there_are_five_pages_and_one_of_them_breaks_the_shell() -> None:
    bodies = [match[1] for name in PAGES if (match := _SUBMIT.search(page(name)))]
    assert len(bodies) == 5
    assert sum("'" in body for body in bodies) == 1


@needs_curl
@pytest.mark.parametrize("name", PAGES)
def test_the_lines_of_a_page_take_a_job_from_submit_to_result(
    name: str, sandbox: Sandbox, http: httpx.Client
) -> None:
    request_id = submit(name, sandbox, http)
    states: list[str] = []
    for _ in range(200):
        states.append(shell(about(name, "status"), sandbox, request_id)["status"])
        if states[-1] == "completed":
            break
    assert states[-1] == "completed"
    result = shell(about(name, "result"), sandbox, request_id)
    assert result["request_id"] == request_id
    assert result["status"] == "succeeded"
    assert list(result["output"]) == ["image" if "edit" in name else "video"]
    cancelled = shell(about(name, "cancel"), sandbox, request_id)
    assert cancelled["outcome"] == "not_cancellable"


@needs_curl
def test_a_published_line_works_with_nothing_replaced_but_the_host(
    sandbox: Sandbox,
) -> None:
    match = _SUBMIT.search(page(PAGES[0]))
    assert match is not None
    line = match[0].replace(DEFAULT_BASE_URL, sandbox.url)
    assert "<token>" in line
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, check=True, timeout=20
    )
    assert json.loads(done.stdout)["request_id"]
