"""Kernels by example; `test_series_properties` compares them with plain loops."""

from datetime import date

import numpy as np
import pytest

from signals.core.matrix import Floats
from signals.core.ranks import rank_within
from signals.core.runs import Flat, Runs, broken_runs, compounded_since, episodes, open_start, runs, sum_since
from signals.core.series import (
    against_base,
    against_previous,
    base_rows,
    carried,
    carried_before,
    first_rows,
    forward_returns,
    growth_from,
    positive,
    previous,
)
from signals.core.windows import (
    against_own_past,
    highest_before,
    known_before,
    lowest_before,
    mean_before,
    rolling_growth,
    rolling_sum,
    sessions_since_as_high,
    sessions_since_as_low,
)
from tests.builders import CALENDAR

NAN = float("nan")


def column(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)[:, None]


def lengths(run: Runs) -> list[int]:
    return [int(one) for one in run.length[:, 0]]


def test_zero_or_less_is_a_hole() -> None:
    np.testing.assert_array_equal(positive(column(1, 0, -1, NAN)), column(1, NAN, NAN, NAN))


def test_a_matrix_without_holes_is_not_copied() -> None:
    prices = column(1, NAN, 2)
    assert positive(prices) is prices


def test_a_row_is_compared_with_the_one_before_it_or_with_one_of_another_matrix() -> None:
    np.testing.assert_array_equal(against_previous(np.subtract, column(1, 3, 6)), column(NAN, 2, 3))
    flows, sizes = column(5, 6, 7), column(1, 2, 4)
    np.testing.assert_array_equal(against_previous(np.divide, flows, sizes, sessions=2), column(NAN, NAN, 7))


def test_a_past_longer_than_the_panel_is_known_of_no_row() -> None:
    np.testing.assert_array_equal(against_previous(np.divide, column(1, 2), sessions=3), column(NAN, NAN))


def test_the_first_row_that_is_up_or_one_past_the_last() -> None:
    mask = np.array([[False, False, True], [True, False, True]])
    assert first_rows(mask).tolist() == [1, 2, 0]
    assert first_rows(mask[:0]).tolist() == [0, 0, 0]


def test_a_run_counts_sessions_of_one_sign_and_sums_them() -> None:
    run = runs(column(1, 2, -3, 4))
    assert lengths(run) == [1, 2, 0, 1]
    assert run.total[:, 0].tolist() == [1, 3, 0, 4]
    assert run.start[:, 0].tolist() == [0, 0, -1, 3]


def test_a_falling_run_sums_with_its_sign() -> None:
    run = runs(column(-1, -2, 3), rising=False)
    assert lengths(run) == [1, 2, 0]
    assert run.total[:, 0].tolist() == [-1, -3, 0]


@pytest.mark.parametrize(
    ("flat", "expected"),
    [(Flat.BREAKS, [1, 0, 1, 2]), (Flat.NEUTRAL, [1, 1, 2, 3]), (Flat.COUNTS, [1, 2, 3, 4])],
)
def test_a_flat_session_does_what_it_was_told(flat: Flat, expected: list[int]) -> None:
    assert lengths(runs(column(1, 0, 1, 1), flat=flat)) == expected


@pytest.mark.parametrize("flat", list(Flat))
def test_a_flat_session_begins_no_run(flat: Flat) -> None:
    run = runs(column(0, 0), flat=flat)
    assert lengths(run) == [0, 0]
    assert run.start[:, 0].tolist() == [-1, -1]


def test_a_move_of_exactly_the_least_is_flat_and_one_beyond_it_counts() -> None:
    assert lengths(runs(column(0.5, 0.6, -0.5, 0.7), least=0.5, flat=Flat.NEUTRAL)) == [0, 1, 1, 2]


def test_a_move_beyond_the_least_against_the_run_ends_it() -> None:
    assert lengths(runs(column(0.6, -0.6), least=0.5, flat=Flat.NEUTRAL)) == [1, 0]


def test_an_unknown_session_neither_extends_nor_breaks() -> None:
    run = runs(column(1, NAN, 1))
    assert lengths(run) == [1, 1, 2]
    assert run.total[:, 0].tolist() == [1, 1, 2]
    assert run.gaps[:, 0].tolist() == [0, 0, 1]


def test_an_unknown_session_before_a_run_is_no_gap_of_it() -> None:
    assert runs(column(NAN, 1, 1)).gaps[:, 0].tolist() == [0, 0, 0]


