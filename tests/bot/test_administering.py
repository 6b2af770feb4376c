"""What administrators order takes effect in the running service: at its next look, and after a restart too."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.admin import broadcasting
from bot.admin.broadcasting import Wish, message_of
from bot.admin.errors import CannotError
from bot.admin.maintenance import ended, maintained
from bot.admin.office import LIMITS, MAX_RULES, MAX_WATCHED, REMIND_SESSIONS, Limit, Office
from bot.admin.publishers import asked_again, rested
from bot.admin.thresholds import key_of
from bot.admin.timetable import run_again
from bot.deliveries import Priority, State
from bot.messages.catalogue import catalogue
from bot.messages.digest import DigestLimits
from bot.outbox import Drain, Pace
from bot.poll import Slot, World, job_of
from bot.schedule import due_slots
from bot.sources.datum import Round
from bot.sources.upstreams import Outcome
from bot.store.audit import Deed
from bot.store.changes import Kind, States
from bot.store.database import Database
from bot.store.fetches import Fetch
from bot.store.new_deliveries import NewDelivery
from bot.store.watchlists import Watchlist
from bot.subscriptions import Language
from bot.worker import Worker
from config.settings import bounds_of, load_settings
from signals.streak import InflowStreak
from tests.bot.publishers import FUND, past, publishers, with_flows, world_of
from tests.bot.readers import Recorder, reader, told
from tests.bot.serving import TIMETABLE, Hand, worker_of
from tests.builders import CALENDAR, LAST_DAY, moment

pytestmark = pytest.mark.anyio

NOW = moment(LAST_DAY, "18:21")
DEED = Deed("telegram:3", NOW)
TURNED = with_flows(*[-1] * 10, 1, 1, 1)
EVENING = Slot(round=Round.EVENING, due=moment(LAST_DAY, "22:00"), day=LAST_DAY)
BASE = {MAX_WATCHED: 200, MAX_RULES: 20, REMIND_SESSIONS: 0}


def office_over(world: World) -> Office:
    """An office as the packaged settings want it."""
    settings = load_settings({}, Path(), {})
    limits = {}
    for key in LIMITS:
        table, name = key.split(".")
        least, most = bounds_of(key)
        limits[key] = Limit(key=key, base=getattr(getattr(settings, table), name), least=least, most=most)
    return Office(
        world=world,
        digest=DigestLimits(),
        limits=limits,
        where=settings.where,
        slots=lambda after, until: due_slots(TIMETABLE, CALENDAR, after, until),
        backup_folder=Path("backups"),
        backups_kept=1,
    )


def run_by_admins(worker: Worker) -> Worker:
    """A worker whose desk has an office."""
    return replace(worker, desk=replace(worker.desk, office=office_over(worker.desk.world)))


async def order(store: Database, kind: Kind, after: States) -> None:
    """As another process does it."""
    await store.changes.make(kind, after, DEED)


async def test_a_threshold_counts_from_the_next_poll_on(store: Database) -> None:
    await past(store, TURNED, LAST_DAY)
    clock = Hand(moment(LAST_DAY, "20:00"))
    worker = run_by_admins(worker_of(world_of(store, InflowStreak()), clock, *publishers(TURNED).values()))
    await order(store, Kind.THRESHOLDS, {key_of("inflow_streak", "min_days"): 4})
    await worker.poll(replace(EVENING, due=clock.at))
    assert await told(store) == []
    await order(store, Kind.THRESHOLDS, {key_of("inflow_streak", "min_days"): None})
    await worker.poll(EVENING)
    assert await told(store) == [("02-11", FUND, "new", 3)]


async def test_a_slot_is_run_again_once_when_it_is_asked_for(store: Database) -> None:
    await past(store, TURNED, LAST_DAY)
    clock = Hand(moment(LAST_DAY, "22:30"))
    worker = run_by_admins(worker_of(world_of(store), clock, *publishers(TURNED).values()))
    await worker.schedule().run_due()
    asked = len(await store.fetches.since(moment(CALENDAR.first), clock.at))
    await worker.schedule().run_due()
    assert len(await store.fetches.since(moment(CALENDAR.first), clock.at)) == asked
    office = worker.desk.office
    assert office is not None
    await order(store, Kind.SLOTS, run_again(office, "evening", clock.at))
    clock.at += timedelta(minutes=1)
    for _ in range(2):
        await worker.schedule().run_due()
    last = await store.runs.last(job_of(Round.EVENING))
    assert last is not None
    assert (await office.tuned()).overrides == {}
    assert [one.who for one in await store.audit.recent(5)] == ["service", "telegram:3"]


async def test_polls_and_digests_stand_still_and_are_caught_up(store: Database) -> None:
    await past(store, TURNED, LAST_DAY)
    await reader(store, "one", FUND, channel="test", evening_digest=moment(LAST_DAY, "22:10").time())
    clock = Hand(moment(LAST_DAY, "22:30"))
    worker = run_by_admins(worker_of(world_of(store, InflowStreak()), clock, *publishers(TURNED).values()))
    await order(store, Kind.MAINTENANCE, maintained("", polls=False, sends=True))
    await worker.schedule().run_due()
    await worker.schedule().run_digests()
    assert await store.runs.last(EVENING.job) is None
    assert (await store.outbox.counts())[State.PENDING] == 0
    await order(store, Kind.MAINTENANCE, ended())
    await worker.schedule().run_due()
    await worker.schedule().run_digests()
    assert await store.runs.done(EVENING.job, EVENING.due)
    assert (await store.outbox.counts())[State.PENDING] == 2


async def test_messages_wait_while_sends_stand_still(store: Database) -> None:
    one = await reader(store, "one")
    channel, still = Recorder(), True

    async def halted() -> bool:
        return still

    drain = Drain(store.outbox, {"test": channel}, lambda: NOW, Pace(), halted=halted)
    letter = NewDelivery(batch="b", subscription_id=one.id, message=message_of("x", TEXTS), due_at=NOW)
    await store.outbox.enqueue([letter])
    assert await drain.once() == 0
    assert channel.sent == []
    still = False
    assert await drain.once() == 1


async def test_a_host_is_left_alone_over_a_restart_and_asked_again_by_hand(store: Database) -> None:
    await store.fetches.add(
        Fetch(
            at=NOW, datum="nav", source="etf_nav.em", host="em.example", day=LAST_DAY, outcome=Outcome.TABLE,
            requests=1, seconds=1.0, rows=3, detail="",
        )
    )  # fmt: skip
    clock = Hand(NOW)
    worker = run_by_admins(worker_of(world_of(store), clock))
    await worker.remember()
    await order(store, Kind.SOURCES, await rested(worker.desk.world, "em.example", 90, NOW))
    await worker.desk.present()
    assert worker.desk.world.upstreams.refusal("em.example", NOW) is not None
    again = run_by_admins(worker_of(world_of(store), clock))
    await again.desk.present()
    await again.remember()
    assert again.desk.world.upstreams.refusal("em.example", NOW) is not None
    assert again.desk.world.upstreams.refusal("em.example", NOW + timedelta(minutes=91)) is None
    await order(store, Kind.SOURCES, await asked_again(again.desk.world, "em.example", NOW))
    await again.desk.present()
    assert again.desk.world.upstreams.refusal("em.example", NOW) is None
    await order(store, Kind.SOURCES, await rested(again.desk.world, "etf_nav.em", 5, NOW))
    await again.desk.present()
    assert again.desk.world.upstreams.held(NOW) == {"etf_nav.em": NOW + timedelta(minutes=5)}
    with pytest.raises(CannotError, match="admin-minutes"):
        await rested(again.desk.world, "em.example", 0, NOW)


async def test_limits_are_those_of_the_files_until_they_are_set_and_never_out_of_bounds(store: Database) -> None:
    office = office_over(world_of(store))
    tuned = await office.tuned()
    assert {key: tuned.limits[key] for key in BASE} == BASE
    await order(store, Kind.LIMITS, {MAX_RULES: 3, REMIND_SESSIONS: 20, MAX_WATCHED: 99_999})
    tuned = await office.tuned()
    assert (tuned.world.rules.plan.max_rules, tuned.world.remind_sessions, tuned.limits[MAX_WATCHED]) == (3, 20, 200)
    await store.changes.undo(Kind.LIMITS, DEED)
    tuned = await office.tuned()
    assert tuned.world.rules.plan.max_rules == 20


TEXTS = catalogue(Language.ZH)


async def test_a_broadcast_reaches_each_reader_once_over_restarts_and_after_everything_else(tmp_path: Path) -> None:
    url, channel = f"sqlite:///{tmp_path / 'mine.db'}", Recorder()
    clock = Hand(NOW)

    async def started() -> Database:
        store = Database(url)
        await store.open()
        return store

    store = await started()
    readers = [await reader(store, str(number), language=Language.EN if number else Language.ZH) for number in range(5)]
    await store.subscriptions.pause(readers[4].id, "gone", NOW)
    draft, count, _ = await broadcasting.draft(world_of(store), Wish(text="停机\n一小时"), DEED)
    assert count == 4
    await store.close()
    store = await started()
    assert (await store.outbox.counts())[State.PENDING] == 0, "a draft goes to nobody"
    assert await broadcasting.send(world_of(store), draft.id, DEED) == 4
    urgent = NewDelivery(batch="b", subscription_id=readers[3].id, message=message_of("x", TEXTS), due_at=NOW)
    await store.outbox.enqueue([urgent])
    await store.close()
    for _ in range(6):
        store = await started()
        with pytest.raises(CannotError, match="admin-broadcast-settled"):
            await broadcasting.send(world_of(store), draft.id, DEED)
        await Drain(store.outbox, {"test": channel}, clock.now, Pace(batch=1)).once()
        await store.close()
    heads = [(address.chat, markup) for address, markup in channel.sent if "停机" in markup or "x" in markup]
    assert heads == [("3", "<x>"), ("0", "<停机>"), ("1", "<停机>"), ("2", "<停机>"), ("3", "<停机>")]
    assert ("0", "<公告>") in [(address.chat, markup) for address, markup in channel.sent]
    assert ("1", "<Announcement>") in [(address.chat, markup) for address, markup in channel.sent]


async def test_a_broadcast_goes_to_whom_its_filters_leave(store: Database) -> None:
    world = world_of(store)
    await store.watchlists.save(Watchlist("宽基", "宽基", "Broad", (FUND,), 0), NOW)
    await reader(store, "a", channel="telegram", watchlists=frozenset({"宽基"}))
    await reader(store, "b", channel="web", watchlists=frozenset({"宽基"}))
    await reader(store, "c", channel="telegram")
    found = {
        (channel, name): [one.chat for one in await broadcasting.readers_of(world, channel, name)]
        for channel in ("", "telegram")
        for name in ("", "宽基")
    }
    assert found == {
        ("", ""): ["a", "b", "c"],
        ("", "宽基"): ["a", "b"],
        ("telegram", ""): ["a", "c"],
        ("telegram", "宽基"): ["a"],
    }


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("停机", Wish(text="停机")),
        ("channel=telegram 停机 一小时", Wish(text="停机 一小时", channel="telegram")),
        ("列表=宽基 渠道=web a=b\nc", Wish(text="a=b\nc", channel="web", watchlist="宽基")),
        ("x channel=web", Wish(text="x channel=web")),
    ],
)
def test_filters_stand_before_the_words(text: str, wish: Wish) -> None:
    assert broadcasting.read_wish(text) == wish


@pytest.mark.parametrize("text", ["", "  ", "channel=web", "x" * 3001])
def test_no_words_or_too_many_are_refused(text: str) -> None:
    with pytest.raises(CannotError):
        broadcasting.read_wish(text)


def test_a_broadcast_is_behind_everything_else() -> None:
    assert max(Priority) is Priority.BROADCAST
