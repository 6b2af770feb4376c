"""Intervals: whole days are drawn again, so that funds which move together count as one day."""

import numpy as np
import pytest

from signals.core.matrix import Floats
from signals.study.interval import day_weights, intervals
from signals.study.tally import Tally


def made(fired: Floats, base: Floats) -> Tally:
    """A tally of one group and horizon from (count, up, net) of each day."""
    wide = np.concatenate([fired, np.zeros((len(fired), 1))], axis=1)
    return Tally(fired=wide[:, None, None, :], base=base[:, None, :], mean=np.zeros((len(fired), 1)))


def market_of(days: int, funds: int, *, same: bool, seed: int = 0) -> Tally:
    """Days on which half of the funds fire; they rise and fall each for itself, or all the `same`."""
    luck = np.random.default_rng(seed)
    drawn = luck.normal(0.001, 0.01, (days, 1 if same else funds)) * np.ones((days, funds))
    half = drawn[:, : funds // 2]
    mine = np.stack([np.full(days, funds // 2), (half > 0).sum(axis=1), half.sum(axis=1)], axis=1)
    all_ = np.stack([np.full(days, funds), (drawn > 0).sum(axis=1), drawn.sum(axis=1)], axis=1)
    only = np.arange(days) % 3 == 0
    return made(np.where(only[:, None], mine, 0.0), all_)


def test_weights_are_whole_draws_of_all_days() -> None:
    weights = day_weights(50, 200, 1)
    assert weights.shape == (200, 50)
    assert (weights.sum(axis=1) == 50).all()
    assert weights.mean() == 1
    assert weights.var() == pytest.approx(1 - 1 / 50, rel=0.05), "multinomial"


def test_the_same_seed_draws_the_same() -> None:
    assert (day_weights(40, 30, 7) == day_weights(40, 30, 7)).all()
    assert (day_weights(40, 30, 7) != day_weights(40, 30, 8)).any()


def test_many_draws_are_made_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signals.study.interval._DRAWS_AT_ONCE", 90)
    assert (day_weights(40, 7, 3).sum(axis=1) == 40).all()


def test_the_interval_is_that_of_drawing_days_one_by_one() -> None:
    tallied, luck = market_of(300, 10, same=False), np.random.default_rng(5)
    fired, base = tallied.fired[:, 0, 0], tallied.base[:, 0]
    differences = []
    for _ in range(2000):
        days = luck.integers(0, 300, 300)
        mine, usual = fired[days].sum(axis=0), base[days].sum(axis=0)
        differences.append((mine[1] / mine[0] - usual[1] / usual[0], mine[2] / mine[0] - usual[2] / usual[0]))
    low, high = np.percentile(differences, [2.5, 97.5], axis=0)
    found = intervals(tallied, 2000, 0)
    assert found.up[0, 0] == pytest.approx([low[0], high[0]], abs=0.006)
    assert found.net[0, 0] == pytest.approx([low[1], high[1]], abs=1.5e-4)


def test_funds_that_move_together_make_it_wider() -> None:
    alone, together = (intervals(market_of(300, 40, same=same), 1000, 0).up[0, 0] for same in (False, True))
    assert together[1] - together[0] > 3 * (alone[1] - alone[0])


@pytest.mark.parametrize("seed", range(5))
def test_it_holds_zero_where_there_is_no_difference(seed: int) -> None:
    low, high = intervals(market_of(400, 30, same=True, seed=seed), 1000, 0).net[0, 0]
    assert low < 0 < high


def test_it_excludes_zero_where_there_is_one() -> None:
    days = np.ones((200, 3))
    found = intervals(made(days * (1, 1, 0.02), days * (10, 5, 0.0)), 500, 0)
    assert found.up[0, 0].tolist() == pytest.approx([0.5, 0.5])
    assert found.net[0, 0].tolist() == pytest.approx([0.02, 0.02])


def test_days_without_any_return_are_not_drawn() -> None:
    padded = np.concatenate([market_of(300, 10, same=True).fired, np.zeros((500, 1, 1, 4))])
    base = np.concatenate([market_of(300, 10, same=True).base, np.zeros((500, 1, 3))])
    wide = intervals(Tally(fired=padded, base=base, mean=np.zeros((800, 1))), 400, 0)
    np.testing.assert_array_equal(wide.up, intervals(market_of(300, 10, same=True), 400, 0).up)


def test_there_are_no_bounds_without_firings_or_days() -> None:
    nothing = made(np.zeros((20, 3)), np.ones((20, 3)))
    assert np.isnan(intervals(nothing, 100, 0).up).all()
    assert np.isnan(intervals(made(np.zeros((0, 3)), np.zeros((0, 3))), 100, 0).net).all()
