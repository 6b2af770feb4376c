"""The sessions to come, from those who list them: which of them are believed, and the asking."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import ClassVar, Protocol

import structlog

from bot.asking import outcome_of
from bot.sources.base import SourceChangedError, SourceError
from bot.sources.counted import counting
from bot.sources.upstreams import Outcome, Upstreams
from bot.store.database import Database
from bot.store.fetches import Fetch
from signals.core.calendar import TradingCalendar, holes

log = structlog.get_logger(__name__)

MONTHS_AHEAD = 12

FEWEST_IN_A_MONTH = 13
"""As the February of 2005; none has had fewer since."""

_ALWAYS_CLOSED = frozenset({(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)})
"""Holidays of a fixed date, as month and day."""

FESTIVAL_DAYS = 7
"""From the session before the Spring Festival to the one after it, at the least; 8 to 12 from 2005 to 2026."""


class SessionList(Protocol):
    """A publisher's calendar of the exchanges. Blocking."""

    name: ClassVar[str]
    """Who says it, in the ledger."""
    host: ClassVar[str]
    """Whom it asks."""

    def months(self, wanted: Iterable[tuple[int, int]]) -> Iterator[Sequence[date]]:
        """The sessions of one month after the other, ascending, up to the first that is not planned yet."""
        ...


def sessions_after(publisher: SessionList, known: TradingCalendar) -> list[date]:
    """The sessions of the published months after the known ones, as far as they follow each other. Blocking.

    Raises SourceChangedError for months in which the exchanges cannot trade so, as for one that has every
    weekday open because nobody has planned it, and what the publisher raises.
    """
    found: list[date] = []
    for listed in publisher.months(_months(known.last)):
        _require_plausible(listed)
        found += [day for day in listed if day > known.last]
    _require_festivals(continued(known, found), known.last)
    return found


def sessions_of_any(publishers: Sequence[SessionList], known: TradingCalendar) -> list[date]:
    """The same from the first publisher who has a list that is believed. Blocking.

    Raises SourceError with all their reasons where nobody has.
    """
    reasons = list[str]()
    for one in publishers:
        try:
            return sessions_after(one, known)
        except SourceError as error:
            reasons.append(f"{one.name}: {error}")
    raise SourceError("; ".join(reasons))


def continued(known: TradingCalendar, days: Iterable[date]) -> TradingCalendar:
    """The known sessions and those that follow them; raises SourceChangedError where there is a hole between."""
    calendar = TradingCalendar.of([*known.sessions, *(day for day in days if day > known.last)])
    for reason in holes(calendar):
        raise SourceChangedError("calendar", reason)
    return calendar


async def with_stored(known: TradingCalendar, store: Database) -> TradingCalendar:
    """The known sessions and the stored ones that follow them; without these where there is a hole between."""
    try:
        return continued(known, await store.sessions.after(known.last))
    except SourceChangedError as error:
        log.warning("stored sessions do not follow the calendar and are left out", why=str(error))
        return known


def _months(last: date) -> Iterator[tuple[int, int]]:
    """The month of the last known session, and those after it."""
    for ahead in range(MONTHS_AHEAD + 1):
        years, month = divmod(last.month - 1 + ahead, 12)
        yield last.year + years, month + 1


def _require_plausible(month: Sequence[date]) -> None:
    if len(month) < FEWEST_IN_A_MONTH:
        raise SourceChangedError("calendar", f"{month[0]:%Y-%m} has {len(month)} sessions")
    for day in month:
        if day.weekday() > 4 or (day.month, day.day) in _ALWAYS_CLOSED:
            raise SourceChangedError("calendar", f"{day} is marked as open, a {day:%A}")


def _require_festivals(calendar: TradingCalendar, since: date) -> None:
    """Every year's winter has one, as soon as the whole of it is listed."""
    for year in range(since.year, calendar.last.year + 1):
        winter = [day for day in calendar.sessions if date(year, 1, 15) <= day <= date(year, 3, 1)]
        listed = calendar.last >= date(year, 2, 22)
        if listed and all((after - before).days < FESTIVAL_DAYS for before, after in pairwise(winter)):
            raise SourceChangedError("calendar", f"{year} has no Spring Festival")


@dataclass(frozen=True, kw_only=True)
class SessionsAhead:
    """Asks for the sessions to come and stores them; a start of the service takes them in."""

    publishers: Sequence[SessionList]
    """The first choice first; the next is asked where one cannot be reached, refuses us, or is not believed."""
    store: Database
    upstreams: Upstreams

    async def extend(self, known: TradingCalendar, now: datetime) -> date | None:
        """The last session that is stored now where it lies after the known ones; None where nothing is new.

        What the exchanges have not planned yet is no failure; what else keeps a list from being had is kept in
        the ledger of fetches. Nobody is asked while his host is left alone.
        """
        found = list[date]()
        for publisher in self.publishers:
            if self.upstreams.refusal(publisher.host, now) is not None:
                continue
            outcome, found = await self._ask(publisher, known, now)
            if outcome in (Outcome.TABLE, Outcome.NOT_PUBLISHED):
                break
        await self.store.sessions.add(found, now)
        last = (await with_stored(known, self.store)).last
        return last if found and last > known.last else None

    async def _ask(self, publisher: SessionList, known: TradingCalendar, now: datetime) -> tuple[Outcome, list[date]]:
        await self.upstreams.turn(publisher.host)
        started, found, detail = time.monotonic(), list[date](), ""
        with counting() as requests:
            try:
                found = await asyncio.to_thread(sessions_after, publisher, known)
                outcome = Outcome.TABLE if found else Outcome.NOT_PUBLISHED
            except Exception as error:  # noqa: BLE001 -- the poll goes on, whatever a publisher has sent
                outcome, detail = outcome_of(error, publisher.name), str(error)
        self.upstreams.note(publisher.host, outcome, now)
        fetch = Fetch(
            at=now,
            datum="calendar",
            source=publisher.name,
            host=publisher.host,
            day=known.last,
            outcome=outcome,
            requests=requests.total(),
            seconds=time.monotonic() - started,
            rows=len(found),
            detail=detail,
        )
        await self.store.fetches.add(fetch)
        return outcome, found
