"""The entry that approves a finding: TOML that can be pasted, and an old one that is reported."""

from __future__ import annotations

import re
import textwrap
import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diff.schema_folders import entry
from reports.hostile_text import PIECES
from runcomfy_codegen.diff.approvals import approval_entry
from runcomfy_codegen.ir.diagnostic import Severity
from runcomfy_codegen.reports.command_report import ReportEntry
from runcomfy_codegen.reports.published_text import terminal_safe
from support.command_line import Shell

odd_texts = st.lists(
    st.sampled_from(PIECES) | st.text(st.characters(codec=None), max_size=6), max_size=3
).map("".join)


@given(odd_texts)
@example("\x85\x7f\u2028\u2029\ufeff\U000e0041")
@example("##[x] ##vso[y]")
def test_the_snippet_is_toml_that_a_log_shows_unchanged(text: str) -> None:
    finding = ReportEntry(
        rule="rule", level=Severity.ERROR, model=text, message="", pointer=f"/{text}"
    )
    snippet = approval_entry(finding)
    assert "\n".join(map(terminal_safe, snippet.split("\n"))) == snippet
    (read,) = tomllib.loads(snippet)["approved"]
    whole = re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert (read["model"], read["pointer"]) == (whole, f"/{whole}")


def test_what_a_reader_pastes_approves(shell: Shell) -> None:
    """From the report on the terminal into the file, with odd names and a byte order mark."""
    names = ("a\u2028b", "c\x85d", "e##[f]", '"\\', "::g::", "\U0001f600\u202e")
    for folder, length in (("old", 9), ("new", 5)):
        fields = {name: {"type": "string", "maxLength": length} for name in names}
        shell.publish(folder, entry("acme/singer", **fields))
    report = shell("diff", "old", "new")
    assert report.code == 1
    blocks = re.findall(r"to approve it:\n((?:        .*\n)+)", report.out)
    assert len(blocks) == len(names)
    text = "\ufeff" + "\n".join(
        textwrap.dedent(block).replace('reason = ""', 'reason = "fine\u2028so"')
        for block in blocks
    )
    shell.write("runcomfy-approvals.toml", text)
    approved = shell("diff", "old", "new", "--fail-on", "risky", "--format", "json")
    assert approved.code == 0, approved.err
    assert len(approved.json["approved"]) == len(names)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github", "sarif"])
def test_a_stale_approval_is_reported_in_every_format(shell: Shell, form: str) -> None:
    shell.publish("old", entry("acme/singer", text={"type": "string"}))
    shell.write(
        "runcomfy-approvals.toml",
        '[[approved]]\nfingerprint = "0123456789abcdef"\nreason = "of @old"\n',
    )
    answer = shell("diff", "old", "old", "--format", form)
    assert answer.code == 0
    assert "0123456789abcdef" in answer.out
    if form == "github":
        assert "::warning::stale approval 0123456789abcdef" in answer.out


def test_a_configuration_may_begin_with_a_byte_order_mark(project: Shell) -> None:
    project.write("runcomfy-codegen.toml", '\ufeffoutput = "c"\n')
    assert project("generate").code == 0
    assert (project.folder / "c").is_dir()
