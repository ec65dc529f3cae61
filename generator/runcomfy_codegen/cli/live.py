"""The live catalog over HTTP: reads only, each tried again when that can help."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from runcomfy_runtime.answer import api_error, document, refusal, retry_after
from runcomfy_runtime.errors import ApiError, NotFound, RunComfyError
from runcomfy_runtime.exchange import Lost, Outcome, Request, Response
from runcomfy_runtime.flow.pace import LONGEST_HINT, retry_pause
from runcomfy_runtime.settings import Access, Settings
from runcomfy_runtime.transport import Transport

from ..ir.json_text import is_array, items, members
from .failure import Failure, usage
from .text import shown

_MOST = 500  # entries of one page that the API gives
_TRIES = 5
_SECONDS = 60.0
_WORTH_ANOTHER = frozenset({408, 425, 429, 500, 502, 503, 504})
_RESTARTS = 3


class Moved(Exception):
    """The catalog changed while its pages were read."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: where it came from, its bytes, and the ids of the models in it."""

    url: str
    content: bytes
    model_ids: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class LiveCatalog:
    """The catalog of a server, ``limit`` entries at a time; ``pause`` waits so many seconds."""

    transport: Transport
    access: Access
    limit: int = _MOST
    pause: Callable[[float], None] = time.sleep

    def every(self, begin: Callable[[int], Callable[[str], None]]) -> list[Page]:
        """Every page of the catalog. ``begin`` is told the number of models, and gives what
        is called with the id of each that came.

        Starts over if the catalog changes meanwhile: a model must not seem to be gone only
        because another one was put before it. Raises ``Failure``.
        """
        for _ in range(_RESTARTS):
            try:
                return list(self._pages(begin))
            except Moved:
                continue
        raise Failure("the catalog changes while it is read; try again in a minute")

    def one(self, model_id: str) -> Page:
        """The entry of one model. Raises ``Failure``."""
        url = f"{self.access.base_url}/v1/models/{quote(model_id)}"
        try:
            content = self._get(url, f"the model {model_id!r}")
        except NotFound as error:
            raise usage(shown(str(error))) from None
        return Page(url, content, (model_id,), 1)

    def _pages(self, begin: Callable[[int], Callable[[str], None]]) -> Iterator[Page]:
        page = self._page(0)
        seen, total, tell = {*page.model_ids}, page.total, begin(page.total)
        for model_id in page.model_ids:
            tell(model_id)
        yield page
        while len(seen) < total:
            page = self._page(len(seen))
            new = {*page.model_ids} - seen
            if page.total != total or len(new) < max(1, len(page.model_ids)):
                raise Moved
            seen |= new
            for model_id in page.model_ids:
                tell(model_id)
            yield page

    def _page(self, offset: int) -> Page:
        query = urlencode(
            {"include_schema": "true", "limit": self.limit, "offset": offset}
        )
        url = f"{self.access.base_url}/v1/models?{query}"
        content = self._get(url, "the catalog")
        answer: Any = members(json.loads(content))
        listed, total = answer.get("models"), answer.get("total")
        if not is_array(listed) or not isinstance(total, int):
            raise Failure(
                f"{url}: this is no catalog: an object with 'models' and 'total' was expected"
            )
        ids = tuple(str(members(entry).get("model_id", "")) for entry in items(listed))
        return Page(url, content, ids, total)

    def _get(self, url: str, what: str) -> bytes:
        """The JSON document at a URL. Raises ``NotFound`` and ``Failure``."""
        attempt = 0
        while True:
            outcome = self._send(url)
            if isinstance(outcome, Response) and not self._refused(outcome):
                return outcome.body
            attempt += 1
            if attempt == _TRIES or not _again(outcome):
                break
            self.pause(_wait(outcome, attempt - 1))
        if isinstance(outcome, Lost):
            raise Failure(shown(f"{url}: {outcome.reason}"))
        raise self._failure(outcome, what)

    def _send(self, url: str) -> Outcome:
        request = Request("GET", url, timeout=_SECONDS, token=self.access.token)
        outcome = self.transport.send(request)
        # A server may echo the token, and what it says is shown and stored.
        return outcome._replace(body=self.access.token.redacted(outcome.body))

    def _refused(self, response: Response) -> bool:
        told = document(response)
        return told is None or refusal(response, told, time.time()) is not None

    def _failure(self, response: Response, what: str) -> Exception:
        stated = refusal(response, document(response), time.time())
        if stated is None:
            return Failure(f"{what} came as something else than a JSON object")
        error = api_error(f"reading {what}", stated, ApiError)
        return error if isinstance(error, NotFound) else Failure(shown(str(error)))


def access_from_environment() -> Access:
    """Server and token from the environment. Raises ``Failure``."""
    try:
        return Settings().access()
    except RunComfyError as error:
        raise usage(str(error)) from None


def _again(outcome: Outcome) -> bool:
    if isinstance(outcome, Lost):
        return not outcome.hopeless
    hint = retry_after(outcome.headers, time.time())
    return outcome.status in _WORTH_ANOTHER and (hint is None or hint <= LONGEST_HINT)


def _wait(outcome: Outcome, attempt: int) -> float:
    hint = retry_after(outcome.headers, time.time())
    return retry_pause(attempt, random.random()) if hint is None else hint  # noqa: S311
