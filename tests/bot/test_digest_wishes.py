"""What a reader chooses of his digest: its parts, its length, its layout; and what it says of itself."""

import re
from datetime import date
from functools import cache

import pytest

from bot.messages.digest import SHORT_LINES, DigestLimits, DigestWriter, Edition
from bot.messages.model import Heading, Message, Picture, Table
from bot.messages.wishes import Came, DigestWishes, RulesTold
from bot.preferences import Colours, Layout, Length, Section
from bot.rules import OwnRule, RuleFinding, RuleHit, Telling
from bot.subscriptions import ALL_FUNDS, Language
from signals.core.flows import FLOW
from signals.core.panel import Panel
from signals.core.snapshot import Dataset
from signals.core.text import Text
from signals.rules.trial import Evidence
from tests.bot.test_demo_source import known
from tests.bot.test_digest_text import DETECTORS, TWO, everyone, panel_of, writer
from tests.builders import LAST_DAY, market
from tests.commands.said import headings, said, section, undated, words

ZH, EN = Language
WEEK_END = date(2025, 2, 7)
each_language = pytest.mark.parametrize("language", Language)
each_layout = pytest.mark.parametrize("layout", Layout)
TITLES = {
    Section.MARKET: "市场",
    Section.FUNDS: "我的关注",
    Section.RULES: "我的规则",
    Section.LEADERS: "同类第一",
    Section.NOTABLE: "全市场看点",
}


def note(edition: Edition = Edition.EVENING, **wishes: object) -> Message:
    return writer(Edition.EVENING).write(edition, DigestWishes(**{"funds": TWO, **wishes}))  # type: ignore[arg-type]


def short(edition: Edition = Edition.EVENING, **wishes: object) -> list[str]:
    return said(note(edition, length=Length.SHORT, **wishes))


def rule(number: int = 1, text: str = "净流入大于0") -> OwnRule:
    return OwnRule(id=number, subscription_id=1, number=number, text="flow > 0", said=text, telling=Telling())


def findings(*codes: str, number: int = 1) -> tuple[RuleFinding, ...]:
    """That a rule was told of these funds on the reference day."""
    panel = panel_of(Edition.EVENING)
    return tuple(
        RuleFinding(
            rule=rule(number),
            meaning=Text("净流入大于0", "net inflow is above 0"),
            hit=RuleHit(rule_id=number, code=code, day=LAST_DAY),
            evidence=(Evidence(label=FLOW.label, figure=FLOW.figure(panel, code)),),
        )
        for code in codes
    )


@pytest.mark.parametrize("chosen", Section)
def test_a_reader_of_one_section_gets_no_other(chosen: Section) -> None:
    told = RulesTold(1, findings("560850"))
    message = note(sections=frozenset({chosen}), rules=told)
    assert [one for one in TITLES.values() if one in headings(message)] == [TITLES[chosen]]
    assert said(message)[-1].startswith("风险提示")
    without = note(sections=frozenset(Section) - {chosen}, rules=told)
    assert TITLES[chosen] not in headings(without)
    assert len(headings(without)) == 5


def test_without_any_section_the_title_what_is_missing_and_the_notice_are_left() -> None:
    assert len(said(note(sections=frozenset()))) == 6
    assert len(short(sections=frozenset())) == 3


@each_language
@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("funds", [frozenset(), TWO, None, frozenset({ALL_FUNDS})], ids=["none", "two", "all", "every"])
def test_a_short_digest_is_a_dozen_lines(language: Language, edition: Edition, funds: frozenset[str] | None) -> None:
    funds = everyone() if funds is None else funds
    told = RulesTold(2, findings("560850", "159590"))
    lines = short(edition, funds=funds, language=language, rules=told)
    assert 6 <= len(lines) <= SHORT_LINES
    assert [one for one in lines if not one] == []


