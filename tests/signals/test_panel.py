"""Snapshots side by side: what was known at one moment, from whom, and how final it was."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import permutations
from threading import Semaphore
from typing import Any

import numpy as np
import pytest

from signals.core.field import AMOUNT, CLOSE, FINANCING, IOPV, LIMIT, NAV, SHARES, STOCK_CLOSE, Axis, Unit
from signals.core.laying import LEAST_SESSIONS, lay_panel
from signals.core.measure import Measure
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.prices import CHANGE, as_measure
from signals.core.snapshot import DEMO_SOURCE, ESTIMATED, Dataset, Snapshot
from tests.builders import CALENDAR, LAST_DAY, cell, market, moment, pool, profile_snapshot, snapshot, stocks, weights

MONDAY, TUESDAY = date(2025, 2, 10), date(2025, 2, 11)
DAYS = (MONDAY, TUESDAY)


def shares(count: float, *, day: date = TUESDAY, clock: str = "21:30", code: str = "560850", **how: object) -> Snapshot:
    return snapshot(Dataset.SHARES, day, {code: {"shares": count}}, known_at=moment(day, clock), **how)  # type: ignore[arg-type]


def newest(*tables: Snapshot, asof: str = "23:00") -> float:
    panel = lay_panel(tables, DAYS, moment(TUESDAY, asof))
    return cell(panel.values(SHARES), panel, "560850")


def test_a_table_stands_in_its_session_and_column() -> None:
    panel = lay_panel([shares(1e8, day=MONDAY), shares(2e8)], DAYS, moment(TUESDAY))
    assert panel.values(SHARES).tolist() == [[1e8], [2e8]]


def test_what_is_not_known_yet_is_not_in_the_panel() -> None:
    assert np.isnan(newest(shares(1e8), profile_snapshot(MONDAY, {"560850": {"name": "x"}}), asof="21:29"))


def test_what_becomes_known_at_the_very_moment_is() -> None:
    assert newest(shares(1e8), asof="21:30") == 1e8


def test_a_revision_replaces_what_it_revises() -> None:
    assert newest(shares(1e8, clock="20:00"), shares(2e8, clock="22:00")) == 2e8


def test_before_the_revision_was_known_the_first_figure_stands() -> None:
    assert newest(shares(1e8, clock="20:00"), shares(2e8, clock="22:00"), asof="21:00") == 1e8


def test_a_revision_may_take_a_figure_back() -> None:
    monday = shares(1e8, day=MONDAY)
    assert np.isnan(newest(monday, shares(1e8, clock="20:00"), shares(3e8, clock="22:00", code="510300")))


def test_a_table_of_another_scope_takes_nothing_back() -> None:
    other = shares(3e8, clock="22:00", code="159590", scope="SZSE")
    assert newest(shares(1e8, clock="20:00", scope="SSE"), other) == 1e8


def test_a_later_table_of_another_scope_replaces_known_figures_only() -> None:
    rows = {"560850": {"close": 1.1, "iopv": float("nan")}}
    first = snapshot(Dataset.DAILY, TUESDAY, {"560850": {"close": 1.0, "iopv": 1.0}}, known_at=moment(TUESDAY, "16:00"))
    second = snapshot(Dataset.DAILY, TUESDAY, rows, scope="SSE", source="late", known_at=moment(TUESDAY, "17:00"))
    panel = lay_panel([first, second], DAYS, moment(TUESDAY))
    assert (cell(panel.values(CLOSE), panel, "560850"), cell(panel.values(IOPV), panel, "560850")) == (1.1, 1.0)
    assert panel.figure(as_measure(panel, CLOSE), 1, 0).source == "late"
    assert panel.figure(as_measure(panel, IOPV), 1, 0).source == "etf_daily.all"


def test_the_order_in_which_tables_are_read_does_not_matter() -> None:
    tables = [shares(1e8, clock="20:00"), shares(2e8, clock="21:00"), shares(3e8, clock="22:00", scope="SSE")]
    assert {newest(*order) for order in permutations(tables)} == {3e8}


def test_a_session_outside_is_left_out() -> None:
    panel = lay_panel([shares(1e8), shares(2e8, day=date(2025, 2, 7))], (TUESDAY,), moment(TUESDAY))
    assert panel.values(SHARES).tolist() == [[1e8]]


def test_a_profile_of_a_later_day_is_not_known_yet() -> None:
    early = profile_snapshot(MONDAY, {"560850": {"index_code": "931247"}})
    late = profile_snapshot(TUESDAY, {"560850": {"index_code": "H30202"}})
    panel = lay_panel([early, late], (MONDAY,), moment(TUESDAY))
    assert panel.profiles["560850"].index_key == "931247"


def test_leading_sessions_without_any_funds_figures_are_left_out() -> None:
    world = market(90).margin("SSE", financing=9e11)
    panel = world.fund("560850", shares=[*[None] * 20, *[1e8] * 70]).panel()
    assert panel.sessions == world.sessions[20:]
    assert panel.values(FINANCING).shape == (70, 3)


def test_but_never_more_of_them_than_leave_room_for_a_streak() -> None:
    world = market(90).margin("SSE", financing=9e11)
    assert world.panel().sessions == world.sessions[90 - LEAST_SESSIONS :]
    assert world.fund("560850", close=[1.0]).panel().sessions == world.sessions[90 - LEAST_SESSIONS :]


def test_a_fund_that_only_a_profile_names_has_a_column() -> None:
    panel = lay_panel([profile_snapshot(MONDAY, {"560850": {}}), shares(1e8, code="510300")], DAYS, moment(TUESDAY))
    assert panel.subjects[Axis.FUND] == ("510300", "560850")
    assert panel.values(SHARES).shape == (2, 2)


def test_a_field_that_nobody_told_is_unknown_everywhere() -> None:
    panel = lay_panel([shares(1e8)], DAYS, moment(TUESDAY))
    assert panel.values(NAV).shape == (2, 1)
    assert np.isnan(panel.values(NAV)).all()
    assert not panel.estimated(NAV).any()


def test_a_provisional_table_marks_its_figures_and_a_final_one_unmarks_them() -> None:
    evening, morning = shares(1e8, provisional=True), shares(1e8, clock="23:00")
    assert lay_panel([evening], DAYS, moment(TUESDAY)).estimated(SHARES)[1, 0]
    assert not lay_panel([evening, morning], DAYS, moment(TUESDAY)).estimated(SHARES)[1, 0]


def test_a_row_that_its_source_estimates_is_marked_alone() -> None:
    rows = {"513001": {"nav": 1.0, ESTIMATED: True}, "513002": {"nav": 1.0, ESTIMATED: False}}
    panel = lay_panel([snapshot(Dataset.NAV, TUESDAY, rows)], DAYS, moment(TUESDAY))
    assert panel.estimated(NAV)[1].tolist() == [True, False]


def test_a_figure_carries_day_unit_source_and_finality() -> None:
    panel = lay_panel([shares(1e8, source="akshare.sse", provisional=True)], DAYS, moment(TUESDAY))
    figure = panel.figure(as_measure(panel, SHARES), 1, 0)
    assert (figure.value, figure.unit, figure.day) == (1e8, Unit.SHARES, TUESDAY)
    assert (figure.source, figure.estimated) == ("akshare.sse", True)


def test_a_figure_taken_from_another_row_carries_that_rows_day_and_source() -> None:
    tables = [shares(1e8, day=MONDAY, source="early"), shares(2e8, source="late")]
    panel = lay_panel(tables, DAYS, moment(TUESDAY))
    rows = np.array([[0], [0]])
    measure = Measure(values=np.array([[1e8], [1e8]]), unit=Unit.SHARES, inputs=frozenset({SHARES}), rows=rows)
    figure = panel.figure(measure, 1, 0)
    assert (figure.day, figure.source) == (MONDAY, "early")


def test_a_figure_of_two_sources_names_both() -> None:
    panel = market(1).fund("560850", close=1.0, nav=1.0).panel()
    measure = Measure(values=np.ones((1, 1)), unit=Unit.FRACTION, inputs=frozenset({CLOSE, NAV, AMOUNT}))
    assert panel.figure(measure, 0, 0).source == "etf_daily.sse, etf_nav.sse"


def test_a_panel_knows_whether_a_generated_market_is_in_it() -> None:
    made = shares(1e8, source=f"{DEMO_SOURCE}·份额")
    assert lay_panel([made, shares(1e8, code="510300", scope="SSE")], DAYS, moment(TUESDAY)).demo
    assert not lay_panel([shares(1e8, source="akshare.sse")], DAYS, moment(TUESDAY)).demo


def test_the_markets_are_there_before_anybody_speaks_of_them() -> None:
    panel = lay_panel([], DAYS, moment(TUESDAY))
    assert panel.subjects[Axis.MARKET] == ("SSE", "SZSE", BOTH_EXCHANGES)
    assert panel.shape(Axis.FUND) == (2, 0)
    assert np.isnan(panel.values(FINANCING)).all()


def test_an_empty_window_is_an_empty_panel() -> None:
    panel = lay_panel([shares(1e8)], (), moment(TUESDAY))
    assert panel.shape(Axis.FUND) == (0, 0)
    assert panel.fresh_row({SHARES}) is None


def test_a_row_is_found_by_its_session_only() -> None:
    panel = lay_panel([], DAYS, moment(TUESDAY))
    assert (panel.row(MONDAY), panel.row(TUESDAY)) == (0, 1)
    for day in (date(2025, 2, 7), date(2025, 2, 8), date(2025, 2, 12)):
        with pytest.raises(KeyError, match="not a session"):
            panel.row(day)


def test_a_column_is_found_by_its_subject_only() -> None:
    panel = lay_panel([shares(1e8)], DAYS, moment(TUESDAY))
    assert panel.column(Axis.FUND, "560850") == 0
    with pytest.raises(KeyError):
        panel.column(Axis.FUND, "510300")


def test_the_fresh_row_is_the_newest_on_which_everything_needed_was_told() -> None:
    panel = market(3).fund("560850", close=[1, 1, 1], shares=[1e8, 1e8, None]).panel()
    assert panel.fresh_row({CLOSE}) == 2
    assert panel.fresh_row({CLOSE, SHARES}) == 1
    assert panel.fresh_row({NAV}) is None


def test_a_panel_cut_off_forgets_what_comes_after_and_what_it_had_computed() -> None:
    panel = market(3).fund("560850", close=[1.0, 1.1, 1.2]).panel()
    assert CHANGE.on(panel).values.shape == (3, 1)
    cut = panel.until(panel.sessions[1])
    assert cut.sessions == panel.sessions[:2]
    assert CHANGE.on(cut).values.shape == (2, 1)
    assert cut.asof == panel.asof


def test_a_quantity_is_computed_once() -> None:
    panel = market(2).fund("560850", close=1.0).panel()
    calls: list[Panel] = []

    def count(one: Panel) -> int:
        calls.append(one)
        return len(calls)

    assert panel.derive(count) == panel.derive(count) == 1
    assert calls == [panel]


def test_tables_of_two_sources_lie_side_by_side_and_neither_wipes_the_other_out() -> None:
    day = market(1).sessions[0]
    quotes = snapshot(Dataset.DAILY, day, {"510001": {"close": 1.0, "iopv": 1.1}}, source="one")
    later = snapshot(Dataset.DAILY, day, {"510001": {"close": 1.02}}, source="two", known_at=moment(day, "18:00"))
    panel = lay_panel([quotes, later], [day], moment(day))
    assert panel.values(CLOSE)[0, 0] == 1.02
    assert panel.values(IOPV)[0, 0] == 1.1


def test_but_a_revision_by_the_same_source_takes_a_figure_back() -> None:
    day = market(1).sessions[0]
    quotes = snapshot(Dataset.DAILY, day, {"510001": {"close": 1.0, "iopv": 1.1}}, source="one")
    revised = snapshot(Dataset.DAILY, day, {"510001": {"close": 1.02}}, source="one", known_at=moment(day, "18:00"))
    assert np.isnan(lay_panel([quotes, revised], [day], moment(day)).values(IOPV)).all()


def test_no_session_with_a_fund_is_left_out() -> None:
    sessions = CALENDAR.window(LAST_DAY, 100)
    early = snapshot(Dataset.DAILY, sessions[5], {"510001": {"close": 1.0}})
    assert lay_panel([early], sessions, moment(LAST_DAY)).sessions == sessions[5:]


def test_stocks_stand_beside_the_matrices_in_the_order_in_which_they_became_known() -> None:
    late, early = stocks(TUESDAY, {"600000": 0.1}), pool(TUESDAY, {"600000": 1})
    held = weights("931247", date(2025, 1, 27), {"600000": 1.0}, known_at=moment(MONDAY, "17:20"))
    panel = market(2).fund("560850", close=1.0).panel(late, early, held)
    assert panel.beside == (held, early, late)
    assert Axis.STOCK not in panel.subjects
    assert panel.fresh_row({STOCK_CLOSE, CLOSE}) == 1
    assert panel.until(MONDAY).beside == (held,)
    assert panel.until(MONDAY).fresh_row({LIMIT}) is None


def test_limits_are_told_by_the_pool_and_on_a_calm_session_by_prices_alone() -> None:
    made = market(2).fund("560850", close=1.0)
    assert made.panel(pool(MONDAY, {"600000": 1}), stocks(TUESDAY, {"600000": 0.0})).fresh_row({LIMIT}) == 1
    assert made.panel(pool(MONDAY, {"600000": 1})).fresh_row({LIMIT}) == 0
    assert made.panel(pool(TUESDAY, {"600000": 1})).fresh_row({STOCK_CLOSE}) is None


def test_what_became_known_of_stocks_later_or_is_of_a_later_session_is_left_out() -> None:
    told = [stocks(MONDAY, {"600000": 0.1}), stocks(TUESDAY, {"600000": 0.1})]
    assert lay_panel(told, DAYS, moment(TUESDAY, "16:00")).beside == (told[0],)
    assert lay_panel(told, DAYS[:1], moment(TUESDAY)).beside == (told[0],)


def test_the_groups_of_a_panel_are_those_of_its_funds() -> None:
    panel = market(2).fund("560850", words={"index_code": "931247"}, close=1.0).panel()
    assert panel.subjects[Axis.TRACKED] == ("931247",)
    assert "broad" in panel.subjects[Axis.CLASS]


def test_what_is_worked_out_is_kept_until_it_is_forgotten() -> None:
    panel, calls = market(2).fund("510300", close=1.0).panel(), list[str]()

    def counted(one: Panel) -> int:
        calls.append("counted")
        return len(one.sessions)

    def other(_: Panel) -> int:
        calls.append("other")
        return 7

    assert [panel.derive(counted), panel.derive(counted), panel.derive(other)] == [2, 2, 7]
    panel.forget(counted)
    assert [panel.derive(counted), panel.derive(other)] == [2, 7]
    panel.release()
    assert [panel.derive(counted), panel.derive(other)] == [2, 7]
    assert calls == ["counted", "other", "counted", "counted", "other"]


class Looked(dict[Any, Any]):
    """Results, and how often somebody has looked for one."""

    def __init__(self) -> None:
        self.looks = Semaphore(0)

    def get(self, key: Any, default: Any = None) -> Any:
        found = super().get(key, default)
        self.looks.release()
        return found


def test_what_several_threads_ask_for_is_computed_once() -> None:
    looked, computed = Looked(), list[int]()
    panel = replace(lay_panel([shares(1e8)], DAYS, moment(TUESDAY)), _derived=looked)

    def slowly(_: Panel) -> int:
        computed.append(1)
        # Twice who is first, and once each of the others: all of them have found nothing.
        assert all(looked.looks.acquire(timeout=60) for _ in range(2 + 3))
        return 7

    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(panel.derive, slowly) for _ in range(4)]
        assert [one.result() for one in answers] == [7] * 4
    assert computed == [1]


def test_what_was_worked_out_elsewhere_is_kept_as_if_it_had_been_worked_out_here() -> None:
    panel = market(1).fund("510001", close=1.0).panel()
    assert not panel.holds(_sessions)
    panel.put(_sessions, 7)
    assert panel.holds(_sessions)
    assert panel.derive(_sessions) == 7


def test_its_newest_sessions_are_a_panel_that_knows_of_no_others() -> None:
    panel = market(5).fund("510001", close=[1, 2, 3, 4, 5]).panel()
    newest = panel.newest(2)
    assert newest.sessions == panel.sessions[-2:]
    assert newest.values(CLOSE)[:, 0].tolist() == [4, 5]
    assert panel.newest(9).sessions == panel.sessions
    assert panel.newest(0).sessions == ()


def _sessions(panel: Panel) -> int:
    return len(panel.sessions)
