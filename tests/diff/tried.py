"""Property tests whose number of examples is that of the run: many more under ``--long``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def holds(
    samples: int, law: Callable[..., None], *strategies: st.SearchStrategy[Any]
) -> None:
    """Try a law on so many examples, the same ones each time, and never against a clock."""
    run = settings(
        max_examples=samples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run(given(*strategies)(law))()
