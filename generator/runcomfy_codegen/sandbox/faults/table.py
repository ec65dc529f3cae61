"""Every fault by its name: the one vocabulary of headers, magic values and scenario files."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .damage import DAMAGES
from .fates import FATES
from .refusals import REFUSALS
from .situation import Fault
from .stories import STORIES

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {fault.name: fault for fault in (*REFUSALS, *DAMAGES, *STORIES, *FATES)}
)
"""What can be asked for."""