def test_a_short_digest_says_the_essentials() -> None:
    title, asof, indices, classes, margin, *funds, leaders, notable, notice = short()
    assert title == "ETF资金日报 2025-02-11（周二） 〔演示数据〕"
    assert asof == "数据截至 02-11 18:21；尚未公布：02-11两融、02-11份额（沪、深）"
    assert indices == "指数：上证指数 −0.12%、深证成指 −0.69%、创业板指 −1.21%（02-11）"
    assert classes == "净流入：宽基ETF −20.30亿元、货币ETF −11.56亿元、商品ETF −2.50亿元（02-10）"
    assert margin == "两融：融资余额18253.72亿元，较上一交易日+190.57亿元（02-10）"
    assert funds == [
        "软件50ETF 159590  1.170 −1.52%（02-11）：连续第6日获净流入，当日3312万元，累计1.13亿元（02-10）",
        "信创50ETF 560850  1.430 −1.31%（02-11）：6连涨（按净值）后首次回调：此前累计+24.60%（02-10），当日−1.38%（02-11）",
    ]
    assert leaders == "同类净流入第一：中证信创 信创50ETF 1572万元、中证全指软件 软件50ETF 3312万元（02-10）"
    assert notable.startswith("看点：")
    assert notice.endswith("市场有风险，投资需谨慎。")


def test_a_short_digest_counts_the_funds_that_it_has_no_room_for() -> None:
    many = everyone()
    lines = short(funds=many, sections=frozenset({Section.FUNDS}))
    shown = [one for one in lines if re.match(r"(\S+ )?\d{6}", one)]
    assert len(lines) == SHORT_LINES
    assert f"另有{len(many) - len(shown)}只关注基金，发送“日报”看全部" in lines


@each_language
@pytest.mark.parametrize("length", Length)
@each_layout
def test_every_figure_is_dated_whatever_was_chosen(language: Language, length: Length, layout: Layout) -> None:
    message = note(funds=everyone(), language=language, length=length, layout=layout)
    assert undated(message, language) == []


def test_tables_hold_the_figures_of_all_funds_and_the_dates_stand_above() -> None:
    message = note(layout=Layout.TABLE)
    tables = [block for block in message.blocks if isinstance(block, Table)]
    assert [one.header[0] for one in tables] == ["指数", "类别", "基金"]
    assert [[cell.text for cell in row] for row in tables[2].rows] == [
        ["软件50ETF", "159590", "−1.52%", "+3312万元", "41.73%", "0.18%"],
        ["信创50ETF", "560850", "−1.31%", "+1572万元", "31.51%", "0.56%"],
    ]
    at = message.blocks.index(tables[2])
    assert said(Message(blocks=(message.blocks[at - 1],))) == [
        "涨跌幅（02-11），净流入（02-10），换手率、溢价率（02-11）"
    ]
    assert "首次回调" in words(message)


def test_a_cell_of_another_day_or_an_estimate_has_its_own_date() -> None:
    message = note(layout=Layout.TABLE, sections=frozenset({Section.MARKET}))
    cells = [cell.text for block in message.blocks if isinstance(block, Table) for row in block.rows for cell in row]
    assert [one for one in cells if "（" in one] == ["+1.11亿元（02-10，暂估）"]


def test_what_is_not_known_is_a_dash() -> None:
    panel = market(3).fund("560850", close=1.2).panel()
    made = DigestWriter(panel, DETECTORS, DigestLimits(), today=LAST_DAY)
    message = made.write(Edition.EVENING, DigestWishes(funds=frozenset({"560850"}), layout=Layout.TABLE))
    (table,) = (block for block in message.blocks if isinstance(block, Table))
    assert [cell.text for cell in table.rows[0]] == ["560850", "560850", "0.00%", "—", "—", "—"]


def test_leaders_stand_by_index_and_fund() -> None:
    assert section(note(), "同类第一") == [
        "中证信创（3只）",
        "信创50ETF：规模1.91亿元、净流入1572万元、年初至今份额增长49.40%（02-10）",
        "信创50ETF：换手率31.51%、收盘溢价率0.56%（02-11）",
        "中证全指软件（3只）",
        "软件ETF：规模25.32亿元（02-10）",
        "软件50ETF：净流入3312万元、年初至今份额增长90.44%（02-10）",
        "软件50ETF：换手率41.73%、收盘溢价率0.18%（02-11）",
    ]


