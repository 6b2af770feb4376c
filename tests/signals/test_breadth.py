"""The figures of an index' constituents as a whole, by name."""

import numpy as np
import pytest

from signals.core.breadth import BREADTH
from signals.core.field import Axis, Unit
from signals.core.panel import Panel
from tests.builders import LAST_DAY, market, moment, pool, stocks, weights

HELD = {"600000": 0.5, "600001": 0.3, "600002": 0.2}
FIGURES = {
    "limit_up": 1.0,
    "limit_up_weight": 0.5,
    "limit_down": 1.0,
    "limit_down_weight": 0.2,
    "rising": 2.0,
    "rising_weight": 0.8,
    "falling": 1.0,
    "falling_weight": 0.2,
    "basket_move": 0.5 * 0.1 + 0.3 * 0.02 - 0.2 * 0.1,
}


def panel() -> Panel:
    made = market(4).fund("560850", words={"index_code": "931247"}, close=1.0)
    held = weights("931247", made.sessions[0], HELD, known_at=moment(made.sessions[1]))
    moves = stocks(LAST_DAY, {"600000": 0.1, "600001": 0.02, "600002": -0.1})
    return made.panel(held, moves, pool(LAST_DAY, {"600000": 1}))


@pytest.mark.parametrize("name", BREADTH)
def test_each_figure_is_that_of_the_basket(name: str) -> None:
    figure = BREADTH[name].figure(panel(), "931247")
    assert figure is not None
    assert figure.value == pytest.approx(FIGURES[name])
    assert figure.unit is not Unit.CNY
    assert figure.source


@pytest.mark.parametrize("name", BREADTH)
def test_it_is_known_on_no_other_session(name: str) -> None:
    values = BREADTH[name].on(panel()).values
    assert np.isfinite(values[-1]).all()
    assert np.isnan(values[:-1]).all()


def test_its_name_is_its_key_and_it_is_about_tracked_indices() -> None:
    assert {name: one.name for name, one in BREADTH.items()} == {name: name for name in BREADTH}
    assert {one.axis for one in BREADTH.values()} == {Axis.TRACKED}
    assert {*BREADTH} == {*FIGURES}
