"""Balances of margin trading: fixed on some sessions, drawn before them."""

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


@dataclass(frozen=True, kw_only=True, eq=False)
class Balances:
    """Sessions × `EXCHANGES`, 元; NaN after the last session that is fixed."""

    financing: Floats
    short: Floats


def balances(stage: Stage) -> Balances:
    """Walk back from each fixed session to the one before."""
    given = {stage.row(day, "margin"): each for day, each in stage.anchors.margin.items()}
    return Balances(financing=_series(stage, given, "financing"), short=_series(stage, given, "short"))


def _series(stage: Stage, given: Mapping[int, Mapping[str, Balance]], name: str) -> Floats:
    moves = _MOVE * stage.draws.bell(*(f"{exchange} {name}" for exchange in EXCHANGES))
    out = np.full(moves.shape, np.nan)
    for row in range(max(given), -1, -1):
        if row in given:
            out[row] = [getattr(given[row][exchange], name) for exchange in EXCHANGES]
        else:
            out[row] = np.round(out[row + 1] / (1 + moves[row + 1]) / _STEP_CNY) * _STEP_CNY
    return out
