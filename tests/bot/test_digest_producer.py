"""Digests: one per subscriber, edition and session, at the reader's own minute, however often the clock is looked at."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digest import DigestRun, enqueue_digests, write_digest
from bot.messages.digest import DigestLimits, Edition
from bot.messages.model import Heading
from bot.messages.wishes import DigestWishes
from bot.poll import World
from bot.store.database import Database
from bot.store.watchlists import Watchlist
from bot.subscriptions import DIGEST_LATE_MAX, Language, Subscription, evening_digest_due
from signals.streak import InflowStreak
from tests.bot.publishers import DAYS, FUND, NEXT_DAY, OTHER, with_flows, world_of
from tests.bot.readers import FAR_AHEAD, LONG_AGO, codes, letters, reader, words
from tests.bot.serving import Hand, worker_of
from tests.builders import CALENDAR, LAST_DAY, market, moment

pytestmark = pytest.mark.anyio

MINUTE = time(17, 45)
RISING = (
    with_flows(*[1] * 13)
    .fund(OTHER, close=1.0, nav=1.0, shares=2e8)
    .margin("SSE", financing=9e11, short=1e10, total=9.1e11)
    .margin("SZSE", financing=8e11, short=1e10, total=8.1e11)
)


@pytest.fixture
async def world(store: Database) -> World:
    """The rising market, known as it was published; margin comes out on the next morning at 8:55."""
    await store.market.add(RISING.snapshots())
    return world_of(store, InflowStreak())


def run(edition: Edition = Edition.EVENING, day: date = LAST_DAY, clock: str = "22:00") -> DigestRun:
    return DigestRun(edition=edition, day=day, now=moment(day, clock))


async def enqueue(world: World, one: DigestRun) -> int:
    return await enqueue_digests(world, DigestLimits(), one)


async def both(store: Database, chat: str, *funds: str, **wishes: object) -> Subscription:
    return await reader(store, chat, *funds, **{"evening_digest": MINUTE, "morning_digest": True, **wishes})


async def test_there_is_one_digest_per_subscriber_edition_and_session(world: World) -> None:
    for chat in ("one", "other"):
        await both(world.store, chat, FUND)
    runs = [run(edition, day) for edition in (Edition.EVENING, Edition.MORNING) for day in DAYS[-2:]]
    assert [await enqueue(world, one) for one in runs for _ in range(5)] == [2, 0, 0, 0, 0] * 4
    assert {chat: len(all_) for chat, all_ in (await letters(world.store)).items()} == {"one": 4, "other": 4}


async def test_a_subscriber_who_comes_later_gets_his_own_and_the_others_no_second(world: World) -> None:
    await both(world.store, "one", FUND)
    assert await enqueue(world, run()) == 1
    await both(world.store, "late", FUND)
    assert await enqueue(world, run()) == 1


async def test_nobody_gets_an_edition_that_he_does_not_read(world: World) -> None:
    await both(world.store, "evening", FUND, morning_digest=False)
    await both(world.store, "morning", FUND, evening_digest=None)
    await both(world.store, "paused", FUND, active=False)
    assert [await enqueue(world, run(edition)) for edition in (Edition.EVENING, Edition.MORNING)] == [1, 1]
    assert sorted(await letters(world.store)) == ["evening", "morning"]


async def test_a_digest_that_was_sent_is_not_written_again(world: World) -> None:
    await both(world.store, "one", FUND)
    await enqueue(world, run())
    assert len(await letters(world.store)) == 1
    assert [await enqueue(world, run()) for _ in range(3)] == [0, 0, 0]


async def test_everybody_reads_of_his_own_funds_and_lists_in_his_own_language(world: World) -> None:
    await world.store.watchlists.save(Watchlist("深市", "深市", "Shenzhen", (OTHER,), 0), LONG_AGO)
    await both(world.store, "chinese", FUND)
    await both(world.store, "english", watchlists=frozenset({"深市"}), language=Language.EN)
    await enqueue(world, run())
    sent = await letters(world.store)
    assert [FUND in codes(sent["chinese"][0]), OTHER in codes(sent["chinese"][0])] == [True, False]
    assert OTHER in codes(sent["english"][0])
    assert ("净流入" in words(sent["chinese"][0]), "净流入" in words(sent["english"][0])) == (True, False)


async def test_the_same_digest_can_be_asked_for_and_holds_what_was_known_then(world: World) -> None:
    early = await write_digest(world, DigestLimits(), run(clock="17:45"), DigestWishes(funds=frozenset({FUND})))
    late = await write_digest(world, DigestLimits(), run(), DigestWishes(funds=frozenset({FUND})))
    assert "连续第12日" in words(early)
    assert "连续第13日" in words(late)
    assert await world.store.outbox.next_due() is None


def served(zone: str, minute: time, session: date) -> list[datetime]:
    """The quarter hours of the three days after a session's close at which its evening digest may go out."""
    one = Subscription(id=1, channel="test", chat="x", zone=zone, evening_digest=minute)
    first = moment(session, "15:00")
    return [
        at for quarter in range(288) if evening_digest_due(one, session, at := first + timedelta(minutes=15 * quarter))
    ]


ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "UTC",
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 95), st.sampled_from(CALENDAR.sessions[:-10]))
def test_the_minute_is_the_readers_own_and_comes_within_a_day_of_the_close(
    zone: str, quarter: int, session: date
) -> None:
    minute = time(quarter // 4, quarter % 4 * 15)
    times = served(zone, minute, session)
    assert times
    local = times[0].astimezone(ZoneInfo(zone))
    assert times[0] - moment(session, "15:00") < timedelta(hours=25)
    assert times[-1] - times[0] == DIGEST_LATE_MAX
    lands_in_a_gap = local.utcoffset() != (local - timedelta(hours=1)).utcoffset()
    assert local.time() == minute or lands_in_a_gap


@pytest.mark.parametrize(
    ("zone", "minute", "session", "due"),
    [
        ("Asia/Shanghai", "17:45", "2025-02-11", "2025-02-11T17:45+08:00"),
        ("Asia/Shanghai", "15:00", "2025-02-11", "2025-02-11T15:00+08:00"),
        ("Asia/Shanghai", "14:59", "2025-02-11", "2025-02-12T14:59+08:00"),
        ("Asia/Shanghai", "07:00", "2025-02-11", "2025-02-12T07:00+08:00"),
        ("America/New_York", "07:00", "2025-02-11", "2025-02-11T07:00-05:00"),
        ("America/New_York", "02:00", "2025-02-11", "2025-02-11T02:00-05:00"),
        ("America/New_York", "02:00", "2025-03-10", "2025-03-11T02:00-04:00"),  # the close is at 3:00 there by now
        ("America/New_York", "03:00", "2025-03-10", "2025-03-10T03:00-04:00"),
        ("Europe/Berlin", "08:30", "2025-03-28", "2025-03-28T08:30+01:00"),
        ("Europe/Berlin", "08:30", "2025-03-31", "2025-04-01T08:30+02:00"),  # the close is at 9:00 there by now
        ("Pacific/Auckland", "21:00", "2025-02-11", "2025-02-11T21:00+13:00"),
        ("Pacific/Auckland", "17:45", "2025-02-11", "2025-02-12T17:45+13:00"),
        ("Pacific/Kiritimati", "00:30", "2025-02-11", "2025-02-12T00:30+14:00"),
        ("Asia/Kathmandu", "17:45", "2025-01-27", "2025-01-27T17:45+05:45"),
    ],
)
async def test_the_evening_digest_goes_out_at_the_readers_minute(
    world: World, zone: str, minute: str, session: str, due: str
) -> None:
    await both(world.store, "one", FUND, zone=zone, evening_digest=time.fromisoformat(minute), morning_digest=False)
    at = datetime.fromisoformat(due)
    assert await _sent(world, at - timedelta(minutes=1)) == []
    (letter,) = await _sent(world, at, at + timedelta(minutes=1), at + timedelta(hours=11))
    title = letter.blocks[0]
    assert isinstance(title, Heading)
    assert session in title.text


async def _sent(world: World, *moments: datetime) -> list:  # type: ignore[type-arg]
    """What was left for the one reader by looks at the clock at these moments."""
    for at in moments:
        await worker_of(world, Hand(at)).digests(at)
    return (await letters(world.store)).get("one", [])


async def test_after_a_long_outage_the_old_evening_digest_is_left_out(world: World) -> None:
    await both(world.store, "one", FUND, morning_digest=False)
    late = moment(LAST_DAY, "17:45") + DIGEST_LATE_MAX
    assert await _sent(world, late + timedelta(minutes=1)) == []
    assert len(await _sent(world, late)) == 1


async def test_nothing_goes_out_on_holidays_and_weekends(world: World) -> None:
    await both(world.store, "one", FUND)
    eve, back = date(2025, 1, 27), date(2025, 2, 5)
    first = [moment(eve, "17:45"), *_minutes(eve + timedelta(days=1), back - timedelta(days=1))]
    (evening,) = await _sent(world, *first)
    assert "2025-01-27" in words(evening)
    (morning,) = await _sent(
        world, *(moment(back, at) for at in ("08:00", "08:57", "08:58", "09:20", "14:59", "15:00"))
    )
    assert "2025-02-05" in words(morning)
    assert "01-27" in words(morning)


def _minutes(first: date, last: date) -> Sequence[datetime]:
    days = [first + timedelta(days=shift) for shift in range((last - first).days + 1)]
    return [moment(day, clock) for day in days for clock in ("08:58", "09:20", "15:00", "17:45")]


@pytest.mark.parametrize("clock", ["08:58", "09:05", "09:20", "14:59"])
async def test_the_morning_digest_goes_out_once_the_figures_are_there(world: World, clock: str) -> None:
    await both(world.store, "one", FUND, evening_digest=None)
    (letter,) = await _sent(world, moment(NEXT_DAY, "08:57"), *[moment(NEXT_DAY, clock)] * 3)
    assert "2025-02-12" in words(letter)


@pytest.mark.parametrize("clock", ["00:00", "08:57", "15:00", "23:59"])
async def test_there_is_no_morning_digest_outside_the_morning(world: World, clock: str) -> None:
    await both(world.store, "one", FUND, evening_digest=None)
    assert await _sent(world, moment(NEXT_DAY, clock)) == []


@pytest.mark.parametrize("missing", ["margin.sse", "margin.szse", "etf_shares.sse", "etf_shares.szse"])
async def test_the_morning_digest_waits_for_every_figure_until_the_latest_minute(store: Database, missing: str) -> None:
    late = (one for one in RISING.snapshots() if (one.source, one.day) != (missing, LAST_DAY))
    await store.market.add(late)
    world = world_of(store, InflowStreak())
    await both(store, "one", FUND, evening_digest=None)
    assert await _sent(world, *(moment(NEXT_DAY, clock) for clock in ("08:58", "09:00", "09:19"))) == []
    (letter,) = await _sent(world, moment(NEXT_DAY, "09:20"))
    assert "尚未公布" in words(letter)


async def test_an_empty_database_is_no_reason_to_say_nothing(store: Database) -> None:
    await both(store, "one", FUND)
    world = world_of(store)
    assert await _sent(world, moment(NEXT_DAY, "09:19")) == []
    assert len(await _sent(world, moment(NEXT_DAY, "09:20"))) == 1


@pytest.mark.parametrize("at", [moment(CALENDAR.last + timedelta(days=1), "17:45"), moment(CALENDAR.first, "09:00")])
async def test_nothing_is_claimed_outside_the_calendar(world: World, at: datetime) -> None:
    await both(world.store, "one", FUND)
    assert await _sent(world, at) == []


async def test_the_last_evening_of_the_calendar_has_its_digest(store: Database) -> None:
    await store.market.add(market(3, end=CALENDAR.last).fund(FUND, close=1.0, shares=2e8).snapshots())
    await both(store, "one", FUND)
    assert len(await _sent(world_of(store), FAR_AHEAD.replace(hour=17, minute=45))) == 1
