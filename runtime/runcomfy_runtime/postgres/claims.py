"""One process among those that work on a batch: what it has claimed, and what is left."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import BadSetting, JournalError
from ..journal import Claimed
from ..lease import LEASE
from ..owner_process import this_place
from . import statements as sql
from .connection import Statement, StatementResult

if TYPE_CHECKING:
    from .journal import PostgresJournal

_NO_LIMIT = 1 << 30
