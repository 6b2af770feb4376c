"""How the funds traded: prices around their worth, volume by their size and the day's move."""

from dataclasses import dataclass

import numpy as np

from bot.sources.demo.stage import Stage
from bot.sources.demo.values import Values
from signals.core.matrix import Bools, Floats
from signals.core.series import previous

TICK = 0.001
"""Prices move in steps of this, 元."""

BOARD_LOT = 100
"""Shares are traded in multiples of this."""

_SWING = 0.05
"""Typical daily change of a premium, as a part of the index' own move."""

_PERSISTENCE = 0.6
"""How much of a premium is still there on the next session."""

_IOPV_ERROR = 0.00004


@dataclass(frozen=True, kw_only=True, eq=False)
class Bars:
    """The trading of every session, sessions × funds; NaN where a fund is not listed."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    prev_close: Floats
    volume: Floats
    """份."""
    amount: Floats
    """元."""
    iopv: Floats
    """At the close, 元, to 0.0001; 0 where the fund has none."""


def bars(stage: Stage, values: Values, shares: Floats) -> Bars:
    """Trade every session; fixed figures stand as they are."""
    suspended = _suspended(stage)
    reference = _reference(stage, values)
    close = _closes(stage, reference, suspended)
    prev_close = _previous_closes(stage, close, reference, values)
    moved = np.abs(close / prev_close - 1)
    volume = np.where(suspended, 0.0, _volumes(stage, moved, shares / stage.splits))
    start, high, low = _ranges(stage, close, prev_close, moved)
    typical = (start + high + low + close) / 4
    amount = _or(stage.fixed("amount"), np.round(volume * typical))
    vwap = np.where(volume > 0, amount / np.where(volume > 0, volume, 1.0), close)
    hidden = np.where(stage.listed, 1.0, np.nan)
    untraded = np.where(suspended, np.nan, hidden)
    return Bars(
        open=start * untraded,
        high=np.maximum(high, _tick(np.ceil(vwap / TICK))) * untraded,
        low=np.minimum(low, _tick(np.floor(vwap / TICK))) * untraded,
        close=close * hidden,
        prev_close=prev_close * hidden,
        volume=volume * hidden,
        amount=amount * hidden,
        iopv=_iopvs(stage, reference) * hidden,
    )


def _or(fixed: Floats, drawn: Floats) -> Floats:
    return np.where(np.isfinite(fixed), fixed, drawn)


def _tick(steps: Floats) -> Floats:
    """Prices of so many ticks; divided, because a thousandth has no exact binary."""
    return steps / 1000


def _suspended(stage: Stage) -> Bools:
    laid = np.zeros(stage.listed.shape, dtype=np.bool_)
    for event in stage.anchors.suspensions:
        laid[stage.cell(event)] = True
    return laid


def _reference(stage: Stage, values: Values) -> Floats:
    """What the market can know of a share's worth: abroad it is still night."""
    late = np.array([fund.nav_delay_sessions > 0 for fund in stage.funds])
    known = previous(values.traded)
    known[0] = values.traded[0]
    return np.where(late, known, values.traded)


def _closes(stage: Stage, reference: Floats, suspended: Bools) -> Floats:
    usual = np.array([fund.premium for fund in stage.funds])
    own = np.array([index.own for index in stage.indices])[stage.index_of]
    swing = [own[at] * _SWING if fund.swing is None else fund.swing for at, fund in enumerate(stage.funds)]
    shocks = np.array(swing) * stage.draws.bell(*(f"{code} premium" for code in stage.codes))
    fixed = stage.fixed("close")
    close, away = np.empty(reference.shape), np.zeros(reference.shape[1])
    for row, worth in enumerate(reference):
        away = _PERSISTENCE * away + shocks[row]
        close[row] = _or(fixed[row], np.round(worth * (1 + usual + away), 3))
        if row:
            close[row] = np.where(suspended[row], close[row - 1], close[row])
    return close


def _previous_closes(stage: Stage, close: Floats, reference: Floats, values: Values) -> Floats:
    """The exchange's own: after a split on the next session, less a dividend on its day."""
    before = previous(close) / previous(stage.splits, fill=1.0) - stage.dividends
    # A fund's first session has no close before it: it starts from its worth of the evening before.
    opening = reference / (1 + values.moves[:, stage.index_of])
    first = np.arange(len(close))[:, None] == stage.first_rows
    starts: Floats = np.where(first, opening, before)
    return np.round(starts, 3)


def _volumes(stage: Stage, moved: Floats, shares: Floats) -> Floats:
    usual = np.array([fund.turnover for fund in stage.funds])
    luck = stage.draws.even(*(f"{code} volume" for code in stage.codes))
    traded = usual * (0.5 + luck) * (1 + 12 * moved) * shares
    return _or(stage.fixed("volume"), np.round(traded / BOARD_LOT) * BOARD_LOT)


def _ranges(stage: Stage, close: Floats, prev_close: Floats, moved: Floats) -> tuple[Floats, Floats, Floats]:
    """Open, high and low."""
    gap, above, below = (
        stage.draws.even(*(f"{code} {part}" for code in stage.codes)) for part in ("open", "high", "low")
    )
    own = np.array([index.own for index in stage.indices])[stage.index_of]
    reach = 0.5 * own + 0.3 * moved
    start = np.round(prev_close + (close - prev_close) * gap, 3)
    high = np.round(np.maximum(start, close) * (1 + above * reach), 3)
    low = np.round(np.minimum(start, close) * (1 - below * reach), 3)
    return start, high, low


def _iopvs(stage: Stage, reference: Floats) -> Floats:
    told = np.array([fund.iopv_told for fund in stage.funds])
    own = np.array([index.own for index in stage.indices])[stage.index_of]
    error = np.minimum(_IOPV_ERROR, own) * stage.draws.bell(*(f"{code} iopv" for code in stage.codes))
    return np.where(told, _or(stage.fixed("iopv"), np.round(reference * (1 + error), 4)), 0.0)
