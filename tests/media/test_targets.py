"""Reading URLs strictly: what is not plainly an allowed one is refused, with a reason."""

from __future__ import annotations

import random

import pytest

from runcomfy_runtime.media.errors import MediaError, MediaFault
from runcomfy_runtime.media.fetch.policy import FetchPolicy, FetchTarget, parse_target

POLICY = FetchPolicy()


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://Cdn.Example.COM", FetchTarget("https", "cdn.example.com", 443, "/")),
        ("HTTPS://a.test:443/x?y=1#z", FetchTarget("https", "a.test", 443, "/x?y=1")),
        ("https://a.test?y", FetchTarget("https", "a.test", 443, "/?y")),
        ("https://a.test#@127.0.0.1/", FetchTarget("https", "a.test", 443, "/")),
        ("https://a.test/#@b.test", FetchTarget("https", "a.test", 443, "/")),
        ("https://a.test#@127.0.0.1/x", FetchTarget("https", "a.test", 443, "/")),
        ("https://1.1.1.1/x", FetchTarget("https", "1.1.1.1", 443, "/x")),
        (
            "https://[2606:4700::0001]/x",
            FetchTarget("https", "2606:4700::1", 443, "/x"),
        ),
        (
            "https://a.test/b%20c/é",
            FetchTarget("https", "a.test", 443, "/b%20c/%C3%A9"),
        ),
        (
            "https://my_bucket.a.test/x",
            FetchTarget("https", "my_bucket.a.test", 443, "/x"),
        ),
    ],
)
def test_a_plain_url_is_read_into_its_parts(url: str, target: FetchTarget) -> None:
    assert parse_target(url, POLICY) == target


@pytest.mark.parametrize(
    "url",
    [
        *("", "boat.jpg", "/etc/passwd", "file:///etc/passwd", "ftp://a.test/x"),
        *("unix:///run/x", "http://a.test/x", "javascript:alert(1)", "https:/a.test"),
        *(
            "https://",
            "https:///x",
            "https://a..test/x",
            "https://.a.test/",
            "https://-a/",
        ),
        *(
            "https://user@a.test/",
            "https://user:password@a.test/",
            "https://a.test@127.0.0.1/",
        ),
        *("https://a.test\\@127.0.0.1/", "https://a.test/\\x", "https://a.test /x"),
        *(
            "https://a.test/x y",
            "https://127.0.0.1\t.a.test/",
            "https://a.test/x\r\nHost: b",
        ),
        *("https://%31%32%37.0.0.1/", "https://127。0。0。1/", "https://①②⑦.0.0.1/"),
        *(
            "https://[::1]a.test/",
            "https://[::1%25eth0]/",
            "https://[1::2::3]/",
            "https://[a]/",
        ),
        *("https://a.test./x", "https://a.test:0/", "https://a.test:65536/"),
        *(
            "https://a.test:1:2/",
            "https://a.test:/",
            "https://a.test:80/",
            "https://a.test:8443/",
        ),
        *("https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0/"),
        *("https://017700000001/", "https://127.0.0.0x1/", "https://1.2.3.4.5/"),
        *(
            "https://a.test/\ud800",
            "https://\udfff.test/",
            "https://[::1/x",
            "https://[x]/",
        ),
        "https://a.test/" + "x" * 9000,
        "https://" + "a" * 300 + "/",
    ],
)
def test_a_url_that_is_not_plainly_allowed_is_refused(url: str) -> None:
    with pytest.raises(MediaError) as caught:
        parse_target(url, POLICY)
    assert caught.value.fault is MediaFault.REFUSED
    assert len(str(caught.value)) < 300


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(MediaError) as caught:
        parse_target("https://me:s3cret@a.test/", POLICY)
    assert "s3cret" not in str(caught.value)


def test_a_private_origin_is_let_through_by_host_and_port_only() -> None:
    policy = FetchPolicy(private=frozenset({"store.lan:8000"}))
    assert parse_target("http://store.lan:8000/x", policy).port == 8000
    for url in (
        "http://store.lan:8001/x",
        "http://store.lan/x",
        "http://x.store.lan:8000/",
    ):
        with pytest.raises(MediaError):
            parse_target(url, policy)


def test_plain_http_needs_a_word_of_its_own() -> None:
    policy = FetchPolicy(allow_http=True)
    assert parse_target("http://a.test/x", policy).url == "http://a.test/x"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/other", "https://a.test/other"),
        ("next.png?x=1", "https://a.test/folder/next.png?x=1"),
        ("//b.test/x", "https://b.test/x"),
        ("https://b.test/x", "https://b.test/x"),
        ("?y", "https://a.test/folder/file?y"),
    ],
)
def test_a_redirect_is_resolved_against_the_url_it_came_from(
    location: str, url: str
) -> None:
    start = parse_target("https://a.test/folder/file", POLICY)
    assert start.follow(location, POLICY).url == url


@pytest.mark.parametrize(
    "location",
    [
        *(
            "http://a.test/",
            "file:///etc/passwd",
            "https://u@a.test/",
            "https://a.test:22/",
        ),
        *(
            "//127.1/",
            "https://a.test\\@b.test/",
            "/x\ty",
            "data:image/png;base64,AAAA",
        ),
        *("https://[x]/", "//[::1", "//[", "https://]/", "/\ud800", "//a\u2100b/"),
    ],
)
def test_a_redirect_to_anything_else_is_refused(location: str) -> None:
    start = parse_target("https://a.test/file", POLICY)
    with pytest.raises(MediaError) as caught:
        start.follow(location, POLICY)
    assert caught.value.fault is MediaFault.REFUSED


def test_a_redirect_from_https_to_http_is_refused_even_where_http_is_allowed() -> None:
    policy = FetchPolicy(allow_http=True)
    start = parse_target("https://a.test/", policy)
    with pytest.raises(MediaError, match="plain http"):
        start.follow("http://a.test/", policy)


PARTS = (
    *"/:@[]?#.%\\-_a1xX;",
    *("//", "https:", "http:", "::", "[::1]", "127.0.0.1", "xn--", "a.test", "%00"),
    *("\t", "\x85", "\xa0", "é", "①", "℀", "\u2044", "\ufeff", "\ud800", "\u3002"),
)


def test_whatever_is_given_as_a_url_is_a_plain_target_or_refused() -> None:
    """A target is what goes over the wire: ASCII, without what could end its line."""
    start = parse_target("https://a.test/x?y", POLICY)
    found = 0
    for seed in range(20_000):
        chance = random.Random(seed)
        text = "".join(chance.choice(PARTS) for _ in range(chance.randint(1, 9)))
        for read in (parse_target, start.follow):
            try:
                target = read(
                    text if read == start.follow else "https://" + text, POLICY
                )
            except MediaError as error:
                assert error.fault is MediaFault.REFUSED, seed
                assert str(error).isprintable(), seed
                continue
            found += 1
            assert target.url.isascii(), seed
            assert not set(target.url) & set(" \t\r\n\\#"), seed
            assert parse_target(target.url, POLICY) == target, seed
    assert found > 1000
