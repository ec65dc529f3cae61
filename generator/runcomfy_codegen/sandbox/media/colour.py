"""Colours that a seed gives."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green and blue, 0 to 255."""

    red: int
    green: int
    blue: int

    @classmethod
    def of_hue(cls, hue: float, brightness: float = 0.8) -> Colour:
        """A clear colour; ``hue`` goes once around the circle from 0 to 1."""
        red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, 0.6, brightness)
        return cls(round(red * 255), round(green * 255), round(blue * 255))

    @property
    def ycbcr(self) -> tuple[int, int, int]:
        """Luma and chroma of ITU-R BT.601 in video range, as H.264 takes them by default."""
        red, green, blue = self.red / 255, self.green / 255, self.blue / 255
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        cb, cr = (blue - luma) / 1.772, (red - luma) / 1.402
        return round(16 + 219 * luma), round(128 + 224 * cb), round(128 + 224 * cr)
