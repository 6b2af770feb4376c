"""Lists of margin by security that look good and are not, as akshare names their columns, without a network."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pytest

from bot.sources.akshare.call import Akshare
from bot.sources.akshare.margin_detail import SSE_PAGE_ROWS, SseMarginDetail, SzseMarginDetail
from bot.sources.base import Source, SourceChangedError

DAY = date(2026, 11, 20)
SSE, SZSE = SseMarginDetail(Akshare(environment={})), SzseMarginDetail(Akshare(environment={}))
FUNDS = ["510050", "510300", "588000"]
STOCKS = [f"60{number:04}" for number in range(300)]


def shanghai(codes: Sequence[str] = (*FUNDS, *STOCKS)) -> pd.DataFrame:
    """Every security alike; all of them have 1.2 trillion 元 of financing."""
    financing = 1.2e12 / len(codes)
    row = {"融资余额": financing, "融资买入额": financing / 12, "融资偿还额": financing / 13}
    shares = {"融券余量": 900_000.0, "融券卖出量": 30_000.0, "融券偿还量": 31_000.0}
    return pd.DataFrame({"信用交易日期": f"{DAY:%Y%m%d}", "标的证券代码": codes}).assign(**row, **shares)


def shenzhen() -> pd.DataFrame:
    """The same of Shenzhen, where short balances and totals are told."""
    codes = ["159915", "159919", *(f"00{number:04}" for number in range(400))]
    financing = 1.2e12 / len(codes)
    raw = pd.DataFrame({"证券代码": codes, "融资买入额": financing / 12, "融资余额": financing})
    return raw.assign(融券卖出量=30_000.0, 融券余量=900_000.0, 融券余额=2e6, 融资融券余额=financing + 2e6)


def off_by_a_thousand(rows: int) -> pd.DataFrame:
    raw = shenzhen()
    return raw.assign(融资融券余额=raw["融资融券余额"] + 1000 * (raw.index < rows))


def swapped(raw: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    return raw.assign(**{one: raw[other], other: raw[one]})


def refused(source: Source, raw: pd.DataFrame) -> str:
    """What refuses it."""
    with pytest.raises(SourceChangedError) as caught:
        source.parse(raw, DAY)
    assert caught.value.detail
    return caught.value.gate


@pytest.mark.parametrize(
    ("one", "other", "gate"),
    [
        ("融资余额", "融资买入额", "unit"),
        ("融资余额", "融资偿还额", "unit"),
        ("融资余额", "融券余量", "unit"),
        ("融券余量", "融券卖出量", "columns"),
        ("融券余量", "融券偿还量", "columns"),
        ("信用交易日期", "标的证券代码", "unit"),
    ],
)
def test_shanghais_columns_in_each_others_place_are_refused(one: str, other: str, gate: str) -> None:
    assert refused(SSE, swapped(shanghai(), one, other)) == gate


@pytest.mark.parametrize(
    ("one", "other", "gate"),
    [
        ("融资余额", "融资买入额", "margin_sum"),
        ("融资余额", "融券余额", "unit"),
        ("融资融券余额", "融资余额", "margin_sum"),
        ("融券余量", "融券余额", "margin_sum"),
        ("融券余量", "融券卖出量", "columns"),
    ],
)
def test_shenzhens_columns_in_each_others_place_are_refused(one: str, other: str, gate: str) -> None:
    assert refused(SZSE, swapped(shenzhen(), one, other)) == gate


@pytest.mark.parametrize("factor", [1e-4, 1e-8, 100.0])
def test_financing_in_another_unit_is_refused(factor: float) -> None:
    assert refused(SSE, shanghai().assign(融资余额=lambda raw: raw["融资余额"] * factor)) == "unit"
    scaled = shenzhen()
    for column in ("融资余额", "融券余额", "融资融券余额"):
        scaled[column] *= factor
    assert refused(SZSE, scaled) == "unit"


def test_a_negative_balance_is_refused() -> None:
    raw = shanghai()
    raw.loc[7, "融资余额"] = -1.0
    assert refused(SSE, raw) == "unit"


def test_half_a_list_is_refused() -> None:
    assert refused(SSE, shanghai().iloc[:120]) == "unit"


def test_a_list_without_a_fund_is_refused() -> None:
    assert refused(SSE, shanghai(STOCKS)) == "codes"


def test_a_fund_whose_figures_do_not_add_up_keeps_its_row_without_them() -> None:
    raw = off_by_a_thousand(1)
    table = SZSE.parse(raw, DAY).table
    assert table.index.to_list() == ["159915", "159919"]
    assert table.dropna(how="all").to_dict("index") == {
        "159919": {"fund_financing": 1.2e12 / 402, "fund_short_shares": 900_000.0}
    }


def test_figures_that_do_not_add_up_in_more_than_one_row_of_a_hundred_are_refused() -> None:
    assert refused(SZSE, off_by_a_thousand(5)) == "margin_sum"


def test_a_full_page_that_ends_among_the_stocks_lacks_none_of_the_funds() -> None:
    raw = shanghai([*FUNDS, *(f"60{number:04}" for number in range(SSE_PAGE_ROWS - len(FUNDS)))])
    assert SSE.parse(raw, DAY).table.index.to_list() == FUNDS


@pytest.mark.parametrize("at", [0, 1000])
def test_a_full_page_in_another_order_may_lack_some(at: int) -> None:
    codes = [f"60{number:04}" for number in range(SSE_PAGE_ROWS - len(FUNDS))]
    assert refused(SSE, shanghai([*codes[at:], *FUNDS, *codes[:at]])) == "rows"
