"""What a table of closes must pass: an undated list is not the session's before, and prices stand near their IOPV."""

from collections.abc import Mapping
from datetime import date

import pytest

from bot.sources.base import SourceChangedError
from bot.sources.gates import Baseline, check
from signals.core.snapshot import Dataset, Snapshot
from tests.builders import LAST_DAY, snapshot

MONDAY = date(2025, 2, 10)


def closes(rows: Mapping[str, Mapping[str, float]], dataset: Dataset = Dataset.DAILY) -> Snapshot:
    return snapshot(dataset, LAST_DAY, rows)


def traded(funds: int, *, moved: int = 0, still: int = 0) -> Snapshot:
    """Funds at a value each; the first ones traded another value than before, some did not trade at all."""
    values = [6e7 + at + (0.01 if at < moved else 0) for at in range(funds)] + [0.0] * still
    return closes({f"51{at:04d}": {"close": 1.4, "amount": value} for at, value in enumerate(values)})


def of_monday(table: Snapshot) -> Baseline:
    return Baseline(last_good=table.table, last_day=MONDAY)


def refused(table: Snapshot, baseline: Baseline | None = None) -> str:
    """The gate that closes."""
    with pytest.raises(SourceChangedError) as caught:
        check(table, LAST_DAY, baseline or Baseline())
    return caught.value.gate


def passes(table: Snapshot, baseline: Baseline | None = None) -> bool:
    check(table, LAST_DAY, baseline or Baseline())
    return True


@pytest.mark.parametrize(("funds", "moved"), [(20, 0), (20, 1), (1500, 0), (1500, 75)])
def test_a_list_whose_traded_values_are_those_of_an_earlier_session_is_that_list(funds: int, moved: int) -> None:
    assert refused(traded(funds, moved=moved), of_monday(traded(funds))) == "day"


@pytest.mark.parametrize(("funds", "moved"), [(20, 2), (20, 20), (1500, 76), (1500, 1500)])
def test_a_list_in_which_more_than_a_few_traded_other_values_is_new(funds: int, moved: int) -> None:
    assert passes(traded(funds, moved=moved), of_monday(traded(funds)))


def test_funds_that_did_not_trade_on_either_day_show_nothing() -> None:
    assert passes(traded(19, still=12), of_monday(traded(19, still=12)))
    assert passes(traded(30, moved=30, still=900), of_monday(traded(30, still=900)))


def test_funds_that_are_in_one_of_the_lists_alone_show_nothing() -> None:
    assert refused(traded(30), of_monday(traded(33))) == "day"
    assert refused(traded(33), of_monday(traded(30))) == "day"


def test_a_list_that_is_read_twice_on_its_own_day_passes() -> None:
    assert passes(traded(30), Baseline(last_good=traded(30).table, last_day=LAST_DAY))


def test_a_list_that_equals_one_of_a_later_session_passes() -> None:
    assert passes(traded(30), Baseline(last_good=traded(30).table, last_day=date(2025, 2, 12)))


def test_a_list_whose_session_before_is_not_known_passes() -> None:
    assert passes(traded(30), Baseline(last_good=traded(30).table))
    assert passes(traded(30))


def test_lists_without_traded_values_cannot_be_told_apart() -> None:
    bare = closes({f"51{at:04d}": {"close": 1.4} for at in range(30)})
    assert passes(bare, of_monday(bare))
    assert passes(bare, of_monday(traded(30)))
    assert passes(traded(30), of_monday(bare))


def priced(funds: int, *, moved: int = 0, rebased: int = 0, rounding: float = 0.01) -> Snapshot:
    """Funds with a price each; the first ones closed elsewhere than before, or start from another close."""
    rows = {
        f"51{at:04d}": {
            "close": 1.4 + at / 1000 + (0.01 if at < moved else 0),
            "prev_close": 1.3 + at / 1000 + (0.001 if at < rebased else 0),
            "amount": 6e7 + at + rounding,
        }
        for at in range(funds)
    }
    return closes(rows)


