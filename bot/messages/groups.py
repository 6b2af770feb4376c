"""Money into classes of funds and into the funds of one index, in a few lines of the market's section."""

from collections.abc import Iterable

from bot.messages.figures import figure_text
from bot.messages.model import Line, line, muted
from bot.messages.names import Named
from bot.messages.sentences import Teller
from signals.core.field import Axis
from signals.core.group_flows import (
    GROUP_FLOW,
    GROUP_FUNDS,
    GROUP_FUNDS_OF,
    GROUP_INFLOW_STREAK,
    GROUP_INFLOW_SUM,
    GROUP_OUTFLOW_STREAK,
    GROUP_OUTFLOW_SUM,
)
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.profile import EQUITY_LIKE
from signals.core.signal import Subject

_LEAST_STREAK = 2
_MOST_INDICES = 3


def class_lines(panel: Panel, teller: Teller) -> list[Line]:
    """The newest total of each class that may be stated, with the streak in force."""
    found = ((name, GROUP_FLOW[Axis.CLASS].figure(panel, name)) for name in panel.subjects[Axis.CLASS])
    return [_class(panel, teller, name, flow) for name, flow in found if flow is not None]


def _class(panel: Panel, teller: Teller, name: str, flow: Figure) -> Line:
    words = teller.words
    group, said = Named(panel.profiles).of(Subject(Axis.CLASS, name), words), teller.flow(flow)
    for lengths, sums in ((GROUP_INFLOW_STREAK, GROUP_INFLOW_SUM), (GROUP_OUTFLOW_STREAK, GROUP_OUTFLOW_SUM)):
        days, total = (one[Axis.CLASS].figure(panel, name) for one in (lengths, sums))
        if days is not None and total is not None and days.value >= _LEAST_STREAK:
            text = words.text(
                "group-flow-streak", group=group, flow=said, days=f"{days.value:.0f}", total=teller.amount(total)
            )
            return line(text + teller.dated(flow.day, [flow, total]))
    return line(words.text("group-flow", group=group, flow=said) + teller.dated(flow.day, [flow]))


def tracked_lines(panel: Panel, teller: Teller) -> list[Line]:
    """The equity indices into whose funds the most money went on the newest session, and those it left most.

    Bonds and commodities have lines of their own; among equity they would come first on many days.
    """
    equity = {one.index_key for one in panel.profiles.values() if one.fund_class in EQUITY_LIKE}
    tracked = [one for one in panel.subjects[Axis.TRACKED] if one in equity]
    found = {one: GROUP_FLOW[Axis.TRACKED].figure(panel, one) for one in tracked}
    known = [(one, flow) for one, flow in found.items() if flow is not None]
    day = max((flow.day for _, flow in known), default=None)
    ordered = sorted((pair for pair in known if pair[1].day == day), key=lambda pair: (-pair[1].value, pair[0]))
    sides = (
        ("groups-in", [pair for pair in ordered if pair[1].value > 0][:_MOST_INDICES]),
        ("groups-out", [pair for pair in reversed(ordered) if pair[1].value < 0][:_MOST_INDICES]),
    )
    return [_ranked(key, pairs, panel, teller) for key, pairs in sides if pairs]


def _ranked(key: str, pairs: Iterable[tuple[str, Figure]], panel: Panel, teller: Teller) -> Line:
    named, words, told = Named(panel.profiles), teller.words, list(pairs)
    some = words.text("exchange-join").join(
        words.text("group-amount", group=words.index(index, named.index(index)), amount=teller.amount(flow))
        for index, flow in told
    )
    return line(words.text(key, some=some) + teller.dated(told[0][1].day, [flow for _, flow in told]))


def coverage_lines(panel: Panel, teller: Teller) -> list[Line]:
    """How many funds are in the total of each class."""
    words, named = teller.words, Named(panel.profiles)
    parts = []
    for name in panel.subjects[Axis.CLASS]:
        funds, there = (one[Axis.CLASS].figure(panel, name) for one in (GROUP_FUNDS, GROUP_FUNDS_OF))
        if funds is not None and there is not None:
            group = named.of(Subject(Axis.CLASS, name), words)
            parts.append(words.text("group-funds", group=group, funds=_whole(funds, teller), of=_whole(there, teller)))
    if not parts:
        return [line(muted(words.text("groups-none")))]
    return [line(muted(words.text("groups-counted", some=words.text("exchange-join").join(parts))))]


def _whole(figure: Figure, teller: Teller) -> str:
    return figure_text(figure, teller.language)
