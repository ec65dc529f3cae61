"""H.264 frames of one colour each, for any size, in a few bytes (ITU-T H.264, Baseline profile).

The first macroblock of a picture carries the colour as plain samples; every other one is
"like its neighbours, no difference", which is one byte. A frame that repeats the one before
is a single run of skipped macroblocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from .bits import Bits, nal
from .colour import Colour

_SPS, _PPS, _IDR, _REPEAT = 7, 8, 5, 1
_PLAIN_SAMPLES = 25  # mb_type I_PCM, table 7-11
# mb_type I_16x16_2_0_0 (mean of the neighbours), chroma the same, no change of QP
_LIKE_NEIGHBOURS = "00100" + "1" + "1"
# coeff_token "none", table 9-5: next to plain samples, which count as 16, and elsewhere
_NONE_BESIDE_PLAIN, _NONE = "000011", "1"
# Table A-1: level and the most macroblocks of its frames
_LEVELS = ((30, 1620), (31, 3600), (40, 8192), (51, 36864), (62, 139264))


@dataclass(frozen=True, slots=True)
class Geometry:
    """A frame size in pixels, even numbers, and what it is in macroblocks of 16 by 16."""

    width: int
    height: int

    @property
    def columns(self) -> int:
        """Macroblocks in a row."""
        return -(-self.width // 16)

    @property
    def rows(self) -> int:
        """Rows of macroblocks."""
        return -(-self.height // 16)

    @property
    def level(self) -> int:
        """``level_idc``: the lowest level that allows this size."""
        blocks = self.columns * self.rows
        return next(
            (level for level, most in _LEVELS if blocks <= most), _LEVELS[-1][0]
        )


def sequence_parameters(size: Geometry) -> bytes:
    """The sequence parameter set (section 7.3.2.1.1), as a NAL unit."""
    bits = Bits().u(66, 8).u(0xC0, 8).u(size.level, 8)
    # id, frame_num in 4 bits, output in decoding order, one reference frame
    bits.ue(0, 0, 2, 1).u(0, 1)
    bits.ue(size.columns - 1, size.rows - 1)
    bits.u(0b11, 2)  # whole frames, direct_8x8
    right, bottom = size.columns * 16 - size.width, size.rows * 16 - size.height
    bits.u(1, 1).ue(0, right // 2, 0, bottom // 2)
    bits.u(0, 1)
    return nal(3, _SPS, bits.payload())


def picture_parameters() -> bytes:
    """The picture parameter set (section 7.3.2.2), as a NAL unit."""
    bits = Bits().ue(0, 0).u(0, 2).ue(0, 0, 0).u(0, 3).se(0).se(0).se(0).u(0b100, 3)
    return nal(3, _PPS, bits.payload())


def key_frame(size: Geometry, colour: Colour, number: int) -> bytes:
    """A picture that needs no other; ``number`` counts the key frames."""
    bits = Bits().ue(0, 7, 0).u(0, 4).ue(number % 2).u(0, 2).se(0).ue(1)
    bits.ue(_PLAIN_SAMPLES).align()
    luma, cb, cr = colour.ycbcr
    bits.raw(f"{luma:08b}" * 256 + f"{cb:08b}" * 64 + f"{cr:08b}" * 64)
    beside, plain = _LIKE_NEIGHBOURS + _NONE_BESIDE_PLAIN, _LIKE_NEIGHBOURS + _NONE
    for row in range(min(size.rows, 2)):
        # Only the neighbours right of and below the plain one see it.
        first = [] if row == 0 else [beside]
        second = beside if row == 0 and size.columns > 1 else ""
        rest = size.columns - len(first) - (1 if row == 0 else 0) - (1 if second else 0)
        bits.raw("".join(first) + second + plain * rest)
    bits.raw(plain * (size.columns * max(0, size.rows - 2)))
    return nal(3, _IDR, bits.payload())


def repeated_frame(size: Geometry, number: int) -> bytes:
    """The picture before, once more; ``number`` counts the frames since the key frame."""
    bits = Bits().ue(0, 5, 0).u(number % 16, 4).u(0, 3).se(0).ue(1)
    bits.ue(size.columns * size.rows)
    return nal(2, _REPEAT, bits.payload())
