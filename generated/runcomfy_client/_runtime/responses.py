"""Reading the server's answers: JSON objects, errors, ``Retry-After``.

Error bodies seen: ``{error_code, error_message, detail}``, ``{message}``, ``{error}`` as text or
object, ``{code, error}``, ``detail`` as text or list, plain text, HTML, nothing. A top-level
``error_code`` is an error even with HTTP 200, and a bad token or an empty balance comes as 400.
"""

from __future__ import annotations

import json
import re
from calendar import timegm
from codecs import BOM_UTF8
from collections.abc import Mapping
from enum import Enum
from time import gmtime
from typing import Any, NamedTuple, cast

from . import error_codes, errors
from .escaping import printable
from .transport import Response

JsonObject = dict[str, Any]

_MOST_PROBLEMS = 50  # of one answer; more would bury the first
_LONGEST_MESSAGE = 4000  # characters: every problem of a refused input, in full
_TEXT_KEYS = ("error_message", "message", "error", "detail", "title", "msg", "reason")


class BodyWithoutJson(Enum):
    """What ``json_value`` returns for a body that is not JSON."""

    NOT_JSON = 0


def json_value(response: Response) -> object:
    """The JSON value in a body, of any type; ``BodyWithoutJson.NOT_JSON`` without one."""
    try:
        text = response.body.removeprefix(BOM_UTF8).decode()
        try:
            value, end = _begin(text)
        except ValueError:  # blanks before it, a long number, or no JSON at all
            return _decoded(text)
        return value if end == len(text) else _decoded(text)
    except (ValueError, RecursionError):
        return BodyWithoutJson.NOT_JSON


def json_object(response: Response) -> JsonObject | None:
    """The JSON object in a body, or None."""
    return as_object(json_value(response))


def as_object(value: object) -> JsonObject | None:
    """A JSON value if it is an object, else None."""
    if isinstance(value, dict):
        return value  # pyright: ignore[reportUnknownVariableType]
    return None


def damage(body: bytes) -> str:
    """Why a body that looks like JSON can never be read; empty if another read may help."""
    if body.lstrip()[:1] not in (b"{", b"["):
        return ""
    try:
        _decoded(body.removeprefix(BOM_UTF8).decode())
    except UnicodeDecodeError:
        return "the answer is not UTF-8, as JSON must be"
    except RecursionError:
        return "the answer is nested too deeply to be read"
    except ValueError:
        return ""
    return ""


_decoder = json.JSONDecoder()
_begin, _decode = _decoder.raw_decode, _decoder.decode


def _decoded(text: str) -> Any:
    try:
        return _decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # Python does not read numbers of thousands of digits. As strings they do not prevent
        # reading a result that is paid for.
        return json.loads(text, parse_int=_number_or_text)


def _number_or_text(digits: str) -> int | str:
    return int(digits) if len(digits) < 4000 else digits


class ErrorDetails(NamedTuple):
    """An error that the server states."""

    http_status: int
    code: int | str | None
    text: str
    retry_after: float | None = None
    page: bool = False
    """Whether the answer is a page: something on the way answered, not the API."""


def read_error(
    response: Response, content: Mapping[str, Any] | None, today: float
) -> ErrorDetails | None:
    """The error that an answer states; None if it states none."""
    if 200 <= response.status < 300 and not (content and states_error(content)):
        return None
    code = error_code(content) if content else None
    text = error_text(content) if content else describe_body(response)
    pause = retry_after(response.headers, today)
    page = not content and response.body[:2000].lstrip()[:1] == b"<"
    return ErrorDetails(response.status, code, text, pause, page)


def is_success(response: Response) -> bool:
    """Whether an answer is one of success, and states no error."""
    content = json_object(response)
    return 200 <= response.status < 300 and not (content and states_error(content))


def may_change(response: Response) -> bool:
    """Whether the same free request may get another answer than this error later.

    A page with HTTP 403 is of a firewall on the way: the API answers in JSON.
    """
    page = response.status == 403 and json_object(response) is None
    return page or error_codes.is_temporary(response.status)


def states_error(content: Mapping[str, Any]) -> bool:
    """Whether an answer states an error, whatever its HTTP status.

    It does with an ``error_code``, or with a documented ``code``. An ``error_code`` that is
    null, zero or empty means no error.
    """
    if "error_code" not in content and "code" not in content:
        return False
    stated = content.get("error_code") not in (None, 0, "", "0")
    return stated or is_documented(error_code(content))


def error_code(content: Mapping[str, Any]) -> int | str | None:
    """The code of an error body, from ``error_code`` or ``code``, as a number if possible."""
    for key in ("error_code", "code"):
        value = content.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value:
            return (
                int(value) if re.fullmatch("[0-9]{1,11}", value) else printable(value)
            )
    return None


def error_text(error: object) -> str:
    """The message in an error: a string itself, the best parts of an object or a list."""
    if isinstance(error, str):
        return printable(error.strip(), _LONGEST_MESSAGE)
    if isinstance(error, dict):
        members = cast(dict[str, object], error)
        parts = [error_text(members[key]) for key in _TEXT_KEYS if members.get(key)]
        texts = [part for part in dict.fromkeys(parts) if part]
        others = [part for part in texts[1:2] if part not in texts[0]]
        place = error_place(members)
        text = ": ".join(texts[:1] + others) or _compact(members)
        return f"{place} {text}" if place and place not in text else text
    if isinstance(error, list):
        items = cast(list[object], error)
        return "; ".join(error_text(item) for item in items[:_MOST_PROBLEMS])
    return "" if error is None else _compact(error)


