"""The conditions of the detectors as one would write them in pandas, sessions down and funds across."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from signals.core.field import AMOUNT, CLOSE, IOPV, NAV, PREV_CLOSE, SHARES, VOLUME, Axis
from signals.core.panel import Panel


@dataclass(frozen=True, kw_only=True, eq=False)
class Frames:
    """The raw figures of a market as frames that are ready."""

    close: pd.DataFrame
    before: pd.DataFrame
    volume: pd.DataFrame
    amount: pd.DataFrame
    iopv: pd.DataFrame
    nav: pd.DataFrame
    shares: pd.DataFrame
    index: np.ndarray[tuple[int], np.dtype[np.str_]]
    """Index of each fund."""

    @classmethod
    def of(cls, panel: Panel) -> "Frames":
        """The frames of a panel."""
        days, codes = pd.DatetimeIndex(panel.sessions), list(panel.subjects[Axis.FUND])
        close, before, volume, amount, iopv, nav, shares = (
            pd.DataFrame(panel.values(one), index=days, columns=codes)
            for one in (CLOSE, PREV_CLOSE, VOLUME, AMOUNT, IOPV, NAV, SHARES)
        )
        return cls(
            close=close,
            before=before,
            volume=volume,
            amount=amount,
            iopv=iopv,
            nav=nav,
            shares=shares,
            index=np.array([panel.profiles[code].index_key for code in codes]),
        )

    def one_streak(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Length and sum of the rising run of the closes."""
        return streak(self.close / self.before - 1)

    def everything(self) -> list[pd.DataFrame]:
        """Where each condition holds."""
        change = (self.close / self.before - 1).where(self.volume > 0)
        nav_change = self.nav / self.nav.shift() - 1
        flow = (self.shares - self.shares.shift()) * self.nav
        return [
            *self._streaks(change, nav_change, flow),
            *self._flows(change, flow),
            *self._sizes(),
            *self._premiums(),
            *self._leaders(flow),
            *self._highs(change),
            *self._surges(flow),
            *self._groups(flow),
        ]

    def _streaks(self, change: pd.DataFrame, nav_change: pd.DataFrame, flow: pd.DataFrame) -> Iterator[pd.DataFrame]:
        for sign in (1, -1):
            lengths = [streak(sign * one)[0] for one in (change, nav_change)]
            yield (lengths[0] >= 5) | (lengths[1] >= 5)
            turns = [
                (length.shift() >= 5) & (sign * one < 0)
                for length, one in zip(lengths, (change, nav_change), strict=True)
            ]
            yield turns[0] | turns[1]
            length, total = streak(sign * flow)
            yield (length >= 3) & (total > 0)

    def _flows(self, change: pd.DataFrame, flow: pd.DataFrame) -> Iterator[pd.DataFrame]:
        yield flow.rolling(60).sum() >= 1e8
        yield flow.rolling(20).sum() >= 1e8
        logs = pd.DataFrame(np.log1p(change))
        move = pd.DataFrame(np.expm1(logs.rolling(5).sum()))
        share = flow.rolling(5).sum() / (self.shares * self.nav).shift(5)
        yield (move <= -0.03) & (share >= 0.03)
        yield (move >= 0.03) & (share <= -0.03)

    def _sizes(self) -> Iterator[pd.DataFrame]:
        aum = self.shares * self.nav
        change = aum - _before_turn(aum, "M")
        yield (change.abs() >= 1e8) & (change.abs() / (aum - change) >= 0.05)
        yield self.growth() >= 0.5
        yield self.turnover() >= 0.3

    def _premiums(self) -> Iterator[pd.DataFrame]:
        premium = self.premium()
        past = premium.rolling(60, min_periods=30)
        score = (premium - past.mean().shift()) / past.std().shift()
        own = premium.rolling(61, min_periods=31)
        place = (own.rank() - 1) / (own.count() - 1)
        for size, beyond, share in ((premium, score, place), (-premium, -score, 1 - place)):
            yield (size >= 0.03) | ((size >= 0.01) & ((beyond >= 3) | (share >= 1)))

    def _leaders(self, flow: pd.DataFrame) -> Iterator[pd.DataFrame]:
        alive = self.close.notna() | self.shares.notna()
        members = alive.T.groupby(self.index).transform("sum").T
        for one in (self.premium(), self.turnover(), flow, self.growth(), self.shares * self.nav):
            groups = one.T.groupby(self.index)
            known = groups.transform("count").T
            stated = (members >= 3) & (known >= 0.9 * members)
            first = (groups.rank(method="min", ascending=False).T == 1) & stated
            yield first
            # Who was not first the session before: of what a change of leader asks, the cheapest part.
            yield first & ~first.shift(fill_value=False)

    def _highs(self, change: pd.DataFrame) -> Iterator[pd.DataFrame]:
        price = np.log1p(change).cumsum()
        for level in map(pd.DataFrame, (price, np.log(self.shares), np.log(self.shares * self.nav))):
            yield level > level.rolling(250, min_periods=200).max().shift() + 1e-9

    def _surges(self, flow: pd.DataFrame) -> Iterator[pd.DataFrame]:
        amount = self.amount.where(self.volume > 0)
        times = [amount / amount.rolling(days, min_periods=15).mean().shift() for days in (20, 60)]
        yield (times[0] >= 4) & (times[1] >= 4) & (amount >= 2e8)
        share = flow / (self.shares * self.nav).shift()
        own = share.rolling(250, min_periods=61)
        place = (own.rank() - 1) / (own.count() - 1)
        yield (share >= 0.05) & (flow >= 5e7) & (place >= 0.98)
        yield (share <= -0.05) & (flow <= -5e7) & (place <= 0.02)

    def _groups(self, flow: pd.DataFrame) -> Iterator[pd.DataFrame]:
        alive = self.close.notna() | self.shares.notna()
        for keys in (self.index, np.zeros(len(self.index))):
            total, known, living = (one.T.groupby(keys).sum().T for one in (flow, flow.notna(), alive))
            stated = total.where(known >= 0.9 * living)
            for sign in (1, -1):
                length, summed = streak(sign * stated)
                yield (length >= 3) & (summed >= 1e8)

    def premium(self) -> pd.DataFrame:
        """Close over IOPV."""
        return self.close.where(self.volume > 0) / self.iopv - 1

    def turnover(self) -> pd.DataFrame:
        """Volume over the newest share count."""
        return self.volume / self.shares.ffill(limit=5)

    def growth(self) -> pd.DataFrame:
        """Growth of the share count since the turn of the year."""
        return self.shares / _before_turn(self.shares, "Y") - 1


def streak(moves: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Length and sum of the rising run after each session; unknown sessions are passed over."""
    rises = moves > 0
    ends = moves.notna() & ~rises
    count, total = rises.cumsum(), moves.where(rises, 0.0).cumsum()
    return tuple(one - one.where(ends).ffill().fillna(0) for one in (count, total))  # type: ignore[return-value]


def _before_turn(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    """The last row of the period before each row's."""
    periods = pd.DatetimeIndex(frame.index).to_period(period)
    last = frame.groupby(periods).tail(1)
    last.index = pd.DatetimeIndex(last.index).to_period(period) + 1
    return last.reindex(periods).set_axis(frame.index)