def test_as_many_unknown_sessions_as_allowed_leave_the_run_alone() -> None:
    assert lengths(runs(column(1, NAN, NAN, 1), max_gap=2)) == [1, 1, 1, 2]


def test_one_unknown_session_more_ends_the_run() -> None:
    run = runs(column(1, NAN, NAN, NAN, 1), max_gap=2)
    assert lengths(run) == [1, 1, 1, 0, 1]
    assert run.start[:, 0].tolist() == [0, 0, 0, -1, 4]
    assert run.gaps[-1, 0] == 0


def test_gaps_on_both_sides_of_a_neutral_session_are_all_counted() -> None:
    run = runs(column(1, NAN, 0, NAN, 1), flat=Flat.NEUTRAL)
    assert run.gaps[-1, 0] == 2


def test_a_run_from_the_first_known_step_on_has_an_open_start() -> None:
    steps = column(NAN, 1, 1)
    np.testing.assert_array_equal(open_start(steps, runs(steps))[:, 0], [NAN, NAN, 1])


def test_a_run_after_another_step_has_none() -> None:
    steps = column(NAN, -1, 1, 1)
    assert np.isnan(open_start(steps, runs(steps))).all()


def test_where_no_step_is_known_no_start_is_open() -> None:
    assert np.isnan(open_start(column(NAN, NAN), runs(column(NAN, NAN)))).all()


def test_a_move_against_a_run_says_how_long_it_was() -> None:
    assert broken_runs(column(1, 2, -3, -4, 5))[:, 0].tolist() == [0, 0, 2, 0, 0]
    assert broken_runs(column(1, -3, -4, 5), rising=False)[:, 0].tolist() == [0, 0, 0, 2]


def test_a_flat_session_breaks_a_run_without_a_move_against_it() -> None:
    assert broken_runs(column(1, 2, 0, -1))[:, 0].tolist() == [0, 0, 0, 0]
    assert broken_runs(column(1, 2, 0, -1), flat=Flat.NEUTRAL)[:, 0].tolist() == [0, 0, 0, 2]


def test_a_run_of_more_sessions_than_there_ever_were_is_cut_to_what_fits() -> None:
    assert broken_runs(np.append(np.ones(40_000), -1.0)[:, None])[-1, 0] == 32_767


def test_a_sum_since_a_row_leaves_unknown_values_out() -> None:
    start = np.array([[-1], [1], [1], [1]])
    assert sum_since(column(9, 1, NAN, 3), start)[:, 0].tolist() == [0, 1, 1, 4]


def test_changes_since_a_row_compound() -> None:
    start = np.array([[-1], [1], [1], [1]])
    assert compounded_since(column(0.5, 0.1, NAN, 0.1), start)[:, 0] == pytest.approx([0, 0.1, 0.1, 0.21])


def test_runs_of_nothing_are_nothing() -> None:
    assert runs(np.empty((0, 3))).length.shape == (0, 3)
    assert runs(np.empty((3, 0))).length.shape == (3, 0)


def test_an_episode_keeps_its_first_session_and_dates_each_rung() -> None:
    rung = np.array([[0], [3], [3], [5], [5]])
    told = episodes(rung, np.ones((5, 1), dtype=np.bool_))
    assert told.since[:, 0].tolist() == [-1, 1, 1, 1, 1]
    assert told.reached[:, 0].tolist() == [-1, 1, 1, 3, 3]


def test_an_unknown_session_inside_an_episode_does_not_restart_it() -> None:
    rung, known = np.array([[1], [0], [1]]), np.array([[True], [False], [True]])
    assert episodes(rung, known).since[:, 0].tolist() == [0, 0, 0]


def test_a_silent_session_ends_an_episode() -> None:
    rung, known = np.array([[1], [0], [1]]), np.ones((3, 1), dtype=np.bool_)
    assert episodes(rung, known).since[:, 0].tolist() == [0, -1, 2]


def test_previous_shifts_one_session_and_fills_the_first() -> None:
    assert previous(column(1, 2, 3))[1:, 0].tolist() == [1, 2]
    assert np.isnan(previous(column(1, 2, 3))[0, 0])
    assert previous(np.array([[1], [2]]), fill=0)[:, 0].tolist() == [0, 1]


