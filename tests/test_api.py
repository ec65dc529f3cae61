"""The Python API: every function, its results and its errors; nothing is printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from runcomfy_codegen import api
from runcomfy_codegen.disk.folder_lock import lock_folder
from support.command_line import entry

ROOT = Path(__file__).parents[1]
PAINTER = "acme/painter/text-to-image"
SINGER = "acme/singer"
MODULE = Path("client/models/acme/painter/text_to_image.py")
HEAVY = {
    "black", "click", "datamodel_code_generator", "httpx", "jinja2", "jsonschema",
    "pydantic", "rich", "starlette", "uvicorn",
    # rooms that one command needs
    "runcomfy_codegen.diff.compare", "runcomfy_codegen.subtype",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Path]:
    """An empty current folder; every test also checks that nothing was printed."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def catalog_entries() -> bytes:
    return json.dumps([entry(), entry(SINGER, text={"type": "string"})]).encode()


@pytest.fixture
def project(folder: Path) -> Path:
    """A project with two imported models."""
    Path("runcomfy-codegen.toml").write_text('output = "client"\n')
    assert api.import_sources(catalog_entries()).ok
    return folder


def git(*words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


# import_sources


def test_an_import_says_what_it_stored(folder: Path) -> None:
    Path("catalog.json").write_bytes(catalog_entries())
    result = api.import_sources(Path("catalog.json"), retrieved=date(2026, 1, 2))
    assert result.ok
    assert [(each.model_id, each.locale, each.change) for each in result.documents] == [
        (PAINTER, "en", "new"),
        (SINGER, "en", "new"),
    ]
    assert result.documents[0].source == "catalog.json"
    assert result.written == tuple(each.file for each in result.documents)
    stored = json.loads(result.written[0].read_text("utf-8"))
    assert stored["provenance"]["retrieved"] == "2026-01-02"
    again = api.import_sources("catalog.json")
    assert {each.change for each in again.documents} == {"unchanged"}
    assert again.written == ()


def test_a_dry_run_reports_the_same_and_writes_nothing(folder: Path) -> None:
    result = api.import_sources(catalog_entries(), schemas="other", dry_run=True)
    assert [each.change for each in result.documents] == ["new", "new"]
    assert result.written[0] == Path("other/acme/painter/text-to-image/en.json")
    assert list(folder.iterdir()) == []


def test_what_is_wrong_with_a_source_is_a_diagnostic() -> None:
    result = api.import_sources(b"{broken")
    assert not result.ok
    assert result.documents == ()
    assert [each.file for each in result.diagnostics] == ["<bytes>"]


def test_a_missing_source_is_wrong_usage_and_an_unreachable_one_is_not() -> None:
    with pytest.raises(api.UsageError, match="no such file"):
        api.import_sources("missing.html")
    with pytest.raises(api.UsageError, match="only https"):
        api.import_sources("http://127.0.0.1:9/page")
    with pytest.raises(api.SourceUnreadable):
        api.import_sources("https://127.0.0.1:9/page")


def test_a_folder_that_cannot_be_written_is_an_operation_error(folder: Path) -> None:
    Path("schemas").write_text("a file")
    with pytest.raises(api.OperationError, match="schemas"):
        api.import_sources(catalog_entries())


# load


def test_load_builds_every_model_or_those_that_match(project: Path) -> None:
    assert [each.model_id for each in api.load().models] == [PAINTER, SINGER]
    catalog = api.load("acme/s*")
    assert [each.model_id for each in catalog.models] == [SINGER]
    assert catalog.ok
    assert catalog.model(SINGER).input.fields[0].wire_name == "text"


def test_a_model_that_cannot_be_built_is_named_and_stops_no_other(
    project: Path,
) -> None:
    Path("schemas/acme/singer/en.json").write_text("{broken")
    catalog = api.load()
    assert [each.model_id for each in catalog.models] == [PAINTER]
    assert catalog.failed == (SINGER,)
    assert not catalog.ok
    with pytest.raises(api.UnknownModel, match="cannot be built"):
        catalog.model(SINGER)
    assert api.load(SINGER).failed == (SINGER,)


def test_names_that_collide_are_reported_by_load_and_the_models_are_there(
    project: Path,
) -> None:
    fields = {"a b": {"type": "string"}, "a_b": {"type": "string"}}
    clash = [entry("acme/v1.5"), entry("acme/v1-5"), entry("acme/fields", **fields)]
    api.import_sources(json.dumps(clash).encode())
    catalog = api.load()
    assert len(catalog.models) == 5
    assert catalog.failed == ()
    assert {(each.code, each.model) for each in catalog.diagnostics} == {
        ("name-collision", "acme/fields"),
        ("module-collision", "acme/v1.5"),
        ("module-collision", "acme/v1-5"),
    }
    assert not catalog.ok
    (found,) = api.load("acme/fields").diagnostics
    assert found.file == "schemas/acme/fields/en.json"
    assert found.place.line > 1
    assert api.load("acme/painter/*").ok
    chosen = '[names."acme/v1.5"]\nmodule = "acme/v1_5_0"\n[names."acme/fields".fields]\n"a b" = "ab"\n'
    Path("runcomfy-codegen.toml").write_text(chosen)
    assert api.load().ok


def test_errors_of_load_have_their_kind(project: Path) -> None:
    with pytest.raises(api.UnknownModel, match="did you mean 'acme/singer'"):
        api.load().model("acme/singr")
    with pytest.raises(api.UnknownModel, match=r"no model matches 'nobody/\*'"):
        api.load("nobody/*")
    with pytest.raises(api.NoSchemas, match="elsewhere"):
        api.load(schemas="elsewhere")
    with pytest.raises(api.UsageError, match="'klingon'"):
        api.load(locale="klingon")
    with pytest.raises(api.ConfigError, match=r"missing\.toml"):
        api.load(config="missing.toml")
    Path("runcomfy-codegen.toml").write_text("shcemas = 'x'\n")
    with pytest.raises(api.ConfigError, match="did you mean 'schemas'"):
        api.load()


# generate


def test_generate_says_what_it_wrote_and_removed(project: Path) -> None:
    counts: list[tuple[int, int, str]] = []
    result = api.generate(
        progress=lambda done, total, name: counts.append((done, total, name))
    )
    [package] = result.packages
    assert result.ok
    assert (package.client, package.output) == ("", Path("client"))
    assert MODULE in result.written
    assert package.files == len(result.written)
    assert counts == [(1, 2, PAINTER), (2, 2, SINGER)]
    assert api.generate().written == ()
    rest = api.generate(models=[PAINTER])
    assert rest.removed == (Path("client/models/acme/singer.py"),)
    assert rest.packages[0].changes == (("removed", SINGER),)


def test_a_single_string_is_one_pattern(project: Path) -> None:
    assert MODULE not in api.generate(models="acme/singer").written


def test_another_target_and_folder(project: Path) -> None:
    result = api.generate(output="api", target="openapi")
    assert Path("api/openapi.json") in result.written


def test_every_client_of_the_configuration_is_generated_or_the_one_with_the_name(
    project: Path,
) -> None:
    Path("runcomfy-codegen.toml").write_text(
        '[clients.paint]\noutput = "paint"\nmodels = ["acme/painter/*"]\n'
        '[clients.sing]\noutput = "sing"\nmodels = ["acme/singer"]\n'
    )
    assert [each.client for each in api.generate(client="sing").packages] == ["sing"]
    assert not Path("paint").exists()
    result = api.generate()
    assert [each.client for each in result.packages] == ["paint", "sing"]
    assert Path("paint/models/acme/painter/text_to_image.py") in result.written
    with pytest.raises(api.UsageError, match="`client=`"):
        api.generate(models=["acme/*"])
    with pytest.raises(api.UsageError, match="no client 'dance'"):
        api.generate(client="dance")


def test_an_edited_file_is_a_conflict_and_nothing_is_written(project: Path) -> None:
    api.generate()
    MODULE.write_text("edited = True\n")
    api.import_sources(json.dumps(entry(text={"type": "string"})).encode())
    before = sorted((path, path.read_bytes()) for path in Path("client").rglob("*.py"))
    with pytest.raises(api.FolderConflict, match="edited by hand") as raised:
        api.generate()
    assert raised.value.conflicts == {
        PurePosixPath(*MODULE.parts[1:]): "edited",
    }
    assert "-edited = True" in raised.value.diff
    assert before == sorted(
        (path, path.read_bytes()) for path in Path("client").rglob("*.py")
    )
    assert MODULE in api.generate(force=True).written


def test_a_folder_with_other_files_is_a_conflict(project: Path) -> None:
    Path("src").mkdir()
    Path("src/app.py").write_text("mine = 1\n")
    with pytest.raises(api.FolderConflict) as raised:
        api.generate(output="src")
    assert raised.value.conflicts == {PurePosixPath("app.py"): "foreign"}
    assert raised.value.diff == ()


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_a_folder_that_another_process_writes_is_busy(project: Path) -> None:
    with lock_folder(Path("client")), pytest.raises(api.FolderBusy):
        api.generate()


def test_a_schema_with_an_error_is_a_diagnostic_of_the_result(project: Path) -> None:
    broken = entry("acme/broken", text={"type": "string", "enum": []})
    api.import_sources(json.dumps(broken).encode())
    Path("schemas/acme/singer/en.json").write_text("{broken")
    result = api.generate()
    assert not result.ok
    assert SINGER in {each.model for each in result.diagnostics}
    assert result.packages[0].diagnostics == result.diagnostics


# check


def test_check_reports_what_is_stale_and_why(project: Path) -> None:
    api.generate()
    result = api.check()
    assert result.ok
    assert (result.outputs, result.stale) == ((Path("client"),), ())
    MODULE.write_text(MODULE.read_text().replace("max_length=80", "max_length=8"))
    edited = api.check()
    assert not edited.ok
    [stale] = edited.stale
    assert (stale.file, stale.model, stale.why) == (MODULE, PAINTER, "edited")
    assert any(line.startswith("+") and "max_length=80" in line for line in stale.diff)
    assert edited.edited == (MODULE,)
    assert not edited.packages[0].up_to_date


def test_check_reports_files_that_generate_would_remove(project: Path) -> None:
    api.generate()
    result = api.check(models=[PAINTER])
    assert result.removed == (Path("client/models/acme/singer.py"),)
    assert {each.why for each in result.stale if each.file in result.removed} == {
        "removed"
    }
    assert result.packages[0].generated_with == "no options"


def test_check_writes_nothing(project: Path) -> None:
    result = api.check(output="nowhere")
    assert not result.ok
    assert {each.why for each in result.stale} >= {"new"}
    assert not Path("nowhere").exists()


# diff


@pytest.fixture
def changed(project: Path) -> Path:
    """A git repository where the work tree has a narrower prompt than the last commit."""
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "schemas")
    narrower = entry(prompt={"type": "string", "maxLength": 40})
    api.import_sources(json.dumps(narrower).encode())
    return project


