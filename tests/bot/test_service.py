"""The running service: what its worker does at a moment, and that it stops, and falls, as a whole."""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar

import pandas as pd
import pytest
from structlog.testing import capture_logs

from bot.channels.base import Answer, Incoming, MenuEntry
from bot.deliveries import Address
from bot.messages.model import plain
from bot.outbox import Drain, Pace
from bot.poll import Slot
from bot.service import serve
from bot.sources.base import LimitedError, UnavailableError
from bot.sources.datum import Datum, Round
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.subscriptions import ALL_FUNDS
from bot.worker import MONTHLY_CAUGHT_UP, complete
from signals.core.panel import Panel
from signals.core.snapshot import Dataset
from signals.streak import InflowStreak
from tests.bot.publishers import FUND, OTHER, Publisher, past, publishers, with_flows, world_of
from tests.bot.readers import Recorder, letters, reader, told, words
from tests.bot.serving import Hand, desk_of, worker_of
from tests.builders import LAST_DAY, Market, market, moment, stocks, weights

pytestmark = pytest.mark.anyio

TURNED = with_flows(*[-1] * 10, 1, 1, 1)
EVENING = Slot(round=Round.EVENING, due=moment(LAST_DAY, "22:00"), day=LAST_DAY)


async def test_a_slot_is_polled_as_of_now_and_marked_as_done(store: Database) -> None:
    await past(store, TURNED, LAST_DAY)
    late = moment(LAST_DAY, "22:41")
    worker = worker_of(world_of(store, InflowStreak()), Hand(late), *publishers(TURNED).values())
    await worker.poll(EVENING)
    assert await told(store) == [("02-11", FUND, "new", 3)]
    assert [one.asof for one in await store.alerts.between(late, late)] == [late]
    assert await store.runs.done(EVENING.job, EVENING.due)


async def test_a_source_that_breaks_is_said_to_once_over_many_polls(store: Database) -> None:
    broken = Publisher(Dataset.INDEX, tables={LAST_DAY: UnavailableError("down")})
    worker = worker_of(world_of(store), Hand(EVENING.due), broken)
    with capture_logs() as said:
        for _ in range(3):
            await worker.poll(EVENING)
        broken.tables[LAST_DAY] = market(1).index("000300", 3900.0).snapshots()[0].table
        await worker.poll(EVENING)
    assert [one["event"] for one in said if one["event"] not in ("polled", "read")] == ["source broken", "source back"]
    assert worker.desk.health.failing == {}


async def test_the_worker_runs_a_day_by_its_own_schedule(store: Database) -> None:
    await past(store, TURNED, LAST_DAY)
    await reader(store, "one", FUND, evening_digest=moment(LAST_DAY, "22:30").time())
    clock = Hand(moment(LAST_DAY, "22:30"))
    schedule = worker_of(world_of(store, InflowStreak()), clock, *publishers(TURNED).values()).schedule()
    for _ in range(3):
        await schedule.run_due()
        await schedule.run_digests()
    alert, digest = (await letters(store))["one"]
    assert "连续第3日获净流入" in words(alert)
    assert "ETF资金日报 2025-02-11" in words(digest)


def balances(world: Market, *exchanges: str) -> Market:
    for one in exchanges:
        world = world.margin(one, financing=9e11, short=1e10, total=9.1e11)
    return world


def laid(*exchanges: str, szse: float | None = 2e8) -> Panel:
    world = market(3).fund(FUND, close=1.0, shares=2e8).fund(OTHER, close=1.0, shares=[2e8, 2e8, szse])
    return balances(world, *exchanges).panel()


def test_a_session_is_complete_with_both_exchanges_counts_and_balances() -> None:
    assert complete(laid("SSE", "SZSE"))
    assert complete(laid("SSE+SZSE"))


@pytest.mark.parametrize("exchanges", [(), ("SSE",), ("SZSE",)])
def test_it_is_not_without_the_balances_of_both(exchanges: tuple[str, ...]) -> None:
    assert not complete(laid(*exchanges))


@pytest.mark.parametrize("count", [None, 0.0])
def test_it_is_not_while_an_exchange_has_no_counts(count: float | None) -> None:
    assert not complete(laid("SSE", "SZSE", szse=count))


def test_an_exchange_without_funds_has_nothing_to_publish() -> None:
    assert complete(balances(market(3).fund(FUND, close=1.0, shares=2e8), "SSE", "SZSE").panel())


