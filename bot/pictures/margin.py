"""The picture of margin trading: the financing balance of both exchanges, and what came to it session by session."""

import numpy as np

from bot.messages.figures import figure_text
from bot.messages.sentences import Teller
from bot.pictures.columns import Window, bars, flags, label, legend, noted, series, stretch, window
from bot.pictures.timeline import Curve, Pane, Timeline, Tone, tone_of
from bot.preferences import Colours
from signals.core.field import Axis, Unit
from signals.core.market import FINANCING_BALANCE, FINANCING_CHANGE
from signals.core.milestones import Crossings, crossings
from signals.core.panel import BOTH_EXCHANGES, Panel

MILESTONE_CNY = 1e11
"""1000亿, the round amounts that the press speaks of."""

_APART_CNY = 2e10
"""A balance that hovers around a milestone crosses it once."""


def _crossings(panel: Panel) -> Crossings:
    return crossings(FINANCING_BALANCE.on(panel).values, MILESTONE_CNY, _APART_CNY)


def margin_chart(panel: Panel, teller: Teller, colours: Colours = Colours.RED_UP) -> Timeline | None:
    """What to draw of both exchanges; None where not even two balances of both are known."""
    column = panel.column(Axis.MARKET, BOTH_EXCHANGES)
    known = np.isfinite(FINANCING_BALANCE.on(panel).values[:, column])
    shown = window(known)
    if shown is None or known[shown.rows].sum() < 2:
        return None
    words, days = teller.words, panel.sessions[shown.rows]
    panes = (_balance(panel, column, shown, teller), change_pane(panel, shown, teller))
    return Timeline(
        title=words.text("chart-margin-title"),
        code="",
        subtitle=words.text("chart-span", first=days[0].isoformat(), last=days[-1].isoformat(), count=str(len(days))),
        days=days,
        panes=panes,
        keys=legend(panes, words),
        notes=(words.text("margin-scope"),),
        alt=words.text("chart-margin-alt", count=str(len(days))),
        stamp=words.text("chart-demo") if panel.demo else "",
        language=teller.language,
        colours=colours,
    )


def change_pane(panel: Panel, shown: Window, teller: Teller, height: float = 1.0) -> Pane:
    """The daily change of the financing balance of both exchanges."""
    column, measure = panel.column(Axis.MARKET, BOTH_EXCHANGES), FINANCING_CHANGE.on(panel)
    figure = FINANCING_CHANGE.figure(panel, BOTH_EXCHANGES)
    return Pane(
        heading=teller.words.text("chart-margin-change"),
        value_text=figure_text(figure, teller.language) if figure else teller.words.text("chart-unknown"),
        tone=tone_of(figure.value if figure else None),
        note=noted(figure.day, [figure], teller) if figure else "",
        marks=bars(measure, column, shown),
        unit=Unit.CNY,
        height=height,
        stretch=stretch(measure, column, shown, teller, ("chart-rises", "chart-falls")),
    )


def _balance(panel: Panel, column: int, shown: Window, teller: Teller) -> Pane:
    measure, figure = FINANCING_BALANCE.on(panel), FINANCING_BALANCE.figure(panel, BOTH_EXCHANGES)
    crossed = np.flatnonzero(np.isfinite(panel.derive(_crossings).line[shown.rows, column]))
    # The first figure of all crosses nothing: there is none before it.
    began = int(np.flatnonzero(np.isfinite(measure.values[:, column]))[0]) - shown.first
    return Pane(
        heading=label(FINANCING_BALANCE.label, teller),
        value_text=figure_text(figure, teller.language) if figure else "",
        tone=Tone.EVEN,
        note=noted(figure.day, [figure], teller) if figure else "",
        marks=Curve(
            values=series(measure.values[shown.rows, column]),
            soft=flags((measure.soft[:, column] & np.isfinite(measure.values[:, column]))[shown.rows]),
            step=MILESTONE_CNY,
            crossed=tuple(int(one) for one in crossed if one != began),
        ),
        unit=Unit.CNY_ROUND,
        height=1.3,
    )
