"""References in CSL-JSON: what its fields may hold, and dates as people write them."""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["CSL_FIELDS", "csl_problems", "date_of", "issued_day", "normal_csl"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMES = _words(
    """author chair collection-editor compiler composer container-author contributor curator director editor
    editorial-director executive-producer guest host illustrator interviewer narrator organizer
    original-author performer producer recipient reviewed-author script-writer series-creator
    translator"""
)
_DATES = _words("accessed available-date event-date issued original-date submitted")
_TEXTS = _words(
    """abstract annote archive archive-place archive_collection archive_location authority call-number
    chapter-number citation-key citation-label citation-number collection-number collection-title
    container-title container-title-short dimensions division DOI edition event event-place event-title
    first-reference-note-number genre ISBN ISSN issue journalAbbreviation jurisdiction keyword language
    license locator medium note number number-of-pages number-of-volumes original-publisher
    original-publisher-place original-title page page-first part-number part-title PMCID PMID
    printing-number publisher publisher-place references reviewed-genre reviewed-title scale section
    shortTitle source status supplement-number title title-short URL version volume volume-title
    volume-title-short year-suffix"""
)
#: variables of CSL 1.0.2
CSL_FIELDS = _NAMES | _DATES | _TEXTS | {"categories", "custom"}
_TYPES = _words(
    """article article-journal article-magazine article-newspaper bill book broadcast chapter classic
    collection dataset document entry entry-dictionary entry-encyclopedia event figure graphic hearing
    interview legal_case legislation manuscript map motion_picture musical_score pamphlet paper-conference
    patent performance periodical personal_communication post post-weblog regulation report review
    review-book software song speech standard thesis treaty webpage"""
)
_PARTICLES = ("dropping-particle", "non-dropping-particle", "suffix")
_NAME_PARTS = frozenset({"family", "given", "literal", *_PARTICLES})
_NAME_FLAGS = frozenset({"comma-suffix", "static-ordering", "parse-names"})
_DATE_PARTS = frozenset({"date-parts", "season", "circa", "literal", "raw", "edtf"})
_DAY = re.compile(r"(-?[0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?([?~%]?)")
_EXPECTED_DATE = "expected YYYY, YYYY-MM or YYYY-MM-DD, two of them joined by /, or words such as c. 1971"
#: whole numbers of JSON that every processor takes
_LARGEST = 2**31 - 1
#: EDTF writes spring 21, and so on; CSL counts seasons from 1
_SEASONS = {21: 1, 22: 2, 23: 3, 24: 4}


# --- as people write them -----------------------------------------------------------------


def normal_csl(data: Mapping[str, Any]) -> dict[str, Any]:
    """A reference with names as lists, dates as CSL has them, and texts as they were written."""
    return {key: _normal(key, value) for key, value in data.items()}


def _normal(key: str, value: Any) -> Any:  # noqa: ANN401 - plain values
    if value is None:
        return None
    if key in _NAMES:
        people = value if isinstance(value, list) else [value]
        return [{"literal": each} if isinstance(each, str) else each for each in people]
    if key in _DATES:
        return date_of(value)
    if key == "DOI" and isinstance(value, str):
        return re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", value.strip(), flags=re.IGNORECASE)
    return str(value) if key in _TEXTS and _is_odd(value) else value


def _is_odd(value: object) -> bool:
    """Whether a number was not written as numbers are, such as 007, or is none that citation processors read."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return type(value) is not int or abs(value) > _LARGEST


def date_of(value: Any) -> Any:  # noqa: ANN401 - plain values
    """A date of CSL from what people write; what is no date is given back as it is.

    Examples
    --------
    >>> date_of("1972-12-22"), date_of("c. 1971")
    ({'date-parts': [[1972, 12, 22]]}, {'literal': 'c. 1971'})
    >>> date_of({"date-parts": [["1972", "3"]]}), date_of("1972-13")
    ({'date-parts': [[1972, 3]]}, '1972-13')
    >>> date_of({"edtf": "1972-12-22"})
    {'date-parts': [[1972, 12, 22]]}
    """
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return _from_text(str(value).strip()) or value
    if isinstance(value, dict) and "date-parts" not in value:
        return _from_words(value)
    if not isinstance(value, dict) or not isinstance(value["date-parts"], list):
        return value
    parts = value["date-parts"]
    words = [each for day in parts if isinstance(day, list) for each in day if _is_words(each)]
    if words and len(parts) == 1 and len(parts[0]) == 1:
        return {**{key: each for key, each in value.items() if key != "date-parts"}, "literal": words[0]}
    return {**value, "date-parts": [_whole(day) if isinstance(day, list) else day for day in parts]}


def _from_words(date: dict[str, Any]) -> dict[str, Any]:
    """A date that is given as EDTF or as it was typed, which citation processors pass over, in numbers if it has any."""
    name = next((each for each in ("edtf", "raw") if isinstance(date.get(each), str)), "")
    if not name or "literal" in date:
        return date
    rest = {key: value for key, value in date.items() if key != name}
    return {**rest, **(_from_text(date[name].strip()) or {"literal": date[name]})}


def issued_day(reference: Mapping[str, Any]) -> str:
    """When a reference came out, the later end of an interval, as YYYY, YYYY-MM or YYYY-MM-DD; empty if unknown.

    Examples
    --------
    >>> issued_day({"issued": {"date-parts": [[1972, 3]]}}), issued_day({})
    ('1972-03', '')
    """
    parts = reference.get("issued", {}).get("date-parts") or [[]]
    return "-".join(f"{part:0{4 if place == 0 else 2}d}" for place, part in enumerate(parts[-1]))


def _is_words(value: object) -> bool:
    return isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,4}", value.strip())


def _whole(day: list[Any]) -> list[Any]:
    """Digits in quotes as numbers, and nothing after the last that is said."""
    kept = [int(each) if isinstance(each, str) and not _is_words(each) else each for each in day]
    while kept and kept[-1] in (None, ""):
        kept.pop()
    return kept


def _from_text(text: str) -> dict[str, Any] | None:
    if re.search(r"[^\W\d_TZ]", text):
        return {"literal": text}
    days = [_DAY.fullmatch(part) for part in text.split("/")]
    if not 1 <= len(days) <= 2 or not all(days):
        return None
    found = [[int(part) for part in day.groups()[:3] if part] for day in days if day]
    season = _SEASONS.get(found[0][1]) if len(found[0]) == 2 else None
    date: dict[str, Any] = {"date-parts": [day[:1] if season else day for day in found]}
    if any(_day_problem(day) for day in date["date-parts"]):
        return None
    unsure = any(day[4] for day in days if day)
    return {**date, **({"season": season} if season else {}), **({"circa": True} if unsure else {})}


# --- what is wrong ------------------------------------------------------------------------


def csl_problems(reference: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields that no citation could print, each with what was expected."""
    kind = reference.get("type")
    if kind not in _TYPES:
        close = difflib.get_close_matches(str(kind), _TYPES, n=1)
        mend = f"did you mean {close[0]}?" if close else "for archival papers write document or manuscript"
        yield "type", f"{kind!r}, expected a CSL type such as document, book or article-journal; {mend}"
    for key, value in reference.items():
        if value is None:
            continue
        if key in _NAMES:
            yield from ((key, message) for message in _name_problems(value))
        elif key in _DATES:
            yield from ((key, message) for message in _date_problems(value))
        elif key in _TEXTS and (isinstance(value, bool) or not isinstance(value, (str, int, float))):
            yield key, f"{_shown(value)}, expected text; write it in one line"
        elif key == "title" and not str(value).strip():
            yield key, "empty; write what it is, or leave the field out"


def _shown(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "nothing" if value is None else repr(value)


def _name_problems(people: Any) -> Iterator[str]:  # noqa: ANN401 - plain values
    for person in people:
        if not isinstance(person, dict):
            yield f"{_shown(person)}, expected a name such as {{family: Li, given: Ann}} or {{literal: Embassy}}"
            continue
        unknown = sorted(set(person) - _NAME_PARTS - _NAME_FLAGS)
        if unknown:
            yield f"unknown part of a name {unknown[0]!r}; expected family, given, literal or a particle"
        wrong = [each for key, each in person.items() if key in _NAME_PARTS and not isinstance(each, str)]
        flags = [
            each for key, each in person.items() if key in _NAME_FLAGS and isinstance(each, (list, dict))
        ]
        if flags:
            yield f"{_shown(flags[0])} in a name, expected true or false"
        if wrong:
            yield f"{_shown(wrong[0])} in a name, expected text"
        if not any(person.get(key) for key in ("family", "given", "literal")):
            yield "a name without family or literal; say who it is, or leave it out"


def _date_problems(date: Any) -> Iterator[str]:  # noqa: ANN401 - plain values
    if not isinstance(date, dict):
        yield f"{_shown(date)}, {_EXPECTED_DATE}"
        return
    unknown = sorted(set(date) - _DATE_PARTS)
    if unknown:
        yield f"unknown part of a date {unknown[0]!r}; {_EXPECTED_DATE}"
    said = [key for key in ("literal", "raw", "edtf") if key in date]
    yield from (
        f"{key}: {_shown(date[key])}, expected text" for key in said if not isinstance(date[key], str)
    )
    days = date.get("date-parts")
    if days is None and not said:
        yield f"no date in it; {_EXPECTED_DATE}"
    elif days is not None and not (isinstance(days, list) and 1 <= len(days) <= 2):
        yield f"date-parts: {_shown(days)}, expected [[year, month, day]] or two such lists"
    elif days is not None:
        wrong = list(filter(None, map(_day_problem, days)))
        yield from wrong
        if not wrong and len(days) == 2 and days[1] < days[0][: len(days[1])]:
            yield "an interval that ends before it begins; write the earlier day first"
    season = date.get("season")
    if season is not None and str(season) not in ("1", "2", "3", "4"):
        yield f"season: {_shown(season)}, expected 1 (spring) to 4 (winter)"


def _day_problem(day: Any) -> str:  # noqa: ANN401 - plain values
    """What is wrong with year, month and day; empty where nothing is."""
    whole = isinstance(day, list) and all(
        isinstance(part, int) and not isinstance(part, bool) for part in day
    )
    if not whole or not 1 <= len(day) <= 3:
        return f"date-parts: {day!r}, expected numbers: year, month, day"
    year, month, number = (*day, 1, 1)[:3] if len(day) < 3 else day
    if not 1 <= month <= 12:
        return f"no month {month}; expected 1 to 12, or leave the month out"
    if not -9999 <= year <= 9999:
        return f"no year {year}; expected at most four digits"
    last = calendar.monthrange(year if year > 0 else 4, month)[1]
    return "" if 1 <= number <= last else f"no day {number} in that month"
