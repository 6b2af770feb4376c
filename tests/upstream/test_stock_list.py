"""Tencent's list of stocks: its units, figures that contradict each other, and the list of another session."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from bot.intake import Intake, Taken
from bot.sources.akshare.call import Akshare
from bot.sources.akshare.stocks import TencentStocks
from bot.sources.base import SourceChangedError
from bot.sources.gates import Baseline, check
from bot.sources.stock_list import LEAST_ROWS
from bot.store.database import Database
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import Dataset, Snapshot
from tests.builders import snapshot
from tests.fakes.endpoint import Row
from tests.fakes.pools import TencentRankList, ranked
from tests.upstream.served import served

DAY, NOW = date(2026, 11, 20), datetime(2026, 11, 20, 16, 20, tzinfo=MARKET_ZONE)
BEFORE = DAY - timedelta(days=1)
SOURCE = TencentStocks(Akshare(environment={}))
STOCKS = LEAST_ROWS + 250


def market(stocks: int = STOCKS) -> list[Row]:
    """Stocks of Shanghai, each up by 0.20元 on 1,000 lots at ten yuan and more."""
    return [ranked(f"sh60{number:04}", 10.2 + number / 100, 10 + number / 100, 1000) for number in range(stocks)]


def next_day(row: Row) -> Row:
    """The same stock a day later."""
    close = float(row["zxj"])
    return ranked(row["code"], close + 0.1, close, 900)


def understood(rows: Sequence[Row], day: date = DAY, baseline: Baseline | None = None) -> Snapshot:
    """The rows as akshare hands them on, read and taken through the gates."""
    answer = SOURCE.parse(pd.DataFrame(rows), day)
    told = Snapshot(
        dataset=Dataset.STOCKS,
        source=SOURCE.name,
        scope=SOURCE.scope,
        day=answer.day,
        fetched_at=NOW,
        known_at=NOW,
        table=answer.table,
    )
    check(told, day, baseline or Baseline())
    return told


def since(earlier: Snapshot) -> Baseline:
    return Baseline(last_good=earlier.table, last_day=earlier.day)


@contextmanager
def refused(gate: str) -> Iterator[None]:
    with pytest.raises(SourceChangedError) as caught:
        yield
    assert caught.value.gate == gate


def test_all_pages_make_one_table() -> None:
    endpoint = TencentRankList(market())
    with served(endpoint) as line:
        table = TencentStocks(line.akshare).read(DAY, NOW).table
        assert [query["offset"] for query in endpoint.asked] == [str(200 * page) for page in range(22)]
        pd.testing.assert_frame_equal(table, understood(market()).table)
        endpoint.lost_pages = frozenset({3})
        assert len(TencentStocks(line.akshare).read(DAY, NOW).table) == STOCKS - 200
        endpoint.lost_pages = frozenset({3, 4})
        with refused("row_count"):
            TencentStocks(line.akshare).read(DAY, NOW)


def test_figures_are_in_yuan_by_six_digits() -> None:
    shenzhen = {**ranked("sz300750", 246.26, 250.0, 200_000), "turnover": "492520"}
    table = understood([*market(), shenzhen, ranked("bj920699", 92.93, 71.49, 36_836)]).table
    assert table.loc["300750"].to_dict() == {
        "stock_close": 246.26,
        "stock_prev_close": 250.0,
        "stock_amount": 4_925_200_000.0,
        "name": "股票sz300750",
    }
    assert table["stock_prev_close"].to_dict()["920699"] == 71.49
    assert len(table) == STOCKS + 2
    assert table.index.is_monotonic_increasing


def test_a_stock_without_a_price_yet_is_not_known() -> None:
    new = {**ranked("sz001399", 1, 1, 0), "zxj": "0.00"}
    row = understood([*market(), new]).table.loc["001399"]
    assert row.drop("name").isna().to_dict() == {"stock_close": True, "stock_prev_close": True, "stock_amount": False}


def test_a_suspended_stock_keeps_its_close_with_nothing_traded() -> None:
    row = understood([*market(), ranked("sz000001", 11.5, 11.5, 0)]).table.loc["000001"]
    assert row.drop("name").to_dict() == {"stock_close": 11.5, "stock_prev_close": 11.5, "stock_amount": 0.0}


def test_a_few_rows_that_are_no_stocks_are_left_out() -> None:
    rows = [*market(), ranked("sh000001", 3900.0, 3890.0, 10), ranked("sh900901", 0.41, 0.4, 10)]
    assert len(understood(rows).table) == STOCKS


def test_a_list_of_something_else_is_refused() -> None:
    with refused("codes"):
        understood([{**row, "code": f"hk0{row['code'][4:]}"} for row in market()])


@pytest.mark.parametrize(
    ("bend", "gate"),
    [
        (lambda row: {"zd": row["zdf"]}, "change"),
        (lambda row: {"zdf": "0.02"}, "change"),
        (lambda row: {"zxj": row["ltsz"]}, "change"),
        (lambda row: {"zxj": "-", "zd": "-"}, "change"),
        (lambda row: {"turnover": f"{float(row['turnover']) * 1e4:.0f}"}, "unit"),
        (lambda row: {"volume": f"{float(row['volume']) * 100:.0f}"}, "unit"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(bend: Callable[[Row], Row], gate: str) -> None:
    with refused(gate):
        understood([{**row, **bend(row)} for row in market()])


def test_a_list_much_longer_than_the_last_is_refused() -> None:
    before = understood(market(), BEFORE)
    new = [ranked(f"sz30{number:04}", 20.4, 20.0, 1000) for number in range(STOCKS // 8)]
    with refused("row_count"):
        understood([*map(next_day, market()), *new], baseline=since(before))


@pytest.mark.parametrize("moved", [0, STOCKS // 50])
def test_closes_of_the_session_before_are_not_todays(moved: int) -> None:
    before, rows = understood(market(), BEFORE), market()
    with refused("day"):
        understood([*map(next_day, rows[:moved]), *rows[moved:]], baseline=since(before))


@pytest.mark.parametrize("moved", [STOCKS // 50 + 1, STOCKS])
def test_a_market_of_which_some_closes_stand_still_passes(moved: int) -> None:
    before, rows = understood(market(), BEFORE), market()
    told = understood([*map(next_day, rows[:moved]), *rows[moved:]], baseline=since(before))
    assert len(told.table) == STOCKS


def test_the_same_list_read_again_on_its_day_passes() -> None:
    told = understood(market(), baseline=since(understood(market())))
    assert len(told.table) == STOCKS


def took(path: Path, *tables: Snapshot) -> Taken:
    """What becomes of tables that come in one run of the program after the other."""

    async def take() -> Taken:
        store, taken = Database(f"sqlite:///{path}"), Taken()
        await store.open()
        for one in tables:
            taken.add(await Intake(store.market).take([one]))
        await store.close()
        return taken

    return asyncio.run(take())


def test_the_store_remembers_the_session_before(tmp_path: Path) -> None:
    before = understood(market(), BEFORE)
    taken = took(tmp_path / "store.db", before, replace(before, day=DAY))
    assert [(one.snapshot.day, one.gate) for one in taken.refused] == [(DAY, "day")]


def test_pools_weights_and_headlines_go_into_the_store(tmp_path: Path) -> None:
    pool = snapshot(Dataset.LIMITS, BEFORE, {"002261": {"limit": 1.0}, "603019": {"limit": -1.0}})
    weights = snapshot(Dataset.CONSTITUENTS, date(2026, 10, 30), {"688111": {"weight": 1.0}}, scope="931247")
    words = pd.DataFrame({"title": ["ETF涨"], "published": ["2026-11-20T16:30:00+08:00"]}, index=["0"])
    news = replace(pool, dataset=Dataset.NEWS, source="akshare.news", table=words)
    again = replace(pool, day=DAY)
    taken = took(tmp_path / "store.db", pool, weights, news, again, replace(weights, day=DAY))
    assert taken.new == 4
    assert [(one.snapshot.dataset, one.gate) for one in taken.refused] == [(Dataset.LIMITS, "day")]
