"""Which rows of akshare's lists of splits and dividends are facts, and which make a list unbelievable."""

from datetime import date, timedelta

import pandas as pd
import pytest

from bot.sources.akshare.call import Akshare
from bot.sources.akshare.dividends import EastmoneyDividends
from bot.sources.akshare.splits import EastmoneySplits
from bot.sources.base import Answer, SourceChangedError

DAY = date(2026, 11, 20)
BEFORE = DAY - timedelta(days=1)

ASKED_NOBODY = Akshare(environment={})
SPLITS, DIVIDENDS = EastmoneySplits(ASKED_NOBODY), EastmoneyDividends(ASKED_NOBODY)

OTHERS = ("000311", "161725", "501018", "180101")
"""An open-end fund, two LOF and a REIT."""

Row = tuple[str, float | None] | tuple[str, float | None, date | None]


def split_list(*rows: Row) -> pd.DataFrame:
    """As akshare gives it, with code, ratio and, where it is another, day."""
    cells = [(code, "名", *(day or [DAY]), "份额分拆", ratio) for code, ratio, *day in rows]
    return pd.DataFrame(cells, columns=["基金代码", "基金简称", "拆分折算日", "拆分类型", "拆分折算"])


def dividend_list(*rows: Row, record_days: int = -1, paid_days: int | None = 5) -> pd.DataFrame:
    """As akshare gives it, with code, 元 per share and, where it is another, ex-date."""
    cells = []
    for code, cash, *other in rows:
        ex = other[0] if other else DAY
        told = ex or DAY
        paid = told + timedelta(days=paid_days) if paid_days is not None else None
        cells.append((code, "名", told + timedelta(days=record_days), ex, cash, paid))
    return pd.DataFrame(cells, columns=["基金代码", "基金简称", "权益登记日", "除息日期", "分红", "分红发放日"])


def facts(answers: list[Answer]) -> dict[date, dict[object, float]]:
    """The only figure of each table, by day and code; the days ascend."""
    days = [one.day for one in answers]
    assert days == sorted(set(days))
    return {one.day: one.table.iloc[:, 0].to_dict() for one in answers}


def splits_in(*rows: Row) -> dict[date, dict[object, float]]:
    return facts(SPLITS.parse_span(split_list(*rows), DAY, DAY))


def dividends_in(*rows: Row) -> dict[date, dict[object, float]]:
    return facts(DIVIDENDS.parse_span(dividend_list(*rows), DAY, DAY))


def refused(gate: str, source: EastmoneySplits | EastmoneyDividends, raw: pd.DataFrame) -> str:
    with pytest.raises(SourceChangedError) as caught:
        source.parse_span(raw, DAY, DAY)
    assert caught.value.gate == gate
    return caught.value.detail


def test_facts_of_one_day_stand_in_one_table_and_each_day_has_its_own() -> None:
    told = splits_in(("588710", 3), ("159527", 3, BEFORE), ("159922", 0.5), ("510300", 2))
    assert told == {BEFORE: {"159527": 3.0}, DAY: {"159922": 0.5, "510300": 2.0, "588710": 3.0}}


def test_a_table_has_the_one_figure_of_its_dataset_by_ascending_code() -> None:
    for source, raw, column in (
        (SPLITS, split_list(("588710", 3), ("159922", 2)), "split_ratio"),
        (DIVIDENDS, dividend_list(("588710", 3), ("159922", 2)), "dividend_per_share"),
    ):
        expected = pd.DataFrame({column: [2.0, 3.0]}, index=["159922", "588710"])
        pd.testing.assert_frame_equal(source.parse_span(raw, DAY, DAY)[0].table, expected)


def test_a_bond_fund_that_folds_a_hundred_shares_into_one_is_a_split() -> None:
    assert splits_in(("511260", 0.01)) == {DAY: {"511260": 0.01}}


@pytest.mark.parametrize("ratio", [0.001, 0.3709, 1.1454, 1000])
def test_a_ratio_need_not_be_a_round_one(ratio: float) -> None:
    assert splits_in(("510300", ratio)) == {DAY: {"510300": ratio}}


@pytest.mark.parametrize("ratio", [1, 0, -2, 0.0009, 1000.1, None])
def test_a_ratio_that_splits_nothing_cannot_be_or_is_not_announced_is_left_out(ratio: float | None) -> None:
    assert splits_in(("510500", ratio), ("510300", 2)) == {DAY: {"510300": 2.0}}


@pytest.mark.parametrize("cash", [0.0, -0.1, 20.01, None])
def test_a_dividend_of_nothing_or_of_more_than_any_fund_pays_is_left_out(cash: float | None) -> None:
    assert dividends_in(("512690", cash), ("510300", 0.086)) == {DAY: {"510300": 0.086}}


def test_only_etfs_are_told_of() -> None:
    assert splits_in(*((code, 2) for code in OTHERS), ("510300", 2)) == {DAY: {"510300": 2.0}}
    assert dividends_in(*((code, 0.1) for code in OTHERS), ("510300", 0.1)) == {DAY: {"510300": 0.1}}


def test_a_list_without_etfs_is_no_failure() -> None:
    assert splits_in(*((code, 2) for code in OTHERS)) == {}
    assert dividends_in(*((code, 0.1) for code in OTHERS)) == {}


def test_a_fact_that_stands_there_twice_counts_once() -> None:
    assert splits_in(("510300", 2), ("510300", 2)) == {DAY: {"510300": 2.0}}


def test_a_fund_with_two_ratios_on_one_day_is_left_out_of_that_day() -> None:
    told = splits_in(("510300", 2), ("510300", 3), ("510500", 2), ("510300", 3, BEFORE))
    assert told == {BEFORE: {"510300": 3.0}, DAY: {"510500": 2.0}}


def test_a_fact_without_a_day_is_left_out() -> None:
    assert splits_in(("510300", 2), ("510500", 2, None)) == {DAY: {"510300": 2.0}}


def test_a_list_with_too_many_codes_that_no_fund_has_is_refused() -> None:
    assert refused("codes", SPLITS, split_list(("510300", 2), ("x" * 100, 2))).endswith(repr("x" * 20))


def test_a_list_with_too_few_dates_is_refused() -> None:
    raw = split_list(("510300", 2), ("510500", 2, None), ("510050", 2, None))
    assert refused("day", SPLITS, raw) == "2 of 3 rows have no date in 拆分折算日"


def test_a_list_with_too_few_figures_is_refused() -> None:
    raw = dividend_list(("510300", 0.1), ("510500", None), ("510050", None))
    assert refused("columns", DIVIDENDS, raw) == "2 of 3 rows have no number in 分红"


@pytest.mark.parametrize("column", ["基金代码", "拆分折算日", "拆分折算"])
def test_a_list_without_a_column_is_refused(column: str) -> None:
    assert column in refused("columns", SPLITS, split_list(("510300", 2)).drop(columns=column))


@pytest.mark.parametrize(("record_days", "paid_days"), [(1, 5), (-1, -2)])
def test_dividends_whose_dates_stand_in_each_others_place_are_refused(record_days: int, paid_days: int) -> None:
    raw = dividend_list(("510300", 0.1), record_days=record_days, paid_days=paid_days)
    assert "too many rows" in refused("day", DIVIDENDS, raw)


def test_a_payment_that_has_no_date_yet_says_nothing_against_the_others() -> None:
    raw = dividend_list(("510300", 0.1), record_days=0, paid_days=None)
    assert facts(DIVIDENDS.parse_span(raw, DAY, DAY)) == {DAY: {"510300": 0.1}}