def test_a_market_of_which_nothing_is_known_is_not_complete() -> None:
    assert not complete(market(3).panel())


class Talking(Recorder):
    """A channel that hands in what it is told to, and says when it was stopped."""

    kind: ClassVar[str] = "talking"

    def __init__(self, listen: Callable[[Answer], Awaitable[None]]) -> None:
        super().__init__()
        self._listen = listen
        self.menu: tuple[MenuEntry, ...] = ()
        self.stopped = False

    async def serve(self, answer: Answer, menu: tuple[MenuEntry, ...]) -> None:
        self.menu = menu
        try:
            await self._listen(answer)
            await asyncio.Event().wait()
        finally:
            self.stopped = True


async def quiet(_: Answer) -> None:
    return None


async def serving(store: Database, *channels: Recorder, others: Callable[[], Awaitable[None]] | None = None) -> None:
    clock = Hand(EVENING.due)
    drain = Drain(store.outbox, {one.kind: one for one in channels}, clock.now, Pace(idle_seconds=0.01))
    more = [others()] if others else []
    async with asyncio.timeout(20):
        await serve(desk_of(world_of(store), clock), list(channels), drain, *more)  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_everything_in_good_order(store: Database, sign: signal.Signals) -> None:
    ended: list[str] = []

    async def other() -> None:
        try:
            os.kill(os.getpid(), sign)
            await asyncio.Event().wait()
        finally:
            ended.append("other")

    chat = Talking(quiet)
    await serving(store, chat, others=other)
    assert (chat.stopped, ended) == (True, ["other"])


async def test_people_are_answered_and_messages_sent_side_by_side(store: Database) -> None:
    answers: list[str] = []

    async def ask(answer: Answer) -> None:
        said = await answer(Incoming(channel="talking", address=Address("me"), text="/help"))
        answers.append(words(said))
        assert await chat.arrivals.get() == "<a digest>"
        os.kill(os.getpid(), signal.SIGTERM)

    chat = Talking(ask)
    one = await reader(store, "me", channel="talking")
    letter = NewDelivery(batch="x", subscription_id=one.id, message=plain("a digest"), due_at=EVENING.due)
    await store.outbox.enqueue([letter])
    await serving(store, chat)
    assert "/subscribe" in answers[0] or "订阅" in answers[0]
    assert chat.markups == ["<a digest>"]
    assert "help" in {entry.name for entry in chat.menu}


async def test_a_part_that_falls_takes_the_service_with_it_and_says_why(store: Database) -> None:
    async def fall() -> None:
        raise OSError(98, "the port is taken")

    chat = Talking(quiet)
    with pytest.raises(ExceptionGroup) as caught:
        await serving(store, chat, others=fall)
    assert [str(one) for one in caught.value.exceptions] == ["[Errno 98] the port is taken"]
    assert chat.stopped


async def test_a_channel_that_only_sends_is_not_served(store: Database) -> None:
    async def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    await serving(store, Recorder(), others=stop)


async def test_what_is_asked_for_weekly_is_asked_at_the_close_until_somebody_gave_it(store: Database) -> None:
    rare = Publisher(Dataset.INDEX, tables={})
    datum = Datum(name="profiles", sources=(rare,), rounds=frozenset({Round.WEEKLY}))
    worker = replace(worker_of(world_of(store), Hand(EVENING.due)), data=(datum,))
    close = Slot(round=Round.CLOSE, due=moment(LAST_DAY, "16:20"), day=LAST_DAY)
    await worker.poll(EVENING)
    assert rare.asked == []
    await worker.poll(close)
    rare.tables[LAST_DAY] = market(1).index("000300", 3900.0).snapshots()[0].table
    await worker.poll(close)
    await worker.poll(close)
    assert rare.asked == [LAST_DAY] * 2


async def test_a_restart_remembers_who_was_to_be_left_alone(store: Database) -> None:
    source = Publisher(Dataset.INDEX, tables={LAST_DAY: LimitedError("banned")})
    clock = Hand(EVENING.due)
    await worker_of(world_of(store), clock, source).poll(EVENING)
    again = worker_of(world_of(store), clock, source)
    await again.remember()
    await again.poll(replace(EVENING, due=moment(LAST_DAY, "22:05")))
    assert len(source.asked) == 1


