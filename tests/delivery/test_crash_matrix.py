"""Workers and producers are killed at every point of a delivery and at any moment: nothing is lost, and little doubled.

What a dead worker had not begun is sent as if nothing had happened. What it had begun, and of which it had not stored
an answer, goes out once more and says so; for a digest that is the end. Everything else comes exactly once.

So a kill doubles no more than was on its way in the process that died: with one message in hand at a time that is at
most one, with a hundred it may be a hundred, each of them once. An answer that was read and not yet stored
died with its reader: it counts as one that nobody knows.
"""

import asyncio
import random
import signal
from collections import Counter
from dataclasses import dataclass

import pytest

from bot.deliveries import NOBODY_KNOWS, State
from tests.delivery.letters import Round
from tests.delivery.stage import STEP_SECONDS, Stage
from tests.delivery.survivor import ON_THE_WIRE, TAKEN, Away

pytestmark = pytest.mark.anyio

CHATS, FEW = 200, 20

LEASE, LONG_LEASE = 10.0, 600.0
"""Of those who are to die, and of those who go on: the one's ends before the other is late."""

PASSED = 1.1 * LEASE

FIVE_MINUTES = 300.0

MOMENTS_SECONDS = 0.2
"""A victim dies within that time after it was born, or after it has made good what the last one left."""


@dataclass(frozen=True)
class Point:
    """Where a worker dies, and what that means for the delivery that it has in hand."""

    name: str
    begun: bool = False
    """Nobody knows whether it arrived: it says so when it comes again."""
    arrived: bool = False
    """It had arrived: it comes twice."""
    long: bool = False
    """It happens to messages of two parts only."""

    def __str__(self) -> str:
        return self.name + " of a long message" * self.long


POINTS = [
    Point("before claim"),
    Point("in claim"),
    Point("after claim"),
    Point("before begin"),
    Point("in begin"),
    Point("after begin", begun=True),
    Point(ON_THE_WIRE, begun=True),
    Point(TAKEN, begun=True, arrived=True),
    Point("after send", begun=True, arrived=True),
    Point("in mark", begun=True, arrived=True),
    Point("after mark"),
    Point("in mark", begun=True, arrived=True, long=True),
    Point("after mark", long=True),
]
STOPPING = [Point(f"{when} put back", long=True) for when in ("before", "in", "after")]
REFUSED = [Point("before fail", begun=True), Point("in fail", begun=True), Point("after fail")]
QUICK = {"before begin", "after begin", TAKEN, "in mark", "after mark"}


def _cases(points: list[Point]) -> list[object]:
    """The short version has some of them with few chats."""
    quick = [pytest.param(one, FEW, id=f"{one}-few") for one in points if one.name in QUICK and not one.long]
    return [*quick, *(pytest.param(one, CHATS, id=str(one), marks=pytest.mark.slow) for one in points)]


def on(*backends: str) -> pytest.MarkDecorator:
    params = [pytest.param(one, marks=pytest.mark.pg) if one == "postgresql" else one for one in backends]
    return pytest.mark.parametrize("store_url", params, indirect=True)


async def struck(stage: Stage, one: Round, point: Point, *, steady: int = 0) -> None:
    """Kill a worker at a point of a round, and check what the others, or the next, make of it."""
    others = [await stage.start(lease_seconds=LONG_LEASE) for _ in range(steady)]
    if point in REFUSED:
        stage.api.away = Away.REFUSING
    await stage.produce(one)
    before = stage.doubts()
    stopping = point in STOPPING
    at = 1 if point.long or point in REFUSED else 3
    victim = await stage.start(point=point.name, at=at, lease_seconds=LEASE, limited=stopping)
    if stopping:
        # Between the parts of a message it waits for a second: Telegram takes no more for one chat.
        await stage.until(lambda: stage.diary.of(victim.pid, "kept"))
        victim.send(signal.SIGTERM)
    await stage.killed(victim)
    stage.api.away = None
    stage.move(PASSED)
    last = others or [await stage.start(lease_seconds=LONG_LEASE, batch=50)]
    await stage.settled()
    await stage.stop(*last)
    arrived, digests = stage.arrived(one).values(), one.digests
    assert sum(each.doubles for each in arrived) == (point.arrived and not digests)
    assert sum(sum(each.marked) for each in arrived) == (point.begun and not digests)
    assert len(stage.doubts() - before) <= 1
    lost = int(point.begun and digests)
    assert await stage.fates(one) == +Counter({State.SENT: one.chats - lost, State.DEAD: lost})
    if not digests:
        await stage.check(one)
    else:
        await stage.check_digests(one)


@on("sqlite")
@pytest.mark.parametrize("point", ["before record", "in record", "after record"])
async def test_a_producer_that_is_killed_and_run_again_leaves_each_alert_once(stage: Stage, point: str) -> None:
    one = Round(number=1, chats=FEW)
    await stage.people(FEW)
    await stage.killed(await stage.start(produces=one, point=point))
    assert await stage.fates(one) == +Counter({State.PENDING: FEW * (point == "after record")})
    await stage.produce(one)
    assert await stage.fates(one) == {State.PENDING: FEW}
    worker = await stage.start(batch=FEW)
    await stage.settled()
    await stage.stop(worker)
    await stage.check(one)
    assert sum(each.doubles for each in stage.arrived(one).values()) == 0


