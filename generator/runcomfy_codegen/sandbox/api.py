"""The API: one function from a request and the time to a response.

Nothing here opens a socket, reads a clock or starts a thread. A server and an in-process
transport carry the same function, so both give the same answers.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from runcomfy_codegen.ir.model import Model

from . import ledger, requests
from .auth import account
from .book import Book, Shelf
from .catalog import Catalog, Entry
from .control import Control
from .desk import Desk
from .exchange import Request, Response, json_response
from .faults.selection import Selection
from .faults.situation import Situation
from .guard import admit
from .job import Job, state
from .journal import FAULT_HEADER, Journal
from .openapi import openapi
from .page import watch_page
from .refusal import Refused
from .route import OPEN, Action, Route, route
from .settings import Settings

_NO_ENTRIES: Mapping[str, Entry] = MappingProxyType({})


class Api:
    """Every answer the sandbox gives, and what it remembers in between.

    ``models`` are what can be run, ``entries`` their published catalog entries, both by
    model id; without models, every id is one, and every object an input. A ``shelf`` keeps
    the jobs for the next sandbox.
    """

    def __init__(
        self,
        models: Mapping[str, Model] | None,
        settings: Settings,
        entries: Mapping[str, Entry] = _NO_ENTRIES,
        shelf: Shelf | None = None,
    ) -> None:
        self.settings = settings
        self.catalog = Catalog(models, entries)
        self.book = Book(settings.seed, shelf)
        self.journal = Journal()
        self._faults = Selection(settings.scenario)
        self._desk = Desk(self.catalog, settings, self.book)
        self._control = Control(settings, self._desk, self.journal, self._faults)
        self._lock = threading.Lock()

    def handle(self, request: Request, now: float) -> Response:
        """Answer one request; ``now`` in seconds since 1970. Never raises for bad input."""
        with self._lock:
            found, asking = None, None
            try:
                admit(request, self.settings.hosts)
                found = route(request)
                if found.action not in OPEN:
                    asking = account(request, self.settings.seed)
                response = self._answer(found, request, asking or "", now)
            except Refused as refused:
                response = refused.response
            if found is None or found.action is not Action.CONTROL:
                self.journal.add(request, found, asking, response, now)
            return response

    def step(self, request_id: str, now: float) -> str:
        """Push a job on by hand; its status then. Raises ``KeyError`` if there is none."""
        with self._lock:
            job = self.book.peek(request_id)
            if job is None:
                raise KeyError(request_id)
            self.book.put(job.stepped(now))
            return state(job.stepped(now), now).result_word

    def reset(self, asking: str | None) -> None:
        """Forget what an account has done, or everything."""
        with self._lock:
            self._control.reset(asking)

    def _answer(
        self, found: Route, request: Request, asking: str, now: float
    ) -> Response:
        chosen = self._faults.choose(
            Situation(
                route=found,
                request=request,
                account=asking,
                now=now,
                base_url=self.settings.base_url,
                job=self._job(found, asking),
            )
        )
        if chosen is None:
            return self._act(found, request, asking, now)
        rule, source, situation = chosen
        response = rule.fault.instead(situation) if rule.fault.instead else None
        if response is None:
            response = self._acted(found, request, asking, now)
            after = replace(situation, job=self._job(found, asking))
            response = (
                rule.fault.after(after, response) if rule.fault.after else response
            )
        return response.having((FAULT_HEADER, f"{rule.fault.name} ({source})"))

    def _job(self, found: Route, asking: str) -> Job | None:
        job = self.book.peek(found.request_id)
        own = job is not None and job.account == asking
        return job if own or found.action is Action.FILE else None

    def _acted(
        self, found: Route, request: Request, asking: str, now: float
    ) -> Response:
        try:
            return self._act(found, request, asking, now)
        except Refused as refused:
            return refused.response

    def _act(self, found: Route, request: Request, asking: str, now: float) -> Response:
        match found.action:
            case Action.SUBMIT:
                return self._desk.submit(request, found.model_id, asking, now)
            case Action.STATUS | Action.RESULT:
                return self._told(found, request, asking, now)
            case Action.CANCEL:
                return self._desk.cancel(found.request_id, asking, now)
            case Action.FILE:
                return self._desk.file(request, found.request_id, found.name, now)
            case Action.BALANCE:
                return ledger.balance(self._desk.left(asking, now))
            case Action.CONTROL:
                return self._control.answer(request, found.name, now)
            case _:
                return self._shown(found, request)

    def _told(
        self, found: Route, request: Request, asking: str, now: float
    ) -> Response:
        job = self._desk.ask(found.request_id, asking, now)
        if found.action is Action.STATUS:
            return requests.status(job, now, self.settings.base_url)
        cost = request.parameters.get("include_cost", "").lower() == "true"
        return requests.result(job, now, self._desk.output(job), cost=cost)

    def _shown(self, found: Route, request: Request) -> Response:
        match found.action:
            case Action.LIST:
                return self.catalog.list(request.parameters)
            case Action.CATEGORIES:
                return self.catalog.categories()
            case Action.PAGE:
                return watch_page()
            case Action.OPENAPI:
                return json_response(openapi(self.catalog, self.settings.base_url))
            case _:
                return json_response(self.catalog.find(found.model_id).entry)