def test_diff_compares_a_revision_with_the_work_tree(changed: Path) -> None:
    result = api.diff("HEAD")
    assert result.ok
    assert result.bump == "major"
    assert result.summary["breaking"] > 0
    finding = next(each for each in result.findings if each.verdict == "breaking")
    assert finding.model == PAINTER
    location = result.locate(finding)
    assert location is not None
    assert location.file == "schemas/acme/painter/text-to-image/en.json"
    assert api.diff("schemas", Path("schemas")).bump == "none"


def test_approved_findings_are_apart(changed: Path) -> None:
    finding = api.diff("HEAD").findings[0]
    Path("ok.toml").write_text(
        f'[[approved]]\nfingerprint = "{finding.fingerprint}"\nreason = "known"\n'
    )
    assert finding in api.diff("HEAD", approvals="ok.toml").approved
    with pytest.raises(api.UsageError, match="gone"):
        api.diff("HEAD", approvals="gone.toml")


def test_errors_of_diff_are_wrong_usage(changed: Path) -> None:
    with pytest.raises(api.UsageError, match="'nonsense'"):
        api.diff("nonsense")
    with pytest.raises(api.UsageError, match="needs git revisions"):
        api.diff("schemas", merge_base=True)
    assert api.diff("HEAD", merge_base=True).bump == "major"


