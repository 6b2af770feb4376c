"""A message with real tables, as the HTML of Telegram's rich messages."""

import html

from bot.channels.legible import legible
from bot.channels.telegram_markup import spans_html
from bot.messages.model import Document, Heading, Message, Paragraph, Picture, Span, Style, Table

CHARS_MAX = 32_768
COLUMNS_MAX = 20


def rich_html(message: Message) -> str:
    """The markup; empty where the message has no table, or has what a rich message cannot hold."""
    tables = [one for one in message.blocks if isinstance(one, Table)]
    if not tables or any(len(row) > COLUMNS_MAX for one in tables for row in (one.header, *one.rows)):
        return ""
    if any(isinstance(one, Picture | Document) for one in message.blocks):
        return ""
    made = "".join(_block(one) for one in message.blocks)
    return made if len(made) <= CHARS_MAX else ""


def _block(block: Heading | Paragraph | Table | Picture | Document) -> str:
    match block:
        case Heading():
            tag = "h2" if block.level == 1 else "h4"
            return f"<{tag}>{html.escape(legible(block.text), quote=False)}</{tag}>"
        case Table():
            head = _row([spans_html((Span(name, Style.MUTED),)) for name in block.header], "th")
            rows = (_row([spans_html((cell,)) for cell in row], "td") for row in block.rows)
            return f"<table>{head if any(block.header) else ''}{''.join(rows)}</table>"
        case Paragraph():
            lines = (f"<p>{'　' * one.indent}{spans_html(one.spans)}</p>" for one in block.lines)
            return "".join(lines)
    return ""


def _row(cells: list[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"
