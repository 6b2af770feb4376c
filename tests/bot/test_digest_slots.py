"""When a digest goes out: the week's last session, late ones, changed minutes, clocks that are put back."""

import asyncio
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.digest import DigestRun, ends_week, enqueue_digests
from bot.messages.digest import DigestLimits, DigestWriter, Edition
from bot.messages.model import Message
from bot.messages.wishes import DigestWishes
from bot.poll import World
from bot.preferences import Layout, Length, Section
from bot.store.database import Database
from bot.store.subscriptions import _settings
from bot.store.tables import DELIVERIES, SUBSCRIPTIONS
from bot.subscriptions import DIGEST_LATE_MAX, WEEKLY_MINUTE, Language, Subscription, evening_minute
from signals.core.calendar import TradingCalendar
from signals.streak import InflowStreak
from tests.bot.killing import KilledError, Killer
from tests.bot.publishers import FUND, NEXT_DAY, OTHER, world_of
from tests.bot.readers import LONG_AGO, letters, reader, words
from tests.bot.serving import Hand, worker_of
from tests.bot.test_digest_producer import RISING
from tests.builders import CALENDAR, LAST_DAY, market, moment

pytestmark = pytest.mark.anyio

MINUTE = time(17, 45)
FRIDAY, EVE, MONDAY = date(2025, 2, 7), date(2025, 1, 27), date(2025, 2, 10)
"""The last session of a week that began on a Wednesday, of a week that was one Monday, and one after a weekend."""


@pytest.fixture
async def world(store: Database) -> World:
    await store.market.add(RISING.snapshots())
    return world_of(store, InflowStreak())


async def subscriber(store: Database, chat: str = "one", **wishes: object) -> Subscription:
    return await reader(store, chat, FUND, **{"evening_digest": MINUTE, "weekly_digest": True, **wishes})


async def looked(world: World, *moments: datetime, chat: str = "one") -> list[str]:
    """What looks at the clock left for a reader, each by a service that has just been started."""
    for at in moments:
        await worker_of(world, Hand(at)).digests(at)
    return [words(one) for one in (await letters(world.store)).get(chat, [])]


def test_a_week_ends_with_its_last_session_and_not_on_a_weekday() -> None:
    ends = [day for day in CALENDAR.between(date(2025, 1, 20), LAST_DAY) if ends_week(CALENDAR, day)]
    assert ends == [date(2025, 1, 24), EVE, FRIDAY]
    assert not ends_week(CALENDAR, date(2024, 12, 31))
    assert not ends_week(TradingCalendar.of([MONDAY, LAST_DAY]), LAST_DAY)


async def test_the_weekly_note_takes_the_place_of_the_evening_one(world: World) -> None:
    await subscriber(world.store)
    (friday,) = await looked(world, *(moment(FRIDAY, clock) for clock in ("17:44", "17:45", "17:46", "23:00")))
    assert friday.startswith("ETF资金周报 2025-02-05 至 02-07（3个交易日）")
    assert "今日 2025-02-07（周五）" in friday
    (monday,) = await looked(world, moment(MONDAY, "17:45"))
    assert monday.startswith("ETF资金日报 2025-02-10")


async def test_before_a_long_holiday_the_week_may_be_a_single_session(world: World) -> None:
    await subscriber(world.store)
    (note,) = await looked(world, moment(EVE, "17:45"))
    assert note.startswith("ETF资金周报 2025-01-27 至 01-27（1个交易日）")


async def test_whoever_reads_no_weekly_note_has_the_evening_one_as_ever(world: World) -> None:
    await subscriber(world.store, weekly_digest=False)
    (note,) = await looked(world, moment(FRIDAY, "17:45"))
    assert note.startswith("ETF资金日报 2025-02-07")


async def test_whoever_reads_the_weekly_note_alone_gets_the_week_alone(world: World) -> None:
    await subscriber(world.store, evening_digest=None, zone="Europe/Berlin")
    at = datetime.combine(FRIDAY, WEEKLY_MINUTE).replace(tzinfo=UTC) - timedelta(hours=1)
    (note,) = await looked(world, at - timedelta(minutes=1), at, at + timedelta(hours=2))
    assert note.startswith("ETF资金周报")
    assert "今日" not in note
    assert await looked(world, moment(MONDAY, "17:45"), moment(LAST_DAY, "23:45")) == []


