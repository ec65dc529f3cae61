"""The calls of a client that read the catalog and the wallet.

The asyncio half is written by hand, and the blocking half is made from it.
"""

from __future__ import annotations

from .async_driver import AsyncDriver
from .base_job import begin_call
from .catalog import Balance, ModelFacts
from .errors import UnreadableAnswer
from .lifecycle.catalog import read_balance, read_model, read_models
from .retry_and_timeouts import CATALOG_TIMEOUT
from .submission import checked_model_id


class AsyncCatalogCalls:
    """The part of a client that reads the catalog and the wallet. Reads are repeated."""

    _driver: AsyncDriver

    async def models(
        self,
        *,
        search: str = "",
        category: str = "",
        kind: str = "",
        limit: int | None = None,
        timeout: float | None = CATALOG_TIMEOUT,
    ) -> list[ModelFacts]:
        """The models of the catalog, at most ``limit``, without their schemas.

        ``search`` is looked for in id, name and description, in upper or lower case.
        """
        parameters = {"search": search, "category": category, "kind": kind}
        query = {name: value for name, value in parameters.items() if value}
        context, deadline = begin_call(self._driver.config, timeout)
        entries = await self._driver.drive(read_models(context, query, limit, deadline))
        return [ModelFacts.of(entry) for entry in entries]

    async def model(
        self, model_id: str, /, *, timeout: float | None = CATALOG_TIMEOUT
    ) -> ModelFacts:
        """What the catalog publishes of a model: its price, its schema. Raises ``NotFound``."""
        context, deadline = begin_call(self._driver.config, timeout)
        flow = read_model(context, checked_model_id(model_id), deadline)
        return ModelFacts.of(await self._driver.drive(flow))

    async def balance(self, *, timeout: float | None = CATALOG_TIMEOUT) -> Balance:
        """The balance of the account."""
        context, deadline = begin_call(self._driver.config, timeout)
        balance = Balance.of(await self._driver.drive(read_balance(context, deadline)))
        if balance is None:
            raise UnreadableAnswer("reading the balance: the answer states none")
        return balance
