"""The demo's stocks: weights that are whole, prices within their limits, pools that agree with them."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import bot.sources.demo
from bot.sources.demo.baskets import bundled_holdings, read_holdings
from config.lists import load_themes
from signals.core.constituents import BASKET_SESSIONS, lay_baskets
from signals.core.field import LIMIT, STOCK_CLOSE, STOCK_PREV_CLOSE, WEIGHT
from signals.core.limits import at_limit, limit_percent
from signals.core.prices import TRACKED_CHANGE
from signals.core.snapshot import STOCK_NAME, Dataset, Snapshot
from tests.bot.test_demo_source import DEMO_CALENDAR, at_cell, known, snapshots

TEXT = (Path(bot.sources.demo.__file__).parent / "stocks.toml").read_text("utf-8")
DAY = date(2025, 2, 11)


def tables(dataset: Dataset) -> list[Snapshot]:
    return [one for one in snapshots() if one.dataset is dataset]


def test_the_bundled_file_is_what_is_read():
    assert read_holdings(TEXT) == bundled_holdings()


def test_the_weights_of_every_index_are_one_on_each_month_end():
    assert len(tables(Dataset.CONSTITUENTS)) == 12
    for one in tables(Dataset.CONSTITUENTS):
        assert one.table[WEIGHT.name].sum() == pytest.approx(1.0, abs=1e-9)
        assert (one.table[WEIGHT.name] > 0).all()
        assert one.known_at.date() > one.day


def test_the_weights_that_were_given_are_those_of_the_newest_month_end():
    given = {code: percent for index in bundled_holdings().indices for code, percent in index.percents.items()}
    newest = [one for one in tables(Dataset.CONSTITUENTS) if one.scope == "931247"][-1]
    assert newest.day == date(2025, 1, 27)
    assert (newest.table[WEIGHT.name] * 100).round(6).to_dict() == given


def test_stocks_are_told_for_the_last_weeks_and_no_longer():
    days = [one.day for one in tables(Dataset.STOCKS)]
    assert days == list(DEMO_CALENDAR.between(bundled_holdings().first, date(2025, 2, 12)))
    assert len(days) <= BASKET_SESSIONS


def test_a_close_is_the_next_sessions_previous_close_and_never_beyond_its_limit():
    before = None
    for one in tables(Dataset.STOCKS):
        close, prev = one.table[STOCK_CLOSE.name], one.table[STOCK_PREV_CLOSE.name]
        assert before is None or prev.equals(before)
        percents = np.array([limit_percent(code) for code in one.table.index])
        assert (np.abs(close / prev - 1) <= percents / 100 + 0.005 / prev + 1e-9).all()
        before = close.rename(STOCK_PREV_CLOSE.name)


def test_the_pools_are_the_stocks_whose_closes_are_limit_prices():
    told = {one.day: one.table[LIMIT.name].to_dict() for one in tables(Dataset.LIMITS)}
    for one in tables(Dataset.STOCKS):
        percents = np.array([limit_percent(code) for code in one.table.index])
        close, prev = (one.table[name].to_numpy() for name in (STOCK_CLOSE.name, STOCK_PREV_CLOSE.name))
        sides = dict(zip(one.table.index, at_limit(close, prev, percents), strict=True))
        assert told.get(one.day, {}) == {code: side for code, side in sides.items() if side}


def test_the_constituents_of_the_first_index_move_as_it_does():
    panel = known("2025-02-12 23:00")
    for day in ("2025-02-07", "2025-02-10", "2025-02-11"):
        basket = panel.derive(lay_baskets).on("931247", panel.row(date.fromisoformat(day)))
        assert basket is not None
        own = at_cell(TRACKED_CHANGE.on(panel).values, panel, "560850", day)
        assert basket.move == pytest.approx(own, abs=0.002)


def test_on_the_reference_day_three_stocks_stand_out_and_no_other():
    panel = known("2025-02-11 18:21")
    basket = panel.derive(lay_baskets).on("931247", panel.row(DAY))
    assert basket is not None
    moves = dict(zip(basket.names, basket.change, strict=True))
    assert {name for name, move in moves.items() if abs(move) > 0.02} == {"拓维信息", "东方国信", "中科曙光"}
    assert {name for name, side in zip(basket.names, basket.limit, strict=True) if side} == {"拓维信息"}


def test_names_are_those_of_the_themes():
    named = {code: name for code, (name, _) in bundled_holdings().stocks.items()}
    text = (Path(bot.sources.demo.__file__).parents[3] / "config" / "themes.toml").read_text("utf-8")
    wrong = {
        (code, named[code])
        for theme in load_themes()
        for code in theme.codes
        if code in named and f'"{code}",  # {named[code]}' not in text
    }
    assert wrong == set()
    assert all(one.table[STOCK_NAME].map(bool).all() for one in tables(Dataset.STOCKS))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("dispersion = 0.010", "dispersion = ", "Invalid value"),
        ("dispersion = 0.010", "", "dispersion Field required"),
        ('603019 = ["中科曙光", 66.15]', "", "neither name nor price is given for 603019"),
        ("out = 2025-01-06", "outt = 2025-01-06", "month_ends.0.out"),
    ],
)
def test_a_mistake_in_the_file_is_named(old, new, complaint):
    assert TEXT.count(old) == 1
    with pytest.raises(ValueError, match="demo stocks") as error:
        read_holdings(TEXT.replace(old, new))
    assert complaint in str(error.value)


def test_figures_do_not_stand_where_a_session_was_before_the_first():
    panel = known("2025-02-12 23:00")
    assert panel.derive(lay_baskets).on("931247", panel.row(date(2025, 1, 13))) is None
