"""The picture of a day: how the main indices moved, where money went by class of fund, what became of margin."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bot.messages.figures import figure_text
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.pictures.columns import Window, legend, noted, window
from bot.pictures.margin import change_pane
from bot.pictures.timeline import Keys, Pane, Tone, tone_of
from bot.preferences import Colours
from bot.subscriptions import Language
from signals.core.field import Axis
from signals.core.group_flows import GROUP_FLOW, GROUP_FUNDS, GROUP_FUNDS_OF, GROUP_INFLOW_STREAK, GROUP_OUTFLOW_STREAK
from signals.core.market import FINANCING_BALANCE, FINANCING_CHANGE
from signals.core.measure import Figure
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.prices import INDEX_CHANGE, INDEX_LEVEL, INDICES
from signals.core.signal import Subject

MARGIN_SESSIONS = 40
"""Of the strip of margin changes."""

_LEAST_STREAK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One index: its name, its level, its move."""

    name: str
    level: str
    change: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBar:
    """Money into one class of funds."""

    name: str
    about: str
    """Finality, the streak in force, and how many funds are in the total where that is not all."""
    amount_cny: float
    value_text: str
    soft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The last sessions' changes of the financing balance, and where it stands."""

    days: tuple[date, ...]
    pane: Pane
    heading: str
    balance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChart:
    """The day at a glance; a part of which nothing is known is empty."""

    title: str
    subtitle: str
    tiles_heading: str
    tiles_note: str
    tiles: tuple[Tile, ...]
    flows_heading: str
    flows_note: str
    flows: tuple[FlowBar, ...]
    strip: Strip | None
    keys: Keys
    alt: str = ""
    """What is seen in it, in a sentence."""
    stamp: str = ""
    language: Language = Language.ZH
    colours: Colours = Colours.RED_UP


def day_chart(panel: Panel, teller: Teller, colours: Colours = Colours.RED_UP) -> DayChart | None:
    """What to draw of the newest session; None where neither indices nor classes nor margin are known.

    Each part is of the newest session that its figures are out for, and says which that is.
    """
    words = teller.words
    moves, flows, strip = _moves(panel), _flows(panel), _strip(panel, teller)
    days = [one.day for one in (*moves.values(), *flows.values())] + ([strip.days[-1]] if strip else [])
    if not days:
        return None
    keys = legend([strip.pane] if strip else [], words)
    soft = any(one.estimated for one in flows.values())
    return DayChart(
        title=words.text("chart-day-title"),
        subtitle=max(days).isoformat(),
        tiles_heading=words.text("chart-day-indices"),
        tiles_note=_note(moves, teller),
        tiles=tuple(_tile(panel, code, move, teller) for code, move in moves.items()),
        flows_heading=words.text("chart-day-classes"),
        flows_note=_note(flows, teller),
        flows=tuple(_bar(panel, name, flow, teller) for name, flow in flows.items()),
        strip=strip,
        keys=replace(keys, soft=words.text("chart-soft")) if soft else keys,
        alt=words.text("chart-day-alt", day=max(days).isoformat()),
        stamp=words.text("chart-demo") if panel.demo else "",
        language=teller.language,
        colours=colours,
    )


def _note(figures: dict[str, Figure], teller: Teller) -> str:
    """Their session; which of them are estimates stands beside each."""
    return noted(next(iter(figures.values())).day, [], teller) if figures else ""


def _newest(figures: dict[str, Figure | None]) -> dict[str, Figure]:
    """Those of the newest session: figures of several have no place beside each other."""
    day = max((one.day for one in figures.values() if one is not None), default=None)
    return {name: one for name, one in figures.items() if one is not None and one.day == day}


def _moves(panel: Panel) -> dict[str, Figure]:
    return _newest({code: INDEX_CHANGE.figure(panel, code) for code in INDICES})


def _tile(panel: Panel, code: str, change: Figure, teller: Teller) -> Tile:
    level = INDEX_LEVEL.figure(panel, code)
    return Tile(
        name=teller.words.text(f"index-{code}"),
        level=figure_text(level, teller.language) if level and level.day == change.day else "",
        change=figure_text(change, teller.language),
        tone=tone_of(change.value),
    )


def _flows(panel: Panel) -> dict[str, Figure]:
    return _newest({name: GROUP_FLOW[Axis.CLASS].figure(panel, name) for name in panel.subjects[Axis.CLASS]})


def _bar(panel: Panel, name: str, flow: Figure, teller: Teller) -> FlowBar:
    words = teller.words
    counts = [one[Axis.CLASS].figure(panel, name) for one in (GROUP_FUNDS, GROUP_FUNDS_OF)]
    said = [words.text("chart-estimated")] if flow.estimated else []
    for quantity, key in ((GROUP_INFLOW_STREAK, "chart-day-inflows"), (GROUP_OUTFLOW_STREAK, "chart-day-outflows")):
        days = quantity[Axis.CLASS].figure(panel, name)
        if days is not None and days.day == flow.day and days.value >= _LEAST_STREAK:
            said.append(words.text(key, days=figure_text(days, teller.language)))
    if all(one is not None for one in counts):
        funds, there = (figure_text(one, teller.language) for one in counts if one is not None)
        said += [words.text("chart-day-funds", funds=funds, of=there)] if funds != there else []
    return FlowBar(
        name=Named(panel.profiles).of(Subject(Axis.CLASS, name), words),
        about=" · ".join(said),
        amount_cny=flow.value,
        value_text=figure_text(flow, teller.language),
        soft=flow.estimated,
    )


def _strip(panel: Panel, teller: Teller) -> Strip | None:
    column = panel.column(Axis.MARKET, BOTH_EXCHANGES)
    shown = window(np.isfinite(FINANCING_CHANGE.on(panel).values[:, column]))
    if shown is None:
        return None
    shown = Window(max(shown.first, shown.stop - MARGIN_SESSIONS), shown.stop)
    balance = FINANCING_BALANCE.figure(panel, BOTH_EXCHANGES)
    said = figure_text(balance, teller.language) if balance else ""
    return Strip(
        days=panel.sessions[shown.rows],
        pane=change_pane(panel, shown, teller, height=0.9),
        heading=teller.words.text("chart-margin-title"),
        balance=said,
    )
