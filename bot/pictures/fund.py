"""The picture of a fund: its price, the money that came in and went out, and its premium, session by session."""

from dataclasses import dataclass

import numpy as np

from bot.messages.figures import figure_text
from bot.messages.sentences import Teller
from bot.pictures.columns import (
    MEAN_SESSIONS,
    Column,
    Window,
    bars,
    flags,
    label,
    legend,
    noted,
    series,
    stretch,
    window,
)
from bot.pictures.timeline import Candles, Curve, Pane, Timeline, Tone, known, tone_of
from bot.preferences import Colours
from signals.core.field import CLOSE, HIGH, LOW, OPEN, Axis, Field, Unit
from signals.core.flows import FLOW
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.prices import CHANGE, CLOSE_PRICE, price_scale, traded
from signals.core.profile import FundClass
from signals.core.quantity import STALE_SESSIONS, Quantity
from signals.core.values import PREMIUM_IOPV, PREMIUM_NAV

_LEAST_OF_A_LINE = 2
_REBASED = 1e-6
"""Prices that moved less by splits and dividends are as they were printed."""

_HEIGHTS = (1.5, 1.0, 0.72)


@dataclass(frozen=True, slots=True)
class _Fund:
    """What all panes of a fund look at."""

    panel: Panel
    code: str
    column: int
    shown: Window
    teller: Teller


def fund_chart(panel: Panel, code: str, teller: Teller, colours: Colours = Colours.RED_UP) -> Timeline | None:
    """What to draw of a fund; None where neither a price nor a flow of it is known."""
    column, words = panel.column(Axis.FUND, code), teller.words
    flowed = np.isfinite(FLOW.on(panel).values[:, column])
    shown = window(panel.derive(traded)[:, column] | flowed)
    if shown is None:
        return None
    fund = _Fund(panel, code, column, shown, teller)
    prices, rebased = _prices(fund)
    flows = _flows(fund)
    found = (prices, *filter(None, (flows, _premiums(fund))))
    notes = {"chart-rebased": rebased, "chart-flow-is": flows is not None}
    profile = panel.profiles[code]
    days = panel.sessions[shown.rows]
    return Timeline(
        title=profile.name,
        code="" if profile.name == code else code,
        subtitle=words.text("chart-span", first=days[0].isoformat(), last=days[-1].isoformat(), count=str(len(days))),
        days=days,
        panes=found,
        keys=legend(found, words),
        notes=tuple(words.text(key) for key, holds in notes.items() if holds),
        alt=words.text(
            "chart-fund-alt",
            name=profile.name,
            count=str(len(days)),
            what=words.text("exchange-join").join(one.heading for one in found),
        ),
        stamp=words.text("chart-demo") if panel.demo else "",
        language=teller.language,
        colours=colours,
    )


def _prices(fund: _Fund) -> tuple[Pane, bool]:
    """The pane of prices, and whether splits or dividends had to be taken out of them."""
    panel, column, shown = fund.panel, fund.column, fund.shown
    bar = panel.derive(traded)[:, column]
    factors = panel.derive(price_scale).factors[:, column]
    scale = factors / factors[shown.stop - 1]

    def scaled(one: Field) -> Column:
        values = panel.values(one)[:, column]
        return np.where(bar & (values > 0), values * scale, np.nan)

    close = scaled(CLOSE)
    price, change = CLOSE_PRICE.figure(panel, fund.code), CHANGE.figure(panel, fund.code)
    traded_last = price is not None and bool(bar[panel.row(price.day)])
    last = price.day if price is not None else panel.sessions[shown.stop - 1]
    untraded = "" if traded_last else fund.teller.words.text("fund-not-traded")
    pane = Pane(
        heading=label(CLOSE_PRICE.label, fund.teller),
        value_text=_said(price, fund.teller) if traded_last else "",
        extra=(_said(change, fund.teller) if traded_last else "") or untraded,
        tone=tone_of(change.value if change is not None and traded_last else None),
        note=noted(last, [], fund.teller),
        marks=Candles(
            open=series(scaled(OPEN)[shown.rows]),
            high=series(scaled(HIGH)[shown.rows]),
            low=series(scaled(LOW)[shown.rows]),
            close=series(close[shown.rows]),
            mean=series(_mean(close)[shown.rows]),
        ),
        unit=Unit.CNY_PER_SHARE,
        height=_HEIGHTS[0],
    )
    return pane, bool((np.abs(scale[shown.rows][bar[shown.rows]] - 1) > _REBASED).any())


def _mean(close: Column) -> Column:
    """Over the last sessions on which the fund traded."""
    out = np.full(close.shape, np.nan)
    rows = np.flatnonzero(np.isfinite(close))
    if rows.size >= MEAN_SESSIONS:
        sums = np.convolve(close[rows], np.ones(MEAN_SESSIONS), "valid")
        out[rows[MEAN_SESSIONS - 1 :]] = sums / MEAN_SESSIONS
    return out


def _said(figure: Figure | None, teller: Teller) -> str:
    return "" if figure is None else figure_text(figure, teller.language)


def _flows(fund: _Fund) -> Pane | None:
    measure, words = FLOW.on(fund.panel), fund.teller.words
    marks = bars(measure, fund.column, fund.shown)
    if not known(marks.values):
        return None
    figure = FLOW.figure(fund.panel, fund.code)
    return Pane(
        heading=words.text("chart-flow"),
        value_text=_said(figure, fund.teller) or words.text("chart-unknown"),
        tone=tone_of(figure.value if figure else None),
        note=noted(figure.day, [figure], fund.teller) if figure else "",
        marks=marks,
        unit=Unit.CNY,
        height=_HEIGHTS[1],
        stretch=stretch(measure, fund.column, fund.shown, fund.teller, ("chart-inflows", "chart-outflows")),
    )


def _premiums(fund: _Fund) -> Pane | None:
    """The premium over what is known on more sessions; over the NAV for a fund whose IOPV sleeps with its market."""
    rows, column = fund.shown.rows, fund.column
    counts = {
        one: int(np.isfinite(one.on(fund.panel).values[rows, column]).sum()) for one in (PREMIUM_IOPV, PREMIUM_NAV)
    }
    abroad = fund.panel.profiles[fund.code].fund_class is FundClass.CROSS_BORDER
    enough = counts[PREMIUM_NAV] * 2 >= counts[PREMIUM_IOPV]
    by_nav = enough if abroad else counts[PREMIUM_NAV] > counts[PREMIUM_IOPV]
    chosen: Quantity = PREMIUM_NAV if by_nav else PREMIUM_IOPV
    if counts[chosen] < _LEAST_OF_A_LINE:
        return None
    measure = chosen.on(fund.panel)
    newest = int(np.flatnonzero(np.isfinite(measure.values[: fund.shown.stop, column]))[-1])
    # The NAV of a fund abroad comes a day or two late: its last figure is not that of the newest session.
    recent = newest >= fund.shown.stop - STALE_SESSIONS
    figure = fund.panel.figure(measure, newest, column) if recent else None
    return Pane(
        heading=label(chosen.label, fund.teller),
        value_text=_said(figure, fund.teller),
        tone=Tone.EVEN,
        note=noted(figure.day, [figure], fund.teller) if figure else "",
        marks=Curve(
            values=series(measure.values[rows, column]),
            soft=flags((measure.soft[:, column] & np.isfinite(measure.values[:, column]))[rows]),
            from_zero=True,
        ),
        unit=Unit.FRACTION,
        height=_HEIGHTS[2],
    )
