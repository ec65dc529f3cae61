"""Reading answers: what the server states, in whichever of its shapes it states it.

Shapes seen: ``{error_code, error_message, detail}``, ``{message}``, ``{error}`` as text or
object, ``{code, error}``, ``detail`` as text or list, plain text, HTML, nothing. A top-level
``error_code`` is an error even with HTTP 200, and a bad token or an empty balance comes as 400.
"""

from __future__ import annotations

import json
import re
from calendar import timegm
from collections.abc import Mapping
from time import gmtime
from typing import Any, NamedTuple, cast

from . import errors, protocol
from .escaping import printable
from .transport import Response

JsonObject = dict[str, Any]

_TEXT_KEYS = ("error_message", "message", "error", "detail", "title", "msg", "reason")


def json_object(response: Response) -> JsonObject | None:
    """The JSON object that a body holds, or None if it holds none."""
    try:
        value = _decoded(response.body.decode())
    except (ValueError, RecursionError):
        return None
    return cast(JsonObject, value) if isinstance(value, dict) else None


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # A number of thousands of digits is more than Python reads; as a text, it does not
        # keep a result that is paid for from being read.
        return json.loads(text, parse_int=_number_or_text)


def _number_or_text(digits: str) -> int | str:
    return int(digits) if len(digits) < 4000 else digits


class ErrorDetails(NamedTuple):
    """An error that the server states."""

    http_status: int
    code: int | str | None
    text: str
    retry_after: float | None = None


def read_error(
    response: Response, content: Mapping[str, Any] | None, today: float
) -> ErrorDetails | None:
    """The error that an answer states, or None if it states none."""
    if 200 <= response.status < 300 and not (content and states_error(content)):
        return None
    code = error_code(content) if content else None
    text = error_text(content) if content else describe_body(response)
    return ErrorDetails(
        response.status, code, text, retry_after(response.headers, today)
    )


def states_error(content: Mapping[str, Any]) -> bool:
    """Whether a document states an error, whatever its HTTP status.

    It has an ``error_code``, or a documented ``code``. An ``error_code`` that is null, zero
    or empty says that there is none.
    """
    stated = content.get("error_code") not in (None, 0, "", "0")
    return stated or is_documented(error_code(content))


def error_code(content: Mapping[str, Any]) -> int | str | None:
    """The code of an error body, from ``error_code`` or ``code``: a number where it is one."""
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
    """The words in an error: of a text itself, of an object or list the most telling part."""
    if isinstance(error, str):
        return printable(error.strip())
    if isinstance(error, dict):
        members = cast(dict[str, object], error)
        parts = [error_text(members[key]) for key in _TEXT_KEYS if members.get(key)]
        texts = [part for part in dict.fromkeys(parts) if part]
        return ": ".join(texts[:2]) if texts else _compact(members)
    if isinstance(error, list):
        items = cast(list[object], error)
        return "; ".join(error_text(item) for item in items[:5])
    return "" if error is None else _compact(error)


def _compact(value: object) -> str:
    return printable(json.dumps(value, ensure_ascii=False, default=str))


def describe_body(response: Response) -> str:
    """What a body says that is no JSON object of the protocol."""
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
    """Seconds to wait as the server asks: ``Retry-After`` (RFC 9110, 10.2.3), or its ms form.

    Of several values the longest is meant: a proxy may have put its own beside the server's.
    A date is measured from the ``Date`` of the same answer: the two clocks may differ.
    """
    milliseconds = _numbers(headers.get("retry-after-ms"))
    if milliseconds:
        return max(milliseconds) / 1000
    text = headers.get("retry-after")
    if not text:
        return None
    moments = http_dates(text[:1000], today)
    sent = http_dates(headers.get("date", "")[:100], today) if moments else []
    began = sent[0] if sent else today
    asked = (*_numbers(text), *(max(0.0, moment - began) for moment in moments))
    return max(asked, default=None)


def _numbers(text: str | None) -> list[float]:
    """The numbers in a list, however large: no pause is too long to be asked for."""
    parts = text.split(",") if text else ()
    found = (_SECONDS.fullmatch(part.strip()) for part in parts)
    return [min(float(number[0]), _MAX_NUMBER) for number in found if number]


def is_documented(code: int | str | None) -> bool:
    """Whether a code says for certain that a request was refused."""
    error = protocol.ERROR_CODES.get(code) if isinstance(code, int) else None
    return error is not None and error.source != "assumed"


def api_error(
    doing: str, stated: ErrorDetails, otherwise: type[errors.ApiError]
) -> errors.ApiError:
    """The error to raise for a refusal, ``otherwise`` for one that no table knows."""
    number = stated.code if isinstance(stated.code, int) else 0
    known = protocol.ERROR_CODES.get(number)
    # Some servers repeat an HTTP status of the client's fault as the code.
    by_code = known or (protocol.http_error(number) if number < 500 else None)
    rows = (by_code, protocol.http_error(stated.http_status))
    row = next((row for row in rows if row is not None and row.exception), None)
    raised = row.exception if row is not None and row.exception else otherwise
    code = f", code {stated.code}" if stated.code else ""
    label = f"HTTP {stated.http_status}{code}{' ' + known.name if known else ''}"
    hint = f" ({row.hint})" if row is not None and row.hint else ""
    return raised(
        f"{doing}: {label}: {stated.text or 'no reason is given'}{hint}",
        http_status=stated.http_status,
        code=stated.code,
        text=stated.text,
        retry_after=stated.retry_after,
    )


# Dates as HTTP writes them: the one form of today, and the two that servers still send.


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

    ``today`` decides which century a year of two digits is of.
    """
    found = (_seconds(match, today) for form in _FORMS for match in form.finditer(text))
    return [seconds for seconds in found if seconds is not None]


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
    """A year; of two digits the latest that is not more than 50 years ahead."""
    if len(digits) == 4:
        return int(digits)
    ahead = (int(digits) - this_year) % 100
    return this_year + (ahead if ahead <= 50 else ahead - 100)
