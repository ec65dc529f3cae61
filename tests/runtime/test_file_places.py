"""Where output files may come from, and what they are called here."""

from __future__ import annotations

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.download.hosts import host_names, refusal_reason
from runcomfy_runtime.download.save import file_name
from runcomfy_runtime.files import File

BASE = "https://model-api.runcomfy.net"


@pytest.mark.parametrize(
    "url",
    [
        "https://files.runcomfy.net/a.png",
        "https://a.b.runcomfy.com/a?sig=x",
        "https://RUNCOMFY.net/a",
        f"{BASE}/files/a",
        "https://cdn.example.org/a",
        "https://files.runcomfy.net./a",
        "https://files.runcomfy.net:8443/a",
    ],
)
def test_allowed_hosts_are_allowed(url: str) -> None:
    assert refusal_reason(url, BASE, ["example.org"]) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://files.runcomfy.net/a.png",
        "https://evilruncomfy.net/a",
        "https://runcomfy.net.evil.com/a",
        "https://user@files.runcomfy.net/a",
        "https://a\\@files.runcomfy.net/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://evil.com#.runcomfy.net",
        "file:///etc/passwd",
        "https:///a",
        "https://runcomfy.net:99999/",
        "https://r\u00fcncomfy.net/",
        "https://files.runcomfy.net/a b",
        "https://evil-runcomfy.net/a",
        "https://runcomfy.net.evil.com./a",
        "https://files.runcomfy.net:443@evil.com/",
        "https://evil.com%2f.runcomfy.net/",
        "https://evil.com%00.runcomfy.net/",
        "https://xn--runcomfy-9za.net/",
        "https://.runcomfy.net/",
        "https://..runcomfy.net/",
        "https://runcomfy.net../",
        "https://files.runcomfy.net\t.evil.com/",
        "https://@model-api.runcomfy.net/a",
        "https://user@model-api.runcomfy.net/a",
        "https://[files.runcomfy.net]/a",
        "https://[::1",
        "//files.runcomfy.net/a",
        "https:files.runcomfy.net/a",
        "http://model-api.runcomfy.net/a",
    ],
)
def test_other_hosts_are_refused(url: str) -> None:
    assert refusal_reason(url, BASE, []) is not None


def test_allowed_hosts_may_be_given_as_people_write_them() -> None:
    assert host_names("cdn.example.org") == ("cdn.example.org",)
    assert host_names(["Example.ORG.", "b\u00fccher.example"]) == (
        "example.org",
        "xn--bcher-kva.example",
    )


@pytest.mark.parametrize(
    "host",
    ["", ".", "*.example.org", "https://example.org", "a/b", "a b", "\u2603" * 99],
)
def test_a_host_that_would_never_match_is_refused(host: str) -> None:
    with pytest.raises(errors.DownloadError, match="not a host name"):
        host_names([host])


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://h/../../etc/passwd", "r-1.png"),
        ("https://h/a.PNG?x=../y", "r-1.png"),
        ("https://h/a.exe", "r-1.png"),
        ("https://h/a.mp4/", "r-1.png"),
        ("https://h/CON.webp", "r-1.webp"),
        ("https://[bad/a.png", "r-1.png"),
    ],
)
def test_a_server_chooses_no_name(url: str, name: str) -> None:
    assert file_name("r", 0, File(url, "image", "/image")) == name
