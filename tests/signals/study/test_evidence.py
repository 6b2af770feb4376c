"""Studies: past firings beside all judged days, the same whatever comes later, and silent on small samples."""

from dataclasses import replace

import numpy as np
import pytest

from signals.core.detector import Detector
from signals.core.field import CLOSE, NAV, PREV_CLOSE, Axis
from signals.core.flows import INFLOW_STREAK
from signals.core.market import FINANCING_CHANGE
from signals.core.matrix import Floats
from signals.core.panel import Panel
from signals.core.profile import FundClass
from signals.study.evidence import LEAST_DAYS, Study, Terms, busiest_class, study, study_thresholds
from signals.study.firings import find_firings
from signals.study.ground import ground_of
from tests.builders import CALENDAR, LAST_DAY, market
from tests.contracts.test_detectors import DETECTORS, every_detector, world
from tests.signals.study.worlds import HighNav, after
from tests.signals.worlds import lay, random_market

TERMS = Terms(horizons=(1, 5), least_count=20, resamples=300)


def made(seed: int = 0, sessions: int = 200, funds: int = 12, *, edge: float = 0.0) -> Panel:
    """Funds whose NAV says when the detector fires; from the second day after it on, firing funds gain `edge`."""
    luck = np.random.default_rng(seed)
    days = CALENDAR.window(LAST_DAY, sessions)
    nav = np.where(luck.random((sessions, funds)) < 0.1, 1.0, 0.5)
    moves = luck.normal(0, 0.01, (sessions, 1)) + luck.normal(0, 0.01, (sessions, funds))
    moves[2:] += edge * (nav[:-2] >= 1)
    close = np.cumprod(1 + moves, axis=0)
    before = np.vstack([np.full((1, funds), np.nan), close[:-1]])
    codes = [f"51{one:04d}" for one in range(funds)]
    return lay(days, codes, {NAV: nav, CLOSE: close, PREV_CLOSE: before})


def studied(panel: Panel, terms: Terms = TERMS) -> Study:
    found = study(panel, HighNav(), FundClass.EQUITY, terms)
    assert found is not None
    return found


