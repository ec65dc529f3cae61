"""How many examples a property is tried on: a few in ``make test``, many with ``--long``."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

TIMES_AS_MANY = 50
"""How many times as many examples ``--long`` tries."""

settings.register_profile(
    "ci",
    max_examples=50,
    # The same examples on every run, so that a failure can be repeated.
    derandomize=True,
    database=None,
    # Nothing goes by the clock: a busy machine fails no test.
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)
settings.register_profile(
    "long", settings.get_profile("ci"), max_examples=50 * TIMES_AS_MANY
)


def examples(number: int, **options: int) -> settings:
    """The settings of a property that a usual run tries on this number of examples."""
    long = settings.get_current_profile_name() == "long"
    return settings(max_examples=number * (TIMES_AS_MANY if long else 1), **options)  # type: ignore[arg-type]
