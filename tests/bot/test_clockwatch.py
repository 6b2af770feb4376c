"""A jump of the clock is noticed, and only that; then the timetable looks at once and nothing hangs on the old time."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from bot.channels.base import Part
from bot.clockwatch import JUMP_SECONDS, LOOK_SECONDS, ClockWatch, Righting
from bot.deliveries import Address, State
from bot.messages.model import plain
from bot.metrics import Metrics
from bot.outbox import Drain, Pace
from bot.schedule import wake
from bot.sources.upstreams import Outcome
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from signals.core.calendar import MARKET_ZONE
from tests.bot.publishers import DAYS, FUND, past, publishers, with_flows, world_of
from tests.bot.readers import Recorder, reader
from tests.bot.serving import Hand, worker_of
from tests.builders import LAST_DAY, moment

pytestmark = pytest.mark.anyio

NOW = moment(LAST_DAY, "18:00")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class Watched:
    """A clock, a stop watch, and the watch over both."""

    clock: Hand = field(default_factory=lambda: Hand(NOW))
    passed: float = 0.0
    heard: list[timedelta] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch = ClockWatch(now=self.clock.now, jumped=self.hear, steady=lambda: self.passed)

    async def hear(self, by: timedelta) -> None:
        self.heard.append(by)

    async def after(self, seconds: float, jump: timedelta = timedelta()) -> list[timedelta]:
        self.passed += seconds
        self.clock.at += timedelta(seconds=seconds) + jump
        with capture_logs():
            await self.watch.look()
        return self.heard


@pytest.mark.parametrize("jump", [DAY, -DAY, HOUR, -HOUR, timedelta(seconds=JUMP_SECONDS)])
async def test_a_jump_is_heard_once_with_its_length(jump: timedelta) -> None:
    watched = Watched()
    assert await watched.after(5.0) == []
    assert await watched.after(5.0, jump) == [jump]
    assert await watched.after(5.0) == [jump]


async def test_a_clock_that_is_kept_right_jumps_nowhere() -> None:
    watched, drawn = Watched(), random.Random(7)  # noqa: S311
    for _ in range(200):
        await watched.after(drawn.uniform(1, 600), timedelta(seconds=drawn.uniform(-5, 5)))
    assert watched.heard == []


async def test_a_look_that_comes_late_is_no_jump() -> None:
    assert await Watched().after(7200.0) == []


async def test_who_cannot_put_right_ends_nothing() -> None:
    watched = Watched()

    async def fails(_: timedelta) -> None:
        raise OSError("the database is gone")

    watched.watch.jumped = fails
    with capture_logs() as said:
        watched.clock.at += DAY
        await watched.watch.look()
    assert [(one["event"], one["log_level"]) for one in said] == [
        ("the clock has jumped", "warning"),
        ("not put right after the clock has jumped", "error"),
    ]


async def test_it_looks_by_itself_until_it_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.clockwatch.LOOK_SECONDS", LOOK_SECONDS / 1000)
    watched, heard = Watched(), asyncio.Event()

    async def hear(_: timedelta) -> None:
        heard.set()

    watched.watch.jumped = hear
    watching = asyncio.create_task(watched.watch.run())
    await asyncio.sleep(0)
    watched.clock.at -= DAY
    await asyncio.wait_for(heard.wait(), 10)
    watching.cancel()
    await asyncio.wait([watching])
    assert watching.cancelled()


@pytest.mark.parametrize(
    "trigger", [CronTrigger(minute="*", timezone=MARKET_ZONE), IntervalTrigger(minutes=1, timezone=MARKET_ZONE)]
)
async def test_a_scheduler_whose_clock_was_put_back_looks_at_once_and_every_minute_again(trigger: object) -> None:
    looked = asyncio.Event()

    async def look() -> None:
        looked.set()

    scheduler = AsyncIOScheduler(timezone=MARKET_ZONE)
    # As it is left by a clock that was a day ahead.
    scheduler.add_job(look, trigger, id="polls", next_run_time=datetime.now(MARKET_ZONE) + DAY)
    scheduler.start()
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(looked.wait(), 0.3)
        wake(scheduler)
        await asyncio.wait_for(looked.wait(), 10)
        following = scheduler.get_job("polls").next_run_time
        assert following - datetime.now(MARKET_ZONE) <= timedelta(minutes=1)
    finally:
        scheduler.shutdown(wait=False)


TODAY = DAYS[-2]
"""The day before the last one, of which nothing is published yet."""


class Week:
    """A service on a market that publishes each session when it has closed, and one reader of its evening digest."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.clock = Hand(moment(TODAY, "16:45"))
        self.world = world_of(store)
        self.sources = publishers(with_flows(*[1e6] * 14))
        self.kept = {name: one.tables.pop(LAST_DAY) for name, one in self.sources.items()}
        self.schedule = worker_of(self.world, self.clock, *self.sources.values()).schedule()
        self.channel = Recorder()
        self.drain = Drain(store.outbox, {"test": self.channel}, self.clock.now, Pace())
        self.metrics = Metrics(CollectorRegistry())
        self.woken: list[datetime] = []
        self.righting = Righting(
            world=self.world,
            now=self.clock.now,
            lease_seconds=60,
            metrics=self.metrics,
            wake=lambda: self.woken.append(self.clock.at),
            looking=self.schedule.looking,
        )

    def publish(self) -> None:
        """The last day's tables are out."""
        for name, one in self.sources.items():
            one.tables[LAST_DAY] = self.kept[name]

    async def jump(self, by: timedelta) -> None:
        """The clock is put, and that is noticed."""
        self.clock.at += by
        with capture_logs():
            await self.righting(by)

    async def look(self, at: datetime | None = None) -> list[str]:
        """A minute's look at everything; the digests that have arrived by then, by their heads."""
        self.clock.at = at or self.clock.at
        with capture_logs():
            await self.schedule.run_due()
            await self.schedule.run_digests()
            while await self.drain.once():
                pass
        return [text.strip("<>") for text in self.channel.markups if "ETF资金日报" in text]


