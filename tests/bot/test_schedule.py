"""When: what of the timetable is due, that it is run once, and that what failed or was missed is made up for."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.poll import Slot
from bot.schedule import ClockFrom, Schedule, SystemClock, closed_session, due_slots
from bot.sources.datum import Round
from bot.store.database import Database
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from tests.bot.serving import TIMETABLE, Hand
from tests.builders import CALENDAR, LAST_DAY, moment

pytestmark = pytest.mark.anyio

WHOLE_DAY = ("08:30 morning", "08:55 morning", "16:20 close", "20:00 evening", "22:00 evening")


def on(day: str, *, calendar: TradingCalendar = CALENDAR) -> list[str]:
    """The slots of one day of the exchanges, with the session that each asks for."""
    start = moment(date.fromisoformat(day), "00:00")
    slots = due_slots(TIMETABLE, calendar, start - timedelta(seconds=1), start + timedelta(days=1, seconds=-1))
    return [f"{one.due:%H:%M} {one.job.removeprefix('poll/')} of {one.day:%m-%d}" for one in slots]


def whole(before: str, day: str, *besides: str) -> list[str]:
    return [f"{slot} of {before if 'morning' in slot else day}" for slot in sorted([*WHOLE_DAY, *besides])]


@pytest.mark.parametrize(
    ("day", "slots"),
    [
        ("2025-02-11", whole("02-10", "02-11")),
        ("2025-02-10", whole("02-07", "02-10", "17:00 weekly")),  # a Monday: its morning asks for Friday
        ("2025-02-07", whole("02-06", "02-07", "17:20 monthly")),  # the third session of February
        ("2025-02-08", []),  # Saturday
        ("2025-02-09", []),
        ("2025-01-27", whole("01-24", "01-27", "17:00 weekly")),  # the last session before the Spring Festival
        ("2025-01-28", []),
        ("2025-02-04", []),
        ("2025-02-05", whole("01-27", "02-05", "17:00 weekly")),  # the first after it: its morning asks for the eve
        ("2025-01-26", []),  # a Sunday on which offices worked
        ("2024-02-09", []),  # an official workday on which the exchanges were closed
        ("2025-01-01", []),
        ("2025-03-10", whole("03-07", "03-10", "17:00 weekly")),  # summer time began in New York the day before
        ("2025-03-31", whole("03-28", "03-31", "17:00 weekly")),  # and in Berlin
    ],
)
def test_the_slots_of_a_day(day: str, slots: list[str]) -> None:
    assert on(day) == slots


def test_the_first_day_of_the_calendar_has_no_session_before_it() -> None:
    first = CALENDAR.first.isoformat()
    assert on(first) == [f"{slot} of {CALENDAR.first:%m-%d}" for slot in WHOLE_DAY if "morning" not in slot]


def test_the_last_day_of_the_calendar_has_all_its_slots() -> None:
    before, last = CALENDAR.sessions[-2:]
    assert on(last.isoformat()) == whole(f"{before:%m-%d}", f"{last:%m-%d}")


@pytest.mark.parametrize("shift", [1, 2, 365, 4000])
def test_past_the_calendar_nothing_is_due(shift: int) -> None:
    assert on((CALENDAR.last + timedelta(days=shift)).isoformat()) == []
    assert on((CALENDAR.first - timedelta(days=shift)).isoformat()) == []


def test_the_morning_after_the_last_known_session_is_not_guessed() -> None:
    after, until = moment(CALENDAR.last, "22:00"), moment(CALENDAR.last + timedelta(days=3), "22:00")
    assert due_slots(TIMETABLE, CALENDAR, after, until) == []


def test_a_slot_is_due_at_its_minute_and_not_before() -> None:
    at = moment(LAST_DAY, "16:20")
    assert due_slots(TIMETABLE, CALENDAR, at - timedelta(hours=1), at - timedelta(microseconds=1)) == []
    assert due_slots(TIMETABLE, CALENDAR, at - timedelta(hours=1), at) == [
        Slot(round=Round.CLOSE, due=at, day=LAST_DAY)
    ]
    assert due_slots(TIMETABLE, CALENDAR, at, at + timedelta(hours=1)) == []


@given(
    st.datetimes(datetime(2024, 1, 5), datetime(2025, 5, 1)),  # noqa: DTZ001 - the zone follows
    st.timedeltas(timedelta(), timedelta(days=15)),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Auckland", "UTC"]),
)
def test_slots_are_the_same_in_every_zone_and_each_belongs_to_one_span(
    start: datetime, span: timedelta, zone: str
) -> None:
    after = start.replace(tzinfo=UTC)
    until, half = after + span, after + span / 2
    there = [one.astimezone(ZoneInfo(zone)) for one in (after, until)]
    slots = due_slots(TIMETABLE, CALENDAR, after, until)
    assert due_slots(TIMETABLE, CALENDAR, *there) == slots
    assert due_slots(TIMETABLE, CALENDAR, after, half) + due_slots(TIMETABLE, CALENDAR, half, until) == slots
    assert slots == sorted(slots, key=lambda one: one.due)
    assert len({(one.job, one.due) for one in slots}) == len(slots)
    assert all(CALENDAR.is_session(one.day) and CALENDAR.is_session(one.due.date()) for one in slots)


@pytest.mark.parametrize(
    ("now", "session"),
    [
        ("2025-02-11T15:00+08:00", "2025-02-11"),
        ("2025-02-11T14:59+08:00", "2025-02-10"),
        ("2025-02-11T02:00-05:00", "2025-02-11"),
        ("2025-02-10T14:59+08:00", "2025-02-07"),
        ("2025-02-09T12:00+08:00", "2025-02-07"),
        ("2025-02-05T09:00+08:00", "2025-01-27"),
        ("2025-02-12T03:59+13:00", "2025-02-11"),
    ],
)
def test_the_newest_session_that_has_closed(now: str, session: str) -> None:
    assert closed_session(CALENDAR, datetime.fromisoformat(now), time(15)) == date.fromisoformat(session)


@pytest.mark.parametrize("day", [CALENDAR.last + timedelta(days=1), CALENDAR.first - timedelta(days=1)])
def test_no_session_has_closed_outside_the_calendar(day: date) -> None:
    assert closed_session(CALENDAR, moment(day, "18:00"), time(15)) is None


def test_no_session_has_closed_before_the_first_one_does() -> None:
    assert closed_session(CALENDAR, moment(CALENDAR.first, "14:00"), time(15)) is None


@dataclass
class Office:
    """A schedule over a real ledger that writes down what it was made to run."""

    store: Database
    clock: Hand
    broken: set[str] = field(default_factory=set)
    """Jobs that fail."""
    polled: list[str] = field(default_factory=list)
    digests: list[datetime] = field(default_factory=list)
    followed: bool = True
    busy: asyncio.Event | None = None
    """Polls wait for this."""

    @property
    def schedule(self) -> Schedule:
        return Schedule(
            timetable=TIMETABLE,
            calendar=CALENDAR,
            runs=self.store.runs,
            clock=self.clock,
            poll=self.poll,
            digests=self.digest,
            followed=self.is_followed,
        )

    async def is_followed(self) -> bool:
        return self.followed

    async def poll(self, slot: Slot) -> None:
        self.polled.append(f"{slot.due:%m-%d %H:%M}")
        if self.busy is not None:
            await self.busy.wait()
        if slot.job in self.broken:
            raise ConnectionError(slot.job)
        await self.store.runs.finish(slot.job, slot.due, self.clock.now(), "")

    async def digest(self, now: datetime) -> None:
        self.digests.append(now)
        if "digests" in self.broken:
            raise ConnectionError("digests")

    async def look(self, *moments: datetime) -> list[str]:
        """What was polled, after a look at the clock at each of these moments."""
        for at in moments:
            self.clock.at = at
            await self.schedule.run_due()
        return self.polled


@pytest.fixture
def office(store: Database) -> Office:
    return Office(store, Hand(moment(LAST_DAY, "12:00")))


async def test_a_day_is_polled_slot_by_slot_and_each_once(office: Office) -> None:
    start = moment(LAST_DAY, "09:30") + timedelta(days=1)
    await office.look(moment(LAST_DAY, "22:30"))
    office.polled.clear()
    moments = [start + timedelta(minutes=10 * number) for number in range(90)]
    assert await office.look(*moments) == ["02-12 08:30", "02-12 08:55", "02-12 16:20", "02-12 20:00", "02-12 22:00"]


async def test_what_was_missed_is_made_up_for_once_oldest_first(office: Office) -> None:
    back = moment(LAST_DAY, "22:30")
    expected = ["02-11 08:30", "02-11 08:55", "02-11 16:20", "02-11 20:00", "02-11 22:00"]
    assert await office.look(back, back, back + timedelta(minutes=1)) == expected


async def test_what_was_done_before_a_restart_is_not_done_again(office: Office) -> None:
    await office.look(moment(LAST_DAY, "20:01"))
    office.polled.clear()
    assert await office.look(moment(LAST_DAY, "22:30")) == ["02-11 22:00"]


async def test_what_is_older_than_the_catch_up_is_left_alone(office: Office) -> None:
    late = moment(LAST_DAY, "16:20") + TIMETABLE.catch_up
    assert (await office.look(late))[0] == "02-11 20:00"
    office.polled.clear()
    other = Office(office.store, Hand(late))
    assert await other.look(late - timedelta(seconds=1)) == ["02-11 16:20"]


async def test_on_a_holiday_nothing_runs(office: Office) -> None:
    feast = moment(date(2025, 1, 29), "00:00")
    assert await office.look(*(feast + timedelta(hours=number) for number in range(0, 150, 3))) == []


async def test_a_slot_that_failed_is_tried_again_and_the_others_go_on(office: Office) -> None:
    office.broken = {"poll/close"}
    with capture_logs() as said:
        await office.look(moment(LAST_DAY, "20:00"), moment(LAST_DAY, "20:01"))
    assert office.polled == ["02-11 08:30", "02-11 08:55", "02-11 16:20", "02-11 20:00", "02-11 16:20"]
    assert [one["event"][:11] for one in said] == ["slot failed"] * 2
    office.broken = set()
    assert (await office.look(moment(LAST_DAY, "20:02"), moment(LAST_DAY, "20:03")))[5:] == ["02-11 16:20"]


async def test_two_looks_at_once_do_not_run_a_slot_twice(office: Office) -> None:
    """The look at the start takes minutes when publishers are slow, and the scheduler looks meanwhile."""
    await office.look(moment(LAST_DAY, "00:00"))
    office.polled.clear()
    office.clock.at, office.busy = moment(LAST_DAY, "08:30"), asyncio.Event()
    schedule = office.schedule
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(schedule.run_due())
        while not office.polled:  # noqa: ASYNC110 - the poll is under way, nothing else says so
            await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0.002)
        office.busy.set()
    assert office.polled == ["02-11 08:30"]


async def test_digests_are_looked_for_at_the_clocks_moment_and_may_fail(office: Office) -> None:
    office.broken = {"digests"}
    with capture_logs() as said:
        await office.schedule.run_digests()
    assert office.digests == [office.clock.at]
    assert [one["log_level"] for one in said] == ["error"]


async def test_prices_are_polled_while_the_exchanges_trade_and_again_though_nothing_is_written_down(
    office: Office,
) -> None:
    office.clock.at = moment(LAST_DAY, "10:00")
    await office.schedule.run_intraday()
    await office.schedule.run_intraday()
    assert office.polled == ["02-11 10:00", "02-11 10:00"]


@pytest.mark.parametrize("clock", ["09:30", "11:30", "12:15", "15:00", "20:00"])
async def test_no_prices_are_polled_while_the_exchanges_do_not_trade(office: Office, clock: str) -> None:
    office.clock.at = moment(LAST_DAY, clock)
    await office.schedule.run_intraday()
    assert office.polled == []


async def test_no_prices_are_polled_where_nobody_wants_to_know(office: Office) -> None:
    office.clock.at, office.followed = moment(LAST_DAY, "10:00"), False
    await office.schedule.run_intraday()
    assert office.polled == []


async def test_a_poll_of_prices_that_fails_is_no_end(office: Office) -> None:
    office.clock.at, office.broken = moment(LAST_DAY, "10:00"), {"poll/intraday"}
    with capture_logs() as said:
        await office.schedule.run_intraday()
    assert [one["log_level"] for one in said] == ["error"]


async def test_the_scheduler_looks_at_the_start_of_every_minute_of_the_exchanges_day(office: Office) -> None:
    schedule = office.schedule
    jobs = {one.id: one for one in schedule.scheduler().get_jobs()}
    assert sorted(jobs) == ["digests", "intraday", "polls", "upkeep"]
    assert (jobs["intraday"].args, jobs["intraday"].trigger.interval) == (
        (schedule.run_intraday,),
        timedelta(minutes=1),
    )
    upkeep = jobs["upkeep"]
    assert upkeep.args == (schedule.run_upkeep,)
    assert upkeep.trigger.get_next_fire_time(None, moment(LAST_DAY, "16:21")) == moment(LAST_DAY, "16:25")
    del jobs["intraday"], jobs["upkeep"]
    assert (jobs["polls"].args, jobs["digests"].args) == ((schedule.run_due,), (schedule.run_digests,))
    now = moment(LAST_DAY, "16:19") + timedelta(seconds=1)
    for one in jobs.values():
        assert one.trigger.get_next_fire_time(None, now) == moment(LAST_DAY, "16:20")
        assert one.trigger.get_next_fire_time(
            moment(LAST_DAY, "16:20"), moment(LAST_DAY, "16:20") + timedelta(1e-6)
        ) == (moment(LAST_DAY, "16:21"))
        assert one.coalesce
        assert one.misfire_grace_time is None


async def test_a_look_that_a_shutdown_ends_is_no_failure(office: Office) -> None:
    job = office.schedule.scheduler().get_job("polls")
    endless = asyncio.create_task(job.func(asyncio.Event().wait))
    await asyncio.sleep(0)
    endless.cancel()
    await endless


def test_clocks_are_aware_and_one_may_live_in_another_year() -> None:
    assert SystemClock().now().tzinfo is UTC
    then = datetime(2025, 2, 12, 9, 20, tzinfo=MARKET_ZONE)
    clock = ClockFrom(then)
    first, second = clock.now(), clock.now()
    assert then <= first <= second < then + timedelta(hours=1)