async def test_changing_to_the_weekly_note_after_the_evening_one_gives_no_second(world: World) -> None:
    one = await subscriber(world.store, weekly_digest=False)
    assert len(await looked(world, moment(FRIDAY, "17:45"))) == 1
    await world.store.subscriptions.save(replace(one, weekly_digest=True), moment(FRIDAY, "18:00"))
    assert await looked(world, moment(FRIDAY, "18:01"), moment(FRIDAY, "21:00")) == []


async def test_the_morning_after_a_week_completes_it(world: World) -> None:
    await subscriber(world.store, morning_digest=True, evening_digest=None)
    await subscriber(world.store, "daily", morning_digest=True, evening_digest=None, weekly_digest=False)
    await worker_of(world, Hand(moment(MONDAY, "09:20"))).digests(moment(MONDAY, "09:20"))
    sent = {chat: words(one) for chat, (one,) in (await letters(world.store)).items()}
    assert ("上周合计" in sent["one"], "上周合计" in sent["daily"]) == (True, False)


@pytest.mark.parametrize(
    ("seconds", "late"), [(0, False), (59, False), (60, False), (61, True), (3600, True), (43_200, True)]
)
async def test_a_digest_is_late_after_a_minute(world: World, seconds: int, late: bool) -> None:
    await subscriber(world.store)
    (note,) = await looked(world, moment(LAST_DAY, "17:45") + timedelta(seconds=seconds))
    planned = "02-11 17:45" if seconds == 43_200 else "17:45"
    assert (f"晚于原定的 {planned} 送达" in note) is late


async def test_the_planned_minute_is_told_by_the_readers_clock(world: World) -> None:
    await subscriber(world.store, zone="America/New_York", evening_digest=time(23, 50), language=Language.EN)
    planned = datetime.fromisoformat("2025-02-11T23:50-05:00")
    (note,) = await looked(world, planned + timedelta(minutes=30))
    assert "Later than planned (02-11 23:50)" in note


async def test_a_morning_digest_is_late_after_the_latest_minute(world: World) -> None:
    await subscriber(world.store, "late", evening_digest=None, morning_digest=True)
    (note,) = await looked(world, moment(NEXT_DAY, "11:00"), chat="late")
    assert "晚于原定的 09:20 送达" in note
    await subscriber(world.store, "one", evening_digest=None, morning_digest=True)
    (note,) = await looked(world, moment(NEXT_DAY, "09:20"))
    assert "晚于原定" not in note


async def test_a_minute_that_was_chosen_when_it_was_over_is_kept_at_once_and_not_late(world: World) -> None:
    one = await subscriber(world.store, evening_digest=time(22))
    await world.store.subscriptions.save(replace(one, evening_digest=time(17)), moment(LAST_DAY, "18:00"))
    (note,) = await looked(world, moment(LAST_DAY, "18:01"), moment(LAST_DAY, "22:00"))
    assert "晚于原定" not in note


async def test_a_newcomer_is_not_told_of_a_session_that_another_has_followed(world: World) -> None:
    store = world.store
    await store.subscriptions.save(
        Subscription(id=0, channel="test", chat="one", evening_digest=time(14), morning_digest=False),
        moment(LAST_DAY, "15:30"),
    )
    await subscriber(store, "waiting", evening_digest=time(14))
    at = moment(LAST_DAY, "15:31")
    await worker_of(world, Hand(at)).digests(at)
    sent = await letters(store)
    assert list(sent) == ["waiting"]
    (note,) = sent["waiting"]
    assert words(note).startswith("ETF资金日报 2025-02-10")
    assert "晚于原定的 14:00 送达" in words(note)


CAIRO = CALENDAR.between(date(2024, 10, 31), date(2024, 11, 4))


