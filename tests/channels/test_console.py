"""The terminal: tables as tables, colours by meaning, nothing wider than the window."""

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot.channels.console import ConsoleChannel
from bot.deliveries import Address
from bot.messages.model import Button, Heading, Message, Span, Style, Table, line, paragraph
from tests.channels.messages import EVERYTHING

pytestmark = pytest.mark.anyio

ME = Address("me")


def terminal(width: int = 60, *, colour: bool = True) -> tuple[ConsoleChannel, StringIO]:
    screen = StringIO()
    return ConsoleChannel(
        Console(file=screen, width=width, force_terminal=colour, color_system="standard" if colour else None)
    ), screen


async def test_a_message_stands_under_its_number_and_chat() -> None:
    channel, screen = terminal(colour=False)
    ids = []
    for _ in range(2):
        ids += [await channel.send(ME, part) for part in channel.render(EVERYTHING)]
    lines = screen.getvalue().splitlines()
    assert ids == ["1", "2"]
    assert lines[0].startswith("1 · me ─")
    assert lines[1:4] == ["信创50ETF（560850）6连涨后首次回调", "", "收盘 1.430，−1.31%"]
    assert lines[4:6] == ["· 净流入 +1572万元（暂估）", "  · second level as of 02-10"]
    assert lines[-2:] == ["[关注: /add 560850]  [Stop: /stop]", ""]


@pytest.mark.parametrize(
    ("style", "paint"), [(Style.UP, "\x1b[31m"), (Style.DOWN, "\x1b[32m"), (Style.STRONG, "\x1b[1m")]
)
def test_colours_follow_the_meaning(style: Style, paint: str) -> None:
    channel, _ = terminal()
    [part] = channel.render(Message(blocks=(paragraph(line("净流入 ", Span("1572万元", style))),)))
    assert part.markup == f"净流入 {paint}1572万元\x1b[0m"


@pytest.mark.parametrize("style", [Style.UP, Style.DOWN])
def test_there_is_no_colour_where_the_terminal_has_none(style: Style) -> None:
    channel, _ = terminal(colour=False)
    [part] = channel.render(Message(blocks=(paragraph(line(Span("1572万元", style))),)))
    assert part.markup == "1572万元"


def test_a_table_has_columns_and_figures_stand_to_the_right() -> None:
    channel, _ = terminal(colour=False)
    rows = ((Span("560850"), Span("信创50ETF"), Span("31.51%")), (Span("562570"), Span("信创ETF"), Span("2.10%")))
    [part] = channel.render(Message(blocks=(Heading("同类"), Table(("代码", "名称", "换手率"), rows))))
    assert part.markup.splitlines() == [
        "同类",
        "代码     名称        换手率",
        "───────────────────────────",
        "560850   信创50ETF   31.51%",
        "562570   信创ETF      2.10%",
    ]


def test_a_table_of_uneven_rows_is_shown_all_the_same() -> None:
    channel, _ = terminal(colour=False)
    [part] = channel.render(Message(blocks=(Table(("a",), ((Span("1"), Span("2")), ())),)))
    assert part.markup.split() == ["a", "─────", "1", "2"]


@pytest.mark.parametrize("width", [20, 33, 80])
def test_nothing_is_wider_than_the_window(width: int) -> None:
    channel, _ = terminal(width, colour=False)
    blocks = (paragraph("换手率" * 50, line("净流入" * 30, indent=2)), *EVERYTHING.blocks)
    [part] = channel.render(Message(blocks=blocks))
    assert max(map(cell_len, part.markup.splitlines())) <= width


async def test_brackets_are_words_not_markup() -> None:
    channel, screen = terminal(colour=False)
    message = Message(blocks=(paragraph("[red]a[/red] [link=x]"),), buttons=((Button("[b]", "/[/b]"),),))
    for part in channel.render(message):
        await channel.send(Address("[i]me[/i]"), part)
    assert screen.getvalue().splitlines()[0].startswith("1 · [i]me[/i] ─")
    assert screen.getvalue().splitlines()[1:] == ["[red]a[/red] [link=x]", "[[b]: /[/b]]", ""]
