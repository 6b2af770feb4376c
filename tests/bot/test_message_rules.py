"""Rules in messages: figures with their own dates, estimates marked, ends said, and the place of a mistake."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.messages.model import Block, Paragraph
from bot.messages.names import Named
from bot.messages.rules import evidence_text, marked, rule_section, telling_text
from bot.messages.sentences import Teller
from bot.rules import EVERYWHERE, OwnRule, RuleFinding, RuleHit, RuleMode, Telling
from bot.subscriptions import Language
from signals.core.field import Unit
from signals.core.measure import Figure
from signals.core.text import Text
from signals.rules.trial import Evidence
from tests.builders import LAST_DAY

ZH, EN = (Teller(language, {}, LAST_DAY) for language in Language)
RULE = OwnRule(
    id=7,
    subscription_id=1,
    number=2,
    text="premium_iopv > 3%",
    said="溢价率 > 3%",
    telling=Telling(expires_on=date(2025, 2, 10)),
)
PREMIUM = Evidence(
    label=Text("溢价率", "premium"), figure=Figure(value=0.0312, unit=Unit.FRACTION, day=LAST_DAY, source="x")
)
STREAK = Evidence(
    label=Text("连续净流入", "inflow streak"),
    figure=Figure(value=4.0, unit=Unit.SESSIONS, day=LAST_DAY, source="x", estimated=True),
)


def finding(code: str, *evidence: Evidence, counted: bool = False) -> RuleFinding:
    hit = RuleHit(rule_id=RULE.id, code=code, day=LAST_DAY)
    return RuleFinding(
        rule=RULE, meaning=Text("溢价率大于3%", "premium is above 3%"), hit=hit, counted=counted, evidence=evidence
    )


def lines(blocks: list[Block]) -> list[str]:
    return [one.text for block in blocks if isinstance(block, Paragraph) for one in block.lines]


def test_figures_share_a_date_and_an_estimate_among_them_is_marked() -> None:
    assert evidence_text([PREMIUM, STREAK], ZH) == "溢价率3.12%，连续净流入4日（02-11，暂估）"
    assert evidence_text([PREMIUM, STREAK], EN) == "premium 3.12%, inflow streak 4 sessions (02-11, estimate)"
    assert evidence_text([PREMIUM], ZH) == "溢价率3.12%（02-11）"
    assert evidence_text([], ZH) == ""


def test_one_session_is_one_session() -> None:
    one = replace(STREAK, figure=replace(STREAK.figure, value=1.0, estimated=False))
    assert evidence_text([one], EN) == "inflow streak 1 session (02-11)"
    assert evidence_text([one], ZH) == "连续净流入1日（02-11）"
    assert "then 1 session of silence," in telling_text(Telling(cooldown_sessions=1), EN.words, alike=True) + ","


def test_a_figure_of_another_session_has_its_own_date() -> None:
    older = replace(PREMIUM, figure=replace(PREMIUM.figure, day=LAST_DAY - timedelta(days=1), estimated=True))
    assert evidence_text([older, STREAK], ZH) == "溢价率3.12%（02-10，暂估），连续净流入4日（02-11，暂估）"


def test_funds_stand_under_their_rule_and_those_beyond_the_cap_are_counted() -> None:
    found = [finding("510300", PREMIUM), finding("a", counted=True), finding("b", counted=True)]
    assert lines(list(rule_section(found, [], [], ZH, Named({})))) == [
        "规则2：溢价率大于3%",
        "510300：溢价率3.12%（02-11）",
        "另有2只",
    ]
    assert lines(list(rule_section(found[1:], [], [], EN, Named({})))) == [
        "Rule 2: premium is above 3%",
        "funds that newly meet it: 2 (the list of the day is full)",
    ]


def test_what_holds_for_all_has_one_line_without_a_fund() -> None:
    said = lines(list(rule_section([finding(EVERYWHERE, PREMIUM)], [], [], ZH, Named({}))))
    assert said == ["规则2：溢价率大于3%", "溢价率3.12%（02-11）"]


def test_an_end_is_said_and_nothing_where_there_is_nothing() -> None:
    said = lines(list(rule_section([], [], [RULE], ZH, Named({}))))
    assert said == ["规则2已于2025-02-10到期，不再提醒：溢价率 > 3%"]
    assert list(rule_section([], [], [], ZH, Named({}))) == []


@pytest.mark.parametrize(
    ("telling", "alike", "zh"),
    [
        (Telling(), False, "新成立时提醒，同一只基金提醒后静默5个交易日，每天最多列10只"),
        (Telling(), True, "新成立时提醒，提醒后静默5个交易日"),
        (Telling(mode=RuleMode.LEVEL, cooldown_sessions=0), False, "成立期间每次都提醒，每天最多列10只"),
        (Telling(cooldown_sessions=0, expires_on=LAST_DAY), True, "新成立时提醒，2025-02-11到期"),
    ],
)
def test_how_a_rule_is_told_is_said_in_a_sentence(telling: Telling, alike: bool, zh: str) -> None:
    assert telling_text(telling, ZH.words, alike=alike) == zh


@pytest.mark.parametrize(
    ("text", "word", "position", "shown"),
    [
        ("a > 3%", "a", 0, "【a】 > 3%"),
        ("x > a", "a", 4, "x > 【a】"),
        ("x >", "", 3, "x >【】"),
        ("x > Ａ", "a", 4, "x > 【】Ａ"),
        ("x", "long", 9, "x【】"),
    ],
)
def test_the_place_of_a_mistake_is_shown(text: str, word: str, position: int, shown: str) -> None:
    assert marked(text, word, position).text == shown
