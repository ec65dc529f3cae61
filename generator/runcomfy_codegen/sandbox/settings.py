"""How a sandbox behaves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict
from urllib.parse import SplitResult, urlsplit

from runcomfy_runtime.did_you_mean import did_you_mean_or_list

from .clock import Seed
from .faults.fault_rule import FaultRule, parse_scenario
from .input_validation import ValidationMode
from .job import Drive
from .routes import LOOPBACK

_SPEEDS = (1e-6, 1e9)
_RICHEST = 1e12  # US dollars
_MOST = 1_000_000  # polls, or workers


class SandboxOptions(TypedDict, total=False):
    """What can be said of a sandbox when it is made; everything has a default.

    - ``seed``: the same one gives the same identifiers, durations and files.
    - ``speed``: 2 halves the time that jobs take; a millionth to a billion.
    - ``drive``: what moves a job on: the time, being asked about, or a push by hand.
    - ``polls``: the answers while queued and while running, 2 each; they go with the drive
      ``"polls"`` alone.
    - ``workers``: the jobs of a token that run at once; 0, the default, sets no limit. Only
      time can make a job wait for another: it goes with no other drive.
    - ``validation``: reject wrong inputs, take them with a warning header, or do not look.
    - ``balance``: the US dollars that each token starts with; 100. With less than a job
      costs, or with debts, none is accepted.
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
class SandboxSettings:
    """Fixed for a sandbox's life; see ``Options``.

    ``base_url`` is what every URL in an answer begins with; it never comes from a request.
    ``hosts`` are the names that requests may be sent to. ``secret`` opens the calls below
    ``/sandbox``; while it is empty, nothing does.
    """

    base_url: str
    seed: Seed = field(default_factory=Seed)
    speed: float = 1.0
    hosts: frozenset[str] = LOOPBACK
    drive: Drive = Drive.TIME
    polls: tuple[int, int] = (2, 2)
    workers: int = 0
    balance: float = 100.0
    validation: ValidationMode = ValidationMode.REJECT
    scenario: tuple[FaultRule, ...] = ()
    secret: str = field(default="", repr=False)


def settings_from_options(
    base_url: str, secret: str, options: SandboxOptions
) -> SandboxSettings:
    """Check and complete what was said.

    Raises ``TypeError`` for an option that there is not, ``ValueError`` for a value that
    means nothing.
    """
    known = SandboxOptions.__annotations__
    for name in options.keys() - known.keys():
        raise TypeError(
            f"there is no option {name!r}{did_you_mean_or_list(name, known)}"
        )
    drive = Drive(options.get("drive", "time"))
    workers = _whole("workers", options.get("workers", 0))
    if workers and drive is not Drive.TIME:
        raise ValueError(f"workers go with the drive 'time' alone, not {drive.value!r}")
    if "polls" in options and drive is not Drive.POLLS:
        raise ValueError(f"polls go with the drive 'polls' alone, not {drive.value!r}")
    public = _public(options.get("public_url", base_url))
    return SandboxSettings(
        base_url=public.geturl(),
        hosts=LOOPBACK | {str(public.hostname)} | _hosts(options.get("hosts", ())),
        secret=secret,
        seed=Seed(_text("seed", options.get("seed", Seed().value))),
        speed=_number("speed", options.get("speed", 1.0), *_SPEEDS),
        drive=drive,
        polls=_polls(options.get("polls", (2, 2))),
        workers=workers,
        balance=_number("balance", options.get("balance", 100.0), -_RICHEST, _RICHEST),
        validation=ValidationMode(options.get("validation", "reject")),
        scenario=parse_scenario(_text("scenario", options.get("scenario", ""))),
    )


# What options are is only promised by their types: the checks look at what came.
def _number(name: str, value: Any, least: float, most: float) -> float:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not known or not least <= value <= most:
        raise ValueError(
            f"the {name} must be a number from {least:g} to {most:g}, not {value!r:.40}"
        )
    return float(value)


def _whole(name: str, value: Any) -> int:
    number = _number(name, value, 0, _MOST)
    if not number.is_integer():
        raise ValueError(f"the {name} must be a whole number, not {value!r}")
    return int(number)


def _polls(value: Any) -> tuple[int, int]:
    try:
        queued, running = value
    except (TypeError, ValueError):
        raise ValueError(f"the polls must be two numbers, not {value!r:.40}") from None
    return _whole("polls", queued), _whole("polls", running)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"the {name} must be a text, not {value!r:.40}")
    return value


def _hosts(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        raise ValueError(f"the hosts must be several names, as [{value!r}]")
    return frozenset(_text("hosts", each).lower() for each in value)


def _public(url: str) -> SplitResult:
    public = urlsplit(_text("public_url", url).rstrip("/"))
    if public.scheme not in ("http", "https") or not public.hostname:
        raise ValueError(f"{public.geturl()!r} is no URL that clients could be sent to")
    return public
