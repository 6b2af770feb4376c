"""Balances of margin trading, of the market and of single funds: fixed on some sessions, drawn before them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.sources.demo.anchors import Balance
from bot.sources.demo.stage import Stage
from signals.core.matrix import Floats

EXCHANGES = ("SSE", "SZSE")

_STEP_CNY = 1e6
"""SZSE publishes 亿元 to two decimals."""

_MOVE = 0.003

_FUND_MOVE = 0.015
"""A single fund's balance moves more than that of all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Balances:
    """Sessions × `EXCHANGES`, 元; NaN after the last session that is fixed."""

    financing: Floats
    short: Floats


def balances(stage: Stage) -> Balances:
    """Walk back from each fixed session to the one before."""
    given = {stage.row(day, "margin"): each for day, each in stage.anchors.margin.items()}
    return Balances(financing=_series(stage, given, "financing"), short=_series(stage, given, "short"))


def fund_balances(stage: Stage) -> Floats:
    """Financing balances of the funds, sessions × funds, 元; NaN where a fund is not listed or not bought on margin."""
    fixed = stage.fixed("financing")
    moves = _FUND_MOVE * stage.draws.bell(*(f"{code} financing" for code in stage.codes))
    last = np.array([np.nan if fund.financing is None else fund.financing for fund in stage.funds])
    out = np.full(fixed.shape, np.nan)
    for row in range(len(fixed) - 1, -1, -1):
        drawn = last if row == len(fixed) - 1 else np.round(out[row + 1] / (1 + moves[row + 1]))
        out[row] = np.where(np.isfinite(fixed[row]), fixed[row], drawn)
    return np.where(stage.listed, out, np.nan)


def _series(stage: Stage, given: Mapping[int, Mapping[str, Balance]], name: str) -> Floats:
    moves = _MOVE * stage.draws.bell(*(f"{exchange} {name}" for exchange in EXCHANGES))
    out = np.full(moves.shape, np.nan)
    for row in range(max(given), -1, -1):
        if row in given:
            out[row] = [getattr(given[row][exchange], name) for exchange in EXCHANGES]
        else:
            out[row] = np.round(out[row + 1] / (1 + moves[row + 1]) / _STEP_CNY) * _STEP_CNY
    return out