@pytest.fixture
async def week(store: Database) -> Week:
    one = Week(store)
    await past(store, with_flows(*[1e6] * 14), TODAY)
    await reader(store, "me", FUND, evening_digest=moment(LAST_DAY, "17:45").time())
    return one


async def test_a_digest_that_an_hour_ahead_brought_early_is_not_told_again_at_its_time(week: Week) -> None:
    assert await week.look() == []
    await week.jump(HOUR)
    (early,) = await week.look()
    assert f"{TODAY}" in early
    await week.jump(-HOUR)
    assert await week.look() == [early]
    assert await week.look(moment(TODAY, "17:45")) == [early]
    assert await week.look(moment(TODAY, "22:30")) == [early]
    assert week.metrics.registry.get_sample_value("etfbot_clock_jumps_total", {"direction": "ahead"}) == 1
    assert week.metrics.registry.get_sample_value("etfbot_clock_jumps_total", {"direction": "back"}) == 1


async def test_a_day_ahead_and_back_costs_neither_a_poll_nor_a_digest(week: Week) -> None:
    (today,) = await week.look(moment(TODAY, "18:00"))
    await week.jump(DAY)
    _, empty = await week.look()
    close = moment(LAST_DAY, "16:20")
    assert await week.store.runs.done("poll/close", close), "it looked in vain"
    await week.jump(-DAY)
    assert not await week.store.runs.done("poll/close", close)
    assert not await week.store.runs.done("poll/evening", moment(TODAY, "22:00"))
    assert await week.look(moment(TODAY, "22:00")) == [today, empty]
    week.publish()
    await week.look(close)
    assert await week.store.runs.done("poll/close", close)
    told = await week.look(moment(LAST_DAY, "17:45"))
    assert told[:2] == [today, empty]
    assert [f"{LAST_DAY}" in one for one in told[2:]] == [True]
    assert await week.look(moment(LAST_DAY, "18:00")) == told


async def test_a_day_back_and_ahead_again_tells_nothing_twice(week: Week) -> None:
    week.publish()
    told = await week.look(moment(TODAY, "17:45"))
    await week.look(moment(TODAY, "22:00"))
    told = await week.look(moment(LAST_DAY, "17:45"))
    assert len(told) == 2
    await week.jump(-DAY - HOUR)
    assert await week.look() == told
    await week.jump(DAY + HOUR)
    assert await week.look() == told
    assert await week.look(moment(LAST_DAY, "22:00")) == told


@pytest.mark.parametrize("by", [HOUR, DAY])
async def test_a_host_that_rests_does_so_for_no_longer_when_the_clock_is_put_back(week: Week, by: timedelta) -> None:
    upstreams, rest = week.world.upstreams, week.world.upstreams.manners.rest
    upstreams.note("local", Outcome.LIMITED, week.clock.at)
    upstreams.postpone("etf_daily.all", week.clock.at + rest)
    await week.jump(-by)
    assert upstreams.refusal("local", week.clock.at) is not None
    assert upstreams.refusal("local", week.clock.at + rest) is None
    assert not upstreams.postponed("etf_daily.all", week.clock.at + rest)


async def test_the_timetable_looks_at_once_after_every_jump(week: Week) -> None:
    await week.jump(DAY)
    await week.jump(-DAY)
    assert len(week.woken) == 2


async def test_polls_that_run_end_by_the_old_time_before_anything_is_put_right(week: Week) -> None:
    await week.schedule.looking.acquire()
    jumping = asyncio.create_task(week.jump(-HOUR))
    await asyncio.sleep(0.05)
    assert not jumping.done()
    week.schedule.looking.release()
    await asyncio.wait_for(jumping, 10)


async def test_what_is_in_hand_is_not_taken_again_when_the_clock_jumps_ahead(store: Database) -> None:
    clock, channel, on_its_way, answer = Hand(NOW), Recorder(), asyncio.Event(), asyncio.Event()
    take = channel.send

    async def slowly(address: Address, part: Part) -> str:
        on_its_way.set()
        await answer.wait()
        return await take(address, part)

    channel.send = slowly  # type: ignore[method-assign]
    who = await reader(store, "me")
    letter = NewDelivery(batch="x", subscription_id=who.id, message=plain("once"), due_at=NOW)
    await store.outbox.enqueue([letter])
    drain = Drain(store.outbox, {"test": channel}, clock.now, Pace(idle_seconds=0.01))
    draining = asyncio.create_task(drain.run())
    try:
        await asyncio.wait_for(on_its_way.wait(), 10)
        clock.at += DAY
        await asyncio.sleep(0.1)
        answer.set()
        assert await asyncio.wait_for(channel.arrivals.get(), 10) == "<once>"
        await asyncio.sleep(0.1)
        assert len(channel.sent) == 1
        assert (await store.outbox.counts())[State.SENT] == 1
    finally:
        draining.cancel()
        await asyncio.wait([draining])
