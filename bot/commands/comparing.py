"""Compare: two or three funds side by side."""

import asyncio
from dataclasses import dataclass
from datetime import date

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.lookup import fund_meant, fund_words
from bot.messages.figures import day_text, figure_text
from bot.messages.model import Block, Button, Heading, Message, Span, Style, Table, line, muted, paragraph
from bot.messages.names import Named
from bot.messages.sentences import Teller
from signals.core.field import Unit
from signals.core.flows import FLOW, FLOW_5, FLOW_20, INFLOW_STREAK
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.prices import CHANGE, CLOSE_PRICE, DOWN_STREAK, TURNOVER, UP_STREAK
from signals.core.quantity import Quantity
from signals.core.sizes import AUM, SHARE_GROWTH_YTD
from signals.core.text import Text
from signals.core.values import PREMIUM_IOPV, PREMIUM_LATEST_NAV

_MOST = 3


@dataclass(frozen=True, slots=True)
class _Row:
    """A quantity that is compared, another one in its place where it is not known, and its standing among peers."""

    of: Quantity
    instead: Quantity | None = None
    rank: str = ""


_ROWS = (
    _Row(CLOSE_PRICE),
    _Row(CHANGE),
    _Row(UP_STREAK),
    _Row(DOWN_STREAK),
    _Row(FLOW, rank="flow"),
    _Row(FLOW_5),
    _Row(FLOW_20),
    _Row(INFLOW_STREAK),
    _Row(PREMIUM_IOPV, PREMIUM_LATEST_NAV, rank="premium"),
    _Row(TURNOVER, rank="turnover"),
    _Row(AUM, rank="aum"),
    _Row(SHARE_GROWTH_YTD, rank="share_growth"),
)


@command(
    "compare",
    "对比",
    "比较",
    rank=9,
    about=Text("两三只基金并排看", "Funds side by side"),
    usage=Text("560850 159590", "560850 159590"),
    chapter=Chapter.ASK,
    right=Right.ANYONE,
    weight=2,
    examples=Text("对比 560850 159590\n对比 560850 159590 515230", "compare 560850 159590 515230"),
)
async def compare(talk: Talk) -> Message:
    """The figures of two or three funds in a table, each with its date."""
    words = [word for word in fund_words(talk.words) if word.lower() not in ("和", "与", "vs", "and")]
    if not 1 < len(words) <= _MOST:
        raise SaidWrongError(talk.texts.text("compare-what"))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    funds = list(dict.fromkeys([(await fund_meant(talk, panel, word)).code for word in words]))
    if len(funds) < len(words):
        raise SaidWrongError(talk.texts.text("compare-same"))
    return await asyncio.to_thread(_compared, talk, panel, funds)


def _compared(talk: Talk, panel: Panel, funds: list[str]) -> Message:
    teller = Teller(talk.language, talk.desk.world.detectors, talk.today, Named(panel.profiles))
    texts = talk.texts
    named = [panel.profiles[fund] for fund in funds]
    table = [made for row in _ROWS if (made := _row(row, panel, teller, funds, talk.today))]
    indices = [one.index_name or one.index_key for one in named]
    if any(indices):
        table.insert(0, (Span(texts.text("compare-index")), *(Span(one or "—") for one in indices)))
    if len(table) < 2:
        raise SaidWrongError(texts.text("rank-none"))
    title = texts.text("compare-title")
    blocks: list[Block] = [
        Heading(f"{title} {texts.text('demo-label')}" if panel.demo else title, 1),
        Table(("", *(f"{one.name} {one.code}" if one.name != one.code else one.code for one in named)), tuple(table)),
        paragraph(line(muted(texts.text("compare-note")))),
    ]
    return Message(blocks=tuple(blocks), buttons=(tuple(Button(one.name, f"/etf {one.code}") for one in named),))


def _row(row: _Row, panel: Panel, teller: Teller, funds: list[str], today: date) -> tuple[Span, ...] | None:
    """One quantity of all funds; its day stands with its name, and with a figure that is of another day.

    None where it is known of none of them, or is a streak that none of them has.
    """
    found = [_figure(row, panel, fund) for fund in funds]
    figures = [one for one in found if one is not None]
    if not figures or (row.of in (UP_STREAK, DOWN_STREAK, INFLOW_STREAK) and not any(one.value for one in figures)):
        return None
    newest = max(one.day for one in figures)
    label = teller.words.of(row.of.label) + teller.words.text("dated", day=day_text(newest, today))
    return (
        Span(label),
        *(_cell(row, panel, teller, fund, newest) for fund in funds),
    )


def _figure(row: _Row, panel: Panel, fund: str) -> Figure | None:
    figure = row.of.figure(panel, fund)
    return row.instead.figure(panel, fund) if figure is None and row.instead is not None else figure


def _cell(row: _Row, panel: Panel, teller: Teller, fund: str, newest: date) -> Span:
    figure = _figure(row, panel, fund)
    if figure is None:
        return muted("—")
    said = figure_text(figure, teller.language)
    if figure.unit is Unit.SESSIONS:
        said = teller.words.text("rules-days", count=said)
    if row.instead is not None and row.of.figure(panel, fund) is None:
        said += teller.words.text("compare-nav")
    if row.rank:
        place, size = (quantities[row.rank].figure(panel, fund) for quantities in (RANKS, RANK_SIZES))
        if place is not None and size is not None:
            said += teller.words.text("compare-rank", rank=f"{place.value:.0f}", size=f"{size.value:.0f}")
    if figure.day != newest or figure.estimated:
        said += teller.dated(figure.day, [figure])
    signed = figure.unit in (Unit.MOVE, Unit.CNY_CHANGE) or row.of in (FLOW, FLOW_5, FLOW_20)
    style = Style.UP if figure.value > 0 else Style.DOWN
    return Span(said, style if signed and figure.value else Style.PLAIN)
