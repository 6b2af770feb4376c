"""The panel that questions are answered from: laid once, kept until something new is known."""

import asyncio
from datetime import date, datetime

from bot.store.market import MarketStore
from signals.core.calendar import TradingCalendar
from signals.core.panel import Panel


class Panels:
    """Keeps the newest panel; people ask more often than tables come in."""

    def __init__(self, market: MarketStore, calendar: TradingCalendar) -> None:
        self._market = market
        self._calendar = calendar
        self._lock = asyncio.Lock()
        self._kept: tuple[tuple[date, str], Panel] | None = None

    async def latest(self, now: datetime, today: date) -> Panel:
        """What is known now, up to the newest session that has any figures."""
        day = self._calendar.at_or_before(today)
        async with self._lock:
            key = (day, await self._market.stamp(now))
            if self._kept is None or self._kept[0] != key:
                if self._kept is not None:
                    self._kept[1].release()
                self._kept = (key, await self._market.panel(self._calendar, day, now))
            return self._kept[1]
