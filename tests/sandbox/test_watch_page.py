"""The watch page, in a real browser where there is one."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runcomfy_codegen.sandbox import Sandbox
from runcomfy_codegen.sandbox.sample_media import jpeg, mp3, ogg, png, webp

from .browser import CHROMIUM, Browser, browser
from .conftest import (
    EDIT,
    IMAGE_TO_VIDEO,
    INPUTS,
    MODELS,
    MUSIC,
    ODD,
    SEEDANCE,
    Caller,
)

HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"

in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def watched() -> Iterator[Sandbox]:
    with Sandbox(MODELS, drive="steps", validation="off") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def tab(
    watched: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    with browser(Path(tmp_path_factory.mktemp("profile"))) as opened:
        opened.open(f"{watched.url}/#{watched.secret}")
        opened.until("document.readyState === 'complete'")
        yield opened


def word(request_id: str) -> str:
    """A script that gives the status shown for a job."""
    return f"(document.querySelector('#job-{request_id} .word')?.textContent ?? '')"


def click(tab: Browser, request_id: str, label: str) -> None:
    tab.value(
        f"[...document.querySelectorAll('#job-{request_id} button')]"
        f".find((button) => button.textContent === '{label}').click()"
    )


@in_a_browser
def test_a_job_is_pushed_through_from_the_page(watched: Sandbox, tab: Browser) -> None:
    request_id = Caller(watched.api).submit()["request_id"]
    tab.until(f"{word(request_id)}.startsWith('in_queue (')")
    before = tab.value(word(request_id))
    click(tab, request_id, "Step")
    tab.until(f"{word(request_id)} !== '{before}'")
    assert str(tab.value(word(request_id))).startswith("in_queue (")
    click(tab, request_id, "Step")
    tab.until(f"{word(request_id)} === 'in_progress'")
    click(tab, request_id, "Step")
    tab.until(f"{word(request_id)} === 'completed'")
    tab.until(f"document.querySelector('#job-{request_id} img')?.naturalWidth === 1024")
    assert (
        tab.value(f"document.querySelectorAll('#job-{request_id} button').length") == 0
    )


@in_a_browser
def test_a_job_is_cancelled_from_the_page(watched: Sandbox, tab: Browser) -> None:
    caller = Caller(watched.api)
    accepted = caller.submit()
    request_id = accepted["request_id"]
    tab.until(f"{word(request_id)}.startsWith('in_queue')")
    click(tab, request_id, "Cancel")
    tab.until(f"{word(request_id)} === 'cancelled'")
    assert caller.get(accepted["status_url"])["status"] == "cancelled"


@in_a_browser
@pytest.mark.parametrize(
    ("model_id", "script"),
    [
        (SEEDANCE, "document.querySelector('#job-{} video')?.videoWidth === 1280"),
        (
            IMAGE_TO_VIDEO,
            "document.querySelector('#job-{} video')?.videoHeight === 720",
        ),
        (MUSIC, "document.querySelector('#job-{} audio')?.duration === 5"),
    ],
)
def test_the_made_films_and_sounds_can_be_played(
    watched: Sandbox, tab: Browser, model_id: str, script: str
) -> None:
    request_id = Caller(watched.api).submit(model_id)["request_id"]
    for _ in range(3):
        watched.step(request_id)
    tab.until(script.format(request_id))


@in_a_browser
@pytest.mark.parametrize("made", [png, jpeg, webp])
def test_the_made_pictures_can_be_seen(
    tab: Browser, made: Callable[..., bytes]
) -> None:
    url = "data:image/x;base64," + base64.b64encode(made(300, 200, 0.5)).decode()
    script = """(async () => {
        const picture = new Image();
        picture.src = "%s";
        await picture.decode();
        return [picture.naturalWidth, picture.naturalHeight];
    })()"""
    assert tab.value(script % url) == [300, 200]


@in_a_browser
@pytest.mark.parametrize(("made", "kind"), [(mp3, "mpeg"), (ogg, "ogg")])
def test_a_made_silence_can_be_played(
    tab: Browser, made: Callable[[float], bytes], kind: str
) -> None:
    url = f"data:audio/{kind};base64," + base64.b64encode(made(3.6)).decode()
    script = """new Promise((resolve) => {
        const sound = new Audio("%s");
        sound.onloadedmetadata = () => resolve(Math.round(sound.duration * 10));
        sound.onerror = () => resolve(sound.error.message);
    })"""
    assert tab.value(script % url) == 36


@in_a_browser
def test_what_a_request_says_is_text_and_never_markup(
    watched: Sandbox, tab: Browser
) -> None:
    request_id = Caller(watched.api).submit(prompt=HOSTILE)["request_id"]
    tab.until(
        f"document.querySelector('#job-{request_id} pre')?.textContent.includes('taken')"
    )
    assert tab.value("document.title") == "RunComfy sandbox"
    assert tab.value("document.scripts.length") == 1
    assert tab.value(f"document.querySelectorAll('#job-{request_id} img').length") == 0


@in_a_browser
def test_an_inline_picture_is_shown_and_one_elsewhere_is_not_fetched(
    watched: Sandbox, tab: Browser
) -> None:
    inline = "data:image/png;base64," + base64.b64encode(png(20, 10, 0.5)).decode()
    urls = [inline, "https://example.com/elsewhere.png"]
    request_id = Caller(watched.api).submit(image_urls=urls)["request_id"]
    tab.until(f"document.querySelector('#job-{request_id} img')?.naturalWidth === 20")
    fetched = tab.value(
        "performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    assert len(fetched) > 2
    assert all(name.startswith((watched.url, "blob:", "data:")) for name in fetched)


@in_a_browser
@pytest.mark.parametrize(("kind", "suffix"), [("jpeg", "jpg"), ("webp", "webp")])
def test_pictures_of_every_format_are_pictures_on_the_page(
    watched: Sandbox, tab: Browser, kind: str, suffix: str
) -> None:
    given = INPUTS[ODD] | {"output_format": kind}
    caller = Caller(watched.api)
    path = "/v1/models/" + ODD.replace(" ", "%20")
    request_id = caller.send("POST", path, given).json()["request_id"]
    for _ in range(3):
        watched.step(request_id)
    picture = f"document.querySelector('#job-{request_id} img')"
    tab.until(f"{picture}?.naturalWidth === 2160")
    assert str(tab.value(f"{picture}.src")).startswith("blob:")
    (file,) = (
        Caller(watched.api)
        .send("GET", f"/sandbox/jobs/{request_id}", x_sandbox_secret=watched.secret)
        .json()["files"]
    )
    assert file.endswith(f"/0.{suffix}")
    assert (
        tab.value(f"document.querySelectorAll('#job-{request_id} audio').length") == 0
    )


@in_a_browser
def test_a_large_inline_picture_and_one_deep_inside_are_shown_too(
    watched: Sandbox, tab: Browser
) -> None:
    small = base64.b64encode(png(20, 10, 0.5)).decode()
    large = base64.b64encode(png(30, 10, 0.5) + bytes(300_000)).decode()
    deep = {"elements": [{"image": f"data:image/png;base64,{small}"}]}
    given = INPUTS[ODD] | {"more": [f"data:image/png;base64,{large}"], "deep": deep}
    path = "/v1/models/" + ODD.replace(" ", "%20")
    request_id = Caller(watched.api).send("POST", path, given).json()["request_id"]
    widths = f"[...document.querySelectorAll('#job-{request_id} .inputs img')]"
    widths += ".map((picture) => picture.naturalWidth)"
    tab.until(f"String({widths}) === '30,20'")


@in_a_browser
def test_after_a_reset_the_same_id_is_shown_as_the_other_job_that_it_is(
    tmp_path: Path,
) -> None:
    with Sandbox(MODELS, drive="steps") as sandbox, browser(tmp_path) as tab:
        tab.open(sandbox.watch_url)
        ids: list[str] = []
        for prompt in ("The first", "The second"):
            ids.append(Caller(sandbox.api).submit(prompt=prompt)["request_id"])
            shown = f"document.querySelector('#job-{ids[-1]} pre')?.textContent"
            tab.until(f"({shown} ?? '').includes('{prompt}')")
            sandbox.reset()
        tab.until("document.querySelectorAll('article').length === 0")
    assert ids[0] == ids[1]


@in_a_browser
def test_a_refused_button_says_so(watched: Sandbox, tab: Browser) -> None:
    caller = Caller(watched.api)
    accepted = caller.submit(prompt="Gone")
    request_id = accepted["request_id"]
    tab.until(f"{word(request_id)}.startsWith('in_queue')")
    tab.value(
        "window.fetched = fetch; window.fetch = (url, options) =>"
        " url.includes('/cancel') ? fetched('/sandbox/jobs/unknown/cancel', options)"
        " : fetched(url, options)"
    )
    click(tab, request_id, "Cancel")
    said = "document.querySelector('#problem:not([hidden])')?.textContent"
    tab.until(f"({said} ?? '').includes('There is no request')")
    tab.value("window.fetch = window.fetched")
    click(tab, request_id, "Cancel")
    tab.until(f"{word(request_id)} === 'cancelled' && !({said})")


@in_a_browser
def test_without_the_secret_the_page_shows_nothing_and_says_how_to_get_it(
    tmp_path: Path,
) -> None:
    with Sandbox(MODELS) as sandbox, browser(tmp_path) as tab:
        Caller(sandbox.api).submit(prompt="Private")
        tab.open(sandbox.url)
        tab.until("document.querySelector('#hint:not([hidden])') !== null")
        assert tab.value("document.querySelectorAll('article').length") == 0
        entries = "performance.getEntriesByType('resource').map((entry) => entry.name)"
        assert not [name for name in tab.value(entries) if "/sandbox/" in name]


@in_a_browser
def test_the_bill_marks_what_was_submitted_twice(
    watched: Sandbox, tab: Browser
) -> None:
    caller = Caller(watched.api, token="twice")
    for _ in range(2):
        caller.submit(EDIT, prompt="The same again")
    tab.until("document.querySelectorAll('#bill tr.again').length > 0")
    assert "the input of an earlier job" in tab.value(
        "document.querySelector('#summary').textContent"
    )


def test_the_page_may_load_nothing_from_elsewhere(caller: Caller) -> None:
    page = caller.send("GET", "/", authorization="")
    policy = page.header("content-security-policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert b"http://" not in page.body
    assert b"https://" not in page.body


def test_a_list_tells_no_inputs_and_a_job_alone_tells_long_ones_in_short(
    caller: Caller,
) -> None:
    url = "data:image/png;base64," + "A" * 300_000
    request_id = caller.submit(image_urls=[url])["request_id"]
    (job,) = caller.get("/sandbox/jobs")["jobs"]
    assert "input" not in job
    assert job["input_characters"] > 300_000
    result = caller.get(f"/sandbox/jobs/{request_id}")
    assert len(result["input"]["image_urls"][0]) < 2100
    (file,) = result["inline"]
    answer = caller.send("GET", file["path"])
    assert (answer.header("content-type"), len(answer.body)) == ("image/png", 225_000)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("data:image/svg+xml;base64,AAAA", None),
        ("data:text/html,<script>1</script>", None),
        ("https://example.com/a.png", None),
        ("data:image/png;base64,A", 404),
        ("DATA:Image/PNG,%41", 200),
    ],
)
def test_only_files_that_a_browser_just_shows_are_shown(
    caller: Caller, text: str, status: int | None
) -> None:
    request_id = caller.submit(image_urls=[text])["request_id"]
    answer = caller.get(f"/sandbox/jobs/{request_id}")["inline"]
    assert [caller.send("GET", file["path"]).status for file in answer] == (
        [] if status is None else [status]
    )
    for number in ("1", "x", "-1", "²", "9" * 99):
        path = f"/sandbox/jobs/{request_id}/inline/{number}"
        assert caller.send("GET", path).status == 404


def test_lists_of_control_calls_are_as_long_as_asked(caller: Caller) -> None:
    ids = [caller.submit()["request_id"] for _ in range(5)]
    jobs = caller.get("/sandbox/jobs?limit=2")
    assert [job["request_id"] for job in jobs["jobs"]] == ids[-2:]
    assert jobs["total"] == 5
    bill = caller.get("/sandbox/ledger?limit=0")
    assert (bill["rows"], bill["total"], bill["repeated"]) == ([], 5, 4)
    assert caller.send("GET", "/sandbox/journal?limit=-1").status == 400


@in_a_browser
def test_watching_meets_no_fault_and_writes_nothing_down(
    watched: Sandbox, tab: Browser
) -> None:
    caller = Caller(watched.api)
    accepted = caller.submit(prompt="A boat [sandbox: expired-file first=1]")
    request_id = accepted["request_id"]
    for _ in range(3):
        watched.step(request_id)
    tab.until(f"document.querySelector('#job-{request_id} img')?.naturalWidth === 1024")
    assert watched.journal(action="file", request_id=request_id) == []
    assert watched.journal(action="page") + watched.journal(action="none") == []
    (url,) = caller.get(accepted["result_url"])["output"].values()
    assert [caller.send("GET", url).status for _ in range(2)] == [403, 200]


def test_an_output_is_looked_at_with_the_secret_alone(caller: Caller) -> None:
    accepted = caller.submit(prompt="A boat [sandbox: expired-file]")
    path = f"/sandbox/jobs/{accepted['request_id']}/files/0.png"
    assert caller.send("GET", path).status == 404
    caller.clock.advance(10)
    (url,) = caller.get(accepted["result_url"])["output"].values()
    assert caller.send("GET", url).status == 403
    shown = caller.send("GET", path)
    assert (shown.status, shown.body[:4]) == (200, b"\x89PNG")
    assert shown.header("content-security-policy") == "default-src 'none'"
    assert caller.send("GET", path, x_sandbox_secret="wrong").status == 403
    assert len(list(caller.api.journal.entries(action="file"))) == 1
