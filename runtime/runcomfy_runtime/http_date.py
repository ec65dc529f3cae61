"""Dates as HTTP writes them: the one form of today, and the two that servers still send."""

from __future__ import annotations

import re
from calendar import timegm
from time import gmtime

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


def dates(text: str, today: float) -> list[float]:
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
