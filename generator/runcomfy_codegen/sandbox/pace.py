"""How long jobs take: a seeded profile for each kind of output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ..ir.model import Media
from .job import Plan
from .seed import Seed

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Profile:
    """Seconds in the queue and at work, from least to most, at speed 1."""

    queued: Span
    running: Span


PROFILES: Mapping[Media, Profile] = MappingProxyType(
    {
        Media.IMAGE: Profile(queued=(0.5, 0.8), running=(1.5, 2.5)),
        Media.AUDIO: Profile(queued=(0.5, 0.8), running=(1.5, 2.5)),
        Media.VIDEO: Profile(queued=(0.6, 0.9), running=(2.0, 3.5)),
    }
)
"""Shorter than the live API, so that every job is done within 10 seconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Settles the plan of each job. ``speed`` 2 halves every duration."""

    seed: Seed
    speed: float = 1.0
    polls: tuple[int, int] = (2, 2)
    profiles: Mapping[Media, Profile] = field(default_factory=lambda: PROFILES)

    def plan(self, request_id: str, kind: Media) -> Plan:
        """The plan of one job; the same for the same seed and request."""
        draws = self.seed.draws("pace", request_id)
        profile = self.profiles[kind]
        plan = Plan(
            queued=draws.uniform(*profile.queued),
            running=draws.uniform(*profile.running),
            queued_polls=self.polls[0],
            running_polls=self.polls[1],
            ahead=draws.randint(2, 4),
        )
        return replace(
            plan, queued=plan.queued / self.speed, running=plan.running / self.speed
        )
