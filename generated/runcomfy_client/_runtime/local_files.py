"""Local files in an input: sent inline or hosted by the caller, when the user says so once.

Only a ``Path`` object is a file. A text never becomes one: a remote user of an app must not
name a file of its server.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

from .daemon_threads import FILE_THREADS, HOST_THREADS
from .did_you_mean import did_you_mean
from .errors import BadSetting, InputRejected
from .escaping import quoted
from .json_values import MAX_DEPTH
from .media.errors import MediaError
from .report import Problem, Report

LocalFiles = Literal["refuse", "inline"]
"""What happens to a ``Path`` in an input: it is refused, or its content is sent inline."""
Host: TypeAlias = Callable[[Path], str]
"""Puts a file where RunComfy can read it, and returns its https URL."""
AsyncHost: TypeAlias = Callable[[Path], "str | Awaitable[str]"]
"""The same for the asyncio client, which also takes a coroutine function."""

Steps: TypeAlias = "tuple[str | int, ...]"
_SCALARS = frozenset({str, int, float, bool, type(None)})
_BODY_LIMIT = 64 << 20
"""The most bytes of a request's body that RunComfy's own clients send."""


def paths_in(
    value: object, at: Steps = (), enclosing: tuple[int, ...] = ()
) -> Iterator[tuple[Steps, Path]]:
    """Every ``Path`` in a value of lists and dicts, with the steps to it.

    It looks neither into a value inside itself nor deeper than a payload may be nested.
    """
    here = id(value)
    children: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, Path):
        yield at, value
    elif isinstance(value, dict):
        children = cast(dict[str, object], value).items()
    elif isinstance(value, list):
        children = enumerate(cast(list[object], value))
    if len(enclosing) > MAX_DEPTH or here in enclosing:
        return
    for step, member in children:
        if type(member) not in _SCALARS:
            yield from paths_in(member, (*at, step), (*enclosing, here))


def with_values(value: object, values: Mapping[Path, str]) -> Any:
    """A copy of a value with a text in place of each ``Path``."""
    if isinstance(value, Path):
        return values[value]
    if isinstance(value, dict):
        members = cast(dict[str, object], value).items()
        return {name: with_values(member, values) for name, member in members}
    if isinstance(value, list):
        return [with_values(item, values) for item in cast(list[object], value)]
    return value


@dataclass(frozen=True, slots=True)
class LocalFilePolicy:
    """What a client does with the local files of an input."""

    mode: LocalFiles = "refuse"
    host: AsyncHost | None = None

    def __post_init__(self) -> None:
        """Raises ``BadSetting``."""
        if self.mode not in get_args(LocalFiles):
            hint = did_you_mean(str(self.mode), get_args(LocalFiles))
            raise BadSetting(
                f'local_files is "refuse" or "inline", not {self.mode!r:.80}{hint}'
            )
        if self.host is not None and not callable(self.host):
            raise BadSetting(
                f"host is a function that takes a path and returns an https URL, not {self.host!r:.80}"
            )
        if self.host is not None and self.mode != "refuse":
            raise BadSetting('give either local_files="inline" or host=…, not both')

    @property
    def takes_files(self) -> bool:
        """Whether an input may have local files."""
        return self.host is not None or self.mode == "inline"

    def problems(self, members: object) -> tuple[Problem, ...]:
        """A problem for each local file, if the client takes none."""
        if self.takes_files:
            return ()
        return tuple(
            _problem(
                steps,
                f"is a local file, {quoted(path.name)}: give inline(path) here, or allow local "
                'files once with RunComfy(local_files="inline") or RunComfy(host=…)',
            )
            for steps, path in paths_in(members)
        )

    def reading(self, members: Mapping[str, Any]) -> ReadFiles:
        """The task that makes a text of each local file."""
        return ReadFiles(self, members)


class ReadFiles:
    """Reads or hosts the local files of one input, each once. Raises ``InputRejected``."""

    def __init__(self, policy: LocalFilePolicy, members: Mapping[str, Any]) -> None:
        self._policy = policy
        self._members = members
        self._texts: dict[Path, str] = {}

    def check(self) -> None:
        """Raise ``InputRejected`` if a file cannot be read."""
        for steps, path in self._places():
            _check_file(steps, path)

    def __call__(self) -> None:
        """Read them, blocking the thread. Several are hosted side by side, in threads."""
        host, places = self._policy.host, self._places()
        if host is None:
            self._texts = {path: _inlined(steps, path) for steps, path in places}
            return
        self.check()
        tasks = [partial(_hosted, host, path) for _, path in places]
        urls = (
            HOST_THREADS.run_all(tasks)
            if len(tasks) > 1
            else [task() for task in tasks]
        )
        self._texts = {path: url for (_, path), url in zip(places, urls, strict=True)}

    async def on_loop(self) -> None:
        """Do the same without blocking the event loop."""
        host, places = self._policy.host, self._places()
        if host is None:
            await FILE_THREADS.run(self)
            return
        await FILE_THREADS.run(self.check)
        urls = await _hosted_on_loop(host, [path for _, path in places])
        self._texts = {path: url for (_, path), url in zip(places, urls, strict=True)}

    def _places(self) -> list[tuple[Steps, Path]]:
        """Each file once, with the first steps to it."""
        first: dict[Path, Steps] = {}
        for steps, path in paths_in(self._members):
            first.setdefault(path, steps)
        return [(steps, path) for path, steps in first.items()]

    def members(self) -> Mapping[str, Any]:
        """The members with a text in place of each file."""
        size = sum(map(len, self._texts.values()))
        if size > _BODY_LIMIT:
            raise _rejected(
                (),
                f"has local files of {size >> 20} MiB together as text, and a request takes "
                f"{_BODY_LIMIT >> 20} MiB: host them, with RunComfy(host=…)",
            )
        return cast(Mapping[str, Any], with_values(self._members, self._texts))


def _function(host: AsyncHost) -> object:
    """The function that is called: of an object that can be called, its method."""
    inner: object = getattr(host, "func", host)  # functools.partial
    if inspect.isfunction(inner) or inspect.ismethod(inner):
        return cast(object, inner)
    return cast(object, getattr(inner.__class__, "__call__", inner))  # noqa: B004


def _inlined(steps: Steps, path: Path) -> str:
    from .media.data_uri import inline  # not every program has local files

    try:
        return inline(path)
    except InputRejected as rejected:
        raise _rejected(steps, rejected.problems[0].message) from None


def _check_file(steps: Steps, path: Path) -> None:
    from .media.prober import FileReader  # not every program has local files

    try:
        file = FileReader(path)
    except MediaError as error:
        raise _rejected(steps, str(error)) from None
    file.close()
    if not file.size:
        raise _rejected(steps, f"{quoted(str(path), 200)} is empty")


def _hosted(host: AsyncHost, path: Path) -> str:
    try:
        url = host(path)
    except Exception as error:
        error.add_note(_host_note(path))
        raise
    return _checked_url(path, url)


async def _hosted_on_loop(host: AsyncHost, paths: Sequence[Path]) -> list[str]:
    """The URLs of files that are hosted side by side. The first error stops the others."""
    import asyncio  # its caller has it

    is_coroutine = inspect.iscoroutinefunction(_function(host))
    room = asyncio.Semaphore(HOST_THREADS.limit)

    async def hosted(path: Path) -> str:
        if not is_coroutine:
            return await HOST_THREADS.run(partial(_hosted, host, path))
        async with room:
            try:
                url = await cast("Awaitable[str]", host(path))
            except Exception as error:
                error.add_note(_host_note(path))
                raise
            return _checked_url(path, url)

    tasks = [asyncio.ensure_future(hosted(path)) for path in paths]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _host_note(path: Path) -> str:
    return f"host= was called for {quoted(str(path), 200)}; nothing was sent, nothing is billed"


def _checked_url(path: Path, url: object) -> str:
    if isinstance(url, str) and url[:8].lower() == "https://" and len(url) > 8:
        return url
    if inspect.iscoroutine(url):
        url.close()
        shown = "a coroutine, which only AsyncRunComfy takes"
    else:
        shown = quoted(url)
    raise BadSetting(
        f"host= must return an https URL. For {quoted(path.name)} it returned {shown}; nothing "
        "was sent"
    )


def _rejected(steps: Steps, why: str) -> InputRejected:
    return InputRejected(Report((_problem(steps, why),)))


def _problem(steps: Steps, why: str) -> Problem:
    from .problems import label, pointer  # imports pydantic, as the input has already

    path = tuple(map(str, steps))
    return Problem(
        pointer=pointer(path), code="invalid", message=f"{label(path)}: {why}"
    )


def payload_refusal(members: object) -> Report:
    """Why members with local files are not JSON; true without local files."""
    return Report(
        tuple(
            _problem(
                steps,
                f"{quoted(path.name)} is a local file, and the payload is JSON: the client reads "
                "the file when it submits. Give inline(path) to have its content here",
            )
            for steps, path in paths_in(members)
        )
    )
