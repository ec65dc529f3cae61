"""The options of a sandbox, checked and completed to its settings."""

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
_BALANCES = (-1e12, 1e12)  # US dollars
_LARGEST_COUNT = 1_000_000  # of polls or workers


class SandboxOptions(TypedDict, total=False):
    """The options of a sandbox; each has a default.

    - ``seed``: the same seed gives the same identifiers, durations and files.
    - ``speed``: 2 halves the time that jobs take; from a millionth to a billion.
    - ``drive``: what moves a job on: time, polls, or steps by hand.
    - ``polls``: how many answers say queued and how many running, by default 2 each; only
      with the drive ``"polls"``.
    - ``workers``: how many jobs of a token run at once; 0, the default, sets no limit. Only
      with the drive ``"time"``.
    - ``validation``: reject wrong inputs, accept them with a warning header, or do not check.
    - ``balance``: the US dollars that each token starts with, by default 100. A job is refused
      if it costs more than the balance.
    - ``scenario``: the text of a scenario file, see ``faults.fault_rule``.
    - ``public_url``: the beginning of URLs in answers, if clients reach the sandbox at another
      address, for example from inside a container.
    - ``hosts``: further host names that requests may be sent to.
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
    """The settings of a sandbox for all its life; see ``SandboxOptions``.

    Every URL in an answer begins with ``base_url``, which never comes from a request.
    ``hosts`` are the host names that requests may be sent to. The calls below ``/sandbox``
    need the ``secret``; if it is empty, all of them are refused.
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


def _drive_and_workers(options: SandboxOptions) -> tuple[Drive, int]:
    """What moves the jobs, and how many run at once; both must go together."""
    drive = Drive(options.get("drive", "time"))
    workers = _whole("workers", options.get("workers", 0))
    if workers and drive is not Drive.TIME:
        raise ValueError(f"workers go with the drive 'time' alone, not {drive.value!r}")
    if "polls" in options and drive is not Drive.POLLS:
        raise ValueError(f"polls go with the drive 'polls' alone, not {drive.value!r}")
    return drive, workers


def settings_from_options(
    base_url: str, secret: str, options: SandboxOptions
) -> SandboxSettings:
    """Check the options and add the defaults.

    Raises ``TypeError`` for an unknown option, ``ValueError`` for a wrong value.
    """
    known = SandboxOptions.__annotations__
    for name in options.keys() - known.keys():
        raise TypeError(
            f"there is no option {name!r}{did_you_mean_or_list(name, known)}"
        )
    drive, workers = _drive_and_workers(options)
    public = _public_url(options.get("public_url", base_url))
    return SandboxSettings(
        base_url=public.geturl(),
        hosts=LOOPBACK | {str(public.hostname)} | _hosts(options.get("hosts", ())),
        secret=secret,
        seed=Seed(_text("seed", options.get("seed", Seed().value))),
        speed=_number("speed", options.get("speed", 1.0), *_SPEEDS),
        drive=drive,
        polls=_polls(options.get("polls", (2, 2))),
        workers=workers,
        balance=_number("balance", options.get("balance", 100.0), *_BALANCES),
        validation=ValidationMode(options.get("validation", "reject")),
        scenario=parse_scenario(_text("scenario", options.get("scenario", ""))),
    )


# Callers need not run a type checker, so the checks below look at the values.
def _number(name: str, value: Any, minimum: float, maximum: float) -> float:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not known or not minimum <= value <= maximum:
        raise ValueError(
            f"the {name} must be a number from {minimum:g} to {maximum:g}, not {value!r:.40}"
        )
    return float(value)


def _whole(name: str, value: Any) -> int:
    number = _number(name, value, 0, _LARGEST_COUNT)
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
    return frozenset(_text("hosts", name).lower() for name in value)


def _public_url(url: str) -> SplitResult:
    public = urlsplit(_text("public_url", url).rstrip("/"))
    if public.scheme not in ("http", "https") or not public.hostname:
        raise ValueError(f"{public.geturl()!r} is not a URL that clients can use")
    return public
