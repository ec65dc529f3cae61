"""Traps of picture formats, each in a file made by hand."""

from __future__ import annotations

import tracemalloc
from struct import pack
from zlib import compress

import pytest

from media import specimens as made
from media.meter import DATA, Meter
from runcomfy_runtime.media.errors import MediaError, MediaFault, MediaUnsupported
from runcomfy_runtime.media.info import MediaInfo
from runcomfy_runtime.media.prober import probe


def sizes(info: MediaInfo) -> tuple[object, object]:
    return info.shown, info.coded


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_is_turned_as_its_exif_says(orientation: int, order: str) -> None:
    info = probe(made.jpeg(made.app1(orientation, order), made.frame_header(40, 30)))
    assert sizes(info) == ((30, 40) if orientation >= 5 else (40, 30), (40, 30))
    assert info.orientation == orientation


@pytest.mark.parametrize("orientation", [0, 9, 0xFFFF])
def test_an_orientation_that_does_not_exist_is_upright(orientation: int) -> None:
    info = probe(made.jpeg(made.app1(orientation), made.frame_header(40, 30)))
    assert (info.shown, info.orientation) == ((40, 30), 1)


def test_exif_after_the_frame_header_counts() -> None:
    info = probe(
        made.jpeg(made.frame_header(40, 30), made.segment(0xDB, b""), made.app1(6))
    )
    assert info.shown == (30, 40)


def test_a_jpeg_whose_exif_may_lie_beyond_the_limits_may_be_turned_or_not() -> None:
    comments = made.segment(0xFE, b"") * 5000
    info = probe(made.jpeg(made.frame_header(40, 30), comments, made.app1(6)))
    assert info.extents == ((40, 30), (30, 40))


def test_the_first_of_two_exif_segments_counts() -> None:
    info = probe(made.jpeg(made.app1(6), made.app1(1), made.frame_header(40, 30)))
    assert info.shown == (30, 40)


def test_exif_cut_off_in_a_good_jpeg_leaves_it_upright() -> None:
    cut = made.segment(0xE1, b"Exif\0\0" + made.exif(6)[:15])
    assert probe(made.jpeg(cut, made.frame_header(40, 30))).shown == (40, 30)


def test_an_exif_orientation_of_the_wrong_type_is_not_used() -> None:
    odd = made.segment(0xE1, b"Exif\0\0" + made.exif(6, kind=4))
    assert probe(made.jpeg(odd, made.frame_header(40, 30))).shown == (40, 30)


def test_a_frame_header_inside_a_comment_or_a_profile_is_none() -> None:
    decoy = made.frame_header(9, 9)
    info = probe(
        made.jpeg(
            made.segment(0xFE, decoy),
            made.segment(0xE2, decoy),
            made.frame_header(40, 30),
        )
    )
    assert info.shown == (40, 30)


def test_the_frame_header_of_an_exif_thumbnail_is_none() -> None:
    thumbnail = made.jpeg(made.frame_header(16, 12))
    exif = made.segment(0xE1, b"Exif\0\0" + made.exif(6) + thumbnail)
    assert probe(made.jpeg(exif, made.frame_header(40, 30))).shown == (30, 40)


def test_fill_bytes_and_markers_without_length_are_passed() -> None:
    info = probe(
        made.jpeg(b"\xff\xff\xff", b"\xff\x01", b"\xff\xd0", made.frame_header(40, 30))
    )
    assert info.shown == (40, 30)


def test_a_jpeg_with_half_a_megabyte_of_profile_costs_fewer_than_512_bytes() -> None:
    profile = [made.segment(0xE2, b"ICC_PROFILE\0" + bytes(65_000)) for _ in range(8)]
    tables = [made.segment(0xDB, bytes(65)), made.segment(0xDB, bytes(65))]
    codes = [made.segment(0xC4, bytes(length)) for length in (29, 179, 29, 179)]
    content = made.jpeg(
        made.segment(0xE0, b"JFIF\0" + bytes(9)),
        *profile,
        *tables,
        made.frame_header(640, 480),
        *codes,
    )
    meter = Meter(content)
    assert meter.measure().shown == (640, 480)
    assert len(content) > 520_000
    assert meter.distinct < 512


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xff\xd8\x00\x00\x00\x00", MediaFault.TOO_SHORT),
        (b"\xff\xd8" + made.frame_header(40, 30)[:8], MediaFault.TOO_SHORT),
        (b"\xff\xd8" + bytes(20), MediaFault.TRUNCATED),
        (b"\xff\xd8\xff\xd9" + bytes(20), MediaFault.MALFORMED),
        (b"\xff\xd8" + b"\xff" * 4000, MediaFault.TRUNCATED),
        (b"\xff\xd8" + made.segment(0xFE, b"") * 3000, MediaFault.TRUNCATED),
        (b"\xff\xd8" + made.segment(0xFE, b"") * 5000, MediaFault.TOO_COSTLY),
        (b"\xff\xd8" + bytes(300 << 10), MediaFault.TOO_COSTLY),
        (made.jpeg(made.frame_header(0, 30)), MediaFault.IMPOSSIBLE),
        (made.jpeg(made.frame_header(40, 0)), MediaFault.MALFORMED),
    ],
)
def test_a_jpeg_without_a_whole_frame_header_is_an_error(
    content: bytes, fault: MediaFault
) -> None:
    with pytest.raises(MediaError) as caught:
        probe(content)
    assert caught.value.fault is fault


