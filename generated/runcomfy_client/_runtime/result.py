"""What a finished job gave: the typed output, its files, and the answer as it came."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .driver import Driver
from .errors import RunComfyError
from .files import File, digest, files, urls
from .ticket import Ticket

if TYPE_CHECKING:
    from pathlib import Path

    from .download.fetch import Progress

OutputT = TypeVar("OutputT")
Reader = Callable[[object], OutputT]


def as_it_came(output: object) -> dict[str, Any]:
    """The output of a model that has no class: an object as it is, anything else wrapped."""
    return (
        cast(dict[str, Any], output) if isinstance(output, dict) else {"output": output}
    )


class Finished(Generic[OutputT]):
    """The outcome of a job that succeeded.

    ``output`` never fails to be read: what does not fit the published output schema stays in
    it as it came. ``raw`` is the server's whole answer.
    """

    __slots__ = ("_ticket", "files", "output", "raw")

    def __init__(
        self, ticket: Ticket, raw: dict[str, Any], reader: Reader[OutputT]
    ) -> None:
        content = raw.get("output")
        self._ticket = ticket
        self.raw = raw
        self.output: OutputT = reader(content)
        echoed = ticket.echoes
        if "input" in raw:
            echoed = (*echoed, *map(digest, urls(raw["input"])))
        self.files: tuple[File, ...] = files(content, echoed)

    @property
    def request_id(self) -> str:
        """The id of the job."""
        return self._ticket.request_id

    @property
    def model_id(self) -> str:
        """The model that ran."""
        return self._ticket.model_id

    @property
    def cost(self) -> float | None:
        """US dollars, if the server was asked (``include_cost=True``) and knows it yet."""
        cost: object = self.raw.get("cost")
        if isinstance(cost, (int, float)) and not isinstance(cost, bool):
            return float(cost)
        return None

    def _about(self, error: RunComfyError) -> None:
        """Tell an error of a download which job it is about: the files are paid for."""
        word = self.raw.get("status")
        error.of(self._ticket, word if isinstance(word, str) else None)

    def __repr__(self) -> str:
        names = ", ".join(file.url.partition("?")[0] for file in self.files)
        return (
            f"<{type(self).__name__} {self.model_id} {self.request_id} files=[{names}]>"
        )


class Result(Finished[OutputT]):
    """The outcome of a job, from the blocking client."""

    __slots__ = ("_driver",)

    def __init__(
        self,
        driver: Driver,
        ticket: Ticket,
        raw: dict[str, Any],
        reader: Reader[OutputT],
    ) -> None:
        super().__init__(ticket, raw, reader)
        self._driver = driver

    def download(
        self,
        folder: str | os.PathLike[str],
        *,
        hosts: str | Iterable[str] = (),
        limit: int | None = None,
        on_progress: Progress | None = None,
    ) -> list[Path]:
        """Save every file in a folder, and return the paths in the order of ``files``.

        Files come whole or not at all, under names made of the request id. They are fetched
        from RunComfy's hosts, from the configured server, and from ``hosts``, without the
        token. ``limit`` is in bytes, for each file (2 GiB if not given). ``on_progress`` is
        called with the path, the bytes so far, and the total if it is known; what it raises
        ends the download and passes through. Raises ``DownloadError``.
        """
        from .download.save import saved  # files, which not every client has to do with

        terms = self._driver.world.terms()
        try:
            return self._driver.drive(
                saved(
                    terms, self._ticket, self.files, folder, hosts, limit, on_progress
                )
            )
        except RunComfyError as error:
            self._about(error)
            raise
