"""Dates as precise as they are known, and as numbers of a Matplotlib axis."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes

__all__ = ["as_known", "date_axis", "first_day", "last_day", "number", "spoken"]

#: carries no types
_DATES: Any = matplotlib.dates
#: days from which on ticks are years
_YEARS = 2 * 365
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def last_day(day: str) -> str:
    """Last day of a date or interval, a month or year counting to its end.

    Examples
    --------
    >>> last_day("1972"), last_day("1969/1970-02")
    ('1972-12-31', '1970-02-28')
    """
    parts = [int(part) for part in day.rsplit("/", maxsplit=1)[-1].split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    end = parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1]
    return f"{year:04d}-{month:02d}-{end:02d}"


def first_day(day: str) -> str:
    """First day of a date or interval.

    Examples
    --------
    >>> first_day("1972"), first_day("1969-03/1970")
    ('1972-01-01', '1969-03-01')
    """
    first = day.split("/", maxsplit=1)[0]
    return first + "-01-01"[3 * (len(first.split("-")) - 1) :]


def as_known(day: str) -> str:
    """A last possible day, cut to what it surely says.

    Compiled evidence holds the last day that a date can mean. The last of a year may stand for the year,
    the last of a month for the month: to name more would be to invent it.

    Examples
    --------
    >>> as_known("1985-12-31"), as_known("1976-02-29"), as_known("1972-12-22"), as_known("1985")
    ('1985', '1976-02', '1972-12-22', '1985')
    """
    if day.endswith("-12-31"):
        return day[:4]
    return day[:7] if day and day == last_day(day[:7]) else day


def spoken(day: str) -> str:
    """A date or interval in words.

    Examples
    --------
    >>> spoken("1972-12-22"), spoken("1976-02"), spoken("1969/1970"), spoken("")
    ('22 Dec 1972', 'Feb 1976', '1969–1970', '')
    """
    if "/" in day:
        return "–".join(spoken(part) for part in day.split("/"))
    parts = day.split("-")
    words = [str(int(parts[2]))] if len(parts) > 2 else []
    words += [_MONTHS[int(parts[1])]] if len(parts) > 1 else []
    return " ".join([*words, parts[0]])


def number(day: str) -> float:
    """Matplotlib's number of a day; of a month or year, of its last.

    Examples
    --------
    >>> number("1970-01") - number("1969")
    31.0
    """
    year, month, of_month = (int(part) for part in last_day(day).split("-"))
    of_month = min(of_month, calendar.monthrange(year, month)[1])
    return float(np.asarray(_DATES.date2num(date(year, month, of_month))))


def date_axis(ax: Axes, *, years_only: bool, ticks: int = 6) -> None:
    """Ticks in years, months or days; in years where no date is known more precisely.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> ax = plt.figure().add_subplot()
    >>> ends = ax.set_xlim(number("1984"), number("1987"))
    >>> date_axis(ax, years_only=True)
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['1985', '1986', '1987']
    >>> plt.close(ax.figure)
    """
    low, high = np.clip(ax.get_xlim(), number("0001-01-01"), number("9999-12-31")).tolist()
    if (low, high) != ax.get_xlim():  # there are no dates beyond
        ax.set_xlim(low, high)
    if years_only or high - low > _YEARS:
        first, last = (_DATES.num2date(at).year for at in (low, high))
        step = max(-(-(last - first) // ticks), 1)
        years = [year for year in range(first, last + 1) if year % step == 0]
        places = {float(_DATES.date2num(date(year, 1, 1))): str(year) for year in years}
        inside = {at: name for at, name in places.items() if low <= at <= high}
        ax.set_xticks(list(inside), list(inside.values()))
        return
    locator = _DATES.AutoDateLocator(maxticks=ticks)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(_DATES.ConciseDateFormatter(locator, show_offset=False))