async def test_a_restart_does_not_tell_again_of_a_source_that_was_broken_before(store: Database) -> None:
    source = Publisher(Dataset.INDEX, tables={LAST_DAY: UnavailableError("down")})
    clock = Hand(EVENING.due)
    before = worker_of(world_of(store), clock, source)
    for _ in range(2):
        await before.poll(EVENING)
        clock.at += timedelta(minutes=5)
    again = worker_of(world_of(store), clock, source)
    await again.remember()
    with capture_logs() as said:
        await again.poll(replace(EVENING, due=moment(LAST_DAY, "22:05")))
    assert "source broken" not in {one["event"] for one in said}
    assert list(again.desk.health.failing) == [source.name]


async def test_a_digest_does_not_wait_for_a_source_that_hangs_and_says_what_is_missing(store: Database) -> None:
    await past(store, TURNED, LAST_DAY)
    await reader(store, "one", FUND, evening_digest=moment(LAST_DAY, "17:45").time())
    hanging = Hanging(Dataset.SHARES, "SSE")
    clock = Hand(moment(LAST_DAY, "20:01"))
    others = {name: one for name, one in publishers(TURNED).items() if name != "etf_shares.sse"}
    schedule = worker_of(world_of(store, InflowStreak()), clock, hanging, *others.values()).schedule()
    polls = asyncio.create_task(schedule.run_due())
    await asyncio.to_thread(hanging.begun.wait)
    await schedule.run_digests()
    (digest,) = (await letters(store))["one"]
    assert "ETF资金日报 2025-02-11" in words(digest)
    assert "尚未公布" in words(digest)
    hanging.over.set()
    await polls
    assert await store.market.days(Dataset.NAV, LAST_DAY, LAST_DAY) == [LAST_DAY]


class Hanging(Publisher):
    """A publisher that answers only once it is told to."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.begun, self.over = threading.Event(), threading.Event()

    def fetch(self, day: date) -> pd.DataFrame:
        self.begun.set()
        self.over.wait(30)
        raise UnavailableError("no answer")


HELD = weights("931247", LAST_DAY, {"600000": 1.0}, known_at=moment(LAST_DAY, "09:00"))
ON_INDEX = market(3).fund(FUND, words={"index_code": "931247"}, close=1.0).fund(OTHER, close=1.0)
CLOSE = Slot(round=Round.CLOSE, due=moment(LAST_DAY, "16:20"), day=LAST_DAY)


async def asked_for_stocks(store: Database) -> bool:
    """Whether the close asks for the quotes of all stocks."""
    source = Publisher(Dataset.STOCKS, tables={LAST_DAY: stocks(LAST_DAY, {"600000": 0.1}).table})
    datum = Datum(name="stocks", sources=(source,), rounds=frozenset({Round.CLOSE}), for_followers=True)
    await replace(worker_of(world_of(store), Hand(CLOSE.due)), data=(datum,)).poll(CLOSE)
    return bool(source.asked)


async def test_stocks_are_asked_for_while_somebody_follows_a_fund_on_an_index_with_weights(store: Database) -> None:
    await store.market.add([*ON_INDEX.snapshots(), HELD])
    await reader(store, "1", OTHER)
    assert not await asked_for_stocks(store)
    await reader(store, "2", FUND)
    assert await asked_for_stocks(store)


async def test_without_weights_stocks_are_asked_for_by_nobody(store: Database) -> None:
    await store.market.add(ON_INDEX.snapshots())
    await reader(store, "1", FUND, ALL_FUNDS)
    assert not await asked_for_stocks(store)


async def test_whoever_follows_all_funds_follows_some_with_weights(store: Database) -> None:
    await store.market.add([*ON_INDEX.snapshots(), HELD])
    await reader(store, "1", ALL_FUNDS)
    assert await asked_for_stocks(store)


async def test_weights_that_nobody_was_asked_for_are_fetched_a_few_an_evening(store: Database) -> None:
    sources = [Publisher(Dataset.CONSTITUENTS, f"93{number:04}") for number in range(MONTHLY_CAUGHT_UP + 3)]
    sources[0].tables[LAST_DAY] = UnavailableError("no such file")
    data = [Datum(name=one.name, sources=(one,), rounds=frozenset({Round.MONTHLY})) for one in sources]
    worker = replace(worker_of(world_of(store), Hand(EVENING.due)), data=data)
    counts = []
    for minute in (0, 1, 2):
        await worker.poll(replace(EVENING, due=moment(LAST_DAY, f"22:0{minute}")))
        counts.append(sum(len(one.asked) for one in sources))
    assert counts == [MONTHLY_CAUGHT_UP, MONTHLY_CAUGHT_UP + 3, MONTHLY_CAUGHT_UP + 3]
