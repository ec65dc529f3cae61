from typing import Any

from golden_client.models.golden import arrays

given = arrays.Input(anything=[1, "x"], images=["u"], matrix=[[1.0]])
anything: list[Any] | None = given.anything
matrix: list[list[float]] | None = given.matrix
