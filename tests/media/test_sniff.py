"""Saying what content is that nobody here reads: unsupported, or no media at all."""

from __future__ import annotations

from struct import pack

import pytest

from media import specimens as made
from runcomfy_runtime.media.errors import MediaError, MediaFault, MediaUnsupported
from runcomfy_runtime.media.prober import probe


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(20), "JPEG 2000"),
        (b"\xff\x0a" + bytes(20), "JPEG XL"),
        (b"FORM" + pack(">I", 99) + b"AIFF" + bytes(20), "AIFF"),
        (b"FLV\x01" + bytes(20), "Flash"),
        ((b"G" + bytes(187)) * 3, "MPEG transport stream"),
        (b"\xff\xf1\x50\x80" + bytes(20), "AAC"),
        (b"\xff\xfd\x90\x04" + bytes(20), "Layer I or II"),
        (b"P6 100 100 255\n" + bytes(20), "PNM"),
        (b"8BPS" + bytes(20), "Photoshop"),
        (b"RIFX" + bytes(20), "RIFF"),
        (b"\0\0\x02\0\x01\0" + bytes(20), "cursor"),
        (b'<?xml version="1.0"?><svg xmlns="x">', "SVG"),
        (bytes(2) + b"\x02" + bytes(9) + pack("<HHBB", 2, 2, 24, 0) + bytes(12), "TGA"),
        (b"\xff\xfe" + bytes(20), "Layer I or II"),
        (b"/* XPM */\nstatic char * boat[] = {", "XPM"),
        (b"#define boat_width 16\n", "XBM"),
        (b"\n#define boat_width 16\n#define boat_height 16\n", "XBM"),
        (b"/* by hand */\n#define boat_width 16\n", "XBM"),
        (b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'\xef\xbb\xbf<svg width="3"/>', "SVG"),
        (b'<?xml version="1.0"?><!--' + b"c" * 5000 + b"--><svg/>", "XML"),
        (b'<!DOCTYPE svg [<!ENTITY a "' + b"x" * 5000 + b'">]><svg/>', "XML"),
        (b"<?xml version='1.0'?><!-- <html> --><MPD>", "XML"),
        ('<svg width="3"></svg>'.encode("utf-16"), "SVG"),
        ('<?xml version="1.0"?><drawing/>'.encode("utf-16"), "XML"),
        (b"\x91\x92\x93\x94" * 20, "bytes 91 92 93 94"),
    ],
)
def test_a_format_that_is_not_read_is_named_and_may_be_fine(
    content: bytes, name: str
) -> None:
    with pytest.raises(MediaUnsupported, match=name) as caught:
        probe(content)
    assert caught.value.fault is MediaFault.UNSUPPORTED
    assert not caught.value.fault.conclusive


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><body><svg></svg>Not found", "an HTML page"),
        (b"\n <!doctype HTML >\n<p>", "an HTML page"),
        (b'{"error": "not found"}', "JSON"),
        (b"<?xml version='1.0'?>\n<!-- <svg> -->\n<html xmlns='x'>", "an HTML page"),
        (b"\xef\xbb\xbf<!DOCTYPE html><svg>", "an HTML page"),
        ("<html><svg>".encode("utf-16"), "an HTML page"),
        (b"Not found", "plain text"),
        ("Не найдено".encode(), "plain text"),
        ("not found".encode("utf-16"), "text in UTF-16"),
        ("\ufeff不明".encode("utf-16-be"), "text in UTF-16"),
        (b"%PDF-1.7 " + bytes(9), "a PDF document"),
        (b"PK\x03\x04" + bytes(9), "a ZIP archive"),
        (b"\x1f\x8b\x08" + bytes(9), "a gzip archive"),
    ],
)
def test_what_is_no_media_at_all_is_named_and_is_conclusive(
    content: bytes, name: str
) -> None:
    with pytest.raises(MediaError, match=name) as caught:
        probe(content)
    assert caught.value.fault is MediaFault.NOT_MEDIA
    assert caught.value.fault.conclusive


LEAST = {
    "jpeg": made.jpeg(made.frame_header(4, 3))[:11],
    "png": made.png(4, 3)[:24],
    "gif": b"GIF89a" + pack("<HH", 4, 3),
    "bmp": b"BM" + bytes(12) + pack("<IHH", 12, 4, 3),
    "webp": made.riff(b"WEBP", (b"VP8L", b"\x2f" + bytes(4)))[:25],
}


@pytest.mark.parametrize("name", LEAST)
def test_one_byte_less_than_a_header_is_certainly_no_picture(name: str) -> None:
    """With that byte it may be cut, which a decoder could forgive."""
    for content, certain in ((LEAST[name][:-1], True), (LEAST[name], False)):
        try:
            info = probe(content)
        except MediaError as error:
            assert error.fault.conclusive is certain
        else:
            assert not certain
            assert info.format == name


@pytest.mark.parametrize("content", [b"", b"\x89PN", b"GIF8", b"\xff\xd8", b"I"])
def test_content_that_ends_inside_its_first_word_is_cut_off(content: bytes) -> None:
    with pytest.raises(MediaError) as caught:
        probe(content)
    assert caught.value.fault is MediaFault.TOO_SHORT
    assert caught.value.fault.conclusive
