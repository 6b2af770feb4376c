"""What the funds are worth: moves of the indices, and the NAVs that follow them."""

from dataclasses import dataclass

import numpy as np

from bot.sources.demo.stage import Stage
from signals.core.matrix import Floats
from signals.core.series import previous

_TRACKING_ERROR = 0.02
"""What a fund's NAV strays from its index in a session, as a part of the index' own move."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Values:
    """The worth of everything on every session."""

    moves: Floats
    """Sessions × indices, fractions."""
    levels: Floats
    """Sessions × indices, points, to 0.01; NaN where no table holds the index."""
    nav: Floats
    """Sessions × funds, 元, to 0.0001, on the scale of the share count."""
    traded: Floats
    """The NAV on the scale on which the session was traded: a split's prices follow its shares."""


def values(stage: Stage) -> Values:
    """Walk back (and a step on) from the reference day along the moves of each index."""
    fixed = stage.fixed("nav")
    moves = _index_moves(stage, fixed)
    names = [f"{code} nav" for code in stage.codes]
    own = np.array([index.own for index in stage.indices])[stage.index_of]
    tracked = moves[:, stage.index_of] + _TRACKING_ERROR * own * stage.draws.bell(*names)
    nav = _walked(
        np.array([fund.nav for fund in stage.funds]),
        stage.reference,
        tracked,
        fixed=fixed,
        splits=stage.splits,
        dividends=stage.dividends,
    )
    nav = np.round(nav, 4)
    levels = np.array([np.nan if index.level is None else index.level for index in stage.indices])
    return Values(
        moves=moves,
        levels=np.round(_walked(levels, stage.reference, moves), 2),
        nav=nav,
        traded=nav * stage.splits,
    )


def _index_moves(stage: Stage, fixed_nav: Floats) -> Floats:
    """Market and own part; fixed moves; and where a fund's NAVs are fixed, its index moves as they do."""
    anchors = stage.anchors
    market = anchors.market_move * stage.draws.bell("market")
    for day, move in anchors.market_moves.items():
        market[stage.row(day, "a move of the market")] = move
    beta, own, drift = (
        np.array([getattr(index, part) for index in stage.indices]) for part in ("beta", "own", "drift")
    )
    moves = drift + beta * market + own * stage.draws.bell(*(f"{index.key} move" for index in stage.indices))
    for at, index in enumerate(stage.indices):
        for day, move in anchors.index_moves.get(index.code, {}).items():
            moves[stage.row(day, f"a move of {index.code}"), at] = move
    leads = fixed_nav / previous(fixed_nav) - 1
    for row, column in np.argwhere(np.isfinite(leads)):
        moves[row, stage.index_of[column]] = leads[row, column]
    return moves


def _walked(
    start: Floats,
    at: int,
    moves: Floats,
    *,
    fixed: Floats | None = None,
    splits: Floats | float = 1.0,
    dividends: Floats | float = 0.0,
) -> Floats:
    """Levels that stand at `start` on row `at` and take the moves; a fixed one overrides and is walked on from."""
    shape = (len(moves), len(start))
    given = np.full(shape, np.nan) if fixed is None else fixed
    ratio, cash = np.broadcast_to(splits, shape), np.broadcast_to(dividends, shape)
    out = np.empty(shape)
    out[at] = np.where(np.isfinite(given[at]), given[at], start)
    for row in range(at, 0, -1):
        before = (out[row] * ratio[row] + cash[row]) / (1 + moves[row])
        out[row - 1] = np.where(np.isfinite(given[row - 1]), given[row - 1], before)
    for row in range(at + 1, len(moves)):
        after = (out[row - 1] * (1 + moves[row]) - cash[row]) / ratio[row]
        out[row] = np.where(np.isfinite(given[row]), given[row], after)
    return out
