"""Polls while the exchanges trade: told once, bounded in what they keep, and no part of what comes after the close."""

from collections.abc import Mapping
from datetime import date, datetime

import pytest
from structlog.testing import capture_logs

from bot.poll import Slot
from bot.sources.base import UnavailableError
from bot.sources.datum import Round
from bot.store.database import Database
from bot.subscriptions import USUAL_TOPICS
from bot.worker import Worker
from signals.core.detector import Topic
from signals.core.snapshot import Dataset
from signals.intraday import IntradayRise
from signals.premium import PremiumSpike
from tests.bot.publishers import FUND, OTHER, Publisher, past, world_of
from tests.bot.readers import codes, letters, reader, told, words
from tests.bot.serving import Hand, worker_of
from tests.builders import CALENDAR, LAST_DAY, market, moment, snapshot

pytestmark = pytest.mark.anyio

BEFORE = CALENDAR.before(LAST_DAY)
CLOSED = market(2).funds([FUND, OTHER], close=1.0, nav=1.0, iopv=1.0)


class Trading:
    """A publisher whose prices move from minute to minute."""

    def __init__(self, store: Database, *, on: date = LAST_DAY) -> None:
        self.publisher = Publisher(Dataset.SPOT, settles=False)
        self.clock = Hand(moment(on, "09:31"))
        self.worker: Worker = worker_of(world_of(store, IntradayRise(), PremiumSpike()), self.clock, self.publisher)
        self.on = on

    async def minute(self, clock: str, prices: Mapping[str, float] | Exception, one: Round = Round.INTRADAY) -> None:
        """Poll at a time of day."""
        self.clock.at = moment(self.on, clock)
        rows = prices
        if not isinstance(prices, Exception):
            rows = {code: {"spot_price": price, "spot_prev_close": 1.0} for code, price in prices.items()}
            self.publisher.tables[self.on] = snapshot(Dataset.SPOT, self.on, rows).table
        else:
            self.publisher.tables[self.on] = prices
        await self.worker.poll(Slot(round=one, due=self.clock.at, day=self.on))


@pytest.fixture
async def trading(store: Database) -> Trading:
    await past(store, CLOSED, LAST_DAY)
    await reader(store, "wants", FUND, topics=USUAL_TOPICS | {Topic.INTRADAY})
    await reader(store, "usual", FUND)
    return Trading(store)


async def kept(store: Database) -> int:
    """Tables of prices within sessions."""
    days = await store.market.days(Dataset.SPOT, CALENDAR.first, CALENDAR.last)
    return len(days)


async def test_a_rise_is_told_once_to_who_asked_for_it_and_again_when_it_grows(
    store: Database, trading: Trading
) -> None:
    await trading.minute("09:31", {FUND: 1.02, OTHER: 1.0})
    await trading.minute("09:32", {FUND: 1.055, OTHER: 1.0})
    await trading.minute("09:33", {FUND: 1.04, OTHER: 1.0})
    await trading.minute("09:34", {FUND: 1.056, OTHER: 1.0})
    await trading.minute("09:35", {FUND: 1.08, OTHER: 1.0})
    assert await told(store) == [("02-11", FUND, "new", 1), ("02-11", FUND, "stronger", 2)]
    sent = await letters(store)
    assert {chat: len(messages) for chat, messages in sent.items()} == {"wants": 2}
    assert codes(sent["wants"][0]) == {FUND}
    assert "5.50%" in words(sent["wants"][0])
    assert "09:32" in words(sent["wants"][0])


async def test_a_poll_of_prices_is_no_entry_of_the_ledger(store: Database, trading: Trading) -> None:
    await trading.minute("09:31", {FUND: 1.06, OTHER: 1.0})
    assert await store.runs.recent(20) == []


async def test_after_the_close_prices_of_the_session_are_looked_at_no_more(store: Database, trading: Trading) -> None:
    await trading.minute("14:59", {FUND: 1.02, OTHER: 1.0})
    trading.clock.at = moment(LAST_DAY, "16:20")
    trading.publisher.tables[LAST_DAY] = snapshot(
        Dataset.SPOT, LAST_DAY, {FUND: {"spot_price": 1.09, "spot_prev_close": 1.0}}
    ).table
    await trading.worker.poll(Slot(round=Round.CLOSE, due=trading.clock.at, day=LAST_DAY))
    assert await told(store) == []


async def test_a_panel_holds_prices_within_the_session_only_where_they_are_asked_for(
    store: Database, trading: Trading
) -> None:
    await trading.minute("10:00", {FUND: 1.02, OTHER: 1.0})
    before = await store.market.stamp(trading.clock.at)
    await trading.minute("10:01", {FUND: 1.03, OTHER: 1.0})
    assert await store.market.stamp(trading.clock.at) == before
    plain = await store.market.panel(CALENDAR, LAST_DAY, trading.clock.at)
    spot = await store.market.panel(CALENDAR, LAST_DAY, trading.clock.at, spot=True)
    names = {one.name for one in spot.layers} - {one.name for one in plain.layers}
    assert names == {"spot_price", "spot_prev_close"}
    column = spot.column(next(iter(spot.layers)).axis, FUND)
    prices = next(layer.values for one, layer in spot.layers.items() if one.name == "spot_price")
    assert prices[-1, column] == 1.03


async def test_the_close_drops_the_prices_of_the_sessions_before(store: Database, trading: Trading) -> None:
    earlier = Trading(store, on=BEFORE)
    await earlier.minute("10:00", {FUND: 1.0, OTHER: 1.0})
    await trading.minute("10:00", {FUND: 1.01, OTHER: 1.0})
    assert await kept(store) == 2
    await trading.worker.poll(Slot(round=Round.CLOSE, due=moment(LAST_DAY, "16:20"), day=LAST_DAY))
    assert await store.market.days(Dataset.SPOT, CALENDAR.first, CALENDAR.last) == [LAST_DAY]


async def test_a_source_that_breaks_is_said_once_and_asked_again_after_a_rest(
    store: Database, trading: Trading
) -> None:
    rest = trading.worker.desk.world.upstreams.manners.rest
    with capture_logs() as said:
        await trading.minute("10:00", UnavailableError("down"))
        await trading.minute("10:01", {FUND: 1.0, OTHER: 1.0})
        asked: datetime = trading.clock.at
        await trading.minute("10:15", {FUND: 1.0, OTHER: 1.0})
    assert asked - moment(LAST_DAY, "10:00") < rest
    assert trading.publisher.asked == [LAST_DAY, LAST_DAY]
    assert [one["event"] for one in said if one["event"].startswith("source")] == ["source broken", "source back"]


async def test_a_quiet_minute_is_not_logged(trading: Trading) -> None:
    with capture_logs() as said:
        await trading.minute("10:00", {FUND: 1.0, OTHER: 1.0})
        await trading.minute("10:01", {FUND: 1.06, OTHER: 1.0}, Round.IOPV)
    assert [one.get("job") for one in said if one["event"] == "polled"] == ["poll/iopv"]
