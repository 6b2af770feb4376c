"""The evening and the morning note of the reference day, as their readers get them."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from bot.messages.digest import DigestLimits, DigestWriter, Edition
from bot.messages.model import Message, Paragraph, Style
from bot.messages.wishes import DigestWishes
from bot.sights import signals_of
from bot.subscriptions import ALL_FUNDS, Language
from signals import load_detectors
from signals.core.detector import Detector, Tell
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.prices import TRADED_VALUE
from signals.core.profile import EQUITY_LIKE
from signals.core.snapshot import STOCK_NAME
from tests.bot.test_demo_source import known
from tests.builders import LAST_DAY, market
from tests.commands.said import (
    funds_in,
    headings,
    is_dated,
    lines,
    paragraph_of,
    repeated,
    said,
    section,
    undated,
    words,
)
from tests.signals.worlds import random_market

DETECTORS: dict[str, Detector] = {name: one() for name, one in load_detectors().items()}
ZH, EN = Language
TWO = frozenset({"560850", "159590"})
MOMENTS = {Edition.EVENING: "2025-02-11 18:21", Edition.MORNING: "2025-02-12 09:20"}
each_language = pytest.mark.parametrize("language", Language)
each_edition = pytest.mark.parametrize("edition", MOMENTS)


@cache
def panel_of(edition: Edition) -> Panel:
    """What is known at the moment of an edition, up to the reference day."""
    return known(MOMENTS[edition]) if edition is Edition.EVENING else known(MOMENTS[edition]).until(LAST_DAY)


@cache
def writer(edition: Edition, limits: DigestLimits | None = None) -> DigestWriter:
    today = date.fromisoformat(MOMENTS[edition][:10])
    return DigestWriter(panel_of(edition), DETECTORS, limits or DigestLimits(), today=today)


def note(
    language: Language = ZH,
    funds: frozenset[str] = TWO,
    edition: Edition = Edition.EVENING,
    limits: DigestLimits | None = None,
) -> Message:
    return writer(edition, limits).write(edition, DigestWishes(funds=funds, language=language))


def of(panel: Panel, funds: frozenset[str] = TWO, language: Language = ZH, **limits: object) -> Message:
    made = DigestWriter(
        panel,
        DETECTORS,
        DigestLimits(**limits),  # type: ignore[arg-type]
        today=panel.sessions[-1],
    )
    return made.write(Edition.EVENING, DigestWishes(funds=funds, language=language))


def everyone() -> frozenset[str]:
    return frozenset(panel_of(Edition.EVENING).subjects[Axis.FUND])


@pytest.mark.parametrize(
    ("language", "edition", "title"),
    [
        (ZH, Edition.EVENING, "ETF资金日报 2025-02-11（周二） 〔演示数据〕"),
        (ZH, Edition.MORNING, "ETF资金早报 2025-02-12（周三） 〔演示数据〕"),
        (EN, Edition.EVENING, "ETF flows 2025-02-11 (Tue) [demo data 演示数据]"),
        (EN, Edition.MORNING, "ETF flows, morning of 2025-02-12 (Wed) [demo data 演示数据]"),
    ],
)
def test_the_title_names_the_day_and_the_demo(language: Language, edition: Edition, title: str) -> None:
    assert said(note(language, edition=edition))[0] == title


def test_a_real_market_is_not_called_a_demo() -> None:
    panel = market(5).fund("560850", close=1.2, shares=1e8, nav=1.2).panel()
    assert "演示" not in words(of(panel))
    assert "demo" not in words(of(panel, language=EN))


@each_language
@each_edition
def test_the_second_line_says_when_this_was_known(language: Language, edition: Edition) -> None:
    assert MOMENTS[edition][5:] in said(note(language, edition=edition))[1]


@pytest.mark.parametrize(
    ("language", "order"),
    [
        (ZH, ["市场", "我的关注", "同类第一", "全市场看点", "尚未公布", "风险提示"]),
        (EN, ["Market", "My funds", "First on their index", "Notable", "Not published", "Risk notice"]),
    ],
)
def test_market_then_mine_then_notable_then_missing_then_the_disclaimer(language: Language, order: list[str]) -> None:
    text = words(note(language))
    places = [text.index(f"\n{one}") for one in order]
    assert places == sorted(places)
    assert said(note(language))[-1].startswith(order[-1])


def test_the_morning_has_nothing_missing() -> None:
    morning = note(edition=Edition.MORNING)
    assert not [one for one in said(morning) if "尚未公布" in one]
    assert headings(morning)[1:] == ["市场", "我的关注", "同类第一", "全市场看点"]


@each_edition
def test_the_funds_of_the_domain_are_told_in_its_words(edition: Edition) -> None:
    message = note(edition=edition)
    xinchuang, software = ("\n".join(paragraph_of(message, code)) for code in ("560850", "159590"))
    assert "6连涨（按净值）后首次回调：此前累计+24.60%（02-10），当日−1.38%（02-11）" in xinchuang
    assert "7连涨（按净值）后首次回调：此前累计+23.61%（02-10），当日−1.25%（02-11）" in software
    assert "成交额5956万元" in xinchuang
    assert "成交额1.01亿元" in software
    assert "收盘溢价率0.56%（IOPV），高居同类第一（共3只）（02-11）" in xinchuang
    assert "收盘溢价率0.18%（IOPV），高居同类第一（共3只）（02-11）" in software


def test_the_evening_states_every_published_figure() -> None:
    message = note()
    xinchuang, software = ("\n".join(paragraph_of(message, code)) for code in ("560850", "159590"))
    for text in (
        "换手率31.51%，高居同类第一（共3只）",
        "净流入1572万元",
        "近60日净流入1.02亿元（02-10）",
        "规模1.91亿元，高居同类第一",
    ):
        assert text in xinchuang
    for text in (
        "换手率41.73%，高居同类第一（共3只）",
        "连续第6日获净流入，当日3312万元，累计1.13亿元（02-10）",
        "较上月末+1.26亿元（02-10）",
        "年初至今份额增长率90.44%，高居同类第一（共3只）（02-10）",
    ):
        assert text in software
    market_ = "\n".join(section(message, "市场"))
    for text in ("三大指数集体", "合计+643.36亿元", "融资融券余额18360.06亿元（02-10）", "不含北交所"):
        assert text in market_


def test_the_evening_names_what_is_missing() -> None:
    assert said(note())[-4:-1] == ["尚未公布", "02-11两融", "02-11份额（沪、深）"]
    assert said(note(EN))[-4:-1] == [
        "Not published yet",
        "margin balances of 02-11",
        "share counts of 02-11 (SSE, SZSE)",
    ]


@each_language
@each_edition
@pytest.mark.parametrize("funds", [TWO, frozenset(), None], ids=["two", "none", "all"])
def test_every_point_with_a_figure_is_dated(language: Language, edition: Edition, funds: frozenset[str] | None) -> None:
    message = note(language, everyone() if funds is None else funds, edition)
    assert undated(message, language) == []
    cards = [one.text for one in lines(message) if any(span.style is Style.CODE for span in one.spans)]
    assert len(cards) >= 5
    assert [one for one in cards if not is_dated(one, language)] == []


@each_language
@pytest.mark.parametrize("seed", range(3))
def test_every_point_of_a_random_market_is_dated(language: Language, seed: int) -> None:
    panel = random_market(seed, same_day=bool(seed % 2)).panel
    message = of(panel, frozenset(panel.subjects[Axis.FUND]), language)
    assert undated(message, language) == []
    assert not re.search(r"\bnan\b|\binf\b|None|[{}]", words(message))


@each_language
@each_edition
@pytest.mark.parametrize("funds", [TWO, frozenset(), None], ids=["two", "none", "all"])
def test_nothing_is_said_twice_of_a_fund(language: Language, edition: Edition, funds: frozenset[str] | None) -> None:
    message = note(language, everyone() if funds is None else funds, edition)
    told = [[one.text for one in block.lines] for block in message.blocks if isinstance(block, Paragraph)]
    cards = [texts for texts in told if funds_in(texts[:1]) and not funds_in(texts[1:])]
    assert len(cards) >= DigestLimits().notable_funds
    assert [card for card in cards if repeated(card)] == []


@each_edition
def test_my_funds_come_the_most_telling_first(edition: Edition) -> None:
    strength = {
        fund: max((one.strength for one in told if DETECTORS[one.kind].tell is Tell.ALERT), default=0.0)
        for fund, told in signals_of(panel_of(edition), DETECTORS.values()).items()
    }
    mine = frozenset([*TWO, "510300", "588000"])
    order = funds_in(section(note(funds=mine, edition=edition), "我的关注"))
    assert set(order) == mine
    assert all(strength[one] >= strength[other] for one, other in pairwise(order))


@each_edition
def test_only_lively_equity_funds_are_notable(edition: Edition) -> None:
    panel = panel_of(edition)
    notable = funds_in(section(note(funds=frozenset(), edition=edition), "全市场看点"))
    assert len(notable) == DigestLimits().notable_funds
    for code in notable:
        assert panel.profiles[code].fund_class in EQUITY_LIKE
        assert TRADED_VALUE.figure(panel, code).value >= 1e8
    assert not {"511880", "511990", "511090", "518880"} & set(notable)


def test_my_own_funds_are_not_notable_too() -> None:
    first = funds_in(section(note(funds=frozenset()), "全市场看点"))[0]
    assert first not in funds_in(section(note(funds=frozenset({first})), "全市场看点"))


def test_notable_funds_are_not_all_of_one_kind() -> None:
    notable = [one for one in section(note(funds=frozenset()), "全市场看点") if not re.match(r"\S+ \d{6}  ", one)]
    assert len({re.split(r"[\d+−]", one)[0] for one in notable}) >= 4


def test_who_follows_every_fund_has_no_list_of_his_own() -> None:
    message = note(funds=frozenset({ALL_FUNDS}))
    assert "我的关注" not in headings(message)
    assert "全市场看点" in headings(message)
    assert message.buttons == ()


def test_who_follows_nothing_is_told_how_to() -> None:
    assert section(note(funds=frozenset()), "我的关注") == ["还没有关注的基金，发送“关注 560850”即可添加"]


@each_language
def test_funds_that_the_market_does_not_know_are_not_nobodys(language: Language) -> None:
    none = words(note(language, frozenset()))
    unknown = words(note(language, frozenset({"599999"})))
    assert "599999" in unknown
    hint = next(one for one in none.splitlines() if "560850" in one)
    assert hint not in unknown


@each_edition
def test_the_english_note_is_english_but_for_names(edition: Edition) -> None:
    panel = panel_of(edition)
    names = {one.name for one in panel.profiles.values()} | {one.index_name for one in panel.profiles.values()}
    names |= {name for one in panel.beside for name in one.table[STOCK_NAME]}
    text = words(note(EN, everyone(), edition)).replace("演示数据", "")
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "")
    assert not re.search("[\u4e00-\u9fff\uff00-\uffef\u3000-\u303f]", text)


@each_edition
def test_both_languages_tell_the_same_funds_and_as_many_lines(edition: Edition) -> None:
    zh, en = (note(language, everyone(), edition) for language in Language)
    assert funds_in(said(zh)) == funds_in(said(en))
    assert len(said(zh)) == len(said(en))
    dates = [re.findall(r"\d\d-\d\d", words(one)) for one in (zh, en)]
    assert dates[0] == dates[1]


def test_a_detector_that_is_off_is_not_seen() -> None:
    off = {name: replace(one, tell=Tell.OFF) for name, one in DETECTORS.items()}
    made = DigestWriter(panel_of(Edition.EVENING), off, DigestLimits(), today=LAST_DAY).write(
        Edition.EVENING, DigestWishes(funds=TWO)
    )
    assert "首次回调" not in words(made).replace("集体回调", "")
    assert "全市场看点" not in headings(made)
    assert "换手率31.51%" in words(made)


def test_nothing_that_is_told_as_a_sentence_is_repeated_as_a_point() -> None:
    loud = {name: replace(one, tell=Tell.ALERT) for name, one in DETECTORS.items()}
    made = DigestWriter(panel_of(Edition.EVENING), loud, DigestLimits(), today=LAST_DAY).write(
        Edition.EVENING, DigestWishes(funds=TWO)
    )
    assert [repeated(paragraph_of(made, code)) for code in sorted(TWO)] == [[], []]


@each_language
def test_a_market_without_any_data_still_makes_a_note(language: Language) -> None:
    message = of(market(60).panel(), language=language)
    assert said(message)[-1] == said(note(language))[-1]
    assert undated(message, language) == []


def test_the_morning_has_gone_on_by_a_session() -> None:
    text = words(note(edition=Edition.MORNING))
    assert "连续第7日获净流入" in text
    assert "融资余额连续5日增加" in text
    assert "+12.59亿元（02-11）" in text
    assert "暂估" not in "\n".join(paragraph_of(note(edition=Edition.MORNING), "560850"))
