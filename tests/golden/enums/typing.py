from typing import Literal

from golden_client.models.golden import enums

given = enums.Input(frames=121, flag=0, scale=0.5, mixed="auto", durations="5", fixed=7)
frames: Literal[121, 241] | None = given.frames
durations: Literal["auto", "5", "10"] | None = given.durations
enums.Input(frames=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
