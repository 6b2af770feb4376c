"""What a first start needs of the past: which requests, in which order, and the asking."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from bot.asking import Asker
from bot.intake import Intake
from bot.sources.base import Source, SpanSource
from bot.sources.datum import Datum
from bot.sources.upstreams import Outcome
from bot.store.market import MarketStore
from signals.core.calendar import TradingCalendar

NEAR_SESSIONS = 61
"""Sums run over 60 sessions and begin with the count before them."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One request: the tables of a datum from one day to another."""

    datum: Datum
    source: Source
    start: date
    end: date

    @property
    def requests(self) -> int:
        """How many requests it takes as a rule."""
        return self.source.requests


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """Fetches past sessions; what the store has already is not asked for again, so that it can be stopped anywhere."""

    market: MarketStore
    calendar: TradingCalendar

    async def plan(self, data: Iterable[Datum], start: date, end: date, *, whole: bool) -> list[Errand]:
        """The requests for the sessions from start to end, oldest first: a table is judged by the one before it.

        A source that answers one day a request is asked for the last `NEAR_SESSIONS`, for the last sessions of
        the month and the year before `end`, and for nothing between unless `whole` is true.
        """
        errands = list[Errand]()
        for datum in data:
            source = _for_the_past(datum)
            if source is None or not datum.history:
                continue
            sessions = self.calendar.between(start, end)
            if not isinstance(source, SpanSource) and not whole:
                sessions = self._needed(sessions, end)
            have = set(await self.market.days(datum.dataset, start, end, datum.scope))
            errands += reversed(list(self._errands(datum, source, [one for one in sessions if one not in have])))
        return errands

    def _needed(self, sessions: Sequence[date], end: date) -> tuple[date, ...]:
        """The near sessions, and those that a month and a year are measured from."""
        bases = (self.calendar.before(end.replace(day=1)), self.calendar.before(end.replace(month=1, day=1)))
        return tuple(sorted({*sessions[-NEAR_SESSIONS:], *(one for one in bases if one in sessions)}))

    def _errands(self, datum: Datum, source: Source, missing: Sequence[date]) -> Iterator[Errand]:
        span = timedelta(days=source.span_days - 1 if isinstance(source, SpanSource) else 0)
        left = sorted(missing, reverse=True)
        while left:
            end = left[0]
            inside = [one for one in left if one >= end - span]
            left = left[len(inside) :]
            yield Errand(datum=datum, source=source, start=inside[-1], end=end)

    async def run(self, errands: Iterable[Errand], asker: Asker) -> AsyncIterator[tuple[Errand, Outcome]]:
        """Do the errands and tell what came of each; what a source cannot give its stand-ins are asked for."""
        intake = Intake(self.market)
        for errand in errands:
            yield errand, await self._run(errand, asker, intake)

    async def _run(self, errand: Errand, asker: Asker, intake: Intake) -> Outcome:
        outcome = Outcome.UNAVAILABLE
        for source in (errand.source, *(one for one in errand.datum.sources if one is not errand.source)):
            one_day = errand.start == errand.end
            if not source.past or not (one_day or isinstance(source, SpanSource)) or not asker.may(source):
                continue
            read = partial(source.history, errand.start, errand.end, asker.now, self.calendar)
            outcome = await asker.ask(errand.datum.name, source, errand.end, intake, read)
            if outcome in (Outcome.TABLE, Outcome.NOT_PUBLISHED):
                break
        return outcome


def _for_the_past(datum: Datum) -> Source | None:
    """The first choice among those that cover many days with one request, else among all; None where nobody can."""
    past = [one for one in datum.sources if one.past]
    return next((one for one in past if isinstance(one, SpanSource)), next(iter(past), None))
