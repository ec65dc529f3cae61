"""The watch page, in a real browser where there is one."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runcomfy_codegen.sandbox import Sandbox
from runcomfy_codegen.sandbox.media.jpeg import jpeg
from runcomfy_codegen.sandbox.media.mp3 import mp3
from runcomfy_codegen.sandbox.media.png import png
from runcomfy_codegen.sandbox.media.webp import webp

from .browser import CHROMIUM, Browser, browser
from .conftest import EDIT, IMAGE_TO_VIDEO, MODELS, MUSIC, SEEDANCE, Caller

HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"

in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def watched() -> Iterator[Sandbox]:
    with Sandbox(MODELS, drive="steps") as sandbox:
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
    for _ in range(2):
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
def test_a_made_mp3_can_be_played(tab: Browser) -> None:
    url = "data:audio/mpeg;base64," + base64.b64encode(mp3(3.6)).decode()
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
    assert all(name.startswith((watched.url, "data:")) for name in fetched)


@in_a_browser
def test_the_bill_marks_what_was_submitted_twice(
    watched: Sandbox, tab: Browser
) -> None:
    caller = Caller(watched.api, token="twice")
    for _ in range(2):
        caller.submit(EDIT, prompt="The same again")
    tab.until("document.querySelectorAll('#bill tr.again').length > 0")
    assert "accepted before" in tab.value(
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


def test_a_job_with_a_huge_input_is_told_without_it(caller: Caller) -> None:
    caller.submit(image_urls=["data:image/png;base64," + "A" * 300_000])
    (job,) = caller.get("/sandbox/jobs")["jobs"]
    assert job["input"] is None
    assert job["input_characters"] > 300_000


def test_lists_of_control_calls_are_as_long_as_asked(caller: Caller) -> None:
    ids = [caller.submit()["request_id"] for _ in range(5)]
    jobs = caller.get("/sandbox/jobs?limit=2")
    assert [job["request_id"] for job in jobs["jobs"]] == ids[-2:]
    assert jobs["total"] == 5
    bill = caller.get("/sandbox/ledger?limit=0")
    assert (bill["rows"], bill["total"], bill["repeated"]) == ([], 5, 4)
    assert caller.send("GET", "/sandbox/journal?limit=-1").status == 400
