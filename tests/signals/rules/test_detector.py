"""Detectors that are just an expression: they fire where the text says, as strongly as their numbers say."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pytest

from signals.core.detector import Topic
from signals.core.field import CLOSE
from signals.core.prices import CHANGE, TURNOVER
from signals.core.profile import FundClass
from signals.core.text import Text
from signals.growth import ShareGrowth
from signals.rules import RuleError
from signals.rules.detector import ExpressionDetector
from signals.size import AumChange
from signals.turnover import HighTurnover
from tests.builders import market, seen
from tests.signals.worlds import random_market


@dataclass(frozen=True, kw_only=True)
class Busy(ExpressionDetector):
    """A fund that rises, or changes hands."""

    name = "busy"
    topic = Topic.PRICE
    needs = frozenset({CLOSE})
    title = Text("活跃", "Busy")
    sentence = Text("涨{ $change }", "up { $change }")
    about = Text("测试", "test")
    condition = "change >= {min_change:.8%} or turnover >= {min_turnover:.8%} and not new_low(close, 2)"
    shows = MappingProxyType({"change": CHANGE, "turnover": TURNOVER})
    classes = frozenset({FundClass.EQUITY})

    min_change: float = 0.05
    min_turnover: float = 0.3


WORLD = market(3).fund("510300", close=[1.0, 1.0, 1.1], volume=1e6, shares=1e8)


def test_it_fires_where_its_condition_holds() -> None:
    signal = seen(Busy(), WORLD.panel())["510300"]
    assert signal.evidence["change"].value == pytest.approx(0.1)
    assert signal.evidence["turnover"].value == pytest.approx(0.01)
    assert signal.strength == pytest.approx(0.1 / 0.15)


def test_its_settings_are_its_thresholds() -> None:
    assert seen(Busy(min_change=0.11), WORLD.panel()) == {}
    assert seen(Busy(min_change=0.1), WORLD.panel()) != {}
    assert seen(Busy(min_change=0.11, min_turnover=0.01), WORLD.panel())["510300"].strength == pytest.approx(0.5)


def test_it_judges_its_own_classes_alone() -> None:
    bond = market(3).fund("510300", close=[1.0, 1.0, 1.1], words={"fund_class": "bond"})
    assert seen(Busy(), bond.panel()) == {}
    assert not Busy().find(bond.panel()).known.any()


def test_a_condition_that_is_none_says_so() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Wrong(Busy):
        """A detector with a misspelt figure."""

        condition = "chnge > 1%"

    with pytest.raises(RuleError, match="chnge"):
        Wrong().find(WORLD.panel())


@pytest.mark.parametrize("seed", range(3))
def test_the_built_in_ones_are_their_formulas(seed: int) -> None:
    """Growth, AUM change and turnover, spelt out again over the quantities' own matrices."""
    panel = random_market(seed).panel
    turnover = TURNOVER.on(panel).values
    np.testing.assert_array_equal(HighTurnover(min_turnover=0.4).find(panel).fires, turnover >= 0.4)
    growth = ShareGrowth.shows["growth"].on(panel)
    late = np.zeros(turnover.shape, dtype=np.bool_) if growth.late is None else growth.late
    np.testing.assert_array_equal(ShareGrowth(min_growth=0.05).find(panel).fires, (growth.values >= 0.05) & ~late)
    aum, change = (AumChange.shows[name].on(panel) for name in ("aum", "change"))
    moved = np.abs(change.values)
    far = (moved >= 5e7) & (moved / (aum.values - change.values) >= 0.02)
    found = AumChange(min_change_cny=5e7, min_change=0.02).find(panel)
    np.testing.assert_array_equal(found.fires, far & ~(aum.late if aum.late is not None else False))
    assert (np.asarray(found.strength)[found.fires] >= 0.5).all()
