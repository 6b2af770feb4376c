"""Settings: one card, a page for each choice, and the usual ones as commands."""

from dataclasses import replace
from datetime import time

import pytest

from bot.channels.base import ChatKind
from bot.messages.model import Message, Table
from bot.preferences import Colours, Layout, Length, Section
from bot.subscriptions import Language
from signals.core.detector import Topic
from tests.commands.demo import Chat
from tests.commands.said import commands, labels, said, words

pytestmark = pytest.mark.anyio


async def press(chat: Chat, message: Message, label: str) -> Message:
    """Press the button with this label."""
    found = dict(zip(labels(message), commands(message), strict=True))
    return await chat.say(found[label])


async def test_the_card_tells_every_setting(chat: Chat) -> None:
    await chat.say("订阅")
    assert said(await chat.say("设置")) == [
        "设置",
        "语言：中文",
        "时区：上海",
        "日报：17:45；另有早报、周报",
        "提醒：收盘信号、资金流、溢价、两融、日报",
        "清单：宽基；自选0只",
        "日报内容：市场、我的关注、全市场看点、我的规则、同类第一",
        "日报样式：详细，逐行",
        "颜色：红涨绿跌；图片：浅色",
        "日报送达：有提示音",
        "安静时段：未设；每日上限：不限；强弱：全部",
    ]


async def test_the_card_tells_what_is_kept_quiet(chat: Chat) -> None:
    await chat.say("订阅")
    await chat.say("安静 22:00-07:00")
    await chat.say("每日上限 5")
    await chat.say("静音 560850 7天")
    for one in ("silent", "pin", "urgent"):
        await chat.say(f"/settings {one} on")
    card = await chat.say("/settings strength strong")
    assert [*card.buttons][-1][0].command == "/settings"
    assert said(await chat.say("设置"))[-2:] == [
        "日报送达：静音、置顶",
        "安静时段：22:00–07:00（盘中溢价照发）；每日上限：5条；强弱：只要很强；静音 1 项",
    ]


@pytest.mark.parametrize("asked", ["/quiet", "/cap", "/mute"])
async def test_what_has_its_own_command_is_shown_in_place_and_leads_back(chat: Chat, asked: str) -> None:
    await chat.say("订阅")
    assert asked in commands(await chat.say("设置"))
    page = await chat.say(asked)
    assert page.in_place
    assert commands(page)[-1] == "/settings"


async def test_a_reader_without_quiet_hours_is_not_asked_what_passes_them(chat: Chat) -> None:
    await chat.say("订阅")
    assert "盘中溢价照发" not in labels(await chat.say("设置"))
    await chat.say("安静 22:00-07:00")
    turned = await press(chat, await chat.say("设置"), "盘中溢价照发")
    assert turned.in_place
    assert (await chat.subscription()).urgent_passes
    await press(chat, turned, "盘中溢价也等")
    assert not (await chat.subscription()).urgent_passes


@pytest.mark.parametrize(
    ("label", "field", "value", "back"),
    [
        ("改为简短", "length", Length.SHORT, "改为详细"),
        ("改为表格", "layout", Layout.TABLE, "改为逐行"),
        ("改为绿涨红跌", "colours", Colours.GREEN_UP, "改为红涨绿跌"),
        ("改为深色图片", "dark_pictures", True, "改为浅色图片"),
        ("日报静音送达", "silent_digest", True, "日报有声送达"),
        ("置顶最新日报", "pin_digest", True, "不再置顶日报"),
    ],
)
async def test_a_switch_turns_in_place_and_back(chat: Chat, label: str, field: str, value: object, back: str) -> None:
    await chat.say("订阅")
    before = await chat.subscription()
    turned = await press(chat, await chat.say("设置"), label)
    assert turned.in_place
    assert getattr(await chat.subscription(), field) == value
    await press(chat, turned, back)
    assert await chat.subscription() == before


@pytest.mark.parametrize(
    ("page", "label", "field", "value"),
    [
        ("时区", "伦敦", "zone", "Europe/London"),
        ("日报时间", "20:30", "evening_digest", time(20, 30)),
        ("日报时间", "不要", "evening_digest", None),
        ("日报时间", "✓ 早报", "morning_digest", False),
        ("日报时间", "✓ 周报", "weekly_digest", False),
        ("提醒内容", "盘中", "topics", frozenset(Topic)),
        ("提醒内容", "✓ 溢价", "topics", frozenset(Topic) - {Topic.INTRADAY, Topic.PREMIUM}),
        ("提醒强弱", "较强以上", "least_strength", 0.6),
        ("日报内容", "✓ 市场", "sections", frozenset(Section) - {Section.MARKET}),
    ],
)
async def test_a_page_changes_one_thing_in_place(chat: Chat, page: str, label: str, field: str, value: object) -> None:
    await chat.say("订阅")
    shown = await press(chat, await chat.say("设置"), page)
    assert shown.in_place
    changed = await press(chat, shown, label)
    assert changed.in_place
    assert "/settings" in commands(changed)
    assert getattr(await chat.subscription(), field) == value