def test_the_largest_png_is_measured_and_one_more_pixel_is_an_error() -> None:
    assert probe(made.png(60_000, 0x7FFFFFFF)).shown == (60_000, 0x7FFFFFFF)
    with pytest.raises(MediaError, match="IHDR"):
        probe(made.png(60_000, 0x80000000))


def test_apples_png_with_a_chunk_before_the_header_is_read() -> None:
    content = made.png(40, 30)
    apple = content[:8] + made.chunk(b"CgBI", bytes(4)) + content[8:]
    assert probe(apple).shown == (40, 30)


def test_a_wrong_checksum_stands_in_the_evidence() -> None:
    content = bytearray(made.png(40, 30))
    content[30] ^= 1
    info = probe(bytes(content))
    assert info.shown == (40, 30)
    assert "checksum" in info.evidence[0]


def test_the_frames_and_delays_of_an_apng_are_added_up() -> None:
    control = [
        made.chunk(b"fcTL", pack(">IIIIIHHBB", turn, 40, 30, 0, 0, 1, scale, 0, 0))
        for turn, scale in enumerate((4, 0, 2))
    ]
    content = made.png(40, 30, made.chunk(b"acTL", pack(">II", 3, 0)), *control)
    info = probe(content)
    assert (info.frames, info.duration) == (3, 0.25 + 0.01 + 0.5)
    assert probe(content, thorough=False).duration is None


def test_compressed_chunks_of_a_png_are_never_inflated() -> None:
    content = (DATA / "hostile/png_ztxt_bomb.png").read_bytes()
    meter = Meter(content)
    tracemalloc.start()
    assert meter.measure().shown == (120, 80)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
    assert meter.distinct < 200


@pytest.mark.parametrize("name", [b"zTXt", b"iCCP", b"iTXt"])
def test_what_is_compressed_in_a_png_is_skipped_and_not_even_read(name: bytes) -> None:
    bomb = made.chunk(name, b"x\0\0" + compress(bytes(8 << 20)))
    meter = Meter(made.png(40, 30, bomb * 8, made.chunk(b"eXIf", made.exif(6))))
    assert meter.measure().shown == (30, 40)
    assert meter.distinct < 400


@pytest.mark.parametrize(
    ("bits", "extent"),
    [(0, (1, 1)), (99 | 49 << 14, (100, 50)), (0x0FFFFFFF, (16384, 16384))],
)
def test_a_lossless_webp_has_the_size_in_its_bits(
    bits: int, extent: tuple[int, int]
) -> None:
    content = made.riff(b"WEBP", (b"VP8L", b"\x2f" + pack("<I", bits) + bytes(9)))
    assert probe(content).shown == extent


def test_exif_at_the_end_of_a_webp_turns_it_with_and_without_jpegs_marker() -> None:
    for mark in (b"", b"Exif\0\0"):
        parts = (
            made.vp8x(8, 40, 30),
            (b"VP8 ", bytes(11)),
            (b"EXIF", mark + made.exif(8)),
        )
        assert sizes(probe(made.riff(b"WEBP", *parts))) == ((30, 40), (40, 30))


def test_the_length_that_a_riff_file_claims_is_not_believed() -> None:
    content = bytearray(
        made.riff(b"WEBP", made.vp8x(8, 40, 30), (b"EXIF", made.exif(6)))
    )
    for claimed in (0, 4, 0xFFFFFFFF):
        content[4:8] = pack("<I", claimed)
        assert probe(bytes(content)).shown == (30, 40)


