"""The API: one function from a request and the time to a response.

Nothing here opens a socket, reads a clock or starts a thread. A server and an in-process
transport carry the same function, so both give the same answers.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Protocol

from ..ir.model import Model
from . import bill, job_service
from .clock import SandboxClock
from .control import ControlApi
from .faults import Fault, FaultContext
from .faults.selection import FaultSelection
from .http_messages import (
    ApiRequest,
    ApiResponse,
    Refused,
    assumed_error,
    json_response,
)
from .input_validation import check_size, require_json_type
from .job import job_state
from .job_repository import JobRepository, JobStore
from .job_service import JobService
from .model_catalog import CatalogEntry, ModelCatalog
from .openapi_document import openapi_document
from .request_log import FAULT_HEADER, LogStore, RequestLog
from .routes import (
    UNLOGGED,
    WITHOUT_TOKEN,
    Action,
    Route,
    check_origin,
    find_route,
    request_account,
)
from .settings import SandboxSettings
from .watch_page import watch_page

_NO_ENTRIES: Mapping[str, CatalogEntry] = MappingProxyType({})
_LOG = logging.getLogger("runcomfy_codegen.sandbox")


class StateStore(JobStore, LogStore, Protocol):
    """What keeps jobs and journal beyond the life of a sandbox."""


class Api:
    """Every answer the sandbox gives, and what it remembers in between.

    ``models`` are what can be run, ``entries`` their published catalog entries, both by
    model id; without models, every id is one, and every object an input. A ``store`` keeps
    jobs and journal for the next sandbox. ``clock`` is the one behind the times that calls
    are answered at; a control call can advance it if it is virtual.
    """

    def __init__(
        self,
        models: Mapping[str, Model] | None,
        settings: SandboxSettings,
        entries: Mapping[str, CatalogEntry] = _NO_ENTRIES,
        store: StateStore | None = None,
        clock: SandboxClock | None = None,
    ) -> None:
        self.settings = settings
        self.catalog = ModelCatalog(models, entries)
        self.book = JobRepository(settings.seed, store)
        self.journal = RequestLog(store)
        self._faults = FaultSelection(settings.scenario)
        self._desk = JobService(self.catalog, settings, self.book)
        self._control = ControlApi(
            settings, self._desk, self.journal, self._faults, clock
        )
        self._lock = threading.Lock()

    def handle(self, request: ApiRequest, now: float) -> ApiResponse:
        """Answer one request; ``now`` in seconds since 1970. Never raises."""
        found, asking = None, None
        with self._lock:
            try:
                check_origin(request, self.settings.hosts)
                found = find_route(request)
                check_size(request)
                if found.action not in WITHOUT_TOKEN:
                    asking = request_account(request, self.settings.seed)
                call = self._call(found, request, asking or "", now)
                response = self._answer(call)
            except Refused as refused:
                response = refused.response
            except Exception:
                response = _broken(request)
            if found is None or found.action not in UNLOGGED:
                self._note(request, found, asking, response, now)
            return response

    def step(self, request_id: str, now: float) -> str:
        """Push a job on by hand; its status then. Raises ``KeyError`` if there is none."""
        with self._lock:
            job = self.book.peek(request_id)
            if job is None:
                raise KeyError(request_id)
            self.book.put(job.stepped(now))
            return job_state(job.stepped(now), now).result_word

    def bill(self, asking: str | None, now: float) -> list[bill.BillRow]:
        """The rows of an account, or of all, in order of acceptance."""
        with self._lock:
            jobs = self.book.of(asking)
            return [bill.bill_row(job, self.book, now) for job in jobs]

    def reset(self, asking: str | None) -> None:
        """Forget what an account has done, or everything."""
        with self._lock:
            self._control.reset(asking)

    def _note(
        self,
        request: ApiRequest,
        found: Route | None,
        asking: str | None,
        response: ApiResponse,
        now: float,
    ) -> None:
        if found is not None and found.action is Action.FILE:
            # Asked for without a token, a file is its owner's all the same.
            job = self.book.peek(found.request_id)
            asking = job.account if job else None
        try:
            self.journal.add(request, found, asking, response, now)
        except Exception:
            # What has happened has happened: a job was charged, and its client must know.
            _LOG.exception("%s %.200s is not kept", request.method, request.path)

    def _call(
        self, found: Route, request: ApiRequest, asking: str, now: float
    ) -> FaultContext:
        job = self.book.peek(found.request_id)
        open_to_all = found.action is Action.FILE
        if job is not None and job.account != asking and not open_to_all:
            job = None
        return FaultContext(
            route=found, request=request, account=asking, now=now, job=job
        )

    def _answer(self, call: FaultContext) -> ApiResponse:
        struck = self._faults.choose(call)
        if struck is None:
            return self._act(call)
        fault = struck.rule.fault
        response, met = self._faulty(fault, struck.situation)
        if not met:
            self._faults.take_back(struck)
            return response
        return response.having((FAULT_HEADER, f"{fault.name} ({struck.source})"))

    def _faulty(self, fault: Fault, call: FaultContext) -> tuple[ApiResponse, bool]:
        """The answer under a fault, and whether the fault has had anything to do."""
        if fault.instead and (instead := fault.instead(call)):
            return instead, True
        try:
            response = self._act(call)
        except Refused as refused:
            response = refused.response
        if fault.alters:
            change = partial(fault.alters, call)
            return response, self._desk.alter(response, change, call.now)
        # Acting may have moved the job on.
        moved = replace(call, job=call.job and self.book.peek(call.job.request_id))
        spoilt = fault.after(moved, response) if fault.after else response
        return spoilt, spoilt is not response

    def _act(self, call: FaultContext) -> ApiResponse:
        found, request, now = call.route, call.request, call.now
        match found.action:
            case Action.SUBMIT:
                return self._desk.submit(request, found.model_id, call.account, now)
            case Action.STATUS | Action.RESULT:
                return self._told(call)
            case Action.CANCEL:
                require_json_type(request)
                job = self.book.find(found.request_id, call.account)
                return self._desk.cancel(job, now)
            case Action.FILE:
                return self._desk.file(request, found.request_id, found.name, now)
            case Action.BALANCE:
                return bill.balance_response(self._desk.left(call.account))
            case Action.CONTROL:
                return self._control.answer(request, found.name, now)
            case _:
                return self._shown(found, request)

    def _told(self, call: FaultContext) -> ApiResponse:
        if call.request.method == "HEAD":
            job = self.book.find(call.route.request_id, call.account)
        else:
            job = self._desk.ask(call.route.request_id, call.account, call.now)
        if call.route.action is Action.STATUS:
            at = self._desk.standing(job, call.now)
            return job_service.status_response(job, at, self.settings.base_url)
        cost = call.request.parameters.get("include_cost", "").lower() == "true"
        return job_service.result_response(
            job, call.now, self._desk.output(job), cost=cost
        )

    def _shown(self, found: Route, request: ApiRequest) -> ApiResponse:
        match found.action:
            case Action.LIST:
                return self.catalog.list(request.parameters)
            case Action.CATEGORIES:
                return self.catalog.categories()
            case Action.PAGE:
                return watch_page()
            case Action.OPENAPI:
                return json_response(
                    openapi_document(self.catalog, self.settings.base_url)
                )
            case _:
                return json_response(self.catalog.find(found.model_id).entry)


def _broken(request: ApiRequest) -> ApiResponse:
    """The answer to what nobody foresaw: the caller is told, the reason is logged."""
    _LOG.exception("%s %.200s could not be answered", request.method, request.path)
    message = "The sandbox could not answer this; its log says why."
    return assumed_error(500, message).response
