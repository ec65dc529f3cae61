"""``validate``: everything wrong with a document at once, in the language asked for."""

from __future__ import annotations

import base64
import json
import os

import pytest

from runcomfy_codegen.sandbox.sample_film import mp4
from runcomfy_codegen.sandbox.sample_media import png
from runcomfy_runtime.media.inspection import Inspector
from runcomfy_runtime.rule import Rule
from support.command_line import Shell, entry

WORDS = {"en": "No wider than 3:1.", "ru": "Не шире 3:1.", "zh-CN": "不超过 3:1。"}


def ruled(message: str) -> dict[str, object]:
    return {
        "type": "array",
        "maxItems": 2,
        "items": {"type": "string", "format": "image_uri"},
        "validations": [
            {
                "validation_rule": "width/height≤",
                "validation_value": "3",
                "validation_error": message,
            }
        ],
    }


@pytest.fixture
def framer(shell: Shell) -> Shell:
    """A model in three languages, and images that keep and break its rule."""
    text = {"type": "string", "maxLength": 5}
    for locale, message in WORDS.items():
        result = entry("acme/framer", images=ruled(message), prompt=text)
        shell.write("entry.json", result)
        answer = shell("import", "entry.json", "--locale", locale)
        assert answer.code == 0, answer.err
    (shell.folder / "good.png").write_bytes(png(300, 100, 0.5))
    (shell.folder / "thin.png").write_bytes(png(301, 100, 0.5))
    return shell


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "en"),
        (("--locale", "ru"), "ru"),
        (("--locale", "zh-CN"), "zh-CN"),
    ],
)
def test_the_published_message_comes_in_the_language_asked_for(
    framer: Shell, options: tuple[str, ...], told: str
) -> None:
    framer.write("in.json", {"images": ["thin.png"]})
    answer = framer("validate", "acme/framer", "in.json", "--format", "json", *options)
    assert answer.code == 1
    assert [each["message"] for each in answer.json["problems"]] == [WORDS[told]]


def test_schema_and_media_are_told_together(framer: Shell) -> None:
    framer.write("in.json", {"images": ["thin.png", 5], "prompt": "too long"})
    answer = framer("validate", "acme/framer", "in.json", "--format", "json")
    assert answer.code == 1
    assert {(each["pointer"], each["code"]) for each in answer.json["problems"]} == {
        ("/images/1", "type"),
        ("/prompt", "maxLength"),
        ("/images/0", "width/height"),
    }
    result = framer("validate", "acme/framer", "in.json")
    assert "/images/0" in result.out
    assert "3.01" in result.out


def test_a_problem_tells_its_rule_limit_value_and_evidence(framer: Shell) -> None:
    framer.write("in.json", {"images": ["good.png", "thin.png"]})
    answer = framer("validate", "acme/framer", "in.json", "--format", "json")
    [problem] = answer.json["problems"]
    assert problem == {
        "pointer": "/images/1",
        "code": "width/height",
        "verdict": "fail",
        "message": WORDS["en"],
        "rule": "width/height <= 3",
        "limit": "3",
        "actual": "3.01",
        "evidence": ["IHDR at byte 8"],
    }


@pytest.mark.parametrize(
    "text",
    [
        *("missing.png", ".", "/dev/null/x", "pipe", "", "javascript:alert(1)"),
        *("file:///etc/passwd", "data:image/png;base64,@@@@"),
    ],
)
def test_what_nobody_can_read_fails_and_nothing_hangs(framer: Shell, text: str) -> None:
    os.mkfifo(framer.folder / "pipe")
    framer.write("in.json", {"images": [text]})
    answer = framer("validate", "acme/framer", "in.json", "--format", "json")
    assert answer.code == 1
    [problem] = answer.json["problems"]
    assert (problem["pointer"], problem["code"]) == ("/images/0", "media")
    assert (problem["verdict"], problem["actual"]) == ("fail", "unreadable")
    result = framer("validate", "acme/framer", "in.json")
    assert result.code == 1
    assert "fine" not in result.out


def test_what_could_not_be_checked_is_counted_and_never_called_fine(
    framer: Shell,
) -> None:
    framer.write("in.json", {"images": ["good.png", "https://127.0.0.1/a.png"]})
    answer = framer("validate", "acme/framer", "in.json")
    assert answer.code == 0
    assert "fine" not in answer.out
    assert answer.out.splitlines()[-1] == (
        "nothing wrong was found for acme/framer, but 1 rule could not be checked"
    )


def test_fine_is_what_was_checked_and_kept_every_rule(framer: Shell) -> None:
    framer.write("in.json", {"images": ["good.png"]})
    answer = framer("validate", "acme/framer", "in.json")
    assert (answer.code, answer.out.splitlines()[-1]) == (0, "fine for acme/framer")


def test_a_file_of_another_kind_fails_as_such(framer: Shell) -> None:
    (framer.folder / "film.png").write_bytes(mp4(64, 48, 2.0, 0.5))
    framer.write("in.json", {"images": ["film.png"]})
    answer = framer("validate", "acme/framer", "in.json")
    assert answer.code == 1
    assert "an image is expected here, but this is a video (mp4)" in answer.out