# lint


def test_lint_reports_by_model_and_code(project: Path) -> None:
    impossible: dict[str, Any] = {"type": "integer", "minimum": 5, "default": 1}
    api.import_sources(json.dumps(entry("acme/odd", steps=impossible)).encode())
    result = api.lint()
    assert "impossible-default" in {each.code for each in result.diagnostics}
    assert api.lint("acme/singer").diagnostics == ()
    assert {each.code for each in api.lint(select="impossible-*").diagnostics} == {
        "impossible-default"
    }
    assert api.lint(ignore=["impossible-default"], select=["impossible-*"]).ok
    found = next(each for each in result.diagnostics if each.model == "acme/odd")
    assert found.file == "acme/odd/en.json"


def test_a_code_that_does_not_exist_is_wrong_usage(project: Path) -> None:
    with pytest.raises(api.UsageError, match="did you mean 'impossible-default'"):
        api.lint(select=["imposible-default"])
    with pytest.raises(api.UnknownModel):
        api.lint("acme/nobody")


# What holds for all of it


def test_the_errors_are_of_the_kinds_that_the_command_line_exits_by() -> None:
    for usage in (api.ConfigError, api.NoSchemas, api.UnknownModel):
        assert issubclass(usage, api.UsageError)
        assert issubclass(usage, ValueError)
    for operation in (api.SourceUnreadable, api.FolderBusy, api.FolderConflict):
        assert issubclass(operation, api.OperationError)
    assert issubclass(api.UsageError, api.CodegenError)
    assert not issubclass(api.OperationError, api.UsageError)


