"""Summer 2026 polled live, slot by slot, from local publishers: it computes what importing the same tables computes."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from bot.app import opened, timetable_of
from bot.cli.importing import import_folder
from bot.export import Row, export_rows
from bot.poll import World
from bot.replay import Replay, ReplayClock
from bot.schedule import due_slots
from bot.sources.datum import Datum
from bot.sources.live import Callers, live_data
from bot.sources.upstreams import Manners, Outcome, Upstreams
from bot.store.alerts import RecordedAlert
from bot.worker import Worker
from config.settings import Settings
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from tests.bot.serving import Hand, desk_of
from tests.commands.demo import settings_for
from tests.fakes.endpoint import Endpoint, Fault
from tests.fakes.publishers import EastmoneyList, SseShareCounts, SzseShareCounts, quote
from tests.fakes.quotes import SinaList, SinaQuotes, TencentQuotes, listed
from tests.upstream.served import served

pytestmark = [pytest.mark.market, pytest.mark.anyio]

FIRST, LAST = date(2026, 7, 3), date(2026, 8, 7)
DATA = ("prices", "iopv", "indices", "shares.sse", "shares.szse")
"""What the folder has tables of, but for margin: it tells only the sum of the exchanges' financing."""

TABLES = ("etf_profile", "etf_daily", "etf_shares", "index_daily")
POLITE = Manners(pause_seconds=0.0, tries=1)


@dataclass(frozen=True, eq=False)
class Tables:
    """What was published, by session."""

    bars: dict[date, pd.DataFrame]
    shares: dict[str, dict[date, dict[str, float]]]
    indices: dict[date, dict[str, float]]