def test_only_indices_that_the_reader_follows_have_leaders() -> None:
    assert section(note(funds=frozenset({"560850"})), "同类第一")[0] == "中证信创（3只）"
    assert "同类第一" not in headings(note(funds=frozenset({"599999"})))
    assert "同类第一" not in headings(note(funds=frozenset()))


def test_equal_firsts_share_the_lead_and_a_small_group_has_none() -> None:
    words_ = {"index_code": "931247", "index_name": "中证信创"}
    world = market(3).funds(["560850", "562570", "562030"], words=words_, close=1.0, nav=1.0, shares=1e8)
    made = DigestWriter(world.panel(), {}, DigestLimits(), today=LAST_DAY)
    told = section(made.write(Edition.EVENING, DigestWishes(funds=frozenset({"560850"}))), "同类第一")
    assert told[:2] == ["中证信创（3只）", "560850、562030、562570：规模1.00亿元（02-11）"]
    alone = market(3).fund("560850", words=words_, close=1.0, nav=1.0, shares=1e8)
    none = DigestWriter(alone.panel(), {}, DigestLimits(), today=LAST_DAY)
    assert "同类第一" not in headings(none.write(Edition.EVENING, DigestWishes(funds=frozenset({"560850"}))))


def test_what_came_of_ones_rules_stands_with_its_figures() -> None:
    told = RulesTold(2, findings("560850", "159590"))
    assert section(note(rules=told), "我的规则") == [
        "规则1：净流入大于0",
        "信创50ETF 560850：净流入1572万元（02-10）",
        "软件50ETF 159590：净流入3312万元（02-10）",
    ]
    assert "规则：规则1已触发（02-11）" in short(rules=told)


def test_rules_that_told_nothing_are_said_to_have_told_nothing() -> None:
    assert section(note(rules=RulesTold(3)), "我的规则") == ["3条规则均未触发（02-11）"]
    assert "None of your 3 rules was met (02-11)" in words(note(language=EN, rules=RulesTold(3)))
    assert "Rules: Your one rule was not met (02-11)" in short(language=EN, rules=RulesTold(1))
    assert "我的规则" not in headings(note())


@pytest.mark.parametrize("length", Length)
def test_a_late_digest_says_what_was_planned(length: Length) -> None:
    assert said(note(length=length, late="17:45"))[2] == "晚于原定的 17:45 送达"
    assert said(note(length=length, late="17:45", language=EN))[2] == "Later than planned (17:45)"
    assert "晚于原定" not in words(note(length=length))


@pytest.mark.parametrize("length", Length)
def test_the_morning_names_what_is_new_since_the_evening(length: Length) -> None:
    came = (
        Came(Dataset.MARGIN, "SSE", LAST_DAY),
        Came(Dataset.MARGIN, "SZSE", LAST_DAY),
        Came(Dataset.SHARES, "SSE", LAST_DAY),
        Came(Dataset.SHARES, "SZSE", LAST_DAY, revises=True),
        Came(Dataset.NAV, "all", LAST_DAY),
    )
    lines = said(note(Edition.MORNING, length=length, came=came))
    assert lines[2:4] == [
        "上一份日报之后新公布：02-11净值、02-11两融、02-11份额（沪）",
        "上一份日报之后有更新，以此为准：02-11份额（深）",
    ]


@cache
def week_writer() -> DigestWriter:
    panel = known("2025-02-07 18:21").until(WEEK_END)
    return DigestWriter(panel, DETECTORS, DigestLimits(), today=WEEK_END)


def weekly(**wishes: object) -> Message:
    return week_writer().write(Edition.WEEKLY, DigestWishes(**{"funds": TWO, **wishes}))  # type: ignore[arg-type]


