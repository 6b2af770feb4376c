"""One story of the whole product: a reader, the owner, a group; three days of February 2025."""

from functools import partial
from typing import Any

from tests.e2e.acting import PAGE, TELEGRAM, Deed, Person, Place, Step

OPENING = "2025-02-10 15:30"
"""When the curtain rises, on the exchanges' clock."""

HOSTILE_FUND, HOSTILE_NAME = "159915", '<b>半导体</b> & "坏" [点我](http://evil.example) <script>alert(1)</script>'

ME, WANG = Person.ME, Person.WANG
ON_TELEGRAM, ON_PAGE = frozenset({TELEGRAM}), frozenset({PAGE})


def _step(deed: Deed, who: Person, words: str = "", *sees: str, **more: Any) -> Step:
    return Step(who=who, deed=deed, words=words, sees=sees, **more)


says, hands, floods = partial(_step, Deed.SAYS), partial(_step, Deed.HANDS), partial(_step, Deed.FLOODS)
presses, presses_old = partial(_step, Deed.PRESSES), partial(_step, Deed.PRESSES_OLD)
turns = partial(_step, Deed.PRESSES, in_place=True)
"""Presses a button whose answer takes the place of the message above it."""
forges, looks, waits = partial(_step, Deed.FORGES), partial(_step, Deed.LOOKS), partial(_step, Deed.WAITS)
revises = partial(_step, Deed.REVISES)

joins, blocks = partial(_step, Deed.JOINS, on=ON_TELEGRAM), partial(_step, Deed.BLOCKS, on=ON_TELEGRAM)
moves, types = partial(_step, Deed.MOVES, on=ON_TELEGRAM), partial(_step, Deed.TYPES, on=ON_TELEGRAM)

BEGINS = (
    says(WANG, "/start", "ETF资金信号", "演示数据", "第1步", "✓ 宽基"),
    turns(WANG, "科技", "第1步", "✓ 科技"),
    turns(WANG, "下一步", "第2步", "✓ 资金流"),
    turns(WANG, "盘中", "✓ 盘中"),
    turns(WANG, "盘中", "盘中", lacks=("✓ 盘中",)),
    turns(WANG, "下一步", "第3步", "✓ 17:45"),
    presses(WANG, "18:30", "订阅好了", "宽基、科技", "日报：18:30", "下面就是今天的日报", "全市场看点", "风险提示"),
    says(WANG, "/start sub_560850", "已关注", "信创50ETF"),
    says(WANG, "/start list_dividend", "红利"),
    says(WANG, "/start sub_000000", "没有找到“000000”"),
    says(WANG, "/start list_nowhere", "没有叫“nowhere”的清单"),
)

ASKS = (
    says(WANG, "关注 159590", "已关注", "软件50ETF"),
    says(WANG, "关注 纳指ETF", "513100"),
    says(WANG, "关注 hs300etf", "沪深300ETF"),
    says(WANG, "560850", "信创50ETF", "连涨3日", "（02-07）", brings="picture"),
    says(WANG, "对比 560850 159590", "信创50ETF", "软件50ETF", "中证信创", "中证全指软件"),
    says(WANG, "排行", "净流入", "沪深300ETF"),
    says(WANG, "市场", "三大指数", "资金流向"),
    says(WANG, "两融", "融资余额"),
    says(WANG, "清单", "宽基", "科技"),
    says(WANG, "信号", "逆势吸金"),
    says(WANG, "主题", "算力"),
    says(WANG, "不存在的基金", "不存在的基金"),
    says(WANG, f"关注 {HOSTILE_FUND}", "已关注", HOSTILE_NAME),
    says(WANG, f"对比 560850 {HOSTILE_FUND}", HOSTILE_NAME),
    says(WANG, "列表", "信创50ETF", "软件50ETF", HOSTILE_NAME),
    says(WANG, f"取消关注 {HOSTILE_FUND}", "已取消关注"),
    types(WANG, "5608"),
    types(WANG, HOSTILE_FUND),
)

RULES = (
    says(WANG, "规则 溢价率 >", "溢价率"),
    says(WANG, "规则 溢价率 > 1% on all", "规则试算", "溢价率", "保存后"),
    presses(WANG, "保存", "已保存为规则1"),
    presses_old(WANG, "保存", "已处理过"),
    says(WANG, "我的规则", "溢价率 > 1% on all"),
    says(WANG, "规则 1 分享", "分享规则1"),
    says(ME, "/start {link}", "规则试算", "1%", on=ON_TELEGRAM),
)

SETS_UP = (
    says(WANG, "日报", "ETF资金日报", "同类第一", "风险提示"),
    says(WANG, "日报 关", "晚间日报不再送达"),
    says(WANG, "日报 19:15", "19:15"),
    says(WANG, "设置", "设置", "19:15", "改为简短"),
    turns(WANG, "改为简短", "改为详细"),
    turns(WANG, "提醒内容", "✓ 溢价"),
    turns(WANG, "溢价", lacks=("✓ 溢价",)),
    turns(WANG, "溢价", "✓ 溢价"),
    turns(WANG, "返回设置", "简短"),
    turns(WANG, "语言", "Which language?"),
    turns(WANG, "English", "✓ English", "Which language?", lacks=("返回设置",)),
    says(WANG, "/lang zh", "语言"),
    says(WANG, "时区 伦敦", "伦敦"),
    says(WANG, "时区 上海", "上海"),
    says(WANG, "/帮助", "入门", "规则"),
    turns(WANG, "规则", "溢价率"),
    says(WANG, "帮助 关注", "关注"),
)

