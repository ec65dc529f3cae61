"""Small media of exact sizes and lengths, as ``data:`` URIs."""

from __future__ import annotations

from base64 import b64encode

from media import specimens as made


def uri(content: bytes, media_type: str = "application/octet-stream") -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def sound(seconds: float, *, rate: int = 1000) -> str:
    """A WAV file of 8 bits a sample."""
    samples = b"\x80" * round(seconds * rate)
    return uri(made.riff(b"WAVE", made.fmt(rate, bits=8), (b"data", samples)))


def clip(
    seconds: float,
    *,
    brand: bytes = b"isom",
    extent: tuple[int, int] = (320, 180),
    frame: int = 40,
) -> str:
    """A film with frames of 40 milliseconds. The brand makes it MP4 or QuickTime."""
    ticks = round(seconds * 1000)
    track = made.track(
        ticks=ticks, presented=ticks, extent=extent, deltas=((ticks // frame, frame),)
    )
    head = made.box(b"ftyp", brand, bytes(4), brand)
    return uri(head + made.movie(track, ticks=ticks))


def picture(width: int, height: int, *, size: int = 0) -> str:
    """A PNG; ``size`` is its length in bytes, reached with a chunk that no reader shows."""
    content = made.png(width, height)
    if size:
        content += made.chunk(b"juNk", bytes(size - len(content) - 12))
        assert len(content) == size
    return uri(content)


def gif(width: int, height: int) -> str:
    return uri(
        b"GIF89a"
        + width.to_bytes(2, "little")
        + height.to_bytes(2, "little")
        + bytes(20)
    )


def jpeg(width: int, height: int) -> str:
    return uri(made.jpeg(made.frame_header(width, height)))
