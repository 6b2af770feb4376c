"""How the constituents of the tracked indices fared as a whole: limits, risers, fallers, by number and by weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from signals.core.constituents import LEAST_COVERAGE, Basket, lay_baskets
from signals.core.field import LIMIT, STOCK_CLOSE, WEIGHT, Axis, Field, Unit
from signals.core.matrix import Floats, Ints
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.quantity import Quantity
from signals.core.text import Text


@dataclass(frozen=True, eq=False, slots=True)
class Breadth:
    """What the baskets of the tracked indices say; cells that nothing is known of are not in the mappings."""

    figures: Mapping[str, Floats]
    """Sessions × tracked indices by the names of `_UNITS`."""
    weighed: Ints
    """Row of the month-end that the weights are of."""
    sources: Mapping[tuple[int, int], str]
    heaviest: Mapping[tuple[int, int, str], str]
    """Name of the heaviest constituent at its limit, by row, column and side."""


_UNITS = {
    "limit_up": Unit.COUNT,
    "limit_up_weight": Unit.FRACTION,
    "limit_up_first": Unit.FRACTION,
    "limit_down": Unit.COUNT,
    "limit_down_weight": Unit.FRACTION,
    "limit_down_first": Unit.FRACTION,
    "rising": Unit.COUNT,
    "rising_weight": Unit.FRACTION,
    "falling": Unit.COUNT,
    "falling_weight": Unit.FRACTION,
    "basket_move": Unit.MOVE,
}
"""Counts and weights of constituents at their limits, the weight of the heaviest of them; of those that rose
and fell; and the mean move by weight."""

_SIDES = {"limit_up": 1, "limit_down": -1}
_MOVES = frozenset({"rising", "rising_weight", "falling", "falling_weight", "basket_move"})


def breadth(panel: Panel) -> Breadth:
    """Read every basket that there is; weights from before the panel's first session are left out."""
    laid = {name: np.full(panel.shape(Axis.TRACKED), np.nan) for name in _UNITS}
    weighed = np.zeros(panel.shape(Axis.TRACKED), dtype=np.int64)
    sources: dict[tuple[int, int], str] = {}
    heaviest: dict[tuple[int, int, str], str] = {}
    baskets, columns = panel.derive(lay_baskets), panel.columns[Axis.TRACKED]
    days = np.array(panel.sessions, dtype="datetime64[D]")
    for row in baskets.trading.rows:
        for index in columns.keys() & baskets.weights.keys():
            basket, column = baskets.on(index, row), columns[index]
            if basket is None or basket.weights.day < panel.sessions[0]:
                continue
            for name, value in (*_limits(basket), *_moves(basket)):
                laid[name][row, column] = value
            weighed[row, column] = np.searchsorted(days, np.datetime64(basket.weights.day), "right") - 1
            sources[row, column] = ", ".join(sorted({basket.weights.source, *basket.sources}))
            for name, side in _SIDES.items():
                first = np.flatnonzero(basket.limit == side)[:1]
                heaviest[row, column, name] = basket.names[int(first[0])] if first.size else ""
    return Breadth(laid, weighed, sources, heaviest)


def _limits(basket: Basket) -> list[tuple[str, float]]:
    if basket.weigh(np.isfinite(basket.limit)) < LEAST_COVERAGE:
        return []
    told: list[tuple[str, float]] = []
    for name, side in _SIDES.items():
        there = basket.limit == side
        told += [
            (name, float(there.sum())),
            (f"{name}_weight", basket.weigh(there)),
            (f"{name}_first", float(basket.weights.values[there][:1].sum()) if there.any() else np.nan),
        ]
    return told


def _moves(basket: Basket) -> list[tuple[str, float]]:
    if not basket.covered:
        return []
    known = basket.weigh(np.isfinite(basket.change))
    rose, fell = basket.change > 0, basket.change < 0
    return [
        ("rising", float(rose.sum())),
        ("rising_weight", basket.weigh(rose) / known),
        ("falling", float(fell.sum())),
        ("falling_weight", basket.weigh(fell) / known),
        ("basket_move", basket.move),
    ]


def breadth_measure(panel: Panel, *, name: str) -> Measure:
    """One of the figures of `breadth`; weights are dated by their month-end, counts and moves by the session."""
    found = panel.derive(breadth)
    dated_by_weights = name.startswith("limit") and _UNITS[name] is Unit.FRACTION
    return Measure(
        values=found.figures[name],
        unit=_UNITS[name],
        inputs=frozenset({WEIGHT, *_needs(name)}),
        rows=found.weighed if dated_by_weights else None,
        sources=lambda row, column: found.sources.get((row, column), ""),
        names=(lambda row, column: found.heaviest[row, column, name.removesuffix("_first")])
        if name.endswith("_first")
        else None,
    )


def _needs(name: str) -> frozenset[Field]:
    return frozenset({STOCK_CLOSE if name in _MOVES else LIMIT})


_LABELS = {
    "limit_up": Text("涨停成分股数", "constituents at their upper limit"),
    "limit_up_weight": Text("涨停成分股权重", "weight of constituents at their upper limit"),
    "limit_down": Text("跌停成分股数", "constituents at their lower limit"),
    "limit_down_weight": Text("跌停成分股权重", "weight of constituents at their lower limit"),
    "rising": Text("上涨成分股数", "constituents that rose"),
    "rising_weight": Text("上涨成分股权重", "weight of constituents that rose"),
    "falling": Text("下跌成分股数", "constituents that fell"),
    "falling_weight": Text("下跌成分股权重", "weight of constituents that fell"),
    "basket_move": Text("成分股加权涨跌幅", "mean move of constituents by weight"),
}

BREADTH = {
    name: Quantity(
        name=name,
        label=label,
        unit=_UNITS[name],
        meaning=Text(f"跟踪指数的{label.zh}", f"of the index that is tracked: {label.en}"),
        needs=_needs(name),
        compute=partial(breadth_measure, name=name),
        axis=Axis.TRACKED,
    )
    for name, label in _LABELS.items()
}
"""Of the indices that funds track, by name."""
