"""Every exported quantity, cell by cell, against formulas of the domain rules written in pandas for this test.

The reference knows what really happened in a made-up market; the quantities have to find it out.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from signals.core.corporate import find_actions
from signals.core.field import AMOUNT, CLOSE, FUND_FINANCING, IOPV, NAV, PREV_CLOSE, SHARES, VOLUME, Axis, Field
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
        fields = (CLOSE, PREV_CLOSE, VOLUME, AMOUNT, IOPV, NAV, SHARES, FUND_FINANCING)
        raw = {one: self.frame(panel.values(one)) for one in fields}
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

    def amount_ratio(self, sessions: int, least: int) -> pd.DataFrame:
        amount = self.raw[AMOUNT].where(self.traded)
        return amount / amount.shift().rolling(sessions, min_periods=least).mean()

    def zscore(self, frame: pd.DataFrame, sessions: int, least: int) -> pd.DataFrame:
        past = frame.shift().rolling(sessions, min_periods=least)
        return (frame - past.mean()) / past.std()

    def percentile(self, frame: pd.DataFrame, sessions: int, least: int) -> pd.DataFrame:
        found = frame * np.nan
        for row in range(len(frame)):
            past, now = frame.iloc[max(0, row - sessions) : row], frame.iloc[row]
            below = (past < now).sum() + (past == now).sum() / 2
            found.iloc[row] = (below / past.notna().sum()).where(now.notna() & (past.notna().sum() >= least))
        return found

    def from_high(self, level: pd.DataFrame) -> pd.DataFrame:
        return level / level.shift().rolling(250, min_periods=167).max() - 1

    def price(self) -> pd.DataFrame:
        """A price that starts at 1 and takes every move."""
        moves, first = self.change(), self.traded & (self.traded.cumsum() == 1)
        return (1 + moves.mask(first & moves.isna(), 0.0)).cumprod()

    def borrowed(self) -> pd.DataFrame:
        return self.raw[FUND_FINANCING].diff()

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
    "price_from_high_250": lambda it: it.from_high(it.price()),
    "amount_ratio_20": lambda it: it.amount_ratio(20, 13),
    "amount_ratio_60": lambda it: it.amount_ratio(60, 40),
    "premium_zscore_60": lambda it: it.zscore(it.premium_iopv(), 60, 40),
    "premium_percentile_60": lambda it: it.percentile(it.premium_iopv(), 60, 40),
    "flow_share": lambda it: it.flow() / it.aum().shift(),
    "flow_share_percentile_250": lambda it: it.percentile(it.flow() / it.aum().shift(), 250, 167),
    "shares_from_high_250": lambda it: it.from_high(it.shares / it.fine),
    "aum_from_high_250": lambda it: it.from_high(it.aum()),
    "fund_financing": lambda it: it.raw[FUND_FINANCING],
    "fund_financing_change": lambda it: it.borrowed(),
    "fund_financing_streak": lambda it: it.streak(it.borrowed(), 1),
}

YEAR = 280
"""Sessions of a market in which what looks back over a year is known."""


@cache
def told(seed: int, same_day: bool, sessions: int = 70) -> Reference:
    return Reference(random_market(seed, same_day=same_day, sessions=sessions))


def test_the_reference_knows_every_exported_quantity() -> None:
    ranked = {one.name for one in (*RANKS.values(), *RANK_SIZES.values())}
    assert set(FORMULAS) == set(FUND_QUANTITIES) - ranked


@pytest.mark.parametrize(("seed", "same_day"), WORLDS)
def test_every_split_is_found_and_no_other(seed: int, same_day: bool) -> None:
    made = told(seed, same_day).made
    assert (made.split != 1).sum() > 2
    np.testing.assert_array_equal(made.panel.derive(find_actions).share_ratio.dense, made.split)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize(("seed", "same_day"), WORLDS)
def test_a_quantity_is_that_of_the_reference(name: str, seed: int, same_day: bool) -> None:
    agrees(name, told(seed, same_day))


@pytest.mark.parametrize("name", [name for name in FORMULAS if name.endswith("_250")])
@pytest.mark.parametrize("same_day", [False, True])
def test_what_looks_back_over_a_year_is_that_of_the_reference(name: str, same_day: bool) -> None:
    reference = told(4, same_day, YEAR)
    assert np.isfinite(FUND_QUANTITIES[name].on(reference.made.panel).values).any()
    agrees(name, reference)


def agrees(name: str, reference: Reference) -> None:
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
