"""Generating again makes what changed, only that, and the same as generating anew."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.package.folder import write_package
from runcomfy_codegen.package.lock import CallOptions
from runcomfy_codegen.workspace.configuration import Config
from runcomfy_codegen.workspace.generate import PreparedPackage, prepare, request_for
from runcomfy_codegen.workspace.project import Project
from support.command_line import Shell, entry

PAINTER = "acme/painter/text-to-image"
SINGER = "acme/singer"
HEAVY = (
    "black",
    "datamodel_code_generator",
    "jinja2",
    "jsonschema",
    "pydantic",
    "rich",
)


class Desk:
    """A folder of schemas and a client made of them, in one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.schemas = folder / "schemas"
        self.client = folder / "client"

    def store(self, model_id: str, **properties: Any) -> None:
        published = entry(model_id, **properties)
        document = {
            "model_id": model_id,
            "locale": "en",
            "title": model_id,
            "input_schema": published["input_schema"],
            "provenance": {},
        }
        file = self.schemas / model_id / "en.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document))

    def drop(self, model_id: str) -> None:
        (self.schemas / model_id / "en.json").unlink()

    def generate(self, client: Path | None = None) -> tuple[list[str], PreparedPackage]:
        """Bring the client up to date; the models that were rendered for it."""
        rendered: list[str] = []
        project = Project(Config(schemas=self.schemas))
        order = request_for(project, client or self.client, CallOptions())
        renewal = prepare(
            order, lambda done, total, model_id: rendered.append(model_id)
        )
        write_package(order.folder, renewal.plan)
        return rendered, renewal

    def files(self, folder: Path | None = None) -> dict[str, bytes]:
        root = folder or self.client
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.store(PAINTER)
    desk.store(SINGER, text={"type": "string"})
    desk.generate()
    return desk


def test_nothing_is_rendered_where_nothing_changed(desk: Desk) -> None:
    rendered, renewal = desk.generate()
    assert rendered == []
    assert renewal.plan.clean
    assert renewal.total == len(desk.files())


def test_only_the_model_that_changed_is_rendered(desk: Desk) -> None:
    desk.store(SINGER, text={"type": "string", "maxLength": 9})
    rendered, renewal = desk.generate()
    assert rendered == [SINGER]
    written = {path.as_posix() for path in renewal.plan.write}
    assert written == {"models/acme/singer.py", "runcomfy-codegen.lock"}


def test_white_space_renders_one_model_and_changes_no_module(desk: Desk) -> None:
    file = desk.schemas / SINGER / "en.json"
    file.write_text(json.dumps(json.loads(file.read_text()), indent=3))
    rendered, renewal = desk.generate()
    assert rendered == [SINGER]
    assert [path.name for path in renewal.plan.write] == ["runcomfy-codegen.lock"]


def test_a_model_that_is_gone_is_removed_without_rendering_any(desk: Desk) -> None:
    desk.drop(SINGER)
    rendered, _ = desk.generate()
    assert rendered == []
    assert "models/acme/singer.py" not in desk.files()
    assert "models/acme/painter/text_to_image.py" in desk.files()


def test_a_file_that_is_gone_comes_back(desk: Desk) -> None:
    before = desk.files()
    for name in (
        "models/acme/singer.py",
        "_runtime/client.py",
        "models/acme/__init__.py",
    ):
        (desk.client / name).unlink()
        desk.generate()
        assert desk.files() == before


def test_an_id_that_begins_another_moves_its_module(desk: Desk, tmp_path: Path) -> None:
    desk.store(f"{SINGER}/choir", text={"type": "string"})
    desk.generate()
    assert "models/acme/singer/__init__.py" in desk.files()
    assert "models/acme/singer.py" not in desk.files()
    desk.drop(f"{SINGER}/choir")
    desk.generate()
    assert "models/acme/singer.py" in desk.files()
    assert "models/acme/singer/__init__.py" not in desk.files()


def test_a_model_with_an_error_is_reported_every_time(desk: Desk) -> None:
    desk.store(SINGER, text={"type": "strng"})
    for _ in range(2):
        rendered, renewal = desk.generate()
        assert rendered == [SINGER]
        assert [each.code for each in renewal.diagnostics] == ["unknown-type"]


def _random_change(desk: Desk, chance: random.Random) -> None:
    model_id = chance.choice(
        [f"{top}/{name}" for top in ("a", "a/b", "a/b/c") for name in ("b", "c", "d")]
    )
    if chance.random() < 0.3 and (desk.schemas / model_id / "en.json").exists():
        desk.drop(model_id)
        return
    bound = chance.randint(1, 3)
    desk.store(
        model_id, text={"type": chance.choice(("string", "strng")), "maxLength": bound}
    )


@pytest.mark.parametrize("seed", range(3))
def test_any_row_of_changes_gives_what_generating_anew_gives(
    seed: int, desk: Desk, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    for step in range(8):
        for _ in range(chance.randint(1, 4)):
            _random_change(desk, chance)
        desk.generate()
        # A client anew, under the same name.
        anew = tmp_path / f"anew{step}" / "client"
        desk.generate(anew)
        assert desk.files() == desk.files(anew)


def test_the_command_loads_nothing_heavy_where_nothing_changed(desk: Desk) -> None:
    program = (
        "import sys\nfrom runcomfy_codegen.cli import command\n"
        "command.main(['generate', '--output', 'client'], standalone_mode=False)\n"
        f"print(sorted({{*{HEAVY!r}}} & {{*sys.modules}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=desk.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    first, *_, last = done.stdout.splitlines()
    assert "up to date" in first
    assert last == "[]"


def _forge(client: Path, path: str, change: Callable[[str], str]) -> None:
    """Change a file, and the lock so that it vouches for it."""
    from runcomfy_codegen.package.lock import sha256

    file = client / path
    file.write_text(change(file.read_text()))
    lock = client / "runcomfy-codegen.lock"
    answer = json.loads(lock.read_text())
    answer["files"][path] = sha256(file.read_bytes())
    lock.write_text(json.dumps(answer))


def test_check_believes_no_lock(project: Shell) -> None:
    assert project("generate", "--output", "client").code == 0
    _forge(
        project.folder / "client",
        "models/acme/singer.py",
        lambda text: text + "evil = 1\n",
    )
    answer = project("check", "--output", "client", "--format", "json")
    assert answer.code == 1
    [found, *_] = answer.json["reasons"]
    assert (found["file"], found["model"], found["why"]) == (
        "models/acme/singer.py",
        "acme/singer",
        "lock",
    )
    assert "--force" in found["reason"]
    assert project("generate", "--output", "client", "--force").code == 0
    assert project("check", "--output", "client").code == 0
