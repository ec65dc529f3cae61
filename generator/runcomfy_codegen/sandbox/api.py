"""The API: one function from a request and the time to a response.

Nothing here opens a socket, reads a clock or starts a thread. A server and an in-process
transport carry the same function, so both give the same answers.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Protocol

from ..ir.model import Model
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
from .job import JobRecord, job_state
from .job_repository import BillRow, JobRepository, JobStore, balance_response, bill_row
from .job_service import JobService, result_response, status_response
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
    """Keeps jobs and requests beyond the life of a sandbox."""


class Api:
    """Every answer of the sandbox, and its memory between them.

    ``models`` are the models that can run, ``entries`` their published catalog entries, both
    by model id. Without models, every id is a model and every object an input. A ``store``
    keeps jobs and requests for the next sandbox. ``clock`` is the clock that the times of
    requests come from; a control call can advance it if it is virtual.
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
        self.jobs = JobRepository(settings.seed, store)
        self.journal = RequestLog(store)
        self._faults = FaultSelection(settings.scenario)
        self._service = JobService(self.catalog, settings, self.jobs)
        self._control = ControlApi(
            settings, self._service, self.journal, self._faults, clock
        )
        self._lock = threading.Lock()

    def handle(self, request: ApiRequest, now: float) -> ApiResponse:
        """Answer one request; ``now`` is in seconds since 1970. Never raises."""
        route, account = None, None
        with self._lock:
            try:
                check_origin(request, self.settings.hosts)
                route = find_route(request)
                check_size(request)
                if route.action not in WITHOUT_TOKEN:
                    account = request_account(request, self.settings.seed)
                context = self._context(route, request, account or "", now)
                response = self._answer(context)
            except Refused as refused:
                response = refused.response
            except Exception:
                response = _internal_error(request)
            if route is None or route.action not in UNLOGGED:
                self._log(request, route, account, response, now)
            return response

    def step(self, request_id: str, now: float) -> str:
        """Move a job one step on; returns its status. Raises ``KeyError`` if there is no job."""
        with self._lock:
            job = self.jobs.get(request_id)
            if job is None:
                raise KeyError(request_id)
            self.jobs.save(job.stepped(now))
            return job_state(job.stepped(now), now).outcome_word

    def bill(
        self, account: str | None, now: float, reference: str | None = None
    ) -> list[BillRow]:
        """The rows of an account, or of all, in order of acceptance; or of one reference."""
        with self._lock:
            jobs: Iterable[JobRecord] = (
                self.jobs.of_account(account)
                if reference is None
                else self.jobs.of_reference(account, reference)
            )
            return [bill_row(job, self.jobs, now) for job in jobs]

    def reset(self, account: str | None) -> None:
        """Forget the jobs and requests of an account, or of all."""
        with self._lock:
            self._control.reset(account)

    def _log(
        self,
        request: ApiRequest,
        route: Route | None,
        account: str | None,
        response: ApiResponse,
        now: float,
    ) -> None:
        if route is not None and route.action is Action.FILE:
            # A file needs no token, and is logged for the account of its job.
            job = self.jobs.get(route.request_id)
            account = job.account if job else None
        try:
            self.journal.add(request, route, account, response, now)
        except Exception:
            # The call has had its effect: a job is charged, and its client needs the answer.
            _LOG.exception("%s %.200s is not kept", request.method, request.path)

    def _context(
        self, route: Route, request: ApiRequest, account: str, now: float
    ) -> FaultContext:
        job = self.jobs.get(route.request_id)
        public = route.action is Action.FILE
        if job is not None and job.account != account and not public:
            job = None
        return FaultContext(
            route=route, request=request, account=account, now=now, job=job
        )

    def _answer(self, context: FaultContext) -> ApiResponse:
        selected = self._faults.choose(context)
        if selected is None:
            return self._act(context)
        fault = selected.rule.fault
        response, changed = self._answer_with_fault(fault, selected.context)
        if not changed:
            self._faults.take_back(selected)
            return response
        return response.having((FAULT_HEADER, f"{fault.name} ({selected.source})"))

    def _answer_with_fault(
        self, fault: Fault, context: FaultContext
    ) -> tuple[ApiResponse, bool]:
        """The answer, and whether the fault has changed anything."""
        if fault.replace_response and (replaced := fault.replace_response(context)):
            return replaced, True
        try:
            response = self._act(context)
        except Refused as refused:
            response = refused.response
        if fault.change_job:
            change = partial(fault.change_job, context)
            return response, self._service.change_new_job(response, change, context.now)
        if fault.change_response is None:
            return response, False
        # The call itself may have changed the job.
        job = context.job and self.jobs.get(context.job.request_id)
        changed = fault.change_response(replace(context, job=job), response)
        return changed, changed is not response

    def _act(self, context: FaultContext) -> ApiResponse:
        route, request, now = context.route, context.request, context.now
        account, service = context.account, self._service
        match route.action:
            case Action.SUBMIT:
                return service.submit(request, route.model_id, account, now)
            case Action.STATUS | Action.RESULT:
                return self._status_or_result(context)
            case Action.CANCEL:
                require_json_type(request)
                return service.cancel(self.jobs.get_own(route.request_id, account), now)
            case Action.FILE:
                return service.output_file(request, route.request_id, route.name, now)
            case Action.BALANCE:
                return balance_response(service.balance(account))
            case Action.CONTROL:
                return self._control.answer(request, route.name, now)
            case _:
                return self._page_or_catalog(route, request)

    def _status_or_result(self, context: FaultContext) -> ApiResponse:
        route, service = context.route, self._service
        if context.request.method == "HEAD":
            job = self.jobs.get_own(route.request_id, context.account)
        else:
            job = service.poll(route.request_id, context.account, context.now)
        if route.action is Action.STATUS:
            state = service.state_of(job, context.now)
            return status_response(job, state, self.settings.base_url)
        cost = context.request.parameters.get("include_cost", "").lower() == "true"
        output = service.output_value(job)
        return result_response(job, context.now, output, cost=cost)

    def _page_or_catalog(self, route: Route, request: ApiRequest) -> ApiResponse:
        match route.action:
            case Action.LIST:
                return self.catalog.list(request.parameters)
            case Action.CATEGORIES:
                return self.catalog.categories()
            case Action.PAGE:
                return watch_page()
            case Action.OPENAPI:
                base_url = self.settings.base_url
                return json_response(openapi_document(self.catalog, base_url))
            case _:
                return self.catalog.one(route.model_id)


def _internal_error(request: ApiRequest) -> ApiResponse:
    """The answer to an unexpected exception; its traceback goes to the log."""
    _LOG.exception("%s %.200s could not be answered", request.method, request.path)
    message = "The sandbox could not answer this; its log says why."
    return assumed_error(500, message).response
