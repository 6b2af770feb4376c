"""The market in a few lines: main indices and margin trading of both exchanges."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from bot.messages.figures import day_text, figure_text, number
from bot.messages.model import Line, Span, Style, line, muted, strong
from bot.messages.sentences import Teller
from signals.core.field import Axis
from signals.core.market import FINANCING_BALANCE, FINANCING_CHANGE, MARGIN_BALANCE
from signals.core.measure import Figure
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.prices import INDEX_CHANGE, INDEX_LEVEL, INDICES
from signals.core.runs import open_start, runs

_MAIN_THREE = INDICES[:3]
_MOST_STEPS = 5
_LEAST_STREAK = 2


def index_lines(panel: Panel, teller: Teller) -> list[Line]:
    """Level and change of each known index of `INDICES`; a word where the main three moved together."""
    figures = {code: (INDEX_LEVEL.figure(panel, code), INDEX_CHANGE.figure(panel, code)) for code in INDICES}
    known = {code: (level, change) for code, (level, change) in figures.items() if level and change}
    lines = [_index(code, level, change, teller) for code, (level, change) in known.items()]
    return [*together_lines(panel, teller), *lines]


def together_lines(panel: Panel, teller: Teller) -> list[Line]:
    """A word where the main three moved together on one day."""
    moves = (INDEX_CHANGE.figure(panel, code) for code in _MAIN_THREE if INDEX_LEVEL.figure(panel, code))
    return _together([one for one in moves if one is not None], teller)


def _index(code: str, level: Figure, change: Figure, teller: Teller) -> Line:
    style = Style.UP if change.value > 0 else Style.DOWN if change.value < 0 else Style.PLAIN
    return line(
        f"{teller.words.text(f'index-{code}')} {figure_text(level, teller.language)} ",
        Span(figure_text(change, teller.language), style),
        muted(teller.dated(level.day, [level])),
    )


def _together(changes: Sequence[Figure], teller: Teller) -> list[Line]:
    if len(changes) < len(_MAIN_THREE) or len({change.day for change in changes}) > 1:
        return []
    for key, moved in (
        ("indices-fall", all(one.value < 0 for one in changes)),
        ("indices-rise", all(one.value > 0 for one in changes)),
    ):
        if moved:
            return [line(strong(teller.words.text(key)), muted(teller.dated(changes[0].day, [])))]
    return []


def margin_lines(panel: Panel, teller: Teller, today: date) -> list[Line]:
    """Balance, change, the steps of the streak in force, and the total; its definition is named."""
    words = teller.words
    balance, change, total = (
        quantity.figure(panel, BOTH_EXCHANGES) for quantity in (FINANCING_BALANCE, FINANCING_CHANGE, MARGIN_BALANCE)
    )
    if balance is None:
        return [line(words.text("margin-none"))]
    lines = [line(strong(words.text("market-margin")))]
    if change is None or change.day != balance.day:
        lines.append(
            _point(words.text("margin-balance", balance=figure_text(balance, teller.language)), balance, teller)
        )
    else:
        values = {"balance": figure_text(balance, teller.language), "change": figure_text(change, teller.language)}
        said = words.text("margin-line", **values)
        lines.append(line(said + teller.dated(balance.day, [balance, change]), indent=1))
        lines += _streak(panel, teller, panel.row(change.day), today)
    if total is not None:
        lines.append(_point(words.text("margin-total", total=figure_text(total, teller.language)), total, teller))
    return [*lines, line(muted(words.text("margin-scope")), indent=1)]


def _point(said: str, figure: Figure, teller: Teller) -> Line:
    return line(said + teller.dated(figure.day, [figure]), indent=1)


def _streak(panel: Panel, teller: Teller, row: int, today: date) -> list[Line]:
    change = FINANCING_CHANGE.on(panel)
    column = panel.column(Axis.MARKET, BOTH_EXCHANGES)
    for rising, key in ((True, "margin-streak-up"), (False, "margin-streak-down")):
        run = runs(change.values, rising=rising)
        days = int(run.length[row, column])
        if days < _LEAST_STREAK:
            continue
        first = int(run.start[row, column])
        steps = [
            panel.figure(change, at, column) for at in range(first, row + 1) if np.isfinite(change.values[at, column])
        ]
        told = [
            figure_text(step, teller.language) + teller.words.text("dated", day=day_text(step.day, today))
            for step in steps[-_MOST_STEPS:]
        ]
        said = teller.words.text(
            key,
            days=str(days),
            steps=("… " if len(steps) > _MOST_STEPS else "") + teller.words.text("exchange-join").join(told),
            total=number(run.total[row, column], change.unit, teller.language),
        )
        remarks = teller.reach(
            whole=bool(open_start(change.values, run)[row, column] == 1.0), gaps=int(run.gaps[row, column])
        )
        return [line(said + remarks + teller.dated(panel.sessions[row], steps), indent=1)]
    return []
