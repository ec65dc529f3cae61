"""``kill -9`` at any change of the disk: the next run finishes, and nothing is left over."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.disk.folder_lock import lock_folder
from support.command_line import ENTRY, Shell, entry

TESTS = Path(__file__).parents[1]
GENERATE = ("generate", "--output", "client")
LOCK = "client/runcomfy-codegen.lock"
SINGER = "models/acme/singer.py"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")


def catalog(shell: Shell, name: str, text: dict[str, Any], *more: str) -> None:
    entries = [entry("acme/singer", text=text), *(entry(each) for each in more)]
    shell.write(name, [*entries, ENTRY])


def kill(shell: Shell, count: int | str, *words: str) -> list[Shell]:
    """Copies of the folder in which a command was killed, each at another change.

    Only one copy for a share of the changes, as ``70%``.
    """
    place = shell.folder.parent / f"{shell.folder.name}-killed"
    number = 1 if isinstance(count, str) else count
    copies = [Shell(place / str(each)) for each in range(number + 1)]
    for copy in copies:
        shutil.copytree(shell.folder, copy.folder)
    done = subprocess.run(
        [sys.executable, "-m", "support.killed", str(place), str(count), *words],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return copies[1:]


def leftovers(shell: Shell) -> list[str]:
    return [str(path) for path in shell.folder.rglob("*.tmp")]


@pytest.fixture
def kills(long_run: bool) -> int:
    return 100 if long_run else 8


def test_a_killed_generate_is_finished_by_the_next(shell: Shell, kills: int) -> None:
    catalog(shell, "old.json", {"type": "string"}, "acme/gone")
    assert shell("import", "old.json").code == 0
    assert shell(*GENERATE).code == 0
    old = shell.files("client")
    catalog(shell, "new.json", {"type": "integer"}, "acme/dancer")
    assert shell("import", "new.json").code == 0
    shutil.rmtree(shell.folder / "schemas/acme/gone")
    whole = Shell(shell.folder.parent / f"{shell.folder.name}-whole")
    shutil.copytree(shell.folder, whole.folder)
    assert whole(*GENERATE).code == 0
    new = whole.files("client")
    interrupted = 0
    for copy in kill(shell, kills, *GENERATE):
        for name, content in copy.files("client").items():
            known = {old.get(name), new.get(name)}
            assert ".tmp/" in name or name.endswith(".lock") or content in known, name
        check = copy("check", "--output", "client")
        said = "the last generate was interrupted; run `runcomfy-codegen generate`"
        if is_interrupted(copy):
            interrupted += 1
            assert (check.code, said in check.err) == (1, True)
        assert "edited" not in check.out + check.err
        again = copy(*GENERATE)
        assert again.code == 0, again.err
        assert copy.files("client") == new
        assert leftovers(copy) == []
    assert interrupted > kills // 4


def is_interrupted(shell: Shell) -> bool:
    return b'"generating"' in (shell.folder / LOCK).read_bytes()


def test_what_two_killed_generates_wrote_is_no_edit_by_hand(shell: Shell) -> None:
    catalog(shell, "old.json", {"type": "string"})
    assert shell("import", "old.json").code == 0
    assert shell(*GENERATE).code == 0
    copy = shell
    for type_, share in (("integer", "88%"), ("boolean", "40%")):
        catalog(copy, "new.json", {"type": type_}, f"acme/{type_}")
        assert copy("import", "new.json").code == 0
        [copy] = kill(copy, share, *GENERATE)
        assert is_interrupted(copy)
        # The second one was killed before it came to the module.
        assert b"text: int" in copy.files("client")[SINGER]
        shutil.rmtree(copy.folder / f"schemas/acme/{type_}")
    catalog(copy, "last.json", {"type": "number"})
    assert copy("import", "last.json").code == 0
    again = copy(*GENERATE)
    assert again.code == 0, again.err
    files = copy.files("client")
    assert b"text: float" in files[SINGER]
    assert not {"models/acme/integer.py", "models/acme/boolean.py"} & files.keys()


def test_an_edit_by_hand_after_the_kill_is_still_refused(shell: Shell) -> None:
    catalog(shell, "old.json", {"type": "string"})
    assert shell("import", "old.json").code == 0
    assert shell(*GENERATE).code == 0
    catalog(shell, "new.json", {"type": "integer"})
    assert shell("import", "new.json").code == 0
    [copy] = kill(shell, "75%", *GENERATE)
    copy.write(f"client/{SINGER}", "mine = 1\n")
    answer = copy(*GENERATE)
    assert (answer.code, "edited by hand" in answer.err) == (3, True)


def test_a_first_generate_can_be_repeated(shell: Shell, kills: int) -> None:
    catalog(shell, "old.json", {"type": "string"})
    assert shell("import", "old.json").code == 0
    whole = Shell(shell.folder.parent / f"{shell.folder.name}-whole")
    shutil.copytree(shell.folder, whole.folder)
    assert whole(*GENERATE).code == 0
    for copy in kill(shell, kills // 2, *GENERATE):
        again = copy(*GENERATE)
        assert again.code == 0, again.err
        assert copy.files("client") == whole.files("client")
        assert leftovers(copy) == []


def test_a_killed_import_leaves_each_document_old_or_new(
    shell: Shell, kills: int
) -> None:
    names = [f"acme/m{number}" for number in range(9)]
    shell.write("old.json", [entry(each, a={"type": "string"}) for each in names])
    shell.write("new.json", [entry(each, a={"type": "integer"}) for each in names])
    assert shell("import", "old.json").code == 0
    old = shell.files("schemas")
    whole = Shell(shell.folder.parent / f"{shell.folder.name}-whole")
    shutil.copytree(shell.folder, whole.folder)
    assert whole("import", "new.json").code == 0
    new = whole.files("schemas")
    for copy in kill(shell, kills // 2, "import", "new.json"):
        assert copy("lint").code == 0
        for name, content in copy.files("schemas").items():
            assert ".tmp/" in name or content in (old[name], new[name]), name
        assert copy("import", "new.json").code == 0
        assert copy.files("schemas") == new
        assert leftovers(copy) == []


def test_of_two_imports_one_waits(project: Shell) -> None:
    project.write("more.json", entry("acme/dancer"))
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with lock_folder(project.folder / "schemas"):
            held.set()
            free.wait(20)

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(20)
    threading.Timer(0.3, free.set).start()
    assert project("import", "more.json").code == 0
    assert free.is_set()
    other.join()


def test_an_import_that_waits_too_long_says_so(
    project: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runcomfy_codegen.workspace import import_documents

    monkeypatch.setattr(import_documents, "LOCK_WAIT", 0.1)
    project.write("more.json", entry("acme/dancer"))
    with lock_folder(project.folder / "schemas"):
        answer = project("import", "more.json")
    assert answer.code == 3
    assert re.search("another runcomfy-codegen is writing .*; nothing was", answer.err)


def test_only_folders_of_temporary_files_are_swept(project: Shell) -> None:
    assert project(*GENERATE).code == 0
    mine = [
        "mine.tmp",
        ".runcomfy-codegen.mine.tmp/a",
        "models/.runcomfy-codegen.x.tmp/a",
    ]
    for name in mine:
        project.write(f"client/{name}", "mine")
    link = project.folder / "client/.runcomfy-codegen.0123456789abcdef.tmp"
    project.write("victim/precious", "mine")
    link.symlink_to("../victim")
    assert project(*GENERATE).code == 0
    assert {*mine} <= {*project.files("client")}
    assert project.files("victim") == {"precious": b"mine"}