@on("sqlite")
@pytest.mark.parametrize(("point", "chats"), _cases([*POINTS, *STOPPING, *REFUSED]))
async def test_a_worker_that_is_killed_at_a_point(stage: Stage, point: Point, chats: int) -> None:
    await stage.people(chats)
    chats = FEW if point.long else chats
    await struck(stage, Round(number=1, chats=chats, long=point.long), point)
    await struck(stage, Round(number=2, chats=chats, long=point.long, digests=True), point)


@on("postgresql")
@pytest.mark.slow
@pytest.mark.parametrize("point", [one for one in POINTS if not one.long], ids=str)
async def test_one_of_three_workers_is_killed_at_a_point(stage: Stage, point: Point) -> None:
    await stage.people(CHATS)
    await struck(stage, Round(number=1, chats=CHATS), point, steady=2)
    await struck(stage, Round(number=2, chats=CHATS, digests=True), point, steady=2)


@on("sqlite")
@pytest.mark.parametrize(
    ("kills", "chats", "batch"),
    [
        pytest.param(10, FEW, 1, id="few"),
        pytest.param(200, CHATS, 1, id="one in hand", marks=pytest.mark.slow),
        pytest.param(200, CHATS, 50, id="many in hand", marks=pytest.mark.slow),
    ],
)
async def test_a_worker_is_killed_at_any_moment_and_started_again(
    stage: Stage, kills: int, chats: int, batch: int
) -> None:
    await stage.people(chats)
    await killed_again_and_again(stage, kills, chats, batch, steady=0)


@on("postgresql")
@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 50])
async def test_one_of_three_workers_is_killed_at_any_moment(stage: Stage, batch: int) -> None:
    await stage.people(CHATS)
    await killed_again_and_again(stage, 200, CHATS, batch, steady=2)


async def killed_again_and_again(stage: Stage, kills: int, chats: int, batch: int, *, steady: int) -> None:
    """Kill so many workers, each when what the last one left in doubt has been sent again."""
    rounds: list[Round] = []
    hurt: list[int] = []
    others = [await stage.start(lease_seconds=LONG_LEASE, batch=batch) for _ in range(steady)]
    for number in range(kills):
        before = stage.written
        victim = await stage.start(lease_seconds=LEASE, batch=batch)
        if number % 4:
            # Any moment is one of its start, too; but most are to find it at work.
            await stage.until(lambda: stage.alive(victim))  # noqa: B023
        if await stage.waiting() < chats:
            rounds.append(Round(number=len(rounds) + 1, chats=chats))
            await stage.record(rounds[-1])
        await stage.resent(hurt)
        await asyncio.sleep(random.uniform(0, MOMENTS_SECONDS))  # noqa: S311 - any moment will do
        await stage.kill(victim)
        hurt = stage.left_open(victim, before)
        assert len(hurt) <= batch
        stage.move(PASSED)
    last = others or [await stage.start(lease_seconds=LONG_LEASE, batch=50)]
    await stage.settled()
    await stage.stop(*last)
    await stage.check(*rounds)


@on("sqlite")
async def test_who_is_killed_twice_over_one_alert_gives_it_up_and_says_why(stage: Stage) -> None:
    one = Round(number=1, chats=1)
    await stage.people(1)
    await stage.produce(one)
    for _ in range(2):
        await stage.killed(await stage.start(point=TAKEN, lease_seconds=LEASE))
        stage.move(PASSED)
    last = await stage.start()
    await stage.settled()
    await stage.stop(last)
    assert await stage.fates(one) == {State.DEAD: 1}
    assert await stage.reasons(one) == {NOBODY_KNOWS}
    [arrived] = stage.arrived(one).values()
    assert (arrived.texts, arrived.marked) == ([one.words(1)] * 2, [False, True])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("store_url", "workers"),
    [("sqlite", 1), pytest.param("postgresql", 3, marks=pytest.mark.pg)],
    indirect=["store_url"],
)
@pytest.mark.parametrize("away", Away)
@pytest.mark.parametrize("chats", [1, CHATS])
async def test_a_server_that_is_away_for_ten_minutes_loses_nothing(
    stage: Stage, workers: int, chats: int, away: Away
) -> None:
    """For five minutes it is so, and for five more it takes no connections."""
    one = Round(number=1, chats=chats)
    await stage.people(chats)
    await stage.produce(one)
    stage.api.away = away
    lives = [await stage.start(batch=50, lease_seconds=LONG_LEASE) for _ in range(workers)]
    await stage.until(lambda: stage.api.asked)
    await stage.pass_by(FIVE_MINUTES)
    await stage.api.hang_up()
    await stage.pass_by(FIVE_MINUTES)
    assert bool(stage.api.journal) == (away is Away.SILENT)
    stage.api.away = None
    await stage.api.come_back()
    await stage.settled(STEP_SECONDS)
    await stage.stop(*lives)
    await stage.check(one)
