"""The live catalog over HTTP: reads only, each tried again when that can help."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from runcomfy_runtime.client_config import ServerAccess, ServerSettings
from runcomfy_runtime.errors import ApiError, MissingToken, NotConfigured, NotFound
from runcomfy_runtime.protocol import DEFAULT_BASE_URL, TOKEN_VARIABLES
from runcomfy_runtime.responses import (
    api_error,
    json_object,
    may_change,
    read_error,
    retry_after,
)
from runcomfy_runtime.retry_and_timeouts import (
    CATALOG_TIMEOUT,
    CATALOG_TRIES,
    MAX_RETRY_AFTER,
    backoff,
)
from runcomfy_runtime.transport import (
    Lost,
    Outcome,
    Reached,
    Request,
    Response,
    Transport,
)

from ..errors import CodegenError, OperationError, UnknownModel, UsageError
from ..ir.json_text import is_array, items, members
from .results import Progress, ignore_progress

_MOST = 500  # entries of one page that the API gives
_READINGS = 3


class CatalogChanged(Exception):
    """The catalog changed while its pages were read."""


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """One page: its URL, its bytes, and the ids of the models on it.

    ``model_ids`` has one string for each entry, empty if the entry has no id. ``total`` is
    the number of entries that the catalog claims to have.
    """

    url: str
    content: bytes
    model_ids: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class LiveCatalog:
    """The catalog of a server, read in pages of ``limit`` entries; ``pause`` waits."""

    transport: Transport
    access: ServerAccess
    limit: int = _MOST
    pause: Callable[[float], None] = time.sleep

    def every(self, progress: Progress = ignore_progress) -> list[CatalogPage]:
        """Every page of the catalog. ``progress`` is called after each model.

        If the catalog changes in the meantime, it is read again: a model must not look
        removed only because another one was inserted before it. Two equal readings count as
        the catalog's content, even if it is incomplete or repeats an id. Raises
        ``OperationError``.
        """
        before: list[str] | None = None
        for _ in range(_READINGS):
            try:
                pages = list(self._pages(progress))
            except CatalogChanged:
                continue
            listed = [model_id for page in pages for model_id in page.model_ids]
            if len({*listed}) == pages[0].total or listed == before:
                return pages
            before = listed
        raise OperationError(
            "the catalog changes while it is read; try again in a minute"
        )

    def one(self, model_id: str) -> CatalogPage:
        """The entry of one model. Raises ``UnknownModel`` and ``OperationError``."""
        url = f"{self.access.base_url}/v1/models/{quote(model_id)}"
        try:
            content = self._get(url, f"the model {model_id!r}")
        except NotFound as error:
            raise UnknownModel(str(error)) from None
        answered = members(json.loads(content)).get("model_id")
        if answered != model_id:
            raise OperationError(
                f"{url}: asked for {model_id!r}, the answer is about {answered!r}"
            )
        return CatalogPage(url, content, (model_id,), 1)

    def _pages(self, progress: Progress) -> Iterator[CatalogPage]:
        page = self._page(0)
        count, total = 0, page.total
        while page.model_ids or not count:
            yield page
            for model_id in page.model_ids:
                count += 1
                progress(count, total, model_id)
            if count >= total or not page.model_ids:
                return
            page = self._page(count)
            if page.total != total:
                raise CatalogChanged

    def _page(self, offset: int) -> CatalogPage:
        query = urlencode(
            {"include_schema": "true", "limit": self.limit, "offset": offset}
        )
        url = f"{self.access.base_url}/v1/models?{query}"
        content = self._get(url, "the catalog")
        answer: Any = members(json.loads(content))
        listed, total = answer.get("models"), answer.get("total")
        if not is_array(listed) or not isinstance(total, int):
            raise OperationError(
                f"{url}: not a catalog: the answer has no 'models' and 'total'"
            )
        ids = tuple(str(members(entry).get("model_id", "")) for entry in items(listed))
        return CatalogPage(url, content, ids, total)

    def _get(self, url: str, what: str) -> bytes:
        """The JSON document at a URL. Raises ``NotFound`` and ``OperationError``."""
        attempt = 0
        while True:
            outcome = self._send(url)
            if isinstance(outcome, Response) and not self._refused(outcome):
                return outcome.body
            attempt += 1
            if attempt == CATALOG_TRIES or not _again(outcome):
                break
            self.pause(_wait(outcome, attempt - 1))
        if isinstance(outcome, Lost):
            hint = server_hint(unreached=outcome.reached is Reached.NOTHING_SENT)
            raise OperationError(f"{url}: {outcome.reason}{hint}")
        raise self._failure(outcome, what)

    def _send(self, url: str) -> Outcome:
        request = Request("GET", url, timeout=CATALOG_TIMEOUT, token=self.access.token)
        outcome = self.transport.send(request)
        # A server may echo the token, and its answer is printed and stored.
        return outcome._replace(body=self.access.token.redacted(outcome.body))

    def _refused(self, response: Response) -> bool:
        answer = json_object(response)
        return answer is None or read_error(response, answer, time.time()) is not None

    def _failure(self, response: Response, what: str) -> Exception:
        stated = read_error(response, json_object(response), time.time())
        if stated is None:
            return OperationError(f"{what}: the answer is not a JSON object")
        error = api_error(f"reading {what}", stated, ApiError)
        return error if isinstance(error, NotFound) else OperationError(str(error))


def is_complete(pages: Collection[CatalogPage]) -> bool:
    """Whether the pages have an id for every entry that the catalog claims to have."""
    listed = [model_id for page in pages for model_id in page.model_ids]
    return all(listed) and len(listed) >= max((page.total for page in pages), default=0)


def access_from_environment() -> ServerAccess:
    """Server and token from the environment. Raises ``CodegenError``."""
    try:
        return ServerSettings().access()
    except NotConfigured as error:
        raise not_configured(error) from None


def not_configured(error: Exception) -> CodegenError:
    """The error for a token that is missing, or a setting that cannot be used.

    Every command ends with the same words and exit code. ``error`` is an exception of the
    runtime, or of its copy in a generated client.
    """
    if type(error).__name__ != MissingToken.__name__:
        return UsageError(str(error))
    first, *others = TOKEN_VARIABLES
    return OperationError(
        f"there is no RunComfy API token: set {first} to your API key ({', '.join(others)}"
        " are read too; none is set). Without a key, `run --sandbox` and `sandbox` work on"
        " this machine"
    )


def server_hint(*, unreached: bool) -> str:
    """Which server the environment names, and what to do if it cannot be reached."""
    server = ServerSettings().server()
    if server == DEFAULT_BASE_URL:
        return (
            "\nIs this machine online? HTTPS_PROXY names a proxy" if unreached else ""
        )
    hint = f"\nThe server is {server} (RUNCOMFY_BASE_URL)"
    address = urlsplit(server)
    if unreached and address.hostname in ("localhost", "127.0.0.1", "::1"):
        port = f" --port {address.port}" if address.port else ""
        hint += f". Is it running? `runcomfy-codegen sandbox{port}` starts a sandbox"
    return hint


def _again(outcome: Outcome) -> bool:
    if isinstance(outcome, Lost):
        return not outcome.hopeless
    hint = retry_after(outcome.headers, time.time())
    return may_change(outcome) and (hint is None or hint <= MAX_RETRY_AFTER)


def _wait(outcome: Outcome, attempt: int) -> float:
    hint = retry_after(outcome.headers, time.time())
    return backoff(attempt, random.random()) if hint is None else hint  # noqa: S311