def test_importing_the_api_loads_no_library() -> None:
    program = (
        "import sys, runcomfy_codegen.api\n"
        f"heavy = sorted({HEAVY} & set(sys.modules))\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_what_results_and_errors_are_made_of_can_be_imported() -> None:
    names = {"DiffFinding", "Diagnostic", "Model", "ServerUnreachable"}
    assert names <= {*api.__all__}


def test_every_name_of_the_api_exists() -> None:
    assert [name for name in api.__all__ if not hasattr(api, name)] == []


def test_the_programs_of_the_documentation_run(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs/python-api.md").read_text("utf-8")
    programs = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(programs) == 3
    page = ROOT / "generator/runcomfy_codegen/demo_pages/dreamina-4-0-edit.ru.txt"
    Path("page.html").write_bytes(page.read_bytes())
    for program in programs:
        exec(compile(program, "docs/python-api.md", "exec"), {})
    printed = capfd.readouterr().out.splitlines()
    assert printed[0] == "bytedance/dreamina-4-0/edit ru new"
    assert "no diff: this is not a git repository" in "\n".join(printed)
    assert printed[-2].endswith("0 removed")
    assert printed[-1].startswith("http://")


# A file where a folder belongs


@pytest.mark.parametrize("broken", [False, True], ids=["file", "broken link"])
@pytest.mark.parametrize("inside", ["", "inner"])
def test_a_file_in_the_place_of_a_folder_is_refused_with_its_name(
    project: Path, broken: bool, inside: str
) -> None:
    there = Path("taken")
    if broken:
        there.symlink_to("nowhere")
    else:
        there.write_text("mine", "utf-8")
    calls = [
        lambda: api.generate(output=there / inside),
        lambda: api.check(output=there / inside),
        lambda: api.suggest_limits(write=there / inside),
        lambda: api.import_sources(catalog_entries(), schemas=there / inside),
    ]
    for call in calls:
        with pytest.raises(api.OperationError, match="taken: a file or a broken link"):
            call()
    assert broken or there.read_text("utf-8") == "mine"