@pytest.fixture(scope="module")
def folders(summer: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What was known before the first session, and everything."""
    before, whole = tmp_path_factory.mktemp("before"), tmp_path_factory.mktemp("whole")
    for name in TABLES:
        table = pd.read_csv(summer / f"{name}.csv.gz", dtype="str", keep_default_na=False)
        table.to_csv(whole / f"{name}.csv", index=False)
        early = table if "date" not in table else table[table["date"] < FIRST.isoformat()]
        if len(early):
            early.to_csv(before / f"{name}.csv", index=False)
    return before, whole


@pytest.fixture(scope="module")
def tables(summer: Path) -> Tables:
    bars = _by_day(summer / "etf_daily.csv.gz").drop_duplicates(["date", "code"])
    counts = _by_day(summer / "etf_shares.csv.gz")
    levels = _by_day(summer / "index_daily.csv.gz")
    return Tables(
        bars=dict(iter(bars.groupby("date"))),
        shares={
            exchange: {day: dict(zip(rows["code"], rows["shares"], strict=True)) for day, rows in of.groupby("date")}
            for exchange, of in counts.groupby("exchange")
        },
        indices={day: dict(zip(rows["code"], rows["close"], strict=True)) for day, rows in levels.groupby("date")},
    )


def _by_day(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, dtype={"code": "str"})
    return table.assign(date=pd.to_datetime(table["date"]).dt.date)


class Exchange:
    """The publishers of the market, which show one session at a time."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        at = datetime.combine(FIRST, time(15, 30))
        self.sina, self.eastmoney = SinaList([]), EastmoneyList([])
        self.tencent, self.sina_quotes = TencentQuotes({}, at), SinaQuotes({}, at)
        self.sse, self.szse = SseShareCounts({}), SzseShareCounts({})

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return self.sina, self.eastmoney, self.tencent, self.sina_quotes, self.sse, self.szse

    def close(self, day: date) -> None:
        """A session is over: lists and quotes are about it."""
        bars = self.tables.bars[day].fillna(0.0)
        self.sina.quotes = [_sina_row(row) for row in bars.to_dict("records")]
        self.eastmoney.quotes = [_eastmoney_row(row, day) for row in bars.to_dict("records")]
        levels = {f"sh{code}": level for code, level in self.tables.indices.get(day, {}).items()}
        for server in (self.tencent, self.sina_quotes):
            server.levels, server.at = levels, datetime.combine(day, time(15, 30))

    def count(self, day: date) -> None:
        """The exchanges put out the share counts of a session."""
        for endpoint, exchange in ((self.sse, "SSE"), (self.szse, "SZSE")):
            endpoint.counts = {one: of for one, of in self.tables.shares[exchange].items() if one <= day}


def _sina_row(row: dict[str, object]) -> dict[str, object]:
    code = str(row["code"])
    prices = {"trade": row["close"], "settlement": row["prev_close"], "open": row["open"]}
    rest = {name: row[name] for name in ("high", "low", "volume", "amount")}
    return listed(("sh" if code[0] == "5" else "sz") + code, **prices, **rest)  # type: ignore[arg-type]


def _eastmoney_row(row: dict[str, object], day: date) -> dict[str, object]:
    figures = {name: row[name] for name in ("open", "high", "low", "close", "prev_close", "iopv")}
    shown = {name: figure for name, figure in figures.items() if figure}
    return quote(str(row["code"]), day, **shown, volume_lots=float(row["volume"]) / 100, amount_cny=row["amount"])  # type: ignore[arg-type]


@asynccontextmanager
async def world_at(path: Path, folder: Path) -> AsyncIterator[tuple[Settings, World]]:
    """A database of its own into which a folder was imported."""
    settings = settings_for(path, source="akshare")
    async with opened(settings) as world:
        await import_folder(world, folder, Console(file=StringIO()))
        yield settings, replace(world, upstreams=Upstreams(POLITE))


async def told(world: World) -> set[tuple[str, str, str, str]]:
    """Every alert of the sessions as (session, kind, code, reason)."""
    start, end = (datetime.combine(day, time(), MARKET_ZONE) for day in (FIRST, LAST + timedelta(days=4)))
    alerts: list[RecordedAlert] = await world.store.alerts.between(start, end)
    return {
        (one.alert.signal.day.isoformat(), one.alert.signal.kind, one.alert.signal.subject.code, str(one.alert.reason))
        for one in alerts
    }


async def exported(world: World, day: date) -> dict[str, Row]:
    """What is known of every fund on the morning after a session."""
    morning = datetime.combine(world.calendar.after(day), time(9, 30), MARKET_ZONE)
    panel = await world.store.market.panel(world.calendar, day, morning)
    return {str(one["code"]): one for one in export_rows(panel, world.detectors.values())}


async def live_through(settings: Settings, world: World, exchange: Exchange, data: tuple[Datum, ...]) -> None:
    """Let the sessions pass by the service's own timetable."""
    clock = Hand(datetime.combine(FIRST, time(15), MARKET_ZONE))
    timetable = timetable_of(settings)
    schedule = Worker(desk=desk_of(world, clock), data=data, timetable=timetable, clock=clock).schedule()
    end = datetime.combine(world.calendar.after(LAST), time(9, 20), MARKET_ZONE)
    for slot in due_slots(timetable, world.calendar, clock.at, end):
        if slot.round == "close" and slot.day <= LAST:
            exchange.close(slot.day)
        if slot.round == "evening":
            exchange.count(slot.day)
        clock.at = slot.due
        await schedule.run_due()


def data_for(callers: Callers, calendar: TradingCalendar) -> tuple[Datum, ...]:
    return tuple(one for one in live_data(callers, calendar) if one.name in DATA)


@pytest.fixture
def exchange(tables: Tables) -> Iterator[tuple[Exchange, Callers]]:
    one = Exchange(tables)
    with served(*one.endpoints) as way:
        yield one, Callers(akshare=way.akshare, http=way.http)


async def test_live_polls_compute_what_an_import_of_the_same_tables_computes(
    folders: tuple[Path, Path], exchange: tuple[Exchange, Callers], tmp_path: Path
) -> None:
    market, callers = exchange
    async with (
        world_at(tmp_path / "live.db", folders[0]) as (settings, live),
        world_at(tmp_path / "imported.db", folders[1]) as (_, imported),
    ):
        await live_through(settings, live, market, data_for(callers, live.calendar))
        replay = Replay(
            world=imported, timetable=timetable_of(settings), clock=ReplayClock(at=datetime.now(MARKET_ZONE))
        )
        async for _ in replay.run(FIRST, LAST):
            pass
        for day in live.calendar.between(FIRST, LAST):
            mine, theirs = await exported(live, day), await exported(imported, day)
            assert mine.keys() == theirs.keys()
            wrong = {code: _difference(mine[code], theirs[code]) for code in mine}
            assert {code: one for code, one in wrong.items() if one} == {}, day
        assert await told(live) == await told(imported)


async def test_a_day_of_bans_gives_the_same_figures_from_the_second_choice(
    folders: tuple[Path, Path], exchange: tuple[Exchange, Callers], tmp_path: Path
) -> None:
    market, callers = exchange
    async with world_at(tmp_path / "banned.db", folders[0]) as (settings, world):
        data = data_for(callers, world.calendar)
        market.close(FIRST)
        market.count(FIRST)
        market.sina.fault = market.tencent.fault = Fault.BANNED
        clock = Hand(datetime.combine(FIRST, time(16, 20), MARKET_ZONE))
        worker = Worker(desk=desk_of(world, clock), data=data, timetable=timetable_of(settings), clock=clock)
        await worker.schedule().run_due()
        served_by = {name: one.source for name, one in (await world.store.fetches.served(clock.at)).items()}
        assert served_by["prices"] == "akshare.em"
        assert served_by["indices"] == "sina.indices"
        outcomes = {one.source: one.outcome for one in await world.store.fetches.since(clock.at, clock.at)}
        assert outcomes["sina.daily"] == outcomes["tencent.indices"] == Outcome.LIMITED
        told_of = await exported(world, FIRST)
        closes = {row["code"]: row["close"] for row in market.tables.bars[FIRST].to_dict("records")}
        assert {code: row["close"] for code, row in told_of.items() if row["close"]} == closes


def _difference(mine: Row, theirs: Row) -> dict[str, tuple[object, object]]:
    """Where two rows differ; lists say 0 where the folder leaves the amount of a suspended fund empty."""
    ours = {**mine, "amount": mine["amount"] or theirs["amount"]}
    return {name: (ours[name], theirs[name]) for name in theirs if not _same(ours[name], theirs[name])}


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-9)
    return one == other
