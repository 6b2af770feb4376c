"""The timetable by hand: what is due and done today, a slot that is run again, a slot that is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.admin.errors import CannotError
from bot.admin.office import Office
from bot.poll import Slot
from bot.sources.datum import Round
from bot.store.audit import Deed
from bot.store.changes import States
from bot.store.runs import Run
from signals.core.calendar import MARKET_ZONE

_PREFIX = "slots."
_BACK = timedelta(days=45)
_AHEAD = timedelta(days=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A slot and what became of it."""

    slot: Slot
    run: Run | None
    """None = not done (yet)."""
    asked: bool
    """An administrator wants it run now."""


async def planned(office: Office, now: datetime) -> list[Planned]:
    """The slots of the day it is at the exchanges, or of the next day that has some."""
    today = now.astimezone(MARKET_ZONE).date()
    start = datetime.combine(today, time.min, MARKET_ZONE) - timedelta(seconds=1)
    slots = list(office.slots(start, start + _AHEAD))
    days = {one.due.astimezone(MARKET_ZONE).date() for one in slots}
    shown = [one for one in slots if days and one.due.astimezone(MARKET_ZONE).date() == min(days)]
    if not shown:
        return []
    runs = await office.world.store.runs.between(shown[0].due, shown[-1].due)
    done = {(one.job, one.slot): one for one in runs}
    asked = asked_slots((await office.tuned()).overrides)
    return [Planned(slot=one, run=done.get((one.job, one.due)), asked=one in asked) for one in shown]


def run_again(office: Office, word: str, now: datetime) -> States:
    """The order to run the newest slot of a round that is due; the service does so within a minute."""
    wanted = _round(word)
    past = [one for one in office.slots(now - _BACK, now) if one.round is wanted]
    if not past:
        raise CannotError("admin-slot-none", word=word)
    return {_key(past[-1]): {"day": past[-1].day.isoformat()}}


def asked_slots(overrides: Mapping[str, Any]) -> list[Slot]:
    """The slots that are to be run now, oldest first."""
    found = []
    for key, state in overrides.items():
        if key.startswith(_PREFIX):
            name, _, due = key.removeprefix(_PREFIX).partition("@")
            found.append(Slot(round=Round(name), due=datetime.fromisoformat(due), day=date.fromisoformat(state["day"])))
    return sorted(found, key=lambda one: one.due)


def answered(slot: Slot) -> States:
    """The order is carried out."""
    return {_key(slot): None}


async def skip(office: Office, word: str, clock: str, reason: str, deed: Deed) -> Slot:
    """Leave out the next slot of a round, from this day on (at a time of day, if one is given) that is not done; which one it was.

    Raises CannotError when there is none, or it was done just now.
    """
    wanted, runs = _round(word), office.world.store.runs
    today = datetime.combine(deed.now.astimezone(MARKET_ZONE).date(), time.min, MARKET_ZONE)
    for slot in office.slots(today, today + _AHEAD):
        fits = slot.round is wanted and clock in ("", f"{slot.due.astimezone(MARKET_ZONE):%H:%M}")
        if fits and await runs.skip(slot.job, slot.due, reason, deed):
            return slot
    raise CannotError("admin-slot-none", word=f"{word} {clock}".strip())


def _round(word: str) -> Round:
    known = [one for one in Round if not one.within_session]
    for one in known:
        if word.lower() in {one.value, _CHINESE[one]}:
            return one
    some = " ".join(f"{one.value}/{_CHINESE[one]}" for one in known)
    raise CannotError("admin-slot-unknown", word=word, some=some)


def _key(slot: Slot) -> str:
    return f"{_PREFIX}{slot.round.value}@{slot.due.astimezone(MARKET_ZONE).isoformat()}"


_CHINESE = {
    Round.CLOSE: "收盘",
    Round.EVENING: "晚间",
    Round.MORNING: "早间",
    Round.WEEKLY: "每周",
    Round.MONTHLY: "每月",
}
