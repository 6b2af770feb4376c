"""The whole market on one card."""

import asyncio

from bot.commands.base import Chapter, Right, Talk, command
from bot.messages.groups import class_lines, coverage_lines, tracked_lines
from bot.messages.market import index_lines, margin_lines
from bot.messages.model import Block, Button, Heading, Line, Message, Paragraph, line, muted, paragraph
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.standouts import breadth_line, leader_lines
from signals.core.panel import Panel
from signals.core.text import Text


@command(
    "market",
    "市场",
    "大盘",
    rank=8,
    about=Text("指数、涨跌家数、资金流向、领先基金、两融", "Indices, breadth, flows, leaders, margin"),
    quick=True,
    chapter=Chapter.ASK,
    right=Right.ANYONE,
)
async def market(talk: Talk) -> Message:
    """Indices and breadth, money into classes and indices, the leaders, and margin trading."""
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    return await asyncio.to_thread(_card, talk, panel)


def _card(talk: Talk, panel: Panel) -> Message:
    texts = talk.texts
    teller = Teller(talk.language, talk.desk.world.detectors, talk.today, Named(panel.profiles))
    breadth = breadth_line(panel, teller)
    parts: list[tuple[str, list[Line]]] = [
        ("market-indices", [*([breadth] if breadth else []), *index_lines(panel, teller)]),
        ("market-flows", [*class_lines(panel, teller), *tracked_lines(panel, teller), *coverage_lines(panel, teller)]),
        ("market-leaders", leader_lines(panel, teller)),
        ("market-margin", margin_lines(panel, teller, talk.today)[1:]),
    ]
    title = texts.text("market-title")
    blocks: list[Block] = [Heading(f"{title} {texts.text('demo-label')}" if panel.demo else title, 1)]
    for key, lines in parts:
        if lines:
            blocks += [Heading(texts.text(key)), Paragraph(tuple(lines))]
    if panel.demo:
        blocks.append(paragraph(line(muted(texts.text("demo-notice")))))
    rank, margin = Button(texts.text("button-rank"), "/rank"), Button(texts.text("button-margin"), "/margin")
    return Message(blocks=tuple(blocks), buttons=((rank, margin),))
