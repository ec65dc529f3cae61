from golden_client.models.golden import objects

part = objects.LorasItemPart(path="p", scale=0.5)
given = objects.Input(loras=[part], weights={"a": 1.0}, free={"any": 1}, either="text")
path: str = given.loras[0].path
scale: float | None = given.loras[0].scale
objects.LorasItemPart(scale=1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
