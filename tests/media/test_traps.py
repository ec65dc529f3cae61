"""Numbers that are meant to send a reader far away, or round and round."""

from __future__ import annotations

from struct import pack

import pytest

from media import specimens as made
from media.meter import Meter
from runcomfy_runtime.media.errors import MediaError, MediaFault


@pytest.mark.parametrize("size", [2**63 - 1, 2**63, 2**64 - 1, 2**64 - 16])
@pytest.mark.parametrize("inside", [False, True])
def test_a_box_of_astronomic_length_leads_nowhere(size: int, inside: bool) -> None:
    large = b"\0\0\0\1free" + pack(">Q", size)
    movie = made.movie(made.track())
    after = made.box(b"moov", large, movie[8:]) if inside else large + movie
    meter = Meter(made.FTYP + after)
    with pytest.raises(MediaError) as caught:
        meter.measure()
    assert not caught.value.fault.conclusive
    assert len(meter.wants) < 50


def test_a_tiff_of_65535_entries_is_not_read_through() -> None:
    entries = b"".join(pack("<HHII", 0x8000 + n % 99, 4, 1, n) for n in range(65_535))
    meter = Meter(b"II*\0" + pack("<IH", 8, 65_535) + entries + bytes(4))
    with pytest.raises(MediaError) as caught:
        meter.measure()
    assert caught.value.fault is MediaFault.TOO_COSTLY
    assert len(meter.wants) < 10
