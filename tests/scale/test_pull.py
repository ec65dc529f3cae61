"""``pull``: the catalog of a real server on this machine, as the tool would find it."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from runcomfy_codegen.errors import CodegenError
from runcomfy_codegen.sandbox import Sandbox
from runcomfy_codegen.workspace.live_catalog import LiveCatalog, is_complete
from runcomfy_runtime.access import Token
from runcomfy_runtime.client_config import ServerAccess
from runcomfy_runtime.http.httpx_transport import HttpxTransport
from support.built_models import model_of
from support.command_line import Answer, Shell, entry

TOKEN = "a-secret-token-of-a-user"
IDS = [f"acme/model-{number}" for number in range(7)]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"prompt": {"type": "string", "maxLength": 80}},
}


def sandbox_of(*model_ids: str, **changed: Any) -> Sandbox:
    models = {each: model_of(SCHEMA, each) for each in model_ids}
    entries = {each: {"model_id": each, "input_schema": SCHEMA} for each in model_ids}
    return Sandbox(models, entries={**entries, **changed})


def pull(shell: Shell, url: str, *arguments: str) -> Answer:
    environment = {"RUNCOMFY_BASE_URL": url, "RUNCOMFY_TOKEN": TOKEN}
    answer = shell("pull", *arguments, environment=environment)
    assert TOKEN not in answer.out + answer.err
    return answer


def stored(shell: Shell) -> list[str]:
    return [name.removesuffix("/en.json") for name in shell.files("schemas")]


def test_every_model_of_the_catalog_is_stored_and_generates(shell: Shell) -> None:
    with sandbox_of(*IDS) as served:
        answer = pull(shell, served.url)
    assert (answer.code, answer.err) == (0, "")
    assert stored(shell) == IDS
    assert shell("generate", "--output", "client").code == 0


def test_only_what_changed_is_written(shell: Shell) -> None:
    with sandbox_of(*IDS) as served:
        pull(shell, served.url)
    times = {path: path.stat().st_mtime_ns for path in shell.folder.rglob("*.json")}
    changed = {"model_id": IDS[2], "input_schema": {**SCHEMA, "required": ["prompt"]}}
    with sandbox_of(*IDS, **{IDS[2]: changed}) as served:
        answer = pull(shell, served.url)
    assert f"structure changed  {IDS[2]} (en)" in answer.out
    touched = [path for path in times if path.stat().st_mtime_ns != times[path]]
    assert touched == [shell.folder / "schemas" / IDS[2] / "en.json"]


def test_a_model_that_is_gone_is_told_and_only_pruned_on_demand(shell: Shell) -> None:
    with sandbox_of(*IDS) as served:
        pull(shell, served.url)
    with sandbox_of(*IDS[1:]) as served:
        result = pull(shell, served.url)
        assert f"gone from the catalog {IDS[0]}" in result.out
        assert stored(shell) == IDS
        answer = pull(shell, served.url, "--prune", "--format", "json")
    assert (answer.json["gone"], answer.json["pruned"]) == ([IDS[0]], True)
    assert stored(shell) == IDS[1:]


def test_what_pages_gave_is_never_pruned(shell: Shell) -> None:
    from runcomfy_codegen.resources import demo_pages

    shell("import", *demo_pages())
    before = shell.files("schemas")
    with sandbox_of(*IDS) as served:
        pull(shell, served.url, "--prune")
    assert before.items() <= shell.files("schemas").items()


def test_a_model_that_is_gone_goes_with_the_texts_of_its_pages(shell: Shell) -> None:
    with sandbox_of(*IDS) as served:
        pull(shell, served.url)
    english = shell.folder / "schemas" / IDS[0] / "en.json"
    result = json.loads(english.read_text("utf-8"))
    result["locale"], result["provenance"]["form"] = "ru", "page"
    english.with_name("ru.json").write_text(json.dumps(result), "utf-8")
    with sandbox_of(*IDS[1:]) as served:
        answer = pull(shell, served.url, "--prune")
    assert f"removed            {IDS[0]}" in answer.out
    assert not [name for name in shell.files("schemas") if name.startswith(IDS[0])]


def test_an_empty_catalog_prunes_nothing(shell: Shell) -> None:
    with sandbox_of(*IDS) as served:
        pull(shell, served.url)
    with sandbox_of() as served:
        answer = pull(shell, served.url, "--prune")
    assert answer.code == 3
    assert "nothing was removed" in answer.err
    assert stored(shell) == IDS


def test_single_models_are_read_by_their_ids(shell: Shell) -> None:
    with sandbox_of(*IDS) as served:
        assert pull(shell, served.url, IDS[3], IDS[5]).code == 0
    assert stored(shell) == [IDS[3], IDS[5]]


def test_an_id_that_the_catalog_lacks_does_not_keep_out_the_others(
    shell: Shell,
) -> None:
    with sandbox_of(*IDS) as served:
        answer = pull(shell, served.url, IDS[3], "acme/nobody", IDS[5])
    assert answer.code == 2
    assert "acme/nobody" in answer.err
    assert stored(shell) == [IDS[3], IDS[5]]


def test_without_a_token_the_variables_are_named(shell: Shell) -> None:
    answer = shell("pull", environment={"RUNCOMFY_TOKEN": ""})
    assert answer.code == 3
    assert "RUNCOMFY_TOKEN" in answer.err


def test_a_server_that_is_not_there_is_said_so() -> None:
    pauses: list[float] = []
    with closing(HttpxTransport()) as transport:
        access = ServerAccess("http://127.0.0.1:9", Token(TOKEN))
        with pytest.raises(CodegenError, match=r"127\.0\.0\.1:9"):
            LiveCatalog(transport, access, 2, pauses.append).one(IDS[0])
    assert len(pauses) == 4


class Script:
    """A server that gives these answers in turn: status, headers, body."""

    def __init__(self, *answers: tuple[int, dict[str, str], Any]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.pauses: list[float] = []

    def __enter__(self) -> LiveCatalog:
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                script.asked.append(self.path)
                status, headers, body = script.answers.pop(0)
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {
                    **headers,
                    "Content-Length": str(len(content)),
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._transport = HttpxTransport()
        access = ServerAccess(
            f"http://127.0.0.1:{self._server.server_port}", Token(TOKEN)
        )
        return LiveCatalog(self._transport, access, 2, self.pauses.append)

    def __exit__(self, *_: object) -> None:
        self._transport.close()
        self._server.shutdown()
        self._server.server_close()


def page(*ids: str, total: int) -> tuple[int, dict[str, str], Any]:
    return 200, {}, {"models": [entry(each) for each in ids], "total": total}


def read(live: LiveCatalog) -> list[str]:
    pages = live.every()
    return [model_id for each in pages for model_id in each.model_ids]


def test_pages_are_read_until_every_model_came() -> None:
    script = Script(page("a/1", "a/2", total=3), page("a/3", total=3))
    with script as live:
        assert read(live) == ["a/1", "a/2", "a/3"]
    assert [path.rpartition("offset=")[2] for path in script.asked] == ["0", "2"]
    assert script.pauses == []


def test_a_catalog_that_changes_between_pages_is_read_again() -> None:
    script = Script(
        page("a/1", "a/2", total=3),
        page("a/2", total=3),
        page("a/0", "a/1", total=4),
        page("a/2", "a/3", total=4),
    )
    with script as live:
        assert read(live) == ["a/0", "a/1", "a/2", "a/3"]


ODD = {
    "an id twice": [entry("a/1"), entry("a/2"), entry("a/1"), entry("a/4")],
    "no ids": [entry("a/1"), {}, {}, entry("a/4")],
    "no objects": [entry("a/1"), None, None, entry("a/4")],
}


@pytest.mark.parametrize("listed", ODD.values(), ids=ODD)
def test_one_odd_entry_does_not_hide_the_catalog(listed: list[Any]) -> None:
    answers = [
        (200, {}, {"models": listed[start : start + 2], "total": 4}) for start in (0, 2)
    ]
    with Script(*answers, *answers) as live:
        assert {"a/1", "a/4"} <= set(read(live))


def test_a_catalog_that_lists_less_than_it_says_is_read_to_its_end() -> None:
    answers = [page("a/1", "a/2", total=4), page("a/3", total=4), page(total=4)]
    with Script(*answers, *answers) as live:
        pages = live.every()
    assert [id_ for each in pages for id_ in each.model_ids] == ["a/1", "a/2", "a/3"]
    assert not is_complete(pages)


def test_an_answer_about_another_model_is_refused() -> None:
    with (
        Script((200, {}, entry("a/other"))) as live,
        pytest.raises(CodegenError) as item,
    ):
        live.one("a/1")
    assert "asked for 'a/1', the answer is about 'a/other'" in str(item.value)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_read_is_tried_again_when_the_server_says_so(status: int) -> None:
    script = Script(
        (status, {"Retry-After": "7"}, {"message": "soon"}), page("a/1", total=1)
    )
    with script as live:
        assert read(live) == ["a/1"]
    assert script.pauses == [7.0]


def test_a_refusal_is_told_at_once() -> None:
    refusal = {"error_code": 400004, "error_message": f"bad token {TOKEN}"}
    script = Script((400, {}, refusal))
    with script as live, pytest.raises(CodegenError, match="400004") as item:
        read(live)
    assert TOKEN not in str(item.value)
    assert script.pauses == []


def test_a_server_that_stays_away_is_given_up() -> None:
    script = Script(*[(503, {}, {"message": "maintenance"})] * 5)
    with script as live, pytest.raises(CodegenError, match="maintenance"):
        read(live)
    assert len(script.pauses) == 4


def test_what_is_no_catalog_is_refused() -> None:
    script = Script((200, {}, {"hello": "there"}))
    with script as live, pytest.raises(CodegenError, match="not a catalog"):
        read(live)
