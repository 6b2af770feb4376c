"""Every exported quantity, cell by cell, against formulas of the domain rules written in pandas for this test.

The reference knows what really happened in a made-up market; the quantities have to find it out.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from signals.core.corporate import find_actions
from signals.core.field import AMOUNT, CLOSE, IOPV, NAV, PREV_CLOSE, SHARES, VOLUME, Axis, Field
from signals.core.peers import RANK_SIZES, RANKED, RANKS
from signals.core.vocabulary import FUND_QUANTITIES
from tests.signals.worlds import RandomMarket, random_market

WORLDS = [(seed, same_day) for seed in range(4) for same_day in (False, True)]


class Reference:
    """The domain rules of 2.1 to 2.8 over data frames, sessions down and funds across."""

    def __init__(self, made: RandomMarket) -> None:
        self.made = made
        panel = made.panel
        self.days = pd.DatetimeIndex(panel.sessions)
        self.codes = list(panel.subjects[Axis.FUND])
        self.split = self.frame(made.split)
        self.fine = self.split.cumprod()
        self.price_scale = self.frame(made.price_scale)
        raw = {one: self.frame(panel.values(one)) for one in (CLOSE, PREV_CLOSE, VOLUME, AMOUNT, IOPV, NAV, SHARES)}
        self.raw: dict[Field, pd.DataFrame] = raw
        self.traded = raw[CLOSE].notna() & (raw[VOLUME] > 0)
        self.shares = raw[SHARES].where(raw[SHARES] > 0)
        # Everything that is compared over time is brought to the scale of the first session.
        first_scale = (raw[NAV] * self.fine).ffill(limit=5)
        iopv = raw[IOPV].where(raw[IOPV] > 0) * self.price_scale
        self.worth = first_scale.where(first_scale.notna(), iopv) / self.fine

    def frame(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, index=self.days, columns=self.codes)

    def change(self) -> pd.DataFrame:
        return (self.raw[CLOSE] / self.raw[PREV_CLOSE] - 1).where(self.traded)

    def turnover(self) -> pd.DataFrame:
        counted = (self.shares / self.fine).ffill(limit=5) * self.price_scale
        return (self.raw[VOLUME] / counted).where(self.traded)

    def premium_iopv(self) -> pd.DataFrame:
        return self.raw[CLOSE] / self.raw[IOPV].where(self.raw[IOPV] > 0) - 1

    def premium_nav(self) -> pd.DataFrame:
        return self.raw[CLOSE] / (self.raw[NAV] * self.fine / self.price_scale) - 1

    def flow(self) -> pd.DataFrame:
        return (self.shares - self.split * self.shares.shift()) * self.worth

    def flow_over(self, sessions: int) -> pd.DataFrame:
        return self.flow().rolling(sessions, min_periods=sessions).sum()

    def aum(self) -> pd.DataFrame:
        return self.shares * self.worth

    def aum_change_month(self) -> pd.DataFrame:
        return self.aum() - self.turn_of(self.aum(), "M")

    def share_growth_ytd(self) -> pd.DataFrame:
        unsplit = self.shares / self.fine
        return unsplit / self.turn_of(unsplit, "Y") - 1

    def turn_of(self, frame: pd.DataFrame, period: str) -> pd.DataFrame:
        """The row of the last session of the period before each session's."""
        periods = self.days.to_period(period)
        last = {one: frame[periods == one].iloc[-1] for one in periods.unique()}
        nothing = pd.Series(np.nan, index=self.codes)
        return pd.DataFrame([last.get(one - 1, nothing) for one in periods], index=self.days, columns=self.codes)

    def streak(self, moves: pd.DataFrame, sign: int) -> pd.DataFrame:
        """Length of the run of one sign over the known moves; a hole of more than five ends it."""
        return moves.apply(lambda column: self.runs(column, sign)[0])

    def streak_sum(self, moves: pd.DataFrame) -> pd.DataFrame:
        sums = moves.apply(lambda column: self.runs(column, 1)[1])
        return sums.where(self.streak(moves, 1) > 0)

    @staticmethod
    def runs(column: pd.Series, sign: int) -> tuple[pd.Series, pd.Series]:
        known = column.dropna()
        position = pd.Series(range(len(column)), index=column.index)[known.index]
        ends = (np.sign(known) != sign) | (position.diff() > 6)
        run = ends.cumsum()
        counts = (np.sign(known) == sign).groupby(run).cumsum()
        sums = known.where(np.sign(known) == sign, 0).groupby(run).cumsum()
        return counts.reindex(column.index), sums.reindex(column.index)

    def rank(self, values: pd.DataFrame, by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        seen = (self.raw[CLOSE].notna() | self.raw[SHARES].notna()).replace(False, np.nan)
        member = seen.ffill(limit=20).notna()
        if by == "share_growth":
            base, older = self.turn_of(self.shares, "Y"), self.turn_of(seen.ffill(), "Y")
            member &= older.notna() | base.isna().all(axis=1).to_numpy()[:, None]
        rank, size = values * np.nan, values * np.nan
        for columns in self.made.groups.values():
            names = [self.codes[at] for at in columns]
            mine = values[names].where(member[names])
            counted, total = mine.notna().sum(axis=1), member[names].sum(axis=1)
            stated = (total >= 3) & (10 * counted >= 9 * total)
            rank[names] = mine[stated].rank(axis=1, ascending=False, method="min").reindex(self.days)
            size[names] = mine[stated].notna().replace(False, np.nan).mul(counted, axis=0).reindex(self.days)
        return rank, size


FORMULAS: dict[str, Callable[[Reference], pd.DataFrame]] = {
    "close": lambda it: it.raw[CLOSE],
    "change": lambda it: it.change(),
    "up_streak": lambda it: it.streak(it.change(), 1),
    "down_streak": lambda it: it.streak(it.change(), -1),
    "amount": lambda it: it.raw[AMOUNT],
    "turnover": lambda it: it.turnover(),
    "premium_iopv": lambda it: it.premium_iopv(),
    "premium_nav": lambda it: it.premium_nav(),
    "shares": lambda it: it.shares,
    "flow": lambda it: it.flow(),
    "inflow_streak": lambda it: it.streak(it.flow(), 1),
    "inflow_streak_sum": lambda it: it.streak_sum(it.flow()),
    "flow_5": lambda it: it.flow_over(5),
    "flow_20": lambda it: it.flow_over(20),
    "flow_60": lambda it: it.flow_over(60),
    "aum": lambda it: it.aum(),
    "aum_change_month": lambda it: it.aum_change_month(),
    "share_growth_ytd": lambda it: it.share_growth_ytd(),
}


@cache
def told(seed: int, same_day: bool) -> Reference:
    return Reference(random_market(seed, same_day=same_day))


def test_the_reference_knows_every_exported_quantity() -> None:
    ranked = {one.name for one in (*RANKS.values(), *RANK_SIZES.values())}
    assert set(FORMULAS) == set(FUND_QUANTITIES) - ranked


@pytest.mark.parametrize(("seed", "same_day"), WORLDS)
def test_every_split_is_found_and_no_other(seed: int, same_day: bool) -> None:
    made = told(seed, same_day).made
    assert (made.split != 1).sum() > 2
    np.testing.assert_array_equal(made.panel.derive(find_actions).share_ratio, made.split)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize(("seed", "same_day"), WORLDS)
def test_a_quantity_is_that_of_the_reference(name: str, seed: int, same_day: bool) -> None:
    reference = told(seed, same_day)
    made, expected = reference.made, FORMULAS[name](reference).to_numpy(dtype=np.float64)
    got = FUND_QUANTITIES[name].on(made.panel).values
    compared = np.ones(got.shape, dtype=np.bool_) if name != "turnover" else made.split == 1
    np.testing.assert_allclose(got[compared], expected[compared], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("by", RANKED)
@pytest.mark.parametrize(("seed", "same_day"), WORLDS)
def test_a_rank_is_that_of_the_reference(by: str, seed: int, same_day: bool) -> None:
    reference = told(seed, same_day)
    made = reference.made
    rank, size = reference.rank(FORMULAS[RANKED[by].name](reference), by)
    # On the session of a split the group is not to be ranked by what only the next session explains.
    calm = np.ones(made.split.shape, dtype=np.bool_)
    for columns in made.groups.values():
        calm[np.ix_((made.split[:, columns] != 1).any(axis=1), columns)] = False
    assert np.isfinite(RANKS[by].on(made.panel).values).any()
    np.testing.assert_array_equal(RANKS[by].on(made.panel).values[calm], rank.to_numpy(dtype=np.float64)[calm])
    np.testing.assert_array_equal(RANK_SIZES[by].on(made.panel).values[calm], size.to_numpy(dtype=np.float64)[calm])
