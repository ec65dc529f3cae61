"""Published RunComfy model schemas in, typed Python clients out.

The pipeline is a function: published text -> ``Document`` -> IR -> ``{path: text}``.
ARCHITECTURE.md maps the rooms; only ``cli`` prints, asks, writes or exits.
"""

import sys

# A checkout can be run with any Python; pip checks the version only when it installs.
if sys.version_info < (3, 11):  # noqa: UP036
    raise SystemExit(
        "runcomfy-codegen needs Python 3.11 or newer, and this is %d.%d (%s)"  # noqa: UP031
        % (*sys.version_info[:2], sys.executable)
    )

__version__ = "0.2.0"
