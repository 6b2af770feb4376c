"""Under the hood of a fund: which constituents stood out, and in which theme its index holds the most."""

import math
from collections.abc import Collection, Iterator
from datetime import date

import numpy as np

from bot.messages.figures import day_text
from bot.messages.model import Line, line
from bot.messages.sentences import Teller
from signals.core.constituents import Basket, lay_baskets
from signals.core.panel import Panel
from signals.core.quantity import STALE_SESSIONS
from signals.core.themes import Theme, theme_leaders

STANDS_OUT = 0.02
"""The least move of a stock that is worth its name in a line."""

_KEYS = {1: ("hood-limit-up", "hood-up"), -1: ("hood-limit-down", "hood-down")}
"""By side: the text for who stood at a limit, and for who moved."""

_MOST_NAMES = 2
"""On either side: who stood at a limit first, then who moved the index most."""


def hood_lines(panel: Panel, teller: Teller, index: str, today: date, themes: Collection[Theme]) -> list[Line]:
    """The constituents of an index on the newest session of which they are known, and the themes that it leads."""
    return [
        line(text, indent=1)
        for text in (*_constituents(panel, teller, index, today), *_themes(panel, teller, index, themes))
    ]


def _constituents(panel: Panel, teller: Teller, index: str, today: date) -> Iterator[str]:
    newest = panel.derive(lay_baskets).newest(index)
    if newest is None or newest[0] < len(panel.sessions) - STALE_SESSIONS:
        return
    row, basket = newest
    words = teller.words
    parts = [words.text("exchange-join").join(part) for side in (1, -1) if (part := _movers(basket, side, teller))]
    if basket.covered:
        rose, fell = ((sign * basket.change > 0).sum() for sign in (1, -1))
        parts.append(words.text("hood-breadth", up=str(rose), down=str(fell)))
    if parts:
        said = words.text("hood", movers=words.text("hood-join").join(parts))
        weights = words.text("hood-weights", day=day_text(basket.weights.day, today))
        yield said + weights + teller.dated(panel.sessions[row], [])


def _movers(basket: Basket, side: int, teller: Teller) -> list[str]:
    """The names on one side, each with what it did."""
    at_limit = [int(at) for at in np.flatnonzero(basket.limit == side)]
    pull = np.nan_to_num(side * basket.change * basket.weights.values)
    far = np.flatnonzero(np.round(np.nan_to_num(side * basket.change), 6) > STANDS_OUT)
    others = sorted((int(at) for at in far if at not in at_limit), key=lambda at: -pull[at])
    limit, moved = _KEYS[side]
    told = [teller.words.text(limit, stock=basket.names[at]) for at in at_limit]
    told += [
        teller.words.text(moved, stock=basket.names[at], percent=f"{_beyond(basket.change[at])}%") for at in others
    ]
    return told[:_MOST_NAMES]


def _beyond(change: float) -> int:
    """The whole per cent that a move went beyond: 6.4 % and 7 % are both more than 6 %."""
    return math.ceil(round(abs(change) * 100, 6)) - 1


def _themes(panel: Panel, teller: Teller, index: str, themes: Collection[Theme]) -> Iterator[str]:
    for theme, exposure in theme_leaders(panel, tuple(themes)).get(index, ()):
        said = teller.words.text(
            "hood-theme",
            theme=teller.words.of(theme.title),
            share=f"{exposure.weight.value:.1%}",
            size=str(exposure.rank_of),
        )
        yield said + teller.dated(exposure.weight.day, [])
