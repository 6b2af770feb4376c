"""A message as Telegram's HTML: within its limits, escaped, never cut inside a tag."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from telegram.constants import MessageLimit

from bot.channels.legible import NOTHING, legible, visible
from bot.messages.model import (
    Block,
    Document,
    Heading,
    Line,
    Message,
    Paragraph,
    Picture,
    Span,
    Style,
    Table,
    line,
    muted,
)
from bot.messages.split import Piece, pack, split_line

LIMIT: int = MessageLimit.MAX_TEXT_LENGTH
"""UTF-16 units of one part, tags included: stricter than the server, which counts without them."""

CAPTION_LIMIT: int = MessageLimit.CAPTION_LENGTH
"""The same for the words under a picture."""

_CHINESE_TYPE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
"""Ideographs and full-width signs, such as the brackets around a date."""
_TAG = re.compile(r"<[^>]*>")
_FOLD, _UNFOLD = "<blockquote expandable>", "</blockquote>"
_SEAM = f"{_UNFOLD}\n{_FOLD}"


def units(text: str) -> int:
    """The length of a text as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def marked(message: Message) -> list[str]:
    """The HTML to send, in order, each at most `LIMIT` and none blank, which the server refuses; at least one."""
    parts = [_whole(part) for part in pack(_pieces(message), LIMIT, _size)]
    return [part for part in parts if visible(bare(part))] or [NOTHING]


def bare(markup: str) -> str:
    """The words of HTML that `marked` made, as the reader would have seen them; never longer."""
    return html.unescape(_TAG.sub("", markup))


def _whole(part: str) -> str:
    # Every folded line is a quotation of its own, so that a part may end after any of them; neighbours
    # are joined here. Text is escaped: what looks like a seam is one.
    return part.replace(_SEAM, "\n")


def _size(part: str) -> int:
    return units(_whole(part))


def _pieces(message: Message) -> Iterator[Piece]:
    """Lines of markup; headings are one piece with the line they open where a part can hold both."""
    held: list[Piece] = []
    for piece in _lines(message):
        held.append(replace(piece, opens=False))
        if not piece.opens:
            yield from _together(held)
            held = []
    yield from _together(held)


def _together(held: list[Piece]) -> Iterator[Piece]:
    for number, joined in enumerate(pack(held, LIMIT, _size) if held else []):
        yield Piece(joined, gap=held[0].gap and number == 0)


def _lines(message: Message) -> Iterator[Piece]:
    before: Block | None = None
    for block in message.blocks:
        opens, folded = isinstance(block, Heading), isinstance(block, Paragraph) and block.folded
        gap = _stands_apart(block, before)
        for one in _lines_of(block):
            for markup in _fitting(one, folded=folded):
                yield Piece(markup, opens=opens, gap=gap)
                before, gap = block, False


def _stands_apart(block: Block, before: Block | None) -> bool:
    if before is None:
        return False
    if isinstance(before, Heading) and not isinstance(block, Heading):
        return before.level == 1
    return True


def _lines_of(block: Block) -> tuple[Line, ...]:
    match block:
        case Heading():
            return (Line((Span(block.text, Style.STRONG),)),)
        case Paragraph():
            return block.lines
        case Table():
            header = tuple(Span(name, Style.MUTED) for name in block.header)
            rows = (header, *block.rows) if any(block.header) else block.rows
            return tuple(Line(_spaced(row)) for row in rows)
        case Picture():
            return (line(muted(block.alt)),)
        case Document():
            return (line(muted(block.about or block.name)),)


def _spaced(row: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(piece for cell in row for piece in (Span("  "), cell))[1:]


def _fitting(one: Line, *, folded: bool) -> Iterator[str]:
    first, *others = split_line(one, LIMIT, lambda part: units(_line(part, folded=folded)))
    yield _line(first, folded=folded)
    for other in others:  # the point of a list stands before its beginning only
        yield _line(replace(other, indent=0), folded=folded)


def _line(line: Line, *, folded: bool) -> str:
    point = "　" * (line.indent - 1) + "· " if line.indent else ""
    words = point + spans_html(line.spans)
    return f"{_FOLD}{words}{_UNFOLD}" if folded else words


def spans_html(spans: Iterable[Span]) -> str:
    """Spans as HTML."""
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    words = legible(span.text)
    # No attribute ever holds a text of ours, so quotation marks may stay as they are.
    escaped = html.escape(words, quote=False)
    tag = _tag(span.style, words) if words else ""
    return f"<{tag}>{escaped}</{tag}>" if tag else escaped


def _tag(style: Style, words: str) -> str:
    if style is Style.MUTED:
        # Chinese type has no italics: slanted ideographs read badly on a phone.
        return "" if _CHINESE_TYPE.search(words) else "i"
    return {Style.STRONG: "b", Style.CODE: "code"}.get(style, "")
