"""Reading back what was kept: the whole form of a record is checked before it is believed."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from ..ir.json_text import is_object
from .job import Job
from .journal import Entry

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LATEST = 253402300799.0
"""Seconds since 1970: the end of the year 9999."""

RecordT = TypeVar("RecordT")


def job_of(text: str) -> Job:
    """A job from its record. Raises ``ValueError`` for what is none."""
    job: Job = _form(Job).validate_json(text, strict=True)
    if not is_object(json.loads(job.body)):
        raise ValueError(f"the input of {job.request_id} is no object")
    plan = job.plan
    spans = (plan.queued, plan.delayed, plan.held, plan.running)
    moments = (job.submitted_at, job.moved_at, job.cancelled_at or 0.0, job.ends_at)
    amounts = (*spans, job.price, job.output.shape.seconds)
    if not all(0 <= each < math.inf for each in amounts):
        raise ValueError(f"a duration or the price of {job.request_id} is out of range")
    if not all(0 <= each <= LATEST for each in moments):
        raise ValueError(f"a time of {job.request_id} is out of range")
    return job


def entry_of(text: str) -> Entry:
    """An entry of the journal from its record. Raises ``ValueError`` for what is none."""
    entry: Entry = _form(Entry).validate_json(text, strict=True)
    return entry


@cache
def _form(kind: type[RecordT]) -> TypeAdapter[RecordT]:
    # Loaded by those who keep a state only: it takes a tenth of a second.
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
