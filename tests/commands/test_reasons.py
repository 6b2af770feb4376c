"""Why: what an alert rests on, for whom it was told and for nobody else; the choice among many."""

import re

import pytest

from bot.alerts import Reason
from bot.channels.base import ChatKind, Incoming, Speaker
from bot.messages.model import Message
from tests.commands.demo import Chat
from tests.commands.said import said, section, words
from tests.commands.told import seen, tell

pytestmark = pytest.mark.anyio

FUND = "560850"


def commands(message: Message) -> list[list[str]]:
    return [[button.command for button in row] for row in message.buttons]


@pytest.fixture
async def told(chat: Chat) -> Chat:
    """A chat that is subscribed."""
    await chat.say("订阅")
    return chat


async def test_every_input_is_told_with_unit_date_and_source(told: Chat) -> None:
    (signal,) = await seen(told, "inflow_streak", FUND)
    message, (number,) = await tell(told, signal)
    assert commands(message)[0] == [f"/why #{number}", f"/history {FUND} inflow_streak", f"/etf {FUND}"]
    answer = await told.say(f"/why #{number}")
    text = said(answer)
    assert text[0] == "为什么提醒：连续净流入 〔演示数据〕"
    assert text[1] == f"信创50ETF {FUND}"
    inputs = section(answer, "依据")
    assert len([one for one in inputs if one.startswith("来源：")]) == len(signal.evidence)
    for figure in signal.evidence.values():
        assert f"来源：{figure.source}" in inputs
    streak = signal.evidence["streak"]
    assert f"连续天数：{streak.value:.0f}个交易日（{streak.day:%m-%d}）" in inputs
    assert any(re.fullmatch(r"净流入：[\d.]+[万亿]元（\d\d-\d\d）", one) for one in inputs)
    detector = told.desk.world.detectors["inflow_streak"]
    assert section(answer, "阈值") == [f"{name} = {value}" for name, value in detector.settings().items()]
    assert section(answer, "算法") == [detector.about.zh]


async def test_why_now_is_told_by_the_reason_that_is_stored(told: Chat) -> None:
    (signal,) = await seen(told, "inflow_streak", FUND)
    _, (first,) = await tell(told, signal)
    _, (second,) = await tell(told, signal, reason=Reason.STRONGER)
    new, stronger = [section(await told.say(f"/why #{one}"), "何时、为什么提醒") for one in (first, second)]
    assert any(one.startswith(f"新出现：这一段从 {signal.since} 开始") for one in new)
    assert any(one.startswith(f"更强：{signal.day} 提醒时是第") for one in stronger)
    assert new[0] == "2025-02-11 18:21 获知，数据日期 2025-01-16"
    assert new[1] == "2025-02-11 18:21 发到这里"


async def test_a_correction_and_what_it_corrects_both_say_so(told: Chat) -> None:
    (signal,) = await seen(told, "inflow_streak", FUND)
    _, (first,) = await tell(told, signal)
    _, (second,) = await tell(told, signal, reason=Reason.CORRECTED, follows=first)
    assert "注意：这条提醒后来被更正了" in said(await told.say(f"/why #{first}"))
    assert any(one.startswith("更正：") for one in section(await told.say(f"/why #{second}"), "何时、为什么提醒"))


async def test_the_whole_of_it_in_english(told: Chat) -> None:
    english = told.other("en", language="en")
    await english.say("/subscribe")
    (signal,) = await seen(english, "inflow_streak", FUND)
    _, (number,) = await tell(english, signal)
    text = said(await english.say(f"/why #{number}"))
    assert text[0].startswith("Why you were told: ")
    chinese = [one for one in text if any("一" <= letter <= "鿿" for letter in one)]
    assert {*chinese} == {"信创50ETF 560850", "source: 演示数据"} | {text[0]}


