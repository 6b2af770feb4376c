"""Entry at the close of the session after the firing, exit a horizon later; what is not known there does not count."""

from collections.abc import Sequence

import numpy as np
import pytest

from signals.core.field import Axis
from signals.core.profile import FundClass
from signals.study.firings import Firings
from signals.study.ground import Ground, ground_of
from signals.study.tally import AHEAD, COUNT, NET, UP, Tally, returns_after, tally
from tests.builders import Market, market

CODE, OTHER = "510300", "510500"


def ground(world: Market) -> Ground:
    made = ground_of(world.panel(), Axis.FUND, FundClass.EQUITY)
    assert made is not None
    return made


def counted(world: Market, rows: Sequence[int], horizons: Sequence[int] = (1,)) -> Tally:
    made = ground(world)
    firings = Firings(np.array(rows), np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64))
    return tally(firings, 1, made, np.ones(made.paths.price.shape, dtype=np.bool_), horizons)


RISING = market(6).fund(CODE, close=[1.0, 1.0, 1.1, 1.2, 1.2, 1.08]).fund(OTHER, close=1.0)


def test_the_move_of_the_day_after_the_firing_is_nobodys_gain() -> None:
    first = counted(RISING, [1]).fired[1, 0, 0]
    assert first[[COUNT, UP]].tolist() == [1, 1]
    assert first[NET] == pytest.approx(1.2 / 1.1 - 1 - (1.2 / 1.1 - 1) / 2)
    assert first[AHEAD] == 1


def test_a_fall_is_counted_and_not_as_a_rise() -> None:
    assert counted(RISING, [3]).fired[3, 0, 0].tolist() == pytest.approx([1, 0, -0.05, 0])


@pytest.mark.parametrize(
    ("row", "horizon", "known"), [(3, 1, 1), (4, 1, 0), (5, 1, 0), (2, 2, 1), (3, 2, 0), (0, 9, 0)]
)
def test_a_firing_whose_time_is_not_over_does_not_count(row: int, horizon: int, known: int) -> None:
    assert counted(RISING, [row], [horizon]).fired[..., COUNT].sum() == known


@pytest.mark.parametrize("gone", [2, 3])
def test_a_fund_that_is_suspended_at_either_end_does_not_count(gone: int) -> None:
    closes: list[float | None] = [1.0, 1.0, 1.1, 1.2, 1.2, 1.2]
    closes[gone] = None
    world = market(6).fund(CODE, close=closes).fund(OTHER, close=1.0)
    assert counted(world, [1]).fired[..., COUNT].sum() == 0
    assert counted(RISING, [1]).fired[..., COUNT].sum() == 1


def test_a_fund_that_is_delisted_meanwhile_does_not_count() -> None:
    world = market(6).fund(CODE, close=[1.0, 1.0, 1.1, None, None, None]).fund(OTHER, close=1.0)
    assert counted(world, [1], [1, 2]).fired[..., COUNT].sum() == 0


def test_the_base_is_every_judged_day() -> None:
    base = counted(RISING, [1]).base
    assert base[:, 0, COUNT].tolist() == [2, 2, 2, 2, 0, 0]
    assert base[:, 0, UP].tolist() == [1, 1, 0, 0, 0, 0]
    assert base[:, 0, NET] == pytest.approx(0)


def test_returns_of_single_cells_agree_with_the_sums() -> None:
    made = ground(RISING)
    net = returns_after(made.paths, np.array([1, 3, 5]), np.zeros(3, dtype=np.int64), 1)
    assert net[:2].tolist() == pytest.approx([1.2 / 1.1 - 1, -0.1])
    assert np.isnan(net[2])


def test_a_broken_chain_has_no_return() -> None:
    world = market(6).fund(CODE, close=[1.0, 1.0, 1.1, None, 1.2, 1.2])
    assert np.isnan(returns_after(ground(world).paths, np.array([1]), np.array([0]), 2)).all()
    assert counted(world, [1], [2]).fired[..., COUNT].sum() == 0
