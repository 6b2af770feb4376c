"""One minute of the reference session, as the lists of prices would show it while the exchanges trade."""

import numpy as np

from bot.sources.demo.bars import Bars
from bot.sources.demo.stage import Stage
from signals.core.field import SPOT_AMOUNT, SPOT_IOPV, SPOT_PREV_CLOSE, SPOT_PRICE
from signals.core.matrix import Floats

_HALF_WAY = 0.5
"""By then a fund has made half of the session's move and half of its traded value, unless it is fixed otherwise."""


def prices_within(stage: Stage, bars: Bars) -> dict[str, Floats]:
    """The columns of the table, over all funds; what trades, stands where `Anchors.minute` puts it."""
    row, minute = stage.reference, stage.anchors.minute
    before = bars.prev_close[row]
    usual = _HALF_WAY * (bars.close[row] / before - 1)
    moves = np.array([minute.moves.get(code, usual[at]) for at, code in enumerate(stage.codes)])
    price = np.where(bars.volume[row] > 0, np.round(before * (1 + moves), 3), np.nan)
    premiums = np.array([minute.premiums.get(code, 0.0) for code in stage.codes])
    told = bars.iopv[row] > 0
    return {
        SPOT_PRICE.name: price,
        SPOT_PREV_CLOSE.name: before,
        SPOT_AMOUNT.name: np.round(_HALF_WAY * bars.amount[row]),
        SPOT_IOPV.name: np.where(told, np.round(price / (1 + premiums), 4), 0.0),
    }
