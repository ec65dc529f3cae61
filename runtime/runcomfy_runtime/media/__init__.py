"""Media: measuring it (``probe``), and checking it against published rules (``check_rule``).

Names are loaded on first use, so that importing a model does not load the formats.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import MediaError as MediaError
    from .errors import MediaFault as MediaFault
    from .errors import MediaUnsupported as MediaUnsupported
    from .fetch.policy import FetchPolicy as FetchPolicy
    from .info import MediaInfo as MediaInfo
    from .inspection import Inspector as Inspector
    from .prober import probe as probe
    from .prober import probe_async as probe_async
    from .rule_check import RuleCheck as RuleCheck
    from .rule_check import Verdict as Verdict
    from .rule_check import check_rule as check_rule

    Check = RuleCheck
    judge = check_rule

_HOMES = {
    "FetchPolicy": "fetch.policy",
    "Inspector": "inspection",
    "MediaError": "errors",
    "MediaFault": "errors",
    "MediaInfo": "info",
    "MediaUnsupported": "errors",
    "RuleCheck": "rule_check",
    "Verdict": "rule_check",
    "check_rule": "rule_check",
    "probe": "prober",
    "probe_async": "prober",
}

_OTHER_NAMES = {"Check": "RuleCheck", "judge": "check_rule"}
"""Names that callers of an earlier version use, and the names of today."""

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        name = _OTHER_NAMES.get(name, name)
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".{home}", __name__), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *_HOMES, *_OTHER_NAMES})