async def test_a_minute_behind_the_next_close_is_kept_where_clocks_are_put_back(store: Database) -> None:
    """In Cairo the night after this Thursday has an hour more: half past nine comes after the exchanges' next close."""
    await store.market.add(market(20, end=CAIRO[-1]).fund(FUND, close=1.0, nav=1.0, shares=2e8).snapshots())
    await subscriber(store, zone="Africa/Cairo", evening_digest=time(9, 30), weekly_digest=False)
    due = datetime.fromisoformat("2024-11-01T09:30+02:00")
    assert due > moment(CAIRO[1], "15:00")
    world = world_of(store)
    assert await looked(world, due - timedelta(minutes=1)) == []
    notes = await looked(world, due, due + timedelta(minutes=1))
    assert [one.splitlines()[0] for one in notes] == [
        "ETF资金日报 2024-10-31（周四）",
        "ETF资金日报 2024-11-01（周五）",
    ]
    assert "晚于原定" not in "".join(notes)


@pytest.mark.parametrize(
    ("zone", "minute", "session", "due"),
    [
        ("Europe/Berlin", "02:30", "2025-03-28", "2025-03-29T02:30+01:00"),
        ("America/New_York", "02:30", "2024-03-08", "2024-03-08T02:30-05:00"),
        ("Australia/Lord_Howe", "02:15", "2024-10-04", "2024-10-05T02:15+10:30"),
        ("Pacific/Apia", "00:30", "2025-02-11", "2025-02-12T00:30+13:00"),
    ],
)
def test_the_moment_of_a_minute(zone: str, minute: str, session: str, due: str) -> None:
    one = Subscription(id=1, channel="test", chat="x", zone=zone, evening_digest=time.fromisoformat(minute))
    assert evening_minute(one, date.fromisoformat(session)) == datetime.fromisoformat(due)


async def test_digests_arrive_without_a_sound_where_that_is_wanted(world: World) -> None:
    await subscriber(world.store, "loud")
    await subscriber(world.store, "quiet", silent_digest=True)
    at = moment(LAST_DAY, "17:45")
    await worker_of(world, Hand(at)).digests(at)
    assert {chat: one.silent for chat, (one,) in (await letters(world.store)).items()} == {"loud": False, "quiet": True}


async def crowd(store: Database, *wishes: dict[str, object], each: int) -> None:
    """So many subscribers of each kind, stored in one stroke."""
    people = [
        Subscription(id=0, channel="test", chat=f"{number}/{one}", **settings)  # type: ignore[arg-type]
        for number, settings in enumerate(wishes)
        for one in range(each)
    ]
    rows = [{**_settings(one), "created_at": LONG_AGO, "updated_at": LONG_AGO} for one in people]
    async with store.subscriptions._connections.write() as connection:
        await connection.execute(SUBSCRIPTIONS.insert(), rows)


async def test_the_same_digest_is_written_once_for_all_its_readers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[Edition, DigestWishes]] = []
    held: list[int] = []
    write, enqueue = DigestWriter.write, world.store.outbox.enqueue

    def counted(writer: DigestWriter, edition: Edition, wishes: DigestWishes) -> Message:
        written.append((edition, wishes))
        return write(writer, edition, wishes)

    async def watched(deliveries: list) -> int:  # type: ignore[type-arg]
        held.append(len({id(one.message) for one in deliveries}))
        return await enqueue(deliveries)

    monkeypatch.setattr(DigestWriter, "write", counted)
    monkeypatch.setattr(world.store.outbox, "enqueue", watched)
    watched_funds = {"watched": frozenset({FUND})}
    kinds = [
        watched_funds,
        {**watched_funds, "language": Language.EN},
        {**watched_funds, "length": Length.SHORT},
        {**watched_funds, "length": Length.SHORT, "layout": Layout.TABLE},  # a short one has no tables
        {**watched_funds, "sections": frozenset({Section.MARKET})},
        {"watched": frozenset({OTHER})},
    ]
    await crowd(world.store, *kinds, each=500)
    run = DigestRun(edition=Edition.EVENING, day=LAST_DAY, now=moment(LAST_DAY, "17:45"))
    assert await enqueue_digests(world, DigestLimits(), run) == 3000
    assert len(written) == len({*written}) == 5
    assert await enqueue_digests(world, DigestLimits(), run) == 0
    assert len(written) == 5
    assert max(held) <= 50


