"""How much of an index is in a theme, and who holds the most."""

from datetime import date, timedelta

import pytest

from signals.core.panel import Panel
from signals.core.text import Text
from signals.core.themes import Theme, exposures, theme_leaders
from tests.builders import LAST_DAY, market, moment, weights

MONTH_END = date(2025, 1, 27)
THEME = Theme(name="DeepSeek", title=Text("深度求索", "DeepSeek"), stocks=frozenset({"002261", "300166"}))
INDICES = {
    "931247": {"002261": 0.3, "300166": 0.181, "600000": 0.519},
    "H30202": {"300166": 0.2, "600000": 0.8},
    "000300": {"600000": 1.0},
}


def panel(indices: dict[str, dict[str, float]] | None = None, *, day: date = MONTH_END) -> Panel:
    told = INDICES if indices is None else indices
    tables = [weights(index, day, held, known_at=moment(day)) for index, held in told.items()]
    return market(12).fund("560850", words={"index_code": "931247"}, close=1.0).panel(*tables)


def test_the_exposure_is_the_weight_of_the_themes_stocks_and_ranked() -> None:
    found = exposures(panel(), THEME)
    assert [(one.index, one.weight.value, one.rank, one.rank_of) for one in found] == [
        ("931247", pytest.approx(0.481), 1, 3),
        ("H30202", pytest.approx(0.2), 2, 3),
        ("000300", 0.0, 3, 3),
    ]
    assert found[0].stocks == (("002261", 0.3), ("300166", 0.181))


def test_it_is_dated_by_the_month_end_and_names_its_source() -> None:
    weight = exposures(panel(), THEME)[0].weight
    assert (weight.day, weight.source) == (MONTH_END, "index_constituents.931247")


def test_ties_share_the_better_rank() -> None:
    found = exposures(panel({**INDICES, "399006": {"300166": 0.2, "600001": 0.8}}), THEME)
    assert [(one.index, one.rank) for one in found] == [("931247", 1), ("399006", 2), ("H30202", 2), ("000300", 4)]


def test_among_two_indices_nobody_leads() -> None:
    two = {index: INDICES[index] for index in ("931247", "H30202")}
    assert not exposures(panel(two), THEME)[0].leads
    assert exposures(panel(), THEME)[0].leads


def test_an_index_without_any_of_it_does_not_lead() -> None:
    none = {index: {"600000": 1.0} for index in INDICES}
    assert [one.leads for one in exposures(panel(none), THEME)] == [False] * 3


def test_weights_of_long_ago_are_left_out() -> None:
    assert exposures(panel(day=LAST_DAY - timedelta(days=101)), THEME) == []


def test_without_weights_nothing_is_said() -> None:
    assert exposures(panel({}), THEME) == []
    assert theme_leaders(panel({}), (THEME,)) == {}


def test_an_index_knows_the_themes_that_it_leads() -> None:
    other = Theme(name="银行", title=Text("银行", "Banks"), stocks=frozenset({"600000"}))
    leaders = theme_leaders(panel(), (THEME, other))
    assert {index: [theme.name for theme, _ in led] for index, led in leaders.items()} == {
        "931247": ["DeepSeek"],
        "000300": ["银行"],
    }


def test_leaders_are_worked_out_once() -> None:
    made = panel()
    assert theme_leaders(made, (THEME,)) is theme_leaders(made, (THEME,))