def error_place(members: Mapping[str, object]) -> str:
    """Where in the input a problem is: its ``pointer``, or ``loc`` as a pointer."""
    pointer = members.get("pointer")
    steps = members.get("loc")
    if isinstance(steps, list):
        pointer = "".join(f"/{step}" for step in cast(list[object], steps))
    return printable(pointer) if isinstance(pointer, str) else ""


def _compact(value: object) -> str:
    return printable(json.dumps(value, ensure_ascii=False, default=str))


def describe_body(response: Response) -> str:
    """A short description of a body that is not a JSON object of the protocol."""
    text = response.body[:2000].decode("utf-8", "replace").strip()
    if not text:
        return "an empty answer"
    if text[:1] == "<":
        return (
            f"a page instead of JSON, beginning {printable(' '.join(text.split()), 80)}"
        )
    return printable(" ".join(text.split()))


_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?")
_MAX_NUMBER = 1e18


def retry_after(headers: Mapping[str, str], today: float) -> float | None:
    """The pause that the server asks for: ``Retry-After`` (RFC 9110, 10.2.3) or its ms form.

    The longest of several values counts: a proxy may have added its own to the server's. A
    date is relative to the ``Date`` of the same answer, because the two clocks may differ.
    """
    milliseconds = _numbers(headers.get("retry-after-ms"))
    if milliseconds:
        return max(milliseconds) / 1000
    text = headers.get("retry-after")
    if not text:
        return None
    dates = http_dates(text[:1000], today)
    sent = http_dates(headers.get("date", "")[:100], today) if dates else []
    now = sent[0] if sent else today
    pauses = (*_numbers(text), *(max(0.0, date - now) for date in dates))
    return max(pauses, default=None)


def _numbers(text: str | None) -> list[float]:
    """The numbers in a comma-separated list. Huge ones are capped, so that all are finite."""
    parts = text.split(",") if text else ()
    matches = (_SECONDS.fullmatch(part.strip()) for part in parts)
    return [min(float(match[0]), _MAX_NUMBER) for match in matches if match]


def is_documented(code: int | str | None) -> bool:
    """Whether a code proves that a request was refused."""
    error = error_codes.ERROR_CODES.get(code) if isinstance(code, int) else None
    return error is not None and error.source != "assumed"


def api_error(
    doing: str, details: ErrorDetails, otherwise: type[errors.ApiError]
) -> errors.ApiError:
    """The error to raise for an error answer; ``otherwise`` if ``error_codes.ERRORS`` has no class."""
    number = details.code if isinstance(details.code, int) else 0
    known = error_codes.ERROR_CODES.get(number)
    # Some servers repeat an HTTP status of the client's fault as the code.
    by_code = known or (error_codes.http_error(number) if number < 500 else None)
    rows = (by_code, error_codes.http_error(details.http_status))
    row = next((row for row in rows if row is not None and row.exception), None)
    raised = row.exception if row is not None and row.exception else otherwise
    code = f", code {details.code}" if details.code else ""
    label = f"HTTP {details.http_status}{code}{' ' + known.name if known else ''}"
    hint = f" ({row.hint})" if row is not None and row.hint else ""
    if details.page and details.http_status == 403:
        hint = " (a firewall or a proxy on the way sends such pages, not the API)"
    return raised(
        f"{doing}: {label}: {details.text or 'no reason is given'}{hint}",
        http_status=details.http_status,
        code=details.code,
        text=details.text,
        retry_after=details.retry_after,
    )


# HTTP dates: the current form, and two obsolete ones that servers still send.


_TIME = "(?P<hour>[0-2][0-9]):(?P<minute>[0-5][0-9]):(?P<second>[0-6][0-9])"
_MONTH = "(?P<month>[a-z]{3})"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # Sun, 06 Nov 1994 08:49:37 GMT, as every server should write it
        rf"[a-z]{{3}}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",
        # Sunday, 06-Nov-94 08:49:37 GMT, of RFC 850
        rf"[a-z]{{6,9}}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",
        # Sun Nov  6 08:49:37 1994, of C's asctime(), in GMT as well
        rf"[a-z]{{3}} {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})",
    )
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"


def http_dates(text: str, today: float) -> list[float]:
    """Every date in a header, in seconds since 1970 (RFC 9110, 5.6.7).

    ``today`` decides the century of a year of two digits.
    """
    dates = (_seconds(match, today) for form in _FORMS for match in form.finditer(text))
    return [date for date in dates if date is not None]


def _seconds(match: re.Match[str], today: float) -> float | None:
    month, rest = divmod(_MONTHS.find(match["month"].lower()), 4)
    if rest:
        return None
    parts = (int(match[name]) for name in ("day", "hour", "minute", "second"))
    year = _year(match["year"], gmtime(today).tm_year)
    try:
        return float(timegm((year, month + 1, *parts)))
    except ValueError:  # the year 0000
        return None


def _year(digits: str, this_year: int) -> int:
    """A year. One of two digits is the latest that is at most 50 years ahead."""
    if len(digits) == 4:
        return int(digits)
    ahead = (int(digits) - this_year) % 100
    return this_year + (ahead if ahead <= 50 else ahead - 100)
