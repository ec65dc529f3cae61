"""Names at scale: ids that meet, that no disk takes, and modules that move."""

from __future__ import annotations

import json
import random

from cli.conftest import Shell, entry
from published import model_of, rendered
from runcomfy_codegen.build.naming import module_path
from runcomfy_codegen.emit.layout import laid_out

DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
WORDS = (
    "a",
    "A",
    "4k",
    "4K",
    "con",
    "CON",
    "aux.1",
    "v1.5",
    "v1-5",
    "class",
    "import",
    "é",
    "_x",
    "ß",
)


def test_a_thousand_odd_ids_have_modules_that_every_disk_takes() -> None:
    chance = random.Random(5)
    ids = {"/".join(chance.choices(WORDS, k=chance.randint(2, 4))) for _ in range(1000)}
    for model_id in ids:
        path = module_path(model_id)
        assert all(part.isidentifier() and part.isascii() for part in path)
        assert all(part == part.lower() and part not in DEVICES for part in path)


def test_ids_that_meet_in_one_module_are_refused_together(shell: Shell) -> None:
    shell.write(
        "all.json", [entry("acme/v1.5"), entry("acme/v1-5"), entry("acme/other")]
    )
    assert shell("import", "all.json").code == 0
    answer = shell("generate", "--output", "client")
    assert answer.code == 1
    assert answer.err.count("module-collision") == 2
    assert "models/acme/other.py" in shell.files("client")
    shell.write(
        "runcomfy-codegen.toml", '[names."acme/v1-5"]\nmodule = "acme/v1_dash_5"\n'
    )
    assert shell("generate", "--output", "client").code == 0
    assert {"models/acme/v1_5.py", "models/acme/v1_dash_5.py"} <= {
        *shell.files("client")
    }


def test_a_newcomer_that_meets_one_that_is_there_is_refused(shell: Shell) -> None:
    shell.write("one.json", entry("acme/v1.5"))
    shell("import", "one.json")
    assert shell("generate", "--output", "client").code == 0
    before = shell.files("client")
    shell.write("two.json", entry("acme/v1-5"))
    shell("import", "two.json")
    answer = shell("generate", "--output", "client")
    assert answer.code == 1
    assert "module-collision" in answer.err
    assert shell.files("client")["models/acme/v1_5.py"] == before["models/acme/v1_5.py"]


def test_a_renamed_module_moves_and_the_lock_says_so(shell: Shell) -> None:
    shell.write("one.json", entry("acme/painter"))
    shell("import", "one.json")
    shell("generate", "--output", "client")
    shell.write(
        "runcomfy-codegen.toml", '[names."acme/painter"]\nmodule = "acme/brush"\n'
    )
    answer = shell("check", "--output", "client", "--format", "json")
    assert answer.code == 1
    moved = {(each["file"], each["model"]) for each in answer.json["reasons"]}
    assert ("models/acme/brush.py", "acme/painter") in moved
    assert ("models/acme/painter.py", "acme/painter") in moved
    told = shell("generate", "--output", "client")
    assert told.code == 0
    assert (
        "moved    acme/painter: models/acme/painter.py is now models/acme/brush.py"
        in told.out
    )
    lock = json.loads(shell.files("client")["runcomfy-codegen.lock"])
    assert lock["models"]["acme/painter"]["file"] == "models/acme/brush.py"
    assert "models/acme/painter.py" not in shell.files("client")


def test_deep_and_long_ids_are_laid_out_as_black_would() -> None:
    long = "/".join(["a" * 60] * 3)
    deep = "/".join(["segment"] * 24)
    near = "acme/" + "x" * 70
    for model_id in (long, deep, near, "/".join("b" * 60 for _ in range(2))):
        (source,) = rendered(
            [model_of({"type": "object", "properties": {}}, model_id)]
        ).values()
        assert laid_out(source) == source
