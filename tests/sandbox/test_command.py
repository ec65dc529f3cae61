"""What the command prints can be copied, and what it takes reaches apps in any language."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from runcomfy_codegen.sandbox import Sandbox
from runcomfy_codegen.sandbox.input_validation import InputSchema
from runcomfy_codegen.workspace.local_sandbox import curl_lines, example_of
from support.shipped_models import SCHEMAS, documents, models

from .conftest import MODELS, a_field, a_model

needs_curl = pytest.mark.skipif(
    shutil.which("curl") is None, reason="curl is not installed"
)


@contextmanager
def command(*options: str) -> Generator[str]:
    """The command, running; gives what it has printed."""
    line = [sys.executable, "-m", "runcomfy_codegen", "sandbox", "--port", "0"]
    line += ["--schemas", str(SCHEMAS), *options]
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        output = ""
        while "/cancel" not in output:
            printed = process.stdout.readline()
            assert printed, output
            output += printed
        output += process.stdout.readline()
        yield output
        process.send_signal(signal.SIGINT)


def printed_lines(output: str) -> list[str]:
    return re.findall(r"^curl .*?(?=\n\n|\Z)", output, re.DOTALL | re.MULTILINE)


def shell(line: str) -> Any:
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, check=True, timeout=20
    )
    return json.loads(done.stdout)


@needs_curl
def test_the_printed_lines_are_the_four_published_ones_and_run() -> None:
    with command("--polls", "0", "1") as output:
        submit, status, result, cancel = printed_lines(output)
        request_id = shell(submit)["request_id"]
        lines = [line.replace("{request_id}", request_id) for line in (status, result)]
        assert [shell(line)["status"] for line in lines] == ["in_progress", "succeeded"]
        assert shell(cancel.replace("{request_id}", request_id))["outcome"] == (
            "not_cancellable"
        )


@needs_curl
def test_time_is_advanced_from_a_shell() -> None:
    with command("--virtual-clock", "--seed", "x") as output:
        submit, status, *_ = printed_lines(output)
        accepted = shell(submit)
        status = status.replace("{request_id}", accepted["request_id"])
        assert shell(status)["status"] == "in_queue"
        secret = re.search(r"below /sandbox: (\S+)", output)
        url = re.search(r"RUNCOMFY_BASE_URL=(\S+)", output)
        assert secret is not None
        assert url is not None
        answer = httpx.post(
            f"{url[1]}/sandbox/clock?advance=30",
            headers={"x-sandbox-secret": secret[1]},
            trust_env=False,
        )
        assert answer.json()["virtual"] is True
        assert shell(status)["status"] == "completed"


def test_an_example_is_an_input_that_its_model_accepts() -> None:
    published = models()
    example = example_of(published, documents())
    assert example is not None
    assert InputSchema(published[example.model_id]).problems(dict(example.given)) == ()


def test_without_published_examples_one_is_made_for_nearly_every_model() -> None:
    without = [
        model_id
        for model_id, model in models().items()
        if example_of({model_id: model}, ()) is None
    ]
    assert len(without) < 5


def test_an_apostrophe_does_not_end_the_shell_s_quotes(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    from runcomfy_codegen.ir.model import Choice, Value

    girl = "A girl's boat, $HOME `id`"
    said = a_field("prompt", Choice((Value.of(girl),)), required=True)
    example = example_of({"x/y": a_model("x/y", said)}, ())
    assert example is not None
    line = curl_lines(sandbox.url, "t", example).split("\n\n")[0]
    words = line[line.index("--data ") + 7 :]
    done = subprocess.run(
        ["bash", "-c", f"printf %s {words}"], capture_output=True, check=True
    )
    assert json.loads(done.stdout) == {"prompt": girl}


def test_a_model_that_accepts_nothing_known_has_no_example() -> None:
    from runcomfy_codegen.ir.model import Text

    odd = a_field("code", Text(pattern="^[0-9]{9}$"), required=True)
    assert example_of({"x/y": a_model("x/y", odd)}, ()) is None
    assert example_of(MODELS, ()) is not None
