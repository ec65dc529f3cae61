"""The project of the command line's tests, and the settings of property tests, here too."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from cli.conftest import project as project
from cli.conftest import shell as shell

settings.register_profile(
    "scale",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=(HealthCheck.too_slow,),
)
settings.load_profile("scale")