ALERTED = (
    waits(WANG, "2025-02-10 19:16", "ETF资金日报", "（02-10）", "规则1"),
    waits(WANG, "2025-02-10 21:01", "ETF信号提醒 02-10 21:00", "软件50ETF", "连续第6日获净流入", "为什么"),
    presses(WANG, "为什么", "软件50ETF"),
    presses_old(WANG, "为什么", "依据", "阈值"),
    presses(WANG, "静音…", "要静音哪一只或哪一类？"),
    presses(WANG, "软件50ETF 7天", "已静音软件50ETF，到 2025-02-17"),
    says(WANG, "静音", "软件50ETF"),
    presses(WANG, "恢复提醒", "软件50ETF"),
    says(WANG, "为什么 159590", "软件50ETF"),
    presses(WANG, "历史", "历史：", "5日后"),
    waits(WANG, "2025-02-11 08:51", lacks=("更正",)),
    revises(WANG, "159590"),
    waits(WANG, "2025-02-11 08:59", "更正：", "已更正，见后文", "软件50ETF", "ETF资金早报", replies=True),
)

HELD = (
    says(WANG, "安静 19:30-07:30", "19:30–07:30"),
    waits(WANG, "2025-02-11 19:16", "ETF资金日报"),
    waits(WANG, "2025-02-11 21:05", lacks=("ETF信号提醒",)),
    says(WANG, "安静", "现在有1条在等", "02-12 07:30"),
    waits(WANG, "2025-02-12 07:31", "首次回调", "安静时段"),
    says(WANG, "安静 关", "没有设安静时段"),
    says(WANG, "每日上限 1", "每天最多1条"),
    waits(WANG, "2025-02-12 08:57"),
    says(WANG, "每日上限", "现在有1条在等", "02-13"),
    waits(WANG, "2025-02-13 08:01", "超出每日1条上限", "02-12 08:55 两市融资余额连续5日增加"),
    says(WANG, "每日上限 关", "没有设上限"),
)

GROUP_BEGINS = (
    joins(ME, "", "大家好", "订阅和设置由群管理员操作", at=Place.GROUP),
    says(WANG, "订阅", "只有群管理员能改", at=Place.GROUP),
    says(ME, "订阅", "订阅好了", at=Place.GROUP),
    says(WANG, "/compare 560850 159590", "信创50ETF", at=Place.GROUP),
    says(WANG, "排行", "净流入", at=Place.GROUP),
    says(ME, "设置", "只有群管理员能改设置", at=Place.GROUP),
    presses(WANG, "允许群成员设置", "只有群管理员能改", at=Place.GROUP),
    says(ME, "管理", "你管理的群和频道", "ETF", on=ON_TELEGRAM),
    presses(ME, "ETF", "正在设置：ETF", on=ON_TELEGRAM),
    says(ME, "关注 159590", "正在设置：ETF", "软件50ETF", on=ON_TELEGRAM),
    says(ME, "管理 关", "回到你自己的设置", on=ON_TELEGRAM),
    moves(ME, at=Place.GROUP),
    says(WANG, "/list", "软件50ETF", at=Place.GROUP, on=ON_TELEGRAM),
    says(ME, "订阅", "订阅好了", at=Place.CHANNEL, on=ON_PAGE),
)

RUNS = (
    says(WANG, "/admin", "管理员"),
    says(ME, "/admin", "阈值", "群发", "维护"),
    says(ME, "/admin list 演示 add 510300", "510300", "确认"),
    says(ME, "/admin list 演示 add 510500", "+ 510500", "确认"),
    turns(ME, "确认", "已保存", "+ 510500"),
    presses(ME, "确认", "内容在此期间已被改动"),
    says(ME, "/admin undo", "已撤销", "− 510500"),
    says(ME, "/admin 阈值 inflow_streak min_days 4", "未设置 → 4", "近20个交易日", "现在72，改后52", "确认"),
    turns(ME, "确认", "已保存"),
    says(ME, "/admin 阈值 inflow_streak min_days reset", "4 → 未设置", "确认"),
    turns(ME, "确认", "已保存"),
    says(ME, "/admin 群发 今晚十点升级，<b>请谅解</b>", "公告", "<b>请谅解</b>", "人"),
    turns(ME, "发给", "已排队"),
    looks(WANG, "", "公告", "<b>请谅解</b>"),
    says(ME, "/admin maintenance on 正在升级", "正在升级"),
    says(WANG, "日报", "正在升级"),
    turns(ME, "结束维护", "没有在维护"),
    says(WANG, "状态", "数据"),
    says(ME, "/admin 日志", "broadcast 1", "正在升级", "inflow_streak.min_days"),
)

ABUSED = (
    forges(WANG, "/admin maintenance on"),
    forges(WANG, "/forget sure"),
    says(WANG, "列表", "信创50ETF", "软件50ETF", lacks=("管理员", "已全部删除")),
    floods(WANG, "列表", "得太快了，请"),
    waits(WANG, "2025-02-13 08:40"),
    says(WANG, "列表", "信创50ETF"),
)

LEAVES = (
    blocks(WANG),
    says(WANG, "/start", "欢迎回来，推送已恢复", on=ON_TELEGRAM),
    says(WANG, "导出", "你的全部设置", brings="document"),
    says(WANG, "忘记我", "要删除这个聊天的全部数据吗"),
    presses(WANG, "全部删除", "已全部删除"),
    says(WANG, "列表", "你还没有订阅"),
    hands(WANG, "导入", "将要改动", "关注"),
    presses(WANG, "保存这些改动", "已保存"),
    says(WANG, "列表", "信创50ETF", "软件50ETF"),
    says(WANG, "我的规则", "溢价率 > 1%"),
    says(WANG, "退订", "已停止推送"),
)

STORY = (*BEGINS, *ASKS, *RULES, *SETS_UP, *ALERTED, *HELD, *GROUP_BEGINS, *RUNS, *ABUSED, *LEAVES)