def test_a_webp_that_is_cut_in_its_frames_still_has_its_size() -> None:
    frame = (b"ANMF", bytes(12) + b"\x64\0\0\0" + bytes(30))
    content = made.riff(b"WEBP", made.vp8x(2, 40, 30), frame, frame)
    whole, cut = probe(content), probe(content[:-70])
    assert (whole.frames, whole.duration) == (2, 0.2)
    assert (cut.shown, cut.frames, cut.duration) == ((40, 30), None, None)


@pytest.mark.parametrize(
    "chunks",
    [
        ((b"VP8 ", b"\x01\0\0\x9d\x01\x2a" + pack("<HH", 40, 30)),),
        ((b"VP8 ", b"\0\0\0\x9d\x01\x2a" + pack("<HH", 0, 30) + bytes(8)),),
        ((b"VP8L", b"\x2e" + bytes(12)),),
        ((b"JUNK", bytes(20)),),
        (made.vp8x(0, 1 << 24, 1 << 24),),
    ],
)
def test_a_webp_that_does_not_begin_with_a_picture_is_an_error(
    chunks: tuple[tuple[bytes, bytes], ...],
) -> None:
    with pytest.raises(MediaError, match="WebP"):
        probe(made.riff(b"WEBP", *chunks, (b"JUNK", bytes(8))))


def test_a_gif_of_twenty_thousand_frames_is_counted_in_few_wants() -> None:
    frame = (
        b"\x21\xf9\x04\0\x05\0\0\0"
        + b"\x2c"
        + bytes(4)
        + pack("<HHB", 1, 1, 0)
        + b"\x02\0"
    )
    content = b"GIF89a" + pack("<HHBBB", 8, 9, 0, 0, 0) + frame * 19_999 + b"\x3b"
    meter = Meter(content)
    info = meter.measure()
    assert (info.shown, info.frames, info.duration) == ((8, 9), 19_999, 999.95)
    assert len(meter.wants) < 20


def test_a_gif_without_any_size_is_an_error() -> None:
    with pytest.raises(MediaError, match="no frame has a size"):
        probe(b"GIF89a" + bytes(7) + b"\x3b")


def test_a_gif_that_is_cut_still_has_its_size_but_no_frames() -> None:
    content = (DATA / "more/anim.gif").read_bytes()
    info = probe(content[:-5])
    assert (info.shown, info.frames, info.duration) == ((60, 40), None, None)


@pytest.mark.parametrize("big", [False, True])
def test_a_tiff_is_read_in_both_variants_with_short_and_long_sizes(big: bool) -> None:
    content = made.tiff([(256, 4, 40), (257, 3, 30), (274, 3, 6)], big=big)
    assert sizes(probe(content)) == ((30, 40), (40, 30))


def test_a_tiff_whose_directories_loop_has_a_size_but_no_number_of_pages() -> None:
    info = probe(made.tiff([(256, 4, 40), (257, 4, 30)], following=8))
    assert (info.shown, info.frames) == ((40, 30), None)


@pytest.mark.parametrize(
    "content",
    [
        b"II*\0" + pack("<IH", 8, 0) + bytes(40),
        b"II*\0" + pack("<IH", 8, 65535) + bytes(40),
        b"II*\0" + pack("<I", 4) + bytes(40),
        b"MM\0*" + pack(">I", 0xFFFFFFFF),
        made.tiff([(256, 4, 0), (257, 4, 30)]),
        made.tiff([(256, 2, 40), (257, 2, 30)]),
    ],
)
def test_a_tiff_without_a_sensible_directory_is_an_error(content: bytes) -> None:
    with pytest.raises(MediaError) as caught:
        probe(content)
    assert not isinstance(caught.value, MediaUnsupported)


@pytest.mark.parametrize("entry", [(0xC612, 4, 1), (0x00FE, 4, 1)])
def test_a_cameras_raw_file_is_not_taken_for_its_preview(
    entry: tuple[int, int, int],
) -> None:
    with pytest.raises(MediaUnsupported, match="raw file"):
        probe(made.tiff([entry, (256, 4, 160), (257, 4, 120)]))


def test_a_heic_is_cropped_then_turned_and_only_the_primary_item_counts() -> None:
    clap = made.box(b"clap", pack(">IIIIIIII", 4000, 100, 20, 1, 0, 1, 0, 1))
    irot = made.box(b"irot", b"\x01")
    content = made.still(
        made.ispe(512, 512),
        made.ispe(64, 48),
        clap,
        irot,
        made.ispe(9, 9),
        primary=7,
        associations={1: [1], 7: [2, 3, 4], 9: [5]},
    )
    assert sizes(probe(content)) == ((20, 40), (64, 48))


