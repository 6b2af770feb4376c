"""The demo market as its publishers would tell it: one table after the other, each at its time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time

import numpy as np
import pandas as pd

from bot.sources.demo.anchors import Anchors, bundled_anchors
from bot.sources.demo.bars import Bars, bars
from bot.sources.demo.baskets import Floor, Holdings, bundled_holdings, months
from bot.sources.demo.holdings import share_counts
from bot.sources.demo.margin import EXCHANGES, Balances, balances, fund_balances
from bot.sources.demo.minute import prices_within
from bot.sources.demo.stage import Stage
from bot.sources.demo.values import Values, values
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from signals.core.field import (
    DIVIDEND,
    FINANCING,
    FUND_FINANCING,
    INDEX_CLOSE,
    MARGIN_TOTAL,
    NAV,
    SHARES,
    SHORT,
    SPLIT,
    SPOT_PRICE,
)
from signals.core.matrix import Floats
from signals.core.profile import Profile, as_table, exchange_of
from signals.core.snapshot import DEMO_SOURCE, Dataset, Snapshot

"""The source of every demo figure, printed beside it."""

_MORNING = time(8, 0)
_POOL_OUT = time(15, 30)
_INDEX_OUT = time(15, 35)
_DAILY_OUT = time(16, 15)
_WEIGHTS_OUT = time(17, 20)
_NAV_OUT = time(18, 0)
_SHARES_OUT = time(21, 0)
_SZSE_FINAL = time(8, 50)
_MARGIN_OUT = time(8, 55)


def demo_snapshots(
    calendar: TradingCalendar, anchors: Anchors | None = None, holdings: Holdings | None = None
) -> list[Snapshot]:
    """Every table of the demo market in the order in which it became known.

    What would have been published after the last session's evening is not there. Raises
    CalendarEndedError when the calendar does not reach over the demo's sessions, and ValueError for
    anchors that contradict it or each other.
    """
    stage = Stage.of(calendar, anchors or bundled_anchors())
    worth, shares = values(stage), share_counts(stage)
    press = _Press(
        stage=stage,
        values=worth,
        shares=shares,
        bars=bars(stage, worth, shares),
        balances=balances(stage),
        borrowed=fund_balances(stage),
        floor=Floor(stage=stage, values=worth, holdings=holdings or bundled_holdings()),
    )
    return sorted(press.snapshots(), key=lambda one: (one.known_at, one.dataset, one.scope))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Press:
    """Who prints what, session by session."""

    stage: Stage
    values: Values
    shares: Floats
    bars: Bars
    balances: Balances
    borrowed: Floats
    """Financing balances of the funds."""
    floor: Floor

    def snapshots(self) -> Iterator[Snapshot]:
        for row in range(len(self.stage.sessions)):
            yield from self._profiles(row)
            yield from self._actions(row)
            yield from self._minute(row)
            yield from self._prices(row)
            yield from self._navs(row)
            yield from self._sse_shares(row)
            yield from self._szse_shares(row)
            yield from self._margin(row)
            yield from self._margin_detail(row)
            yield from self._stocks(row)

    def _profiles(self, row: int) -> Iterator[Snapshot]:
        """Once for all, and again whenever a fund is listed."""
        if row and row not in self.stage.first_rows:
            return
        table = as_table(
            Profile(
                code=fund.code,
                name=fund.name,
                exchange=exchange_of(fund.code),
                fund_class=index.fund_class,
                index_key=index.code,
                index_name=index.name,
                listed=fund.listed,
            )
            for index in self.stage.indices
            for fund in index.funds
            if self.stage.listed[row, self.stage.codes.index(fund.code)]
        )
        yield from self._told(Dataset.PROFILE, row, _MORNING, table)

    def _actions(self, row: int) -> Iterator[Snapshot]:
        day, anchors = self.stage.sessions[row], self.stage.anchors
        ratios = {one.code: one.ratio for one in anchors.splits if one.day == day}
        paid = {one.code: one.per_share for one in anchors.dividends if one.day == day}
        for dataset, column, figures in (
            (Dataset.SPLITS, SPLIT.name, ratios),
            (Dataset.DIVIDENDS, DIVIDEND.name, paid),
        ):
            if figures:
                yield from self._told(dataset, row, _MORNING, pd.DataFrame({column: figures}))

    def _minute(self, row: int) -> Iterator[Snapshot]:
        """Prices within the reference session."""
        if row == self.stage.reference:
            table = self._table(row, prices_within(self.stage, self.bars))
            priced = table[table[SPOT_PRICE.name] > 0]
            yield from self._told(Dataset.SPOT, row, self.stage.anchors.minute.at, priced)

    def _prices(self, row: int) -> Iterator[Snapshot]:
        held = [at for at, index in enumerate(self.stage.indices) if index.level is not None]
        names = [self.stage.indices[at].code for at in held]
        levels = pd.DataFrame({INDEX_CLOSE.name: self.values.levels[row, held]}, index=names)
        yield from self._told(Dataset.INDEX, row, _INDEX_OUT, levels)
        bar = {each.name: getattr(self.bars, each.name)[row] for each in fields(Bars)}
        yield from self._told(Dataset.DAILY, row, _DAILY_OUT, self._table(row, bar))

    def _navs(self, row: int) -> Iterator[Snapshot]:
        """The same table again when late NAVs come in."""
        delay = np.array([fund.nav_delay_sessions for fund in self.stage.funds])
        for later in sorted({*delay.tolist()}):
            out = np.where(delay <= later, self.values.nav[row], np.nan)
            yield from self._told(Dataset.NAV, row, _NAV_OUT, self._table(row, {NAV.name: out}), later=later)

    def _sse_shares(self, row: int) -> Iterator[Snapshot]:
        table = self._table(row, {SHARES.name: self._printed_shares(row)}, "SSE")
        yield from self._told(Dataset.SHARES, row, _SHARES_OUT, table, scope="SSE")

    def _szse_shares(self, row: int) -> Iterator[Snapshot]:
        """Provisional in the evening, final in the next morning."""
        final = self._printed_shares(row)
        evening = final.copy()
        for revision in self.stage.anchors.revisions:
            revised, column = self.stage.cell(revision)
            if revised == row:
                evening[column] += revision.off
        for counts, at, later in ((evening, _SHARES_OUT, 0), (final, _SZSE_FINAL, 1)):
            table = self._table(row, {SHARES.name: counts}, "SZSE")
            yield from self._told(Dataset.SHARES, row, at, table, scope="SZSE", later=later, provisional=not later)

    def _printed_shares(self, row: int) -> Floats:
        """The counts of a session with the holes of its table."""
        holes = [column for at, column in map(self.stage.cell, self.stage.anchors.holes) if at == row]
        counts: Floats = self.shares[row].copy()
        counts[holes] = 0.0
        return counts

    def _margin(self, row: int) -> Iterator[Snapshot]:
        financing, short = self.balances.financing[row], self.balances.short[row]
        if np.isfinite(financing).all():
            table = pd.DataFrame(
                {FINANCING.name: financing, SHORT.name: short, MARGIN_TOTAL.name: financing + short},
                index=list(EXCHANGES),
            )
            yield from self._told(Dataset.MARGIN, row, _MARGIN_OUT, table, later=1)

    def _margin_detail(self, row: int) -> Iterator[Snapshot]:
        """Each exchange's list holds the funds that can be bought on margin there."""
        for exchange in EXCHANGES:
            table = self._table(row, {FUND_FINANCING.name: self.borrowed[row]}, exchange).dropna()
            yield from self._told(Dataset.MARGIN_DETAIL, row, _MARGIN_OUT, table, scope=exchange, later=1)

    def _stocks(self, row: int) -> Iterator[Snapshot]:
        """Closes and pools of the last weeks; weights on the day on which they came out."""
        day, floor = self.stage.sessions[row], self.floor
        for index, month_end in months(floor.holdings, day):
            table, of = floor.weights(index, month_end), self.stage.row(month_end.day, "weights")
            yield from self._told(Dataset.CONSTITUENTS, of, _WEIGHTS_OUT, table, scope=index.code, later=row - of)
        if row >= floor.first_row:
            if len(pool := floor.pool(row)):
                yield from self._told(Dataset.LIMITS, row, _POOL_OUT, pool)
            yield from self._told(Dataset.STOCKS, row, _DAILY_OUT, floor.trading(row))

    def _table(self, row: int, columns: Mapping[str, Floats], scope: str = "all") -> pd.DataFrame:
        """Rows of the funds that are listed and belong to the scope."""
        listed = np.flatnonzero(self.stage.listed[row]).tolist()
        here = [at for at in listed if scope in ("all", exchange_of(self.stage.codes[at]))]
        codes = [self.stage.codes[at] for at in here]
        return pd.DataFrame({name: figures[here] for name, figures in columns.items()}, index=codes)

    def _told(
        self,
        dataset: Dataset,
        row: int,
        at: time,
        table: pd.DataFrame,
        *,
        scope: str = "all",
        later: int = 0,
        provisional: bool = False,
    ) -> Iterator[Snapshot]:
        """A table that comes out some sessions later; nothing when the demo is over by then."""
        if row + later >= len(self.stage.sessions):
            return
        known = datetime.combine(self.stage.sessions[row + later], at, MARKET_ZONE)
        yield Snapshot(
            dataset=dataset,
            source=DEMO_SOURCE,
            scope=scope,
            day=self.stage.sessions[row],
            fetched_at=known,
            known_at=known,
            provisional=provisional,
            table=table,
        )
