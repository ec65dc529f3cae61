"""Files that are no files, or have no end: every command says so at once."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.command_line import ENTRY, Answer, Shell, entry

MODEL = "acme/singer"
EN = f"schemas/{MODEL}/en.json"
TOML = f"limits/{MODEL}.toml"
SPARSE = 2 * 1024**3

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no FIFO, no /dev")

# Each command with the file that it opens.
COMMANDS = {
    "import": ("x.json", ("import", "x.json")),
    "validate": ("in.json", ("validate", MODEL, "in.json")),
    "run": ("in.json", ("run", MODEL, "in.json", "--sandbox")),
    "configuration": ("runcomfy-codegen.toml", ("lint",)),
    "pyproject": ("pyproject.toml", ("lint",)),
    "config": ("own.toml", ("lint", "--config", "own.toml")),
    "approvals": ("runcomfy-approvals.toml", ("diff", "schemas", "schemas")),
    "scenario": ("faults.toml", ("sandbox", "--port", "0", "--scenario", "faults.toml")),
    "template": ("mine/model.jinja", ("generate", "--output", "c", "--config", "t.toml")),
    "lock": ("c/runcomfy-codegen.lock", ("check", "--output", "c")),
    "module": ("c/models/acme/singer.py", ("check", "--output", "c")),
    "limits, check": (TOML, ("limits", "check")),
    "limits, generate": (TOML, ("generate", "--output", "c")),
    "limits, lint": (TOML, ("lint",)),
    "document, generate": (EN, ("generate", "--output", "c")),
    "document, check": (EN, ("check", "--output", "c")),
    "document, lint": (EN, ("lint",)),
    "document, show": (EN, ("show", MODEL)),
    "document, import": (EN, ("import", "again.json")),
    "document, diff": (EN, ("diff", "schemas", "base")),
}  # fmt: skip


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_folder(path: Path) -> None:
    path.mkdir()


def make_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(SPARSE)


def make_endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


KINDS = [make_fifo, make_folder, make_large, make_endless, make_dangling, make_loop]


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("inputs"))
    shell.write("x.json", [entry(MODEL, text={"type": "string"}), ENTRY])
    shell.write("again.json", entry(MODEL, text={"type": "string"}))
    shell.write("in.json", {"text": "la"})
    shell.write("t.toml", 'template_dir = "mine"\n')
    shell.write("mine/.keep", "")
    shell.write("limits/acme/.keep", "")
    for folder in ("schemas", "base"):
        assert shell("import", "x.json", "--schemas", folder).code == 0
    assert shell("generate", "--output", "c").code == 0
    return shell


@contextmanager
def replaced(path: Path, make: Callable[[Path], None]) -> Iterator[None]:
    kept = path.read_bytes() if path.exists() else None
    path.unlink(missing_ok=True)
    make(path)
    try:
        yield
    finally:
        path.rmdir() if path.is_dir() else path.unlink()
        if kept is not None:
            path.write_bytes(kept)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_waits_for_ever_or_takes_it_for_a_file(
    whole: Shell, name: str, long_run: bool
) -> None:
    file, words = COMMANDS[name]
    modules = whole.files("c/models") if name.startswith("document") else {}
    first = list(COMMANDS).index(name)
    for make in KINDS if long_run else (KINDS * 4)[first : first + 2]:
        with replaced(whole.folder / file, make), time_limit(10):
            answer = whole(*words)
        assert answer.code in (1, 2, 3), answer.out
        said = answer.out + answer.err
        assert file in said
        assert any(word in said for word in REASONS[make.__name__]), said
    if modules:
        assert whole.files("c/models") == modules


REASONS = {
    "make_fifo": ["is a FIFO that no program writes to", "is a FIFO, not a file"],
    "make_folder": ["is a folder", "is a directory"],
    "make_large": ["MiB, the most that is read"],
    "make_endless": ["is a device"],
    "make_dangling": ["is a link to a file that does not exist"],
    "make_loop": ["is a link that leads to itself"],
}


def test_one_document_that_cannot_be_read_ends_no_other_model(whole: Shell) -> None:
    with replaced(whole.folder / EN, make_large):
        answer = whole("generate", "--output", "fresh")
    assert answer.code == 1
    modules = [name for name in whole.files("fresh") if name.startswith("models/acme/")]
    assert "models/acme/painter/text_to_image.py" in modules
    assert "models/acme/singer.py" not in modules


def written(path: Path, content: bytes, pause: float) -> threading.Thread:
    def write() -> None:
        time.sleep(pause)
        with path.open("wb") as file:
            file.write(content[:5])
            file.flush()
            time.sleep(pause)
            file.write(content[5:])

    thread = threading.Thread(target=write)
    thread.start()
    return thread


@pytest.mark.parametrize("pause", [0, 0.2])
def test_a_fifo_with_a_writer_is_read_like_standard_input(
    whole: Shell, pause: float
) -> None:
    path = whole.folder / "pipe"
    os.mkfifo(path)
    try:
        thread = written(path, b'{"text": "la"}', pause)
        answer = whole("validate", MODEL, "pipe")
        thread.join()
    finally:
        path.unlink()
    assert (answer.code, answer.out) == (0, f"fine for {MODEL}\n")


def run(whole: Shell, script: str) -> Answer:
    tool = f"{shlex.quote(sys.executable)} -m runcomfy_codegen"
    done = subprocess.run(
        ["bash", "-c", script.replace("TOOL", tool)],
        cwd=whole.folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    "script",
    [
        f"TOOL validate {MODEL} <(sleep 0.7; cat in.json)",
        f"cat in.json | TOOL validate {MODEL} /dev/stdin",
    ],
)
def test_process_substitution_and_dev_stdin_go_on_working(
    whole: Shell, script: str
) -> None:
    answer = run(whole, script)
    assert answer.out == f"fine for {MODEL}\n", answer.err


@contextmanager
def standard_input(way: str, file: Path) -> Iterator[None]:
    """Standard input of this process is a FIFO with the content of a file, or the file."""
    kept = os.dup(0)
    if way == "a FIFO":
        source, write = os.pipe()
        os.write(write, file.read_bytes())
        os.close(write)
    else:
        source = os.open(file, os.O_RDONLY)
    os.dup2(source, 0)
    os.close(source)
    try:
        yield
    finally:
        os.dup2(kept, 0)
        os.close(kept)


WAYS = ["a FIFO", "a file"]


@pytest.mark.parametrize("way", WAYS)
def test_a_link_to_standard_input_may_be_named(whole: Shell, way: str) -> None:
    link, file = whole.folder / "link", whole.folder / "in.json"
    with (
        standard_input(way, file),
        replaced(link, lambda path: path.symlink_to("/dev/stdin")),
    ):
        answer = whole("validate", MODEL, "link")
    assert answer.out == f"fine for {MODEL}\n", answer.err


def test_dev_null_is_an_empty_file(whole: Shell) -> None:
    answer = whole("import", "/dev/null")
    assert (answer.code, "the source is empty" in answer.err) == (1, True)
    with replaced(whole.folder / "in.json", lambda path: path.symlink_to("/dev/null")):
        answer = whole("validate", MODEL, "in.json")
    assert (answer.code, "in.json is empty" in answer.err) == (2, True)
    with replaced(whole.folder / EN, lambda path: path.symlink_to("/dev/null")):
        answer = whole("lint")
    assert (answer.code, "the file is empty" in answer.err) == (1, True)
    with replaced(
        whole.folder / "pyproject.toml", lambda path: path.symlink_to("/dev/null")
    ):
        assert whole("lint").code == 0


STORED = [
    name for name, (file, _) in COMMANDS.items()
    if file.endswith((".toml", ".lock", "en.json")) and name not in ("config", "scenario")
]  # fmt: skip


@pytest.mark.parametrize("name", STORED)
def test_no_stored_file_is_standard_input(
    whole: Shell, name: str, long_run: bool
) -> None:
    """A link that git carries may lead to ``/dev/stdin``, which another program feeds."""
    file, words = COMMANDS[name]
    link = ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")[len(name) % 3]
    for way in WAYS if long_run else [WAYS[STORED.index(name) % 2]]:
        with (
            standard_input(way, whole.folder / "x.json"),
            replaced(whole.folder / file, lambda path: path.symlink_to(link)),
            time_limit(10),
        ):
            answer = whole(*words)
        assert answer.code in (1, 2, 3), answer.out
        said = answer.out + answer.err
        assert file in said
        assert f"is a link to {link}, which no stored file may be" in said


@pytest.mark.parametrize("option", ["--config", "--approvals"])
def test_a_file_of_settings_that_the_command_names_may_be_a_fifo(
    whole: Shell, option: str
) -> None:
    path = whole.folder / "pipe"
    os.mkfifo(path)
    try:
        thread = written(path, b"\n\n\n\n\n\n", 0)
        answer = whole("diff", "schemas", "base", option, "pipe")
        thread.join()
    finally:
        path.unlink()
    assert answer.code == 0, answer.err


DEEP = [
    "a = " + "[" * 100_000,
    "a = " + "[" * 600 + "]" * 600,
    "a = " + "{b = " * 100_000,
    "a" + ".b" * 1_000_000 + " = 1",
    "[" + "a." * 1_000_000 + "b]",
    "a = " + "1" * 5000,
]


@pytest.mark.parametrize(
    "name",
    ["configuration", "pyproject", "config", "approvals", "scenario", "limits, check"],
)
def test_settings_that_are_nested_without_end_are_one_clear_error(
    whole: Shell, name: str, long_run: bool
) -> None:
    file, words = COMMANDS[name]
    texts = DEEP if long_run else DEEP[:2] + DEEP[3:4] + DEEP[5:]
    path = whole.folder / file
    for text in texts:
        with replaced(path, Path.touch):
            path.write_text(text)
            answer = whole(*words)
        assert answer.code in (1, 2), answer.err
        said = answer.out + answer.err
        assert "bug" not in said
        assert "nested too deep" in said or "cannot be read" in said
        assert "limits" in name or said.count("\n") < 4
        assert file in said or name == "scenario"


def test_a_configuration_in_a_revision_has_the_cap_and_kinds_of_one_on_a_disk(
    tmp_path: Path,
) -> None:
    shell = Shell(tmp_path)
    shell.write("x.json", [entry(MODEL, text={"type": "string"}), ENTRY])
    assert shell("import", "x.json").code == 0
    commit = "git add -A && git -c user.name=a -c user.email=a@b commit -qm x"
    config = shell.folder / "runcomfy-codegen.toml"
    shell.write("elsewhere.toml", "[names]\n")
    large = "# " + "x" * (4 << 20)
    for make, said in [
        (
            lambda: config.write_text(large),
            "has more than 4 MiB, the most that is read",
        ),
        (lambda: config.symlink_to("elsewhere.toml"), ""),
        (
            lambda: config.symlink_to("nowhere"),
            "is a link to a file that is not in this",
        ),
        (lambda: config.symlink_to("/dev/stdin"), "is a link to a file that is not in"),
        (lambda: config.write_text("a = " + "[" * 100_000), "nested too deep"),
    ]:
        make()
        assert run(shell, f"git init -q; {commit}").code == 0
        config.unlink()
        answer = shell("diff", "HEAD", "schemas")
        assert (answer.code, said in answer.err) == (2 if said else 0, True), answer
        assert not said or "runcomfy-codegen.toml" in answer.err


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_the_cap_on_standard_input_is_told_as_a_cap(whole: Shell, name: str) -> None:
    content = b" " * (64 * 1024**2 + 1)
    for words in (("import", name), ("validate", MODEL, name)):
        answer = whole(*words, stdin=content)
        assert answer.code == 2
        assert "has more than 64 MiB, the most that is read" in answer.err


def test_a_link_in_a_revision_is_followed_like_one_on_a_disk(
    whole: Shell, tmp_path: Path
) -> None:
    shell = Shell(tmp_path)
    shell.write("x.json", [entry(MODEL, text={"type": "string"}), ENTRY])
    assert shell("import", "x.json").code == 0
    shell.write("store/en.json", (shell.folder / EN).read_text())
    (shell.folder / EN).unlink()
    commit = "git add -A && git -c user.name=a -c user.email=a@b commit -qm x"
    (shell.folder / "schemas/store").symlink_to("../store/en.json")
    (shell.folder / EN).symlink_to("../../real.json")
    shell.write("schemas/real.json", (shell.folder / "store/en.json").read_text())
    assert run(shell, f"git init -q && {commit}").code == 0
    answer = shell("diff", "HEAD:schemas", "schemas", "--format", "json")
    assert answer.json["findings"] == []


def test_limits_in_a_revision_have_the_cap_and_kinds_of_those_on_a_disk(
    tmp_path: Path,
) -> None:
    shell = Shell(tmp_path)
    video = {"type": "string", "format": "video_uri", "description": "Max 9 seconds."}
    shell.write("x.json", entry(MODEL, text=video))
    assert shell("import", "x.json").code == 0
    limits = (
        f'model_id = "{MODEL}"\n[[limit]]\nfields = ["/text"]\n'
        'quote = "Max 9 seconds"\nrule = "duration_seconds <= 9"\n'
    )
    file = shell.write(TOML, limits)
    shell.write("store.toml", limits)
    commit = "git add -A && git -c user.name=a -c user.email=a@b commit -qm x"

    def findings(make: Callable[[], object]) -> Answer:
        file.unlink()
        make()
        assert run(shell, f"git init -q; {commit}").code == 0
        file.unlink()
        file.write_text(limits)
        return shell("diff", "HEAD:schemas", "schemas", "--format", "json")

    same = findings(lambda: file.symlink_to("../../store.toml"))
    assert (same.code, same.json["findings"]) == (0, [])
    large = findings(lambda: file.write_text(limits + "# " + "x" * (4 << 20)))
    nowhere = findings(lambda: file.symlink_to("nowhere"))
    for answer in (large, nowhere):
        assert answer.code in (0, 1), answer.err
        [finding] = answer.json["findings"]
        assert finding["pointer"] == "/input_schema/properties/text"
    file.unlink()
    file.parent.rmdir()
    shell.write("stored/singer.toml", limits)
    file.parent.symlink_to("../stored")
    assert run(shell, commit).code == 0
    file.parent.unlink()
    answer = shell("diff", "HEAD:schemas", "schemas")
    assert (answer.code, "acme is a link to a folder" in answer.err) == (2, True)