@pytest.mark.parametrize(
    ("angle", "extent"), [(0, (64, 48)), (1, (48, 64)), (2, (64, 48))]
)
def test_irot_is_one_byte_without_a_version(
    angle: int, extent: tuple[int, int]
) -> None:
    content = made.still(made.ispe(64, 48), made.box(b"irot", bytes((angle,))))
    assert probe(content).shown == extent


def test_a_mirrored_heic_keeps_its_size() -> None:
    info = probe(made.still(made.ispe(64, 48), made.box(b"imir", b"\0")))
    assert (info.shown, info.orientation) == ((64, 48), 2)


@pytest.mark.parametrize(
    "content",
    [
        made.still(made.ispe(64, 0)),
        made.still(made.ispe(64, 48), primary=2),
        made.still(made.ispe(64, 48), associations={1: [9]}),
        made.still(),
        made.box(b"ftyp", b"avif", bytes(4)) + made.full(b"meta", bytes(40)),
    ],
)
def test_a_heic_whose_primary_item_has_no_size_is_an_error(content: bytes) -> None:
    with pytest.raises(MediaError, match="HEIF"):
        probe(content)


def test_the_largest_picture_of_an_icon_is_the_one() -> None:
    sixteen = pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, 30, 38)
    large = pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, 57, 68)
    body = bytes(30) + made.png(256, 256)
    assert probe(b"\0\0\1\0\2\0" + sixteen + large + body).shown == (256, 256)


@pytest.mark.parametrize(
    ("count", "fault"),
    [
        (0, MediaFault.MALFORMED),
        (5, MediaFault.TRUNCATED),
        (1025, MediaFault.TOO_COSTLY),
        (65535, MediaFault.TOO_COSTLY),
    ],
)
def test_an_icon_of_no_or_too_many_pictures_is_an_error(
    count: int, fault: MediaFault
) -> None:
    with pytest.raises(MediaError) as caught:
        probe(b"\0\0\1\0" + pack("<H", count) + bytes(60))
    assert caught.value.fault is fault


@pytest.mark.parametrize(
    ("header", "extent"),
    [
        (pack("<IHHHH", 12, 40, 30, 1, 24), (40, 30)),
        (pack("<IiiHH", 40, 40, -30, 1, 24), (40, 30)),
        (pack("<IiiHH", 124, 40, 30, 1, 24), (40, 30)),
    ],
)
def test_a_bitmap_is_read_by_its_headers_length(
    header: bytes, extent: tuple[int, int]
) -> None:
    assert probe(b"BM" + bytes(12) + header + bytes(40)).shown == extent


@pytest.mark.parametrize(
    "header",
    [
        pack("<Iii", 40, 0, 30),
        pack("<Iii", 40, -40, 30),
        pack("<Iii", 40, 40, 0),
        pack("<Iii", 41, 40, 30),
    ],
)
def test_a_bitmap_without_a_size_is_an_error(header: bytes) -> None:
    with pytest.raises(MediaError, match="BMP"):
        probe(b"BM" + bytes(12) + header + bytes(40))


def gif(screen: tuple[int, int], frame: tuple[int, int, int, int]) -> bytes:
    image = b"\x2c" + pack("<HHHHB", *frame, 0) + b"\x02\0"
    return b"GIF89a" + pack("<HHBBB", *screen, 0, 0, 0) + image + b"\x3b"


@pytest.mark.parametrize(
    ("screen", "extents"),
    [
        ((50, 40), ((50, 40),)),
        ((0, 0), ((20, 10), (25, 15))),
        ((0, 90), ((20, 10), (25, 90))),
        ((22, 40), ((22, 40), (25, 40))),
    ],
)
def test_a_gif_whose_frame_sticks_out_of_its_screen_may_be_larger(
    screen: tuple[int, int], extents: tuple[tuple[int, int], ...]
) -> None:
    assert probe(gif(screen, (5, 5, 20, 10))).extents == extents


def test_junk_between_the_blocks_of_a_gif_is_passed_but_its_frames_are_not_counted() -> (
    None
):
    content = gif((22, 40), (5, 5, 20, 10))
    info = probe(content[:13] + b"\0\x01" + content[13:])
    assert (info.extents, info.frames) == (((22, 40), (25, 40)), None)


def test_the_first_of_two_entries_for_one_tag_of_a_tiff_counts() -> None:
    entries = [(256, 4, 40), (257, 4, 30), (256, 4, 1)]
    assert probe(made.tiff(entries)).shown == (40, 30)
