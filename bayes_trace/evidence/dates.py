"""Dates as historians write them: a day, a month, a year or an interval."""

from __future__ import annotations

import calendar
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

__all__ = ["HistoricDate", "Label", "first_day", "last_day"]

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
#: a month in English, a day before or after it where one is named, then a year
_IN_WORDS = re.compile(
    r"(?:([0-9]{1,2})(?:st|nd|rd|th)?\s+)?([A-Za-z]{3,9})\.?(?:\s+([0-9]{1,2})(?:st|nd|rd|th)?)?,?\s+([0-9]{4})"
)
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def _check_day(text: str) -> None:
    match = _DAY.fullmatch(text)
    if not match:
        message = f"date {text!r}: expected YYYY, YYYY-MM, YYYY-MM-DD or two of them joined by /"
        raise ValueError(message)
    year, month, day = (int(part) if part else None for part in match.groups())
    if not year:
        message = f"date {text!r}: there is no year 0"
        raise ValueError(message)
    if month is not None and not 1 <= month <= 12:
        message = f"date {text!r}: no month {month}"
        raise ValueError(message)
    if day is not None and not 1 <= day <= calendar.monthrange(year, int(month or 1))[1]:
        message = f"date {text!r}: no day {day} in that month"
        raise ValueError(message)


def _check_date(text: str) -> str:
    parts = text.split("/")
    for part in parts if len(parts) <= 2 else []:
        _check_day(part)
    if len(parts) > 2 or (len(parts) == 2 and last_day(parts[0]) > last_day(parts[1])):
        message = f"date {text!r}: expected one date, or an earlier and a later one joined by /"
        raise ValueError(message)
    return text


def first_day(date: str) -> str:
    """The first day that a date can mean, as YYYY-MM-DD, so that dates compare as text.

    Examples
    --------
    >>> first_day("1976-02"), first_day("1977/1980")
    ('1976-02-01', '1977-01-01')
    """
    return (date.split("/", maxsplit=1)[0] + "-01-01")[:10]


def last_day(date: str) -> str:
    """The last day that a date can mean, as YYYY-MM-DD, so that dates compare as text.

    Examples
    --------
    >>> last_day("1976-02"), last_day("1977/1980")
    ('1976-02-29', '1980-12-31')
    """
    end = date.rsplit("/", 1)[-1]
    if len(end) == 4:
        return f"{end}-12-31"
    if len(end) == 7:
        return f"{end}-{calendar.monthrange(int(end[:4]), int(end[5:]))[1]:02d}"
    return end


def _year_to_text(value: object) -> object:
    # an unquoted year is a number in YAML
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _in_figures(value: object) -> object:
    """28 Oct 1962 as 1962-10-28, both ends of an interval; whatever is no such date stays as it is."""
    text = _year_to_text(value)
    return "/".join(map(_day_in_figures, text.split("/"))) if isinstance(text, str) else text


def _day_in_figures(text: str) -> str:
    match = _IN_WORDS.fullmatch(text.strip())
    before, word, after, year = match.groups() if match else (None, "", None, "")
    months = [number for number, name in enumerate(_MONTHS, 1) if word and name.startswith(word.lower())]
    if len(months) != 1 or (before and after):
        return text
    day = before or after
    return f"{year}-{months[0]:02d}" + (f"-{int(day):02d}" if day else "")


#: a day, month, year or interval; a month in words is put in figures
HistoricDate = Annotated[
    str,
    BeforeValidator(_in_figures),
    AfterValidator(_check_date),
    WithJsonSchema({"type": ["string", "integer"], "description": "YYYY, YYYY-MM, YYYY-MM-DD or A/B"}),
]
#: text that a person may write without quotes although it looks like a number
Label = Annotated[str, BeforeValidator(_year_to_text), WithJsonSchema({"type": ["string", "number"]})]
