"""Fit a message into parts of a channel's size; never inside markup, and inside a line only if it must."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.messages.model import Document, Heading, Line, Message, Paragraph, Picture, Span, Table, line, muted


@dataclass(frozen=True, slots=True)
class Piece:
    """The smallest thing that stays whole: one finished line of markup."""

    markup: str
    opens: bool = False
    """A heading: stays with the line after it."""
    gap: bool = False
    """A blank line stands before it unless it opens a part."""


def pieces(message: Message, heading: Callable[[Heading], str], one_line: Callable[[Line], str]) -> Iterator[Piece]:
    """A message as lines of markup, for channels that have no tables and no pictures."""
    for at, block in enumerate(message.blocks):
        if isinstance(block, Heading):
            yield Piece(heading(block), opens=True, gap=at > 0)
            continue
        apart = at > 0 and not isinstance(message.blocks[at - 1], Heading)
        for number, each in enumerate(_lines(block)):
            yield Piece(one_line(each), gap=apart and number == 0)


def _lines(block: Paragraph | Table | Picture | Document) -> Iterable[Line]:
    match block:
        case Paragraph():
            return block.lines
        case Table():
            return [line(*_joined(row)) for row in block.rows]
        case Picture():
            return [line(muted(block.alt))]
        case Document():
            return [line(muted(block.about or block.name))]


def _joined(row: tuple[Span, ...]) -> Iterator[str | Span]:
    for number, span in enumerate(row):
        if number:
            yield "  "
        yield span


def split_line(one: Line, room: int, size: Callable[[Line], int]) -> list[Line]:
    """Cut a line that no part can hold into lines that fit; styles stay on both sides of each cut.

    `size` measures a line with its markup. Raises ValueError when not even one character fits.
    """
    parts, rest = list[Line](), one
    while size(rest) > room:
        stop = _fitting(rest, room, size)
        if stop == 0:
            raise ValueError(f"no part of {room} can hold a single character of {rest.text[:20]!r}")
        parts.append(_cut(rest, 0, stop))
        rest = _cut(rest, stop, len(rest.text))
    return [*parts, rest]


def _fitting(one: Line, room: int, size: Callable[[Line], int]) -> int:
    """How many characters of a line fit."""
    low, high = 0, len(one.text)
    while low < high:
        middle = (low + high + 1) // 2
        if size(_cut(one, 0, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(one: Line, start: int, stop: int) -> Line:
    spans, at = [], 0
    for span in one.spans:
        text = span.text[max(0, start - at) : max(0, stop - at)]
        if text:
            spans.append(Span(text, span.style))
        at += len(span.text)
    return Line(tuple(spans), one.indent)


def pack(lines: Iterable[Piece], limit: int, size: Callable[[str], int]) -> list[str]:
    """Join pieces into as few parts as their order allows, each at most `limit` by `size`.

    A heading is not the last line of a part that another follows, unless it and the line after it do not
    fit into one. A piece that is larger than a part by itself has to be cut before.
    """
    parts: list[list[Piece]] = [[]]
    for piece in lines:
        if parts[-1] and size(_join([*parts[-1], piece])) > limit:
            stop = len(parts[-1])
            while stop and parts[-1][stop - 1].opens:
                stop -= 1
            carried = parts[-1][stop:]
            if not carried or size(_join([*carried, piece])) > limit:
                carried = []
            parts[-1] = parts[-1][: len(parts[-1]) - len(carried)]
            parts.append(carried)
        parts[-1].append(piece)
    return [_join(part) for part in parts if part]


def _join(part: list[Piece]) -> str:
    return "".join(
        piece.markup if not number else ("\n\n" if piece.gap else "\n") + piece.markup
        for number, piece in enumerate(part)
    )
