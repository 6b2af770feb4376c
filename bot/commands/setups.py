"""A chat's set-up as a file that it can keep, and that another chat can read; versioned.

Reading it takes nothing on trust: every key, word and bound is checked, and what is wrong is named.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, datetime, time
from typing import Any
from zoneinfo import available_timezones

from bot.channels.legible import legible
from bot.preferences import Colours, Layout, Length, Mute, QuietHours, Section
from bot.subscriptions import ALL_FUNDS, Language, Subscription
from signals.core.detector import Topic
from signals.core.profile import exchange_of

FORMAT = "etf-flow-bot set-up"
VERSION = 1

ITEMS_MAX = 2000
"""Of each kind that a file may hold."""

DAILY_CAP_MAX = 500
_WORD_MAX = 40
_TEXT_MAX = 500
"""Of a name or a rule: nobody can say longer ones."""


class BadSetUpError(Exception):
    """A file is no set-up; `word` is what is wrong in it."""

    def __init__(self, word: object) -> None:
        self.word = legible(_written(word))[:_WORD_MAX]
        super().__init__(self.word)


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """What a file brings: settings by name, and what is added to what there is."""

    settings: dict[str, Any]
    """Values of fields of `Subscription`."""
    watched: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Lines that can be said again."""
    mutes: tuple[Mute, ...] = ()

    def laid_over(self, mine: Subscription) -> Subscription:
        """The settings of the file, and everything that was watched, followed or muted before besides its own."""
        known = {one.what for one in self.mutes}
        kept = tuple(one for one in mine.mutes if one.what not in known)
        return replace(
            mine,
            **self.settings,
            watched=mine.watched | {*self.watched},
            watchlists=mine.watchlists | {*self.lists},
            mutes=(*kept, *self.mutes),
        )


def written(mine: Subscription, rules: list[str], now: datetime) -> bytes:
    """A set-up as UTF-8 JSON."""
    settings = {name: write(getattr(mine, name)) for name, (write, _) in FIELDS.items()}
    body = {
        "format": FORMAT,
        "version": VERSION,
        "made": now.isoformat(timespec="seconds"),
        "settings": settings,
        "watched": sorted(mine.watched),
        "lists": sorted(mine.watchlists),
        "rules": rules,
        "mutes": [[one.what, one.until.isoformat() if one.until else None] for one in mine.mutes],
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def read(text: str) -> SetUp:
    """The set-up of a file; raises BadSetUpError that names what is wrong."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise BadSetUpError(text.strip().split("\n")[0]) from None
    return of_body(body)


def of_body(body: Any) -> SetUp:
    """The same of plain data."""
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise BadSetUpError(body.get("format", "format") if isinstance(body, dict) else body)
    if body.get("version") != VERSION:
        raise BadSetUpError(f"version {_written(body.get('version'))}")
    unknown = body.keys() - {"format", "version", "made", "settings", "watched", "lists", "rules", "mutes"}
    settings = body.get("settings", {})
    if not isinstance(settings, dict):
        raise BadSetUpError("settings")
    for name in (*unknown, *(settings.keys() - FIELDS.keys())):
        raise BadSetUpError(name)
    return SetUp(
        settings={name: _read(name, value) for name, value in settings.items()},
        watched=_items(body, "watched", _fund),
        lists=_items(body, "lists", _text),
        rules=_items(body, "rules", _text),
        mutes=_items(body, "mutes", _mute),
    )


def body_of(setup: SetUp) -> dict[str, Any]:
    """Plain data that `of_body` reads again."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "settings": {name: FIELDS[name][0](value) for name, value in setup.settings.items()},
        "watched": [*setup.watched],
        "lists": [*setup.lists],
        "rules": [*setup.rules],
        "mutes": [[one.what, one.until.isoformat() if one.until else None] for one in setup.mutes],
    }


def _read(name: str, value: Any) -> Any:
    try:
        return FIELDS[name][1](value)
    except BadSetUpError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadSetUpError(f"{name}: {_written(value)}") from None


def _items(body: dict[str, Any], name: str, read_one: Callable[[Any], Any]) -> tuple[Any, ...]:
    found = body.get(name, [])
    if not isinstance(found, list) or len(found) > ITEMS_MAX:
        raise BadSetUpError(name)
    made = []
    for one in found:
        try:
            made.append(read_one(one))
        except (ValueError, TypeError):
            raise BadSetUpError(one) from None
    return tuple(dict.fromkeys(made))


def _fund(value: Any) -> str:
    if value != ALL_FUNDS:
        exchange_of(_text(value))
    return str(value)


def _text(value: Any) -> str:
    """Something that can be shown and stored again: no halves of characters, nothing that moves a cursor."""
    if not isinstance(value, str) or not value.strip() or len(value) > _TEXT_MAX or legible(value) != value:
        raise ValueError(value)
    return value


def _written(value: Any) -> str:
    """A value as the file has it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _mute(value: Any) -> Mute:
    what, until = value
    moment = datetime.fromisoformat(until) if until is not None else None
    # At either end of the calendar there are moments that other zones have no day for.
    if moment is not None and (moment.tzinfo is None or not MINYEAR < moment.year < MAXYEAR):
        raise ValueError(until)
    return Mute(_text(what), moment)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _minute(value: Any) -> time | None:
    return None if value is None else _clock(value)


def _clock(value: Any) -> time:
    """A minute of the reader's day, in no zone of its own."""
    moment = time.fromisoformat(value)
    if moment.tzinfo is not None or moment.second or moment.microsecond:
        raise ValueError(value)
    return moment


def _zone(value: Any) -> str:
    if _text(value) not in available_timezones():
        raise ValueError(value)
    return str(value)


def _quiet(value: Any) -> QuietHours | None:
    if value is None:
        return None
    start, until = map(_clock, value)
    return QuietHours(start, until)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= DAILY_CAP_MAX:
        raise ValueError(value)
    return value


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(value)
    return float(value)


def _same(value: Any) -> Any:
    return value


def _hour(value: time | None) -> str | None:
    return value.isoformat(timespec="minutes") if value else None


FIELDS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "language": (str, Language),
    "zone": (_same, _zone),
    "topics": (sorted, lambda value: frozenset(map(Topic, value))),
    "evening_digest": (_hour, _minute),
    "morning_digest": (_same, _flag),
    "weekly_digest": (_same, _flag),
    "sections": (sorted, lambda value: frozenset(map(Section, value))),
    "length": (str, Length),
    "layout": (str, Layout),
    "colours": (str, Colours),
    "dark_pictures": (_same, _flag),
    "silent_digest": (_same, _flag),
    "pin_digest": (_same, _flag),
    "least_strength": (_same, _share),
    "quiet": (lambda value: value and [_hour(value.start), _hour(value.until)], _quiet),
    "urgent_passes": (_same, _flag),
    "daily_cap": (_same, _count),
}
"""Settings that a file holds: how each is written, and read. Who may set a group up is no matter of a file."""
