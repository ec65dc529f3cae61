"""Every fault by its name: the one vocabulary of headers, magic values and scenario files."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .damage import damages
from .refusals import refusals
from .situation import Fault
from .stories import stories

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {fault.name: fault for fault in (*refusals(), *damages(), *stories())}
)
"""What can be asked for."""