def test_a_week_that_holidays_made_short_holds_its_own_sessions_only() -> None:
    message = weekly()
    assert said(message)[0] == "ETF资金周报 2025-02-05 至 02-07（3个交易日） 〔演示数据〕"
    assert section(message, "本周关注") == [
        "表现最好：信创50ETF +16.11%；最弱：软件50ETF +13.89%",
        "净流入最多：软件50ETF 4382万元（02-05至02-06）",
        "软件50ETF 159590  +13.89%，净流入4382万元（02-05至02-06），连续4日净流入",
        "信创50ETF 560850  +16.11%，净流入3083万元（02-05至02-06），连续2日净流入",
    ]


def test_the_week_of_the_market_is_summed_over_the_sessions_that_are_out() -> None:
    told = section(weekly(), "本周市场")
    assert told[0] == "上证指数 +1.56%"
    assert "宽基ETF净流入100.75亿元（02-05至02-06），连续6日净流入" in told
    assert told[-1] == "沪深两市融资余额变动+344.03亿元（02-05至02-06）"
    assert headings(weekly())[1] == "本周市场（02-05至02-07）"


def test_the_weekly_note_says_what_the_evening_one_would_say_unless_that_is_not_read() -> None:
    whole, alone = weekly(), weekly(today=False)
    assert "今日 2025-02-07（周五）" in headings(whole)
    assert headings(alone) == [*headings(whole)[:3]]
    evening = week_writer().write(Edition.EVENING, DigestWishes(funds=TWO))
    assert said(whole)[-20:] == said(evening)[-20:]


@each_language
def test_both_languages_tell_the_same_week(language: Language) -> None:
    message = weekly(language=language)
    assert undated(message, language) == []
    assert len(said(message)) == len(said(weekly()))


def test_leaders_that_changed_in_the_week_are_named_with_those_they_passed() -> None:
    funds = frozenset({"588000", "510300", "159915"})
    told = section(weekly(funds=funds), "本周易主的同类第一")
    assert told
    assert all("升至同类第一" in one or one.startswith("另有") for one in told)
    assert "本周易主的同类第一" not in headings(weekly(funds=funds, sections=frozenset(Section) - {Section.LEADERS}))


def test_a_long_list_of_the_week_is_folded() -> None:
    message = weekly(funds=frozenset(known("2025-02-07 18:21").profiles))
    folded = [block for block in message.blocks if not isinstance(block, Heading) and getattr(block, "folded", False)]
    assert len(folded[0].lines) > 6  # type: ignore[union-attr]


def test_the_morning_after_a_week_has_its_sums() -> None:
    panel = known("2025-02-10 09:20").until(WEEK_END)
    made = DigestWriter(panel, DETECTORS, DigestLimits(), today=date(2025, 2, 10))
    message = made.write(Edition.MORNING, DigestWishes(funds=TWO, week=True))
    assert "宽基ETF净流入" in section(message, "上周合计")[0]
    assert section(message, "上周关注")[0].startswith("表现最好：信创50ETF +16.11%")
    assert [one for one in section(message, "上周合计") if "（02-05至02-06" in one] == []
    assert "上周合计" not in words(made.write(Edition.MORNING, DigestWishes(funds=TWO)))


def test_a_picture_stands_at_the_head_and_is_drawn_once_for_all() -> None:
    drawn = []

    def draw(panel: Panel, language: Language, colours: Colours) -> Picture | None:
        drawn.append((panel.sessions[-1], language, colours))
        return Picture(b"png", "资金流向") if language is ZH else None

    made = DigestWriter(panel_of(Edition.EVENING), DETECTORS, DigestLimits(), today=LAST_DAY, head=draw)
    for funds in (TWO, frozenset[str](), frozenset({"510300"})):
        assert made.write(Edition.EVENING, DigestWishes(funds=funds)).blocks[0] == Picture(b"png", "资金流向")
        english = made.write(Edition.EVENING, DigestWishes(funds=funds, language=EN, colours=Colours.GREEN_UP))
        assert isinstance(english.blocks[0], Heading)
    assert drawn == [(LAST_DAY, ZH, Colours.RED_UP), (LAST_DAY, EN, Colours.GREEN_UP)]