def test_the_json_has_every_check_that_the_table_shows(framer: Shell) -> None:
    framer.write("in.json", {"images": ["good.png", "thin.png"]})
    answer = framer("validate", "acme/framer", "in.json", "--format", "json")
    checks = answer.json["checks"]
    table = framer("validate", "acme/framer", "in.json").out
    assert [
        (each["verdict"], each["pointer"], each["rule"], each["actual"])
        for each in checks
    ] == [
        ("pass", "/images/0", "media_kind == image", "image"),
        ("pass", "/images/0", "width/height <= 3", "3"),
        ("pass", "/images/1", "media_kind == image", "image"),
        ("fail", "/images/1", "width/height <= 3", "3.01"),
    ]
    for each in checks:
        row = [each[name] for name in ("verdict", "pointer", "rule", "actual")]
        assert any(line.split() == " ".join(row).split() for line in table.splitlines())
    assert checks[1] == {
        "pointer": "/images/0",
        "rule": "width/height <= 3",
        "verdict": "pass",
        "limit": "3",
        "actual": "3",
        "unit": "",
        "reason": "",
        "evidence": ["IHDR at byte 8"],
    }


def test_the_json_tells_of_a_check_that_was_not_possible_why(framer: Shell) -> None:
    framer.write("in.json", {"images": ["https://127.0.0.1/a.png"]})
    answer = framer("validate", "acme/framer", "in.json", "--format", "json")
    [check] = answer.json["checks"]
    assert (check["verdict"], check["actual"]) == ("unknown", None)
    assert "127.0.0.1" in check["reason"]
    assert answer.json["ok"] is True


BASE64 = base64.b64encode(png(300, 100, 0.5)).decode()


@pytest.mark.parametrize("text", [BASE64, "https:good.png", "HTTP:/good.png"])
def test_what_the_client_takes_for_no_path_is_none_here(
    framer: Shell, text: str
) -> None:
    rule = Rule(pointer="/x", metric="width_pixels", operator="<=", limit="4096")
    [client] = Inspector()([rule], {"x": text})
    framer.write("in.json", {"images": [text]})
    answer = framer("validate", "acme/framer", "in.json", "--format", "json")
    [problem] = answer.json["problems"]
    assert (problem["verdict"], problem["actual"]) == (client.verdict, client.actual)
    assert (answer.code, client.verdict) == (0, "unknown")


def test_a_file_is_a_file_though_its_name_could_be_base64(framer: Shell) -> None:
    (framer.folder / ("A" * 80)).write_bytes(png(301, 100, 0.5))
    framer.write("in.json", {"images": ["A" * 80]})
    answer = framer("validate", "acme/framer", "in.json")
    assert (answer.code, "3.01" in answer.out) == (1, True)


@pytest.mark.parametrize("command", ["validate", "run"])
def test_a_document_that_cannot_be_read_is_named(framer: Shell, command: str) -> None:
    for name in ("good.png/in.json", "x" * 300):
        answer = framer(command, "acme/framer", name)
        assert answer.code == 2
        assert f"{name}: cannot be read: " in answer.err
        assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('{"images": [], "images": ["good.png"]}', "/images"),
        ('{"x": [{"images": 1, "images": 1}]}', "/x/0/images"),
    ],
)
def test_a_repeated_key_in_a_document_is_reported(
    framer: Shell, text: str, pointer: str
) -> None:
    """JSON readers disagree about which of the two counts."""
    (framer.folder / "in.json").write_text(text)
    answer = framer("validate", "acme/framer", "in.json")
    assert answer.code == 2
    assert f"in.json: {pointer} is there twice" in answer.err


def test_a_model_without_rules_has_no_checks(project: Shell) -> None:
    project.write("in.json", {"text": "a song"})
    answer = project("validate", "acme/singer", "in.json", "--format", "json")
    assert answer.json == {"ok": True, "problems": [], "checks": []}


def test_a_byte_order_mark_is_skipped_as_import_skips_it(shell: Shell) -> None:
    shell.write("entry.json", entry("acme/plain", prompt={"type": "string"}))
    assert shell("import", "entry.json").code == 0
    (shell.folder / "in.json").write_bytes(b'\xef\xbb\xbf{"prompt": "x"}')
    assert shell("validate", "acme/plain", "in.json").code == 0


def test_a_number_outside_of_the_doubles_is_told_as_it_was_written(
    shell: Shell,
) -> None:
    shell.write("entry.json", entry("acme/odd", n={"type": "number"}, any={}))
    assert shell("import", "entry.json").code == 0
    given = '{"n": -1e9999, "any": [1e400, {"a": 1e-9999}, -0e5]}'
    (shell.folder / "in.json").write_text(given, "utf-8")
    answer = shell("validate", "acme/odd", "in.json")
    assert answer.code == 1
    assert "/n: error: n must be a number, not -1E+9999" in answer.out
    assert "/any/1/a: error: " in answer.out
    assert "/any/0" not in answer.out
    typed = shell("validate", "acme/odd", "n=-1e9999", "any:=[0, 1e-9999]")
    assert "not -1E+9999" in typed.out
    assert "/any/1" in typed.out


def test_the_report_is_json_whatever_the_document_holds(shell: Shell) -> None:
    shell.write("entry.json", entry("acme/odd", n={"type": "number", "maximum": 3}))
    assert shell("import", "entry.json").code == 0
    for number in ("NaN", "-Infinity", "1e9999", '"\\ud83d"'):
        (shell.folder / "in.json").write_text(f'{{"n": {number}}}', "utf-8")
        answer = shell("validate", "acme/odd", "in.json", "--format", "json")
        assert answer.code == 1
        json.loads(answer.out, parse_constant=pytest.fail)


def test_a_number_of_too_many_digits_is_no_fault_of_python(shell: Shell) -> None:
    shell.write("entry.json", entry("acme/odd", n={"type": "number"}))
    assert shell("import", "entry.json").code == 0
    (shell.folder / "in.json").write_text(f'{{"n": {"1" * 5000}}}', "utf-8")
    answer = shell("validate", "acme/odd", "in.json")
    assert answer.code == 2
    assert "in.json: a number has more than 4,300 digits" in answer.err
    assert "sys." not in answer.err
