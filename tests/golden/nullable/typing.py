from golden_client.models.golden import nullable

given = nullable.Input(flagged=None, listed=1, any_of="x", one_of=None, chosen="a")
flagged: str | None = given.flagged
several: str | int | None = given.several
items: list[str | None] | None = given.items
nullable.Input(flagged="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
