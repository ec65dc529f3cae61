from golden_client.models.golden import numbers

given = numbers.Input(steps=3, cfg=1, seed=-1)
cfg: float | None = given.cfg
steps: int | None = given.steps
numbers.Input(steps=1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
