"""Sina's list of stocks: what its failures mean, its units, and figures that contradict each other."""

from collections.abc import Callable, Iterator, Sequence

import pandas as pd
import pytest

from bot.sources import stock_list
from bot.sources.akshare.call import Akshare
from bot.sources.akshare.sina_stocks import SinaStocks
from bot.sources.base import Answer, SourceChangedError
from bot.sources.stock_list import LEAST_ROWS
from tests.fakes.endpoint import Endpoint, Row
from tests.fakes.sina_stocks import SinaStockCount, SinaStockList, listed
from tests.upstream.matrix import break_way, cells, meaning_of, twist
from tests.upstream.served import mend, served
from tests.upstream.world import DAY, EVENING

CONTENT = """
                      good   empty  null   renamed  wider    reordered  cut
akshare.sina_stocks   table  wait   wait   changed  changed  changed    changed
"""

TRANSPORT = """
                      blank  html  403      429      500   short  reset    banned   hang
akshare.sina_stocks   down   down  limited  limited  down  down   limited  limited  down
"""

SOURCE = SinaStocks(Akshare(environment={}))
FEW = 200
KEPT = {
    "symbol": "代码",
    "name": "名称",
    "trade": "最新价",
    "changepercent": "涨跌幅",
    "settlement": "昨收",
    "volume": "成交量",
    "amount": "成交额",
    "ticktime": "时间戳",
}


def market(stocks: int = LEAST_ROWS + 250) -> list[Row]:
    """Stocks of Shanghai, each up by 0.20元 on 100,000 股 at ten yuan and more."""
    return [
        listed(f"sh60{number:04}", 10.2 + number / 100, 10 + number / 100, 100_000 + number) for number in range(stocks)
    ]


Running = tuple[SinaStocks, SinaStockCount, SinaStockList]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    count, pages = SinaStockCount(market(FEW)), SinaStockList(market(FEW))
    with served(count, pages) as line:
        yield SinaStocks(line.akshare), count, pages


@pytest.fixture
def pages(running: Running) -> SinaStockList:
    return running[2]


@pytest.fixture
def source(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[SinaStocks]:
    """Nothing of it is broken, and a few stocks are enough: akshare takes seconds to decode thousands."""
    monkeypatch.setattr(stock_list, "LEAST_ROWS", FEW - 90)
    source, count, pages = running
    yield source
    pages.lost_pages = frozenset()
    mend(count, pages)


def understood(rows: Sequence[Row]) -> Answer:
    """The rows as akshare hands them on."""
    return SOURCE.parse(pd.DataFrame(rows)[list(KEPT)].rename(columns=KEPT), DAY)


def gate_of(rows: Sequence[Row]) -> str:
    """The gate that closes."""
    with pytest.raises(SourceChangedError) as caught:
        understood(rows)
    return caught.value.gate


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
def test_what_an_answer_means(name: str, said: str, meaning: str, source: SinaStocks, pages: Endpoint) -> None:
    assert source.name == name
    twist(pages, said)
    assert meaning_of(source, DAY, EVENING) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(name: str, fault: str, meaning: str, source: SinaStocks, running: Running) -> None:
    assert source.name == name
    _, count, pages = running
    break_way(pages, fault, [count, pages])
    assert meaning_of(source, DAY, EVENING) == meaning


def test_all_pages_make_one_table_and_go_over_the_line_encrypted(source: SinaStocks, pages: SinaStockList) -> None:
    table = source.read(DAY, EVENING).table
    assert [query["page"] for query in pages.asked] == ["1", "2", "3"]
    assert len(table) == FEW
    assert table.loc["600042"].to_dict() == {
        "stock_close": 10.62,
        "stock_prev_close": 10.42,
        "stock_amount": float(round(100_042 * 10.62)),
        "name": "股票sh600042",
    }


def test_a_list_of_which_too_many_pages_are_missing_is_refused(source: SinaStocks, pages: SinaStockList) -> None:
    pages.lost_pages = frozenset({3})
    assert len(source.read(DAY, EVENING).table) == 160
    pages.lost_pages = frozenset({2, 3})
    with pytest.raises(SourceChangedError, match="row_count"):
        source.read(DAY, EVENING)


def test_a_suspended_stock_is_not_known_to_have_closed() -> None:
    row = understood([*market(), listed("sz000001", 0.0, 11.5, 0)]).table.loc["000001"].drop("name")
    assert row.isna().to_dict() == {"stock_close": True, "stock_prev_close": False, "stock_amount": False}


@pytest.mark.parametrize(("time", "provisional"), [("14:59:57", True), ("15:00:00", False), ("15:34:59", False)])
def test_a_list_of_before_the_close_is_provisional(time: str, provisional: bool) -> None:
    suspended = listed("sz000001", 0.0, 11.5, 0, time="15:30:00")
    rows = [{**row, "ticktime": time} for row in market()]
    assert understood([*rows, suspended]).provisional is provisional


def test_a_list_by_which_nothing_has_traded_yet_is_provisional() -> None:
    assert understood([{**row, "volume": 0, "amount": 0} for row in market()]).provisional


def test_stocks_of_all_three_exchanges_are_kept_and_a_few_others_left_out() -> None:
    others = [listed("sz300750", 246.26, 250.0, 20_000_000), listed("bj920699", 92.93, 91.49, 3_683_600)]
    table = understood([*market(), *others, listed("sh900901", 0.41, 0.4, 1000)]).table
    assert len(table) == LEAST_ROWS + 252
    assert table["stock_prev_close"].to_dict()["920699"] == 91.49
    assert table.index.is_monotonic_increasing


@pytest.mark.parametrize(
    ("bend", "gate"),
    [
        (lambda row: {"trade": row["settlement"], "settlement": row["trade"]}, "change"),
        (lambda row: {"settlement": row["open"]}, "change"),
        (lambda row: {"changepercent": row["changepercent"] / 100}, "change"),
        (lambda row: {"amount": row["amount"] / 1e4}, "unit"),
        (lambda row: {"volume": row["volume"] / 100}, "unit"),
        (lambda row: {"symbol": f"hk0{row['symbol'][4:]}"}, "codes"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(bend: Callable[[Row], Row], gate: str) -> None:
    assert gate_of([{**row, **bend(row)} for row in market()]) == gate


def test_a_stock_that_is_listed_twice_is_refused() -> None:
    assert gate_of([*market(), market()[7]]) == "codes"


def test_a_list_that_is_too_short_is_refused() -> None:
    assert gate_of(market(LEAST_ROWS - 1)) == "row_count"
