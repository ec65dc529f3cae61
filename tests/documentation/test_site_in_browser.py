"""The site as a reader sees it: from a disk, below a path, wide and narrow, light and dark."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sandbox.browser import CHROMIUM, Browser, browser

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

WIDTHS = {"desktop": (1280, 800), "phone": (390, 844)}
# Pages with wide tables, long code, deep headings and long words.
PAGES = (
    *("index.html", "many-machines.html", "sandbox.html", "reference/client.html"),
    "models/bytedance/dreamina-3-0/pro/image-to-video.html",
)
# Ids of models in four columns: the table scrolls in its own box.
WIDE = {"limits-table.html"}
TOO_WIDE = """[...document.querySelectorAll(".md-content *")].filter((node) =>
    node.getBoundingClientRect().right > innerWidth + 1 && !node.closest("pre")).map((node) => node.outerHTML.slice(0, 80))"""
# The search is in a shadow tree, below an element without a name.
SEARCH_TREE = "[...document.body.children].find((node) => node.shadowRoot)?.shadowRoot"
SEARCH = """(async () => {
    const later = async (value) => {
        for (let tries = 0; tries < 200; tries++) {
            const found = value();
            if (found) return found;
            await new Promise((done) => setTimeout(done, 50));
        }
        throw new Error("waited too long: " + value);
    };
    (await later(() => document.querySelector("button.md-search__button"))).click();
    const tree = await later(() => TREE);
    const field = await later(() => tree.querySelector("input"));
    field.value = "WORD";
    field.dispatchEvent(new Event("input", {bubbles: true}));
    await later(() => tree.querySelector("a[href]"));
    return [...tree.querySelectorAll("a[href]")].map((a) => a.href + " " + a.textContent);
})()""".replace("TREE", SEARCH_TREE)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        opened.open("about:blank")
        yield opened


def show(tab: Browser, url: str) -> None:
    tab.call("Page.navigate", url="about:blank")
    tab.until("location.href == 'about:blank'")
    tab.call("Page.navigate", url=url)
    tab.until("location.href != 'about:blank' && document.readyState == 'complete'")


def address(built: Path, page: str) -> str:
    return (built / "site" / page).as_uri()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(
    tab: Browser, built: Path, width: str, long_run: bool
) -> None:
    wide, high = WIDTHS[width]
    size = {"width": wide, "height": high, "deviceScaleFactor": 1}
    tab.call("Emulation.setDeviceMetricsOverride", mobile=width == "phone", **size)
    every = (built / "site").rglob("*.html") if long_run else ()
    pages = [str(path.relative_to(built / "site")) for path in every] or PAGES
    for page in pages:
        show(tab, address(built, page))
        assert tab.value("document.documentElement.scrollWidth <= innerWidth"), page
        if page not in WIDE:
            assert tab.value(TOO_WIDE) == [], page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_has_the_colours_of_the_system(
    tab: Browser, built: Path, scheme: str
) -> None:
    wanted = [{"name": "prefers-color-scheme", "value": scheme}]
    tab.call("Emulation.setEmulatedMedia", features=wanted)
    show(tab, address(built, "client.html"))
    color = tab.value("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)")
    assert (sum(map(int, color[:3])) > 3 * 128) == (scheme == "light")


@pytest.fixture
def served(built: Path) -> Iterator[str]:
    """The address of the site below a path of a server, which is how a project's page is."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Print nothing."""

    handler = partial(Quiet, directory=str(built))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/site/"
        server.shutdown()


@pytest.mark.parametrize("place", ["disk", "server"])
def test_the_search_finds_pages_and_runs_nothing(
    tab: Browser, built: Path, served: str, place: str
) -> None:
    root = served if place == "server" else address(built, "")
    page = "how-to/fastapi.html"
    show(tab, f"{root.rstrip('/')}/{page}")
    assert tab.value("[...document.styleSheets].length") >= 2
    found = tab.value(SEARCH.replace("WORD", "total_concurrency"))
    assert any("client.html" in each for each in found), found
    show(tab, f"{root.rstrip('/')}/{page}")
    found = tab.value(SEARCH.replace("WORD", "onmouseover"))
    assert any("models/evil" in each for each in found), found
    assert "<b onmouseover=stolen>" in " ".join(found)
    inside = (
        "document.querySelectorAll('.md-search b, .md-search img, .md-search script')"
    )
    assert tab.value(f"{inside}.length") == 0
    assert tab.value("window.stolen") is None


def test_the_page_of_a_hostile_model_runs_nothing(tab: Browser, built: Path) -> None:
    [path] = (built / "site" / "models" / "evil").rglob("*.html")
    show(tab, path.as_uri())
    assert tab.value("window.stolen") is None
    assert tab.value("document.querySelectorAll('.md-content img').length") == 0
    assert "<script>window.stolen = 1</script>" in tab.value("document.body.innerText")
    assert "<b onmouseover=stolen>" in tab.value("document.title")


def test_a_reader_fetches_nothing_from_elsewhere(tab: Browser, served: str) -> None:
    for page in ("index.html", "models/index.html", "sandbox.html"):
        show(tab, f"{served}{page}")
        names = tab.value("performance.getEntriesByType('resource').map((e) => e.name)")
        assert names
        assert [name for name in names if not name.startswith(served)] == []
