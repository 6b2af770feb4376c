"""The terminal as a channel: for demonstrations and replays, in as many columns as it has."""

import re
from collections.abc import Iterator
from itertools import count
from typing import ClassVar

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from bot.channels.base import Part
from bot.channels.legible import NOTHING, legible, visible
from bot.deliveries import Address
from bot.limiter import Limiter, Quotas
from bot.messages.model import Block, Document, Heading, Line, Message, Paragraph, Picture, Span, Style, Table

_STYLES = {
    Style.PLAIN: "",
    Style.STRONG: "bold",
    Style.MUTED: "dim",
    Style.UP: "red",
    Style.DOWN: "green",
    Style.CODE: "cyan",
}
_FIGURE = re.compile(r"[+−-]?[\d.,]+\D{0,3}")


class ConsoleChannel:
    """Prints messages one below the other, each under a rule with its number and chat; nobody talks back.

    A rise is red and a fall green, as Chinese readers expect.
    """

    kind: ClassVar[str] = "console"

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        self._numbers = count(1)
        self.limiter = Limiter(Quotas())

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        """The message as one part, wrapped to the terminal's width; coloured where the terminal can."""
        with self._console.capture() as printed:
            self._console.print(Group(*_spaced(message)))
        text = "\n".join(line.rstrip() for line in printed.get().splitlines())
        words = Text.from_ansi(text).plain
        if not visible(words):
            text = words = NOTHING
        return [Part(markup=words if plain else text, buttons=message.buttons, silent=message.silent, plain=plain)]

    async def send(self, address: Address, part: Part) -> str:
        """Print a part; returns its running number."""
        number = next(self._numbers)
        self._console.print(Rule(Text(f"{number} · {address.chat}"), style="dim", align="left"))
        self._console.file.write(part.markup + "\n")
        for row in part.buttons:
            labels = (f"[{button.label}: {button.command}]" for button in row)
            self._console.print(Text(legible("  ".join(labels)), style="" if part.plain else "dim"))
        self._console.print()
        return str(number)


def _spaced(message: Message) -> Iterator[ConsoleRenderable]:
    before: Block | None = None
    for block in message.blocks:
        if before is not None and (not isinstance(before, Heading) or before.level == 1):
            yield Text()
        yield from _shown(block)
        before = block


def _shown(block: Block) -> Iterator[ConsoleRenderable]:
    match block:
        case Heading():
            yield Text(legible(block.text), style="bold underline" if block.level == 1 else "bold")
        case Paragraph():
            yield from (_line(one, faint=block.folded) for one in block.lines)
        case Table():
            yield _grid(block)
        case Picture():
            yield Text(legible(block.alt), style="dim italic", overflow="fold")
        case Document():
            yield Text(legible(f"{block.name} {block.about}".strip()), style="dim italic", overflow="fold")


def _line(line: Line, *, faint: bool) -> ConsoleRenderable:
    text = Text(style="dim" if faint else "", overflow="fold")
    for span in line.spans:
        text.append_text(_text(span))
    if not line.indent:
        return text
    pointed = Grid.grid(Column(width=2), Column(overflow="fold"))
    pointed.add_row("·", text)
    return Padding(pointed, (0, 0, 0, 2 * (line.indent - 1)))


def _grid(table: Table) -> Grid:
    width = max((len(table.header), *map(len, table.rows)))
    named = any(table.header)
    grid = Grid(box=SIMPLE_HEAD, show_header=named, show_edge=False, pad_edge=False, header_style="dim")
    for number in range(width):
        cells = [row[number].text for row in table.rows if number < len(row)]
        # The first column names what the row is about, be it by a code.
        figures = number > 0 and all(_FIGURE.fullmatch(cell) for cell in cells)
        name = table.header[number] if number < len(table.header) else ""
        grid.add_column(Text(legible(name)), justify="right" if figures else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*map(_text, row))
    return grid


def _text(span: Span) -> Text:
    return Text(legible(span.text), style=_STYLES[span.style])
