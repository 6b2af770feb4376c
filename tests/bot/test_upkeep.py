"""What the service does for its own database: tidied at night, dead letters told of once a day, nothing said twice."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.deliveries import Outcome, State
from bot.messages.model import plain
from bot.store import connections, trouble
from bot.store.database import Database
from bot.store.errors import AwayError
from bot.store.new_deliveries import NewDelivery
from bot.store.sweeps import Keeping
from bot.subscriptions import Language
from bot.upkeep import REASONS_TOLD, TELL_DEAD, TIDY, Upkeep
from tests.bot.publishers import world_of
from tests.bot.readers import letters, reader, words
from tests.bot.serving import Hand, worker_of
from tests.builders import LAST_DAY, moment
from tests.store.disks import locked_by_another

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
NIGHT, MORNING = moment(LAST_DAY, "03:15"), moment(LAST_DAY, "09:45")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for seconds here."""
    monkeypatch.setattr(trouble, "PROBE_SECONDS", 0.0)
    monkeypatch.setattr(connections, "_PRAGMAS", ("busy_timeout=50", *connections._PRAGMAS[1:]))


def upkeep(store: Database, **settings: int) -> Upkeep:
    return Upkeep(world=world_of(store), keeping=Keeping(**settings), admins=("test:boss",))


async def give_up(store: Database, at: datetime, *reasons: str) -> None:
    """A message for somebody is given up for each of these reasons."""
    mine = await store.subscriptions.find("other", "gone") or await reader(store, "gone", channel="other")
    for number, reason in enumerate(reasons):
        batch = f"poll/close/{at.isoformat()}/{number}"
        await store.outbox.enqueue([NewDelivery(batch=batch, subscription_id=mine.id, message=plain("x"), due_at=at)])
        for one in await store.outbox.claim(at, 9, 60, {"other"}):
            await store.outbox.failed(one, Outcome(state=State.DEAD, error=reason), at)


async def tidied(store: Database) -> list[datetime]:
    return sorted(one.slot for one in await store.runs.recent(99) if one.job == TIDY)


async def test_the_old_goes_once_a_night_in_one_line_of_the_log(store: Database) -> None:
    await give_up(store, NIGHT - 100 * DAY, "blocked")
    job = upkeep(store)
    with capture_logs() as said:
        for minutes in range(0, 23 * 60, 15):
            await job.look(NIGHT + timedelta(minutes=minutes))
    assert await tidied(store) == [NIGHT]
    assert [(one["event"], one.get("deliveries")) for one in said] == [("tidied", 1)]
    assert (await store.outbox.counts())[State.DEAD] == 0
    run = await store.runs.last(TIDY)
    assert run is not None
    assert run.report == "deliveries 1"
    await job.look(NIGHT + DAY)
    assert await tidied(store) == [NIGHT, NIGHT + DAY]


async def test_by_day_it_is_left_alone_unless_no_night_came(store: Database) -> None:
    job = upkeep(store)
    await job.look(NIGHT)
    noon = moment(LAST_DAY, "12:00")
    for days in range(3):
        await job.look(noon + days * DAY)
    assert await tidied(store) == [NIGHT]
    await job.look(noon + 3 * DAY)
    assert await tidied(store) == [NIGHT, noon + 3 * DAY]


async def test_administrators_hear_of_new_dead_letters_once_a_day_with_the_reasons(store: Database) -> None:
    await reader(store, "boss")
    await give_up(store, MORNING - timedelta(hours=2), "blocked", "blocked", "defect: KeyError")
    job = upkeep(store)
    await job.look(moment(LAST_DAY, "09:30"))
    assert await letters(store) == {}
    for minutes in range(0, 600, 30):
        await give_up(store, MORNING + timedelta(minutes=minutes), "blocked")
        await job.look(MORNING + timedelta(minutes=minutes))
    (told,) = (await letters(store))["boss"]
    assert words(told).splitlines() == [
        "运行提醒",
        "新增死信3封（放弃发送的消息）：",
        "2封：blocked",
        "1封：defect: KeyError",
        "查看、重试或删除：/admin letters",
    ]
    await job.look(MORNING + DAY)
    (told,) = (await letters(store))["boss"]
    assert "新增死信20封" in words(told)
    await job.look(MORNING + 2 * DAY)
    assert await letters(store) == {}


async def test_what_was_given_up_while_nobody_looked_is_told_later_and_many_reasons_are_summed_up(
    store: Database,
) -> None:
    await reader(store, "boss", language=Language.EN)
    job = upkeep(store)
    await job.look(MORNING)
    await give_up(store, MORNING + timedelta(hours=1), *(f"reason {number}" for number in range(REASONS_TOLD + 3)))
    await job.look(MORNING + 4 * DAY)
    (told,) = (await letters(store))["boss"]
    assert f"given up): {REASONS_TOLD + 3}" in words(told)
    assert "other reasons: 3" in words(told)
    run = await store.runs.last(TELL_DEAD)
    assert run is not None
    assert run.slot == moment(LAST_DAY, "09:40") + 4 * DAY


async def test_the_worker_does_it_with_the_settings_it_was_given(store: Database) -> None:
    await give_up(store, NIGHT - 10 * DAY, "blocked")
    clock = Hand(NIGHT)
    worker = replace(worker_of(world_of(store), clock), keeping=Keeping(deliveries_days=7))
    await worker.schedule().run_upkeep()
    assert (await store.outbox.counts())[State.DEAD] == 0


@pytest.mark.usefixtures("impatient")
async def test_upkeep_waits_for_a_database_that_cannot_be_had(store: Database) -> None:
    async def away(now: datetime) -> None:
        raise AwayError("locked")

    async def broken(now: datetime) -> None:
        raise KeyError(now)

    schedule = worker_of(world_of(store), Hand(NIGHT)).schedule()
    with capture_logs() as said:
        await replace(schedule, upkeep=away).run_upkeep()
        assert said == []
        await replace(schedule, upkeep=broken).run_upkeep()
        assert [one["event"] for one in said] == ["upkeep failed; tried again later"]
    await give_up(store, NIGHT - 100 * DAY, "blocked")
    await store._connections.close()
    with capture_logs(), locked_by_another(store._connections._folder / "store.db"):  # type: ignore[operator]
        await schedule.run_upkeep()
    assert await tidied(store) == []
    assert await store.recovered()
    await schedule.run_upkeep()
    assert await tidied(store) == [NIGHT]


@pytest.mark.usefixtures("impatient")
async def test_polls_and_digests_wait_without_a_word_and_are_made_up_for(store: Database) -> None:
    await store._connections.close()
    clock = Hand(moment(LAST_DAY, "20:05"))
    worker = worker_of(world_of(store), clock)
    schedule = worker.schedule()
    with capture_logs() as said:
        with locked_by_another(store._connections._folder / "store.db"):  # type: ignore[operator]
            for _ in range(5):
                await schedule.run_due()
                await schedule.run_digests()
                await schedule.run_intraday()
        assert await store.recovered()
        assert await store.runs.recent(9) == []
        await schedule.run_due()
    assert {one.job for one in await store.runs.recent(9)} == {"poll/morning", "poll/close", "poll/evening"}
    events = [one["event"] for one in said if one["event"] != "polled"]
    assert events == ["the database cannot be used", "the database is back"]
