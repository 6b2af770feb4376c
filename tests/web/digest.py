"""A digest like the ones that subscribers get, with every kind of block in it."""

from bot.messages.model import (
    Button,
    Heading,
    Message,
    Span,
    Style,
    Table,
    code,
    line,
    muted,
    paragraph,
    strong,
)


def up(text: str) -> Span:
    return Span(text, Style.UP)


def down(text: str) -> Span:
    return Span(text, Style.DOWN)


def evening_digest() -> Message:
    """The evening of 2025-02-11."""
    return Message(
        blocks=(
            Heading("ETF资金日报 2025-02-11（周二）〔演示数据〕", 1),
            paragraph(line(muted("数据截至 02-11 18:21"))),
            Heading("市场"),
            paragraph(
                line("上证指数 3318.06 ", down("−0.12%"), "，创业板指 2144.62 ", down("−1.43%")),
                line("两市融资融券余额 ", strong("18360.06亿元"), muted("（02-10）")),
                line(
                    "融资余额连续4日增加：", up("+197.97、+146.06、+108.76、+190.57亿元"), "，合计643.36亿元", indent=1
                ),
                line("两融口径：沪深两市合计，不含北交所", indent=1),
            ),
            Heading("我的关注"),
            paragraph(
                line(strong("信创50ETF"), " ", code("560850"), "  1.430 ", down("−1.31%"), muted("（02-11）")),
                line(strong("6连涨后首次回调（按净值）"), indent=1),
                line("成交额5956万元，换手率31.51%，高居同类第一（共3只）（份额02-10）", indent=1),
                line("收盘溢价率0.56%（IOPV），高居同类第一（共3只）", indent=1),
                line("净流入1572万元（02-10）；近60日净流入1.09亿元", indent=1),
                line("规模1.89亿元，高居同类第一（共3只）", indent=1),
            ),
            paragraph(
                line(strong("软件50ETF"), " ", code("159590"), "  1.170 ", down("−1.52%"), muted("（02-11）")),
                line(strong("7日未跌后首次回调（按净值）"), indent=1),
                line("成交额1.01亿元，换手率41.73%，高居同类第一（共3只）（份额02-10）", indent=1),
                line("连续6日净流入，累计1.12亿元（02-10，暂估）", indent=1),
                line("规模较上月末+1.26亿元；年初至今份额增长率90.44%，高居同类第一（共3只）", indent=1),
            ),
            Heading("净流入前五（02-10）"),
            Table(
                header=("基金", "代码", "净流入", "涨跌幅", "规模"),
                rows=(
                    (Span("沪深300ETF"), code("510300"), up("+12.85亿元"), up("+0.32%"), Span("3592.11亿元")),
                    (Span("科创50ETF"), code("588000"), up("+6.40亿元"), down("−0.85%"), Span("1011.77亿元")),
                    (Span("机器人ETF"), code("562500"), up("+3.27亿元"), up("+1.94%"), Span("58.20亿元")),
                    (Span("人工智能ETF"), code("159819"), up("+2.96亿元"), down("−1.60%"), Span("137.42亿元")),
                    (Span("软件50ETF"), code("159590"), up("+2038万元"), down("−1.52%"), Span("2.46亿元")),
                ),
            ),
            paragraph(line(strong("其余关注"))),
            paragraph(
                line("证券ETF ", code("512880"), "  1.098 ", down("−0.63%"), "，净流出8412万元（02-10）"),
                line("恒生科技ETF ", code("513180"), "  0.612 ", up("+0.49%"), "，净流入1.35亿元（02-10，暂估）"),
                line("黄金ETF ", code("518880"), "  6.402 ", up("+0.77%"), "，净流入9266万元（02-10）"),
                folded=True,
            ),
            paragraph(
                line(muted("风险提示：以上为公开数据的统计结果，仅供参考，不构成投资建议。市场有风险，投资需谨慎。"))
            ),
        ),
        buttons=((Button("信创50ETF", "/etf 560850"), Button("软件50ETF", "/etf 159590"), Button("两融", "/margin")),),
    )


def alert() -> Message:
    return Message(
        blocks=(
            Heading("ETF信号提醒 02-11 16:20", 1),
            paragraph(
                line(strong("信创50ETF"), " ", code("560850")),
                line("6连涨后首次回调，", down("−1.31%"), "（按净值）", indent=1),
                line("收盘溢价率0.56%，高居同类第一（共3只）", indent=1),
            ),
        ),
        buttons=((Button("信创50ETF", "/etf 560850"),),),
    )