def test_a_known_value_is_carried_so_many_sessions_and_no_further() -> None:
    filled, rows = carried(column(7, NAN, NAN, NAN), 2)
    assert filled[:3, 0].tolist() == [7, 7, 7]
    assert np.isnan(filled[3, 0])
    assert rows[:, 0].tolist() == [0, 0, 0, -1]


def test_nothing_is_carried_back() -> None:
    filled, rows = carried(column(NAN, 7), 5)
    assert np.isnan(filled[0, 0])
    assert rows[:, 0].tolist() == [-1, 1]


def test_a_sum_over_sessions_is_unknown_while_one_of_them_is() -> None:
    total = rolling_sum(column(1, 2, NAN, 4, 5), 2)[:, 0]
    np.testing.assert_array_equal(total, [NAN, 3, NAN, NAN, 9])


def test_a_sum_over_more_sessions_than_there_are_is_unknown() -> None:
    assert np.isnan(rolling_sum(column(1, 2), 3)).all()


def test_a_window_of_no_sessions_is_refused() -> None:
    with pytest.raises(ValueError, match="0 sessions"):
        rolling_sum(column(1, 2), 0)


def test_a_value_that_has_left_the_window_leaves_nothing_behind() -> None:
    total = rolling_sum(column(1e16, 1.0, 1.0, 1.0, 1.0), 2)[:, 0]
    assert total[2:].tolist() == [2, 2, 2]


def test_changes_over_sessions_compound_and_are_unknown_while_one_of_them_is() -> None:
    growth = rolling_growth(column(0.1, 0.1, NAN, -0.5, 1.0), 2)[:, 0]
    assert growth[1] == pytest.approx(0.21)
    assert growth[4] == pytest.approx(0)
    assert np.isnan(growth[[0, 2, 3]]).all()


def test_the_sessions_before_are_counted_and_averaged_without_the_session_itself() -> None:
    values = column(100, 1, NAN, 3, 50)
    assert known_before(values, 3)[:, 0].tolist() == [0, 1, 2, 2, 2]
    assert mean_before(values, 3, 2)[4, 0] == 2
    assert np.isnan(mean_before(values, 3, 3)).all()


def test_the_highest_and_lowest_of_the_sessions_before_leave_the_session_itself_out() -> None:
    values = column(9, 1, NAN, 3, 50, 2)
    np.testing.assert_array_equal(highest_before(values, 2, 1)[:, 0], [NAN, 9, 9, 1, 3, 50])
    np.testing.assert_array_equal(lowest_before(values, 2, 1)[:, 0], [NAN, 9, 1, 1, 3, 3])
    assert np.isnan(highest_before(values, 2, 2)[3, 0])


def test_a_value_says_how_long_ago_it_was_last_as_high_or_as_low() -> None:
    values = column(3, 1, NAN, 2, 3, 4, 1)
    assert sessions_since_as_high(values)[:, 0].tolist() == [0, 1, -1, 3, 4, 0, 1]
    assert sessions_since_as_low(values)[:, 0].tolist() == [0, 0, -1, 2, 1, 1, 5]


def test_a_value_above_its_whole_past_stands_at_the_top() -> None:
    usual = against_own_past(column(1, 2, 3, 10), 3, 3)
    assert usual.percentile[3, 0] == 1
    assert usual.zscore[3, 0] == pytest.approx(8)


def test_a_value_is_not_compared_with_itself_nor_with_what_lies_before_the_window() -> None:
    usual = against_own_past(column(100, 1, 2, 3, 2), 3, 3)
    assert usual.percentile[4, 0] == 0.5


def test_a_short_past_says_nothing() -> None:
    usual = against_own_past(column(1, NAN, 3, 10), 3, 3)
    assert np.isnan(usual.percentile).all()
    assert np.isnan(usual.zscore).all()


def test_a_past_that_does_not_vary_has_no_zscore_but_a_percentile() -> None:
    usual = against_own_past(column(0.1 + 0.2, 0.3, 0.3, 0.5), 3, 3)
    assert np.isnan(usual.zscore[3, 0])
    assert usual.percentile[3, 0] == 1


def test_the_base_of_a_month_is_the_last_session_before_it() -> None:
    days = (date(2025, 1, 24), date(2025, 1, 27), date(2025, 2, 5), date(2025, 2, 6))
    assert base_rows(days, monthly=True).tolist() == [-1, -1, 1, 1]


