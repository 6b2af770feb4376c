"""A poll that is killed between any two of its steps and run again has told what an unbroken one tells."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import bot.fanout
from bot.store.database import Database
from signals.premium import PremiumSpike
from signals.streak import InflowStreak
from tests.bot.killing import KilledError, Killer
from tests.bot.publishers import DAYS, FUND, NEXT_DAY, OTHER, UNIT, ask, past, publishers, with_flows, world_of
from tests.bot.readers import FAR_AHEAD, letters, reader, told, words
from tests.builders import LAST_DAY, moment

pytestmark = pytest.mark.anyio

COUNTS = [2e8 - at * UNIT for at in range(11)]
EVENING = (
    with_flows(*[-1] * 10, 1, 1, 1)
    .fund(FUND, iopv=[*[1.0] * 12, 0.95, 1.0])
    .fund(OTHER, close=1.0, nav=1.0, shares=[*COUNTS, *(COUNTS[-1] + at * UNIT for at in (1, 2, 3))])
)
"""On the last day a premium ends and money comes in for the third time, into one fund by provisional counts only."""

MORNING = EVENING.fund(OTHER, shares=[*COUNTS, *(COUNTS[-1] + at * UNIT for at in (1, 2, 0))])

SLOTS = (moment(LAST_DAY, "22:00"), moment(NEXT_DAY, "08:55"))


async def two_polls(store: Database) -> None:
    """The evening and the morning after it, each unless it is done."""
    world = world_of(store, InflowStreak(), PremiumSpike())
    for slot, market in zip(SLOTS, (EVENING, MORNING), strict=True):
        sources = publishers(market)
        if slot is SLOTS[0]:
            sources["etf_shares.szse"].provisional = {LAST_DAY}
        asked = [one for name, one in sources.items() if not name.startswith("etf_nav")]
        if not await store.runs.done("poll", slot):
            await ask(world, asked, LAST_DAY, f"{slot:%H:%M}", on=slot.date())


async def outcome(store: Database) -> dict[str, Any]:
    """Everything that polls leave behind."""
    return {
        "told": await told(store),
        "tables": await store.market.stamp(FAR_AHEAD),
        "runs": [(one.job, one.slot) for one in await store.runs.recent(10)],
        "letters": {chat: [words(one) for one in all_] for chat, all_ in (await letters(store)).items()},
    }


@pytest.fixture
async def eve(blank: Path, tmp_path: Path) -> Path:
    """A database on the eve: a premium was told the day before, two people listen."""
    path = Path(shutil.copy(blank, tmp_path / "eve.db"))
    async with opened(path) as store:
        await past(store, EVENING, DAYS[-2])
        await reader(store, "one", FUND, OTHER)
        await reader(store, "other", OTHER)
        await ask(world_of(store, InflowStreak(), PremiumSpike()), publishers(EVENING).values(), DAYS[-2])
    return path


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Database]:
    store = Database(f"sqlite:///{path}")
    await store.open()
    yield store
    await store.close()


async def test_killed_between_any_two_steps_and_run_again_polls_tell_the_same(eve: Path, tmp_path: Path) -> None:
    killer = Killer()
    whole = await _outcome_of(Path(shutil.copy(eve, tmp_path / "unbroken.db")), killer)
    assert sorted(whole["told"]) == [
        ("02-10", FUND, "new", 1),
        ("02-11", OTHER, "corrected", 0),
        ("02-11", OTHER, "new", 3),
        ("02-11", FUND, "ended", 0),
        ("02-11", FUND, "new", 3),
    ]
    assert {chat: len(all_) for chat, all_ in whole["letters"].items()} == {"one": 3, "other": 2}
    broken = {}
    for number, call in enumerate(killer.calls, 1):
        path = Path(shutil.copy(eve, tmp_path / f"killed-{number}.db"))
        found = await _outcome_of(path, Killer(at=number))
        if found != whole:
            broken[call] = found
    assert broken == {}
    assert {"market.add", "outbox.record", "alerts.told", "outbox.reached"} <= set(killer.calls)


async def _outcome_of(path: Path, killer: Killer) -> dict[str, Any]:
    """What is left behind by two polls that were begun again after a kill."""
    async with opened(path) as store:
        killer.watch(store)
        if killer.at:
            with pytest.raises(KilledError):
                await two_polls(store)
        await two_polls(store)
        steps = list(killer.calls)
        found = await outcome(store)
        killer.calls = steps
        return found


async def test_what_is_killed_while_it_writes_leaves_nothing(eve: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KilledError

    async with opened(eve) as store:
        before = await told(store)
        with monkeypatch.context() as patched:
            patched.setattr(bot.fanout, "compose", killed)
            with pytest.raises(KilledError):
                await two_polls(store)
        assert await told(store) == before
        assert not await store.runs.done("poll", SLOTS[0])
        await two_polls(store)
        assert len(await told(store)) == 5
        assert {chat: len(all_) for chat, all_ in (await letters(store)).items()} == {"one": 3, "other": 2}