async def test_readers_of_different_lists_are_written_some_at_a_time(world: World) -> None:
    kinds = [{"watched": frozenset({FUND, f"59{number:04d}"})} for number in range(120)]
    await crowd(world.store, *kinds, each=1)
    run = DigestRun(edition=Edition.EVENING, day=LAST_DAY, now=moment(LAST_DAY, "17:45"))
    assert await enqueue_digests(world, DigestLimits(), run) == 120


async def test_a_run_that_is_killed_goes_on_where_it_stopped(blank: Path, tmp_path: Path) -> None:
    steps = 0
    for at in range(12):
        path = shutil.copy(blank, tmp_path / f"{at}.db")
        store = Database(f"sqlite:///{path}")
        await store.open()
        await store.market.add(RISING.snapshots())
        await crowd(store, *({"watched": frozenset({f"59{number:04d}"})} for number in range(60)), each=1)
        killer = Killer(at=at)
        killer.watch(store)
        world, run = world_of(store), DigestRun(edition=Edition.EVENING, day=LAST_DAY, now=moment(LAST_DAY, "17:45"))
        try:
            await enqueue_digests(world, DigestLimits(), run)
        except KilledError:
            steps += 1
            killer.at = 0
            await enqueue_digests(world, DigestLimits(), run)
        killer.at = 0
        assert sorted(len(all_) for all_ in (await letters(store)).values()) == [1] * 60
        await store.close()
    assert steps >= 8


CHANGES = st.one_of(
    st.builds(lambda minute: {"evening_digest": minute}, st.none() | st.times().map(lambda one: one.replace(second=0))),
    st.builds(lambda zone: {"zone": zone}, st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Auckland"])),
    st.builds(lambda weekly: {"weekly_digest": weekly}, st.booleans()),
)
STEPS = st.lists(st.tuples(st.integers(1, 900), st.none() | CHANGES), min_size=5, max_size=25)


@settings(max_examples=15, deadline=None)
@given(start=st.sampled_from([EVE, FRIDAY, MONDAY]), steps=STEPS)
def test_there_are_never_two_digests_of_one_slot(blank: Path, start: date, steps: list) -> None:  # type: ignore[type-arg]
    """Whatever is changed and however often the service is started anew; and none comes too late or on a holiday."""

    async def live() -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = Database(f"sqlite:///{shutil.copy(blank, Path(folder) / 'store.db')}")
            await store.open()
            world, at = world_of(store), moment(start, "12:00")
            one = await subscriber(store, evening_digest=time(17, 45), morning_digest=True)
            for minutes, change in steps:
                at += timedelta(minutes=minutes)
                if change is not None:
                    one = await store.subscriptions.save(replace(one, **change), at)
                for look in (at, at + timedelta(minutes=1)):
                    before = await batches(store)
                    await worker_of(world, Hand(look)).digests(look)
                    for batch in (await batches(store))[len(before) :]:
                        require_timely(batch, one, look)
            found = await batches(store)
            assert len(found) == len({*found})
            await store.close()

    asyncio.run(live())


async def batches(store: Database) -> list[str]:
    async with store.outbox._connections.read() as connection:
        return list((await connection.execute(select(DELIVERIES.c.batch).order_by(DELIVERIES.c.id))).scalars())


def require_timely(batch: str, one: Subscription, look: datetime) -> None:
    _, slot, day = batch.split("/")
    session = date.fromisoformat(day)
    assert CALENDAR.is_session(session)
    if slot == "evening":
        planned = evening_minute(one, session, weekly=ends_week(CALENDAR, session))
        assert planned is not None
        assert planned <= look <= planned + DIGEST_LATE_MAX
        assert planned >= moment(session, "15:00")
    else:
        assert look.astimezone(UTC) < moment(CALENDAR.after(session), "15:00")
        assert CALENDAR.is_session(look.date())