def of_another_publisher(funds: int) -> Baseline:
    """Monday's list, with traded values that are a fen off."""
    return of_monday(priced(funds, rounding=0.0))


@pytest.mark.parametrize(("funds", "moved", "rebased"), [(20, 0, 0), (20, 9, 1), (1500, 0, 0), (1500, 749, 75)])
def test_another_publishers_list_of_an_earlier_session_is_told_by_its_previous_closes(
    funds: int, moved: int, rebased: int
) -> None:
    assert refused(priced(funds, moved=moved, rebased=rebased), of_another_publisher(funds)) == "chain"


@pytest.mark.parametrize(("funds", "rebased"), [(20, 2), (1500, 76), (1500, 1500)])
def test_a_list_that_starts_from_other_closes_is_new(funds: int, rebased: int) -> None:
    assert passes(priced(funds, rebased=rebased), of_another_publisher(funds))


@pytest.mark.parametrize(("funds", "moved"), [(20, 10), (1500, 750)])
def test_a_list_in_which_half_the_closes_moved_is_new_whatever_they_started_from(funds: int, moved: int) -> None:
    assert passes(priced(funds, moved=moved), of_another_publisher(funds))


def test_the_prices_of_a_few_funds_show_nothing() -> None:
    assert passes(priced(19), of_another_publisher(19))


@pytest.mark.parametrize("day", [LAST_DAY, date(2025, 2, 12)])
def test_the_prices_of_the_same_or_a_later_session_show_nothing(day: date) -> None:
    assert passes(priced(30), Baseline(last_good=priced(30, rounding=0.0).table, last_day=day))


def test_sessions_that_were_missed_do_not_break_the_chain() -> None:
    weeks_ago = Baseline(last_good=priced(30, rounding=0.0).table, last_day=date(2025, 1, 27))
    assert passes(priced(30, moved=30, rebased=30), weeks_ago)
    assert refused(priced(30), weeks_ago) == "chain"


def test_lists_without_previous_closes_show_nothing() -> None:
    bare = closes({f"51{at:04d}": {"close": 1.4 + at / 1000} for at in range(30)})
    assert passes(bare, of_another_publisher(30))
    assert passes(priced(30), of_monday(bare))


def premiums(*ratios: float, times: int = 10) -> Snapshot:
    """Funds whose close is these times their IOPV, each ratio several times."""
    rows = [{"close": ratio * 1.25, "iopv": 1.25} for ratio in ratios * times]
    return closes({f"51{at:04d}": row for at, row in enumerate(rows)})


@pytest.mark.parametrize("ratio", [0.1, 0.79, 1.21, 100.0])
def test_prices_far_from_their_iopv_do_not_pass(ratio: float) -> None:
    assert refused(premiums(1.0, ratio, ratio)) == "premium"


@pytest.mark.parametrize("ratio", [0.81, 0.99, 1.0, 1.19])
def test_prices_near_their_iopv_do(ratio: float) -> None:
    assert passes(premiums(ratio, ratio, ratio))


def test_a_few_wild_premiums_do_not_cost_the_table() -> None:
    assert passes(premiums(1.0, 1.01, 0.99, 1.4, 3.0))


def test_funds_without_an_iopv_or_a_price_do_not_count() -> None:
    none = float("nan")
    holes = {"518900": {"close": 1.4, "iopv": 0.0}, "518901": {"close": 1.4, "iopv": none}}
    dark = {"518902": {"close": 0.0, "iopv": 1.2}, "518903": {"close": none, "iopv": 1.2}}
    for ratio, fine in ((1.0, True), (10.0, False)):
        rows = {f"51{at:04d}": {"close": ratio, "iopv": 1.0} for at in range(20)}
        table = closes({**rows, **holes, **dark})
        assert passes(table) if fine else refused(table) == "premium"


def test_a_few_funds_of_ones_own_may_all_trade_at_a_high_premium() -> None:
    assert passes(premiums(1.3, 1.4, 1.5, times=1))


def test_a_table_without_iopv_passes() -> None:
    assert passes(closes({"510300": {"close": 4.0}}))
