"""Driving flows, blocking: the one place where the sync client touches the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from .clock import Clock, SystemClock
from .exchange import Outcome, Request, Response
from .flow.step import (
    Emit,
    Event,
    Flow,
    Note,
    Send,
    Sleep,
    Step,
    Terms,
    Work,
)
from .noted_jobs import Journal
from .observer import Hooks, exchanged, happened
from .settings import Settings, origin
from .status import Status
from .transport import Transport

T = TypeVar("T")
Listener = Callable[[Status], None]


def _chance() -> float:
    from random import random  # slow to load, and not needed before the first pause

    return random()  # noqa: S311 - spreads pauses, guards nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What both drivers have in common: who asks, what time it is, who listens."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[], float] = _chance
    hooks: Hooks = field(default_factory=Hooks)
    journal: Journal | None = None
    include_cost: bool = False

    def terms(self) -> Terms:
        """The terms for a flow that begins now."""
        return Terms(
            base_url=self.settings.server(),
            now=self.clock.now,
            today=self.clock.today,
            random=self.random,
            journal=self.journal is not None,
            include_cost=self.include_cost,
        )

    def signed(self, request: Request) -> Request:
        """The request with the token, if it goes to the configured server."""
        if request.public:
            return request
        base_url, token = self.settings.access()
        if not request.url.startswith(base_url + "/") and origin(request.url) != origin(
            base_url
        ):
            return request
        return request._replace(token=token)

    def received(self, request: Request, outcome: Outcome, began: float) -> Outcome:
        """The outcome, told to the hooks, and without the token should it be echoed."""
        exchanged(self.hooks, request, outcome, self.clock.now() - began)
        if request.token is not None and isinstance(outcome, Response):
            body = request.token.redacted(outcome.body)
            if body is not outcome.body:
                return outcome._replace(body=body)
        return outcome


@dataclass(frozen=True, slots=True)
class Driver:
    """Does what flows ask for, one step after the other, in the caller's thread."""

    world: World
    transport: Transport

    def drive(
        self,
        flow: Flow[T],
        listener: Listener | None = None,
        *,
        thrown: BaseException | None = None,
    ) -> T:
        """Drive a flow to its end. What stops a step is thrown into the flow first.

        With ``thrown`` the flow, which was begun before, goes on by that exception.
        """
        answer: Outcome | None = None
        error = thrown
        while True:
            try:
                step = flow.send(answer) if error is None else flow.throw(error)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            answer, error = None, None
            try:
                answer = self.perform(step, listener)
            except BaseException as caught:
                error = caught

    def updates(self, flow: Flow[None]) -> Iterator[Status]:
        """Drive a flow, and give out each status that it tells of."""
        told: list[Status] = []
        answer: Outcome | None = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration:
                return
            answer = self.perform(step, told.append)
            while told:
                yield told.pop()

    def perform(self, step: Step, listener: Listener | None) -> Outcome | None:
        """Do one step, and give back what a flow is answered with."""
        match step:
            case Send(request):
                return self.send(request)
            case Sleep(seconds):
                self.world.clock.sleep(seconds)
            case Emit(event):
                self._tell(event, listener)
            case Note(entry):
                assert self.world.journal is not None
                self.world.journal.note(entry)
            case Work(task):
                task()
        return None

    def send(self, request: Request) -> Outcome:
        """Send one request, with the token if it may have it."""
        world = self.world
        request = world.signed(request)
        began = world.clock.now()
        return world.received(request, self.transport.send(request), began)

    def _tell(self, event: Event, listener: Listener | None) -> None:
        happened(self.world.hooks, event)
        if listener is not None and isinstance(event, Status):
            listener(event)
