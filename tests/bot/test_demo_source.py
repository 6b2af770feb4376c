"""The bundled demo market as its publishers tell it: complete, punctual, plausible, always the same."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from bot.sources.demo import bundled_anchors, demo_snapshots
from bot.sources.gates import Baseline, check
from signals import load_detectors
from signals.core.calendar import MARKET_ZONE, CalendarEndedError, TradingCalendar
from signals.core.corporate import find_actions
from signals.core.detector import WINDOW_SESSIONS
from signals.core.field import CLOSE, IOPV, NAV, SHARES, Axis
from signals.core.flows import FLOW
from signals.core.laying import lay_panel
from signals.core.panel import Panel
from signals.core.prices import CHANGE
from signals.core.profile import EQUITY_LIKE, FundClass, exchange_of
from signals.core.sizes import SHARE_GROWTH_YTD
from signals.core.snapshot import DEMO_SOURCE, STOCK_NAME, Dataset, Snapshot
from signals.streak import OutflowStreak
from tests.builders import CALENDAR as LATER_SESSIONS
from tests.builders import cell, seen

LAST = date(2025, 2, 12)
LAST_LIST = date(2025, 2, 10)

_OCTOBER = (date(2023, 10, 9) + timedelta(days=shift) for shift in range(23))
DEMO_CALENDAR = TradingCalendar.of([*(day for day in _OCTOBER if day.weekday() < 5), *LATER_SESSIONS.sessions])
"""The exchanges' sessions from the end of the National Day holiday of 2023 on."""


@cache
def snapshots() -> tuple[Snapshot, ...]:
    return tuple(demo_snapshots(DEMO_CALENDAR))


@cache
def known(asof: str) -> Panel:
    """What the poller has before it at a moment: the sessions that have begun and the tables that are out."""
    moment = datetime.fromisoformat(asof).replace(tzinfo=MARKET_ZONE)
    return lay_panel(snapshots(), DEMO_CALENDAR.window(moment.date(), WINDOW_SESSIONS), moment)


def joined(dataset: Dataset) -> pd.DataFrame:
    """The tables of a dataset on top of each other."""
    return pd.concat([one.table for one in snapshots() if one.dataset is dataset])


def digest(tables: Iterable[Snapshot]) -> str:
    """Tells two markets apart that differ in the last digit of one figure."""
    found = hashlib.sha256()
    for one in tables:
        found.update(f"{one.dataset} {one.scope} {one.day} {one.known_at}".encode())
        if one.dataset is not Dataset.PROFILE:
            figures = one.table.drop(columns=STOCK_NAME, errors="ignore").to_numpy(dtype="<f8")
            found.update(np.nan_to_num(figures, nan=-1.0).tobytes())
    return found.hexdigest()


def at_cell(values: np.ndarray, panel: Panel, code: str, day: str) -> float:
    return cell(values, panel, code, panel.row(date.fromisoformat(day)))


def test_every_table_is_labelled_as_a_demo():
    assert {one.source for one in snapshots()} == {DEMO_SOURCE} == {"演示数据"}
    assert set(known("2025-02-11 18:21").origins) == {DEMO_SOURCE}


def test_about_forty_funds_of_all_classes_trade_for_more_than_three_hundred_sessions():
    last = [one for one in snapshots() if one.dataset is Dataset.DAILY][-1]
    profiles = known("2025-02-12 23:00").profiles.values()
    assert last.day == LAST
    assert len({one.day for one in snapshots() if one.dataset is Dataset.DAILY}) >= 300
    assert 38 <= len(last.table) <= 45
    assert {one.fund_class for one in profiles} == set(FundClass) - {FundClass.OTHER}
    assert {one.exchange for one in profiles} == {"SSE", "SZSE"}
    assert len({one.index_key for one in profiles if one.fund_class in EQUITY_LIKE}) == 7


def test_the_market_is_the_same_every_time():
    assert digest(demo_snapshots(DEMO_CALENDAR)) == digest(snapshots())


def test_the_market_is_the_same_on_every_machine():
    # A change of the anchors or of the generator puts another digest here; a machine or a library must not.
    assert digest(snapshots()) == "b58bcfe66b8d624bf6807c0eec83cd3b6a72753e2a31762468aecb71ba470c45"


def test_tables_come_in_the_order_in_which_they_became_known():
    moments = [one.known_at for one in snapshots()]
    assert moments == sorted(moments)
    assert all(one.fetched_at == one.known_at for one in snapshots())
    assert all(one.known_at.date() >= one.day for one in snapshots())


