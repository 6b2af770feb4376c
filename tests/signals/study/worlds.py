"""A detector that fires where a test says, and slow, plain ways to work a study out."""

from dataclasses import dataclass

import numpy as np

from signals.core.detector import Detector, Findings, Topic
from signals.core.field import NAV
from signals.core.matrix import Bools, Floats
from signals.core.panel import Panel
from signals.core.text import Text
from signals.study.ground import Ground


@dataclass(frozen=True, kw_only=True)
class HighNav(Detector):
    """Fires where the NAV is at least a threshold, on a higher rung at each multiple; NAVs tell it where."""

    name = "high_nav"
    topic = Topic.PRICE
    needs = frozenset({NAV})
    title = Text("净值高", "High NAV")
    sentence = Text("高", "high")
    about = Text("高", "high")

    least: float = 1.0

    def find(self, panel: Panel) -> Findings:
        nav = panel.values(NAV)
        return Findings(
            fires=nav >= self.least,
            known=np.isfinite(nav),
            strength=np.ones(nav.shape),
            evidence={},
            rung=np.nan_to_num(nav // self.least).astype(np.int64),
        )


def after(ground: Ground, row: int, column: int, horizon: int) -> float:
    """What a firing of a row brought, by its definition; NaN = not known."""
    price, chain = ground.paths.price, ground.paths.chain
    first, last = row + 1, row + 1 + horizon
    if last >= len(price) or chain[first, column] != chain[last, column]:
        return float("nan")
    return float(price[last, column] / price[first, column] - 1)


def plain_tally(
    ground: Ground, judged: Bools, firings: list[tuple[int, int, int]], groups: int, horizons: tuple[int, ...]
) -> tuple[Floats, Floats, Floats]:
    """The sums of a tally in whole matrices, event by event."""
    sessions, subjects = ground.paths.price.shape
    fired, base = np.zeros((sessions, groups, len(horizons), 4)), np.zeros((sessions, len(horizons), 3))
    mean = np.full((sessions, len(horizons)), np.nan)
    for at, horizon in enumerate(horizons):
        returns = np.array(
            [[after(ground, row, column, horizon) for column in range(subjects)] for row in range(sessions)]
        ).reshape(sessions, subjects)
        good = np.isfinite(returns)
        some = good.any(axis=1)
        mean[some, at] = [row[known].mean() for row, known in zip(returns[some], good[some], strict=True)]
        if not ground.netted:
            mean[some, at] = 0.0
        net = returns - mean[:, at, None]
        told = good & judged
        base[:, at, 0], base[:, at, 1] = told.sum(axis=1), (told & (returns > 0)).sum(axis=1)
        base[:, at, 2] = np.where(told, net, 0.0).sum(axis=1)
        for row, column, group in firings:
            if good[row, column]:
                fired[row, group, at] += (1.0, returns[row, column] > 0, net[row, column], net[row, column] > 0)
    return fired, base, mean
