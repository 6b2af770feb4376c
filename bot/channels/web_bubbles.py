"""A message as bubbles of the chat page: legible, and none longer than anybody wants to scroll."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

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
    Table,
    paragraph,
)
from bot.messages.split import split_line

PART_CHARS_MAX = 20_000
"""Characters of text in one bubble; only a defect or a very long list reaches it."""


def bare_text(message: Message) -> str:
    """The words of a message, a line each."""
    return "\n".join("  " * one.indent + one.text for block in message.blocks for one in _lines(block))


def _lines(block: Block) -> Iterable[Line]:
    match block:
        case Heading():
            return [Line((Span(block.text),))]
        case Paragraph():
            return block.lines
        case Table():
            rows = (block.header, *([cell.text for cell in row] for row in block.rows))
            return [Line((Span("  ".join(row)),)) for row in rows]
        case Picture():
            return [Line((Span(block.alt),))]
        case Document():
            return [Line((Span(f"{block.name} {block.about}".strip()),))]


def bubbles(blocks: Sequence[Block]) -> list[tuple[Block, ...]]:
    """Blocks in bubbles of at most `PART_CHARS_MAX` characters; at least one bubble."""
    cut: list[list[tuple[int, Block]]] = [[]]
    used = 0
    for number, block in enumerate(blocks):
        for unit in _units(block):
            size = _size(unit)
            if used and used + size > PART_CHARS_MAX:
                cut.append([])
                used = 0
            cut[-1].append((number, unit))
            used += size
    seen = [bubble for bubble in cut if any(visible(one.text) for _, unit in bubble for one in _lines(unit))]
    return [
        tuple(_joined([unit for _, unit in units]) for _, units in groupby(bubble, key=lambda one: one[0]))
        for bubble in seen or [[(0, paragraph(NOTHING))]]
    ]


def _units(block: Block) -> Iterator[Block]:
    """A block as legible blocks of one line or one row each, none of them longer than a bubble."""
    match block:
        case Heading():
            yield replace(block, text=legible(block.text)[:PART_CHARS_MAX])
        case Paragraph():
            for whole in block.lines:
                clean = Line(_legible(whole.spans), whole.indent)
                for piece in split_line(clean, PART_CHARS_MAX, _length):
                    yield replace(block, lines=(piece,))
        case Table():
            share = PART_CHARS_MAX // max(1, len(block.header), *map(len, block.rows))
            header = tuple(legible(name)[:share] for name in block.header)
            for row in block.rows:
                yield Table(header, (_legible(row, share),))
        case Picture():
            yield replace(block, alt=legible(block.alt)[:PART_CHARS_MAX])
        case Document():
            yield replace(block, name=legible(block.name), about=legible(block.about)[:PART_CHARS_MAX])


def _legible(spans: Iterable[Span], most: int | None = None) -> tuple[Span, ...]:
    return tuple(Span(legible(span.text)[:most], span.style) for span in spans)


def _joined(units: list[Block]) -> Block:
    """The units of one block, put together again."""
    first = units[0]
    match first:
        case Heading() | Picture() | Document():
            return first
        case Paragraph():
            return replace(
                first, lines=tuple(one for unit in units if isinstance(unit, Paragraph) for one in unit.lines)
            )
        case Table():
            return replace(first, rows=tuple(row for unit in units if isinstance(unit, Table) for row in unit.rows))


def _size(unit: Block) -> int:
    return sum(map(_length, _lines(unit))) + 1


def _length(one: Line) -> int:
    return len(one.text)