def test_each_publisher_keeps_its_hours():
    told = [
        (one.dataset.value, one.scope, one.provisional, f"{one.known_at:%m-%d %H:%M}")
        for one in snapshots()
        if one.day == date(2025, 2, 7)
    ]
    assert told == [
        ("index_daily", "all", False, "02-07 15:35"),
        ("etf_daily", "all", False, "02-07 16:15"),
        ("stock_daily", "all", False, "02-07 16:15"),
        ("etf_nav", "all", False, "02-07 18:00"),
        ("etf_shares", "SSE", False, "02-07 21:00"),
        ("etf_shares", "SZSE", True, "02-07 21:00"),
        ("etf_shares", "SZSE", False, "02-10 08:50"),
        ("margin", "all", False, "02-10 08:55"),
        ("margin_detail", "SSE", False, "02-10 08:55"),
        ("margin_detail", "SZSE", False, "02-10 08:55"),
        ("etf_nav", "all", False, "02-10 18:00"),
        ("etf_nav", "all", False, "02-11 18:00"),
    ]


def test_each_exchange_lists_the_funds_that_can_be_bought_on_margin_there():
    lists = {
        one.scope: one.table for one in snapshots() if one.dataset is Dataset.MARGIN_DETAIL and one.day == LAST_LIST
    }
    assert {code[0] for code in lists["SSE"].index} == {"5"}
    assert {code[0] for code in lists["SZSE"].index} == {"1"}
    assert lists["SSE"].loc["588000", "fund_financing"] == 1_307_500_000
    assert "511880" not in lists["SSE"].index


def test_nothing_is_published_after_the_last_evening():
    assert max(one.known_at for one in snapshots()).date() == LAST


def test_profiles_and_actions_are_out_before_the_open():
    early = {Dataset.PROFILE, Dataset.SPLITS, Dataset.DIVIDENDS}
    assert {f"{one.known_at:%H:%M}" for one in snapshots() if one.dataset in early} == {"08:00"}


def test_every_table_passes_the_gates():
    last: dict[tuple[Dataset, str], pd.DataFrame] = {}
    exchanges: list[str] = []
    for one in snapshots():
        if one.dataset is Dataset.PROFILE:
            exchanges = [exchange_of(code) for code in one.table.index]
        funds = len(exchanges) if one.scope == "all" else exchanges.count(one.scope)
        check(one, one.day, Baseline(last_good=last.get((one.dataset, one.scope)), known_funds=funds))
        last[one.dataset, one.scope] = one.table


def test_a_calendar_that_does_not_reach_over_the_demo_is_refused():
    with pytest.raises(CalendarEndedError):
        demo_snapshots(LATER_SESSIONS)


def test_bars_are_possible():
    table = joined(Dataset.DAILY)
    traded = table[table["volume"] > 0]
    bodies = traded[["open", "close"]]
    assert len(traded) == len(table) - 1
    assert (traded["low"] <= bodies.min(axis=1)).all()
    assert (traded["high"] >= bodies.max(axis=1)).all()
    assert (traded["amount"] / traded["volume"]).between(traded["low"], traded["high"]).all()
    assert (traded["volume"] % 100 == 0).all()


def test_figures_have_the_precision_of_their_publishers():
    places = {"open": 3, "high": 3, "low": 3, "close": 3, "prev_close": 3, "iopv": 4, "nav": 4, "amount": 0}
    for table in (joined(Dataset.DAILY), joined(Dataset.NAV)):
        for name in table.columns.intersection(list(places)):
            pd.testing.assert_series_equal(table[name], table[name].round(places[name]), check_exact=True)
    assert (joined(Dataset.SHARES)["shares"] % 100 == 0).all()


def test_shares_are_created_and_redeemed_in_whole_units():
    panel = known("2025-02-12 23:00")
    units = {fund.code: fund.unit for fund in bundled_anchors().funds}
    scale = np.cumprod(panel.derive(find_actions).share_ratio.dense, axis=0)
    todays = panel.values(SHARES) * scale[-1] / scale
    changes = np.where(todays[1:] * todays[:-1] > 0, todays[1:] - todays[:-1], 0.0)
    assert changes.any(axis=0).all()
    assert not (changes % [units[code] for code in panel.subjects[Axis.FUND]]).any()


def test_the_funds_of_one_index_move_together_and_those_of_two_less():
    panel = known("2025-02-12 23:00")
    moves = {
        code: CHANGE.on(panel).values[1:, panel.column(Axis.FUND, code)] for code in ("510300", "510330", "518880")
    }
    assert np.corrcoef(moves["510300"], moves["510330"])[0, 1] > 0.97
    assert abs(np.corrcoef(moves["510300"], moves["518880"])[0, 1]) < 0.3


