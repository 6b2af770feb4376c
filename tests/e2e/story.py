"""One story of the whole product: a reader, the owner, a group; three days of February 2025."""

from functools import partial

from tests.e2e.acting import PAGE, TELEGRAM, Deed, Person, Place, Step

OPENING = "2025-02-10 15:30"
"""When the curtain rises, on the exchanges' clock."""

HOSTILE_FUND, HOSTILE_NAME = "512480", '<b>半导体</b> & "坏" [点我](http://evil.example) <script>alert(1)</script>'
FLOOD = 12

# What only the channel or the market can bring about.
ADDED, BLOCKED, MOVED = "brings the bot in", "blocks the bot", "group becomes a supergroup"
FOUND = "types behind the bot's name: "
REVISED, REVISED_FUND = "the exchange revises", "159590"

ME, WANG = Person.ME, Person.WANG


def _step(deed: Deed, who: Person, words: str = "", *sees: str, **more: object) -> Step:
    return Step(who=who, deed=deed, words=words, sees=sees, **more)  # type: ignore[arg-type]


says, floods = partial(_step, Deed.SAYS), partial(_step, Deed.FLOODS)
presses, presses_old = partial(_step, Deed.PRESSES, in_place=False), partial(_step, Deed.PRESSES_OLD)
turns = partial(_step, Deed.PRESSES, in_place=True)
"""Presses a button whose answer takes the place of the message above it."""
forges, hands, meets = partial(_step, Deed.FORGES), partial(_step, Deed.HANDS), partial(_step, Deed.MEETS)
waits = partial(_step, Deed.WAITS)
group = partial(dict, at=Place.GROUP)


def looks(who: Person, *sees: str, **more: object) -> Step:
    return _step(Deed.LOOKS, who, "", *sees, **more)


ONLY_TELEGRAM, ONLY_PAGE = frozenset({TELEGRAM}), frozenset({PAGE})

BEGINS = (
    says(WANG, "/start", "ETF资金信号", "演示数据", "第1步", "宽基 "),
    turns(WANG, "宽基", "✓ 宽基", "第1步"),
    turns(WANG, "下一步", "第2步", "资金流"),
    turns(WANG, "盘中", "✓ 盘中"),
    turns(WANG, "盘中", "盘中", lacks=("✓ 盘中",)),
    turns(WANG, "下一步", "第3步", "Asia/Shanghai"),
    presses(WANG, "18:30", "订阅好了", "宽基", "18:30", "下面就是今天的日报", "全市场看点", "风险提示"),
    says(WANG, "/start sub_560850", "已关注", "信创50ETF"),
    says(WANG, "/start list_10", "半导体"),
    says(WANG, "/start sub_000000", "没有"),
)

ASKS = (
    says(WANG, "关注 159590", "已关注", "软件50ETF"),
    says(WANG, "关注 纳指ETF国泰", "已关注"),
    says(WANG, "关注 hs300etf", "已关注"),
    says(WANG, "560850", "信创50ETF", "02-07", brings="picture"),
    says(WANG, "对比 560850 159590", "信创50ETF", "软件50ETF"),
    says(WANG, "排行", "净流入"),
    says(WANG, "市场", "两市"),
    says(WANG, "两融", "融资余额"),
    says(WANG, "清单", "宽基", "科技"),
    says(WANG, "信号", "溢价"),
    says(WANG, "不存在的基金", "不存在的基金"),
    says(WANG, f"关注 {HOSTILE_FUND}", "已关注", HOSTILE_NAME),
    says(WANG, HOSTILE_FUND, HOSTILE_NAME, brings="picture"),
    says(WANG, f"取消关注 {HOSTILE_FUND}", HOSTILE_NAME),
    says(WANG, "列表", "信创50ETF", "软件50ETF", lacks=("script",)),
)

RULES = (
    says(WANG, "规则 溢价率 > 1% on all", "规则试算", "溢价率", "保存后"),
    presses(WANG, "保存", "已保存为规则1"),
    says(WANG, "我的规则", "溢价率"),
    presses(WANG, "分享", "分享规则1"),
    says(ME, "{rule}", "规则试算", on=ONLY_TELEGRAM),
)

STORY = (*BEGINS, *ASKS, *RULES)
