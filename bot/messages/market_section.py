"""The market's part of a digest: lines, or tables of indices and classes; and the same in three lines."""

from collections.abc import Iterator
from dataclasses import replace

from bot.messages.facts import Facts
from bot.messages.figure_table import Row, figure_table
from bot.messages.figures import figure_text, number
from bot.messages.groups import class_lines, tracked_lines
from bot.messages.market import index_lines, margin_lines, together_lines
from bot.messages.model import Block, Line, Paragraph, Span, line, strong
from bot.messages.names import Named
from bot.preferences import Layout
from signals.core.field import Axis, Unit
from signals.core.group_flows import GROUP_FLOW, GROUP_INFLOW_STREAK, GROUP_OUTFLOW_STREAK
from signals.core.market import FINANCING_BALANCE, FINANCING_CHANGE
from signals.core.measure import Figure
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.prices import INDEX_CHANGE, INDEX_LEVEL, INDICES
from signals.core.signal import Subject

_SHORT_INDICES = 3
_SHORT_CLASSES = 3


def market_blocks(facts: Facts, layout: Layout) -> list[Block]:
    """Indices, money into classes and indices, margin."""
    return facts.once("market", layout, lambda: _market(facts, layout))


def _market(facts: Facts, layout: Layout) -> list[Block]:
    panel, teller = facts.panel, facts.teller
    money, margin = tracked_lines(panel, teller), margin_lines(panel, teller, facts.today)
    if layout is Layout.LINES:
        return [Paragraph((*index_lines(panel, teller), *class_lines(panel, teller), *money, *margin))]
    together = together_lines(panel, teller)
    return [
        *([Paragraph(tuple(together))] if together else []),
        *_index_table(facts),
        *_class_table(facts),
        Paragraph((*money, *margin)),
    ]


def market_short(facts: Facts) -> Iterator[Line]:
    """The main indices, the classes with the most money in or out, and the financing balance."""
    panel, teller, words = facts.panel, facts.teller, facts.words
    moves = {code: INDEX_CHANGE.figure(panel, code) for code in INDICES}
    main = [(words.text(f"index-{code}"), figure) for code, figure in moves.items() if figure is not None]
    if main:
        yield _labelled("digest-short-indices", main[:_SHORT_INDICES], facts)
    flows = ((name, GROUP_FLOW[Axis.CLASS].figure(panel, name)) for name in panel.subjects[Axis.CLASS])
    known = [(class_name(panel, name, facts), signed(flow)) for name, flow in flows if flow is not None]
    if known:
        most = sorted(known, key=lambda one: -abs(one[1].value))[:_SHORT_CLASSES]
        yield _labelled("digest-short-classes", most, facts)
    balance, change = FINANCING_BALANCE.figure(panel, BOTH_EXCHANGES), FINANCING_CHANGE.figure(panel, BOTH_EXCHANGES)
    if balance is not None and change is not None and change.day == balance.day:
        values = {"balance": figure_text(balance, teller.language), "change": figure_text(change, teller.language)}
        said = words.text("digest-short-margin-said", **values) + teller.dated(balance.day, [balance, change])
        yield line(strong(words.text("digest-short-margin")), said)


def class_name(panel: Panel, name: str, facts: Facts) -> str:
    """What a class of funds is called."""
    return Named(panel.profiles).of(Subject(Axis.CLASS, name), facts.words)


def signed(figure: Figure) -> Figure:
    """Money whose sign is always written."""
    return replace(figure, unit=Unit.CNY_CHANGE)


def _labelled(key: str, told: list[tuple[str, Figure]], facts: Facts) -> Line:
    """Figures behind their names, dated once where they are of one day."""
    teller, words = facts.teller, facts.words
    day = max(figure.day for _, figure in told)
    parts = [
        words.text("digest-named", name=name, said=number(figure.value, figure.unit, teller.language))
        + ("" if figure.day == day else teller.dated(figure.day, [figure]))
        for name, figure in told
    ]
    same = [figure for _, figure in told if figure.day == day]
    said = words.text("exchange-join").join(parts) + teller.dated(day, same)
    return line(strong(words.text(key)), Span(said))


def _index_table(facts: Facts) -> list[Block]:
    panel, words = facts.panel, facts.words
    found = [(code, INDEX_LEVEL.figure(panel, code), INDEX_CHANGE.figure(panel, code)) for code in INDICES]
    rows = [
        Row((Span(words.text(f"index-{code}")),), (level, change)) for code, level, change in found if level and change
    ]
    columns = [words.text("digest-column-level"), words.text("digest-column-change")]
    return figure_table([words.text("digest-column-index")], columns, rows, facts.teller)


def _class_table(facts: Facts) -> list[Block]:
    panel, words = facts.panel, facts.words
    rows = []
    for name in panel.subjects[Axis.CLASS]:
        flow = GROUP_FLOW[Axis.CLASS].figure(panel, name)
        if flow is not None:
            rows.append(Row((Span(class_name(panel, name, facts)),), (signed(flow), _streak(panel, name))))
    columns = [words.text("digest-column-flow"), words.text("digest-column-streak")]
    return figure_table([words.text("digest-column-class")], columns, rows, facts.teller)


def _streak(panel: Panel, name: str) -> Figure | None:
    """Sessions of money in one direction, this one included."""
    found = (one[Axis.CLASS].figure(panel, name) for one in (GROUP_INFLOW_STREAK, GROUP_OUTFLOW_STREAK))
    return max((one for one in found if one is not None), key=lambda one: one.value, default=None)
