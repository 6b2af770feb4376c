"""What a table must pass before anything is computed from it: every gate opens for good data and closes for bad."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from bot.sources.base import SourceChangedError
from bot.sources.gates import WHOLE_MARKET_ROWS, Baseline, check
from signals.core.snapshot import Dataset, Snapshot
from tests.builders import LAST_DAY, profile_snapshot, snapshot

NOTHING = Baseline()
MONDAY = date(2025, 2, 10)


def told(rows: Mapping[str, Mapping[str, float]], dataset: Dataset = Dataset.SHARES, scope: str = "SSE") -> Snapshot:
    return snapshot(dataset, LAST_DAY, rows, scope=scope)


def counts(funds: int, count: float = 3e8) -> Snapshot:
    return told({f"51{at:04d}": {"shares": count * (1 + at / funds)} for at in range(funds)})


def refused(table: Snapshot, baseline: Baseline = NOTHING, asked: date = LAST_DAY) -> str:
    """The gate that closes."""
    with pytest.raises(SourceChangedError) as caught:
        check(table, asked, baseline)
    assert caught.value.detail
    return caught.value.gate


def passes(table: Snapshot, baseline: Baseline = NOTHING) -> bool:
    check(table, LAST_DAY, baseline)
    return True


def test_a_table_of_the_day_that_was_asked_for_passes() -> None:
    assert passes(counts(300))


def test_another_days_table_does_not() -> None:
    assert refused(counts(300), asked=MONDAY) == "day"


def test_an_empty_table_does_not() -> None:
    blank = replace(counts(1), table=pd.DataFrame({"shares": []}))
    assert refused(blank) == "rows"


def test_a_table_without_its_figure_does_not() -> None:
    assert refused(told({"510300": {"nav": 1.0}})) == "columns"


def test_a_table_whose_figure_nobody_has_does_not() -> None:
    assert refused(told({"510300": {"shares": float("nan")}})) == "columns"


@pytest.mark.parametrize("rows", [100, 200, 269, 331])
def test_a_table_cut_to_a_page_or_blown_up_does_not(rows: int) -> None:
    assert refused(counts(rows), Baseline(last_good=counts(300).table)) == "row_count"


@pytest.mark.parametrize("rows", [270, 300, 330])
def test_a_table_of_about_the_usual_length_does(rows: int) -> None:
    assert passes(counts(rows), Baseline(last_good=counts(300).table))


def test_a_market_with_one_exchange_missing_does_not_pass() -> None:
    both = {f"51{at:04d}": {"close": 1.0} for at in range(300)} | {f"15{at:04d}": {"close": 1.0} for at in range(280)}
    half = {code: row for code, row in both.items() if code.startswith("51")}
    baseline = Baseline(last_good=told(both, Dataset.DAILY, "all").table)
    assert refused(told(half, Dataset.DAILY, "all"), baseline) == "row_count"
    assert passes(told(both, Dataset.DAILY, "all"), baseline)


def test_a_selection_of_ones_own_may_grow() -> None:
    assert passes(counts(80), Baseline(last_good=counts(WHOLE_MARKET_ROWS - 1).table))


@pytest.mark.parametrize(("rows", "known"), [(50, 700), (100, 700)])
def test_the_first_table_cut_to_a_page_does_not_pass(rows: int, known: int) -> None:
    assert refused(counts(rows), Baseline(known_funds=known)) == "row_count"


def test_the_first_table_cut_to_two_pages_does_not_pass_either() -> None:
    assert refused(counts(200), Baseline(known_funds=700)) == "row_count"


def test_the_first_table_of_a_market_whose_size_is_unknown_passes() -> None:
    assert passes(counts(100))


def test_the_number_of_indices_is_nobodys_business() -> None:
    table = told({"000300": {"index_close": 3900.0}}, Dataset.INDEX, "all")
    long = told({f"{at:06d}": {"index_close": 3900.0} for at in range(300)}, Dataset.INDEX, "all")
    assert passes(table, Baseline(last_good=long.table))


@pytest.mark.parametrize("code", ["600000", "sh510300", "51030"])
def test_what_is_no_fund_does_not_pass(code: str) -> None:
    assert refused(told({code: {"shares": 1e8}})) == "codes"


def test_a_fund_of_the_other_exchange_does_not_pass() -> None:
    assert refused(told({"159590": {"shares": 1e8}}, scope="SSE")) == "codes"
    assert passes(told({"159590": {"shares": 1e8}}, scope="all"))


def test_profiles_are_keyed_by_fund_codes_too() -> None:
    assert passes(profile_snapshot(LAST_DAY, {"510300": {"name": "沪深300ETF"}}))
    assert refused(profile_snapshot(LAST_DAY, {"000300": {"name": "沪深300"}})) == "codes"


@pytest.mark.parametrize("factor", [1e4, 1e-4])
def test_counts_in_another_unit_than_the_day_before_do_not_pass(factor: float) -> None:
    """akshare 1.18.15: 万份 became 份 overnight."""
    assert refused(counts(300, 3e8 * factor), Baseline(last_good=counts(300).table)) == "unit"


def test_counts_that_grew_by_a_tenth_do() -> None:
    assert passes(counts(300, 3.3e8), Baseline(last_good=counts(300).table))


@pytest.mark.parametrize("factor", [1e4, 1e-4])
def test_counts_in_another_unit_do_not_pass_on_the_first_day_either(factor: float) -> None:
    assert refused(counts(300, 3e8 * factor)) == "unit"


def test_a_fund_at_zero_is_its_own_hole_and_no_reason_to_lose_the_table() -> None:
    rows = {code: {"shares": float(row["shares"])} for code, row in counts(300).table.to_dict("index").items()}
    assert passes(told({**rows, "510000": {"shares": 0.0}}), Baseline(last_good=counts(300).table))


def test_a_table_in_which_most_funds_stand_at_zero_does_not_pass() -> None:
    zeros = {f"51{at:04d}": {"shares": 0.0 if at < 299 else 1e8} for at in range(300)}
    assert refused(told(zeros), Baseline(last_good=counts(300).table)) in {"unit", "columns", "row_count"}


@pytest.mark.parametrize(
    ("dataset", "row"),
    [
        (Dataset.DAILY, {"close": 1430.0}),
        (Dataset.DAILY, {"close": 1.43, "prev_close": 0.0143}),
        (Dataset.NAV, {"nav": -1.0}),
        (Dataset.NAV, {"nav": 1e4}),
    ],
)
def test_prices_in_another_unit_do_not_pass(dataset: Dataset, row: dict[str, float]) -> None:
    assert refused(told({"560850": row}, dataset)) == "unit"


def test_a_single_wild_price_does_not_cost_the_table() -> None:
    rows = {f"51{at:04d}": {"close": 1.0} for at in range(10)}
    assert passes(told({**rows, "511880": {"close": 1001.0}}, Dataset.DAILY))


def test_an_index_level_of_zero_point_something_is_in_another_unit() -> None:
    assert refused(told({"000300": {"index_close": 0.39}}, Dataset.INDEX, "all")) == "unit"


def traded(volume: float, amount: float) -> Snapshot:
    return told({f"51{at:04d}": {"close": 1.4, "volume": volume, "amount": amount} for at in range(9)}, Dataset.DAILY)


def test_volume_in_shares_and_amount_in_yuan_agree() -> None:
    assert passes(traded(41_638_500, 59_560_556))


@pytest.mark.parametrize(("volume", "amount"), [(416_385, 59_560_556), (41_638_500, 5956.0), (41_638_500, 595_605_560)])
def test_volume_in_lots_or_amount_in_another_unit_does_not_pass(volume: float, amount: float) -> None:
    assert refused(traded(volume, amount)) == "unit"


def test_a_session_without_any_trade_passes() -> None:
    assert passes(traded(0.0, 0.0))


def test_a_table_without_amounts_passes() -> None:
    assert passes(told({"510300": {"close": 4.0, "volume": 1e6}}, Dataset.DAILY))


def margin(financing: float, short: float, total: float, *, market: str = "SSE") -> Snapshot:
    row = {"financing": financing, "short": short, "total": total}
    return told({market: row}, Dataset.MARGIN, market)


GOOD = (9.3e11, 1.1e10, 9.41e11)


def test_balances_that_add_up_pass() -> None:
    assert passes(margin(*GOOD))


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_swapped_columns_do_not_pass_in_any_order(order: tuple[int, int, int]) -> None:
    assert refused(margin(*(GOOD[at] for at in order))) in {"margin_sum", "unit"}


def test_a_sum_that_is_off_by_rounding_passes_and_one_by_more_does_not() -> None:
    assert passes(margin(9.3e11, 1.1e10, 9.41e11 + 1e7))
    assert refused(margin(9.3e11, 1.1e10, 9.41e11 + 3e7)) == "margin_sum"


@pytest.mark.parametrize("financing", [9.3e7, 9.3e9, 9.3e12])
def test_a_balance_in_another_unit_does_not_pass(financing: float) -> None:
    assert refused(margin(financing, 0.0, financing)) == "unit"


def test_both_exchanges_under_one_name_do_not_pass_as_one() -> None:
    """The sum under the name of Shanghai would be counted twice."""
    before = Baseline(last_good=margin(*GOOD).table)
    assert refused(margin(1.8e12, 2e10, 1.82e12), before) == "leap"


def test_a_sum_that_silently_halves_does_not_pass() -> None:
    before = Baseline(last_good=margin(1.8e12, 2e10, 1.82e12, market="SSE+SZSE").table)
    assert refused(margin(*GOOD, market="SSE+SZSE"), before) == "leap"
    assert passes(margin(1.81e12, 2e10, 1.83e12, market="SSE+SZSE"), before)


def test_a_margin_table_without_financing_does_not_pass() -> None:
    assert refused(told({"SSE": {"short": 1.1e10}}, Dataset.MARGIN)) == "columns"


def test_a_margin_table_that_has_only_totals_passes() -> None:
    assert passes(told({"SZSE": {"financing": 9.3e11}}, Dataset.MARGIN, "SZSE"))


def test_balances_that_equal_those_of_the_session_before_are_those() -> None:
    """Shenzhen's answer carries no date."""
    before = Baseline(last_good=margin(*GOOD).table, last_day=MONDAY)
    assert refused(margin(*GOOD), before) == "day"


