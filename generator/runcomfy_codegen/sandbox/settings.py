"""How a sandbox behaves."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, TypedDict
from urllib.parse import urlsplit

from .faults.rule import Rule
from .faults.scenario import parse_scenario
from .guard import LOOPBACK
from .job import Drive
from .seed import Seed
from .validation import Validation


class Options(TypedDict, total=False):
    """What can be said of a sandbox when it is made; everything has a default.

    - ``seed``: the same one gives the same identifiers, durations and files.
    - ``speed``: 2 halves the time that jobs take.
    - ``drive``: what moves a job on: the time, being asked about, or a push by hand.
    - ``polls``: driven by polls, the answers while queued and while running; 1 and 2.
    - ``workers``: the jobs of a token that run at once; 0, the default, sets no limit.
    - ``validation``: reject wrong inputs, take them with a warning header, or do not look.
    - ``balance``: the US dollars that each token starts with; 100.
    - ``scenario``: the text of a scenario file, see ``faults.scenario``.
    - ``public_url``: what URLs in answers begin with, where clients know the sandbox by
      another address, as from inside a container.
    - ``hosts``: further names that requests may be sent to.
    """

    seed: str
    speed: float
    drive: Literal["time", "polls", "steps"]
    polls: tuple[int, int]
    workers: int
    validation: Literal["reject", "warn", "off"]
    balance: float
    scenario: str
    public_url: str
    hosts: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Fixed for a sandbox's life; see ``Options``.

    ``base_url`` is what every URL in an answer begins with; it never comes from a request.
    ``hosts`` are the names that requests may be sent to. ``secret`` opens the calls that
    change a sandbox by hand; while it is empty, nothing does.
    """

    base_url: str
    seed: Seed = field(default_factory=Seed)
    speed: float = 1.0
    hosts: frozenset[str] = LOOPBACK
    drive: Drive = Drive.TIME
    polls: tuple[int, int] = (1, 2)
    workers: int = 0
    balance: float = 100.0
    validation: Validation = Validation.REJECT
    scenario: tuple[Rule, ...] = ()
    secret: str = field(default="", repr=False)


def settings(base_url: str, secret: str, options: Options) -> Settings:
    """Check and complete what was said. Raises ``ValueError``, telling what means nothing."""
    speed, polls = options.get("speed", 1.0), options.get("polls", (1, 2))
    if not 0 < speed < math.inf:
        raise ValueError(f"the speed must be a positive number, not {speed}")
    workers = options.get("workers", 0)
    if workers < 0:
        raise ValueError(f"there cannot be {workers} workers")
    if min(polls) < 0:
        raise ValueError(f"a job cannot answer {min(polls)} polls")
    public = urlsplit(options.get("public_url", base_url).rstrip("/"))
    if public.scheme not in ("http", "https") or not public.hostname:
        raise ValueError(f"{public.geturl()!r} is no URL that clients could be sent to")
    return Settings(
        base_url=public.geturl(),
        hosts=LOOPBACK | {public.hostname} | set(options.get("hosts", ())),
        secret=secret,
        seed=Seed(options.get("seed", Seed().value)),
        speed=speed,
        drive=Drive(options.get("drive", "time")),
        polls=polls,
        workers=workers,
        balance=options.get("balance", 100.0),
        validation=Validation(options.get("validation", "reject")),
        scenario=parse_scenario(options.get("scenario", "")),
    )