def test_the_base_of_a_year_is_the_last_session_of_the_year_before() -> None:
    days = CALENDAR.between(date(2024, 12, 30), date(2025, 2, 6))
    rows = base_rows(days, monthly=False)
    assert rows[:2].tolist() == [-1, -1]
    assert {days[row] for row in rows[2:]} == {date(2024, 12, 31)}


def test_a_january_is_a_new_month_even_where_only_the_year_differs() -> None:
    days = (date(2024, 1, 31), date(2025, 1, 2))
    assert base_rows(days, monthly=True).tolist() == [-1, 0]


def test_a_row_is_set_against_the_one_that_was_picked_for_it() -> None:
    change = against_base(np.subtract, column(5, 6, 8, 9), np.array([-1, 0, 0, 2]))[:, 0]
    assert np.isnan(change[0])
    assert change[1:].tolist() == [1, 3, 1]
    soft = np.array([[True], [False], [False], [False]])
    either = against_base(np.logical_or, soft, np.array([-1, 0, 1, 2]), alone=soft)
    assert either[:, 0].tolist() == [True, True, False, False]
    assert against_base(np.subtract, np.zeros((0, 2)), np.zeros(0, dtype=np.int64)).shape == (0, 2)


def test_what_came_before_a_session_is_not_its_own() -> None:
    filled, rows = carried_before(column(1, NAN, 3, NAN, NAN, NAN), 2)
    np.testing.assert_array_equal(filled[:, 0], [NAN, 1, 1, 3, 3, 3])
    assert rows[:, 0].tolist() == [-1, 0, 0, 2, 2, 2]
    assert carried_before(np.zeros((0, 2)), 2)[0].shape == (0, 2)


def test_growth_is_over_the_row_that_was_picked() -> None:
    growth = growth_from(column(2, 3, 4), np.array([-1, 0, 0]))[:, 0]
    assert growth[1:].tolist() == [0.5, 1]
    assert np.isnan(growth[0])


def test_what_followed_is_entered_a_session_later() -> None:
    after = forward_returns(column(1, 2, 3, 6, 9), 2)[:, 0]
    assert after[:2].tolist() == [2, 2]
    assert np.isnan(after[2:]).all()


def test_nothing_followed_where_there_are_too_few_sessions() -> None:
    assert np.isnan(forward_returns(column(1, 2, 3), 2)).all()
    assert forward_returns(column(1, 2, 3), 2, delay=0)[0, 0] == 2


def ranked(*values: float, members: list[bool] | None = None, **limits: float) -> list[float]:
    inside = np.array([members or [True] * len(values)])
    return rank_within(np.array([values]), [list(range(len(values)))], inside, **limits).rank[0].tolist()  # type: ignore[arg-type]


def test_the_largest_is_first_and_ties_share_the_better_rank() -> None:
    assert ranked(1, 3, 3, 2) == [4, 1, 1, 3]


def test_a_group_of_three_is_ranked() -> None:
    assert ranked(1, 2, 3) == [3, 2, 1]


def test_a_group_of_two_is_not() -> None:
    assert np.isnan(ranked(1, 2)).all()


def test_nine_of_ten_known_values_are_enough() -> None:
    assert ranked(*range(9), NAN)[8] == 1


def test_eight_of_nine_are_not() -> None:
    assert np.isnan(ranked(*range(8), NAN)).all()


def test_who_is_no_member_neither_ranks_nor_counts() -> None:
    got = rank_within(np.array([[9.0, 1.0, 2.0, 3.0]]), [[0, 1, 2, 3]], np.array([[False, True, True, True]]))
    np.testing.assert_array_equal(got.rank, [[NAN, 3, 2, 1]])
    np.testing.assert_array_equal(got.size, [[NAN, 3, 3, 3]])


def test_who_is_in_no_group_has_no_rank() -> None:
    got = rank_within(np.array([[9.0, 1.0, 2.0, 3.0]]), [[1, 2, 3]], np.ones((1, 4), dtype=np.bool_))
    assert np.isnan(got.rank[0, 0])


@pytest.mark.parametrize("size", range(10, 400, 10))
def test_exactly_nine_tenths_is_enough_at_every_size(size: int) -> None:
    values = np.array([[NAN] * (size // 10) + list(range(size - size // 10))], dtype=np.float64)
    got = rank_within(values, [list(range(size))], np.ones((1, size), dtype=np.bool_))
    assert got.rank[0, -1] == 1