@pytest.mark.parametrize(
    "forged", ["#1", "#999999999", "#0", "#999999999999999", "#9999999999999999999999", "#-1", "#x"]
)
async def test_a_number_that_this_chat_never_got_is_answered_kindly(told: Chat, forged: str) -> None:
    stranger = told.other("stranger")
    await stranger.say("订阅")
    (signal,) = await seen(told, "inflow_streak", FUND)
    _, (number,) = await tell(told, signal)
    kindly = "这条提醒不是发到这里的"
    assert words(await stranger.say(f"/why #{number}")).startswith(kindly)
    assert words(await stranger.say(f"/alert #{number} mute")).startswith(kindly)
    assert words(await told.other("nobody").say(f"/alert #{number} why")).startswith(kindly)
    assert words(await told.say(f"/alert {forged} why")).startswith(kindly)
    assert "没有找到" in (text := words(await told.say(f"/why {forged}"))) or text.startswith(kindly)
    assert words(await told.say(f"/alert #{number} burn")).startswith(kindly)


async def test_a_message_that_told_of_many_leads_to_a_choice(told: Chat) -> None:
    many = [*await seen(told, "inflow_streak", most=7), *await seen(told, "premium_spike", most=4)]
    message, ids = await tell(told, *many)
    first = min(ids)
    choose, mute = commands(message)[-1]
    assert (choose.split()[0], choose.split()[2], mute.split()[2]) == ("/alert", "why", "mute")
    page = await told.say(choose)
    assert not page.in_place
    assert [row[0] for row in commands(page)[:8]] == [f"/why #{one}" for one in sorted(ids)[:8]]
    assert commands(page)[8] == [f"/alert #{first} why 1"]
    rest = await told.say(f"/alert #{first} why 1")
    assert rest.in_place
    assert [row[0] for row in commands(rest)] == [
        *(f"/why #{one}" for one in sorted(ids)[8:]),
        f"/alert #{first} why 0",
    ]
    silences = await told.say(mute)
    assert commands(silences)[0] == ["/mute inflow_streak 1d", "/mute inflow_streak 7d"]
    assert all(len(one.encode()) <= 62 for row in commands(silences) for one in row)
    assert (await told.subscription()).mutes == ()


async def test_without_words_it_is_about_the_latest_alert(told: Chat) -> None:
    assert said(await told.say("为什么")) == ["最近没有发给这里的提醒。"]
    assert said(await told.say("最近提醒")) == ["最近没有发给这里的提醒。"]
    (signal,) = await seen(told, "inflow_streak", FUND)
    _, (number,) = await tell(told, signal)
    assert said(await told.say("为什么"))[0].startswith("为什么提醒：连续净流入")
    await tell(told, signal, *await seen(told, "premium_spike"))
    assert said(await told.say("为什么"))[0] == "想了解哪一条？"
    assert said(await told.say(f"/alert #{number}"))[0] == "想了解哪一条？"


async def test_anybody_may_ask_about_a_fund_or_a_kind(told: Chat) -> None:
    (signal,) = await seen(told, "inflow_streak", FUND)
    await tell(told, signal)
    anybody = told.other("anybody")
    for question in (f"为什么 {FUND}", f"/why {FUND} inflow_streak", "为什么 连续净流入", "/why 信创50ETF 连续净流入"):
        assert said(await anybody.say(question))[0].startswith("为什么提醒：连续净流入"), question
    assert said(await anybody.say(f"/why {FUND} premium_spike")) == ["还没有就“溢价异动”提醒过信创50ETF。"]


async def test_in_a_group_anybody_asks_why_and_administrators_alone_mute(told: Chat) -> None:
    (signal,) = await seen(told, "inflow_streak", FUND)
    message, _ = await tell(told, signal)
    why, mute = commands(message)[0][0], commands(message)[1][1]

    async def press(text: str, *, manages: bool) -> Message:
        async def may_set_up() -> bool:
            return manages

        return await told.answer(
            Incoming(
                channel="telegram",
                address=told.address,
                text=text,
                speaker=Speaker("77"),
                kind=ChatKind.GROUP,
                pressed="5",
                may_set_up=may_set_up,
            )
        )

    assert said(await press(why, manages=False))[0].startswith("为什么提醒")
    assert "只有群管理员能改" in words(await press(mute, manages=False))
    assert (await told.subscription()).mutes == ()
    assert "已静音信创50ETF" in words(await press(mute, manages=True))
    assert [one.what for one in (await told.subscription()).mutes] == [FUND]
