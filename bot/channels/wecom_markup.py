"""A message as the Markdown of 企业微信: within its bytes, with its three colours, and nothing misread as markup."""

import html
import re
from dataclasses import replace

from bot.channels.legible import NOTHING, legible, visible
from bot.messages.model import Block, Heading, Line, Message, Span, Style, Table, muted
from bot.messages.split import Piece, pack, pieces, split_line

LIMIT_BYTES = 4096
"""Of one message, in UTF-8."""

_COLOURS = {Style.UP: "warning", Style.DOWN: "info", Style.MUTED: "comment"}
"""The client paints these orange-red, green and grey: a rise is red and a fall green, as Chinese readers expect."""

_LIKE_MARKUP = str.maketrans("<>*`[]", "＜＞＊｀［］")
"""This Markdown has no way to escape a sign; the full-width one reads the same."""

_OPENING = re.compile(r"^(\s*)(#+|-(?=\s)|\d+\.(?=\s))")
_TAG = re.compile(r"</?font[^>]*>|\*\*|`|^#+ ", re.MULTILINE)


def marked(message: Message) -> list[str]:
    """The Markdown to send, in order, each at most `LIMIT_BYTES` and none blank; at least one."""
    lined = replace(message, blocks=tuple(map(_headed, message.blocks)))
    whole = (part for piece in pieces(lined, _heading, _line) for part in _fitting(piece))
    parts = [part for part in pack(whole, LIMIT_BYTES, size_bytes) if visible(bare(part))]
    return parts or [NOTHING]


def bare(markup: str) -> str:
    """The words of what `marked` made, without their markup; never longer."""
    return _TAG.sub("", markup)


def size_bytes(markup: str) -> int:
    """The length of a text as the server counts it."""
    return len(markup.encode())


def as_html(markup: str) -> str:
    """What a reader sees of a message's Markdown, for previews: escaped HTML with the classes up, down and muted."""
    text = html.escape(markup, quote=False)
    text = re.sub(r"^### (.*)$", r"<b>\1</b>", text, flags=re.MULTILINE)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"`(.+?)`", r"<code>\1</code>", text)
    for style, colour in _COLOURS.items():
        text = re.sub(f'&lt;font color="{colour}"&gt;(.*?)&lt;/font&gt;', rf'<span class="{style}">\1</span>', text)
    return text


def _fitting(piece: Piece) -> list[Piece]:
    """A line that no message can hold, in lines of bare words that fit; any other as it is."""
    if size_bytes(piece.markup) <= LIMIT_BYTES:
        return [piece]
    words = Line((Span(bare(piece.markup)),))
    cut = split_line(words, LIMIT_BYTES, lambda one: size_bytes(one.text))
    return [Piece(one.text, opens=piece.opens, gap=piece.gap and number == 0) for number, one in enumerate(cut)]


def _headed(block: Block) -> Block:
    """A table with its header as a row: the client shows no tables in Markdown with colours."""
    if not isinstance(block, Table) or not any(block.header):
        return block
    return replace(block, rows=(tuple(map(muted, block.header)), *block.rows))


def _heading(heading: Heading) -> str:
    text = _words(heading.text)
    return f"### {text}" if heading.level == 1 else f"**{text}**"


def _line(line: Line) -> str:
    point = "　" * (line.indent - 1) + "· " if line.indent else ""
    text = point + "".join(map(_span, line.spans))
    return _OPENING.sub(lambda found: f"{found[1]}\u200b{found[2]}", text)


def _span(span: Span) -> str:
    words = _words(span.text)
    if not words.strip():
        return words
    match span.style:
        case Style.PLAIN:
            return words
        case Style.STRONG:
            return f"**{words}**"
        case Style.CODE:
            return f"`{words}`"
        case _:
            return f'<font color="{_COLOURS[span.style]}">{words}</font>'


def _words(text: str) -> str:
    return legible(text).translate(_LIKE_MARKUP)
