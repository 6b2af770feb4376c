"""Messages that are hard to render, and the words in them."""

import re

from bot.messages.model import (
    Block,
    Button,
    Heading,
    Line,
    Message,
    Paragraph,
    Picture,
    Span,
    Style,
    Table,
    code,
    line,
    muted,
    paragraph,
    strong,
)

EVERYTHING = Message(
    blocks=(
        Heading("信创50ETF（560850）6连涨后首次回调", level=1),
        paragraph(
            line("收盘 ", strong("1.430"), "，", Span("−1.31%", Style.DOWN)),
            line("净流入 ", Span("+1572万元", Style.UP), muted("（暂估）"), indent=1),
            line("second level ", muted("as of 02-10"), indent=2),
        ),
        Heading("同类"),
        Table(
            ("代码", "名称", "换手率"),
            ((code("560850"), Span("信创50ETF"), Span("31.51%")), (code("562570"), Span("信创ETF"), Span("2.10%"))),
        ),
        paragraph("长尾一", "长尾二", folded=True),
        paragraph("风险提示"),
    ),
    buttons=((Button("详情", "/etf 560850"),), (Button("关注", "/add 560850"), Button("Stop", "/stop"))),
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
"""One pixel."""

HARD = {
    "everything": EVERYTHING,
    "nothing": Message(blocks=()),
    "blank": Message(blocks=(paragraph("", " ", "　", "\t"), Heading(""))),
    "markup": Message(blocks=(Heading("*ST <b>&amp;</b>"), paragraph("a_b [c](d) `e` <i>f &lt; \\ #g"))),
    "controls": Message(blocks=(paragraph("a\x00b\x1b[31mc\nd\r\ne\u2028f", "lone \ud83d here"),)),
    "one long line": Message(blocks=(paragraph("涨跌" * 2_500),)),
    "many lines": Message(
        blocks=(Heading("标题", 1), paragraph(*(f"第{number}行，换手率31.51%" for number in range(900))))
    ),
    "long tail": Message(blocks=(Heading("尾"), paragraph(*(f"<{number}>" for number in range(3_000)), folded=True))),
    "headings": Message(blocks=tuple(Heading(f"{number}" * 300, 1 + number % 2) for number in range(40))),
    "picture": Message(
        blocks=(
            Heading("研究", 1),
            paragraph("出现 212 次"),
            Picture(PNG, "上涨比例与基准", PNG),
            paragraph("历史统计"),
        )
    ),
    "picture alone": Message(blocks=(Picture(PNG, "上涨比例"),)),
    "picture after much": Message(blocks=(paragraph("很长的话" * 400), Picture(PNG, "之后"), Picture(PNG, "又一张"))),
    "emoji": Message(blocks=(paragraph("👩‍👩‍👧‍👦🇨🇳" * 900),)),
}


def words(message: Message) -> str:
    """Every visible character of a message in reading order, headers of tables included."""
    return visible("".join(map(_words, message.blocks)))


def visible(text: str) -> str:
    """The characters that take ink, without the points that stand before indented lines."""
    whole = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return "".join(each for each in whole if each.isprintable() and not each.isspace() and each != "·")


def _words(block: Block) -> str:
    match block:
        case Heading():
            return block.text
        case Paragraph():
            return "".join(map(_text, block.lines))
        case Table():
            return "".join(block.header) + "".join(cell.text for row in block.rows for cell in row)
        case Picture():
            return block.alt


def _text(each: Line) -> str:
    return each.text
