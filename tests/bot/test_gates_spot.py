"""What prices within a session must pass: they are of this session, and near where it began."""

from datetime import date

import pytest

from bot.sources.base import SourceChangedError
from bot.sources.gates import Baseline, check
from signals.core.snapshot import Dataset, Snapshot
from tests.builders import LAST_DAY, snapshot

MONDAY = date(2025, 2, 10)


def prices(funds: int = 20, *, moved: float = 0.01, before: float = 1.0, shifted: int = 0, **more: float) -> Snapshot:
    """Funds at one price each; the first `shifted` of them start from another previous close."""
    rows = {}
    for at in range(funds):
        start = before + (0.003 if at < shifted else 0.0)
        rows[f"51{at:04d}"] = {"spot_price": start * (1 + moved), "spot_prev_close": start, **more}
    return snapshot(Dataset.SPOT, LAST_DAY, rows)


def gate(table: Snapshot, baseline: Baseline | None = None) -> str:
    """The gate that closes."""
    with pytest.raises(SourceChangedError) as caught:
        check(table, LAST_DAY, baseline or Baseline())
    return caught.value.gate


def passes(table: Snapshot, baseline: Baseline | None = None) -> bool:
    check(table, LAST_DAY, baseline or Baseline())
    return True


def test_previous_closes_of_an_earlier_session_say_whose_list_it_is() -> None:
    assert gate(prices(), Baseline(last_good=prices().table, last_day=MONDAY)) == "day"


def test_other_previous_closes_are_those_of_a_new_session() -> None:
    assert passes(prices(shifted=2), Baseline(last_good=prices().table, last_day=MONDAY))


def test_within_a_session_they_stay_the_same() -> None:
    assert passes(prices(), Baseline(last_good=prices().table, last_day=LAST_DAY))


def test_a_few_funds_show_nothing() -> None:
    assert passes(prices(19), Baseline(last_good=prices(19).table, last_day=MONDAY))


def test_a_market_that_stands_at_half_its_previous_close_is_another_column() -> None:
    assert gate(prices(moved=-0.5)) == "move"
    assert passes(prices(moved=-0.1))


def test_a_market_that_stands_at_twice_its_iopv_is_another_unit() -> None:
    assert gate(prices(spot_iopv=0.5)) == "premium"
    assert passes(prices(spot_iopv=1.0))


def test_a_list_cut_short_is_refused() -> None:
    assert gate(prices(100), Baseline(last_good=prices(200).table, last_day=LAST_DAY)) == "row_count"


def test_a_list_without_previous_closes_is_refused() -> None:
    table = prices().table.drop(columns="spot_prev_close")
    rows = {code: {"spot_price": float(row["spot_price"])} for code, row in table.iterrows()}
    assert gate(snapshot(Dataset.SPOT, LAST_DAY, rows)) == "columns"
