"""The exchanges' sessions as data: the packaged ones, and those that an operator adds to them."""

import re
from datetime import date
from pathlib import Path

from config.documents import read_text
from config.problems import ConfigError, Problem, shown
from signals.core.calendar import TradingCalendar, holes

_PACKAGED = Path(__file__).with_name("calendar") / "sessions.csv"
_HEADER = "session"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def load_calendar(extra: Path | None = None) -> TradingCalendar:
    """The packaged sessions and those of the file `extra`: a date like 2027-01-04 a line; # begins a comment.

    The file goes on where the packaged sessions end, with no hole between or within; it may repeat some of them.
    Raises ConfigError with every line that is wrong.
    """
    packaged = TradingCalendar.of(date.fromisoformat(day) for day in _PACKAGED.read_text("utf-8").split()[1:])
    return packaged if extra is None else _extended(packaged, extra)


def days_left(calendar: TradingCalendar, today: date) -> int:
    """Calendar days until the last known session; negative once it has passed."""
    return (calendar.last - today).days


def _extended(packaged: TradingCalendar, extra: Path) -> TradingCalendar:
    lines = _lines(read_text(extra, extra.name))
    problems = [
        Problem(f"{extra.name} line {line}", "", reason)
        for line, word in lines.items()
        if (reason := _wrong(word, packaged))
    ]
    if problems:
        raise ConfigError(problems)
    merged = TradingCalendar.of((*packaged.sessions, *map(date.fromisoformat, lines.values())))
    if gaps := [Problem(extra.name, "", reason) for reason in holes(merged)]:
        raise ConfigError(gaps)
    return merged


def _lines(text: str) -> dict[int, str]:
    words = {line: word.partition("#")[0].strip() for line, word in enumerate(text.splitlines(), start=1)}
    return {line: word for line, word in words.items() if word and not (line == 1 and word == _HEADER)}


def _wrong(word: str, packaged: TradingCalendar) -> str:
    """Why a line is no session; empty when it is one."""
    try:
        day = date.fromisoformat(word if _DATE.fullmatch(word) else "")
    except ValueError:
        return f"{shown(word)} is not a date such as 2027-01-04"
    if day.weekday() > 4:
        return f"{day} is a {day:%A}; the exchanges are closed at weekends, make-up working days too"
    if day < packaged.first:
        return f"{day} is before the first packaged session, {packaged.first}"
    if day <= packaged.last and not packaged.is_session(day):
        return f"{day} is a closed day of the packaged calendar, which ends on {packaged.last}"
    return ""