async def test_a_change_of_language_is_answered_in_it(chat: Chat) -> None:
    await chat.say("订阅")
    page = await press(chat, await chat.say("设置"), "语言")
    assert "Which language?" in words(await press(chat, page, "English"))
    assert (await chat.subscription()).language is Language.EN
    assert said(await chat.say("lang 中文"))[0] == "语言：中文"


async def test_the_last_part_of_a_digest_stays(chat: Chat) -> None:
    for one in [*Section][:-1]:
        await chat.say(f"/settings sections {one}")
    assert words(await chat.say(f"/settings sections {[*Section][-1]}")).startswith("至少要留一项")
    assert (await chat.subscription()).sections == {[*Section][-1]}


async def test_settings_before_subscribing_are_kept_and_subscribe_nobody(chat: Chat) -> None:
    await chat.say("时区 伦敦")
    stored = await chat.subscription()
    assert (stored.active, stored.zone) == (False, "Europe/London")
    assert said(await chat.say("设置"))[-1] == "还没有开始推送，发送“订阅”开始。"
    await chat.say("订阅")
    assert await chat.subscription() == replace(stored, active=True)


@pytest.mark.parametrize(
    ("line", "minute"),
    [
        ("日报 18:30", time(18, 30)),
        ("日报18：30", time(18, 30)),
        ("日报 20点", time(20)),
        ("digest 7:05", time(7, 5)),
        ("日报 关", None),
        ("digest off", None),
    ],
)
async def test_the_minute_of_the_digest_is_said(chat: Chat, line: str, minute: time | None) -> None:
    await chat.say("订阅")
    await chat.say(line)
    assert (await chat.subscription()).evening_digest == minute


@pytest.mark.parametrize("line", ["日报", "日报 现在", "digest now"])
async def test_the_digest_now_changes_nothing(chat: Chat, line: str) -> None:
    assert "ETF资金日报" in words(await chat.say(line))
    assert await chat.subscription() is None


async def test_todays_digest_is_looked_at_as_a_table_before_it_is_chosen(chat: Chat) -> None:
    await chat.say("订阅")
    await chat.say("关注 560850 159590")
    await chat.say("/settings length short")
    before = await chat.subscription()
    seen = await press(chat, await chat.say("设置"), "看今天的表格日报")
    assert seen.rich
    assert [block for block in seen.blocks if isinstance(block, Table)]
    assert await chat.subscription() == before
    await chat.say("/settings layout table")
    seen = await press(chat, await chat.say("设置"), "看今天的逐行日报")
    assert not seen.rich
    assert not [block for block in seen.blocks if isinstance(block, Table)]
    member = replace(chat.other("-9"), kind=ChatKind.GROUP, sets_up=False)
    assert (await member.say("日报 表格")).rich, "whoever may not change settings may look"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("日报 25:00", "25:00"),
        ("日报 明天", "明天"),
        ("语言 法语", "法语"),
        ("时区 火星", "火星"),
        ("提醒内容 天气", "天气"),
        ("设置 天气", "天气"),
        ("/settings length long", "long"),
        ("/settings dark maybe", "maybe"),
        ("/settings strength huge", "huge"),
    ],
)
async def test_a_word_that_is_no_setting_is_named(chat: Chat, line: str, word: str) -> None:
    assert f"“{word}”" in words(await chat.say(line))
    assert await chat.subscription() is None


async def test_topics_are_turned_by_their_words(chat: Chat) -> None:
    await chat.say("订阅")
    answer = await chat.say("提醒内容 溢价 盘中")
    assert said(answer)[0] == "提醒：收盘信号、资金流、两融、盘中、日报"


async def test_a_group_may_be_opened_to_its_members(chat: Chat) -> None:
    group = replace(chat.other("-100"), kind=ChatKind.GROUP)
    await group.say("订阅")
    card = await group.say("设置")
    assert "只有群管理员能改设置" in said(card)
    await press(group, card, "允许群成员设置")
    assert (await group.subscription()).members_set_up
    member = replace(group, sets_up=False)
    await member.say("时区 东京")
    assert (await group.subscription()).zone == "Asia/Tokyo"


@pytest.mark.parametrize("line", ["时区 东京", "日报 18:30", "/settings dark on", "清单 订阅 红利", "关注 560850"])
async def test_a_member_of_a_group_changes_nothing(chat: Chat, line: str) -> None:
    group = replace(chat.other("-100"), kind=ChatKind.GROUP)
    await group.say("订阅")
    before = await group.subscription()
    member = replace(group, sets_up=False)
    assert "管理员" in words(await member.say(line))
    assert await group.subscription() == before
    for asked in ("设置", "清单 宽基", "日报 现在", "560850", "/start"):
        assert "只有群管理员能改。" not in words(await member.say(asked))