def test_every_detector_finds_something_in_the_demo():
    over, trading = known("2025-02-12 23:00"), known("2025-02-11 10:45")
    found = {name: one().find(trading if one.intraday else over) for name, one in load_detectors().items()}
    assert [name for name, one in found.items() if not (one.fires & one.known).any()] == []


def test_the_split_is_one_split_and_no_inflow():
    panel = known("2025-02-12 23:00")
    (split,) = panel.derive(find_actions).splits
    assert panel.subjects[Axis.FUND][split.column] == "588050"
    assert (split.ratio, split.share_row, split.price_row) == (2.0, panel.row(date(2024, 11, 26)), split.listed_row + 1)
    assert abs(at_cell(FLOW.on(panel).values, panel, "588050", "2024-11-26")) < 1e8


def test_the_dividend_is_no_fall():
    panel = known("2025-02-12 23:00")
    assert at_cell(panel.values(CLOSE), panel, "510300", "2025-01-17") < at_cell(
        panel.values(CLOSE), panel, "510300", "2025-01-16"
    )
    assert (
        abs(
            at_cell(CHANGE.on(panel).values, panel, "510300", "2025-01-17")
            - at_cell(CHANGE.on(panel).values, panel, "510330", "2025-01-17")
        )
        < 0.002
    )


def test_the_suspended_session_has_no_change_and_its_neighbours_have():
    panel = known("2025-02-12 23:00")
    change = [
        at_cell(CHANGE.on(panel).values, panel, "510580", day) for day in ("2024-10-08", "2024-10-09", "2024-10-10")
    ]
    assert [np.isfinite(one) for one in change] == [True, False, True]


def test_the_hole_in_the_share_table_is_unknown_and_not_a_redemption():
    panel = known("2025-02-12 23:00")
    assert at_cell(panel.values(SHARES), panel, "515330", "2025-01-15") == 0
    assert np.isnan(at_cell(FLOW.on(panel).values, panel, "515330", "2025-01-15"))


def test_the_fund_listed_this_year_has_no_growth_and_its_peers_have():
    panel = known("2025-02-12 23:00")
    assert SHARE_GROWTH_YTD.figure(panel, "588940") is None
    assert SHARE_GROWTH_YTD.figure(panel, "588000") is not None


def test_a_fund_is_not_there_before_its_listing():
    before, after = known("2024-06-17 23:00"), known("2024-06-18 23:00")
    assert "159337" not in before.subjects[Axis.FUND]
    assert np.isfinite(at_cell(CHANGE.on(after).values, after, "159337", "2024-06-18"))


def test_foreign_navs_come_one_and_two_sessions_late():
    late = {
        asof: [np.isfinite(at_cell(known(asof).values(NAV), known(asof), code, "2025-02-07")) for code in codes]
        for asof, codes in {
            "2025-02-07 18:21": ("513100", "513110", "510300"),
            "2025-02-10 18:21": ("513100", "513110", "510300"),
            "2025-02-11 18:21": ("513100", "513110", "510300"),
        }.items()
    }
    assert list(late.values()) == [[False, False, True], [True, False, True], [True, True, True]]


def test_one_fund_has_no_iopv_and_says_so_with_a_zero():
    panel = known("2025-02-11 18:21")
    assert at_cell(panel.values(IOPV), panel, "159001", "2025-02-11") == 0
    assert (panel.values(IOPV) > 0)[-1].sum() == len(panel.subjects[Axis.FUND]) - 1


def test_the_evening_count_of_szse_differs_on_three_days():
    counts = [one for one in snapshots() if one.dataset is Dataset.SHARES and one.scope == "SZSE"]
    provisional = {one.day: one.table for one in counts if one.provisional}
    final = {one.day: one.table for one in counts if not one.provisional}
    differing = [day for day, table in final.items() if not table.equals(provisional[day])]
    assert differing == [date(2024, 12, 5), date(2025, 1, 21), date(2025, 2, 7)]


def test_the_morning_takes_back_an_outflow_streak_of_the_evening():
    evening, morning = known("2025-02-07 22:00"), known("2025-02-10 09:20")
    assert seen(OutflowStreak(), evening, date(2025, 2, 7))["159922"].evidence["flow"].estimated
    assert "159922" not in seen(OutflowStreak(), morning, date(2025, 2, 7))
