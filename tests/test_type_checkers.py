"""What type checkers say about generated modules: right uses are typed, wrong ones are named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

RIGHT = """
from runcomfy_client import RunComfy
from runcomfy_client.models.bytedance.dreamina_4_0 import edit
from runcomfy_client.models.kling.kling_video_o3.standard import reference_to_video

params: edit.InputParams = {"image_urls": ["https://h/a.png"], "prompt": "x"}
params["width_height"] = "1024x1024(1:1)"
size: edit.WidthHeight | None = edit.Input(**params).width_height

with RunComfy() as client:
    image: str | list[str] | None = client.run(edit.Input(**params)).output.image
    typed = client.run(edit.Input, params)
    audio: str | list[str] | None = typed.output.audio
    job = client.submit(reference_to_video.Input, {"prompt": "x"})
    video: str | list[str] | None = job.result().output.video
    client.validate(edit.Input, {"prompt": "x"})
    for result in client.map((edit.Input, row) for row in [params]):
        row: edit.InputParams = [params][result.index]
"""
WRONG = """
from runcomfy_client.models.bytedance.dreamina_4_0 import edit
from runcomfy_client.models.kling.kling_video_o3.standard import reference_to_video

given = edit.Input(image_urls=["https://h/a.png"], prompt="x")
edit.Input(prompt="x")
edit.Input(image_urls=["https://h/a.png"], prompt="x", promt="y")
edit.Input(image_urls=["https://h/a.png"], prompt=3)
given.prompt = "y"
edit.Input(image_urls=["https://h/a.png"], prompt="x", width_height="1x1")
reference_to_video.Output().image
wrong: edit.InputParams = {"image_urls": [], "prompt": 3}
"""
EXAMPLES = ("table.py", "task_queue.py")
WRONG_LINES = [6, 7, 8, 9, 10, 11, 12]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checked")
    (folder / "right.py").write_text(RIGHT)
    (folder / "wrong.py").write_text(WRONG)
    for example in EXAMPLES:
        (folder / example).write_text(
            (ROOT / "examples" / example).read_text("utf-8"), "utf-8"
        )
    (folder / "plugin.ini").write_text("[mypy]\nplugins = pydantic.mypy\n")
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT / "generated")]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    return folder


def checked(folder: Path, *command: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={"MYPYPATH": str(ROOT / "generated"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout


def lines_with_errors(output: str, file: str) -> list[int]:
    found = {
        int(line.partition(f"{file}:")[2].split(":")[0])
        for line in output.splitlines()
        if f"{file}:" in line and "error:" in line
    }
    return sorted(found)


@pytest.mark.parametrize("plugin", [False, True], ids=["plain", "plugin"])
def test_mypy_names_each_wrong_use(folder: Path, plugin: bool) -> None:
    settings = ("--config-file", "plugin.ini") if plugin else ()
    cache = f"--cache-dir={ROOT / '.mypy_cache' / ('plugin' if plugin else 'plain')}"
    options = ("--strict", cache, *settings, "right.py", "wrong.py", *EXAMPLES)
    output = checked(folder, "mypy", *options)
    assert lines_with_errors(output, "wrong.py") == WRONG_LINES, output
    # Nothing in the modules of the client either.
    assert output.count(": error:") == len(WRONG_LINES), output


def test_pyright_names_each_wrong_use(folder: Path) -> None:
    output = checked(folder, "pyright", "--pythonpath", sys.executable)
    assert lines_with_errors(output, "wrong.py") == WRONG_LINES, output
    for file in ("right.py", *EXAMPLES):
        assert lines_with_errors(output, file) == [], output