def plain_rates(panel: Panel, detector: Detector, fund_class: FundClass | None, horizon: int) -> tuple[float, ...]:
    """(count, up, base up, median net, mean net, base net) by their definitions, event by event."""
    ground = ground_of(panel, detector.axis, fund_class)
    assert ground is not None
    columns = ground.columns.tolist()
    known = detector.findings(panel).found.known
    sessions = len(panel.sessions)
    returns = np.array(
        [[after(ground, row, at, horizon) for at in range(len(columns))] for row in range(sessions)]
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        counts = np.isfinite(returns).sum(axis=1)
        mean = np.where(counts, np.nansum(returns, axis=1) / np.maximum(counts, 1), np.nan)
    net: Floats = returns - (mean[:, None] if ground.netted else 0.0)
    judged = known[:, columns] & np.isfinite(returns)
    found = find_firings(detector, panel)
    pairs = [
        (row, columns.index(column)) for row, column in zip(found.rows, found.columns, strict=True) if column in columns
    ]
    mine = [pair for pair in pairs if np.isfinite(returns[pair])]
    own, own_net = np.array([returns[one] for one in mine]), np.array([net[one] for one in mine])
    return (
        len(mine),
        float((own > 0).mean()) if mine else np.nan,
        float((returns[judged] > 0).mean()) if judged.any() else np.nan,
        float(np.median(own_net)) if mine else np.nan,
        float(own_net.mean()) if mine else np.nan,
        float(net[judged].mean()) if judged.any() else np.nan,
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_are_those_of_their_definitions(seed: int) -> None:
    panel = made(seed)
    for outcome in studied(panel).outcomes:
        count, *rates = plain_rates(panel, HighNav(), FundClass.EQUITY, outcome.horizon_sessions)
        assert outcome.count == count
        told = outcome.rates
        assert told is not None
        assert [told.up, told.base_up, told.median_net, told.mean_net, told.base_net] == pytest.approx(rates, abs=1e-8)


@every_detector
def test_real_detectors_are_counted_by_the_same_definitions(detector: Detector) -> None:
    panel = world(1)
    fund_class = FundClass.EQUITY if detector.axis is Axis.FUND else None
    found = study(panel, detector, fund_class, replace(TERMS, least_count=1))
    if found is None:
        assert detector.axis is not Axis.FUND
        return
    for outcome in found.outcomes:
        count, *rates = plain_rates(panel, detector, fund_class, outcome.horizon_sessions)
        assert outcome.count == count
        if outcome.rates is not None:
            assert [outcome.rates.up, outcome.rates.base_up] == pytest.approx(rates[:2], abs=1e-8)


@every_detector
def test_what_comes_later_changes_nothing(detector: Detector) -> None:
    """As of a day D, a study of everything up to D is that of firings and days whose time was over by D."""
    panel, fund_class = world(0), FundClass.EQUITY if detector.axis is Axis.FUND else None
    for row in (30, 44):
        cut = panel.until(panel.sessions[row])
        found = study(cut, detector, fund_class, TERMS)
        if found is None:
            continue
        ground, whole = ground_of(cut, detector.axis, fund_class), ground_of(panel, detector.axis, fund_class)
        assert ground is not None
        assert whole is not None
        everything = find_firings(detector, panel)
        for outcome in found.outcomes:
            horizon = outcome.horizon_sessions
            over = [
                (one, column)
                for one, column in zip(everything.rows.tolist(), everything.columns.tolist(), strict=True)
                if column in whole.columns and one + 1 + horizon <= row
            ]
            returns = [after(whole, one, whole.columns.tolist().index(column), horizon) for one, column in over]
            assert outcome.count == int(np.isfinite(returns).sum())


def test_a_later_crash_does_not_reach_back() -> None:
    calm = made(3)
    crashed = calm.layers[CLOSE].values.copy()
    crashed[150:] *= 0.8
    before = np.vstack([np.full((1, crashed.shape[1]), np.nan), crashed[:-1]])
    figures = {NAV: calm.layers[NAV].values, CLOSE: crashed, PREV_CLOSE: before}
    panel = lay(calm.sessions, calm.subjects[Axis.FUND], figures, calm.profiles)
    day = calm.sessions[149]
    assert studied(panel.until(day)) == studied(calm.until(day))
    assert studied(panel) != studied(calm)


def test_an_edge_is_found_and_chance_is_not_called_one() -> None:
    gained, nothing = (studied(made(5, edge=edge)).after(1) for edge in (0.02, 0.0))
    assert gained is not None
    assert nothing is not None
    assert gained.rates is not None
    assert nothing.rates is not None
    assert gained.rates.net_between[0] > 0
    assert gained.rates.up_between[0] > 0
    assert gained.rates.mean_net == pytest.approx(0.02, abs=0.004)
    assert nothing.rates.net_between[0] < 0 < nothing.rates.net_between[1]


def test_the_same_study_is_the_same_again() -> None:
    assert studied(made(1)) == studied(made(1))
    assert studied(made(1)) != studied(made(1), replace(TERMS, seed=1))


@pytest.mark.parametrize(("least", "told"), [(1, True), (10_000, False)])
def test_small_samples_are_only_counted(least: int, told: bool) -> None:
    found = studied(made(1), replace(TERMS, least_count=least))
    assert all((one.rates is not None) == told for one in found.outcomes)
    assert all(one.count > 0 for one in found.outcomes)


@pytest.mark.parametrize(("days", "told"), [(LEAST_DAYS - 1, False), (LEAST_DAYS, True)])
def test_firings_that_crowd_on_few_days_are_only_counted(days: int, told: bool) -> None:
    panel = made(2, sessions=80, funds=40)
    nav = np.full(panel.shape(Axis.FUND), 0.5)
    nav[5 : 5 + 2 * days : 2] = 1.0
    closes = {one: panel.layers[one].values for one in (CLOSE, PREV_CLOSE)}
    crowded = lay(panel.sessions, panel.subjects[Axis.FUND], {NAV: nav, **closes}, panel.profiles)
    outcome = studied(crowded).after(1)
    assert outcome is not None
    assert (outcome.days, outcome.count) == (days, 40 * days)
    assert (outcome.rates is not None) == told


def test_funds_of_another_class_neither_fire_nor_count() -> None:
    panel = made(1)
    bonds = {code: replace(one, fund_class=FundClass.BOND) for code, one in list(panel.profiles.items())[:4]}
    mixed = replace(panel, profiles={**panel.profiles, **bonds}, _derived={})
    equity, bond = (study(mixed, HighNav(), one, TERMS) for one in (FundClass.EQUITY, FundClass.BOND))
    assert equity is not None
    assert bond is not None
    assert equity.firings + bond.firings == studied(panel).firings
    assert (equity.subjects, bond.subjects) == (8, 4)
    assert study(mixed, HighNav(), FundClass.MONEY, TERMS) is None


def test_several_thresholds_are_studied_as_each_by_itself() -> None:
    panel = random_market(1, funds=24, sessions=60).panel
    several = study_thresholds(panel, INFLOW_STREAK, [4, 2, 99], FundClass.EQUITY, TERMS)
    alone = [study_thresholds(panel, INFLOW_STREAK, [one], FundClass.EQUITY, TERMS)[0] for one in (4, 2, 99)]
    assert several == alone
    assert several[1].firings > several[0].firings > several[2].firings == 0
    assert several[0].kind == INFLOW_STREAK.name


def test_a_threshold_fires_where_the_quantity_comes_to_it() -> None:
    panel = random_market(1, funds=24, sessions=60).panel
    (found,) = study_thresholds(panel, INFLOW_STREAK, [2], FundClass.EQUITY, replace(TERMS, least_count=1))
    (row, column), *_ = np.argwhere(INFLOW_STREAK.on(panel).values == 2)
    assert np.isfinite(INFLOW_STREAK.on(panel).values[row, column])
    streak = study(panel, DETECTORS["inflow_streak"], FundClass.EQUITY, TERMS)
    assert streak is not None
    assert found.firings > 0
    assert (found.first, found.last) == (streak.first, streak.last)


def test_a_quantity_without_prices_has_no_studies() -> None:
    assert study_thresholds(market(5).panel(), FINANCING_CHANGE, [1.0], None, TERMS) == []


def test_the_market_is_studied_on_the_broad_index() -> None:
    levels = [100.0 + (at % 7) for at in range(60)]
    rising = market(60).index("000985", levels)
    for exchange in ("SSE", "SZSE"):
        rising = rising.margin(exchange, financing=[8e11 + at % 5 * 1e9 for at in range(60)])
    margin = study(rising.panel(), DETECTORS["margin_rise"], FundClass.EQUITY, replace(TERMS, least_count=1))
    assert margin is not None
    assert (margin.index, margin.fund_class, margin.subjects) == ("000985", None, 1)
    outcome = margin.after(1)
    assert outcome is not None
    assert outcome.rates is not None
    assert outcome.rates.ahead == outcome.rates.up, "there is nothing to be ahead of"
    assert study(market(5).panel(), DETECTORS["margin_rise"], None, TERMS) is None


def test_the_span_is_that_of_the_judged_sessions() -> None:
    panel = market(6).fund("510300", close=1.0, nav=[None, 1.0, 1.0, 1.0, None, None]).panel()
    found = studied(panel)
    assert (found.first, found.last) == (panel.sessions[1], panel.sessions[3])
    blank = studied(market(6).fund("510300", close=1.0).panel())
    assert (blank.first, blank.last, blank.firings) == (None, None, 0)
    assert all((one.count, one.rates) == (0, None) for one in blank.outcomes)


def test_a_horizon_that_was_not_studied_has_no_outcome() -> None:
    assert studied(made(1)).after(3) is None


def test_the_busiest_class_is_that_with_most_firings() -> None:
    panel = made(1)
    bonds = {code: replace(one, fund_class=FundClass.BOND) for code, one in list(panel.profiles.items())[:8]}
    assert busiest_class(panel, HighNav()) is FundClass.EQUITY
    assert busiest_class(replace(panel, profiles={**panel.profiles, **bonds}, _derived={}), HighNav()) is FundClass.BOND
    assert busiest_class(panel, DETECTORS["margin_rise"]) is None
    assert busiest_class(market(3).panel(), HighNav()) is FundClass.EQUITY