def test_balances_that_are_read_twice_on_their_own_day_are_not_refused() -> None:
    assert passes(margin(*GOOD), Baseline(last_good=margin(*GOOD).table, last_day=LAST_DAY))


def test_balances_that_moved_by_a_cent_are_new() -> None:
    before = Baseline(last_good=margin(*GOOD).table, last_day=MONDAY)
    assert passes(margin(GOOD[0] + 0.01, *GOOD[1:]), before)


def test_columns_in_another_order_do_not_hide_a_repetition() -> None:
    earlier = margin(*GOOD).table[["total", "short", "financing"]]
    assert refused(margin(*GOOD), Baseline(last_good=earlier, last_day=MONDAY)) == "day"


def test_a_margin_row_of_a_market_that_was_not_there_before_passes() -> None:
    before = Baseline(last_good=margin(*GOOD, market="SZSE").table)
    assert passes(margin(*GOOD), before)


@pytest.mark.parametrize("financing", [1.1e9, 7e9, 9e10])
def test_the_balance_of_beijing_passes_though_it_is_small(financing: float) -> None:
    assert passes(margin(financing, 0.0, financing, market="BSE"))


@pytest.mark.parametrize("financing", [7e5, 9.3e11, 7e13])
def test_a_balance_of_beijing_in_another_unit_or_of_another_exchange_does_not(financing: float) -> None:
    assert refused(margin(financing, 0.0, financing, market="BSE")) == "unit"


