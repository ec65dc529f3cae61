"""The watch page for a person: cards, filters, a phone, contrast, a thousand jobs."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import axe_core_python
import pytest

from runcomfy_codegen.sandbox import Sandbox

from .browser import CHROMIUM, Browser, browser
from .conftest import EDIT, INPUTS, MODELS, MUSIC, SEEDANCE, Caller

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

CONTRAST = """(() => {
    const parts = (text) => text.match(/[\\d.]+/g).map(Number);
    const over = ([r, g, b, a = 1], below) =>
        [r, g, b].map((value, at) => value * a + below[at] * (1 - a));
    const ground = (node) => node
        ? over(parts(getComputedStyle(node).backgroundColor), ground(node.parentElement))
        : (matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255]);
    const light = (color) => color.map((value) => value / 255)
        .map((value) => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4)
        .reduce((sum, value, at) => sum + value * [.2126, .7152, .0722][at], 0);
    const ratio = (node) => {
        const below = ground(node);
        const { color } = getComputedStyle(node, node.placeholder ? "::placeholder" : null);
        const [one, two] = [light(over(parts(color), below)), light(below)];
        return (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
    };
    return [...document.querySelectorAll("body *")]
        .filter((node) => node.checkVisibility() && node.tagName !== "OPTION"
            && (node.placeholder || [...node.childNodes]
                .some((text) => text.nodeType === 3 && text.data.trim())))
        .map((node) => [node.tagName + "." + node.className, ratio(node)])
        .filter(([, value]) => value < 4.5);
})()"""
LANDMARKS = """({
    one: ["header", "main", "aside", "h1", "[role=search]"]
        .map((name) => document.querySelectorAll(name).length),
    outside: [...document.body.children]
        .filter((node) => !node.matches("header, main, aside, form, .columns, script, p[hidden]"))
        .map((node) => node.outerHTML),
    unnamed: [...document.querySelectorAll("input, select, button, img, audio, video")]
        .filter((node) => !(node.labels?.length || node.alt || node.ariaLabel
            || node.textContent.trim())).map((node) => node.outerHTML),
    ids: [...document.querySelectorAll("[id]")].length
        - new Set([...document.querySelectorAll("[id]")].map((node) => node.id)).size,
    unreachable: [...document.querySelectorAll("pre, .scroll")]
        .filter((node) => node.tabIndex !== 0).length,
})"""
SHOWN = "[...document.querySelectorAll('article:not([hidden])')].map((node) => node.id)"


@pytest.fixture(scope="module")
def ids() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def tab(
    tmp_path_factory: pytest.TempPathFactory, ids: dict[str, str]
) -> Iterator[Browser]:
    profile = Path(tmp_path_factory.mktemp("profile"))
    with Sandbox(MODELS, drive="steps") as sandbox, browser(profile) as opened:
        one, other = Caller(sandbox.api), Caller(sandbox.api, token="other")
        failing = "A storm [sandbox: failed-job]"
        ids["failed"] = one.submit(prompt=failing)["request_id"]
        ids["film"] = other.submit(SEEDANCE)["request_id"]
        for name in ("failed", "film"):
            for _ in range(3):
                sandbox.step(ids[name])
        cancelled = one.submit(MUSIC)
        ids["cancelled"] = cancelled["request_id"]
        one.send("POST", cancelled["cancel_url"])
        ids["queued"] = one.submit(EDIT, prompt="x" * 700)["request_id"]
        opened.open(sandbox.watch_url)
        opened.until("document.querySelectorAll('article').length === 4")
        yield opened


def choose(tab: Browser, name: str, value: str) -> list[str]:
    """What is shown after a filter is set."""
    tab.value(
        f"document.getElementById('by-{name}').value = '{value}';"
        "document.getElementById('filters').dispatchEvent(new Event('input'))"
    )
    shown: list[str] = tab.value(SHOWN)
    return [text.removeprefix("job-") for text in shown]


def test_the_newest_job_is_first_and_each_card_says_what_came_of_it(
    tab: Browser, ids: dict[str, str]
) -> None:
    names = ["queued", "cancelled", "film", "failed"]
    assert choose(tab, "text", "") == [ids[name] for name in names]
    texts = {
        name: tab.value(f"document.getElementById('job-{ids[name]}').textContent")
        for name in names
    }
    assert "in the queue" in texts["queued"]
    assert "US$ 0.0000" in texts["failed"]
    assert "could not finish" in texts["failed"]
    assert "US$ 0.2500" in texts["film"]
    for name in names:
        assert "accepted " in texts[name]
        assert ("took " in texts[name]) == (name != "queued")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("status", "failed", ["failed"]),
        ("model_id", EDIT, ["queued", "failed"]),
        ("text", "A STORM", ["failed"]),
        ("text", "could not finish", ["failed"]),
        ("text", "seedance", ["film"]),
        ("text", "nowhere", []),
    ],
)
def test_filters_show_how_many_of_how_many(
    tab: Browser, ids: dict[str, str], name: str, value: str, shown: list[str]
) -> None:
    assert choose(tab, name, value) == [ids[each] for each in shown]
    count = tab.value("document.getElementById('count').textContent")
    assert count == f"{len(shown)} of 4"
    choose(tab, name, "")


def test_each_account_is_a_choice(tab: Browser, ids: dict[str, str]) -> None:
    options = "document.getElementById('by-account').options"
    accounts = tab.value(f"[...{options}].map((option) => option.value)")
    assert len(accounts) == 3
    found = {tuple(choose(tab, "account", account)) for account in accounts[1:]}
    assert (ids["film"],) in found
    choose(tab, "account", "")


def show(tab: Browser, width: int, scheme: str) -> None:
    """Show the page at a width, in the light or in the dark."""
    feature = [{"name": "prefers-color-scheme", "value": scheme}]
    tab.call("Emulation.setEmulatedMedia", features=feature)
    tab.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=800,
        deviceScaleFactor=1,
        mobile=width < 500,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_width_scrolls_sideways_and_every_text_can_be_read(
    tab: Browser, width: int, scheme: str
) -> None:
    show(tab, width, scheme)
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert tab.value(CONTRAST) == []
    total = "document.getElementById('summary').getBoundingClientRect()"
    tab.value("scrollTo(0, 500)")
    assert tab.value(f"{total}.top") >= 0
    tab.value("scrollTo(0, 0)")
    if pictures := os.environ.get("WATCH_PICTURES"):
        data = tab.call("Page.captureScreenshot", format="png")["data"]
        name = f"watch-{width}-{scheme}.png"
        Path(pictures, name).write_bytes(base64.b64decode(data))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_core_finds_no_fault(tab: Browser, width: int, scheme: str) -> None:
    """Every rule of axe-core: contrast, landmarks, names, roles, order of headings."""
    show(tab, width, scheme)
    if not tab.value("typeof axe === 'object'"):
        source = Path(str(axe_core_python.__file__)).with_name("axe.min.js")
        # The page runs no script of others, so the browser runs it, not the page.
        tab.value(source.read_text("utf-8") + ";''")
    found = tab.value(
        "axe.run(document).then(({ violations, passes }) => ({ passed: passes"
        ".map((rule) => rule.id), faults: violations.map((rule) => [rule.id, ...rule.nodes"
        ".map((node) => node.html)]) }))"
    )
    assert found["faults"] == []
    assert {"color-contrast", "region", "landmark-one-main"} <= {*found["passed"]}


def test_landmarks_names_and_keyboard(tab: Browser) -> None:
    assert tab.value(LANDMARKS) == {
        "one": [1, 1, 1, 1, 1],
        "outside": [],
        "unnamed": [],
        "ids": 0,
        "unreachable": 0,
    }


def test_a_thousand_jobs_stay_fluid(tmp_path: Path) -> None:
    with Sandbox(MODELS, drive="steps", balance=1e6) as sandbox:
        caller = Caller(sandbox.api)
        for number in range(1000):
            caller.submit(prompt=f"Number {number}.")
        with browser(tmp_path) as tab:
            tab.open(sandbox.watch_url)
            tab.until("document.querySelectorAll('article').length === 1000", 60)
            assert len(choose(tab, "text", "number 77.")) == 1
            choose(tab, "text", "")
            spent = tab.value(
                "(() => { const begun = performance.now(); applyFilters();"
                " return performance.now() - begun; })()"
            )
            assert spent < 1000  # 10 ms where nothing else runs
            # Only cards in view read their inputs.
            read = "performance.getEntriesByType('resource').length"
            assert tab.value(read) < 100
        assert caller.send("POST", f"/v1/models/{EDIT}", INPUTS[EDIT]).status == 200
