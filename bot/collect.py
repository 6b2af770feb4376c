"""Ask for a session's tables, the first choice first, and take them through the gates into the store."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from bot.asking import Asker, Collected
from bot.intake import Intake
from bot.sources.datum import Datum
from bot.sources.upstreams import Outcome
from signals.core.calendar import MARKET_ZONE


@dataclass(frozen=True, kw_only=True)
class Collector:
    """Asks publishers for one session."""

    asker: Asker
    day: date
    """The session that is asked for."""

    async def collect(self, data: Iterable[Datum]) -> Collected:
        """Ask for every datum that is not settled yet."""
        intake = Intake(self.asker.store.market)
        for datum in data:
            if not await self._settled(datum):
                await self._ask_in_turn(datum, intake)
        return self.asker.found

    async def _settled(self, datum: Datum) -> bool:
        market = self.asker.store.market
        return any([await market.settled(one.name, self.day) for one in datum.sources if one.settles])

    async def _ask_in_turn(self, datum: Datum, intake: Intake) -> None:
        """Stop at the first source that gives a good table, or whose publisher has only not published yet."""
        now = self.asker.now
        over = self.day < now.astimezone(MARKET_ZONE).date()
        for source in datum.sources:
            if self.asker.upstreams.postponed(source.name, now):
                return
            if (over and not source.past) or not self.asker.may(source):
                continue
            read = partial(source.readings, self.day, now)
            outcome = await self.asker.ask(datum.name, source, self.day, intake, read)
            if outcome in (Outcome.TABLE, Outcome.NOT_PUBLISHED):
                return