def detail(funds: int = 150, financing: float = 3e7, short_shares: float = 2e5) -> Snapshot:
    row = {"fund_financing": financing, "fund_short_shares": short_shares}
    rows = {f"51{at:04d}": {name: figure * (at % 5) for name, figure in row.items()} for at in range(funds)}
    return told(rows, Dataset.MARGIN_DETAIL)


def test_a_detail_of_some_funds_a_few_of_them_at_zero_passes() -> None:
    assert passes(detail(), Baseline(known_funds=900))


@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_a_detail_in_another_unit_does_not(factor: float) -> None:
    assert refused(detail(financing=3e7 * factor)) == refused(detail(short_shares=2e5 * factor)) == "unit"


@pytest.mark.parametrize("funds", [100, 134, 166])
def test_a_detail_cut_short_or_blown_up_does_not(funds: int) -> None:
    assert refused(detail(funds), Baseline(last_good=detail(150).table)) == "row_count"


def test_a_detail_without_financing_does_not() -> None:
    assert refused(told({"510300": {"fund_short_shares": 1e6}}, Dataset.MARGIN_DETAIL)) == "columns"


def test_a_detail_that_equals_that_of_the_session_before_is_that() -> None:
    before = Baseline(last_good=detail().table, last_day=MONDAY)
    assert refused(detail(), before) == "day"
    assert passes(detail(financing=3.1e7), before)
